"""From a small initialization the neurons of a ReLU network first turn to a few directions that the data alone determine.

H. Maennel, O. Bousquet, S. Gelly. Gradient Descent Quantizes ReLU Network Features. arXiv:1803.08367.
The paper speaks of the limit of vanishing initialization, without error bounds. Its explicit form is Lemma 1 of
H. Min, E. Mallada, R. Vidal. Early Neuron Alignment in Two-layer ReLU Networks with Small Initialization. ICLR 2024,
which is what this file checks with numbers; the limit itself is stated as Min et al. report it in their Section 2.2.
"""

from dataclasses import replace

from sympy import Eq, Rational, exp, log, sqrt

from theorems.language import (
    Claim, Counterexample, Each, Erratum, Hypothesis, Identity, Implication, Limit, Paper, Practice, Scale, Setting, Theorem,
    count, defined, gradient_flow, measured, positive, time,
)
from theorems.language.measurement import (
    absolute, algorithm, exponential, gradient, inputs, labels, most, neurons, norm, normal, parameter, relu, rows, sign, signs, softplus, total,
    training_loss,
)

paper = Paper(key="maennel2018", title="Gradient Descent Quantizes ReLU Network Features", authors=("H. Maennel", "O. Bousquet", "S. Gelly"),
              year=2018, venue="arXiv", arxiv="1803.08367",
              beside=("H. Min, E. Mallada, R. Vidal. Early Neuron Alignment in Two-layer ReLU Networks with Small Initialization. ICLR 2024",))

# Letters ------------------------------------------------------------------------------------------------------------
n, h = count("n", "training points"), count("h", "hidden neurons")
t = time("t", "time of the gradient flow")
epsilon = positive("epsilon", "scale of the initialization")

# The network, and what is looked at ---------------------------------------------------------------------------------
w, v = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
f = v @ relu(z)
unit = w / norm(w, inputs)
pull = (z > 0) @ (labels * rows)                           # x_a(w_j): the sum of y_i x_i over the points that neuron j is active on
velocity = -gradient(training_loss, w) / norm(w, inputs) - sign(v) * pull
across = velocity - total(velocity * unit, inputs) * unit  # P, across w_j

X = measured("X", "length of the longest input", most(norm(rows, inputs)), text="X_max", tex=r"X_{\max}")
omega = measured("omega", "length of the longest neuron at the start", most(norm(w, inputs)).start, text="max‖w(0)‖", tex=r"\max_j\lVert w_j(0)\rVert")
long = measured("long", "length of the longest neuron", most(norm(w, inputs)), text="max‖w({})‖", tex=r"\max_j\lVert w_j({})\rVert")
output = measured("output", "largest output", most(absolute(f)), text="max|f({})|", tex=r"\max_i\lvert f(x_i;{})\rvert")
error = measured("error", "largest ‖d/dt(w/‖w‖) − sign(v) P x_a(w)‖, x_a(w) the sum of y_i x_i over the points w is active on",
                 most(norm(across, inputs)), text="error({})", tex=r"\max_j\mathrm{error}_j({})")
inner = measured("inner", "sum of ‖w_j‖²", total(w**2), text="Σ‖w({})‖²", tex=r"\textstyle\sum\lVert w_j({})\rVert^2")
outer = measured("outer", "sum of v_j²", total(v**2), text="Σv({})²", tex=r"\textstyle\sum v_j({})^2")
angle = measured("angle", "largest angle from a neuron to the nearest local maximum of sign(v) G on the circle, G(w) = Σ y_i relu(x_i·w)",
                 algorithm("to_extremal", w, v, rows, labels), text="angle({})", tex=r"\max_j\angle_j({})")

# Letters of the proofs ----------------------------------------------------------------------------------------------
square = positive("square", "‖w_j‖²")
T = defined("T", log(1 / (sqrt(h) * epsilon)) / (4 * n * X), "end of the early phase")
W = defined("W_max", omega / epsilon, "length of the longest neuron before it is scaled")

# What is trained on what --------------------------------------------------------------------------------------------
once = total(softplus(-labels * f))
setting = Setting(outputs=f, trained=(w, v), start={w: epsilon * normal, v: signs * norm(w.start, inputs)}, loss=total(exponential(-labels * f)),
                  method=gradient_flow, data=("unit_ball", "signs"))
twice = replace(setting, loss=2 * once)
sizes = Scale(samples=n, width=h)
millionth = {epsilon: Rational(1, 10**6)}
practice = Practice(data="separable", samples=5, widths=(40,), seeds=20, step_size=0.01, steps=63)

# Min et al. 2024, Lemma 1 -----------------------------------------------------------------------------------------------
small = Hypothesis("small initialization", epsilon <= 1 / (4 * sqrt(h) * X * W**2), at="Min et al. 2024, Lemma 1")
slow = Claim("neurons stay small", long(t)**2 <= 2 * epsilon * W**2 / sqrt(h), at="Min et al. 2024, Lemma 3", over=Each(t, last=T))
quiet = Claim("outputs stay small", output(t) <= 2 * epsilon * sqrt(h) * X * W**2, at="Min et al. 2024, Lemma 3", over=Each(t, last=T))
turning = Claim("directions follow the data", error(t) <= 4 * epsilon * n * sqrt(h) * X**2 * W**2,
                at="Min et al. 2024, Lemma 1", over=Each(t, last=T))
early = Theorem(
    statement="Early phase, exponential loss", says="Until time T every neuron is small and turns as the data alone tell it.",
    setting=setting, scale=sizes, practice=practice, choices=millionth, hypotheses=(small,),
    claims=(slow, quiet, turning,
            Claim("layers stay balanced", Eq(inner(t), outer(t)), at="Min et al. 2024, Section 2", over=Each(t))),
    derivation=(
        Identity("growth at the rate 4nX_max until T", exp(4 * n * X * T), 1 / (sqrt(h) * epsilon), at="Min et al. 2024, Lemma 3"),
        Implication("keeps every neuron small", (square <= epsilon**2 * W**2 * 1 / (sqrt(h) * epsilon), long(t)**2 <= square), slow,
                    at="Min et al. 2024, Lemma 3"),
        Implication("so the outputs are small", (slow, output(t) <= h * X * long(t)**2), quiet, at="Min et al. 2024, Lemma 3"),
        Implication("below one half", (small, quiet, epsilon * W**2 >= 0, X > 0), output(t) <= Rational(1, 2), at="Min et al. 2024, Lemma 3"),
        Implication("and directions err by what the outputs change the slopes", (quiet, X > 0, error(t) <= 2 * n * X * output(t)), turning,
                    at="Min et al. 2024, Lemma 4"),
    ))
early_logistic = Theorem(
    statement="Early phase, twice the logistic loss", says="The same with the loss 2 log(1 + e^(−yf)).",
    setting=twice, scale=sizes, practice=practice, choices=millionth, hypotheses=(small,), claims=(slow, quiet, turning))

# Maennel et al. 2018: the limit -----------------------------------------------------------------------------------------
limit = Theorem(
    statement="Quantization", says="As the initialization vanishes, every neuron ends the early phase in one of finitely many directions.",
    setting=setting, scale=sizes, practice=replace(practice, samples=4, step_size=0.02, steps=150), choices=millionth, hypotheses=(small,),
    claims=(Claim("directions become extremal", Eq(angle(t), 0), at="Section 9.4, as reported by Min et al. 2024, Section 2.2", over=Limit(t)),))

theorems = (early, early_logistic, limit)

# As printed, as corrected -----------------------------------------------------------------------------------------------
at_start = Claim("directions follow the data at the start", error(0) <= 4 * epsilon * n * sqrt(h) * X**2 * W**2, at="Min et al. 2024, Lemma 1")
printed = Theorem(
    statement="Lemma 1 of Min et al. 2024 with the loss of its main text", says="Directions follow the data.",
    setting=replace(twice, loss=once), scale=sizes, practice=practice, choices=millionth, hypotheses=(small,), claims=(at_start,))
errata = (
    Erratum(at="Min et al. 2024, Lemma 1", printed=printed,
            corrected=replace(printed, statement="Lemma 1 of Min et al. 2024 with the loss of its proof", setting=twice),
            witness=Counterexample("separable", samples=5, width=40),
            remark="the main text has the loss log(1 + e^(−yf)), whose slope at 0 is 1/2: the lemma needs twice that, as its Appendix B has"),
)
