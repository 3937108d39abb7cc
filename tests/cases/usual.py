"""The letters and the network that the small inputs share."""

from sympy import Rational, sqrt

from theorems.language import (
    Hypothesis,
    Paper,
    Scale,
    Setting,
    count,
    failure,
    index,
    measured,
    positive,
)
from theorems.language.measurement import (
    absolute,
    argument,
    differ,
    inputs,
    labels,
    least_eigenvalue,
    limiting_gram,
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
    spectral,
    tangent_kernel,
    total,
)

n, m = count("n", "points"), count("m", "hidden neurons")
k, eta = index("k", "gradient step"), positive("eta", "step size")
delta = failure("delta", "failure")
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
f = (1 / sqrt(m)) * (a @ relu(z))
H = tangent_kernel(f, w)
r = measured("r", "distance of predictions from labels", norm(labels - f))
travel = measured("travel", "farthest moved", most(norm(w - w.start, inputs), neurons))
flips = measured("flips", "flips", total(mean(differ(z >= 0, (z >= 0).start), neurons), points))
floor = measured("floor", "floor", least_eigenvalue(H))
drift = measured("drift", "drift", spectral(H - H.start))
out = measured("out", "largest output at the start", most(absolute(f.start)))
near = measured("near", "near a kink", total(mean(absolute(z.start) <= argument, neurons)))
gap = measured("gap", "distance of H(0) from its limit", spectral(H.start - limiting_gram(rows)))
SETTING = Setting(
    outputs=f,
    trained=(w,),
    start={w: normal, a: signs},
    loss=norm(f - labels) ** 2 / 2,
    data=("unit_inputs",),
)
SIZES = Scale(samples=n, width=m, step_size=eta, failure=delta)
wide = Hypothesis("wide", m >= 1000, at="T")
small = Hypothesis("small steps", eta <= Rational(1, 10), at="T")


def paper(key):
    """A draft by nobody."""
    return Paper(key=key, title="Attack", authors=("Me",), year=2026, venue="draft")
