"""Deep linear, deep ReLU, implicit and small networks against closed forms, finite differences and
what they conserve.
"""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Rational, sqrt

from sim.data.table import Data, load
from sim.engines.dense import Dense
from sim.measuring.evaluate import Evaluation
from sim.measuring.extremal import extremal
from sim.measuring.values import values
from sim.run import simulate
from sim.setting.start import shapes
from tests.sim.settings import (
    IMPLICIT,
    LINEAR,
    A,
    V,
    W,
    above_phi,
    above_z,
    layered,
    linear,
    m,
    other,
    phi,
    series,
)
from theorems.language import BadInput, Flow
from theorems.language.measurement import (
    Term,
    above,
    below,
    chain,
    equilibrium,
    exponential,
    feed_forward,
    gradient,
    inputs,
    labels,
    layers,
    least,
    logarithm,
    neurons,
    norm,
    ones,
    points,
    root,
    rows,
    softplus,
    total,
)

GRAM_GAPS = below(W) @ below(W).T - above(W).T @ above(W)
BALANCE = root(total(norm(GRAM_GAPS) ** 2, layers))
RESIDUAL = norm(labels - linear)


def test_two_scalar_layers_follow_the_closed_form_of_saxe_et_al():
    """d/dt of the product u of two equal weights is 2 u (s - u): u(t) = s e^(2st) / (e^(2st) - 1 +
    s/u(0)).
    """
    s, first = 0.8, 0.1
    balanced = replace(LINEAR, start={W: Rational(1, 10)})
    one = Data("one", np.ones((1, 1)), np.array([s]))
    frame = simulate(other(balanced, one, 1, 0.02, 500, residual=RESIDUAL), 0)
    seen = series(frame, "residual")
    grown = np.exp(2 * s * seen.index.to_numpy())
    assert seen.to_numpy() == pytest.approx(s - s * grown / (grown - 1 + s / first**2), abs=1e-8)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_the_balance_is_conserved_to_the_integrators_order(depth):
    drifts = []
    for step in (0.2, 0.1):
        p = other(LINEAR, load("separable", 5), 3, step, round(4 / step), balance=BALANCE)
        found = series(simulate(layered(p, depth), 0), "balance")
        drifts.append(abs(found.iloc[-1] - found.iloc[0]))
    assert drifts[1] < drifts[0] / 10 or drifts[0] < 1e-12  # of fourth order: a sixteenth


def test_risks_below_every_float_are_followed_in_their_logarithm():
    risk = total(exponential(-labels * linear))
    setting = replace(
        LINEAR, loss=risk, method=Flow(log_time=True), data=("unit_ball", "separable")
    )
    asked = {
        "log_loss": logarithm(risk),
        "margin": least(labels * (rows @ chain(W / norm(W)))),
        "balance": BALANCE,
    }
    p = other(setting, load("separable", 5), 4, 0.05, 800, **asked)
    frame = simulate(layered(p, 3), 0)
    assert series(frame, "log_loss").iloc[-1] < -1000
    assert series(frame, "loss").iloc[-1] == 0.0
    assert series(frame, "margin").iloc[-1] == pytest.approx(0.77782, abs=5e-3)
    assert np.ptp(series(frame, "balance")) < 1e-5


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
@pytest.mark.parametrize("depth", [2, 3, 5])
def test_a_deep_network_is_the_product_of_its_layers(activation, depth):
    rng = np.random.default_rng(depth)
    p = [rng.standard_normal(s) for s in shapes(W, {neurons: 6, inputs: 4, layers: depth})]
    act = {"linear": lambda v: v, "relu": lambda v: np.maximum(v, 0), "tanh": np.tanh}[activation]
    x = rng.standard_normal((5, 4))
    v = x.T
    for layer in p[:-1]:
        v = act(layer @ v)
    known = {W: p, rows: x}
    assert [layer.shape for layer in p] == [(6, 4), *[(6, 6)] * (depth - 2), (1, 6)]
    assert Evaluation(known)(feed_forward(W, activation)) == pytest.approx(
        (p[-1] @ v)[0], rel=1e-12
    )
    if activation == "linear":
        assert Evaluation(known)(rows @ chain(W)) == pytest.approx((p[-1] @ v)[0], rel=1e-12)


def test_the_equilibrium_is_one_and_its_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    p = {
        A: rng.standard_normal((20, 20)),
        V: rng.standard_normal((20, 4)),
        above_z: rng.choice([-1.0, 1.0], 20),
        above_phi: rng.choice([-1.0, 1.0], 20),
    }
    b, x = Rational(15, 100) / sqrt(m), rng.standard_normal((3, 4))
    outputs = above_z @ equilibrium(A, b, phi) + above_phi @ phi
    known = {**p, rows: x, Term("letter", (), (m,)): 20.0}
    below_ = np.maximum(p[V] @ x.T, 0) / np.sqrt(20)
    state = np.zeros_like(below_)
    for _ in range(200):
        state = np.maximum(0.15 / np.sqrt(20) * (p[A] @ state) + below_, 0)
    wanted = p[above_z] @ state + p[above_phi] @ below_
    assert np.asarray(values((outputs,), known)[0]) == pytest.approx(wanted, rel=1e-12)

    loss = norm(outputs - ones(points)) ** 2 / 2
    known[ones(points)] = np.ones(3)
    for q in p:
        slope = np.asarray(values((gradient(loss, q),), known)[0])
        way = rng.standard_normal(p[q].shape)
        ahead, behind = (
            float(values((loss,), {**known, q: p[q] + s * way})[0]) for s in (1e-5, -1e-5)
        )
        assert float((slope * way).sum()) == pytest.approx((ahead - behind) / 2e-5, rel=1e-6)


def test_a_layer_that_is_no_contraction_is_refused():
    wild = above_z @ equilibrium(A, 2 / sqrt(m), phi) + above_phi @ phi
    setting = replace(IMPLICIT, outputs=wild, loss=norm(wild - labels) ** 2)
    with pytest.raises(BadInput, match="contraction"):
        Dense(other(setting, load("orthonormal", 3), 30), 0)


@pytest.mark.parametrize(
    ("data", "depth", "words"),
    [
        (load("separable", 5), 0, "depth"),
        (Data("table", np.array([[1.0, 0], [1.0, 0]]), np.array([1.0, -1.0])), 2, "separates"),
        (Data("table", np.eye(2), np.array([1.0, 3.0])), 2, "labels"),
    ],
)
def test_what_a_margin_theorem_cannot_take_is_one_line(data, depth, words):
    logistic = total(softplus(-labels * linear))
    setting = replace(LINEAR, loss=logistic, data=("unit_ball", "separable"))
    with pytest.raises(BadInput, match=words) as found:
        layered(other(setting, data, 3), depth)
    assert "\n" not in str(found.value)


def test_extremal_directions_are_the_local_maxima_on_a_fine_circle():
    rng = np.random.default_rng(3)
    data = Data("table", rng.standard_normal((7, 2)), rng.standard_normal(7))
    angles = np.linspace(0, 2 * np.pi, 200001)[:-1]
    w = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for sign in (1.0, -1.0):
        g = sign * np.maximum(w @ data.ball.T, 0) @ data.labels
        peaks = w[(g > np.roll(g, 1)) & (g > np.roll(g, -1))]
        found = extremal(data.ball, data.labels, sign)
        assert len(found) == len(peaks)
        assert (peaks @ found.T).max(axis=1).min() > 1 - 1e-8
