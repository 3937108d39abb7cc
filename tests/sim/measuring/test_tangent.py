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
from sympy import Float, Rational

from sim.data.margin import gram_margin, nearest
from sim.data.table import Data
from sim.measuring.evaluate import Evaluation, values
from sim.measuring.tangent import Tangent
from sim.setting.start import shapes
from tests.sim.settings import W, deep_relu, linear
from theorems.language.measurement import (
    algorithm,
    inputs,
    labels,
    layers,
    neurons,
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
