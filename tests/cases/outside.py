"""A network from outside: a cubic neuron, registered by the file of parts beside this one."""

from sympy import Rational, sqrt

from theorems.language import (
    Claim,
    Each,
    Hypothesis,
    Paper,
    Practice,
    Scale,
    Setting,
    Theorem,
    count,
    index,
    measured,
    positive,
)
from theorems.language.measurement import (
    absolute,
    algorithm,
    inputs,
    labels,
    most,
    neurons,
    norm,
    normal,
    parameter,
    points,
    rows,
    signs,
)

paper = Paper(key="outside", title="My theorem", authors=("Me",), year=2026, venue="draft")
m, k, eta = (
    count("m", "hidden neurons"),
    index("k", "gradient step"),
    positive("eta", "step size"),
)
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
f = (a @ algorithm("neuron_power", w @ rows.T, axes=(neurons, points), signed=True)) / sqrt(m)
r = measured("r", "distance of predictions from labels", norm(labels - f))
big = measured("big", "largest weight", most(absolute(w)))
setting = Setting(
    outputs=f,
    trained=(w,),
    start={w: normal, a: signs},
    loss=Rational(1, 2) * norm(f - labels) ** 2,
    data=("unit_inputs",),
)
theorems = (
    Theorem(
        statement="Theorem 1",
        says="Every step shrinks the residual.",
        setting=setting,
        scale=Scale(width=m, step_size=eta),
        practice=Practice(
            data="orthonormal", samples=3, widths=(64,), seeds=2, step_size=0.01, steps=20
        ),
        hypotheses=(Hypothesis("wide", m >= 10, at="Theorem 1"),),
        claims=(
            Claim("monotone", r(k + 1) <= r(k), at="Theorem 1", over=Each(k)),
            Claim("bounded", big(k) <= 10, at="Theorem 1", over=Each(k)),
        ),
    ),
)
