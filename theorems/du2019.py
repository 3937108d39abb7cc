"""A wide two-layer ReLU network, trained by gradient descent, fits its data at a linear rate.

S. Du, X. Zhai, B. Poczos, A. Singh. Gradient Descent Provably Optimizes Over-parameterized Neural Networks.
ICLR 2019, arXiv:1810.02054v2. Here: Theorems 3.1, 3.2 and 4.1, the lemmas under them with their constants, and a
certificate of our own. The paper's own words are relations marked "as printed".
"""

from dataclasses import replace

from sympy import Derivative, Eq, Integral, Mul, Rational, Subs, exp, log, oo, pi, sqrt

from theorems.language import (
    Claim, Counterexample, Each, Erratum, Hypothesis, Identity, Implication, Law, Paper, SameOrder, Scale, Setting, Solved, Theorem, Witness,
    count, defined, failure, gradient_flow, hidden, index, measured, positive, time,
)
from theorems.language.measurement import (
    absolute, argument, cosines, differ, greatest_eigenvalue, identity, inputs, labels, least_eigenvalue, least_fixed_point, limiting_gram, mean,
    most, neurons, norm, normal, ones, outer, parameter, points, relu, rows, signs, spectral, tangent_kernel, total,
)
from theorems.lemmas import anti_concentration, contraction, hoeffding, markov, travel_sum

paper = Paper(
    key="du2019", title="Gradient Descent Provably Optimizes Over-parameterized Neural Networks",
    authors=("S. Du", "X. Zhai", "B. Poczos", "A. Singh"), year=2019, venue="ICLR 2019", arxiv="1810.02054v2")

# Letters ------------------------------------------------------------------------------------------------------------
n = count("n", "training points")
m = count("m", "hidden neurons")
k, t = index("k", "gradient step"), time("t", "time of the gradient flow")
eta = positive("eta", "step size")
delta = failure("delta", "probability of failure over the initialization")
delta_1 = failure("delta_1", "the part of delta spent on Lemma 3.1; any will do")
C_m = hidden("C_m", "constant in the width bound Ω(·)")
C_eta = hidden("C_eta", "constant in the step bound O(·)", text="C_η")

# The network, and what is looked at ---------------------------------------------------------------------------------
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
front, half = 1 / sqrt(m), Rational(1, 2)
f = front * (a @ relu(z))                                  # f(x) = m^(-1/2) sum_r a_r relu(w_r . x)
energy = half * norm(f - labels)**2                                # 1/2 sum_i (f(x_i) - y_i)^2
H, H_inf = tangent_kernel(f, w), limiting_gram(rows)
shares = mean(absolute(z.start) <= argument, neurons)           # s_i(R), the share of neurons within R of the kink of x_i
B = absolute(rows @ rows.T) * (outer(shares, ones(points)) + outer(ones(points), shares))
certified_slope = least_eigenvalue(H.start) - spectral(B) - spectral(rows) * norm(shares)

lambda_0 = measured("lambda_0", "least eigenvalue of the limiting Gram matrix H∞", least_eigenvalue(H_inf))
cosine = measured("c", "largest |cosine| between two inputs", most(absolute(cosines(rows) - identity(points))),
                  tex=r"\max_{i\ne j}\lvert x_i\cdot x_j\rvert")
facing = measured("facing", "largest cosine between two inputs, with its sign; 0 when all are negative", most(cosines(rows) - identity(points)),
                  tex=r"\max_{i\ne j} x_i\cdot x_j")
Y = measured("Y", "sum of the squared labels", total(labels**2), text="‖y‖²", tex=r"\lVert y\rVert^2")
L = measured("L", "largest eigenvalue of the input Gram matrix XXᵀ", greatest_eigenvalue(rows @ rows.T), text="‖XXᵀ‖", tex=r"\lVert XX^{\top}\rVert")
residual = measured("r", "distance of the predictions u from the labels y", norm(labels - f),
                    text="‖y−u({})‖", tex=r"\lVert y-u({})\rVert")
loss = measured("Phi", "training loss", energy, tex=r"\Phi({})")
travel = measured("travel", "farthest any neuron has moved", most(norm(w - w.start, inputs), neurons),
                  text="max‖w({})−w(0)‖", tex=r"\max_r\lVert w_r({})-w_r(0)\rVert")
floor = measured("floor", "least eigenvalue of the Gram matrix H", least_eigenvalue(H),
                 text="λ_min(H({}))", tex=r"\lambda_{\min}(H({}))")
drift = measured("drift", "spectral distance of H from its start", spectral(H - H.start),
                 text="‖H({})−H(0)‖", tex=r"\lVert H({})-H(0)\rVert")
flips = measured("flips", "patterns that differ from the start, over all points, per neuron",
                 total(mean(differ(z >= 0, (z >= 0).start), neurons), points), text="flips({})", tex=r"\tfrac1m\#\mathrm{flips}({})")
gap = measured("gap", "spectral distance of H(0) from H∞", spectral(H.start - H_inf), text="‖H(0)−H∞‖", tex=r"\lVert H(0)-H^{\infty}\rVert")
entry = measured("entry", "largest entry of |H(0) − H∞|", most(absolute(H.start - H_inf)),
                 text="max|H(0)−H∞|", tex=r"\max_{ij}\lvert H_{ij}(0)-H^{\infty}_{ij}\rvert")
near = measured("near", "pairs (neuron, point) with |w(0)·x| ≤ R, per neuron", total(shares), text="near({})", tex=r"\textstyle\sum_i s_i({})")
lambda_H = measured("lambda_H", "least eigenvalue of H(0)", least_eigenvalue(H.start), text="λ_min(H(0))", tex=r"\lambda_{\min}(H(0))")
radius = measured("R", "radius of the certificate: the least R that satisfies it, if any",
                  least_fixed_point(spectral(rows) * norm(labels - f.start) / (sqrt(m) * certified_slope)))
drift_cap = measured("B", "norm of B with entries |x_i·x_j| (s_i + s_j), s_i = share of neurons with |w(0)·x_i| ≤ R",
                     spectral(B), text="‖B({})‖", tex=r"\lVert B({})\rVert")
near_norm = measured("s", "norm of the vector of shares s_i", norm(shares), text="‖s({})‖", tex=r"\lVert s({})\rVert")

# Letters of the proofs ----------------------------------------------------------------------------------------------
u, y, tau = positive("u", "a prediction"), positive("y", "a label"), positive("s", "time")
x, h = positive("x", "an eigenvalue of H(k)"), positive("h", "‖y−u(k+1)‖/‖y−u(k)‖")
q, a_r = positive("q", "chance that a neuron is within R of the kink of a point"), positive("a", "a weight of the second layer, ±1 at the start")
e = positive("e", "what the neurons near a kink cost a step, over η")

# What is trained on what --------------------------------------------------------------------------------------------
descent = Setting(outputs=f, trained=(w,), start={w: normal, a: signs}, loss=energy, data=("unit_inputs",))   # the signs stay as drawn
flow = replace(descent, method=gradient_flow)
sizes = Scale(samples=n, width=m, step_size=eta, failure=delta)
sizes_flow = replace(sizes, step_size=None)

# The constants of the proof -----------------------------------------------------------------------------------------
delta_2 = defined("delta_2", 2 * (delta - delta_1) / 3, "the part of delta for neurons near a kink, by Markov")
delta_3 = defined("delta_3", (delta - delta_1) / 3, "the part of delta for the distance at the start, by Markov")
R = defined("R", sqrt(2 * pi) * delta_2 * lambda_0 / (16 * n**2), "radius in which H stays above lambda_0/2 (Lemma 3.2)")
share = sqrt(2 / pi) * n * R / delta_2                     # Lemma 4.1: so many patterns can flip, per neuron
start = (Y + n / 2) / delta_3                              # Markov, with E|y-u(0)|^2 = |y|^2 + n/2
reach = 4 * sqrt(n) * residual(0) / (sqrt(m) * lambda_0)   # R' of Corollary 4.1, gradient descent
reach_flow = 2 * sqrt(n) * residual(0) / (sqrt(m) * lambda_0)          # R' of Lemma 3.3, gradient flow, corrected
sharper = sqrt(log(2 * n**2 / delta_1) / (2 * m))          # Lemma 3.1, by Hoeffding: so close is every entry of H(0)
concentration = 8 * n**2 * log(2 * n**2 / delta_1) / lambda_0**2       # Lemma 3.1, by Hoeffding
width = 16 * n * start / (lambda_0 * R)**2                 # the m at which R' is R once |y-u(0)|^2 <= start
width_flow = 4 * n * start / (lambda_0 * R)**2
step = lambda_0 * (1 - 1 / sqrt(n)) / (4 * n**2)           # what the induction of Section 4.1 leaves for eta
rate = 1 - eta * lambda_0 / 2
headline = n**6 / (lambda_0**4 * delta**3)                 # Theorems 3.2 and 4.1: m = Omega(headline)

# Theorem 3.1 --------------------------------------------------------------------------------------------------------
positive_floor = Theorem(
    statement="Theorem 3.1", says="Inputs of which no two are parallel have a positive definite limiting Gram matrix.",
    hypotheses=(Hypothesis("no two inputs parallel", cosine < 1, at="Theorem 3.1", form="as corrected"),),  # nor antiparallel
    claims=(Claim("positive Gram floor", lambda_0 > 0, at="Theorem 3.1"),))

# The initialization, at every width -----------------------------------------------------------------------------------
initialization = Theorem(
    statement="Lemmas 3.1 and 4.1", says="At the start the Gram matrix is close to its limit and few neurons are near a kink.",
    setting=descent, scale=sizes, hypotheses=(),
    claims=(
        Claim("entries of H(0)", entry <= 4 * sqrt(log(n / delta) / m), at="Lemma 3.1, proof", probability=1 - delta),
        Claim("entries of H(0), sharper", entry <= sqrt(log(2 * n**2 / delta) / (2 * m)), at="Lemma 3.1, by Hoeffding",
              probability=1 - delta, form="ours"),
        Claim("neurons near a kink", near(1 / sqrt(m)) <= sqrt(2 / pi) * n / (sqrt(m) * delta), at="Lemma 4.1, at R = m^(-1/2)",
              probability=1 - delta),
        Claim("mean start", Eq(residual(0)**2, Y + n / 2), at="Theorem 3.2, proof", expected=True, form="as corrected"),
        Claim("start", residual(0)**2 <= (Y + n / 2) / delta, at="Theorem 3.2, proof, by Markov", probability=1 - delta),
        Claim("loss", Eq(loss(0), residual(0)**2 / 2), at="Section 1, (2)"),
    ),
    derivation=(
        Identity("the gradient in u is the residual", Derivative(half * (u - y)**2, u), u - y, at="Section 3"),
        Identity("H averages over the neurons", Mul(m, front**2, evaluate=False), 1, at="Section 3"),
    ))

# Theorem 4.1, gradient descent ----------------------------------------------------------------------------------------
nondegenerate = Hypothesis("no degenerate data", lambda_0 > 0, at="Theorem 3.2")
part = Hypothesis("a part of delta", delta_1 < delta, at="ours", form="ours")
spent = {delta_1: delta / 10**6}                           # what a check spends on Lemma 3.1
small_steps = Hypothesis("small steps", eta <= step, at="Theorem 4.1, constants of Section 4.1", form="ours")
wide_start = Hypothesis("wide enough for the start", m >= concentration, at="Lemma 3.1, by Hoeffding", form="ours")
wide = Hypothesis("wide enough", m >= width, at="Theorem 4.1, constants of the lemmas", form="ours")

decay = Claim("residual decays", residual(k)**2 <= rate**k * residual(0)**2, at="Theorem 4.1", over=Each(k), probability=1 - delta)
one_step = Claim("every step contracts", residual(k + 1)**2 <= rate * residual(k)**2, at="Section 4.1", over=Each(k), probability=1 - delta)
close = Claim("neurons stay close", travel(k) <= reach, at="Corollary 4.1", over=Each(k), probability=1 - delta)
in_tube = Claim("neurons stay in the tube", travel(k) <= R, at="Section 4.1, R' ≤ R", over=Each(k), probability=1 - delta)
near_start = Claim("start", residual(0)**2 <= start, at="Theorem 3.2, proof, by Markov", probability=1 - delta)
near_limit = Claim("Gram concentration", gap <= lambda_0 / 4, at="Lemma 3.1", probability=1 - delta)
stable = Claim("Gram matrix stable", drift(k) <= lambda_0 / 4, at="Lemma 3.2, proof", over=Each(k), probability=1 - delta)
well_posed = Claim("Gram floor", floor(k) >= lambda_0 / 2, at="Lemma 3.2, proof", over=Each(k), probability=1 - delta)
few_near = Claim("few neurons near a kink", near(R) <= share, at="Lemma 4.1", probability=1 - delta)

close_entries = hoeffding(gap=entry, m=m, N=n**2, p=delta_1)               # Lemma 3.1
within = anti_concentration(share=q, R=R, sigma=1)                         # Lemma 3.2: P(A_ir)
few = markov(X=near(R), mean=n * q, p=delta_2)                             # Lemma 4.1
not_far = markov(X=residual(0)**2, mean=Y + n / 2, p=delta_3)              # Theorem 3.2, proof
start_steps = (                                            # shared by descent and flow
    Identity("delta is spent", close_entries.failure + few.failure + not_far.failure, delta, at="ours"),
    Implication("the start is close to the limit", (nondegenerate, wide_start, close_entries, gap <= n * entry), near_limit, at="Lemma 3.1"),
    Implication("Markov leaves few neurons near a kink", (nondegenerate, part, few, within), few_near, at="Lemma 4.1"),
    Implication("and a start that is not far", (part, not_far), near_start, at="Theorem 3.2, proof"),
    Identity("the split of delta is the best", Subs(Derivative(x**2 * (delta - delta_1 - x), x), x, delta_2), 0, at="ours"),
)

printed = Theorem(
    statement="Theorem 4.1", says="Gradient descent on a wide enough network drives the loss to zero at a linear rate.",
    setting=descent, scale=sizes,
    hypotheses=(
        nondegenerate,
        Hypothesis("wide enough", m >= C_m * headline, at="Theorem 4.1"),
        Hypothesis("small steps", eta <= C_eta * lambda_0 / n**2, at="Theorem 4.1"),
    ),
    claims=(decay, close),
    laws=(
        Law("movement shrinks", of=travel, along=m, exponent=-Rational(1, 2), at="Corollary 4.1"),
        Law("H(0) concentrates", of=gap, along=m, exponent=-Rational(1, 2), at="Lemma 3.1"),
        Law("H freezes", of=drift, along=m, exponent=-Rational(1, 2), at="Lemma 3.2 at R = R'"),
        Law("patterns freeze", of=flips, along=m, exponent=-Rational(1, 2), at="Lemma 4.1 at R = R'"),
    ),
    derivation=(
        SameOrder("the lemmas give the width", width, headline, along=(n, lambda_0, delta), where={Y: n, delta_1: 0}, hidden=C_m, at="Theorem 4.1"),
        SameOrder("and the step", step, lambda_0 / n**2, along=(n, lambda_0), hidden=C_eta, at="Theorem 4.1"),
    ))

explicit = Theorem(
    statement="Theorem 4.1, explicit", says="Theorem 4.1 with every constant that its proof determines.", form="ours",
    setting=descent, scale=sizes, witness=Witness("orthonormal", samples=2, delta=Rational(1, 2)),
    hypotheses=(nondegenerate, part, wide_start, wide, small_steps), choices=spent,
    claims=(decay, one_step, close, in_tube, near_start, near_limit, stable, well_posed, few_near,
            Claim("only near neurons flip", flips(k) <= near(R), at="Lemma 4.1", over=Each(k), probability=1 - delta)),
    derivation=(
        *start_steps,
        Implication("few near neurons keep H", (few_near, drift(k) <= 2 * n * near(R)), stable, at="Lemma 3.2"),
        Implication("so the Gram floor is kept", (near_limit, stable, floor(k) >= lambda_0 - gap - drift(k)), well_posed, at="Lemma 3.2"),
        Implication("neurons near a kink cost little", (few_near, e <= 2 * (n + sqrt(n)) * near(R)),
                    e <= lambda_0 * (1 + 1 / sqrt(n)) / 4, at="Section 4.1, |H^⊥| and |I_2|"),
        Implication("each step contracts", (small_steps, well_posed, e <= lambda_0 * (1 + 1 / sqrt(n)) / 4,
                    h**2 <= 1 - 2 * eta * floor(k) + eta * e + eta**2 * n**2), h**2 <= rate, at="Section 4.1, induction"),
        Implication("h being the ratio of the residuals", (h**2 <= rate, Eq(h * residual(k), residual(k + 1))), one_step, at="Section 4.1"),
        Implication("at a rate that makes sense", (small_steps, lambda_0 <= Rational(1, 2)), rate >= 0, at="ours"),
        Implication("so the residual decays", (one_step, decay, rate >= 0, rate**k >= 0), decay.relation.subs(k, k + 1), at="Section 4.1"),
        Implication("the travel is a geometric sum", (nondegenerate, small_steps, lambda_0 <= Rational(1, 2),
                    travel_sum(travel=travel(k), first=eta * sqrt(n / m) * residual(0), x=1 - rate)), close, at="Corollary 4.1"),
        Implication("and the width keeps it in the tube", (nondegenerate, part, wide, near_start, close), in_tube, at="Theorem 4.1"),
        Solved("at this width R' is R", reach.subs(residual(0), sqrt(start)) <= R, letter=m, bound=width, at="Theorem 4.1"),
        Identity("the width in one formula", width, 6912 * n**5 * (2 * Y + n) / (pi * lambda_0**4 * (delta - delta_1)**3), at="ours"),
    ))

# Theorem 3.2, gradient flow -------------------------------------------------------------------------------------------
wide_flow = Hypothesis("wide enough", m >= width_flow, at="Theorem 3.2, constants of the lemmas", form="ours")
decay_flow = Claim("residual decays", residual(t)**2 <= exp(-lambda_0 * t) * residual(0)**2, at="Theorem 3.2", over=Each(t),
                   probability=1 - delta)
close_flow = Claim("neurons stay close", travel(t) <= reach_flow, at="Lemma 3.3", over=Each(t), probability=1 - delta, form="as corrected")
in_tube_flow = Claim("neurons stay in the tube", travel(t) <= R, at="Lemma 3.4, R' ≤ R", over=Each(t), probability=1 - delta)
path = sqrt(n / m) * Integral(sqrt(decay_flow.relation.rhs.subs(t, tau)), (tau, 0, oo))    # |y-u(s)| is the root of its square
floor_flow = Claim("Gram floor", floor(t) >= lambda_0 / 2, at="Lemma 3.4", over=Each(t), probability=1 - delta)
stable_flow = Claim("Gram matrix stable", drift(t) <= lambda_0 / 4, at="Lemma 3.2, proof", over=Each(t), probability=1 - delta)

printed_flow = Theorem(
    statement="Theorem 3.2", says="Gradient flow on a wide enough network drives the loss to zero at a linear rate.",
    setting=flow, scale=sizes_flow,
    hypotheses=(nondegenerate, Hypothesis("wide enough", m >= C_m * headline, at="Theorem 3.2")),
    claims=(decay_flow, close_flow),
    derivation=(SameOrder("the lemmas give the width", width_flow, headline, along=(n, lambda_0, delta), where={Y: n, delta_1: 0}, hidden=C_m,
                          at="Theorem 3.2"),))

explicit_flow = Theorem(
    statement="Theorem 3.2, explicit", says="Theorem 3.2 with every constant that its proof determines.", form="ours",
    setting=flow, scale=sizes_flow, witness=Witness("orthonormal", samples=2, delta=Rational(1, 2)),
    hypotheses=(nondegenerate, part, wide_start, wide_flow), choices=spent,
    claims=(decay_flow, close_flow, in_tube_flow, near_start, near_limit, stable_flow, floor_flow, few_near),
    derivation=(
        *start_steps,
        Implication("few near neurons keep H", (few_near, drift(t) <= 2 * n * near(R)), stable_flow, at="Lemma 3.2"),
        Implication("so the Gram floor is kept", (near_limit, stable_flow, floor(t) >= lambda_0 - gap - drift(t)), floor_flow, at="Lemma 3.2"),
        Identity("and the squared residual decays at twice the floor", Derivative(decay_flow.relation.rhs, t),
                 -2 * floor_flow.relation.rhs * decay_flow.relation.rhs, at="Lemma 3.3"),
        Identity("the norm decays at half the rate", path, close_flow.relation.rhs, at="Lemma 3.3, corrected"),
        Implication("and the width keeps it in the tube", (nondegenerate, part, wide_flow, near_start, close_flow), in_tube_flow, at="Lemma 3.4"),
        Solved("at this width R' is R", reach_flow.subs(residual(0), sqrt(start)) <= R, letter=m, bound=width_flow, at="Theorem 3.2"),
    ))

# Our own: sharper, and decided on the initialization drawn, without probability -----------------------------------------
slow = defined("slow", lambda_H - drift_cap(radius) - sqrt(L) * near_norm(radius),
               "what the drift of H and the kinks leave of the Gram floor", positive=None, text="λ′", tex=r"\lambda'")
reach_sharp = sqrt(L) * residual(0) / (sqrt(m) * slow)
stable_steps = Hypothesis("stable steps", eta <= 1 / L, at="ours", form="ours")
decay_sharp = Claim("residual decays, sharper", residual(k) <= (1 - eta * slow)**k * residual(0), at="ours", over=Each(k), form="ours")
stable_sharp = Claim("Gram matrix stable", drift(k) <= drift_cap(radius), at="ours", over=Each(k), form="ours")
certified = Hypothesis("Gram floor survives", slow > 0, at="ours", form="ours")
inside = Hypothesis("neurons stay in the radius", reach_sharp <= radius, at="ours", form="ours")
close_sharp = Claim("neurons stay close", travel(k) <= reach_sharp, at="ours", over=Each(k), form="ours")
fast = Hypothesis("fast enough for Theorem 4.1", 2 * slow - eta * slow**2 >= lambda_0 / 2, at="ours", form="ours")
sharp = Theorem(
    statement="Certificate S", says="A condition on the initialization drawn that certifies linear convergence for every step.", form="ours",
    setting=descent, scale=sizes, witness=Witness("orthonormal", samples=4, delta=Rational(1, 10)),
    hypotheses=(
        stable_steps, certified, fast, inside,
    ),
    claims=(
        decay_sharp,
        Claim("residual decays", residual(k)**2 <= rate**k * residual(0)**2, at="Theorem 4.1", over=Each(k)),
        close_sharp,
        stable_sharp,
        Claim("only near neurons flip", flips(k) <= near(radius), at="ours", over=Each(k), form="ours"),
    ),
    derivation=(
        Implication("each step contracts", (stable_sharp, floor(k) >= lambda_H - drift(k), residual(k + 1) <= h * residual(k), decay_sharp,
                    stable_steps, floor(k) <= x, x <= L, L > 0, u**2 <= (1 - eta * x)**2, contraction(factor=u, eta=eta, s=x, low=floor(k), high=L),
                    h <= u + eta * sqrt(L) * near_norm(radius), (1 - eta * slow)**k >= 0),
                    decay_sharp.relation.subs(k, k + 1), at="ours"),
        Identity("the travel is a geometric series", Subs(eta * sqrt(L / m) * residual(0) / (1 - h), h, 1 - eta * slow), reach_sharp, at="ours"),
        Implication("so no neuron leaves the radius", (inside, close_sharp), travel(k) <= radius, at="ours"),
        Implication("Theorem 4.1's rate follows", (fast,), (1 - eta * slow)**2 <= rate, at="ours"),
    ))

theorems = (positive_floor, initialization, printed, explicit, printed_flow, explicit_flow, sharp)

# As printed, as corrected -----------------------------------------------------------------------------------------------
same_way = Theorem(
    statement="Theorem 3.1, parallel read as pointing the same way", says="Inputs of which no two point the same way.",
    hypotheses=(Hypothesis("no two inputs point the same way", facing < 1, at="Theorem 3.1"),), claims=positive_floor.claims)
entries, sharper_entries, mean_start = initialization.claims[0], initialization.claims[1], initialization.claims[3]
entries_printed = Theorem(statement="Lemma 3.1, proof", says="Every entry of H(0) is close to its limit.", setting=descent, scale=sizes,
                          hypotheses=(), claims=(entries,))
entries_corrected = replace(entries_printed, form="ours", claims=(sharper_entries,))
mean_printed = Theorem(statement="Theorem 3.2, proof", says="The mean of the squared residual at the start.", setting=descent, scale=sizes,
                       hypotheses=(), claims=(replace(mean_start, relation=Eq(residual(0)**2, Y + n), form="as printed"),))
mean_corrected = replace(mean_printed, claims=(mean_start,))
R_a = defined("R_a", lambda_0 / (16 * n**2), "radius of the second layer (Section A)")
R_a_ours = defined("R_a_ours", lambda_0 / (17 * n**2), "a radius that works", text="R′ₐ", tex="R'_a")
spent_pair = positive("delta_pair", "the probability of failure that one pair may have", text="δ′", tex=r"\delta'")
tube = positive("R_4", "radius of Section 4.1, its small constant aside", text="R", tex="R")
moved = (lambda_0 > 0, lambda_0 <= Rational(1, 2), a_r >= 1, e <= lambda_0 / 8 + n**2 * (a_r**2 - 1))    # 4 n^2 R_w/(sqrt(2 pi) delta) is lambda_0/8
errata = (
    Erratum(at="Theorem 3.1", kind="reading", printed=same_way, corrected=positive_floor, witness=Counterexample("antipodal", samples=6),
            remark="antiparallel inputs must count as parallel, as the proof's hyperplanes have it: three antipodal pairs in the plane have λ₀ = 0"),
    Erratum(at="Lemma 3.1, proof", kind="misprint",
            printed=Implication("δ′ a pair spends δ", (Eq(spent_pair, n**2 * delta),), Eq(n**2 * spent_pair, delta), at="Lemma 3.1, proof"),
            corrected=Implication("δ′ a pair spends δ", (Eq(spent_pair, delta / n**2),), Eq(n**2 * spent_pair, delta), at="Lemma 3.1, proof"),
            remark="the union bound divides; the line after it is computed with δ/n²"),
    Erratum(at="Lemma 3.1, proof", kind="misprint", printed=entries_printed, corrected=entries_corrected,
            witness=Counterexample("orthonormal", samples=1, width=1, delta=Rational(99, 100)),
            remark="Hoeffding has two sides, so the logarithm is log(2n²/δ); the printed bound follows for n ≥ 2 and fails only at n = 1, δ near 1"),
    Erratum(at="Theorem 3.2, proof", kind="misprint", printed=mean_printed, corrected=mean_corrected,
            witness=Counterexample("orthonormal", samples=4, width=64),
            remark="E f² is 1/2, not 1, for a ReLU of a unit input; an upper bound as printed, so nothing rests on it"),
    Erratum(at="Lemma 3.3", printed=Identity("R' as printed", path, sqrt(n) * residual(0) / (sqrt(m) * lambda_0), at="Lemma 3.3"),
            corrected=Identity("R' as corrected", path, reach_flow, at="Lemma 3.3"),
            remark="the proof's integral gives twice the printed R': a norm decays at half the rate of its square; the order is untouched"),
    Erratum(at="Section 4.1",
            printed=SameOrder("C n² R/δ is of order λ₀", n**2 * tube / delta, lambda_0, (n, lambda_0, delta), "Section 4.1", {tube: lambda_0 / n**2}),
            corrected=SameOrder("C n² R/δ is of order λ₀", n**2 * tube / delta, lambda_0, (n, lambda_0, delta), "Section 4.1",
                                {tube: delta * lambda_0 / n**2}),
            remark="the radius of Section 4.1 lacks the factor δ that Lemma 3.2 gives it and that the last inequality needs", kind="misprint"),
    Erratum(at="Lemma A.3",
            printed=Implication("λ₀/8 + n²|a² − 1| ≤ λ₀/4 with the printed R_a", (*moved, a_r <= 1 + R_a), e <= lambda_0 / 4, at="Lemma A.3"),
            corrected=Implication("the same with R_a = λ₀/(17n²)", (*moved, a_r <= 1 + R_a_ours), e <= lambda_0 / 4, at="Lemma A.3"),
            remark="|a² − 1| is at most 2R_a + R_a², not 2R_a; a radius a little smaller repairs the lemma"),
)
