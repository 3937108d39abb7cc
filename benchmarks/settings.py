"""The network that is timed, with what a check usually records of it."""

from sympy import sqrt

from sim.plan import Ask
from theorems.language import Setting, count
from theorems.language.measurement import (
    differ,
    inputs,
    labels,
    least_eigenvalue,
    mean,
    most,
    neurons,
    norm,
    normal,
    parameter,
    points,
    relu,
    rows,
    signs,
    softplus,
    spectral,
    tangent_kernel,
    total,
)

m, n = count("m", "hidden neurons"), count("n", "points")
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
f = (1 / sqrt(m)) * (a @ relu(z))
H = tangent_kernel(f, w)
residual = norm(labels - f)
SQUARED = Setting(
    outputs=f, trained=(w,), start={w: normal, a: signs}, loss=norm(f - labels) ** 2 / 2
)
LOGISTIC = Setting(
    outputs=f,
    trained=(w,),
    start={w: normal, a: signs},
    loss=(1 / n) * total(softplus(-labels * f)),
)
USUAL = tuple(
    Ask(term, name)
    for name, term in (
        ("residual", residual),
        ("travel", most(norm(w - w.start, inputs), neurons)),
        ("flips", total(mean(differ(z >= 0, (z >= 0).start), neurons), points)),
        ("floor", least_eigenvalue(H)),
        ("drift", spectral(H - H.start)),
    )
)
