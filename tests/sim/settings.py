"""The networks, letters and measurements that the tests of the simulator share."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sympy import Integer, Rational, sqrt

from sim.data.table import load
from sim.plan import Ask, Plan
from sim.run import simulate
from theorems.language import Setting, count, gradient_flow, measured
from theorems.language.measurement import (
    absolute,
    argument,
    by_layer,
    deep,
    differ,
    equilibrium,
    feed_forward,
    inputs,
    labels,
    least_eigenvalue,
    least_fixed_point,
    limiting_gram,
    mean,
    mean_absolute_product,
    most,
    neurons,
    norm,
    normal,
    ones,
    outer,
    paired_signs,
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

m, L = count("m", "neurons"), count("L", "layers")
HALF = Rational(1, 2)

# Two layers of ReLUs, the first trained
w, a = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
f = 1 / sqrt(m) * (a @ relu(z))
squares = norm(f - labels) ** 2
residual = norm(labels - f)
H, H_inf = tangent_kernel(f, w), limiting_gram(rows)
travel = most(norm(w - w.start, inputs), neurons)
flips = total(mean(differ(z >= 0, (z >= 0).start), neurons), points)
floor, drift = least_eigenvalue(H), spectral(H - H.start)
gap, floor_at_start = spectral(H.start - H_inf), least_eigenvalue(H.start)
shares = mean(absolute(z.start) <= argument, neurons)
near, near_norm = total(shares), norm(shares)
B = absolute(rows @ rows.T) * (outer(shares, ones(points)) + outer(ones(points), shares))
drift_cap = spectral(B)
slowest = floor_at_start - drift_cap - spectral(rows) * near_norm
certificate = spectral(rows) * norm(labels - f.start) / (sqrt(m) * slowest)
radius = least_fixed_point(certificate)
R = measured("R", "radius of the certificate", radius)

DESCENT = Setting(
    outputs=f, trained=(w,), start={w: normal, a: signs}, loss=HALF * squares, data=("unit_inputs",)
)
FLOW = replace(DESCENT, method=gradient_flow)
LOGISTIC = replace(DESCENT, loss=Rational(1, 4) * total(softplus(-labels * f)))
COUPLED = replace(DESCENT, start={w: normal, a: paired_signs})
BOTH_LAYERS = replace(DESCENT, trained=(w, a))
ALONG = tuple(
    Ask(term, label)
    for label, term in (
        ("residual", residual),
        ("travel", travel),
        ("flips", flips),
        ("floor", floor),
        ("drift", drift),
    )
)

# Deep networks
W = deep("W")
linear, deep_relu = feed_forward(W, "linear"), feed_forward(W, "relu")
LINEAR = Setting(
    outputs=linear,
    trained=(W,),
    start={W: HALF * normal},
    loss=HALF * norm(linear - labels) ** 2,
    method=gradient_flow,
    data=("unit_ball",),
)
DEEP_RELU = Setting(
    outputs=deep_relu,
    trained=(W,),
    start={W: by_layer(sqrt(2 / m), sqrt(1 / m)) * normal},
    loss=total(softplus(-labels * deep_relu)),
    data=("unit_inputs", "signs"),
)

# Implicit networks
A = parameter("A", neurons, neurons)
V = parameter("V", neurons, inputs)
above_z, above_phi = parameter("u", neurons), parameter("v", neurons)
phi = relu(V @ rows.T) / sqrt(m)
coupling = 1 / (8 * sqrt(m))
implicit = above_z @ equilibrium(A, coupling, phi) + above_phi @ phi
IMPLICIT = Setting(
    outputs=implicit,
    trained=(A, V, above_z, above_phi),
    start={A: normal, V: normal, above_z: signs, above_phi: signs},
    loss=HALF * norm(implicit - labels) ** 2,
    data=("unit_inputs",),
)

# Students of a teacher
lengths, teachers = norm(w, inputs), norm(rows, inputs)
population = (
    lengths @ mean_absolute_product(w, w) @ lengths
    - 2 * (lengths @ mean_absolute_product(w, rows) @ teachers)
    + teachers @ mean_absolute_product(rows, rows) @ teachers
) / 2
STUDENTS = Setting(
    trained=(w,), start={w: Rational(3, 10) * normal}, loss=population, data=("teacher",)
)


@dataclass(frozen=True)
class Size:
    """How large a run is, where a test does not say otherwise."""

    width: int = 200
    step: float = 0.1
    steps: int = 60
    seeds: Iterable[int] = (0,)


def plan(setting=DESCENT, data=None, asks=(), along=ALONG, values=(), **sizes):
    """A plan of a two-layer network that measures what is looked at along every such run; the sizes
    are those of `Size`.
    """
    s, data, both = Size(**sizes), data or load("sphere", 5), (*along, *asks)
    letters = {m: Integer(s.width), L: Integer(2), **dict(values)}
    return Plan(setting, data, s.width, s.step, s.steps, tuple(s.seeds), both, letters)


def other(setting, data, width, step=0.05, steps=40, **asked):
    """A plan of another network, with measurements under the names given."""
    asks = [Ask(term, label) for label, term in asked.items()]
    return plan(setting, data, asks, (), width=width, step=step, steps=steps)


def layered(p, depth):
    """The plan with so many layers of weights."""
    return replace(p, depth=depth, values={**p.values, L: Integer(depth)})


def series(frame, observable):
    """The values of a measurement by step."""
    return frame[frame["observable"] == observable].set_index("step")["value"]


def errors(frame, observable):
    """Their half-widths."""
    return frame[frame["observable"] == observable].set_index("step")["error"]


def short_run(setting, data, terms, width=8):
    """The frame of a short run that measures these terms."""
    asked = {name: setting.resolved(term) for name, term in terms.items()}
    return simulate(other(setting, data, width, 0.01, 2, **asked), 0)
