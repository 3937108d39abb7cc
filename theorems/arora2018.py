"""Gradient descent trains a deep linear network at a linear rate, from a balanced start with a deficiency margin.

S. Arora, N. Cohen, N. Golowich, W. Hu. A convergence analysis of gradient descent for deep linear neural networks. ICLR 2019,
arXiv:1810.02281. Here: Theorem 1 with Claim 1 and Lemmas 1, 2 and 7, linear residual networks, Claim 5, and the start of Theorem 2.
Whitened data enter the loss through Φ alone (Appendix A), so the data of a check are Φ itself: its row i, one for an output, is y_i x_i.
Theorem 1 runs with three layers, the others with two; the algebra is for every N. The steps of Theorem 2 are too small for any run.
"""

from dataclasses import replace

from sympy import Eq, Integer, Rational, ceiling, erf, exp, log, sqrt

from theorems.language import (
    Best, Claim, Each, Erratum, Grows, Hypothesis, Identity, Implication, Paper, Practice, Scale, Setting, Theorem, Witness,
    count, defined, index, measured, positive,
)
from theorems.language.measurement import (
    algorithm, inputs, labels, larger, least_eigenvalue, least_singular_value, neurons, norm, normal, orthogonal, parameter, points, rows, size,
    spectral, training_loss, unit_matrix,
)
from theorems.lemmas import chi_square

paper = Paper(key="arora2018", title="A convergence analysis of gradient descent for deep linear neural networks",
              authors=("S. Arora", "N. Cohen", "N. Golowich", "W. Hu"), year=2019, venue="ICLR 2019", arxiv="1810.02281")

# Letters ------------------------------------------------------------------------------------------------------------
n, m, N, d_0 = count("n", "outputs"), count("m", "width of every hidden layer"), count("N", "layers"), count("d_0", "inputs, in a probability")
k, eta, c = index("k", "gradient step"), positive("eta", "step size"), positive("c", "deficiency margin of the start")
rho = positive("rho", "ε/ℓ(0), the share of the loss that shall be left", below=1)
s, a = positive("s", "standard deviation of the product's entries at the start"), positive("a", "(‖Φ‖/(s d_0))², or less")

# The network, and what is looked at ---------------------------------------------------------------------------------
W_1, W_2, W_N = parameter("W_1", neurons, inputs), parameter("W_2", neurons, neurons), parameter("W_N", points, neurons)
A, Q_1, Q_2, V = parameter("A", points, inputs), parameter("Q_1", neurons, points), parameter("Q_2", neurons, points), parameter("V", inputs, neurons)
target, symmetric, product = labels * rows, rows.T @ (labels * rows), W_N @ W_2 @ W_1
Phi = measured("Phi", "Frobenius norm of the target", norm(target), text="‖Φ‖", tex=r"\lVert\Phi\rVert_F", positive=True)
sigma = measured("sigma", "least singular value of the target", least_singular_value(target), text="σ_min(Φ)", tex=r"\sigma_{\min}(\Phi)")
lam = measured("lam", "minus the least eigenvalue of the symmetric target", -least_eigenvalue(symmetric), text="λ", tex=r"\lambda")
d, loss = measured("d", "inputs", size(inputs)), measured("ell", "loss", training_loss, text="ℓ({})", tex=r"\ell({})", nonnegative=True)
away = measured("away", "‖W − Φ‖_F, W = W_N⋯W_1 the product", norm(product - target), text="‖W({})−Φ‖", tex=r"\lVert W({})-\Phi\rVert_F")
energy = measured("energy", "squared norm of the gradient in W", norm(product - target)**2, text="‖∇L({})‖²", tex=r"\lVert\nabla L({})\rVert^2")
low = measured("low", "least singular value of W", least_singular_value(product), text="σ_min({})", tex=r"\sigma_{\min}(W({}))")
balance = measured("balance", "largest ‖W_(j+1)ᵀW_(j+1) − W_jW_jᵀ‖_F", larger(norm(W_2.T @ W_2 - W_1 @ W_1.T), norm(W_N.T @ W_N - W_2 @ W_2.T)),
                   text="balance({})", nonnegative=True)
top = measured("top", "largest spectral norm of a layer", larger(larger(spectral(W_1), spectral(W_2)), spectral(W_N)), text="max‖W_j({})‖",
               tex=r"\max_j\lVert W_j({})\rVert_\sigma", nonnegative=True)
off = measured("off", "distance of Φ from the identity", norm((W_N @ W_1).start - target), text="‖Φ−I‖", tex=r"\lVert\Phi-I\rVert_F")

# What is trained on what --------------------------------------------------------------------------------------------
first = algorithm("singular_power", A.start, 1 / N, axes=(points, inputs), signed=True)    # U S^(1/N) Vᵀ where A = U S Vᵀ: Procedure 1, turned
other = algorithm("left_power", A.start, 1 / N, axes=(points, points), signed=True)        # U S^(1/N) Uᵀ
procedure = {Q_1: orthogonal, Q_2: orthogonal, W_1: Q_1.start @ first, W_2: Q_2.start @ other @ Q_1.start.T, W_N: other @ Q_2.start.T}
near = {**procedure, A: Rational(15, 16) * target + normal / 64, W_1: Q_1.start @ first + normal / (5 * 10**6)}
three = Setting(trained=(W_1, W_2, W_N), start=near, loss=norm(product - target)**2 / 2, data=("unit_ball",))
residual = Setting(trained=(W_1, W_N), start={W_1: unit_matrix, W_N: unit_matrix}, loss=norm(W_N @ W_1 - target)**2 / 2, data=("unit_ball",))
negative = Setting(trained=(W_1, V), start={W_1: unit_matrix, V: unit_matrix}, loss=norm(V @ W_1 - symmetric)**2 / 2, data=("unit_ball",))
sizes = Scale(samples=n, width=m, step_size=eta)

# Theorem 1 and its lemmas -----------------------------------------------------------------------------------------------
rate = c**(2 - 2 / N)                                      # times η: the share of the loss that every step takes away
delta = defined("delta", c**2 / (256 * N**3 * Phi**(2 - 2 / N)), "how far from balanced the start may be")
T = defined("T", ceiling(log(1 / rho) / (eta * rate)), "steps until the loss is ε")
margin = Hypothesis("deficiency margin", away(0) <= sigma - c, at="Definition 2")
balanced = Hypothesis("balanced start", balance(0) <= delta, at="Theorem 1 and Definition 1")
small = Hypothesis("small steps", eta <= c**(4 - 2 / N) / (6144 * N**3 * Phi**(6 - 4 / N)), at="Theorem 1, (7)")
reaches = Claim("loss reaches ε", loss(k) <= rho * loss(0), at="Theorem 1, ε = ρℓ(0)", over=Best(k, last=T))
decays = Claim("loss decays", loss(k) <= (1 - eta * rate)**k * loss(0), at="Theorem 1, proof", over=Each(k))
contracts = Claim("every step contracts", loss(k + 1) <= (1 - eta * rate) * loss(k), at="Theorem 1, proof", over=Each(k), form="ours")
descends = Claim("every step descends", loss(k + 1) <= loss(k) - eta / 2 * low(k)**(2 - 2 / N) * energy(k), at="Lemma 1, (9)", over=Each(k))
stays = Claim("layers stay balanced", balance(k) <= 2 * delta, at="Lemma 2, A(t)", over=Each(k))
bounded = Claim("layers stay bounded", top(k) <= (4 * Phi)**(1 / N), at="Lemma 2, C(t)", over=Each(k))
doubles = Claim("gradient as large as the loss says", Eq(energy(k), 2 * loss(k)), at="Theorem 1, proof", over=Each(k))
keeps = Claim("singular values keep the margin", low(k) >= c, at="Claim 1", over=Each(k))

# The algebra, for every N -------------------------------------------------------------------------------------------
M, P, P_2 = positive("M", "largest spectral norm of a layer"), positive("P", "M^(2N−2)"), positive("P_2", "M^(2N−4)")
x, y, h, q = positive("x", "a number"), positive("y", "a number"), positive("h", "1 − ηc^(2−2/N)"), positive("q", "‖Φ‖^(2/N)")
g, star = positive("g", "ηNM^(2N−2)"), positive("star", "‖(★)‖ over ‖∇L‖, (★) the higher orders of a step", text="★")
nu, mu = positive("nu", "2δ"), positive("mu", "least eigenvalue of W_2:N W_2:Nᵀ")
u, v, w = positive("u", "σ_min(W)^(2−2/N)"), positive("v", "σ_min(W)^(2/N)"), positive("w", "σ_min(W_N)^(2N−2)")
e, e_2 = positive("e", "distance of WWᵀ from (W_NW_Nᵀ)^N"), positive("e_2", "distance of W_2:N W_2:Nᵀ from (W_NW_Nᵀ)^(N−1)")
drift, spent = positive("drift", "change of the balance"), positive("spent", "η times the sum of ‖∇L‖² over the steps so far")
within, roots = c <= Phi, (Eq(q, Phi**(2 / N)), Eq(q**2, Phi**(4 / N)))              # c is at most σ_min(Φ); q is a power
shrinks = Implication("no coefficient 1 − ηu is negative", (small, *roots, u <= 4 * Phi**(2 - 2 / N), c**(4 - 2 / N) <= Phi**(4 - 2 / N)),
                      eta * u < 1, at="Theorem 1, proof")
precise = Implication("η is small enough for Lemma 7", (small, within, g**2 <= (eta * N)**2 * 256 * Phi**(4 - 4 / N)), 24 * g**2 <= eta * rate,
                      at="Lemma 7, (27)")
follows = (
    Implication("steps multiply", (contracts, decays, Eq(h, 1 - eta * rate)), loss(k + 1) <= h * decays.relation.rhs, at="Theorem 1, proof"),
    Grows("to less than an exponential", 1 - x, exp(-x), along=x, at="Theorem 1, proof"),
    Implication("whose exponent after T steps is at least log(1/ρ)", (rho < 1,), eta * rate * T >= log(1 / rho), at="Theorem 1, (8)"),
    Implication("and not before", (rho < 1,), eta * rate * (T - 1) < log(1 / rho), at="Theorem 1, (8)"),
    Implication("so the loss is ε", (decays, (1 - eta * rate)**k <= rho), reaches, at="Theorem 1"),
)
proof = (
    Implication("the margin bounds the loss at the start", (margin, sigma <= Phi, Eq(2 * loss(0), away(0)**2)), 2 * loss(0) <= Phi**2,
                at="Lemma 2, B(0)"),
    Implication("and is kept where the loss does not rise", (margin, low(k) >= sigma - away(k), away(k) <= away(0)), keeps, at="Claim 1"),
    Implication("2δ is small enough for Lemma 6 with C = 2‖Φ‖", (within,), 60 * N**2 * delta <= Phi**(2 / N), at="Lemma 2, (34)"),
    Implication("which bounds the layers, x being 2^(1/(2N))", (x >= 1, Eq((4 * Phi)**(1 / N), x**2 * (2 * Phi)**(1 / N)),
                top(k) <= x * (2 * Phi)**(1 / N)), bounded, at="Lemma 2, C(t)"),
    Identity("2δ is what Lemma 7 needs, M^(2N−2) being at most 16‖Φ‖^(2−2/N)", 2 * delta * 8 * N**3 * 16 * Phi**(2 - 2 / N), c**2,
             at="Lemma 7, (28)"),
    precise,
    Implication("WWᵀ is nearly a power, y being σ_min(W)²", (8 * N**3 * P * nu <= y, e <= nu * P * N**2 / 2), 16 * N * e <= y,
                at="Lemma 5, our constant"),
    Implication("and W_2:N W_2:Nᵀ", (8 * N**3 * P_2 * M**2 * nu <= u * v, v <= M**2, e_2 <= nu * P_2 * N**2 / 2), 16 * N * e_2 <= u,
                at="Lemma 5, our constant"),
    Implication("so the gradient is kept", (N >= 2, 16 * N * e_2 <= u, w >= u * (1 - 1 / (16 * N)), mu >= w - e_2), mu >= 15 * u / 16,
                at="Lemma 7, proof"),
    shrinks,
    Implication("higher orders are small, ηNM^(N−2)‖Φ‖ being g/4", (24 * g**2 <= eta * u, eta * u <= 1, star * (1 - g / 4) <= g * g / 4),
                star <= g**2 / 2, at="Lemma 7, proof"),
    Implication("so every step descends", (24 * g**2 <= eta * u, eta * u <= 1, mu >= 15 * u / 16, Eq(u, low(k)**(2 - 2 / N)), star <= g**2 / 2,
                loss(k + 1) <= loss(k) - eta * mu * energy(k) + star * energy(k) + (g + star)**2 * energy(k) / 2), descends, at="Lemma 7"),
    Implication("and contracts", (descends, doubles, low(k)**(2 - 2 / N) >= rate), contracts, at="Theorem 1, proof"),
    *follows,
    Implication("the balance drifts by its second order", (small, *roots, drift <= 2 * eta * 8 * Phi**(2 - 2 / N) * spent,
                spent * rate <= Phi**2), 3 * drift <= 2 * delta, at="Lemma 2, (36)"),
    Implication("and stays", (balanced, 3 * drift <= 2 * delta, balance(k) <= balance(0) + drift), stays, at="Lemma 2, A(t)"),
)
theorem = Theorem(
    statement="Theorem 1", says="From a balanced start with a deficiency margin the loss falls at a linear rate.", setting=three, scale=sizes,
    practice=Practice(data="sphere", samples=3, widths=(6,), seeds=8, step_size=0.05, steps=400),
    choices={N: Integer(3), c: Rational(1, 4), rho: Rational(1, 10)},
    witness=Witness("sphere", samples=2, letters={c: Rational(9, 20), rho: Rational(999, 1000)}, width=4),
    hypotheses=(margin, balanced, small), claims=(decays, contracts, reaches, descends, doubles, stays, bounded, keeps), derivation=proof)

# Linear residual networks, and what happens without a margin ----------------------------------------------------------
close = Hypothesis("target near the identity", off <= (1 - c) / 2, at="Section 3.2: less than 1/2, by c/2", form="ours")
identical = replace(
    theorem, statement="Theorem 1, linear residual networks", says="From identity layers the same, where the target is within 1/2 of the identity.",
    setting=residual, practice=Practice(data="separable", samples=2, widths=(2,), seeds=1, step_size=0.05, steps=400),
    choices={**theorem.choices, N: Integer(2)}, witness=Witness("separable", samples=2, letters={rho: Rational(1999, 2000)}),
    hypotheses=(Hypothesis("square target", Eq(d, n), at="Section 3.2"), Hypothesis("one width", Eq(m, n), at="Section 3.2"), close, small),
    claims=(decays, contracts, reaches), derivation=(
        Implication("the identity has the margin c", (close, sigma >= 1 - off), off <= sigma - c, at="Section 3.2"), precise, shrinks, *follows))
below_zero = Hypothesis("a negative eigenvalue", lam > 0, at="Claim 5, proof")
up = Claim("loss stays up", loss(k) >= lam**2 / 2, at="Claim 5, proof", over=Each(k))
stuck = Theorem(
    statement="Claim 5", says="From identity layers, an even number, no step size reaches a symmetric target with a negative eigenvalue.",
    setting=negative, scale=sizes, practice=Practice(data="orthonormal", samples=3, widths=(3,), seeds=1, step_size=0.1, steps=100),
    choices={N: Integer(2)}, witness=Witness("orthonormal", samples=3, step=Rational(9, 10), steps=6),
    hypotheses=(Hypothesis("one width", Eq(m, d), at="Claim 5"), below_zero), claims=(up,), derivation=(
        Implication("an even power, x, has no negative eigenvalue", (below_zero, x >= 0, 2 * loss(k) >= (x + lam)**2), up, at="Claim 5, proof"),))

# The start of Theorem 2: one output, a Gaussian product, balanced -----------------------------------------------------
often = (1 - 2 * exp(-d_0 / 16)) * (1 - 2 * erf(2 / sqrt(a))) / 2    # (1 − 2e^(−d_0/16))(3 − 4F(2√(2/a)))/2, F(x) = (1 + erf(x/√2))/2
modest = Hypothesis("small initialization", s <= Phi / (sqrt(a) * d_0), at="Theorem 2")
enough, many = Hypothesis("a is not small", a >= 2, at="Theorem 2, proof"), Hypothesis("many inputs", d_0 >= 20, at="Lemma 16")
wins = Claim("deficiency margin", away(0) <= sigma - s**2 * d_0 / (2 * Phi), at="Theorem 2, proof, (38)", probability=often)
along, length = positive("along", "⟨W(0), Φ⟩/‖Φ‖"), positive("length", "‖W(0)‖²")
short = chi_square(square=length / s**2, d=d_0, p=exp(-d_0 / 16))
start = Theorem(
    statement="Theorem 2, its start", says="A small Gaussian start, balanced, has a deficiency margin in nearly half of the draws.",
    setting=replace(three, start={**procedure, A: s * normal}), scale=replace(sizes, dimension=d_0),
    practice=Practice(data="digits", samples=1, widths=(4,)), choices={N: Integer(3), a: Integer(100), s: Phi / (11 * d_0)},
    hypotheses=(Hypothesis("one output", Eq(n, 1), at="Theorem 2"), many, enough, modest),
    claims=(wins, Claim("balanced", Eq(balance(0), 0), at="Procedure 1", scale=Phi)), derivation=(
        Implication("the product is rarely long", (short, exp(-d_0 / 16) < 1), length <= 13 * s**2 * d_0 / 8, at="Lemma 9, k = d_0/16"),
        Implication("and long enough along Φ where a Gaussian is above 21/(16√a)", (modest,), 21 * s * d_0 / (16 * Phi) <= 21 / (16 * sqrt(a)),
                    at="Lemma 16"),
        Implication("so it has the margin", (many, enough, modest, length <= 13 * s**2 * d_0 / 8, along >= 21 * s**2 * d_0 / (16 * Phi),
                    Eq(sigma, Phi), away(0)**2 <= Phi**2 - 2 * Phi * along + length), wins, at="Theorem 2, proof, (38)"),
        Implication("and more often", (exp(-d_0 / 16) <= Rational(5, 16), Eq(y, erf(2 / sqrt(a))), erf(21 / (16 * sqrt(2 * a))) <= 3 * y / 4),
                    Rational(1, 2) - erf(21 / (16 * sqrt(2 * a))) / 2 - exp(-d_0 / 16) >= often, at="Theorem 2, proof, (38)"),
        Identity("the steps of Theorem 2 are those of Theorem 1 at this margin", small.relation.rhs.subs(c, s**2 * d_0 / (2 * Phi)),
                 2**(2 / N) * (s**2 * d_0)**(4 - 2 / N) / (2**4 * 6144 * N**3 * Phi**(10 - 6 / N)), at="Theorem 2, proof, (39)"),
        Implication("or smaller, x being 2^(2/N)", (x >= 1,), 10**5 * x >= 2**4 * 6144, at="Theorem 2, proof, (39)"),
    ))

theorems = (theorem, identical, stuck, start)

# As printed, as corrected -----------------------------------------------------------------------------------------------
errata = (
    Erratum(at="Theorem 1, proof", kind="gap",
            printed=Implication("no coefficient is negative", (loss(k + 1) <= (1 - x) * loss(k),), x <= 1, at="Theorem 1, proof"), corrected=shrinks,
            remark="a negative coefficient 1 − x contradicts nothing where the loss is already zero; the bound on the step excludes it"),
)
