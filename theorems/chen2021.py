"""A deep ReLU network of polylogarithmic width learns what the tangent features of its initialization can.

Z. Chen, Y. Cao, D. Zou, Q. Gu. How Much Over-parameterization Is Sufficient to Learn Deep ReLU Networks?
ICLR 2021, arXiv:1911.12360v2. Here: Theorem 3.3 (gradient descent, all layers, cross entropy) for α = 1/2 and α = 1/4, and
Section 4, from tangent features to R. Every width and step of the paper hides a constant, so no run is certainly inside.
R and the margin are measured in each draw: T becomes a number, and so does the width that a constant of one would demand.
"""

from dataclasses import replace

from sympy import Integer, Rational, Subs, ceiling, exp, log, sqrt

from theorems.language import (
    Average, Claim, Each, Erratum, Grows, Hypothesis, Identity, Implication, Law, Paper, Practice, Scale, Setting, Solved, Theorem, Witness,
    count, defined, failure, hidden, index, measured, positive,
)
from theorems.language.measurement import (
    absolute, algorithm, argument, by_layer, deep, feed_forward, labels, layers, most, norm, normal, rows, softplus, tangent_kernel, total,
)

paper = Paper(key="chen2021", title="How Much Over-parameterization Is Sufficient to Learn Deep ReLU Networks?",
              authors=("Z. Chen", "Y. Cao", "D. Zou", "Q. Gu"), year=2021, venue="ICLR 2021", arxiv="1911.12360v2")

# Letters ------------------------------------------------------------------------------------------------------------
n, m, L = count("n", "training points"), count("m", "width of every hidden layer"), count("L", "layers of weights")
k = index("k", "gradient step")
eta, epsilon = positive("eta", "step size"), positive("epsilon", "loss that a network near the start has on every point", below=1)
alpha = positive("alpha", "power of the width in front of the network")
delta = failure("delta", "probability of failure over the initialization")
C_m, C_eta = hidden("C_m", "constant in the width bound O(·)"), hidden("C_eta", "constant in the step Θ(·)", text="C_η")
C = hidden("C", "constant in the bound of the gradients' norm")
C_tau = hidden("C_tau", "constant in the radius where the network is nearly linear", text="C_τ")

# The network, and what is looked at ---------------------------------------------------------------------------------
W = deep("W")
f = m**alpha * feed_forward(W, "relu")
mean_loss = (1 / n) * total(softplus(-labels * f))

gamma = measured("gamma", "margin at which the first layer's tangent features of the infinitely wide network separate the data (Assumption 4.6)",
                 algorithm("ntk_margin", rows, labels))
far = measured("far", "farthest layer of a network near the start with y f ≥ z on every point; infinite when none is found",
               algorithm("fit_distance", f.start, W.start, labels, argument), text="dist({})", tex=r"\mathrm{dist}({})")
far_linear = measured("far_lin", "the same for the linear model at the start (Definition 4.1)",
                      algorithm("linear_distance", f.start, W.start, labels, argument), text="dist_lin({})", tex=r"\mathrm{dist}_{\mathrm{lin}}({})")
fit = measured("fit", "largest cross entropy of the network itself where the linear model has y f ≥ z",
               algorithm("linear_fit", f.start, W.start, labels, argument), text="fit({})", tex=r"\mathrm{fit}({})")
tangent = measured("mu", "margin at which the gradients ∇f(x; W(0)) separate the data; 0 when they do not",
                   algorithm("gram_margin", tangent_kernel(f, W).start, labels), text="μ", tex=r"\mu")
output = measured("f_0", "largest output of the network drawn", most(absolute(f.start)), text="max|f(0)|", tex=r"\max_i\lvert f(x_i;W(0))\rvert")
loss = measured("Loss", "mean cross entropy", mean_loss, text="L_S({})", tex="L_S({})", nonnegative=True)
travel = measured("travel", "farthest any layer has moved, Frobenius norm", most(norm(W - W.start), layers), text="max‖W({})−W(0)‖_F",
                  tex=r"\max_l\lVert W_l({})-W_l(0)\rVert_F")

# Letters of the proofs ----------------------------------------------------------------------------------------------
near, now = positive("near", "sum over the layers of ‖W(0) − W*‖_F²"), positive("now", "√ of the sum over the layers of ‖W(k) − W*‖_F²")
start, x = positive("T_0", "steps"), positive("x", "a number")
width, logs = positive("width", "the width"), positive("logs", "log^(3/2) of the width")
lam, aligned = positive("lam", "length of a move along U*", text="λ", tex=r"\lambda"), positive("aligned", "y⟨∇f(W(0)), U*⟩")
unit = positive("unit", "y⟨∇f(W(0)), U⟩/m^α, for U of the first layer alone")
f_linear, long = positive("f_lin", "y times the linear model at W(0) + λU*"), positive("len", "‖U‖_F", text="‖U‖_F")
loss_of_network, loss_of_linear = positive("p", "exp(−y f) of the network"), positive("q", "exp(−y f) of the linear model")
chosen, drop = positive("S", "neurons with |w₂| ≥ 0.47/√m"), positive("drop", "loss of margin over these neurons")

# What is trained on what --------------------------------------------------------------------------------------------
setting = Setting(outputs=f, trained=(W,), start={W: by_layer(sqrt(2 / m), sqrt(1 / m)) * normal}, loss=mean_loss, data=("unit_inputs", "signs"))
sizes = Scale(samples=n, width=m, step_size=eta, failure=delta, depth=L)
ladder = (32, 64, 128, 256)
half = {L: Integer(3), alpha: Rational(1, 2), epsilon: Rational(1, 5)}
quarter = {**half, alpha: Rational(1, 4)}

z = defined("z", -log(exp(epsilon) - 1), "the y f at which the cross entropy is ε", positive=None)
R = defined("R", m**alpha * far(z), "m^α times how near the start a network has loss at most ε on every point (Assumption 3.2)")

# Theorem 3.3 ------------------------------------------------------------------------------------------------------------
T = defined("T", ceiling(L * R**2 / (m**(2 * alpha) * eta * epsilon)), "steps")
wide = Hypothesis("wide enough", m >= C_m * (R**4 * L**11)**(1 / alpha) * log(n / delta)**(2 / (2 - alpha)), at="Theorem 3.3, with (6.4)")
steps = Hypothesis("small steps", eta <= C_eta / (L * m**(2 * alpha)), at="Theorem 3.3")
accuracy = Hypothesis("accuracy", epsilon < 1, at="Assumption 3.2")
low = Claim("mean loss", loss(k) <= 3 * epsilon, at="Theorem 3.3", over=Average(k, last=T), probability=1 - delta)
close = Claim("layers stay close", travel(k) <= 2 * sqrt(C * L) * R / m**alpha, at="Theorem 3.3, proof", over=Each(k, last=T), probability=1 - delta)
stays = Claim("layers stay close, with numbers", travel(k) <= (1 + sqrt(3 * L)) * R / m**alpha, at="Lemma 6.2", over=Each(k, last=T - 1),
              probability=1 - delta, form="ours")
theorem = Theorem(
    statement="Theorem 3.3, α = 1/2", says="Gradient descent brings the mean loss below 3ε within T steps, and no layer moves far.",
    setting=setting, scale=sizes, choices=half, practice=Practice(widths=ladder, seeds=6, samples=10, step_size=1 / (L * m), steps=2200),
    hypotheses=(accuracy, wide, steps), claims=(low, close, stays),
    laws=(Law("movement shrinks", of=travel, along=m, exponent=-Rational(1, 2), at="Theorem 3.3, proof, η = 1/(L m^(2α))"),),
    derivation=(
        Implication("regret and distance leave 3ε", (near <= L * R**2 / m**(2 * alpha), start * eta * epsilon * m**(2 * alpha) >= L * R**2,
                    loss(k) <= near / (eta * start) + 2 * epsilon), low, at="Lemma 6.2"),
        Implication("until then nobody is far", (start * eta * epsilon * m**(2 * alpha) <= L * R**2,
                    now**2 <= L * R**2 / m**(2 * alpha) + 2 * start * eta * epsilon,
                    travel(k) <= now + R / m**alpha), stays, at="Lemma 6.2"),
        Identity("so many steps", Subs(L * R**2 / (m**(2 * alpha) * eta * epsilon), eta, 1 / (L * m**(2 * alpha))), L**2 * R**2 / epsilon,
                 at="Theorem 3.3"),
        Solved("the layers stay where the network is nearly linear", L**Rational(11, 4) * R * logs <= width**(alpha / 4), letter=width,
               bound=(L**Rational(11, 4) * R * logs)**(4 / alpha), at="(6.4)"),
        Identity("which is the width of the theorem", (L**Rational(11, 4) * R)**(4 / alpha), (R**4 * L**11)**(1 / alpha), at="(6.4)"),
    ))
gentle = replace(
    theorem, statement="Theorem 3.3, α = 1/4", choices=quarter, derivation=(),
    practice=replace(theorem.practice, step_size=1 / (L * sqrt(m)), steps=1500),
    laws=(Law("movement shrinks", of=travel, along=m, exponent=-Rational(1, 4), at="Theorem 3.3, proof, η = 1/(L m^(2α))"),))

# Section 4: from tangent features to R -------------------------------------------------------------------------------
z_2 = defined("z_2", -log(exp(epsilon / 2) - 1), "the y f at which the cross entropy is ε/2", positive=None, text="z₂")
near_linear = defined("R_1", m**alpha * far_linear(z_2), "m^α times how near the start the linear model has loss at most ε/2 on every point",
                      text="R′", tex="R'")
near_enough = Hypothesis("near enough", near_linear <= C_tau * m**(alpha / 4) / (L**Rational(9, 4) * log(m)**Rational(3, 8)),
                         at="Proposition 4.2, proof")
fits = Claim("a network fits where its linear model does", fit(z_2) <= epsilon, at="Proposition 4.2", probability=1 - delta)
random_features = Theorem(
    statement="Proposition 4.2", says="If the linear model at the start fits the data nearby, so does the network.",
    setting=setting, scale=sizes, choices=half, practice=Practice(widths=(1024,), samples=10),
    hypotheses=(accuracy, near_enough), claims=(fits,),
    derivation=(
        Identity("half the loss leaves room for log 2", exp(epsilon) - 1 - 2 * (exp(epsilon / 2) - 1), (exp(epsilon / 2) - 1)**2,
                 at="Proposition 4.2, proof"),
        Implication("which pays for the curvature", (loss_of_network <= 2 * loss_of_linear, loss_of_linear <= exp(epsilon / 2) - 1,
                    2 * (exp(epsilon / 2) - 1) <= exp(epsilon) - 1), loss_of_network <= exp(epsilon) - 1, at="Proposition 4.2, proof"),
    ))

separable = Hypothesis("separable tangent features", tangent > 0, at="Assumption 4.3")
from_margin = Claim("R from the margin", near_linear <= m**alpha * (output + log(2 / epsilon)) / tangent, at="Corollary 4.4, proof")
margins = Theorem(
    statement="Corollary 4.4", says="The farther the gradients at the start separate the data, the nearer the linear model fits.",
    setting=setting, scale=sizes, choices=half, practice=Practice(widths=(256,), samples=10),
    hypotheses=(accuracy, separable), claims=(from_margin,),
    derivation=(
        Grows("y f = log(2/ε) is enough", x, exp(x) - 1, along=x, at="Corollary 4.4, proof, x being ε/2"),
        Implication("and a move along U* gets there", (separable, aligned >= tangent, f_linear >= lam * aligned - output,
                    lam * tangent >= output + log(2 / epsilon)), f_linear >= log(2 / epsilon), at="Corollary 4.4, proof"),
    ))

infinite = Hypothesis("separable", gamma > 0, at="Assumption 4.6")
failing = Hypothesis("failure", delta < 1, at="Proposition 4.7")
wide_4_7 = Hypothesis("wide enough", m >= 32 * log(2 * n / delta) / gamma**2, at="Proposition 4.7, proof, corrected", form="ours")
keeps = Claim("the features of all layers keep its share", tangent >= 5 * m**alpha * gamma / 44, at="Proposition 4.7, proof",
              probability=1 - delta)
near_data = Claim("R from the margin of infinite width", near_linear <= Rational(44, 5) * (output + log(2 / epsilon)) / gamma,
                  at="Proposition 4.7, proof", probability=1 - delta)
within_one = gamma <= 1                                    # always: |u| and |x| are at most 1
drawn = (infinite, within_one, chosen >= m / 4, drop**2 * chosen <= 2 * log(2 * n / delta))
half_left, quarter_left = drop <= gamma / 2, unit >= gamma / 4
normalized = unit * sqrt(m) >= sqrt(chosen) * (gamma - drop)
two_layers = Theorem(
    statement="Proposition 4.7", says="Two layers that are wide enough separate the data at a fixed share of the margin of infinite width.",
    setting=setting, scale=sizes, choices={**half, L: Integer(2)}, practice=Practice(data="xor", samples=4, widths=(256,)),
    witness=Witness("orthonormal", samples=2, delta=Rational(1, 10)), hypotheses=(accuracy, failing, infinite, wide_4_7), claims=(keeps, near_data),
    derivation=(
        Implication("Hoeffding over the neurons with |w₂| ≥ 0.47/√m leaves half the margin", (*drawn, wide_4_7), half_left,
                    at="Proposition 4.7, proof"),
        Implication("a quarter after normalization", (infinite, chosen >= m / 4, chosen <= m, half_left, normalized), quarter_left,
                    at="Proposition 4.7, proof"),
        Implication("along a direction that is not long", (infinite, quarter_left, long <= 1 / Rational(47, 100),
                    tangent * long >= m**alpha * unit), keeps, at="Proposition 4.7, proof, ‖U‖ ≤ 1/0.47 ≤ 2.2"),
        Implication("so R follows as in Corollary 4.4", (infinite, keeps, from_margin.relation), near_data, at="Proposition 4.7, proof"),
        Implication("enough output weights are large", (infinite, within_one, wide_4_7), m / 8 >= log(2 / delta),
                    at="Proposition 4.7, proof"),
    ))

theorems = (theorem, gentle, random_features, margins, two_layers)
errata = (
    Erratum(at="Proposition 4.7, proof",
            printed=Implication("Hoeffding leaves half the margin", (*drawn, m >= 32 * log(n / delta) / gamma**2), half_left,
                                at="Proposition 4.7, proof"),
            corrected=Implication("Hoeffding leaves half the margin", (*drawn, wide_4_7), half_left, at="Proposition 4.7, proof"),
            remark="the union bound over the points has put log(2n/δ) into the deviation; the width needs the same logarithm"),
    Erratum(at="Proposition 4.7, proof, last inequality", kind="misprint",
            printed=Implication("a quarter after normalization", (infinite, chosen >= 4 / m, chosen <= m, half_left, normalized), quarter_left,
                                at="Proposition 4.7, proof"),
            corrected=Implication("a quarter after normalization", (infinite, chosen >= m / 4, chosen <= m, half_left, normalized), quarter_left,
                                  at="Proposition 4.7, proof"),
            remark="a quarter of the neurons has large output weights: |S| ≥ m/4, not 4/m"),
)
