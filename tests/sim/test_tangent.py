"""The linear model around an initialization against automatic Jacobians, closed forms, and random
competitors.
"""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.measuring.state import Start
from sim.setting.networks import NETWORKS

from sim.data.margin import gram_margin, nearest
from sim.data.table import Data
from sim.measuring.tangent import Tangent, distance, linear_distance, linear_fit, margin


def start(m=12, depth=3, n=4, seed=0, network="deep_relu", data=None, scale=1.0):
    rng = np.random.default_rng(seed)
    data = data or Data("t", rng.standard_normal((n, 3)), rng.choice([-1.0, 1.0], n))
    shapes = NETWORKS[network].shapes(m, data.inputs.shape[1], depth)
    params = {p: jnp.asarray(rng.standard_normal(s) * np.sqrt(2 / m)) for p, s in shapes.items()}
    tangent = Tangent(network, params, {}, jnp.asarray(data.inputs), scale, data.labels)
    return Start(
        np.zeros((0, 0)),
        tangent.outputs(params),
        data,
        m,
        lambda _: np.zeros(data.samples),
        params=params,
        tangent=tangent,
    )


def jacobian(t):
    rows = jax.jacrev(lambda p: t.scale * NETWORKS[t.network].outputs(p, t.x))(t.params)
    return np.concatenate(
        [np.asarray(rows[p]).reshape(len(t.labels), -1) for p in t.params], axis=1
    )


@pytest.mark.parametrize("network", ["deep_relu", "deep_linear"])
def test_the_gram_matrix_is_that_of_the_jacobian(network):
    s = start(network=network, scale=3.0)
    rows = jacobian(s.tangent)
    assert s.tangent.gram == pytest.approx(rows @ rows.T, rel=1e-12)
    assert margin(s) == pytest.approx(gram_margin(rows @ rows.T, s.data.labels), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_move_reaches_its_margin_in_the_linear_model_and_nothing_shorter_does(seed):
    s = start(seed=seed)
    rows, labels = jacobian(s.tangent), s.data.labels
    move = s.tangent.move(2.0)
    v = np.concatenate([np.asarray(move[p]).ravel() for p in s.params])
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
    whole = missing / np.linalg.norm(jacobian(s.tangent))
    move = s.tangent.move(2.0)
    assert np.sqrt(sum(float(jnp.sum(w**2)) for w in move.values())) == pytest.approx(
        whole, rel=1e-6
    )
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
    loss = jax.jit(
        jax.value_and_grad(
            lambda p: jnp.sum(
                jnp.logaddexp(0.0, -s.data.labels * NETWORKS["deep_relu"].outputs(p, t.x))
            )
        )
    )
    p = dict(t.params)
    for _ in range(5000):
        if float((s.data.labels * t.outputs(p)).min()) >= wanted:
            break
        p = jax.tree.map(lambda w, g: w - 0.003 * g, p, loss(p)[1])
    whole = np.sqrt(sum(float(jnp.sum((p[k] - t.params[k]) ** 2)) for k in p))
    assert (
        found <= whole * 1.02
    )  # the largest layer of the shortest move, against all layers of a longer one


@pytest.mark.parametrize("factor", [0.5, 4.0])
def test_a_number_before_the_network_shortens_the_linear_move_by_itself(factor):
    s = start(network="deep_linear", n=2)
    zero = replace(
        s,
        tangent=replace(
            s.tangent, params={**s.tangent.params, "last": 0 * s.tangent.params["last"]}
        ),
    )
    more = replace(zero, tangent=replace(zero.tangent, scale=factor))
    assert linear_distance(more, 1.0) == pytest.approx(
        linear_distance(zero, 1.0) / factor, rel=1e-6
    )
