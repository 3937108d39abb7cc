"""Training a deep linear network on separable data aligns its layers and finds the maximum margin.

Z. Ji, M. Telgarsky. Gradient descent aligns the layers of deep linear networks. ICLR 2019, arXiv:1810.02032.
Here: Theorems 1 to 4 and the inequalities of Lemma 2 and equation (4), which hold at every time. The theorems are limits
without rates; what a finite run can decide are the inequalities. The flow runs in a time s in which the logarithm of the
risk falls at a rate of order one: the orbit is the same, and risks far below the least float are reached.
"""

from dataclasses import replace

from sympy import Derivative, Eq, Integer, Rational, Subs, log

from theorems.language import (
    Claim, Descent, Each, Erratum, Flow, Hypothesis, Identity, Implication, Limit, Paper, Practice, Scale, Setting, Theorem,
    count, index, measured, positive, time,
)
from theorems.language.measurement import (
    above, absolute, algorithm, below, chain, deep, exponential, feed_forward, first, gradient, inner, inputs, labels, last, layers, least,
    left_vector, most, norm, normal, outer, right_vector, root, rows, smaller, so_far, softplus, spectral, step_length, step_size, total, training_loss,
)

paper = Paper(key="ji2019", title="Gradient descent aligns the layers of deep linear networks", authors=("Z. Ji", "M. Telgarsky"), year=2019,
              venue="ICLR 2019", arxiv="1810.02032")

# Letters ------------------------------------------------------------------------------------------------------------
n, L, m = count("n", "training points"), count("L", "layers"), count("m", "width of every hidden layer")
k, s = index("k", "gradient step"), time("s", "time along the orbit of the flow")
eta = positive("eta", "step size before it is divided by R^(2L−2), R a bound on the layers' norms")

# The network, and what is looked at ---------------------------------------------------------------------------------
W = deep("W")                                              # W_1, ..., W_L, the last one a row
f = feed_forward(W, "linear")
mean_exponential, mean_logistic = (1 / n) * total(exponential(-labels * f)), (1 / n) * total(softplus(-labels * f))
A = below(W) @ below(W).T - above(W).T @ above(W)          # conserved by the flow of any loss of the product
u_k, v_next = left_vector(below(W)), right_vector(above(W))
squares = (spectral(W)**2).start
w_bar = chain(W / norm(W))                                 # the product with every layer scaled to norm one
u_bar = algorithm("hard_direction", rows, labels, axes=(inputs,), signed=True)

gamma = measured("gamma", "hard margin", algorithm("hard_margin", rows, labels))
D = measured("D", "largest squared Frobenius norm less that of the last layer, plus the spectral norms of all W_kW_kᵀ − W_(k+1)ᵀW_(k+1)",
             (most(norm(W)**2, layers) - last(norm(W)**2) + total(spectral(A), layers)).start, nonnegative=True)
risk = measured("R", "mean loss", training_loss, text="R({})", tex=r"\mathcal{R}({})", nonnegative=True)
energy = measured("energy", "squared norm of the gradient", total(norm(gradient(training_loss, W))**2, layers), text="‖∇R({})‖²",
                  tex=r"\lVert\nabla\mathcal{R}({})\rVert^2")
length = measured("length", "length η_k of the step", step_length, text="η_({})", tex=r"\eta_{{}}")
balance = measured("balance", "norm of all W_kW_kᵀ − W_(k+1)ᵀW_(k+1) together", root(total(norm(A)**2, layers)), text="‖A({})‖", tex=r"\lVert A({})\rVert")
rank_gap = measured("rank_gap", "largest ‖W_k‖_F² − ‖W_k‖²", most(norm(W)**2 - spectral(W)**2, layers), text="max(‖W({})‖_F² − ‖W({})‖²)",
                    tex=r"\max_k(\lVert W_k({})\rVert_F^2-\lVert W_k({})\rVert^2)", nonnegative=True)
bend = measured("bend", "largest (1 − ⟨v_(k+1), u_k⟩²)‖W_(k+1)‖² less ‖W_(k+1)(0)‖² + ‖W_k(0)‖²",
                most((1 - inner(v_next, u_k)**2) * spectral(above(W))**2 - above(squares) - below(squares), layers), text="bend({})")
down = measured("down", "largest ‖W_(k+1)‖² − ‖W_k‖² less the spectral norm of their balance at the start",
                most(spectral(above(W))**2 - spectral(below(W))**2 - spectral(A.start), layers), text="down({})")
inverse = measured("inverse", "one over the least Frobenius norm of a layer", 1 / least(norm(W), layers), text="1/min‖W({})‖_F",
                   tex=r"1/\min_k\lVert W_k({})\rVert_F")
rank_one = measured("rank_one", "largest distance of W_k/‖W_k‖_F from its leading u_kv_kᵀ",
                    most(norm(W / norm(W) - outer(left_vector(W), right_vector(W))), layers),
                    text="max‖W({})/‖W‖ − uvᵀ‖", tex=r"\max_k\lVert W_k({})/\lVert W_k\rVert_F-u_kv_k^{\top}\rVert_F")
aligned = measured("aligned", "least |⟨v_(k+1), u_k⟩|", least(absolute(inner(v_next, u_k)), layers), text="min|⟨v,u⟩|({})",
                   tex=r"\min_k\lvert\langle v_{k+1},u_k\rangle\rvert({})")
product = measured("product", "|⟨w/∏‖W_k‖_F, v_1⟩|, w the product of the layers", absolute(inner(w_bar, right_vector(first(W)))), text="|⟨w̄,v₁⟩|({})",
                   tex=r"\lvert\langle\bar w,v_1\rangle\rvert({})")
toward = measured("toward", "|⟨v_1, ū⟩|, ū the direction of the hard margin", absolute(inner(right_vector(first(W)), u_bar)), text="|⟨v₁,ū⟩|({})",
                  tex=r"\lvert\langle v_1,\bar u\rangle\rvert({})")
margin = measured("margin", "least margin of w/∏‖W_k‖_F", least(labels * (rows @ w_bar)), text="margin({})")

# What is trained on what --------------------------------------------------------------------------------------------
small = Rational(2, 5)                                     # of each weight at the start; the theorems leave the draw open
flow = Setting(outputs=f, trained=(W,), start={W: small * normal}, loss=mean_exponential, method=Flow(log_time=True), data=("unit_ball", "separable"))
flow_logistic = replace(flow, loss=mean_logistic)
ball = so_far("ratchet", most(norm(W), layers), 1, Rational(11, 10))     # R: grows only when a layer comes within 1 of it
descent = replace(flow_logistic, method=Descent(step=smaller(step_size / ball**(2 * L - 2), 1)))   # Assumption 5
deep_scale = Scale(samples=n, width=m, depth=L)
five = Practice(data="separable", samples=5, widths=(4,), seeds=24, step_size=0.05, steps=800)

# Theorems 1 and 2, gradient flow --------------------------------------------------------------------------------------
separable = Hypothesis("separable", gamma > 0, at="Assumption 1 and Section 2")
moving = Hypothesis("not a critical point", energy(0) > 0, at="Assumption 2")
low = Hypothesis("risk below that of zero", risk(0) <= 1, at="Assumption 2")
low_logistic = Hypothesis("risk below that of zero", risk(0) <= log(2), at="Assumption 2")
near_rank_one = Claim("nearly rank one", rank_gap(s) <= D, at="Lemma 2", over=Each(s))
align = Claim("adjacent layers align", bend(s) <= D, at="Lemma 2", over=Each(s))
behind = Claim("no layer falls behind the next", down(s) <= 0, at="Lemma 2, proof", over=Each(s))
inequalities = (
    Claim("risk never above its start", risk(s) <= risk(0), at="Lemma 2, proof", over=Each(s)),
    Claim("balance is conserved", Eq(balance(s), balance(0)), at="Section 2, (1)", over=Each(s)),
    near_rank_one, align, behind,
)
limits = (
    Claim("risk vanishes", Eq(risk(s), 0), at="Theorem 1", over=Limit(s)),
    Claim("every layer grows", Eq(inverse(s), 0), at="Theorem 1", over=Limit(s)),
    Claim("every layer becomes rank one", Eq(rank_one(s), 0), at="Theorem 1", over=Limit(s)),
    Claim("layers align", Eq(aligned(s), 1), at="Theorem 1", over=Limit(s)),
    Claim("the product follows the first layer", Eq(product(s), 1), at="Theorem 1", over=Limit(s)),
    Claim("and finds the hard margin's direction", Eq(toward(s), 1), at="Theorem 2", over=Limit(s)),
    Claim("with its margin", Eq(margin(s), gamma), at="Theorem 2", over=Limit(s)),
)

g_1, g_2 = positive("g_1", "first entry of the gradient in the product"), positive("g_2", "its second entry")
a, b, c, d = (positive(x, "an entry of W_1") for x in "abcd")
p, q = positive("p", "first entry of W_2"), positive("q", "second entry of W_2")
F, F_L = positive("F", "‖W_k‖_F²"), positive("F_L", "‖W_L‖_F², which is ‖W_L‖²: W_L is a row")
F_0, F_L0 = positive("F_0", "‖W_k(0)‖_F²"), positive("F_L0", "‖W_L(0)‖_F²")
A_k = positive("A", "spectral norms of the balances at the start, from k on")
S, S_1 = positive("sigma", "‖W_k‖²", text="σ_k²"), positive("sigma_1", "‖W_(k+1)‖²", text="σ_(k+1)²")
S_0, S_10 = positive("sigma_0", "‖W_k(0)‖²"), positive("sigma_10", "‖W_(k+1)(0)‖²")
angle = positive("angle", "⟨v_(k+1), u_k⟩²")
beta, R_k = positive("beta", "smoothness of the risk in a ball"), positive("radius", "a bound on the layers' norms")
dW_1 = (-p * g_1, -p * g_2, -q * g_1, -q * g_2)            # minus the gradient in W_1 = (a b; c d), W_2 = (p q)
dW_2 = (-(g_1 * a + g_2 * b), -(g_1 * c + g_2 * d))
conservation = (
    Identity("the flow conserves W_1W_1ᵀ − W_2ᵀW_2, on the diagonal", 2 * a * dW_1[0] + 2 * b * dW_1[1], 2 * p * dW_2[0], at="Section 2, (1)"),
    Identity("and off it", dW_1[0] * c + a * dW_1[2] + dW_1[1] * d + b * dW_1[3], dW_2[0] * q + p * dW_2[1], at="Section 2, (1)"),
    Implication("no layer falls behind, for the k that is worst", (S_1 - A_k <= S, down(s) <= S_1 - S - A_k), behind, at="Lemma 2, proof"),
    Implication("every layer is nearly rank one", (Eq(F - F_L, F_0 - F_L0), F_L - A_k <= S, F_0 - F_L0 + A_k <= D, rank_gap(s) <= F - S), near_rank_one,
                at="Lemma 2"),
    Implication("and adjacent layers align", (angle * S_1 + D + S_0 >= S, S >= S_1 - S_10, bend(s) <= (1 - angle) * S_1 - S_0 - S_10), align,
                at="Lemma 2"),
)
theorem = Theorem(
    statement="Theorems 1 and 2, exponential loss",
    says="Gradient flow drives the risk to zero, aligns the layers, and finds the maximum margin.",
    setting=flow, scale=deep_scale, practice=five, choices={L: Integer(3)},
    hypotheses=(separable, moving, low), claims=(*inequalities, *limits), derivation=conservation)
logistic = replace(
    theorem, statement="Theorems 1 and 2, logistic loss", setting=flow_logistic, practice=replace(five, widths=(3,)), choices={L: Integer(2)},
    hypotheses=(separable, moving, low_logistic))

# Theorems 3 and 4, gradient descent -----------------------------------------------------------------------------------
step = Hypothesis("small steps", eta <= 1 / (2 * L**2 * (Rational(1, 4) + 1)), at="Assumption 5 and Lemma 5, β = 1/4, G = 1")
descends = Claim("every step descends", risk(k + 1) <= risk(k) - length(k) * energy(k) / 2, at="Appendix C, (4)", over=Each(k))
steps = Theorem(
    statement="Theorems 3 and 4", says="Gradient descent with steps that shrink as the layers grow does the same.",
    setting=descent, scale=replace(deep_scale, step_size=eta), choices={L: Integer(2)},
    practice=Practice(data="separable", samples=5, widths=(3,), seeds=8, step_size=0.099, steps=10000),
    hypotheses=(separable, moving, low_logistic, step),
    claims=(
        descends,
        Claim("risk vanishes", Eq(risk(k), 0), at="Theorem 3", over=Limit(k)),
        Claim("every layer grows", Eq(inverse(k), 0), at="Theorem 3", over=Limit(k)),
        Claim("the product follows the first layer", Eq(product(k), 1), at="Theorem 3", over=Limit(k)),
        Claim("and finds the hard margin's direction", Eq(toward(k), 1), at="Theorem 4", over=Limit(k)),
    ),
    derivation=(
        Identity("a step is at most one over the smoothness", 2 * L**2 * R_k**(2 * L - 2) * Rational(5, 4) * step.relation.rhs / R_k**(2 * L - 2),
                 1, at="Lemma 5"),
        Implication("and descends", (risk(k + 1) <= risk(k) - length(k) * energy(k) + beta * length(k)**2 * energy(k) / 2,
                                     beta * length(k) <= 1, length(k) >= 0, energy(k) >= 0), descends, at="Appendix C, (4)"),
    ))

theorems = (theorem, logistic, steps)

# As printed, as corrected -----------------------------------------------------------------------------------------------
w, h, along = positive("w", "part of a row of W_1 across ū"), positive("h", "a short time"), positive("x", "its part of the gradient in the product")
before, after, bound = positive("before", "‖W(t)‖_F"), positive("after", "‖W(t+1)‖_F"), positive("R_t", "the radius")
moved = positive("moved", "length of a step")
derivative = Subs(Derivative((w - h * p * along)**2, h), h, 0)
errata = (
    Erratum(at="Lemma 4, use in the proof of Theorem 2 (OpenReview submission)", kind="misprint",
            printed=Identity("the part of W_1 across ū shrinks", derivative, -p * w * along, at="proof of Theorem 2"),
            corrected=Identity("the part of W_1 across ū shrinks", derivative, -2 * p * w * along, at="proof of Theorem 2"),
            remark="the derivative of a squared norm has a factor 2; only its sign is used"),
    Erratum(at="Assumption 5 (OpenReview submission)", kind="reading",
            printed=Implication("the next step stays in the ball", (before <= bound, after <= before + moved, moved <= 1), after <= bound,
                                at="Assumption 5"),
            corrected=Implication("the next step stays in the ball", (before <= bound - 1, after <= before + moved, moved <= 1), after <= bound,
                                  at="Assumption 5"),
            remark="the descent lemma needs both ends of a step in the ball: W(t) must keep a distance of 1 from its boundary"),
)
