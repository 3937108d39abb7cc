"""Margins against closed forms, duality, and what cannot be separated."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.data.margin import gram_margin
from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring.of_data import of_data
from theorems.language.measurement import algorithm, labels, rows
from theorems.problem import BadInput


def _of(name, promise="unit_inputs"):
    return lambda data: of_data(algorithm(name, rows, labels), Sample(data, (promise,)))


hard_margin, kernel_margin = _of("hard_margin", "unit_ball"), _of("kernel_margin")
ntk_margin, unlike_noisy_xor = _of("ntk_margin"), _of("unlike_noisy_xor")


def holds(enclosure, value):
    return enclosure.low <= value * (1 + 1e-12) and value * (1 - 1e-12) <= enclosure.high


def test_the_hard_margin_of_two_support_vectors():
    assert holds(hard_margin(load("separable", 5)), 1.1 / np.sqrt(2))
    assert hard_margin(Data("t", np.array([[1.0, 0], [1.0, 0]]), np.array([1.0, -1.0]))).low <= 0


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 12), st.integers(1, 5), st.integers(0, 10**6))
def test_a_hard_margin_lies_between_a_separator_and_a_point_of_the_hull(n, d, seed):
    rng = np.random.default_rng(seed)
    data = Data("t", rng.standard_normal((n, d)), rng.choice([-1.0, 1.0], n))
    found, z = hard_margin(data), data.labels[:, None] * data.ball
    tries = rng.standard_normal((2000, d))
    best = (tries @ z.T).min(axis=1) / np.linalg.norm(tries, axis=1)
    assert best.max() <= found.high
    assert found.low <= found.high


@pytest.mark.parametrize("n", [1, 2, 4, 8, 11])
def test_the_tangent_margin_of_orthonormal_points_is_the_mean_root_of_a_binomial(n):
    assert holds(
        ntk_margin(load("orthonormal", n)),
        sum(comb(n, k) * np.sqrt(k) for k in range(n + 1)) / 2**n / n,
    )


@pytest.mark.parametrize("angle", [0.3, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_tangent_margin_of_two_points(angle, sign):
    data = Data("two", np.array([[1.0, 0], [np.cos(angle), np.sin(angle)]]), np.array([1.0, sign]))
    together = np.cos(angle / 2) if sign > 0 else np.sin(angle / 2)
    assert holds(ntk_margin(data), (np.pi - angle) / (2 * np.pi) * together + angle / (2 * np.pi))


@pytest.mark.parametrize(
    "data",
    [load("xor", 4), load("orthonormal", 5), load("digits", 10), load("sphere", 6)],
    ids=lambda d: d.name,
)
def test_the_tangent_margin_lies_between_the_kernels_and_its_square(data):
    gamma, kernel = ntk_margin(data), kernel_margin(data)
    assert kernel.low**2 <= gamma.high
    assert gamma.low <= kernel.high
    assert 0 < gamma.low <= gamma.value <= gamma.high <= 0.5 + 1e-12


def test_a_sample_of_the_features_agrees_with_the_tangent_margin():
    data, rng = load("xor", 4), np.random.default_rng(0)
    active = rng.standard_normal((200000, 2)) @ data.inputs.T > 0
    pull = (active * 0.25) @ (data.labels[:, None] * data.inputs)
    assert np.linalg.norm(pull, axis=1).mean() == pytest.approx(ntk_margin(data).value, rel=5e-3)


def test_features_that_coincide_have_no_margin():
    assert gram_margin(np.ones((2, 2)), np.array([1.0, -1.0])) == 0.0
    assert gram_margin(np.eye(2), np.array([1.0, -1.0])) == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize("n", [4, 8, 16])
def test_the_noisy_exclusive_or_is_recognized_in_any_order_and_nothing_else_is(n):
    data = load("xor_noise", n)
    order = np.random.default_rng(n).permutation(n)
    assert (
        unlike_noisy_xor(data).value
        == unlike_noisy_xor(Data("t", data.raw[order], data.labels[order])).value
        == 0
    )
    assert unlike_noisy_xor(Data("t", data.raw, -data.labels)).value == 1
    assert unlike_noisy_xor(Data("t", data.raw[1:], data.labels[1:])).value == 1
    assert unlike_noisy_xor(load("sphere", n)).value == 1


@pytest.mark.parametrize(("d", "known"), [(2, 0.35355), (3, 0.16667), (4, 0.1128), (5, None)])
def test_the_margin_of_the_noisy_exclusive_or_is_enclosed(d, known):
    found = ntk_margin(load("xor_noise", 2**d))
    assert found.low >= 1 / (60 * d)
    assert known is None or found.low <= known * (1 + 1e-4) <= found.high * (1 + 2e-4)


def test_the_noisy_exclusive_or_has_two_to_the_d_points():
    with pytest.raises(BadInput, match="4, 8, 16"):
        load("xor_noise", 6)
