"""The linear model around an initialization against automatic Jacobians, closed forms, and random
competitors.
"""

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sympy import Float, Rational

from sim.data.margin import gram_margin, nearest
from sim.data.table import Data
from sim.measuring.evaluate import Evaluation
from sim.measuring.tangent import Tangent
from sim.measuring.values import values
from sim.setting.start import shapes
from tests.sim.settings import W, deep_relu, linear
from theorems.language.measurement import (
    algorithm,
    inputs,
    labels,
    layers,
    neurons,
    parameter,
    rows,
    softplus,
    tangent_kernel,
    total,
)


@dataclass(frozen=True)
class Start:
    """A deep network drawn, and what a measurement of its linear model knows."""

    outputs: Any
    params: Any
    data: Data

    @property
    def known(self):
        return {W.start: self.params, rows: self.data.inputs, labels: self.data.labels}

    @property
    def tangent(self):
        return Tangent(self.outputs.start, W.start, self.known, self.params, self.data.labels)

    @property
    def u(self):
        return np.asarray(Evaluation(self.known)(self.outputs.start))

    def measured(self, name, *operands):
        (found,) = values((algorithm(name, *operands),), self.known)
        return float(found)

    def of_margin(self, name, wanted):
        return self.measured(name, self.outputs.start, W.start, labels, Float(wanted, 17))


def margin(s):
    return s.measured("gram_margin", tangent_kernel(s.outputs, W).start, labels)


def distance(s, wanted):
    return s.of_margin("fit_distance", wanted)


def linear_distance(s, wanted):
    return s.of_margin("linear_distance", wanted)


def linear_fit(s, wanted):
    return s.of_margin("linear_fit", wanted)


def start(m=12, n=4, seed=0, network=deep_relu, data=None):
    """Three layers as they begin."""
    rng = np.random.default_rng(seed)
    data = data or Data("t", rng.standard_normal((n, 3)), rng.choice([-1.0, 1.0], n))
    sizes = {neurons: m, inputs: data.inputs.shape[1], layers: 3}
    params = [rng.standard_normal(s) * np.sqrt(2 / m) for s in shapes(W, sizes)]
    return Start(network, params, data)


def jacobian(s):
    known = s.known

    def outputs(p):
        return Evaluation({**known, W.start: p})(s.outputs.start)

    parts = jax.jacrev(outputs)([jnp.asarray(p) for p in s.params])
    return np.concatenate([np.asarray(p).reshape(len(s.u), -1) for p in parts], axis=1)


@pytest.mark.parametrize("network", [deep_relu, linear], ids=["relu", "linear"])
def test_the_gram_matrix_is_that_of_the_jacobian(network):
    s = start(network=3 * network)
    rows = jacobian(s)
    assert s.tangent.gram == pytest.approx(rows @ rows.T, rel=1e-12)
    assert margin(s) == pytest.approx(gram_margin(rows @ rows.T, s.data.labels), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_move_reaches_its_margin_in_the_linear_model_and_nothing_shorter_does(seed):
    s = start(seed=seed)
    rows, labels = jacobian(s), s.data.labels
    move = s.tangent.move(2.0)
    v = np.concatenate([np.asarray(p).ravel() for p in move])
    assert (labels * (s.u + rows @ v)).min() == pytest.approx(2.0, rel=1e-6)
    rng = np.random.default_rng(seed)
    for _ in range(200):  # competitors near it, scaled until they fit
        w = (
            v
            + 0.3 * np.linalg.norm(v) * rng.standard_normal(v.size) / np.sqrt(v.size) * rng.random()
        )
        gain, missing = labels * (rows @ w), 2.0 - labels * s.u
        if (gain[missing > 0] > 0).all() and (
            (factor := (missing / gain)[missing > 0].max()) * gain >= missing - 1e-12
        ).all():
            assert np.linalg.norm(factor * w) >= np.linalg.norm(v) * (1 - 1e-9)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(6, 9), st.integers(0, 10**6))
def test_the_nearest_point_meets_the_optimality_conditions(n, d, seed):
    rng = np.random.default_rng(seed)
    z, labels, wanted = (
        rng.standard_normal((n, d)),
        rng.choice([-1.0, 1.0], n),
        rng.standard_normal(n),
    )
    q = nearest(z @ z.T, labels, wanted)
    spare = labels * (z @ (z.T @ (labels * q))) - wanted
    assert (q >= 0).all()
    assert spare.min() >= -1e-6
    assert np.abs(q * spare).max() <= 1e-6 * (1 + np.abs(q).max())


def test_one_point_moves_along_its_own_gradient():
    s = start(n=1)
    missing = 2.0 - float(s.data.labels[0] * s.u[0])
    whole = missing / np.linalg.norm(jacobian(s))
    move = s.tangent.move(2.0)
    assert np.sqrt(sum(float(jnp.sum(w**2)) for w in move)) == pytest.approx(whole, rel=1e-6)
    assert linear_distance(s, 2.0) <= whole * (1 + 1e-6)


def test_what_fits_already_need_not_move():
    s = start(n=1)
    there = float(s.data.labels[0] * s.u[0])
    assert linear_distance(s, there - 0.1) == 0
    assert distance(s, there - 0.1) == pytest.approx(0, abs=1e-12)


def test_nothing_fits_opposite_labels_at_one_point():
    data = Data("t", np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([1.0, -1.0]))
    s = start(data=data)
    assert linear_distance(s, 1.0) == distance(s, 1.0) == float("inf")
    assert np.isnan(linear_fit(s, 1.0))
    assert margin(s) == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_network_found_is_within_its_distance_and_training_comes_no_nearer(seed):
    s = start(m=64, seed=seed)
    wanted, t = 1.0, s.tangent
    found = distance(s, wanted)
    assert np.isfinite(found)
    cross_entropy = total(softplus(-labels * deep_relu))
    known = {rows: s.data.inputs, labels: s.data.labels}
    loss = jax.jit(jax.value_and_grad(lambda p: Evaluation({**known, W: p})(cross_entropy)))
    p = [jnp.asarray(layer) for layer in s.params]
    for _ in range(5000):
        if float((s.data.labels * t.at(p)).min()) >= wanted:
            break
        p = jax.tree.map(lambda w, g: w - 0.003 * g, p, loss(p)[1])
    whole = np.sqrt(sum(float(jnp.sum((p[k] - s.params[k]) ** 2)) for k in range(3)))
    assert (
        found <= whole * 1.02
    )  # the largest layer of the shortest move, against all layers of a longer one


@pytest.mark.parametrize("factor", [Rational(1, 2), 4])
def test_a_number_before_the_network_shortens_the_linear_move_by_itself(factor):
    s = start(network=linear, n=2)
    zero = replace(s, params=[*s.params[:-1], 0 * s.params[-1]])
    more = replace(zero, outputs=factor * linear)
    assert linear_distance(more, 1.0) == pytest.approx(
        linear_distance(zero, 1.0) / float(factor), rel=1e-6
    )


def test_a_move_from_elsewhere_is_the_shortest_in_the_linear_model_there():
    """f(p + done) + J(p + done)(v - done), and v still from p."""
    s = start(seed=5, network=2 * deep_relu)
    done = [0.1 * np.ones(np.shape(p)) for p in s.params]
    there = replace(s, params=[p + d for p, d in zip(s.params, done)])
    rows_, labels_ = jacobian(there), s.data.labels

    def flat(parts):
        return np.concatenate([np.asarray(p).ravel() for p in parts])

    move = flat(s.tangent.move(3.0, done))
    gains = labels_ * (there.u + rows_ @ (move - flat(done)))
    assert gains.min() == pytest.approx(3.0, rel=1e-6)
    weights = np.linalg.lstsq(rows_.T, move, rcond=None)[0]
    assert rows_.T @ weights == pytest.approx(move, rel=1e-6, abs=1e-9)  # in the span of gradients
    assert (labels_ * weights >= -1e-9).all()
    assert np.abs(labels_ * weights * (gains - 3.0)).max() <= 1e-5


# Outputs that are linear in what moves are their own linear model ---------------------------------


@dataclass(frozen=True)
class Line:
    """f = rows @ c, from c.start on."""

    x: Any
    y: Any
    begin: Any

    def measured(self, name, wanted):
        c = parameter("c", inputs)
        known = {rows: self.x, labels: self.y, c.start: self.begin, c: self.begin}
        term = algorithm(name, (rows @ c).start, c.start, labels, Float(wanted, 17))
        return float(values((term,), known)[0])


@pytest.mark.parametrize("wanted", [0.5, 2.0])
@pytest.mark.parametrize("begin", [0.0, -0.25])
def test_orthogonal_points_are_fitted_one_by_one(wanted, begin):
    """|move|^2 = sum_i (wanted - y_i f_i)^2 / |x_i|^2."""
    x, y = np.diag([1.0, 2.0, 5.0])[:2], np.array([1.0, -1.0])
    line = Line(x, y, np.array([begin, begin, 7.0]))
    missing = np.maximum(wanted - y * (x @ line.begin), 0) / np.array([1.0, 2.0])
    length = np.linalg.norm(missing)
    for name in ("linear_distance", "fit_distance"):
        assert line.measured(name, wanted) == pytest.approx(length, rel=1e-6, abs=1e-9)
    reached = np.maximum(y * (x @ line.begin), wanted).min()
    assert line.measured("linear_fit", wanted) == pytest.approx(
        np.log1p(np.exp(-reached)), rel=1e-6
    )


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_nobody_moves_less_than_the_shortest_and_the_network_follows_its_linear_model(seed):
    """Against SciPy's general solver."""
    rng = np.random.default_rng(seed)
    x, y, begin = rng.standard_normal((3, 4)), rng.choice([-1.0, 1.0], 3), rng.standard_normal(4)
    line = Line(x, y, begin)
    fits = {"type": "ineq", "fun": lambda v: y * (x @ (begin + v)) - 1}
    other = minimize(lambda v: v @ v, np.zeros(4), constraints=fits, method="SLSQP")
    assert other.success
    found = line.measured("linear_distance", 1.0)
    assert found == pytest.approx(np.linalg.norm(other.x), rel=1e-3, abs=1e-6)
    assert line.measured("fit_distance", 1.0) == pytest.approx(found, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("wanted", [0.5, 1.5])
def test_of_layers_the_one_that_moves_farthest_is_told(wanted):
    s = start(seed=2)
    move = s.tangent.move(wanted)
    lengths = [float(np.linalg.norm(np.asarray(layer))) for layer in move]
    assert linear_distance(s, wanted) == pytest.approx(max(lengths), rel=1e-12)
    moved = replace(s, params=[p + v for p, v in zip(s.params, move)])
    least = (s.data.labels * moved.u).min()
    assert s.tangent.least(move) == pytest.approx(least, rel=1e-9)
    assert linear_fit(s, wanted) == pytest.approx(np.log1p(np.exp(-least)), rel=1e-9)


@pytest.mark.parametrize("name", ["linear_distance", "linear_fit", "fit_distance"])
def test_outputs_that_an_engine_holds_are_not_taken_for_those_of_other_parameters(name):
    s = start(seed=3, n=2)
    term = algorithm(name, s.outputs.start, W.start, labels, Float(1.5, 17))
    (plain,), (more,) = values((term,), s.known), values((term,), {**s.known, s.outputs.start: s.u})
    assert 0 < float(plain) < np.inf
    assert float(more) == pytest.approx(float(plain), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_network_reaches_its_margin_within_the_bound_and_not_far_below(seed):
    """More is wanted, more is moved; and a network that is nearly linear moves like its model."""
    s = start(m=400, seed=seed, network=30 * deep_relu)
    found = [distance(s, wanted) for wanted in (0.5, 1.0, 2.0)]
    assert found == sorted(found)
    for wanted, far in zip((0.5, 1.0, 2.0), found):
        assert 1 / 2 <= far / linear_distance(s, wanted) <= 2
