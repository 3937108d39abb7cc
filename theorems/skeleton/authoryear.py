"""What the paper shows, in one sentence: `check list` prints this line."""

from sympy import Rational, sqrt

from theorems.language import (
    Claim,
    Each,
    Hypothesis,
    Implication,
    Paper,
    Scale,
    Setting,
    Theorem,
    Witness,
    count,
    index,
    measured,
    positive,
)
from theorems.language.measurement import (
    inputs,
    labels,
    neurons,
    norm,
    normal,
    parameter,
    relu,
    rows,
    signs,
)

# The paper, as it is cited. The key is the name of this file.
paper = Paper(
    key="authoryear",
    title="The title of the paper",
    authors=("A. Author",),
    year=2026,
    venue="draft",
)

# Letters: the paper's own, each with its meaning.
n, m = count("n", "training points"), count("m", "hidden neurons")
k, eta = index("k", "gradient step"), positive("eta", "step size")

# The network is its parameters and a function of them: rows are the inputs as trained, (points,
# inputs), and labels their labels. Shapes are checked when this file loads.
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
f = (a @ relu(w @ rows.T)) / sqrt(m)

# What is trained on what: every parameter has an initial law, some of them move.
setting = Setting(
    outputs=f,
    trained=(w,),
    start={w: normal, a: signs},
    loss=norm(f - labels) ** 2 / 2,
    data=("unit_inputs",),
)

# What is observed is an expression as well; `w.start` is w at the start.
residual = measured(
    "r",
    "distance of the predictions from the labels",
    norm(labels - f),
    text="‖y−u({})‖",
    tex=r"\lVert y-u({})\rVert",
)
h, lam = (
    positive("h", "‖y−u(k+1)‖/‖y−u(k)‖"),
    positive("lam", "least eigenvalue of the Gram matrix along training"),
)

# Relations, each with its address in the paper. form= is "as printed", "as corrected" or "ours".
small_steps = Hypothesis("small steps", eta <= Rational(1, 10), at="Theorem 1")
wide = Hypothesis("wide enough", m >= 1000, at="Theorem 1")
shrinks = Claim(
    "every step shrinks the residual", residual(k + 1) <= residual(k), at="Theorem 1", over=Each(k)
)

theorems = (
    Theorem(
        statement="Theorem 1",
        says="Small steps never increase the residual.",
        form="ours",
        setting=setting,
        scale=Scale(
            samples=n, width=m, step_size=eta
        ),  # which letters are the sizes that a run sets
        hypotheses=(small_steps, wide),
        claims=(shrinks,),
        derivation=(  # the proof's algebra, replayed by machine
            Implication(
                "a step contracts",
                (small_steps, lam > 0, lam <= 1, h <= 1 - eta * lam),
                h <= 1,
                at="Theorem 1",
            ),
            Implication(
                "so the residual shrinks",
                (h <= 1, residual(k + 1) <= h * residual(k)),
                shrinks,
                at="Theorem 1",
            ),
        ),
        witness=Witness("orthonormal", samples=4),
    ),
)  # a configuration in which every hypothesis holds
