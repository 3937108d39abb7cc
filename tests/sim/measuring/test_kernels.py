"""Kernels and angles at their edges: parallel rows, no row, tiny angles, huge arguments."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measuring import kernels

KERNELS = {
    "limiting": (kernels.limiting_gram, 0.5),
    "features": (kernels.feature_gram, 0.5),
    "cosines": (kernels.cosines, 1.0),
}


@pytest.mark.parametrize("z", [-800.0, -40.0, -36.0 - 1e-9, -36.0, -35.0, -1.0, 0.0, 3.0, 800.0])
def test_the_logarithm_of_the_softplus_and_its_slope_keep_their_digits(z):
    with mpmath.workdps(60):
        soft = mpmath.log1p(mpmath.exp(mpmath.mpf(z)))
        wanted = float(mpmath.log(soft)), float(1 / (soft * (1 + mpmath.exp(-mpmath.mpf(z)))))
    found, slope = jax.value_and_grad(kernels.log_softplus)(z)
    assert float(found) == pytest.approx(wanted[0], rel=1e-14, abs=0)
    assert float(slope) == pytest.approx(wanted[1], rel=1e-14, abs=0)


def test_the_slope_of_a_relu_at_its_kink_is_one():
    for z, value, slope in ((-1e-300, 0.0, 0.0), (0.0, 0.0, 1.0), (1e-300, 1e-300, 1.0), (2, 2, 1)):
        assert tuple(map(float, jax.value_and_grad(kernels.relu)(float(z)))) == (value, slope)


@pytest.mark.parametrize("name", KERNELS)
def test_parallel_and_opposite_rows_have_their_closed_forms(name):
    """Also where rounding alone would take the cosine beyond one."""
    kernel, diagonal = KERNELS[name]
    some = np.random.default_rng(0).standard_normal((30, 3))
    x = np.concatenate([some, 7 * some, -3 * some])
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    assert (unit @ unit.T).max() > 1 > -1 > (unit @ unit.T).min()
    found, length = np.asarray(kernel(jnp.asarray(x))), np.linalg.norm(x, axis=1)
    one = found if name == "cosines" else found / np.outer(length, length)
    opposite = -1.0 if name == "cosines" else 0.0
    assert np.diag(one) == pytest.approx(diagonal, rel=1e-15, abs=0)
    assert np.diag(one[:30, 30:60]) == pytest.approx(diagonal, abs=1e-7)
    assert np.diag(one[:30, 60:]) == pytest.approx(opposite, abs=1e-7)
    assert np.isfinite(one).all()
    assert np.abs(one).max() <= diagonal * (1 + 1e-15)


@pytest.mark.parametrize("name", KERNELS)
@given(seed=st.integers(0, 10**6))
def test_kernels_are_homogeneous_and_see_angles_alone(name, seed):
    kernel = jax.jit(KERNELS[name][0])
    rng = np.random.default_rng(seed)
    x, size, order = rng.standard_normal((4, 3)), rng.uniform(0.1, 10, 4), rng.permutation(4)
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    once, again = np.asarray(kernel(x)), np.asarray(kernel((size[:, None] * x @ turn)[order]))
    wanted = once if name == "cosines" else once * np.outer(size, size)
    assert again == pytest.approx(wanted[order][:, order], rel=1e-7, abs=1e-9)
    assert once == pytest.approx(once.T, rel=1e-12)


@pytest.mark.parametrize("name", ["limiting", "features"])
def test_a_kernel_is_the_mean_over_gaussian_neurons(name):
    """In the plane: the mean over the angle of a neuron, by the trapezoidal rule."""
    kernel, _ = KERNELS[name]
    x = np.array([[1.0, 0.0], [0.5, 2.0], [-1.0, 0.3]])
    t = (np.arange(200_000) + 0.5) * 2 * np.pi / 200_000
    z = np.stack([np.cos(t), np.sin(t)], axis=1) @ x.T
    here = (z >= 0).T.astype(float)
    relus = np.maximum(z, 0).T  # the length of a neuron has mean square 2
    wanted = here @ here.T * (x @ x.T) if name == "limiting" else 2 * relus @ relus.T
    assert np.asarray(kernel(jnp.asarray(x))) == pytest.approx(wanted / len(t), abs=1e-4)


@pytest.mark.parametrize("angle", [0.0, 1e-15, 1e-9, 1e-3, 1.0, np.pi / 2])
def test_an_angle_between_lines_keeps_its_digits(angle):
    u = jnp.array([[3.0, 0.0]])
    v = 5 * jnp.array([[np.cos(angle), np.sin(angle)], [np.cos(angle), -np.sin(angle)]])
    assert np.asarray(kernels.line_angles(u, v)) == pytest.approx(angle, rel=1e-12, abs=0)
    opposite = np.asarray(kernels.line_angles(-u, v))
    assert opposite == pytest.approx(angle, rel=1e-12, abs=0)
    assert opposite.shape == (1, 2)


def test_lines_have_no_sign_and_no_length_and_a_row_of_zeros_is_across():
    rng = np.random.default_rng(0)
    u, v = rng.standard_normal((4, 3)), rng.standard_normal((2, 3))
    found = np.asarray(kernels.line_angles(jnp.asarray(u), jnp.asarray(v)))
    cosine = np.abs(u @ v.T) / np.outer(np.linalg.norm(u, axis=1), np.linalg.norm(v, axis=1))
    assert found == pytest.approx(np.arccos(cosine), rel=1e-9)
    changed = u * np.array([[-1.0], [1e-100], [1e100], [-3.0]])
    again = kernels.line_angles(jnp.asarray(changed), jnp.asarray(-2 * v))
    assert np.asarray(again) == pytest.approx(found, rel=1e-12)
    zero = kernels.line_angles(jnp.zeros((1, 3)), jnp.asarray(v))
    assert np.asarray(zero) == pytest.approx(np.pi / 2)


def test_the_state_of_one_neuron_is_the_source_over_one_minus_its_coupling():
    """z = max(0, b a z + s), with one factor for all neurons or one for each."""
    matrix = jnp.array([[2.0, 0.0], [0.0, -3.0]])
    source = jnp.array([[1.0, -1.0, 0.0], [2.0, -2.0, 4.0]])
    for factor in (jnp.float64(0.25), jnp.array([0.25, 0.25])):
        found = np.asarray(kernels.equilibrium(matrix, factor, source))
        assert found == pytest.approx(np.array([[2.0, 0, 0], [8 / 7, 0, 16 / 7]]), abs=1e-14)
