"""A deep ReLU network of polylogarithmic width learns what the tangent features of its initialization can.

Z. Chen, Y. Cao, D. Zou, Q. Gu. How Much Over-parameterization Is Sufficient to Learn Deep ReLU Networks?
ICLR 2021, arXiv:1911.12360v2. Here: Theorem 3.3 (gradient descent, all layers, cross entropy) for α = 1/2 and α = 1/4,
and the steps of its proof that need no hidden constant. Every bound of the paper hides constants, and so does R,
the distance at which some network fits the data: no width certainly satisfies them. What runs can test are the exponents.
"""

from dataclasses import replace

from sympy import Integer, Rational, Subs, ceiling, log, sqrt

from theorems.language import (
    Average, Claim, Each, Hypothesis, Identity, Implication, Law, Paper, Practice, Scale, Setting, Solved, Theorem,
    count, defined, failure, hidden, index, observable, positive,
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
R = hidden("R", "m^α times the distance within which some network has loss at most ε on every point (Assumption 3.2)")
loss = observable("Loss", "mean cross entropy", probe="loss", text="L({})", tex="L_S({})")
travel = observable("travel", "farthest any layer has moved, Frobenius norm", probe="layer_movement", text="max‖W({})−W(0)‖_F",
                    tex=r"\max_l\lVert W_l({})-W_l(0)\rVert_F")
near, start = positive("near", "sum over the layers of ‖W(0) − W*‖_F²"), positive("T_0", "steps")
width, logs = positive("width", "the width"), positive("logs", "log^(3/2) of the width")

# What is trained on what --------------------------------------------------------------------------------------------
setting = Setting(
    network="deep_relu", output=m**alpha, trained=("first", "hidden", "last"),
    drawn={"first": "standard_normal", "hidden": "standard_normal", "last": "standard_normal"},
    spread={"first": sqrt(2 / m), "hidden": sqrt(2 / m), "last": sqrt(1 / m)},
    loss="sum_of_logistic", factor=1 / n, method="gradient_descent", data=("unit_inputs", "signs"))
sizes = Scale(samples=n, width=m, step_size=eta, failure=delta, depth=L)
ladder = (64, 128, 256, 512)
half = {L: Integer(3), alpha: Rational(1, 2), epsilon: Rational(1, 10)}
quarter = {**half, alpha: Rational(1, 4)}

# Theorem 3.3 ------------------------------------------------------------------------------------------------------------
T = defined("T", ceiling(L * R**2 / (m**(2 * alpha) * eta * epsilon)), "steps")
wide = Hypothesis("wide enough", m >= C_m * (R**4 * L**11)**(1 / alpha) * log(n / delta)**(2 / (2 - alpha)), at="Theorem 3.3, with (6.4)")
steps = Hypothesis("small steps", eta <= C_eta / (L * m**(2 * alpha)), at="Theorem 3.3")
accuracy = Hypothesis("accuracy", epsilon < 1, at="Assumption 3.2")
low = Claim("mean loss", loss(k) <= 3 * epsilon, at="Theorem 3.3", over=Average(k, last=T), probability=1 - delta)
close = Claim("layers stay close", travel(k) <= 2 * sqrt(C * L) * R / m**alpha, at="Theorem 3.3, proof", over=Each(k, last=T), probability=1 - delta)
theorem = Theorem(
    statement="Theorem 3.3, α = 1/2", says="Gradient descent brings the mean loss below 3ε within T steps, and no layer moves far.",
    setting=setting, scale=sizes, choices=half, practice=Practice(widths=ladder, seeds=6, samples=10, step_size=1 / (L * m), steps=300),
    hypotheses=(accuracy, wide, steps), claims=(low, close),
    laws=(Law("movement shrinks", of=travel, along=m, exponent=-Rational(1, 2), at="Theorem 3.3, proof, η = 1/(L m^(2α))"),),
    derivation=(
        Implication("regret and distance leave 3ε", (near <= L * R**2 / m**(2 * alpha), start * eta * epsilon * m**(2 * alpha) >= L * R**2,
                    loss(k) <= near / (eta * start) + 2 * epsilon), low, at="Lemma 6.2"),
        Identity("so many steps", Subs(L * R**2 / (m**(2 * alpha) * eta * epsilon), eta, 1 / (L * m**(2 * alpha))), L**2 * R**2 / epsilon,
                 at="Theorem 3.3"),
        Solved("the layers stay where the network is nearly linear", L**Rational(11, 4) * R * logs <= width**(alpha / 4), letter=width,
               bound=(L**Rational(11, 4) * R * logs)**(4 / alpha), at="(6.4)"),
        Identity("which is the width of the theorem", (L**Rational(11, 4) * R)**(4 / alpha), (R**4 * L**11)**(1 / alpha), at="(6.4)"),
    ))
gentle = replace(
    theorem, statement="Theorem 3.3, α = 1/4", choices=quarter, practice=replace(theorem.practice, step_size=1 / (L * sqrt(m))), derivation=(),
    laws=(Law("movement shrinks", of=travel, along=m, exponent=-Rational(1, 4), at="Theorem 3.3, proof, η = 1/(L m^(2α))"),))

theorems = (theorem, gentle)
errata = ()
