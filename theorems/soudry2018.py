"""Gradient descent on separable data turns, slowly, to the direction of the maximum margin; what remains beside it is known.

D. Soudry, E. Hoffer, M. S. Nacson, S. Gunasekar, N. Srebro. The Implicit Bias of Gradient Descent on Separable Data. ICLR 2018 and JMLR 19, 2018,
arXiv:1710.10345. Here, for the logistic loss: Lemmas 1 and 5, Theorems 3 and 4, limits without rates; the constants that Theorem 4 implies and
the proof of Appendix A.1 with its constants kept, both ours. Beside them, with numbers at every step and constant steps: Theorem 3, Lemmas 6
and 9 and Proposition 11 of Z. Ji, M. Telgarsky. Risk and parameter convergence of logistic regression. arXiv:1803.07300; the lower bound of
Lemma 9 from t = 2 on, where ln ln t exists. Any start will do for Soudry et al.; limits that random starts reach too slowly are tried from zero.
"""

from dataclasses import replace

from sympy import Derivative, Eq, Max, Min, Rational, exp, log, oo
from sympy import Limit as Towards

from theorems.language import (
    About, Claim, Each, Erratum, Grows, Hypothesis, Identity, Implication, Limit, Paper, Practice, Quantity, Scale, Setting, Theorem, Witness,
    count, failure, gradient_flow, hidden, index, measured, positive, time,
)
from theorems.language.measurement import (
    algorithm, exponential, gradient, inner, inputs, labels, least, most, norm, normal, parameter, points, projected, rows, so_far, softplus,
    spectral, step_size, total, training_loss,
)
from theorems.language.quantity import nonnegative

paper = Paper(key="soudry2018", title="The Implicit Bias of Gradient Descent on Separable Data", year=2018, venue="ICLR 2018 and JMLR 19",
              authors=("D. Soudry", "E. Hoffer", "M. S. Nacson", "S. Gunasekar", "N. Srebro"), arxiv="1710.10345",
              beside=("Z. Ji, M. Telgarsky. Risk and parameter convergence of logistic regression. arXiv:1803.07300",))

# Letters ------------------------------------------------------------------------------------------------------------------------------------------
n, k, t = count("n", "training points"), index("k", "gradient step"), time("t", "time of the gradient flow")
eta, C = positive("eta", "step size"), hidden("C", "bound on what remains beside ŵ log k")

# A linear model, and what is looked at --------------------------------------------------------------------------------------------------------------
w = parameter("w", inputs)
f, slope = rows @ w, gradient(training_loss, w)
alpha = algorithm("hard_dual", rows, labels, axes=(points,))                                         # ŵ = Σ α_i y_i x_i
w_hat = (labels * alpha) @ rows                                                                      # the shortest vector with y_i x_i·ŵ ≥ 1
height, here = labels * (rows @ w_hat), alpha > 0
w_tilde = algorithm("residual_limit", rows, labels, alpha, w.start, step_size, axes=(inputs,), signed=True)     # η exp(−y_i x_i·w̃) = α_i
w_flow = algorithm("residual_limit", rows, labels, alpha, w.start, 1, axes=(inputs,), signed=True)              # the same with η = 1
lost = (1 - here) * exponential(-labels * (rows @ w_flow)) / (height - 1 + here)

gamma = measured("gamma", "hard margin, 1/‖ŵ‖", algorithm("hard_margin", rows, labels))
sigma = measured("sigma", "largest singular value of the data", spectral(rows), text="σ_max", tex=r"\sigma_{\max}")
strict = measured("strict", "least α_i + y_i x_i·ŵ − 1", least(alpha + height - 1), tex=r"\min_i(\alpha_i+y_ix_i\cdot\hat w-1)")
lacking = measured("lacking", "rank of the data less that of their support vectors", algorithm("unspanned", rows, alpha), text="rank X − rank X_S")
top = measured("top", "largest α_i", most(alpha), text="max α", tex=r"\max_i\alpha_i")
longest = measured("longest", "length of the longest input", most(norm(rows, inputs)), text="max‖x‖", tex=r"\max_i\lVert x_i\rVert")
loss = measured("L", "loss that is trained", training_loss, nonnegative=True, tex=r"\mathcal{L}({})")
energy = measured("energy", "squared norm of the gradient", norm(slope)**2, text="‖∇L({})‖²", tex=r"\lVert\nabla\mathcal{L}({})\rVert^2")
spent = measured("spent", "sum of the squared norms of the gradients so far", so_far("total", norm(slope)**2), text="Σ‖∇L‖²({})")
ratio = measured("ratio", "norm of the gradient over the loss", norm(slope) / training_loss, text="γ({})", tex=r"\gamma_{{}}")
size = measured("size", "norm of w", norm(w), text="‖w({})‖", tex=r"\lVert w({})\rVert")
inverse = measured("inverse", "one over the norm of w", 1 / norm(w), text="1/‖w({})‖", tex=r"1/\lVert w({})\rVert")
worst = measured("worst", "largest exp(−y_i x_i·w)", most(exponential(-labels * f)), text="max e^(−yf({}))", tex=r"\max_i e^{-y_if_i({})}")
off = measured("off", "distance of w/‖w‖ from ŵ/‖ŵ‖", norm(w / norm(w) - w_hat / norm(w_hat)), text="‖w/‖w‖ − ŵ/‖ŵ‖‖({})")
margin = measured("margin", "least margin of w/‖w‖", least(labels * f) / norm(w), text="margin({})")
along = measured("along", "⟨w, ŵ⟩/‖ŵ‖²", inner(w, w_hat) / norm(w_hat)**2, text="⟨w({}),ŵ⟩/‖ŵ‖²")
along_end = measured("along_end", "⟨w̃, ŵ⟩/‖ŵ‖²", inner(w_tilde, w_hat) / norm(w_hat)**2, text="⟨w̃,ŵ⟩/‖ŵ‖²")
across = measured("across", "norm of the part of w − w̃ across ŵ", norm(w - w_tilde - projected(w - w_tilde, w_hat)), text="‖(w({}) − w̃)⊥‖")
p = measured("p", "norm of the part of w̃ across ŵ", norm(w_tilde - projected(w_tilde, w_hat)), text="‖w̃⊥‖")
apart = measured("apart", "distance of w from w̃, η = 1", norm(w - w_flow), text="‖w({}) − w̃‖", tex=r"\lVert w({})-\tilde w\rVert")
onto = measured("onto", "⟨w − w̃, ŵ⟩, η = 1", inner(w - w_flow, w_hat), text="⟨w({}) − w̃,ŵ⟩", tex=r"\langle w({})-\tilde w,\hat w\rangle")
K = measured("K", "sum of exp(−y_i x_i·w̃)/(y_i x_i·ŵ − 1) over the points beyond the margin, η = 1", total(lost), nonnegative=True)

# What is trained on what ---------------------------------------------------------------------------------------------------------------------------
steep, once = total(exponential(-labels * f)), total(softplus(-labels * f))
drawn = Setting(outputs=f, trained=(w,), start={w: normal}, loss=once, data=("unit_ball", "separable"))
zero, flow = replace(drawn, start={w: 0}), replace(drawn, loss=steep, method=gradient_flow)
mean, mean_steep = replace(zero, loss=(1 / n) * once), replace(zero, loss=(1 / n) * steep)
sizes, run = Scale(samples=n, step_size=eta), Practice(data="separable", samples=5, widths=(1,), seeds=4, step_size=Rational(1), steps=4000)
five, two = Witness("separable", samples=5, steps=20000), Witness("separable", samples=2, steps=10000)

# Soudry et al.: Lemmas 1 and 5, Theorems 3 and 4 ---------------------------------------------------------------------------------------------------
beta = Rational(1, 4)                                                    # the slope of the logistic loss is β-Lipschitz
separable = Hypothesis("separable", gamma > 0, at="Assumption 1")
small = Hypothesis("small steps", eta < 2 / (beta * sigma**2), at="Lemma 1 and Theorem 3")
generic = Hypothesis("support vectors have positive duals", strict > 0, at="Lemma 8, for almost all data of Theorem 3")
spanned = Hypothesis("support vectors span the data", Eq(lacking, 0), at="Theorem 4")
rate = 1 - eta * beta * sigma**2 / 2
descends = Claim("every step descends", loss(k + 1) <= loss(k) - eta * rate * energy(k), at="Lemma 5, proof", over=Each(k), form="ours")
summable = Claim("gradients are summable", spent(k) <= loss(0) / (eta * rate), at="Lemma 5, proof", over=Each(k), form="ours")
flat = Claim("the gradient vanishes", Eq(energy(k), 0), at="Lemma 5", over=Limit(k))
vanishes = Claim("so does the loss", Eq(loss(k), 0), at="Lemma 1", over=Limit(k))
margins = Claim("every margin diverges", Eq(worst(k), 0), at="Lemma 1", over=Limit(k))
diverges = Claim("and so do the weights", Eq(inverse(k), 0), at="Lemma 1", over=Limit(k))
rest = size(k)**2 + (log(k)**2 - 2 * along(k) * log(k)) / gamma**2       # ‖w − ŵ log k‖²
of_zero = Claim("loss of zero", Eq(loss(0), n * log(2)), at="ours", form="ours")
bounded = Claim("what remains is bounded", rest <= C**2, at="Theorem 3", over=Each(k, first=1))
finds = Claim("the direction is that of the margin", Eq(off(k), 0), at="Theorem 3", over=Limit(k))
tends = Claim("what remains tends to w̃", Eq((along(k) - log(k) - along_end)**2 / gamma**2 + across(k)**2, 0), at="Theorem 4", over=Limit(k))
sharp = Claim("the loss", Eq(loss(k) * eta * k * gamma**2, 1), at="ours", over=Limit(k), form="ours")
angle = Claim("the direction", Eq(off(k) * log(k), gamma * p), at="ours", over=Limit(k), form="ours")
gap = Claim("the margin", Eq((gamma - margin(k)) * log(k), gamma * (along_end - log(eta / top))), at="ours", over=Limit(k), form="ours")
apart_t = apart(t)**2 + log(1 + t)**2 / gamma**2 - 2 * log(1 + t) * onto(t)           # ‖w(t) − ŵ log(1 + t) − w̃‖²
near = Claim("what remains is bounded", apart_t <= apart(0)**2 + 2 * exp(-1) * K, at="Appendix A.1, constants kept", over=Each(t), form="ours")

theorem = Theorem(statement="Theorem 3", says="The weights are ŵ log k and something bounded, so that they turn to the maximum margin.", setting=zero,
                  scale=sizes, practice=run, witness=five, hypotheses=(separable, small, generic), claims=(of_zero, bounded, finds))
lemma = replace(theorem, statement="Lemmas 1 and 5", says="Small steps drive the loss to zero and every margin to infinity.", setting=drawn,
                witness=two, hypotheses=(separable, small), claims=(descends, summable, flat, vanishes, margins, diverges))
residual = replace(theorem, statement="Theorem 4", says="What remains beside ŵ log k tends to w̃; the rates of Section 3 get constants.",
                   hypotheses=(separable, small, generic, spanned), claims=(of_zero, tends, sharp, angle, gap))
anywhere = replace(residual, statement="Theorem 4, random starts", setting=drawn, witness=two, claims=(tends, sharp))
explicit = replace(theorem, statement="Appendix A.1, explicit", says="In the flow of the exponential loss what remains has an explicit bound.",
                   form="ours", setting=flow, scale=Scale(samples=n), hypotheses=(separable, generic), claims=(near,),
                   practice=replace(run, step_size=Rational(1, 20), steps=1000), witness=replace(five, steps=2000))

# Ji and Telgarsky: Theorem 3, Lemmas 6 and 9, Proposition 11 ---------------------------------------------------------------------------------------
ball = Hypothesis("inputs in the unit ball", longest <= 1, at="Ji and Telgarsky, Section 1")
short = Hypothesis("steps", eta <= 1, at="Ji and Telgarsky, Theorem 3")
half, one = Claim("risk of zero", Eq(loss(0), log(2)), at="ours", form="ours"), Claim("risk of zero", Eq(loss(0), 1), at="ours", form="ours")
risk = Claim("risk", loss(k) <= 1 / k + log(k)**2 / (2 * gamma**2 * eta * k), at="Ji and Telgarsky, Theorem 3", over=Each(k, first=1))
falls = Claim("every step lowers the risk", loss(k + 1) <= loss(k) * (1 - eta * loss(k) * (1 - eta * loss(k) / 2) * ratio(k)**2),
              at="Ji and Telgarsky, Lemma 6", over=Each(k))
high = Claim("weights from above", size(k) <= Max(4 * log(k) / gamma**2, 2), at="Ji and Telgarsky, Lemma 9", over=Each(k, first=1))
low = Claim("weights from below", size(k) >= Min(log(k) - log(2), log(eta * k) - 2 * log(log(k)) + 2 * log(gamma)) + log(log(2)),
            at="Ji and Telgarsky, Lemma 9", over=Each(k, first=2))
steepest = Claim("the loss is steep", ratio(k) >= gamma, at="Ji and Telgarsky, Lemma 6", over=Each(k))
turned = Claim("direction", off(k)**2 <= (2 + 2 * log(n)) / (gamma * size(k)), at="Ji and Telgarsky, Proposition 11", over=Each(k, first=1))
logistic = Theorem(statement="Ji and Telgarsky, logistic loss", says="The risk falls as ln²(t)/t, weights grow as ln t.", setting=mean, scale=sizes,
                   practice=run, witness=replace(five, steps=4000), hypotheses=(separable, ball, short), claims=(half, risk, falls, high, low))
steepened = replace(logistic, statement="Ji and Telgarsky, exponential loss", says="The same, and the direction errs by O(1/ln t).",
                   setting=mean_steep, claims=(one, risk, falls, high, low, steepest, turned))

# The proofs: their letters, then their steps ----------------------------------------------------------------------------------------------------
q, z, y = failure("q", "1/(1 + e^u), u a margin"), positive("z", "a number"), positive("y", "another")
a, h, b = positive("a", "a dual variable"), positive("h", "a margin of ŵ"), positive("b", "exp(−y_i x_i·w̃)")
P, x = nonnegative("P", "sum of 1/(1 + e^u) over the points"), nonnegative("x", "what is 0 in the limit")
A, e, m = positive("A", "sum of the dual variables"), positive("e", "⟨w̃, ŵ⟩/‖ŵ‖²"), positive("m", "least y_i x_i·w̃")
S, Q = nonnegative("S", "what the points beyond the margin add"), nonnegative("Q", "sum of the squares of the relative steps, halved")
G, R_z, Z = nonnegative("G", "norm of the gradient"), nonnegative("R_z", "risk of z = ū ln(k)/γ"), nonnegative("Z", "norm of z")
D, D_next = nonnegative("D", "‖w(k) − z‖²"), nonnegative("D_next", "‖w(k+1) − z‖²")
I, u = Quantity("I", "⟨w, ū⟩, or ⟨∇R, w − z⟩", About.SCALE), Quantity("u", "logarithm of a bound on the risk", About.SCALE)
E, r = positive("E", "exp(−‖w‖)"), Quantity("r", "logarithm of the risk", About.SCALE)
at_1, at_5, at_A = "Lemma 1, proof", "Lemma 5, proof", "Appendix A.1"
ji_3, ji_6, ji_9, ji_11 = "Ji and Telgarsky, Theorem 3", "Ji and Telgarsky, Lemma 6", "Ji and Telgarsky, Lemma 9", "Ji and Telgarsky, Proposition 11"

lemma_proof = (
    Identity("the logistic loss bends by q(1 − q)", Derivative(log(1 + exp(-z)), (z, 2)), exp(-z) / (1 + exp(-z))**2, at="Assumption 2"),
    Implication("which is at most β", (q < 1,), q * (1 - q) <= beta, at="Assumption 2"),
    Implication("so that a step descends", (loss(k + 1) <= loss(k) - eta * energy(k) + beta * sigma**2 * eta**2 * energy(k) / 2,), descends, at=at_5),
    Implication("if it is short", (small,), eta * rate > 0, at=at_5),
    Implication("the descents add up", (descends, Eq(spent(k + 1), spent(k) + energy(k)), eta * rate * spent(k) <= loss(0) - loss(k)),
                eta * rate * spent(k + 1) <= loss(0) - loss(k + 1), at=at_5),
    Implication("to no more than the first loss", (small, eta * rate * spent(k) <= loss(0) - loss(k)), summable, at=at_5),
    Implication("so that in the limit they stand still", (Eq(spent(k + 1), spent(k) + energy(k)), Eq(spent(k + 1), spent(k))), flat, at=at_5),
    Grows("a loss is at most its slope over 1 − q", -log(1 - q), q / (1 - q), along=q, before=1, at=at_1),
    Implication("and the margin keeps slopes from cancelling", (separable, flat, energy(k) >= gamma**2 * P**2, loss(k) <= 2 * P), vanishes, at=at_1),
    Grows("a small loss is a large margin", z / 2, log(1 + z), along=z, before=1, at=at_1),
    Implication("of every point", (vanishes, worst(k) <= 2 * loss(k)), margins, at=at_1),
    Implication("which takes large weights", (Eq(x, 0), inverse(k) <= x), diverges, at=at_1))
common = (
    lemma_proof[3],
    Implication("a support vector has a positive dual variable", (generic, strict <= a + h - 1, Eq(h, 1)), a > 0, at="Lemma 8"),
    Implication("all others lie beyond the margin", (generic, strict <= x + h - 1, Eq(x, 0)), h > 1, at="Lemma 8"))
theorem_proof = (
    *common,
    Implication("the direction errs by twice the share of what remains", (separable, bounded, off(k)**2 * log(k)**2 <= 4 * gamma**2 * rest),
                off(k)**2 * log(k)**2 <= 4 * gamma**2 * C**2, at="Appendix B"),
    Implication("which vanishes, x being 1/log k", (off(k)**2 <= 4 * gamma**2 * C**2 * x**2, Eq(x, 0)), finds, at="Appendix B"))
residual_proof = (
    *common,
    Implication("no gradient leaves the span of the support vectors", (spanned, x <= lacking), Eq(x, 0), at="Appendix A.3"),
    Grows("log k grows by at most 1/k", log(1 + z), z, along=z, at="Appendix A.2"),
    Implication("support vectors pull by α_i/k at ŵ log k + w̃", (Eq(eta * b, a), Eq(y * k, b)), Eq(eta * y * k, a), at="Theorem 4"),
    Implication("the two parts of what is left vanish with it", (separable, Eq(x, 0), across(k) <= x,
                (along(k) - log(k) - along_end)**2 <= gamma**2 * x**2), tends, at="Appendix A.3"),
    Implication("the loss is the pull, and Σα_i = ‖ŵ‖²", (separable, Eq(loss(k) * eta * k, A), Eq(A * gamma**2, 1)), sharp, at="ours"))
rates_proof = (
    Identity("the chord of an angle, y being its cosine", (2 - 2 * y) * (1 + y), 2 * (1 - y**2), at="Appendix B"),
    Identity("and its sine, z being log k", Towards(z**2 * gamma**2 * y**2 / ((z + e)**2 + gamma**2 * y**2), z, oo), gamma**2 * y**2,
             at="Appendix B"),
    Implication("in the limit", (separable, Eq(off(k) * z, p), Eq(z * gamma, log(k))), angle, at="Appendix B"),
    Identity("the margin's gap, z being log k", Towards(z * (gamma - gamma * (z + m) / (z + e)), z, oo), gamma * (e - m), at="Appendix B"),
    Implication("the largest dual variable has the least margin", (a <= top,), eta / a >= eta / top, at="ours"),
    Implication("in the limit ", (Eq((gamma - margin(k)) * log(k), gamma * (along_end - u)), Eq(u, log(eta / top))), gap, at="Appendix B"))
flow_proof = (
    *common[1:],
    Identity("a point pulls by its own power of the time", exp(-(h * log(1 + t) + z)), (1 + t)**(-h) * exp(-z), at=at_A),
    Grows("z(e^(−z) − 1) ≤ 0 for z > 0", exp(-z), 1, along=z, at=at_A),
    Grows("and for z < 0, y being −z", 1, exp(y), along=y, at=at_A),
    Grows("z e^(−z) ≤ 1/e for z > 1", z * exp(-z), exp(-1), along=z, first=1, at=at_A),
    Grows("and for z < 1, y being 1 − z", (1 - y) * exp(y), 1, along=y, at=at_A),
    Identity("powers beyond the margin can be summed", Derivative((1 - (1 + t)**(1 - h)) / (h - 1), t), (1 + t)**(-h), at=at_A),
    Implication("to no more than their part of K", (h > 1, x <= 1), b * (1 - x) / (h - 1) <= b / (h - 1), at=at_A),
    Implication("so what remains is bounded", (separable, apart_t <= apart(0)**2 + 2 * exp(-1) * S, S <= K), near, at=at_A))
ji_proof = (
    Implication("the loss bends by no more than itself", (ball, Eq(G, ratio(k) * loss(k)),
                loss(k + 1) <= loss(k) - eta * G**2 + eta**2 * longest**2 * loss(k) * G**2 / 2), falls, at=ji_6),
    Implication("a step keeps half of its descent", (short, falls, loss(k) <= 1, Eq(G, ratio(k) * loss(k))),
                loss(k + 1) <= loss(k) - eta * G**2 / 2, at=ji_6),
    Implication("it comes nearer to any better point", (Eq(D_next, D - 2 * eta * I + eta**2 * G**2), loss(k) - R_z <= I,
                loss(k + 1) <= loss(k) - eta * G**2 / 2), D_next <= D + 2 * eta * (R_z - loss(k + 1)), at=ji_3),
    Grows("z has the risk 1/k at most", log(1 + y), y, along=y, at="Ji and Telgarsky, Lemma 5"),
    Implication("so the risk is small", (separable, 2 * eta * k * loss(k) <= Z**2 + 2 * eta * k * R_z, R_z * k <= 1, Eq(Z * gamma, log(k)), k >= 1),
                risk, at=ji_3),
    Implication("the first two steps are short", (short, size(k) <= eta * k, k <= 2), high, at=ji_9),
    Implication("from the third on z is not far", (ball, D <= Z**2 + 2, (size(k) - Z)**2 <= D, Eq(Z * gamma, log(k)), gamma <= longest,
                log(k) >= 1), high, at=ji_9),
    Implication("short weights have a large loss", (risk, log(2) * E <= loss(k), k >= 2),
                log(2) * E <= Max(2 / k, log(k)**2 / (gamma**2 * eta * k)), at=ji_9),
    Identity("the logarithm of the second", log(z**2 / (gamma**2 * eta * y)), 2 * log(z) - log(eta * y) - 2 * log(gamma), at=ji_9),
    Implication("in logarithms", (size(k) >= log(log(2)) - u,
                u <= Max(log(2) - log(k), 2 * log(log(k)) - log(eta * k) - 2 * log(gamma))), low, at=ji_9))
exponential_proof = (
    Implication("the margin keeps slopes from cancelling", (gamma * loss(k) <= G, Eq(G, ratio(k) * loss(k)), loss(k) > 0), steepest, at=ji_6),
    Grows("a factor 1 − y costs y in the logarithm", y, -log(1 - y), along=y, before=1, at=ji_11),
    Implication("squares of steps add up to little", (short, loss(k + 1) <= loss(k) - eta * G**2 / 2),
                eta**2 * G**2 / 2 <= loss(k) - loss(k + 1), at=ji_11),
    Implication("long weights have a small risk", (steepest, r <= Q - P, gamma * size(k) <= P, Q <= 1), r <= 1 - gamma * size(k), at=ji_11),
    Implication("and a small risk takes the right direction", (separable, r <= 1 - gamma * size(k), r >= -gamma * I - log(n), size(k) > 0,
                Eq(off(k)**2 * size(k), 2 * size(k) - 2 * I)), turned, at=ji_11))
theorems = (
    replace(lemma, derivation=lemma_proof), replace(theorem, derivation=theorem_proof), replace(residual, derivation=residual_proof + rates_proof),
    replace(anywhere, derivation=residual_proof), replace(explicit, derivation=flow_proof), replace(logistic, derivation=ji_proof),
    replace(steepened, derivation=ji_proof + exponential_proof))

# As printed, as corrected --------------------------------------------------------------------------------------------------------------------------
bends, smooth = positive("bends", "second derivative of a loss, e^(−u) of the exponential one"), positive("smooth", "smoothness", text="β")
kept = 1 - eta * smooth / 2
errata = (
    Erratum(at="Section 2, after Assumption 2 (ICLR)",
            printed=Implication("the exponential loss is β-smooth", (eta < 2 / smooth,), bends <= smooth, at="Assumption 2"),
            corrected=Implication("it descends while the step is at most one over the loss", (eta * loss(k) <= 1,
                                  loss(k + 1) <= loss(k) - eta * energy(k) + eta**2 * loss(k) * energy(k) / 2),
                                  loss(k + 1) <= loss(k) - eta * energy(k) / 2, at="Ji and Telgarsky, Lemma 6"),
            remark="e^(−u) is its own second derivative and has no bound: for the exponential loss, listed there, the loss must take the place of β"),
    Erratum(at="Appendix C, before Lemma 7 (ICLR)", kind="misprint",
            printed=Implication("a step descends", (eta > 2 / smooth,), kept > 0, at="Appendix C"),
            corrected=Implication("a step descends", (eta < 2 / smooth,), kept > 0, at="Lemma 5"),
            remark="the sign of the condition on the step is turned; Lemma 7 below it has the right one"),
)
