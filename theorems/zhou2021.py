"""Students near a teacher find it at a rate of order 1/k, and every student ends up along a teacher's neuron.

M. Zhou, R. Ge, C. Jin. A Local Convergence Theory for Mildly Over-Parameterized Two-Layer Neural Network.
COLT 2021 (PMLR 134:4577-4632), arXiv:2102.02410. Here: Theorems 3 to 5 and the lemmas under them. Inputs are standard
Gaussian and the loss is the population's, in closed form. A student w_j has the output weight |w_j|; angles are up to sign.
The theorems ask for a loss at the start below a hidden constant times ε̄, a number printed with every check: it is far
below what a float can follow, so no run is inside the hypotheses. Inequalities of our own, which the proof uses, hold everywhere.
"""

from sympy import Eq, Mul, Pow, Rational, pi, sqrt

from theorems.language import (
    Claim, Each, Erratum, Hypothesis, Identity, Implication, Limit, Paper, Practice, Scale, Setting, Theorem,
    count, defined, hidden, index, measured, positive,
)
from theorems.language.measurement import (
    absolute, algorithm, arccosine, cosine_of, cosines, gradient, identity, inputs, least, line_angles, mean_absolute_product, most, neurons,
    norm, normal, outer, parameter, points, rows, total, training_loss,
)

paper = Paper(key="zhou2021", title="A Local Convergence Theory for Mildly Over-Parameterized Two-Layer Neural Network",
              authors=("M. Zhou", "R. Ge", "C. Jin"), year=2021, venue="COLT 2021", arxiv="2102.02410")

# Letters ------------------------------------------------------------------------------------------------------------
r, m = count("r", "neurons of the teacher"), count("m", "neurons of the student")
k = index("k", "gradient step")
eta = positive("eta", "step size")
C_0, C_eta = hidden("C_0", "constant in the threshold of the loss"), hidden("C_eta", "constant in the step bound O(·)", text="C_η")
C_kappa = hidden("C_kappa", "constant in the gradient bound Ω(·)", text="C_κ")

# Students and teachers: the rows are the teacher's neurons ------------------------------------------------------------
w = parameter("w", neurons, inputs)
lengths, teacher_lengths = norm(w, inputs), norm(rows, inputs)
students, among = mean_absolute_product(w, w), mean_absolute_product(rows, rows)
population = (lengths @ students @ lengths - 2 * (lengths @ mean_absolute_product(w, rows) @ teacher_lengths) + teacher_lengths @ among @ teacher_lengths) / 2
off_diagonal = absolute(cosines(rows) - identity(points))
to_teachers = line_angles(w, rows)

Delta = measured("Delta", "least angle between two teachers", arccosine(most(off_diagonal)))
W = measured("W", "sum of the teachers' lengths", total(teacher_lengths), text="Σ‖w*‖", tex=r"\textstyle\sum\lVert w^*_i\rVert")
w_max = measured("w_max", "length of the longest teacher", most(teacher_lengths))
w_min = measured("w_min", "length of the shortest teacher", least(teacher_lengths))
bar = defined("bar", Delta**36 * w_min**80 * Pow(r, -162) * w_max**-78, "the threshold of Lemma 8, without its constant", text="ε̄",
              tex=r"\bar\varepsilon")
overlap = measured("overlap", "largest |inner product| of two teachers", most(off_diagonal * outer(teacher_lengths, teacher_lengths)))
loss = measured("Loss", "population loss", population, text="L({})", tex="L({})", nonnegative=True)
energy = measured("energy", "squared norm of the gradient", norm(gradient(training_loss, w))**2, text="‖∇L({})‖²",
                  tex=r"\lVert\nabla L({})\rVert^2")
mass = measured("S", "sum of the squared lengths of the students", total(w**2))
near = measured("near", "angle within which every teacher has students of half its length in mass", algorithm("near_angle", w, rows),
                text="δ({})", tex=r"\delta_{\max}({})")
mismatch = measured("mismatch", "sum over teachers of ‖Σ ‖w_j‖w_j − w*‖ over its students", algorithm("mismatch", w, rows),
                    text="Σ‖v({})‖", tex=r"\textstyle\sum_i\lVert v_i({})\rVert")
spread = measured("spread", "sum of a_j δ_j², a_j a student's squared length, δ_j its angle to the nearest teacher",
                  total(lengths**2 * least(to_teachers, points)**2), text="Σaδ²({})", tex=r"\textstyle\sum_j a_j\delta_j^2({})")
astray = measured("astray", "sum of a_j (1 − Σ cos⁴ of its angles to the teachers)",
                  total(lengths**2 * (1 - total(cosine_of(to_teachers)**4, points))), text="astray({})", nonnegative=True)

# Letters of the proofs ----------------------------------------------------------------------------------------------
d_min, longest = positive("d_min", "least angle between teachers"), positive("longest", "length of the longest teacher")
shortest, teachers = positive("shortest", "length of the shortest teacher"), positive("teachers", "number of teachers")
L_0, L_1, q = positive("L_0", "loss before a step"), positive("L_1", "loss after it"), positive("q", "ηκ²/4")
psi, g, b = positive("psi", "cosine of an angle"), positive("g", "norm of the gradient"), positive("b", "what the descent inequality leaves")
root, y = positive("root", "√(2S + 4Σ‖w*‖)"), positive("y", "‖R‖, R = f − f*")
x, arc = positive("x", "sine of that angle"), positive("arc", "π/2 less the angle")
kappa, T = positive("kappa_0", "κ"), positive("T_0", "steps")

# What is trained on what --------------------------------------------------------------------------------------------
setting = Setting(trained=(w,), start={w: Rational(3, 10) * normal}, loss=population, data=("teacher",))
sizes = Scale(samples=r, width=m, step_size=eta)
practice = Practice(data="teacher", samples=3, widths=(6, 12, 24), seeds=6, step_size=0.05, steps=10000)
small = Hypothesis("loss small at the start", loss(0) <= C_0 * bar, at="Lemma 8")
enough = Hypothesis("as many students as teachers", m >= r, at="Section 2")
separate = Hypothesis("teachers apart", Delta > 0, at="Section 2")
steps = Hypothesis("small steps", eta <= C_eta / (r * w_max), at="Theorem 5")

# Theorems 3 to 5 --------------------------------------------------------------------------------------------------------
lojasiewicz = Claim("gradient lower bound", energy(k) >= C_kappa**2 * loss(k)**2 / (r * w_max), at="Theorem 4", over=Each(k))
rate = Claim("loss of order 1/k", loss(k) * eta * k <= 4 * r * w_max / C_kappa**2, at="Theorem 5", over=Each(k))
theorem = Theorem(
    statement="Theorems 3, 4 and 5", says="From a small loss gradient descent reaches zero at rate 1/k, and every student finds a teacher.",
    setting=setting, scale=sizes, practice=practice, hypotheses=(separate, enough, small, steps),
    claims=(lojasiewicz, rate,
            Claim("loss vanishes", Eq(loss(k), 0), at="Theorem 5", over=Limit(k)),
            Claim("every student finds a teacher", Eq(spread(k), 0), at="Theorem 3 and Lemma C.6", over=Limit(k))),
    derivation=(
        Identity("the threshold makes the descent inequality close", Mul(teachers**Rational(27, 4) * longest**Rational(13, 4),
                 d_min**Rational(-3, 2) * shortest**Rational(-10, 3), (d_min**36 * shortest**80 * teachers**-162 * longest**-78)**Rational(1, 24),
                 evaluate=False), 1, at="Lemma 8"),
        Implication("a step lowers the loss by its square: its inverse grows", (L_0 - q * L_0**2 >= L_1,), 1 / L_0 + q <= 1 / L_1,
                    at="Theorem 5, proof"),
    ))

# Our own: inequalities that hold at every step of every run -----------------------------------------------------------------
weight = Claim("mass of the students", mass(k) <= sqrt(pi / 2) * (sqrt(2 * loss(k)) + W), at="Lemma C.5, with its constant", over=Each(k),
               form="ours")
bound = Claim("gradient against the loss", sqrt(energy(k) * (2 * mass(k) + 4 * W)) >= 2 * loss(k) - 4 * mismatch(k) * W * near(k)**2 / (pi * sqrt(3)),
              at="Lemma C.2 and Theorem 4, with their constants", over=Each(k), form="ours")
everywhere = Theorem(
    statement="Theorem 4, with constants", says="How large the gradient is, how heavy the students are, for every network.", form="ours",
    setting=setting, scale=sizes, practice=practice, hypotheses=(separate, enough), claims=(weight, bound),
    derivation=(
        Implication("a mean is at least 2/π of the lengths, since an arc is longer than its sine", (Eq(x**2 + psi**2, 1), x <= 1, arc >= psi),
                    x + psi * arc >= 1, at="Lemma C.5, proof"),
        Implication("so the mass is bounded", (sqrt(2 / pi) * mass(k) <= y + W, y <= sqrt(2 * loss(k))), weight, at="Lemma C.5"),
        Implication("Theorem 4 follows where the bracket keeps half", (g * root >= b, b >= L_0), g**2 * root**2 >= L_0**2, at="Theorem 4, proof"),
    ))
orthogonal = Theorem(
    statement="Lemma 9, orthogonal teachers", says="Little mass is away from orthogonal teachers when the loss is small.", form="ours",
    setting=setting, scale=sizes, practice=practice,
    hypotheses=(Hypothesis("orthogonal teachers", overlap <= 0, at="ours", form="ours"), enough),
    claims=(Claim("little mass goes astray", astray(k) <= sqrt(pi * (1 + 24 * r) * loss(k)), at="Lemma 9, fourth Hermite degree", over=Each(k),
                  form="ours"),))

theorems = (theorem, everywhere, orthogonal)

# As printed, as corrected -----------------------------------------------------------------------------------------------
grown = eta * kappa**2 * T / 4 <= 1 / L_1
errata = (
    Erratum(at="Theorem 5, proof", kind="misprint",
            printed=Implication("after T steps", (grown,), 4 / (eta * kappa * T) >= L_1, at="Theorem 5, proof"),
            corrected=Implication("after T steps", (grown,), 4 / (eta * kappa**2 * T) >= L_1, at="Theorem 5, proof"),
            remark="one line of the proof lacks the square of κ that the line after it has"),
)
