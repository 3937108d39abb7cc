"""Gradient descent fits nonlinear least squares at a linear rate and near its start, if the Jacobian stays well conditioned there.

S. Oymak, M. Soltanolkotabi. Overparameterized Nonlinear Learning: Gradient Descent Takes the Shortest Path? ICML 2019,
arXiv:1812.10004v1. Here: Theorem 2.1 under its Assumption 2(b), Theorem 2.3, and Theorem 4.3 for a smooth hidden layer of any width.
Theorems 2.1 and 2.3 ask for bounds on the Jacobian J in a ball D around the start. A run visits a few points of D, so no run decides
them. They are stated here for networks of tanh with signs/√k above, for which conditions on the data and the draw imply them in all of
D; what the iterates show of them are claims. JJᵀ is the tangent kernel. In Theorem 4.3 D is the whole space.
"""

from dataclasses import replace

from sympy import Eq, Rational, sqrt

from theorems.language import (
    Claim, Counterexample, Each, Erratum, Hypothesis, Implication, Law, Paper, Practice, Scale, Setting, Theorem, Witness,
    count, index, measured, positive,
)
from theorems.language.measurement import (
    gradient, greatest_eigenvalue, inputs, labels, least_eigenvalue, least_singular_value, most, neurons, norm, normal, paired_signs, parameter,
    root, rows, signs, so_far, softplus, spectral, step_length, tangent_kernel, tanh, training_loss,
)

paper = Paper(key="oymak2019", title="Overparameterized Nonlinear Learning: Gradient Descent Takes the Shortest Path?",
              authors=("S. Oymak", "M. Soltanolkotabi"), year=2019, venue="ICML 2019", arxiv="1812.10004v1")

# Letters ------------------------------------------------------------------------------------------------------------
n, d, k = count("n", "training points"), count("d", "coordinates of an input"), count("k", "hidden neurons")
tau, eta, half, eighth = index("tau", "gradient step"), positive("eta", "step size"), Rational(1, 2), Rational(1, 8)
alpha, beta = positive("alpha", "no singular value of J in D is below it"), positive("beta", "no singular value of J in D is above it")
lip, M = positive("L", "a Lipschitz constant of J in D"), positive("M", "largest |φ″|, or more")
gamma, Gamma = positive("gamma", "least slope of φ, or less"), positive("Gamma", "largest slope of φ, or more", text="Γ", tex=r"\Gamma")

# The networks, and what is looked at --------------------------------------------------------------------------------
W, v = parameter("W", neurons, inputs), parameter("v", neurons)
z = W @ rows.T
f_tanh, f = v @ tanh(z), v @ (softplus(z) / 2 + z / 2)     # φ = softplus/2 + z/2 has slopes between 1/2 and 1, and |φ″| ≤ 1/8
J_tanh, J = tangent_kernel(f_tanh, W), tangent_kernel(f, W)            # JJᵀ
turn_tanh = v * (tanh(z.start)**2 - tanh(z)**2)            # of a neuron at a point; times the point it is a part of J − J(0)
turn = v * (tanh(z / 2) - tanh(z.start / 2)) / 4

s = measured("s", "least singular value of the inputs X", least_singular_value(rows), text="σ_min(X)", tex=r"\sigma_{\min}(X)")
X = measured("X", "largest singular value of the inputs X", spectral(rows), text="‖X‖", tex=r"\lVert X\rVert")
rho = measured("rho", "length of the longest input", most(norm(rows, inputs)), text="‖X‖_2,∞", tex=r"\lVert X\rVert_{2,\infty}")
r = measured("r", "distance of the predictions from the labels", root(2 * training_loss), text="‖f({})−y‖", tex=r"\lVert f(W_{{}})-y\rVert")
off_tanh = measured("off", "distance of the outputs from the labels, of tanh", norm(f_tanh - labels), text="off({})", tex=r"\mathrm{off}_{{}}")
off = measured("off", "distance of the outputs from the labels", norm(f - labels), text="off({})", tex=r"\mathrm{off}_{{}}")
dist = measured("dist", "distance of W from its start", norm(W - W.start), text="‖W({})−W(0)‖", tex=r"\lVert W_{{}}-W_0\rVert_F")
path = measured("path", "length of the steps before this one, together", so_far("total", step_length * norm(gradient(training_loss, W))))
sigma_0 = measured("sigma_0", "least singular value of J at the start", root(least_eigenvalue(J_tanh.start)), text="σ_min(J(0))")
low, high = {"text": "σ_min(J({}))", "tex": r"\sigma_{\min}(J_{{}})"}, {"text": "‖J({})‖", "tex": r"\lVert J_{{}}\rVert"}
floor_tanh = measured("floor", "least singular value of J, of tanh", root(least_eigenvalue(J_tanh)), **low)
floor = measured("floor", "least singular value of J", root(least_eigenvalue(J)), **low)
top_tanh = measured("top", "largest singular value of J, of tanh", root(greatest_eigenvalue(J_tanh)), **high)
top = measured("top", "largest singular value of J", root(greatest_eigenvalue(J)), **high)
turned = {"text": "‖J({})−J(0)‖", "tex": r"\lVert J_{{}}-J_0\rVert"}
drift_tanh = measured("drift", "distance of J from its start, of tanh", root(spectral((turn_tanh.T @ turn_tanh) * (rows @ rows.T))), **turned)
drift = measured("drift", "spectral distance of J from its start", root(spectral((turn.T @ turn) * (rows @ rows.T))), **turned)

# Letters of the proofs ----------------------------------------------------------------------------------------------
g, p = positive("g", "‖Jᵀr‖, the norm of the gradient"), positive("p", "⟨r, J̄Jᵀr⟩, J̄ the mean of J along the step")
turn_bar, q = positive("turn", "‖J̄ − J‖"), positive("q", "a value of |tanh| or of the logistic function")
x, sigma = positive("x", "distance of a point from the start"), positive("sigma", "least singular value of J there")
bend, seen = positive("bend", "largest |φ″|"), positive("seen", "Σ_s v_s² φ′(z_si)² of some point i")
bent = positive("bent", "Σ_s v_s² (φ′(z_si) − φ′(z_si(0)))² of some point i")
nearest = positive("nearest", "distance of the nearest global optimum from the start", text="‖θ*−θ(0)‖")

# What is trained on what --------------------------------------------------------------------------------------------
wide = Setting(outputs=f_tanh, trained=(W,), start={W: normal, v: signs / sqrt(k)}, loss=norm(f_tanh - labels)**2 / 2, data=("unit_inputs",))
any_width = Setting(outputs=f, trained=(W,), start={W: normal, v: normal / norm(normal)}, loss=norm(f - labels)**2 / 2, data=("unit_ball",))
flat_start = replace(any_width, start={W: normal - 6, v: paired_signs / sqrt(k)})  # every slope near γ, and outputs zero
sizes = Scale(samples=n, width=k, step_size=eta, dimension=d)

# Theorem 2.1, D the ball of radius 4‖f(0)−y‖/α around the start -----------------------------------------------------
from_below = Hypothesis("Jacobian in D, from below", sigma_0 >= alpha + 4 * lip * r(0) / alpha, at="Assumption 1, by Weyl", form="ours")
from_above = Hypothesis("Jacobian in D, from above", beta >= X, at="Assumption 1, as |tanh′| ≤ 1", form="ours")
smooth = Hypothesis("Lipschitz Jacobian in D", lip >= 4 * X / (3 * sqrt(3 * k)), at="Assumption 2(b), as |tanh″| ≤ 4/√27", form="ours")
steps = Hypothesis("small steps", eta <= 1 / (2 * beta**2), at="Theorem 2.1")
steps_turn = Hypothesis("small steps beside the curvature", eta <= alpha**2 / (2 * beta**2 * lip * r(0)), at="Theorem 2.1(b)")
rate = 1 - eta * alpha**2 / 2
decay = Claim("residual decays", r(tau)**2 <= rate**tau * r(0)**2, at="Theorem 2.1", over=Each(tau))
one_step = Claim("every step contracts", r(tau + 1)**2 <= rate * r(tau)**2, at="Theorem 2.1, proof", over=Each(tau))
near = Claim("distance and residual", alpha * dist(tau) / 4 + r(tau) <= r(0), at="Theorem 2.1", over=Each(tau))
paid = Claim("path and residual", alpha * path(tau) / 4 + r(tau) <= r(0), at="Theorem 2.1, proof, with a smaller factor", over=Each(tau), form="ours")
short = Claim("short path", path(tau) <= 4 * r(0) / alpha, at="Theorem 2.1", over=Each(tau))
seen_below = Claim("Jacobian from below", floor_tanh(tau) >= alpha, at="Assumption 1, at the iterates", over=Each(tau))
seen_above = Claim("Jacobian from above", top_tanh(tau) <= beta, at="Assumption 1, at the iterates", over=Each(tau))
seen_smooth = Claim("Jacobian is Lipschitz", drift_tanh(tau) <= lip * dist(tau), at="Assumption 2(b), iterates and start", over=Each(tau))
shrunk, pays = r(tau + 1)**2 <= r(tau)**2 - eta * g**2 / 2, r(tau + 1) <= r(tau) - alpha * eta * g / 4
theorem = Theorem(
    statement="Theorem 2.1, for tanh", says="Gradient descent converges at a linear rate, and its path is short.", setting=wide, scale=sizes,
    choices={alpha: Rational(1, 3), beta: X, lip: 4 * X / (3 * sqrt(3 * k))}, witness=Witness("orthonormal", samples=2, width=4096, steps=60),
    practice=Practice(data="sphere", samples=4, widths=(32, 64, 128, 256), seeds=8, step_size=1 / (2 * X**2), steps=100),
    hypotheses=(from_below, from_above, smooth, steps, steps_turn),
    claims=(Claim("loss", Eq(r(tau), off_tanh(tau)), at="the loss is ½‖f(θ)−y‖²", over=Each(tau)),
            decay, one_step, near, paid, short, seen_below, seen_above, seen_smooth),
    laws=(Law("J freezes", of=drift_tanh, along=k, exponent=-half, at="Assumption 2(b), signs/√k and tanh"),
          Law("the way does not shrink", of=dist, along=k, exponent=0, kind="exactly", at="Theorems 2.1 and 2.3")),
    derivation=(
        Implication("no curvature of tanh is larger", (q < 1,), 2 * q * (1 - q**2) <= 4 / sqrt(27), at="ours"),
        Implication("so the Jacobian is Lipschitz", (smooth, bend <= 4 / sqrt(27), drift_tanh(tau) * sqrt(k) <= bend * X * dist(tau)), seen_smooth,
                    at="ours"),
        Implication("and bounded", (from_above, top_tanh(tau) <= X), seen_above, at="ours"),
        Implication("in D it keeps its floor", (from_below, x <= 4 * r(0) / alpha, sigma >= sigma_0 - lip * x), sigma >= alpha, at="ours"),
        Implication("as it does at the iterates", (from_below, seen_smooth, near, floor_tanh(tau) >= sigma_0 - drift_tanh(tau)), seen_below,
                    at="ours"),
        Implication("the next step stays in D", (steps, near, g <= beta * r(tau), alpha <= beta, x <= dist(tau) + eta * g), x <= 4 * r(0) / alpha,
                    at="Theorem 2.1, proof"),
        Implication("2(b) and the step bound give 2(a) along a step", (steps_turn, g <= beta * r(tau), r(tau) <= r(0), r(0) > 0,
                    turn_bar <= lip * eta * g), turn_bar <= alpha**2 / (2 * beta), at="Theorem 2.1, proof"),
        Implication("so the step keeps half of the gradient", (turn_bar <= alpha**2 / (2 * beta), alpha <= beta, g >= alpha * r(tau),
                    p >= g**2 - turn_bar * r(tau) * g), p >= g**2 / 2, at="Theorem 2.1, proof"),
        Implication("and shrinks the residual", (steps, p >= g**2 / 2, r(tau + 1)**2 <= r(tau)**2 - 2 * eta * p + eta**2 * beta**2 * g**2), shrunk,
                    at="Theorem 2.1, proof"),
        Implication("at a linear rate", (shrunk, g >= alpha * r(tau)), one_step, at="Theorem 2.1, proof"),
        Implication("that makes sense", (steps, alpha <= beta), rate >= 0, at="Theorem 2.1, proof"),
        Implication("step after step", (one_step, decay, rate >= 0, rate**tau >= 0), decay.relation.subs(tau, tau + 1), at="Theorem 2.1, proof"),
        Implication("the residual pays for a step", (steps, shrunk, alpha <= beta, g >= alpha * r(tau), g <= beta * r(tau)), pays,
                    at="Theorem 2.1, proof"),
        Implication("and for the path", (paid, pays, Eq(path(tau + 1), path(tau) + eta * g)), paid.relation.subs(tau, tau + 1),
                    at="Theorem 2.1, proof"),
        Implication("the distance is no longer", (paid, dist(tau) <= path(tau)), near, at="Theorem 2.1, proof"),
        Implication("so the path is short", (paid,), short, at="Theorem 2.1, proof"),
        Implication("beside the way to the nearest optimum", (short, r(0) <= beta * nearest), path(tau) <= 4 * beta / alpha * nearest,
                    at="Corollary 2.2"),
    ))

# Theorem 2.3 ----------------------------------------------------------------------------------------------------------
far = Claim("no short cut", r(tau) + beta * dist(tau) >= r(0), at="Theorem 2.3", over=Each(tau))
lower = replace(
    theorem, statement="Theorem 2.3, for tanh", says="Whoever reduces the residual must go away from the start.", choices={beta: X}, laws=(),
    hypotheses=(from_above,), claims=(theorem.claims[0], far),
    derivation=(
        Implication("outputs move by at most ‖X‖ times the way", (from_above, r(0) <= r(tau) + x, x <= X * dist(tau)), far, at="Theorem 2.3, proof"),
        Implication("so every global optimum is far", (far, Eq(r(tau), 0)), dist(tau) >= r(0) / beta, at="Theorem 2.3"),
    ))

# Theorem 4.3 ----------------------------------------------------------------------------------------------------------
few = Hypothesis("no more points than coordinates", n <= d, at="Theorem 4.3")
independent = Hypothesis("independent inputs", s > 0, at="ours; without it the claims say nothing", form="ours")
layer_steps = Hypothesis("small steps", eta <= 1 / (2 * Gamma**2 * X**2), at="Theorem 4.3")
layer_turn = Hypothesis("small steps beside the curvature", eta <= gamma**2 * s**2 / (2 * Gamma**2 * X**2 * M * rho * X * r(0)), at="Theorem 4.3",
                        form="as corrected")
layer_rate = 1 - eta * gamma**2 * s**2 / 2
layer_decay = Claim("residual decays", r(tau)**2 <= layer_rate**tau * r(0)**2, at="Theorem 4.3, proof", over=Each(tau), form="as corrected")
layer_printed = Claim("residual decays, as printed", r(tau) <= (1 - eta * gamma**2 * s**2)**tau * r(0), at="Theorem 4.3, (4.7)", over=Each(tau))
layer_near = Claim("distance and residual", gamma * s * dist(tau) / 4 + r(tau) <= r(0), at="Theorem 4.3, (4.8)", over=Each(tau), form="as corrected")
layer_short = Claim("short path", path(tau) <= 4 * r(0) / (gamma * s), at="Theorem 2.1, for this network", over=Each(tau), form="ours")
below = Claim("Jacobian from below", floor(tau) >= gamma * s, at="Theorem 4.3, proof", over=Each(tau))
above = Claim("Jacobian from above", top(tau) <= Gamma * X, at="Theorem 4.3, proof", over=Each(tau))
lipschitz = Claim("Jacobian is Lipschitz", drift(tau) <= M * rho * X * dist(tau), at="Theorem 4.3, proof", over=Each(tau))
here = (Eq(alpha, gamma * s), Eq(beta, Gamma * X), Eq(lip, M * rho * X))
at_five = Witness("sphere", samples=5, width=50, steps=400, step=gamma**2 * s**2 / (16 * Gamma**2 * X**3 * M * rho))
layer = Theorem(
    statement="Theorem 4.3", says="A smooth hidden layer of any width fits independent inputs at a linear rate, near its start.",
    setting=any_width, scale=sizes, choices={gamma: half, Gamma: 1, M: eighth}, witness=at_five,
    practice=Practice(data="sphere", samples=5, widths=(50,), seeds=8, step_size=Rational(1, 100), steps=400),
    hypotheses=(few, independent, layer_steps, layer_turn),
    claims=(Claim("loss", Eq(r(tau), off(tau)), at="the loss is ½‖f(θ)−y‖²", over=Each(tau)),
            layer_decay, layer_printed, layer_near, layer_short, below, above, lipschitz),
    derivation=(
        Implication("every slope is at least γ", (floor(tau)**2 >= s**2 * seen, seen >= gamma**2), below, at="Theorem 4.3, proof"),
        Implication("and at most Γ", (top(tau)**2 <= X**2 * seen, seen <= Gamma**2), above, at="Theorem 4.3, proof"),
        Implication("and changes by at most M times the way", (drift(tau)**2 <= X**2 * bent, bent <= M**2 * rho**2 * dist(tau)**2), lipschitz,
                    at="Theorem 4.3, proof"),
        Implication("M is that of this φ", (q < 1,), q * (1 - q) / 2 <= eighth, at="ours"),
        Implication("the steps are those of Theorem 2.1", (*here, layer_steps), steps.relation, at="Theorem 4.3, proof"),
        Implication("in its case (b)", (*here, layer_turn), steps_turn.relation, at="Theorem 4.3, proof"),
        Implication("a rate that makes sense", (layer_steps, gamma <= Gamma, s <= X, independent), layer_rate >= 0, at="Theorem 4.3, proof"),
        Implication("its rate", (*here, one_step.relation, layer_decay, layer_rate >= 0, layer_rate**tau >= 0),
                    layer_decay.relation.subs(tau, tau + 1), at="Theorem 4.3, proof"),
        Implication("its distance", (*here, near.relation), layer_near, at="Theorem 4.3, proof"),
        Implication("and its path", (*here, short.relation), layer_short, at="Theorem 4.3, proof"),
    ))
one = replace(layer, statement="Theorem 4.3, one neuron", witness=replace(at_five, samples=8, width=1))
flat = replace(layer, statement="Theorem 4.3, slopes near γ", setting=flat_start, witness=Witness("orthonormal", samples=3, width=4, steps=100),
               practice=Practice(data="orthonormal", samples=3, widths=(4,), seeds=8, step_size=half, steps=100))

theorems = (theorem, lower, layer, one, flat)

# As printed, as corrected ---------------------------------------------------------------------------------------------
printed_turn = eta <= gamma**2 * s**2 / (2 * Gamma**2 * X**2 * Gamma * M * rho * X * r(0))
layer_step = (r(tau + 1)**2 <= layer_rate * r(tau)**2, eta * gamma**2 * s**2 <= half)
away = measured("away", "Frobenius norm of W", norm(W), text="‖W({})‖", tex=r"\lVert W_{{}}\rVert_F")
from_zero = Claim("norm and residual", gamma * s * away(tau) / 4 + r(tau) <= r(0), at="Theorem 4.3, (4.8)", over=Each(tau))
errata = (
    Erratum(at="Theorem 4.3, (4.7)",
            printed=Implication("the rate of the norm", layer_step, r(tau + 1) <= (1 - eta * gamma**2 * s**2) * r(tau), at="Theorem 4.3, (4.7)"),
            corrected=Implication("the rate of the norm", layer_step, r(tau + 1) <= (1 - eta * gamma**2 * s**2 / 4) * r(tau),
                                  at="Theorem 4.3, proof"),
            remark="Theorem 2.1 gives a quarter of this rate: it has a factor 1/2 and speaks of the square; no run seen here shows (4.7) false"),
    Erratum(at="Theorem 4.3, (4.8)", kind="misprint",
            printed=replace(flat, statement="Theorem 4.3, (4.8) as printed", derivation=(), claims=(from_zero,)),
            corrected=replace(flat, statement="Theorem 4.3, (4.8) with the distance from the start", derivation=(), claims=(layer_near,)),
            witness=Counterexample("orthonormal", samples=3, width=4),
            remark="W must be its distance from the start, as in Theorem 2.1: as printed it fails at step 0 for every start but zero"),
    Erratum(at="Theorem 4.3, step size",
            printed=Implication("the steps are those of Theorem 2.1(b)", (*here, printed_turn), steps_turn.relation, at="Theorem 4.3"),
            corrected=Implication("the steps are those of Theorem 2.1(b)", (*here, layer_turn), steps_turn.relation, at="Theorem 4.3, proof"),
            remark="the factor 1/Γ allows larger steps than Theorem 2.1(b) where Γ < 1, and changes when outputs and labels are scaled together"),
)
