"""Deep linear, deep ReLU, implicit and small networks against closed forms, finite differences and
what they conserve.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sim.measuring.neurons import extremal
from sim.setting.networks import NETWORKS, layers
from sympy import Rational, sqrt

from sim.data.table import Data, load
from sim.engines.dense import Dense
from sim.plan import Ask, Plan
from sim.run import simulate
from theorems.language import BadInput, Setting, count

m = count("m", "neurons")
NORMAL = dict.fromkeys(("first", "hidden", "last"), "standard_normal")
LINEAR = Setting(
    network="deep_linear",
    trained=("first", "hidden", "last"),
    drawn=NORMAL,
    loss="sum_of_squares",
    factor=Rational(1, 2),
    method="gradient_flow",
    data=("unit_ball",),
    spread=dict.fromkeys(NORMAL, Rational(1, 2)),
)
IMPLICIT = Setting(
    network="implicit_relu",
    trained=("A", "W", "u", "v"),
    loss="sum_of_squares",
    factor=Rational(1, 2),
    method="gradient_descent",
    drawn={
        "A": "standard_normal",
        "W": "standard_normal",
        "u": "rademacher",
        "v": "rademacher",
        "b": "one",
    },
    spread={"b": 1 / (8 * sqrt(m))},
    data=("unit_inputs",),
)


def plan(setting, data, width, depth=2, step=0.05, steps=40, probes=()):
    return Plan(
        setting, data, width, step, steps, (0,), tuple(Ask(p, p) for p in probes), {m: width}, depth
    )


def series(frame, name):
    return frame[frame["observable"] == name].set_index("step")["value"]


def test_two_scalar_layers_follow_the_closed_form_of_saxe_et_al():
    """d/dt of the product u of two equal weights is 2 u (s - u): u(t) = s e^(2st) / (e^(2st) - 1 +
    s/u(0)).
    """
    s, a = 0.8, 0.1
    balanced = replace(
        LINEAR, drawn=dict.fromkeys(NORMAL, "one"), spread=dict.fromkeys(NORMAL, Rational(1, 10))
    )
    frame = simulate(
        plan(balanced, Data("one", np.ones((1, 1)), np.array([s])), 1, step=0.02, steps=500), 0
    )
    seen = series(frame, "residual")
    grown = np.exp(2 * s * seen.index.to_numpy())
    assert seen.to_numpy() == pytest.approx(s - s * grown / (grown - 1 + s / a**2), abs=1e-8)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_the_balance_is_conserved_to_the_integrators_order(depth):
    drifts = []
    for step in (0.2, 0.1):
        frame = simulate(
            plan(LINEAR, load("separable", 5), 3, depth, step, round(4 / step), ["balance"]), 0
        )
        values = series(frame, "balance")
        drifts.append(abs(values.iloc[-1] - values.iloc[0]))
    assert drifts[1] < drifts[0] / 10 or drifts[0] < 1e-12  # of fourth order: a sixteenth


def test_risks_below_every_float_are_followed_in_their_logarithm():
    setting = replace(
        LINEAR,
        loss="sum_of_exponentials",
        method="gradient_flow_in_log_time",
        data=("unit_ball", "separable"),
    )
    frame = simulate(
        plan(
            setting,
            load("separable", 5),
            4,
            3,
            0.05,
            800,
            ["log_loss", "product_margin", "balance"],
        ),
        0,
    )
    assert series(frame, "log_loss").iloc[-1] < -1000
    assert series(frame, "loss").iloc[-1] == 0.0
    assert series(frame, "product_margin").iloc[-1] == pytest.approx(0.77782, abs=5e-3)
    assert np.ptp(series(frame, "balance")) < 1e-5


@pytest.mark.parametrize("network", ["deep_linear", "deep_relu"])
@pytest.mark.parametrize("depth", [2, 3, 5])
def test_a_deep_network_is_the_product_of_its_layers(network, depth):
    rng = np.random.default_rng(depth)
    shapes = NETWORKS[network].shapes(6, 4, depth)
    p = {name: jnp.asarray(rng.standard_normal(shape)) for name, shape in shapes.items()}
    x = rng.standard_normal((5, 4))
    z = x.T
    *below, last = map(np.asarray, layers(p))
    for w in below:
        z = w @ z if network == "deep_linear" else np.maximum(w @ z, 0)
    assert NETWORKS[network].outputs(p, jnp.asarray(x)) == pytest.approx((last @ z)[0], rel=1e-12)


def test_the_equilibrium_is_one_and_its_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    p = {
        "A": rng.standard_normal((20, 20)),
        "W": rng.standard_normal((20, 4)),
        "u": rng.choice([-1.0, 1.0], 20),
        "v": rng.choice([-1.0, 1.0], 20),
        "b": np.full(20, 0.15 / np.sqrt(20)),
    }
    p = {name: jnp.asarray(v) for name, v in p.items()}
    x = jnp.asarray(rng.standard_normal((3, 4)))
    outputs = NETWORKS["implicit_relu"].outputs
    phi = np.maximum(np.asarray(p["W"] @ x.T), 0) / np.sqrt(20)
    z = np.zeros_like(phi)
    for _ in range(200):
        z = np.maximum(np.asarray(p["b"])[:, None] * (np.asarray(p["A"]) @ z) + phi, 0)
    assert outputs(p, x) == pytest.approx(
        np.asarray(p["u"]) @ z + np.asarray(p["v"]) @ phi, rel=1e-12
    )

    def loss(q):
        return 0.5 * jnp.sum((outputs(q, x) - 1.0) ** 2)

    slopes = jax.grad(loss)(p)
    for name in ("A", "W", "u", "v"):
        way = jnp.asarray(rng.standard_normal(p[name].shape))
        difference = (
            loss({**p, name: p[name] + 1e-5 * way}) - loss({**p, name: p[name] - 1e-5 * way})
        ) / 2e-5
        assert float(jnp.sum(slopes[name] * way)) == pytest.approx(float(difference), rel=1e-6)


def test_a_layer_that_is_no_contraction_is_refused():
    with pytest.raises(BadInput, match="contraction"):
        Dense(plan(replace(IMPLICIT, spread={"b": 2 / sqrt(m)}), load("orthonormal", 3), 30), 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"depth": 1}, "2 layers of weights or more"),
        ({"data": load("digits", 10)}, "separates"),
        ({"data": Data("table", np.eye(2), np.array([1.0, 3.0]))}, "labels"),
    ],
)
def test_what_a_margin_theorem_cannot_take_is_one_line(change, words):
    setting = replace(LINEAR, loss="sum_of_logistic", data=("unit_ball", "separable"))
    inseparable = Data("table", np.array([[1.0, 0], [1.0, 0]]), np.array([1.0, -1.0]))
    asked = {"data": load("separable", 5), "depth": 2} | change
    if words == "separates":
        asked["data"] = inseparable
    with pytest.raises(BadInput, match=words):
        plan(setting, asked["data"], 3, asked["depth"])


def test_extremal_directions_are_the_local_maxima_on_a_fine_circle():
    rng = np.random.default_rng(3)
    data = Data("table", rng.standard_normal((7, 2)), rng.standard_normal(7))
    angles = np.linspace(0, 2 * np.pi, 200001)[:-1]
    w = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for sign in (1.0, -1.0):
        g = sign * np.maximum(w @ data.ball.T, 0) @ data.labels
        peaks = w[(g > np.roll(g, 1)) & (g > np.roll(g, -1))]
        found = extremal(data, sign)
        assert len(found) == len(peaks)
        assert (peaks @ found.T).max(axis=1).min() > 1 - 1e-8
