"""The certified Gram floor contains an independent high-precision value, and singular data are
never called regular.
"""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring.gram import limiting_gram, parallel_pairs
from sim.measuring.of_data import of_data
from tests.sim.settings import H_inf
from theorems.language.measurement import (
    absolute,
    cosines,
    greatest_eigenvalue,
    identity,
    least_eigenvalue,
    most,
    points,
    rows,
)

FLOOR = least_eigenvalue(H_inf)
COSINE = most(absolute(cosines(rows) - identity(points)))


def gram_floor(data):
    return of_data(FLOOR, Sample(data, ("unit_inputs",)))


def largest_cosine(data):
    return of_data(COSINE, Sample(data, ("unit_inputs",)))


def input_gram_norm(data):
    return of_data(greatest_eigenvalue(rows @ rows.T), Sample(data, ("unit_inputs",)))


def independent_floor(data, digits=30):
    """lambda_0 by mpmath's own eigenvalue routine on a matrix built in high precision from the raw
    rows.
    """
    with mpmath.workdps(digits):
        rows = [mpmath.matrix(r.tolist()) for r in data.raw]
        norms = [mpmath.norm(r) for r in rows]
        n = len(rows)
        h = mpmath.matrix(n, n)
        for i in range(n):
            for j in range(i, n):
                c = mpmath.mpf(1) if i == j else mpmath.fdot(rows[i], rows[j]) / norms[i] / norms[j]
                h[i, j] = h[j, i] = c * (mpmath.pi - mpmath.acos(c)) / (2 * mpmath.pi)
        return min(mpmath.eigsy(h, eigvals_only=True))


# The first 200 digits: computed once by independent_floor with 30 digits (mpmath 1.3.0, a minute).
FLOORS = {10: None, 50: None, 200: "0.02188865651612597603582"}


@pytest.mark.parametrize("samples", FLOORS)
def test_the_floor_of_the_first_digits(samples):
    data = load("digits", samples)
    true = mpmath.mpf(FLOORS[samples]) if FLOORS[samples] else independent_floor(data)
    found = gram_floor(data)
    assert abs(found.value - true) < 1e-9
    assert found.low <= true <= found.high
    assert (true - found.low) / true < 1e-6


@given(st.integers(2, 8), st.integers(2, 6), st.integers(0, 10**6))
def test_the_enclosure_contains_the_independent_value(samples, dimension, seed):
    rows = np.random.default_rng(seed).standard_normal((samples, dimension))
    found = gram_floor(Data("random", rows, np.ones(samples)))
    assert found.low <= independent_floor(Data("random", rows, np.ones(samples))) <= found.high
    assert found.high - found.low < 1e-9


@given(st.integers(2, 6), st.integers(0, 10**6))
def test_rotations_permutations_and_scalings_leave_the_floor(samples, seed):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((samples, samples))
    turn, _ = np.linalg.qr(rng.standard_normal((samples, samples)))
    changed = rng.permutation(rows @ turn) * rng.uniform(0.1, 10, (samples, 1))
    both = [gram_floor(Data("x", r, np.ones(samples))) for r in (rows, changed)]
    assert abs(both[0].value - both[1].value) < 1e-12


def test_closed_forms():
    assert gram_floor(load("orthonormal", 5)).value == 0.5
    assert gram_floor(load("digits", 1)).value == 0.5
    angle = np.pi / 3
    pair = Data("pair", np.array([[1, 0], [np.cos(angle), np.sin(angle)]]), np.ones(2))
    assert gram_floor(pair).value == pytest.approx(
        0.5 - 0.5 * (np.pi - angle) / (2 * np.pi), abs=1e-14
    )
    assert input_gram_norm(pair).value == pytest.approx(1.5, abs=1e-14)


@pytest.mark.parametrize("name", ["repeated", "antipodal"])
def test_singular_data_are_never_called_regular(name):
    found = gram_floor(load(name, 6))
    assert (found.low, found.high) == (0.0, 0.0)
    assert largest_cosine(load(name, 6)).low == 1.0


def test_two_independent_antipodal_pairs_are_regular_and_three_nearly_dependent_ones_are_not_called_singular():
    pairs = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    assert gram_floor(Data("two pairs", pairs, np.ones(4))).low > 0.05
    half = np.array([[1.0, 0, 0], [0, 1, 0], [1, 1, 1e-3]])
    found = gram_floor(Data("three pairs in space", np.concatenate([half, -half]), np.ones(6)))
    assert found.high > 0
    assert found.low > -1e-9


@given(st.floats(1e-7, 1e-2))
def test_nearly_parallel_is_not_parallel(gap):
    rows = np.array([[1.0, 0.0], [1.0, gap]])
    data = Data("close", rows, np.ones(2))
    assert parallel_pairs(rows) == ([], [])
    assert largest_cosine(data).high < 1
    assert gram_floor(data).low > 0


def test_the_naive_diagonal_would_be_wrong():
    data = load("digits", 50)
    assert np.array_equal(np.diag(limiting_gram(data.inputs)), np.full(50, 0.5))
