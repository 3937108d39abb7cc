"""A wide implicit ReLU network, trained by gradient methods, fits its data at a linear rate.

T. Gao, H. Liu, J. Liu, H. Rajan, H. Gao. A global convergence theory for deep ReLU implicit networks via over-parameterization.
ICLR 2022, arXiv:2110.05645. Here: Theorems 3.1 and 3.2 as claimed, what their proofs leave open, and theorems of our own
for output weights that start at zero, whose hypotheses a laptop meets. The network is z = relu(bAz + phi), phi = relu(Wx)/sqrt(m),
with output u.z + v.phi; the neurons' coupling b is the paper's gamma/sqrt(m), and it is fixed.
"""

from dataclasses import replace

from sympy import Derivative, Eq, Rational, exp, log, sqrt

from theorems.language import (
    Claim, Consistent, Counterexample, Each, Erratum, Hypothesis, Identity, Implication, Law, Paper, Practice, Scale, Setting, Theorem,
    count, failure, gradient_flow, hidden, index, measured, positive, time,
)
from theorems.language.measurement import (
    argument, equilibrium, feature_gram, greatest_eigenvalue, inputs, labels, least_eigenvalue, neurons, norm, normal, parameter, relu, rows, signs,
    size, spectral, total,
)

paper = Paper(key="gao2021", title="A global convergence theory for deep ReLU implicit networks via over-parameterization",
              authors=("T. Gao", "H. Liu", "J. Liu", "H. Rajan", "H. Gao"), year=2022, venue="ICLR 2022", arxiv="2110.05645")

# Letters ------------------------------------------------------------------------------------------------------------
n, m = count("n", "training points"), count("m", "neurons of the layer")
k, t = index("k", "gradient step"), time("t", "time of the gradient flow")
alpha = positive("alpha", "step size")
delta = failure("delta", "probability of failure over the initialization")
c = positive("c", "bound on ‖A(0)‖/√m and ‖W(0)‖/√m; any will do")
C_m, C_alpha = hidden("C_m", "constant in the width bound Ω(·)"), hidden("C_alpha", "constant in the step bound O(·)", text="C_α")

# The network, and what is looked at ---------------------------------------------------------------------------------
A, W, u_w, v_w = parameter("A", neurons, neurons), parameter("W", neurons, inputs), parameter("u", neurons), parameter("v", neurons)
w = parameter("w", neurons, inputs)                        # of the features alone
gamma = 1 / (4 * c)                                        # Theorems 3.1, 3.2: at most min{1/2, 1/(4c)}
phi = relu(W @ rows.T) / sqrt(m)
state = equilibrium(A, gamma / sqrt(m), phi)               # z = relu(b A z + phi)
f = u_w @ state + v_w @ phi
energy = norm(f - labels)**2 / 2
G, below = phi.T @ phi, relu(w @ rows.T) / sqrt(m)
features, step_of_ones = below.T @ below, argument / (sqrt(m) * size(inputs)**Rational(1, 2))
moved_features = features.start.replaced({w.start: w.start + step_of_ones})

lambda_0 = measured("lambda_0", "least eigenvalue of G∞, the mean of relu(w·x)relu(w·x′)", least_eigenvalue(feature_gram(rows)))
X = measured("X", "largest eigenvalue of XXᵀ", greatest_eigenvalue(rows @ rows.T), text="‖X‖²", tex=r"\lVert X\rVert^2")
Y = measured("Y", "sum of the squared labels", total(labels**2), text="‖y‖²", tex=r"\lVert y\rVert^2")
G_0 = measured("G_0", "least eigenvalue of G(0) = Φ(0)Φ(0)ᵀ", least_eigenvalue(G.start), text="λ_min(G(0))", tex=r"\lambda_{\min}(G(0))")
A_0 = measured("A_0", "norm of A(0)", spectral(A.start), text="‖A(0)‖", tex=r"\lVert A(0)\rVert")
W_0 = measured("W_0", "norm of W(0)", spectral(W.start), text="‖W(0)‖", tex=r"\lVert W(0)\rVert")
residual = measured("r", "distance of the predictions from the labels", norm(labels - f), text="‖ŷ({})−y‖", tex=r"\lVert\hat y({})-y\rVert")
floor = measured("floor", "least eigenvalue of G", least_eigenvalue(G), text="λ_min(G({}))", tex=r"\lambda_{\min}(G({}))")
drift = measured("drift", "distance of G from its start", spectral(G - G.start), text="‖G({})−G(0)‖", tex=r"\lVert G({})-G(0)\rVert")
move_A = measured("move_A", "movement of A", norm(A - A.start), text="‖A({})−A(0)‖_F", tex=r"\lVert A({})-A(0)\rVert_F")
move_W = measured("move_W", "movement of W", norm(W - W.start), text="‖W({})−W(0)‖_F", tex=r"\lVert W({})-W(0)\rVert_F")
move_u = measured("move_u", "movement of u", norm(u_w - u_w.start), text="‖u({})−u(0)‖", tex=r"\lVert u({})-u(0)\rVert")
move_v = measured("move_v", "movement of v", norm(v_w - v_w.start), text="‖v({})−v(0)‖", tex=r"\lVert v({})-v(0)\rVert")
norm_A = measured("norm_A", "norm of A", spectral(A), text="‖A({})‖", tex=r"\lVert A({})\rVert")
w_0 = measured("w_0", "norm of W(0), in the lemma on features alone", spectral(w.start), text="‖W(0)‖", tex=r"\lVert W(0)\rVert")
g_0 = measured("g_0", "least eigenvalue of G(0), in that lemma", least_eigenvalue(features.start), text="λ_min(G(0))", tex=r"\lambda_{\min}(G(0))")
pushed = measured("pushed", "‖G − G(0)‖ once W has moved by so much along the matrix of ones", spectral(moved_features - features.start),
                  text="‖ΔG‖({})", tex=r"\lVert\Delta G\rVert({})")

# Letters of the proofs ----------------------------------------------------------------------------------------------
path = positive("path", "integral of the residual over time")
u, v, g = positive("u", "‖u‖"), positive("v", "‖v‖"), positive("g", "largest ‖g_i‖, the slope of an output in the layer below")
h, e, x = positive("h", "‖r(k+1)‖/‖r(k)‖"), positive("e", "‖r(k+1) − (I − α(ZZᵀ+ΦΦᵀ))r(k)‖/‖r(k)‖"), positive("x", "an eigenvalue of ZZᵀ+ΦΦᵀ")
z_1, z_2, w_i = positive("z_1", "‖z_1‖"), positive("z_2", "⟨z_1, z_2⟩/‖z_1‖"), positive("w", "a coordinate of u")
C_0, lam = positive("C_0", "the constant in the width of Lemma 3.5"), positive("lam", "λ₀", text="λ₀", tex=r"\lambda_0")
size = positive("size", "‖X‖²", text="‖X‖²", tex=r"\lVert X\rVert^2")
r_0 = positive("r_0", "‖ŷ(0)−y‖")

# What is trained on what --------------------------------------------------------------------------------------------
descent = Setting(outputs=f, trained=(A, W, u_w, v_w), start={A: normal, W: normal, u_w: signs, v_w: signs}, loss=energy, data=("unit_inputs",))
flow = replace(descent, method=gradient_flow)
from_zero = replace(descent, start={A: normal, W: normal, u_w: 0, v_w: 0})
flow_from_zero = replace(from_zero, method=gradient_flow)
sizes = Scale(samples=n, width=m, step_size=alpha, failure=delta)
sizes_flow = replace(sizes, step_size=None)
norms = {c: Rational(21, 10)}                              # a Gaussian square matrix has norm near 2 sqrt(m)
small = Practice(data="sphere", samples=5, widths=(50, 100, 200, 400), seeds=6, step_size=0.006, steps=200)
faint = Practice(data="faint", samples=3, widths=(256,), seeds=8, steps=200)

# As printed: Theorems 3.1 and 3.2 -----------------------------------------------------------------------------------------
separate = Hypothesis("no parallel inputs", lambda_0 > 0, at="Assumption 2 and Lemma 3.2")
decay = Claim("residual decays", residual(k)**2 <= (1 - alpha * lambda_0 / 2)**k * residual(0)**2, at="Theorem 3.2", over=Each(k),
              probability=1 - delta)
decay_flow = Claim("residual decays", residual(t)**2 <= exp(-lambda_0 * t) * residual(0)**2, at="Theorem 3.1", over=Each(t), probability=1 - delta)
printed = Theorem(
    statement="Theorem 3.2", says="Gradient descent on a wide implicit network fits the data at a linear rate.",
    setting=descent, scale=sizes, practice=small, choices=norms,
    hypotheses=(separate, Hypothesis("wide enough", m >= C_m * n**2 * log(n / delta) / lambda_0, at="Theorem 3.2"),
                Hypothesis("small steps", alpha <= C_alpha * lambda_0 / n**2, at="Theorem 3.2")),
    claims=(decay,),
    laws=(Law("movement of A does not grow", of=move_A, along=m, exponent=0, at="Lemma 3.6, proof"),
          Law("movement of W does not grow", of=move_W, along=m, exponent=0, at="Lemma 3.6, proof"),
          Law("G freezes", of=drift, along=m, exponent=-Rational(1, 2), at="Lemma 3.4 at that movement")))
printed_flow = Theorem(
    statement="Theorem 3.1", says="Gradient flow on a wide implicit network fits the data at a linear rate.",
    setting=flow, scale=sizes_flow, practice=replace(small, widths=(50,), step_size=0.2, steps=40), choices=norms,
    hypotheses=(separate, Hypothesis("wide enough", m >= C_m * n**2 * log(n / delta) / lambda_0**2, at="Theorem 3.1")), claims=(decay_flow,))

# Our own: output weights from zero ------------------------------------------------------------------------------------------
# While G >= lambda_0/2 and |A|, |W| <= 2c sqrt(m): |phi| <= 2c, |z| <= 4c, |(1 - bDA)^-1| <= 2 (Section 3).
a_bound = Hypothesis("A not large", c * sqrt(m) >= A_0, at="Assumption 1 and Lemma 3.5")
w_bound = Hypothesis("W not large", c * sqrt(m) >= W_0, at="Assumption 1 and Lemma 3.5")
start = Hypothesis("G(0) near its limit", 3 * lambda_0 / 4 <= G_0, at="Lemma 3.5")
wide_flow = Hypothesis("wide enough", m >= 480 * c**2 * n * X * Y / lambda_0**3, at="ours", form="ours")
u_flow, v_flow = (f * c * sqrt(n * Y) / lambda_0 for f in (8, 4))
radius = sqrt(m) * lambda_0 / (12 * c * sqrt(n * X))       # within which G moves by at most lambda_0/4
W_flow = 40 * c * sqrt(n * X) * Y / (lambda_0**2 * sqrt(m))
A_flow = 32 * c * n * Y / (lambda_0**2 * sqrt(m))
decays_flow = Claim("residual decays", residual(t)**2 <= exp(-lambda_0 * t) * residual(0)**2, at="Theorem 3.1", over=Each(t))
keeps_flow = Claim("G keeps its floor", floor(t) >= lambda_0 / 2, at="Lemma 3.5", over=Each(t))
near_flow = Claim("W stays close", move_W(t) <= W_flow, at="ours", over=Each(t), form="ours")
near_A_flow = Claim("A stays close", move_A(t) <= A_flow, at="ours", over=Each(t), form="ours")
near_u_flow = Claim("u stays close", move_u(t) <= u_flow, at="Lemma 3.5, proof", over=Each(t), form="ours")
near_v_flow = Claim("v stays close", move_v(t) <= v_flow, at="Lemma 3.5, proof", over=Each(t), form="ours")
posed_flow = Claim("well posed", norm_A(t) <= 2 * c * sqrt(m), at="Lemma 3.5", over=Each(t))
length = path <= 2 * sqrt(Y) / lambda_0
zero_flow = Theorem(
    statement="Theorem 3.1, repaired", says="From output weights zero, a wide implicit network fits small labels by gradient flow.", form="ours",
    setting=flow_from_zero, scale=sizes_flow, practice=replace(faint, step_size=0.25, steps=30), choices=norms,
    hypotheses=(separate, a_bound, w_bound, start, wide_flow),
    claims=(decays_flow, keeps_flow, near_flow, near_A_flow, near_u_flow, near_v_flow, posed_flow),
    derivation=(
        Identity("the squared residual decays at twice the floor of G", Derivative(decays_flow.relation.rhs, t),
                 -2 * keeps_flow.relation.rhs * decays_flow.relation.rhs, at="Lemma 3.5"),
        Implication("u moves with |Z| = 4c√n", (separate, length, move_u(t) <= 4 * c * sqrt(n) * path), near_u_flow, at="Lemma 3.5, proof"),
        Implication("v moves with |Φ| = 2c√n", (separate, length, move_v(t) <= 2 * c * sqrt(n) * path), near_v_flow, at="Lemma 3.5, proof"),
        Implication("the slopes below stay small", (separate, u <= u_flow, v <= v_flow, g <= 2 * u + v),
                    g <= 20 * c * sqrt(n * Y) / lambda_0, at="ours"),
        Implication("so W moves little", (separate, length, g <= 20 * c * sqrt(n * Y) / lambda_0,
                    move_W(t) * sqrt(m) <= sqrt(X) * g * path), near_flow,
                    at="ours"),
        Implication("and A", (separate, length, u <= u_flow, move_A(t) * sqrt(m) <= gamma * 2 * u * 4 * c * sqrt(n) * path), near_A_flow, at="ours"),
        Implication("at this width W stays in its ball", (separate, wide_flow, near_flow), move_W(t) <= radius, at="ours"),
        Implication("where G keeps its floor", (separate, start, move_W(t) <= radius, floor(t) >= G_0 - drift(t),
                    drift(t) <= 3 * c * sqrt(n * X) * move_W(t) / sqrt(m)), keeps_flow, at="Lemma 3.4, corrected"),
        Implication("and A its bound", (separate, a_bound, wide_flow, near_A_flow, X >= 1, lambda_0 <= Rational(1, 2), c >= 1,
                    norm_A(t) <= A_0 + move_A(t)),
                    posed_flow, at="ours"),
    ))

U, V = (f * c * sqrt(n * Y) / lambda_0 for f in (16, 8))
wide_zero = Hypothesis("wide enough", m >= 512 * c**2 * n * (16 * n + 25 * X) * Y / lambda_0**3, at="ours", form="ours")
steps = Hypothesis("small steps", alpha <= 1 / (20 * c**2 * n), at="ours", form="ours")
decays = Claim("residual decays", residual(k)**2 <= (1 - alpha * lambda_0 / 2)**k * residual(0)**2, at="Theorem 3.2", over=Each(k))
faster = Claim("residual decays, sharper", residual(k) <= (1 - 3 * alpha * lambda_0 / 8)**k * residual(0), at="ours", over=Each(k), form="ours")
keeps = Claim("G keeps its floor", floor(k) >= lambda_0 / 2, at="Lemma 3.6", over=Each(k))
zero = Theorem(
    statement="Theorem 3.2, repaired", says="From output weights zero, a wide implicit network fits small labels by gradient descent.", form="ours",
    setting=from_zero, scale=sizes, practice=replace(faint, step_size=0.0037), choices=norms,
    hypotheses=(separate, a_bound, w_bound, start, wide_zero, steps),
    claims=(decays, faster, keeps,
            Claim("u stays close", move_u(k) <= U, at="Lemma 3.6, proof", over=Each(k), form="ours"),
            Claim("v stays close", move_v(k) <= V, at="Lemma 3.6, proof", over=Each(k), form="ours"),
            Claim("well posed", norm_A(k) <= 2 * c * sqrt(m), at="Lemma 3.6", over=Each(k))),
    derivation=(
        Identity("the width balances the change of the features", wide_zero.relation.rhs * lambda_0 / 8, 4 * n * U**2 + X * (2 * U + V)**2,
                    at="ours"),
        Implication("the features change little in a step", (separate, wide_zero, e * m <= alpha * wide_zero.relation.rhs * lambda_0 / 8),
                    e <= alpha * lambda_0 / 8, at="ours"),
        Implication("each step contracts", (e <= alpha * lambda_0 / 8, x >= lambda_0 / 2, h <= 1 - alpha * x + e), h <= 1 - 3 * alpha * lambda_0 / 8,
                    at="ours"),
        Implication("which is the paper's rate and more", (alpha * lambda_0 <= 1,),
                    (1 - 3 * alpha * lambda_0 / 8)**2 <= 1 - alpha * lambda_0 / 2, at="ours"),
    ))

theorems = (printed_flow, printed, zero_flow, zero)

# As printed, as corrected -----------------------------------------------------------------------------------------------
lone = parameter("a", neurons)                             # one layer of features, not trained here
random_features = Setting(outputs=lone @ below, trained=(w,), start={w: normal, lone: signs}, loss=norm(lone @ below - labels)**2 / 2,
                          data=("unit_inputs",))
within = sqrt(m) * lambda_0 / (16 * c * X)                 # the radius of Lemma 3.4
lemma = Theorem(
    statement="Lemma 3.4", says="While W stays within its radius, G moves by at most a quarter of λ₀.", setting=random_features, scale=sizes,
    choices={c: Rational(11, 10)}, hypotheses=(replace(w_bound, relation=c * sqrt(m) >= w_0), replace(start, relation=3 * lambda_0 / 4 <= g_0)),
    claims=(Claim("G moves little", pushed(within) <= lambda_0 / 4, at="Lemma 3.4"),))
lemma_corrected = replace(lemma, claims=(Claim("G moves little", pushed(radius) <= lambda_0 / 4, at="Lemma 3.4, corrected", form="ours"),))
always = (lam <= Rational(1, 2), size >= 1)                # of G∞ and of unit inputs
width = Eq(m, C_0 * c**2 * n * size * r_0**2 / lam**3)     # (38)
path_of_W = 128 * c * n * r_0**2 / (lam**2 * sqrt(m)) <= sqrt(m) * lam / (16 * c * size)
moved = 4 * c * sqrt(n) * r_0 / lam                        # the most that v moves, half of what (iii) allows it to be
errata = (
    Erratum(at="Lemma 3.4", printed=lemma, corrected=lemma_corrected,
            witness=Counterexample("orthonormal", samples=200, width=40000, delta=Rational(1, 1000)),
            remark="the norm of an entrywise ReLU is bounded in the Frobenius norm, not in the spectral norm; the radius needs √n"),
    Erratum(at="Lemma 3.5, induction",
            printed=Consistent("what the induction asks for", (*always, width, path_of_W, sqrt(m) + moved <= 2 * moved), at="Lemma 3.5, (ii)-(iv)"),
            corrected=Consistent("what it asks for when output weights start at zero", (*always, width, path_of_W, 0 + moved <= 2 * moved),
                                 at="ours"),
            remark="the bound (iii) on ‖v(t)‖ holds for narrow networks alone, the step of W for wide ones: the induction does not close"),
    Erratum(at="(14)", kind="misprint",
            printed=Identity("what u adds to the kernel of two different points", Derivative(w_i * z_1, w_i) * Derivative(w_i * z_2, w_i), 0, at="(14)"),
            corrected=Identity("what u adds to the kernel of two different points", Derivative(w_i * z_1, w_i) * Derivative(w_i * z_2, w_i),
                    z_1 * z_2, at="(14)"),
            remark="γ²M + I must be γ²M + 11ᵀ: u's gradient contributes all of ZZᵀ, not only its diagonal"),
)
