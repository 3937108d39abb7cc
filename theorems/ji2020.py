"""A shallow ReLU network of polylogarithmic width classifies its data by gradient descent.

Z. Ji, M. Telgarsky. Polylogarithmic width suffices for gradient descent to achieve arbitrarily small test error with shallow
ReLU networks. ICLR 2020, arXiv:1909.12292. Here: Theorem 2.2 with the lemmas under it, Proposition 5.4, and a sharper
form of our own whose width a laptop simulates.
"""


from sympy import Add, Rational, ceiling, erf, exp, log, pi, sqrt

from theorems.language import (
    Average, Claim, Each, Grows, Hypothesis, Identity, Implication, Law, Paper, Practice, Scale, Setting, Theorem, Witness,
    count, defined, failure, index, measured, positive,
)
from theorems.language.measurement import (
    absolute, algorithm, argument, differ, inputs, labels, mean, most, neurons, norm, normal, parameter, points, relu, rows, signs, size,
    softplus, tangent_kernel, total,
)
from theorems.lemmas import anti_concentration, hoeffding_above

paper = Paper(
    key="ji2020", title="Polylogarithmic width suffices for gradient descent to achieve arbitrarily small test error with shallow ReLU networks",
    authors=("Z. Ji", "M. Telgarsky"), year=2020, venue="ICLR 2020", arxiv="1909.12292")

# Letters ------------------------------------------------------------------------------------------------------------
n, m = count("n", "training points"), count("m", "hidden neurons")
k = index("k", "gradient step")
eta = positive("eta", "step size")
delta = failure("delta", "probability of failure of each event over the initialization")
epsilon = positive("epsilon", "the mean risk to be reached", below=1)

# The network, and what is looked at ---------------------------------------------------------------------------------
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
f = (1 / sqrt(m)) * (a @ relu(z))
mean_loss = (1 / n) * total(softplus(-labels * f))

gamma = measured("gamma", "margin at which the tangent features of the infinitely wide network separate the data (Assumption 2.1)",
                 algorithm("ntk_margin", rows, labels))
gamma_1 = measured("gamma_1", "the same margin with v in the tangent kernel's space (Section 5)", algorithm("kernel_margin", rows, labels))
d = measured("d", "dimension of the inputs", size(inputs))
other = measured("other", "0 for the four points of the exclusive or with equal further coordinates, 1 for other data",
                 algorithm("unlike_xor", rows, labels), text="mismatch", tex=r"\mathrm{mismatch}")
risk = measured("R", "mean logistic loss", mean_loss, text="R({})", tex=r"\mathcal{R}({})", nonnegative=True)
travel = measured("travel", "farthest any neuron has moved", most(norm(w - w.start, inputs), neurons),
                  text="max‖w({})−w(0)‖", tex=r"\max_s\lVert w_s({})-w_s(0)\rVert")
flips = measured("flips", "patterns that differ from the start, over all points, per neuron",
                 total(mean(differ(z >= 0, (z >= 0).start), neurons), points), text="flips({})", tex=r"\tfrac1m\#\mathrm{flips}({})")
output = measured("f_0", "largest output of the network drawn", most(absolute(f.start)), text="max|f(0)|", tex=r"\max_i\lvert f(x_i;W_0)\rvert")
near = measured("near", "largest share of neurons with |w(0)·x| ≤ R, over the points", most(mean(absolute(z.start) <= argument, neurons)),
                text="near({})", tex=r"\max_i\alpha_i({})")
unlike = measured("unlike", "0 for the exclusive or with every sign in all further coordinates, 1 for other data",
                  algorithm("unlike_noisy_xor", rows, labels), text="mismatch", tex=r"\mathrm{mismatch}")
tangent = measured("mu", "margin at which the tangent features of the network drawn separate the data; 0 when they do not",
                   algorithm("gram_margin", tangent_kernel(f, w).start, labels), text="μ", tex=r"\mu")

# Letters of the proofs ----------------------------------------------------------------------------------------------
x, y, f_lin = positive("x", "a number"), positive("y", "a number"), positive("f", "y times the output of the linearization at W̄")
aligned, drop = positive("aligned", "y⟨∇f(W(0)), U⟩"), positive("share", "share of neurons whose pattern changed, for a point")
cost = positive("cost", "y⟨∇f(W(k)) − ∇f(W(0)), W(0)⟩, its size")
spent, ball = positive("Q", "η times the sum of the mean |ℓ′| over the steps so far"), positive("ball", "‖W(k) − W̄‖, W̄ = W(0) + λU")
linear = positive("R_lin", "the largest risk of W̄ under the linearizations met")
v = positive("v", "mean of the squared activations at the start, for a point")
q = positive("q", "chance that a neuron is near a kink of a point")
T_0 = positive("T_0", "2λ²/(ηε), before it is rounded up")

# What is trained on what --------------------------------------------------------------------------------------------
setting = Setting(outputs=f, trained=(w,), start={w: normal, a: signs}, loss=mean_loss, data=("unit_inputs", "signs"))
sizes = Scale(samples=n, width=m, step_size=eta, failure=delta)
practice = Practice(data="xor", samples=4, step_size=1.0, steps=1000)
tenth = {epsilon: Rational(1, 10)}                         # the mean risk that a check asks for

# The constants of Theorem 2.2 ---------------------------------------------------------------------------------------
S = defined("S", sqrt(2 * log(4 * n / delta)) + log(4 / epsilon), "output at the start and margin to be reached")
lam = defined("lam", 4 * S / gamma, "how far the comparison point lies from the start", text="λ", tex=r"\lambda")
T = defined("T", ceiling(2 * lam**2 / (eta * epsilon)), "steps")
R = defined("R_near", 4 * lam / (gamma * sqrt(m)), "how far a neuron moves", text="ρ", tex=r"\rho")
accuracy = Hypothesis("accuracy", epsilon < 1, at="Theorem 2.2")
failing = Hypothesis("failure", delta < Rational(1, 3), at="Theorem 2.2")
separable = Hypothesis("separable", gamma > 0, at="Assumption 2.1")
steps = Hypothesis("small steps", eta <= 1, at="Theorem 2.2")
wide = Hypothesis("wide enough", m >= 4096 * lam**2 / gamma**6, at="Theorem 2.2")
low_risk = Claim("mean risk", risk(k) <= epsilon, at="Theorem 2.2", over=Average(k, last=T), probability=1 - 3 * delta)
close = Claim("neurons stay close", travel(k) <= R, at="Theorem 2.2", over=Each(k, last=T - 1), probability=1 - 3 * delta)

within_one = gamma <= 1                                    # always: |v| and |x| are at most 1
at_start = hoeffding_above(excess=gamma - aligned, m=m, N=n, p=delta, width=2)
few = hoeffding_above(excess=drop - q, m=m, N=n, p=delta, width=1)
theorem = Theorem(
    statement="Theorem 2.2", says="Gradient descent brings the mean risk below ε within T steps, and no neuron moves far.",
    setting=setting, scale=sizes, practice=practice, choices=tenth, witness=Witness("orthonormal", samples=1, delta=Rational(1, 10)),
    hypotheses=(accuracy, failing, separable, steps, wide),
    claims=(low_risk, close),
    laws=(
        Law("movement shrinks", of=travel, along=m, exponent=-Rational(1, 2), at="Theorem 2.2"),
        Law("patterns freeze", of=flips, along=m, exponent=-Rational(1, 2), at="Lemma 2.4 at its radius"),
    ),
    derivation=(
        Implication("wide enough for Hoeffding", (separable, within_one, wide, 2 * log(n / delta) <= S**2), m >= 128 * log(n / delta) / gamma**4,
                    at="Lemma 2.3"),
        Implication("the features keep their margin at the start", (separable, at_start, m >= 128 * log(n / delta) / gamma**4),
                    aligned >= gamma - gamma**2 / 8, at="Lemma 2.3, ε₁ = γ²/8"),
        Implication("the radius is small", (separable, wide), gamma**2 / 16 >= R, at="Theorem 2.2, proof"),
        Implication("few neurons start near a kink", (anti_concentration(share=q, R=R, sigma=1), gamma**2 / 16 >= R), q <= gamma**2 / 16,
                    at="Lemma 2.4"),
        Implication("and few are drawn there", (separable, few, q <= gamma**2 / 16, m >= 128 * log(n / delta) / gamma**4), drop <= gamma**2 / 8,
                    at="Lemma 2.4"),
        Implication("so the features keep most of it", (separable, within_one, aligned >= gamma - gamma**2 / 8, drop <= gamma**2 / 8),
                    aligned - drop >= 3 * gamma / 4, at="Theorem 2.2, proof"),
        Implication("and the start costs little", (separable, cost <= drop * sqrt(m) * R, drop <= gamma**2 / 8), cost <= lam * gamma / 2,
                    at="Theorem 2.2, proof"),
        Implication("the comparison point fits", (separable, f_lin >= lam * (aligned - drop) - cost - sqrt(2 * log(4 * n / delta)),
                    aligned - drop >= 3 * gamma / 4, cost <= lam * gamma / 2), f_lin >= log(4 / epsilon), at="Theorem 2.2, proof"),
        Identity("at a risk", log(1 + exp(-log(4 / epsilon), evaluate=False)), log(1 + epsilon / 4), at="Theorem 2.2, proof"),
        Grows("of at most ε/4", log(1 + x), x, along=x, at="Theorem 2.2, proof"),
        Implication("so the mean risk is at most ε", (accuracy, steps, separable, linear <= epsilon / 4, T_0 * eta * epsilon >= 2 * lam**2,
                    risk(k) <= lam**2 / (eta * T_0) + 2 * linear), low_risk, at="Lemma 2.6 and Theorem 2.2, proof"),
        Implication("the steps stay near the comparison point, x being λ", (ball**2 <= 2 * x**2,), ball <= 3 * x / 2, at="Theorem 2.2, proof"),
        Implication("nobody escapes", (separable, ball <= 3 * lam / 2, 3 * gamma / 4 * spent <= ball + lam), spent <= 4 * lam / gamma,
                    at="Theorem 2.2, proof"),
        Implication("and no neuron moves far", (separable, spent <= 4 * lam / gamma, sqrt(m) * travel(k) <= spent), close, at="Theorem 2.2, proof"),
        Identity("three events fail with delta each", Add(at_start.failure, few.failure, delta, evaluate=False), 3 * delta, at="Theorem 2.2"),
        Implication("and not surely", (failing,), 3 * delta < 1, at="Theorem 2.2"),
    ))

wide_start = Hypothesis("wide enough", m >= 25 * log(2 * n / delta), at="Lemma 2.5")
small = Claim("outputs at the start", output <= sqrt(2 * log(4 * n / delta)), at="Lemma 2.5", probability=1 - delta)
few_near = Claim("few neurons near a kink", near(1 / sqrt(m)) <= sqrt(2 / pi) / sqrt(m) + sqrt(log(n / delta) / (2 * m)),
                 at="Lemma 2.4, at ε₂ = m^(-1/2)", probability=1 - delta)
few_at = hoeffding_above(excess=near(1 / sqrt(m)) - q, m=m, N=n, p=delta, width=1)
initialization = Theorem(
    statement="Lemmas 2.4 and 2.5", says="At the start few neurons are near a kink and no output is large.",
    setting=setting, scale=sizes, practice=practice,
    hypotheses=(wide_start,), claims=(small, few_near),
    derivation=(
        Implication("the activations are no larger than their mean allows", (wide_start, v <= (sqrt(2) / 2 + sqrt(2 * log(2 * n / delta) / m))**2),
                    v <= 1, at="Lemma 2.5, proof"),
        Implication("so the random signs cancel", (v <= 1, output <= sqrt(2 * v * log(4 * n / delta))), small, at="Lemma 2.5, proof"),
        Implication("Hoeffding and the density at the kink", (few_at, anti_concentration(share=q, R=1 / sqrt(m), sigma=1)), few_near,
                    at="Lemma 2.4, proof"),
    ))

# Section 5: how wide it must be, and what the margin can be ----------------------------------------------------------
narrow = Theorem(
    statement="Proposition 5.4", says="Narrow networks do not separate the exclusive or at the start, in half of the draws.",
    setting=setting, scale=sizes, practice=Practice(data="xor_tail", samples=4, widths=(2,)),
    hypotheses=(
        Hypothesis("the exclusive or", other <= 0, at="Proposition 5.4"),
        Hypothesis("high dimension", d >= 20, at="Proposition 5.4"),
        Hypothesis("narrow", m <= sqrt(d - 2) / 4, at="Proposition 5.4"),
    ),
    claims=(Claim("not separable", tangent <= 0, at="Proposition 5.4", probability=Rational(1, 2)),))

noisy = Theorem(
    statement="Proposition 5.3", says="The noisy exclusive or has a margin of the order of one over the dimension.",
    practice=Practice(data="xor_noise", samples=8),
    hypotheses=(Hypothesis("the noisy exclusive or", unlike <= 0, at="Proposition 5.3"), Hypothesis("dimension", d >= 3, at="Proposition 5.3")),
    claims=(Claim("margin", gamma >= 1 / (60 * d), at="Proposition 5.3"),))

kernel = Theorem(
    statement="Section 5, margins", says="The margin is at least the square of the kernel's margin, and at most one half.",
    practice=practice, hypotheses=(separable,),
    claims=(
        Claim("at least its square", gamma >= gamma_1**2, at="Section 5"),
        Claim("at most one half", gamma <= Rational(1, 2), at="ours", form="ours"),
    ))

# Our own: the same proof with no constant rounded --------------------------------------------------------------------
e_w = defined("e_w", 3 * epsilon / 20, "the risk that the comparison point may have", text="ε′", tex=r"\varepsilon'")
reach = defined("reach", -log(exp(e_w) - 1), "the margin with that risk", text="z", tex="z")
away = defined("away", 2 * (reach + sqrt(log(4 * n / delta))) / gamma, "how far the comparison point lies from the start", text="Λ", tex=r"\Lambda")
rho = defined("rho", 12 * away / (5 * gamma), "√m times the farthest that a neuron may move")
e_1 = defined("e_1", sqrt(2 * log(n / delta) / m), "loss of margin at the start, by Hoeffding")
alpha = defined("alpha", erf(rho / sqrt(2 * m)) + sqrt(log(n / delta) / (2 * m)), "share of neurons that can change their pattern, for a point")
large = defined("A", sqrt(2 * log(4 * n / delta)) * (sqrt(2) / 2 + sqrt(2 * log(2 * n / delta) / m)), "largest output at the start")
kept = defined("g", gamma - e_1 - alpha, "margin that the features keep", positive=None)
T_s = defined("T_s", ceiling(away**2 / (eta * (epsilon - 2 * e_w))), "steps", text="T′", tex="T'")
keeps = Hypothesis("the features keep a margin", kept > 0, at="ours", form="ours")
fits = Hypothesis("the comparison point fits", away * kept - alpha * rho - large >= reach, at="ours", form="ours")
stays = Hypothesis("nobody escapes", rho * kept >= away + sqrt(away**2 + 2 * eta * T_s * e_w), at="ours", form="ours")
sharp_risk = Claim("mean risk", risk(k) <= epsilon, at="ours", over=Average(k, last=T_s), probability=1 - 3 * delta, form="ours")
sharp_close = Claim("neurons stay close", travel(k) <= rho / sqrt(m), at="ours", over=Each(k, last=T_s - 1), probability=1 - 3 * delta, form="ours")
sharp_small = Claim("outputs at the start", output <= large, at="ours", probability=1 - delta, form="ours")
sharp_near = Claim("few neurons near a kink", near(rho / sqrt(m)) <= alpha, at="ours", probability=1 - delta, form="ours")
few_sharp = hoeffding_above(excess=near(rho / sqrt(m)) - q, m=m, N=n, p=delta, width=1)
sharp = Theorem(
    statement="Theorem 2.2, sharper", says="Theorem 2.2 with the constants of its proof left as they come.", form="ours",
    setting=setting, scale=sizes, practice=practice, choices=tenth, witness=Witness("orthonormal", samples=2, delta=Rational(1, 10)),
    hypotheses=(accuracy, failing, separable, steps, keeps, fits, stays),
    claims=(sharp_risk, sharp_close, sharp_small, sharp_near),
    derivation=(
        Implication("Hoeffding and the Gaussian's own share", (few_sharp, q <= erf(rho / sqrt(2 * m))), sharp_near, at="Lemma 2.4, proof"),
        Implication("the random signs cancel", (v <= (sqrt(2) / 2 + sqrt(2 * log(2 * n / delta) / m))**2,
                    output <= sqrt(2 * log(4 * n / delta)) * sqrt(v)), sharp_small, at="Lemma 2.5, proof"),
        Implication("the comparison point fits", (keeps, fits, f_lin >= away * kept - alpha * rho - large), f_lin >= reach, at="ours"),
        Identity("the comparison point has the risk e", log(1 + exp(-reach)), e_w, at="ours"),
        Implication("the mean risk follows", (accuracy, separable, T_0 * eta * (epsilon - 2 * x) >= away**2, 2 * x < epsilon, linear <= x,
                    risk(k) <= away**2 / (eta * T_0) + 2 * linear), sharp_risk, at="Lemma 2.6"),
        Implication("the steps stay near the comparison point, x being Λ and y being 2ηT′e", (ball**2 <= x**2 + y,), ball <= sqrt(x**2 + y),
                    at="Theorem 2.2, proof"),
        Implication("no neuron leaves the radius", (keeps, stays, ball <= sqrt(away**2 + 2 * eta * T_s * e_w), kept * spent <= ball + away),
                    spent <= rho, at="Theorem 2.2, proof"),
        Implication("one neuron moves with its share", (spent <= rho, sqrt(m) * travel(k) <= spent), sharp_close, at="Theorem 2.2, proof"),
    ))

theorems = (theorem, initialization, noisy, narrow, kernel, sharp)
errata = ()
