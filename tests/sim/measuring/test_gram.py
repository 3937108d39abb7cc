"""The certified Gram floor contains an independent high-precision value, and singular data are
never called regular.
"""

from fractions import Fraction
from itertools import combinations

import mpmath
import numpy as np
import pytest
from flint import arb, arb_mat, ctx
from hypothesis import given
from hypothesis import strategies as st

from sim.data.parallel import parallel_pairs
from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring.gram import BITS, exact_cosines, limiting_gram
from sim.measuring.gram import least_eigenvalue as eigenvalue_bounds
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


@given(st.integers(1, 5), st.integers(2, 4), st.integers(0, 10**6))
def test_the_floats_of_the_matrix_are_those_of_more_digits(n, d, seed):
    unit = Data("t", np.random.default_rng(seed).standard_normal((n, d)), np.ones(n)).inputs
    found = limiting_gram(np.concatenate([unit, -unit[:1]]))
    with mpmath.workdps(30):
        rows_ = [mpmath.matrix(r.tolist()) for r in unit]
        for i in range(n):
            for j in range(i):
                c = mpmath.fdot(rows_[i], rows_[j])
                wanted = c * (mpmath.pi - mpmath.acos(c)) / (2 * mpmath.pi)
                assert found[i, j] == found[j, i] == pytest.approx(float(wanted), abs=1e-7)
    assert found[0, n] == pytest.approx(0, abs=1e-7)
    assert (np.diag(found) == 0.5).all()


def test_the_naive_diagonal_would_be_wrong():
    data = load("digits", 50)
    assert np.array_equal(np.diag(limiting_gram(data.inputs)), np.full(50, 0.5))


# Pairs of parallel rows ---------------------------------------------------------------------------


def pairs_in_loops(raw):
    """By the exact determinants of two rows."""
    exact = [[Fraction(v) for v in row] for row in raw.tolist()]
    found = [], []
    for i, j in combinations(range(len(exact)), 2):
        a, b = exact[i], exact[j]
        if all(a[k] * b[m] == a[m] * b[k] for k in range(len(a)) for m in range(k)):
            found[sum(x * y for x, y in zip(a, b)) < 0].append((i, j))
    return found


@given(st.integers(1, 7), st.integers(1, 3), st.integers(0, 10**6))
def test_parallel_pairs_are_those_of_exact_determinants(n, d, seed):
    rng = np.random.default_rng(seed)
    raw = rng.integers(-2, 3, (n, d)) * 2.0 ** rng.integers(-60, 60, (n, 1))
    raw[~raw.any(axis=1), 0] = 1.0
    assert parallel_pairs(raw) == pairs_in_loops(raw)
    near = raw * 3.0 + 0.1 * np.abs(raw).max(axis=1, keepdims=True)
    near[~near.any(axis=1), 0] = 1.0
    assert parallel_pairs(near) == pairs_in_loops(near)


@pytest.mark.parametrize("size", [2.0**-990, 1.0, 2.0**990])
def test_lengths_do_not_hide_parallel_rows(size):
    raw = np.array([[0.0, 3.0, 1.0], [0.0, -1.5, -0.5], [1.0, 0.0, 0.0], [0.0, 6.0, 2.0]])
    raw[1:] *= size
    assert parallel_pairs(raw) == ([(0, 3)], [(0, 1), (1, 3)])


@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 10**6))
def test_exact_cosines_enclose_those_of_more_digits(n, d, seed):
    rng = np.random.default_rng(seed)
    raw = rng.integers(-3, 4, (n, d)).astype(float)
    raw[~raw.any(axis=1), 0] = 1.0
    same, opposite = parallel_pairs(raw)
    with ctx.workprec(BITS), mpmath.workdps(50):
        found = exact_cosines(raw)
        for i in range(n):
            for j in range(n):
                a, b = (mpmath.matrix(raw[k].tolist()) for k in (i, j))
                true = mpmath.fdot(a, b) / mpmath.norm(a) / mpmath.norm(b)
                assert abs(float(found[i, j].mid()) - true) < 1e-15
                exact = i == j or (min(i, j), max(i, j)) in (*same, *opposite)
                assert not exact or found[i, j] == round(true)


# The bounds of an eigenvalue ----------------------------------------------------------------------


def bounds(matrix, vectors):
    with ctx.workprec(BITS):
        return eigenvalue_bounds(arb_mat(np.asarray(matrix).tolist()), np.asarray(vectors))


def symmetric(values, seed=0):
    """A symmetric matrix with these eigenvalues, its vectors in their order, and the least one."""
    n = len(values)
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))
    matrix = q @ np.diag(values) @ q.T
    matrix = (matrix + matrix.T) / 2
    with mpmath.workdps(40):
        true = min(mpmath.eigsy(mpmath.matrix(matrix.tolist()), eigvals_only=True))
    return matrix, q, true


@pytest.mark.parametrize("values", [[0.5, 1.0, 3.0], [-2.0, 0.25, 7.0], [-3.0, -2.0, -0.5]])
@pytest.mark.parametrize("scale", [1.0, 1.2, 0.8])
def test_vectors_of_another_length_cost_what_they_lack(values, scale):
    """S = s^2 H and |Q'Q - I| = |s^2 - 1|: the lower bound pays it on one side of zero alone."""
    matrix, q, true = symmetric(values)
    low, high = bounds(matrix, scale * q)
    assert float(low.upper()) <= true + 1e-14
    assert float(high.lower()) >= true - 1e-14
    square, excess = scale**2, abs(scale**2 - 1)
    wanted = square * values[0] / (1 + excess if values[0] > 0 else 1 - excess)
    assert float(low.mid()) == pytest.approx(wanted, rel=1e-12)
    assert float(high.mid()) == pytest.approx(values[0], rel=1e-12)


@given(st.integers(1, 2), st.floats(0.8, 1.3), st.sampled_from([1.0, -1.0]))
def test_the_bounds_hold_to_the_last_bit(n, scale, sign):
    """What vectors lack is rounded up, so that no float's worth is left out."""
    low, high = bounds(sign * np.eye(n), scale * np.eye(n))
    with ctx.workprec(BITS):
        assert low <= sign <= high


@given(st.integers(2, 5), st.integers(0, 10**6), st.sampled_from([-4.0, 0.0, 4.0]))
def test_the_unit_vectors_give_the_discs_of_the_matrix_itself(n, seed, shift):
    rng = np.random.default_rng(seed)
    a = rng.standard_normal((n, n))
    matrix = (a + a.T) / 2 + shift * np.eye(n)
    low, high = bounds(matrix, np.eye(n))
    discs = np.diag(matrix) - (np.abs(matrix).sum(axis=1) - np.abs(np.diag(matrix)))
    assert float(low.mid()) == pytest.approx(discs.min(), rel=1e-12)
    assert float(high.mid()) == matrix[0, 0]
    q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    low, high = bounds(matrix, q)
    least = np.linalg.eigvalsh(matrix)[0]
    assert float(low.mid()) <= least + 1e-12
    assert float(high.mid()) >= least - 1e-12


@pytest.mark.parametrize(
    ("scale", "shown"), [(1.4, True), (1.45, False), (1.7, False), (9.0, False)]
)
def test_vectors_that_are_no_basis_show_nothing(scale, shown):
    """|Q'Q - I| < 1 up to a length of sqrt(2)."""
    low, high = bounds(np.eye(2), np.diag([1.0, scale]))
    assert low.is_finite() == high.is_finite() == shown
    assert not shown or low <= 1 <= high
    low, high = bounds(np.eye(2), np.ones((2, 2)) / np.sqrt(2))  # of length one, and equal
    assert (low, high) == (arb("-inf"), arb("inf"))


def test_one_number_is_its_own_least_eigenvalue_to_all_its_bits():
    with ctx.workprec(BITS):
        low, high = eigenvalue_bounds(arb_mat([[arb(1) / 3]]), np.eye(1))
        assert 0 <= high - low < 1e-50
        assert low <= arb(1) / 3 <= high or (high - arb(1) / 3).contains(0)
