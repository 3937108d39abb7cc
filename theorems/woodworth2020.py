"""The scale of the initialization decides between the kernel's least ℓ2 norm and the rich regime's least ℓ1 norm.

B. Woodworth, S. Gunasekar, J. D. Lee, E. Moroshko, P. Savarese, I. Golan, D. Soudry, N. Srebro. Kernel and Rich Regimes in
Overparametrized Models. COLT 2020 (PMLR 125), arXiv:2002.09277. Here: Theorem 1 (general case), Theorem 2, and the two limits of
Section 4. The theorems speak of where the flow ends, if it fits the data: what a run decides at every time is that it stays on the
curve of minimizers, what it decides of its end is a limit in time, and Theorem 2 is also decided of the minimizer itself.
"""

from dataclasses import replace

from sympy import Derivative, Eq, Integer, Rational, Subs, asinh, exp, log, oo, sinh, sqrt

from theorems.language import (
    Claim, Each, Erratum, Grows, Hypothesis, Identity, Implication, Last, Limit, LimitIn, Paper, Practice, Scale, Setting, Theorem,
    count, gradient_flow, measured, positive, time,
)
from theorems.language.measurement import (
    absolute, algorithm, inner, inputs, labels, least, logarithm, most, norm, normal, parameter, root, rows, solve, total,
)

paper = Paper(key="woodworth2020", title="Kernel and Rich Regimes in Overparametrized Models",
              authors=("B. Woodworth", "S. Gunasekar", "J. D. Lee", "E. Moroshko", "P. Savarese", "I. Golan", "D. Soudry", "N. Srebro"),
              year=2020, venue="COLT 2020", arxiv="2002.09277")

# Letters ------------------------------------------------------------------------------------------------------------
N, d = count("N", "training points"), count("d", "coordinates of an input")
t = time("t", "time of the gradient flow")
alpha = positive("alpha", "scale of the initialization")
epsilon = positive("epsilon", "how much longer than the shortest")

# The network, and what is looked at ---------------------------------------------------------------------------------
p, q = parameter("p", inputs), parameter("q", inputs)                    # w_+ and w_-
beta = p**2 - q**2
f = rows @ beta
squares = p.start * q.start                                              # α² w_0²
gram = rows @ rows.T
slope = logarithm(p / q)                                                 # arcsinh(β/2α²w_0²), since w_+ w_- = α² w_0²
best = algorithm("hypentropy", rows, labels, squares, axes=(inputs,), signed=True)     # argmin Q subject to Xβ = y
best_1 = algorithm("basis_pursuit", rows, labels, axes=(inputs,), signed=True)
best_2 = rows.T @ solve(gram, labels)

b_1 = measured("b_1", "least ℓ1 norm of what fits", total(absolute(best_1)), text="‖β*₁‖₁", tex=r"\lVert\beta^*_{\ell_1}\rVert_1", positive=True)
b_2 = measured("b_2", "least ℓ2 norm of what fits", root(inner(labels, solve(gram, labels))), text="‖β*₂‖₂", tex=r"\lVert\beta^*_{\ell_2}\rVert_2",
               positive=True)
w_0 = measured("w_0", "least entry at the start, in size", least(absolute(p.start)), text="min|w(0)|", tex=r"\min_i\lvert w_i(0)\rvert")
error = measured("error", "distance of predictions from labels", norm(f - labels), text="‖Xβ({})−y‖", tex=r"\lVert X\beta({})-y\rVert")
off = measured("off", "part of arcsinh(β/2α²w₀²), the gradient of Q, off the span of the inputs", norm(slope - rows.T @ solve(gram, rows @ slope)), text="‖∇Q({})⊥‖",
               tex=r"\lVert\nabla Q(\beta({}))_{\perp}\rVert")
kept = measured("kept", "largest |w₊w₋ − α²w₀²| beside α²w₀²", most(absolute(p * q - squares) / squares), text="drift({})", tex=r"\mathrm{drift}({})")
away = measured("away", "distance from the interpolator with the least Q", norm(beta - best), text="‖β({})−β_Q‖", tex=r"\lVert\beta({})-\beta_Q\rVert")
l_1 = measured("l_1", "ℓ1 norm", total(absolute(beta)), text="‖β({})‖₁", tex=r"\lVert\beta({})\rVert_1")
l_2 = measured("l_2", "ℓ2 norm", norm(beta), text="‖β({})‖₂", tex=r"\lVert\beta({})\rVert_2")
lq_1 = measured("lq_1", "ℓ1 norm of the interpolator with the least Q", total(absolute(best)), text="‖β_Q‖₁", tex=r"\lVert\beta_Q\rVert_1")
lq_2 = measured("lq_2", "its ℓ2 norm", norm(best), text="‖β_Q‖₂", tex=r"\lVert\beta_Q\rVert_2")
far_1 = measured("far_1", "distance from the interpolator with the least ℓ1 norm", norm(beta - best_1), text="‖β({})−β*₁‖",
                 tex=r"\lVert\beta({})-\beta^*_{\ell_1}\rVert")
far_2 = measured("far_2", "distance from that with the least ℓ2 norm", norm(beta - best_2), text="‖β({})−β*₂‖",
                 tex=r"\lVert\beta({})-\beta^*_{\ell_2}\rVert")

# Letters of the proofs ----------------------------------------------------------------------------------------------
P, M = positive("P", "an entry of w_+"), positive("M", "the same entry of w_-")
x, y, w, z = (positive(letter, "a number") for letter in "xywz")
r = positive("r", "the entry of X^T r, r = Xβ − y")
a, b = positive("a", "α²"), positive("b", "|β_i|")
rate, room = positive("rate", "log(1/α)"), positive("room", "log(2(1 + ε)‖β*_ℓ1‖₁)")
g = positive("g", "log(‖β*_ℓ1‖₁ + α²)")
entry = 2 * y - sqrt(1 + 4 * y**2) + log((1 + sqrt(1 + 4 * y**2)) / 2)   # α² q(β/α²) − β log(1/α²) at β = 1, y = α²
q_z = 2 - sqrt(4 + z**2) + z * asinh(z / 2)                             # q

# What is trained on what --------------------------------------------------------------------------------------------
general = Setting(outputs=f, trained=(p, q), start={p: alpha * normal, q: p.start}, loss=norm(f - labels)**2, method=gradient_flow)
special = replace(general, start={p: alpha, q: alpha})
sizes = Scale(samples=N, dimension=d)
usual = Practice(data="sphere", samples=6, seeds=24, step_size=0.01, steps=6000)
fast = replace(usual, step_size=1 / (20 * alpha**2))

# Theorem 1 ----------------------------------------------------------------------------------------------------------
fits = Claim("zero error, which the paper assumes", Eq(error(t), 0), at="Theorem 1", over=Limit(t), form="ours")
curve = Claim("the gradient of Q is a sum of inputs", Eq(off(t), 0), at="Appendix D, (17) and (19)", over=Each(t), scale=Integer(1))
theorem = Theorem(
    statement="Theorem 1", says="Where the flow fits the data, it has found the interpolator with the least Q.",
    setting=general, scale=sizes, practice=usual, choices={alpha: Rational(1, 10)},
    hypotheses=(Hypothesis("no zero entries", w_0 > 0, at="Theorem 1 (general case)"),),
    claims=(
        curve,
        Claim("w₊w₋ is conserved", Eq(kept(t), 0), at="Appendix D, (16)", over=Each(t), scale=Integer(1)),
        fits,
        Claim("the end has the least Q", Eq(away(t), 0), at="Theorem 1 (general case)", over=Limit(t)),
    ),
    derivation=(
        Identity("the gradient in an entry of w₊", Subs(Derivative((x * w**2 - y)**2, w), w, P), 4 * x * (x * P**2 - y) * P, at="Appendix D, (15)"),
        Identity("w₊w₋ is conserved", Subs(Derivative((P - 4 * r * P * w) * (M + 4 * r * M * w), w), w, 0), 0, at="Appendix D, (16)"),
        Identity("β = 2α²w₀² sinh(z), z = log(w₊/w₋)", a * exp(z) - a * exp(-z), 2 * a * sinh(z), at="Appendix D, (17)"),
        Identity("the gradient of Q inverts it", Subs(Derivative(a * q_z.subs(z, z / a), z), z, x), asinh(x / (2 * a)), at="Appendix D, (19)"),
    ))

# Theorem 2 ----------------------------------------------------------------------------------------------------------
below = Hypothesis("accuracy", epsilon < d, at="Theorem 2")
power = Hypothesis("polynomially small", alpha <= (2 * (1 + epsilon) * b_1)**(-(2 + epsilon) / (2 * epsilon)), at="Theorem 2")
tiny = Hypothesis("exponentially small", alpha <= exp(-d / (epsilon * b_1)), at="Theorem 2")
large = Hypothesis("large", alpha >= sqrt(2 * (1 + epsilon) * (1 + 2 / epsilon) * b_2), at="Theorem 2")
short = Claim("the minimizer is nearly as short", lq_1 <= (1 + epsilon) * b_1, at="Theorem 2 with Theorem 1")
short_2 = Claim("the minimizer is nearly as short", lq_2**2 <= (1 + epsilon) * b_2**2, at="Theorem 2 with Theorem 1")
paid = Implication("and so is the dimension", (2 * rate * lq_1 - d <= b_1 * (2 * rate + g), g <= epsilon * rate, rate >= d / (epsilon * b_1)), short,
                   at="ours")
half = lq_2**2 * (1 - lq_2**2 / (48 * alpha**4)) <= b_2**2                # from Q's first two terms below, its first above
near = Implication("the minimizer is nearly as short", (alpha**4 >= 4 * (1 + 2 / epsilon)**2 * b_2**2, half, lq_2**2 <= 2 * b_2**2), short_2, at="ours")
rich = Theorem(
    statement="Theorem 2, ℓ1", says="From an exponentially small start the flow ends with nearly the least ℓ1 norm.",
    setting=special, scale=sizes, practice=usual, choices={alpha: Rational(1, 200), epsilon: Integer(1)},
    hypotheses=(below, power, tiny),
    claims=(short, Claim("and so is the end of the flow", l_1(t) <= (1 + epsilon) * b_1, at="Theorem 2", over=Limit(t))),
    derivation=(
        Implication("the logarithm of the first bound", (power,), log(1 / alpha) >= (2 + epsilon) / (2 * epsilon) * log(2 * (1 + epsilon) * b_1),
                    at="Theorem 2"),
        Implication("and of the second", (tiny,), log(1 / alpha) >= d / (epsilon * b_1), at="Theorem 2"),
        Grows("x is below its exponential", x, exp(x), along=x, at="ours"),
        Implication("so α² is below the norm", (below, tiny, exp(-d / (epsilon * b_1)) <= epsilon * b_1 / d), alpha**2 <= b_1, at="ours"),
        Implication("its logarithm is paid for", (g <= room, rate >= (2 + epsilon) / (2 * epsilon) * room), g <= epsilon * rate, at="ours"),
        paid,
    ))
kernel = Theorem(
    statement="Theorem 2, ℓ2", says="From a large start it ends with nearly the least ℓ2 norm.",
    setting=special, scale=sizes, practice=fast, choices={alpha: Integer(12), epsilon: Rational(1, 10)},
    hypotheses=(below, large),
    claims=(short_2, Claim("and so is the end of the flow", l_2(t)**2 <= (1 + epsilon) * b_2**2, at="Theorem 2", over=Limit(t))),
    derivation=(
        Implication("the start is large", (large,), alpha**2 >= 2 * (1 + 2 / epsilon) * b_2, at="Theorem 2"),
        Implication("the minimizer is short", (half, lq_2**2 <= 24 * alpha**4), lq_2**2 <= 2 * b_2**2, at="ours"),
        near,
    ))

# Our own: how short the minimizer is, without a threshold -------------------------------------------------------------
less = Hypothesis("small", alpha < 1, at="ours", form="ours")
more = Hypothesis("large", alpha**4 >= b_2**2 / 12, at="ours", form="ours")
sharp_1 = Claim("the minimizer is nearly as short", lq_1 <= b_1 + (b_1 * log(b_1 + alpha**2) + d) / log(1 / alpha**2), at="ours", form="ours")
sharp_2 = Claim("the minimizer is nearly as short", lq_2**2 <= 24 * alpha**4 * (1 - sqrt(1 - b_2**2 / (12 * alpha**4))), at="ours", form="ours")
sharp = Theorem(
    statement="Theorem 2, ℓ1, sharper", says="From a start below one, by how much the minimizer of Q exceeds the least ℓ1 norm.", form="ours",
    setting=special, scale=sizes, practice=usual, choices={alpha: Rational(1, 10**6)}, hypotheses=(less,), claims=(sharp_1,),
    derivation=(
        Identity("how an entry of Q grows with the start", Subs(Derivative(entry, y), y, x), 2 - 4 * x / (1 + sqrt(1 + 4 * x**2)), at="ours"),
        Implication("so it is least for a vanishing one", (x > 0,), 4 * x / (1 + sqrt(1 + 4 * x**2)) <= 2, at="ours"),
        Grows("and not below −1, above one", x - 1, x * log(x), along=x, first=1, at="ours"),
        Grows("nor below one", -x, (1 - x) * log(1 - x), along=x, before=1, at="ours"),
        Implication("the least ℓ1 norm is no larger in Q", (less, lq_1 * log(1 / alpha**2) - d <= b_1 * (log(1 / alpha**2) + log(b_1 + alpha**2))), sharp_1,
                    at="ours"),
    ))
sharp_kernel = Theorem(
    statement="Theorem 2, ℓ2, sharper", says="From a large start, by how much it exceeds the least ℓ2 norm.", form="ours",
    setting=special, scale=sizes, practice=fast, choices={alpha: Integer(2)}, hypotheses=(more,), claims=(sharp_2,),
    derivation=(
        Grows("q is at most its first term", asinh(z / 2), z / 2, along=z, at="ours"),
        Identity("its slope beside the first two", Subs(Derivative(asinh(y), y), y, x), 1 / sqrt(1 + x**2), at="ours"),
        Implication("is no less", (x > 0,), 1 / sqrt(1 + x**2) >= 1 - x**2 / 2, at="ours"),
        Implication("so the lower root bounds the square", (more, half, lq_2**2 <= 24 * alpha**4), sharp_2,
                    at="ours"),
    ))

# Section 4: the two limits --------------------------------------------------------------------------------------------
vanishing = Theorem(
    statement="Section 4, α → 0", says="As the start vanishes, the flow ends at the interpolator with the least ℓ1 norm.",
    setting=special, scale=sizes, choices={alpha: Rational(1, 10)}, hypotheses=(),
    practice=replace(usual, steps=20000, ladders={alpha: tuple(Rational(1, 10**j) for j in range(1, 5))}),
    claims=(Claim("least ℓ1 norm", Eq(Last(far_1), 0), at="Section 4", over=LimitIn(alpha, 0)),))
growing = Theorem(
    statement="Section 4, α → ∞", says="As the start grows, it ends at that with the least ℓ2 norm.",
    setting=special, scale=sizes, choices={alpha: Integer(2)}, hypotheses=(),
    practice=replace(fast, ladders={alpha: tuple(Integer(2**j) for j in range(1, 6))}),
    claims=(Claim("least ℓ2 norm", Eq(Last(far_2), 0), at="Section 4", over=LimitIn(alpha, oo)),))

theorems = (theorem, rich, kernel, sharp, sharp_kernel, vanishing, growing)

# As printed, as corrected -----------------------------------------------------------------------------------------------
velocity = Subs(Derivative((x * w**2 - y)**2, w), w, P)
errata = (
    Erratum(at="Appendix D, (15)", kind="misprint",
            printed=Identity("the gradient in an entry of w₊", velocity, 2 * x * (x * P**2 - y) * P, at="Appendix D, (15)"),
            corrected=Identity("the gradient in an entry of w₊", velocity, 4 * x * (x * P**2 - y) * P, at="Appendix D, (15)"),
            remark="the gradient of ‖Xw² − y‖² has a factor 4; time runs twice as fast, and nothing else changes"),
    Erratum(at="Theorem 2, proof, (44)", kind="gap",
            printed=Implication("Lemma 5 may be used of the least ℓ1 norm, in logarithms", (rate >= d / (epsilon * b_1),),
                                rate >= d * (2 + epsilon) / (2 * epsilon * b_1), at="Appendix E, (44)"),
            corrected=paid,
            remark="Lemma 5 at ε/(2 + ε) asks for exp(−d(1 + ε/2)/(ε‖β*‖₁)), below the printed bound, and for 1 + 2ε where the theorem has 1 + ε; "
                   "the theorem stands as printed by the sharper bound of this file"),
    Erratum(at="Theorem 2, proof, (47)", kind="gap",
            printed=Implication("Lemma 7 may be used, at ε = 1", (large.relation.subs(epsilon, 1),), alpha >= sqrt(3 * b_2) * (1 + 3**Rational(1, 4)),
                                at="Appendix E, (47)"),
            corrected=near,
            remark="Lemma 7 at ε/(2 + ε) asks for more than the printed bound already at ε = 1; the theorem stands as printed by the sharper bound of this file"),
)
