"""Named algorithms: fixed points against solutions in closed form, data that are recognized, and
the direction of a margin.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from sim.data.margin import gram_margin
from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring import algorithms, extremal, teacher
from sim.measuring.evaluate import NotKnown
from sim.measuring.of_data import of_data
from sim.measuring.values import values
from theorems.language.measurement import (
    algorithm,
    argument,
    exponential,
    inputs,
    labels,
    least_fixed_point,
    logarithm,
    neurons,
    norm,
    parameter,
    rows,
    step_length,
    step_size,
    total,
)

KNOWN = {rows: np.eye(3, 2), labels: np.array([3.0, 0.0, -4.0])}


def radius(term, known=KNOWN):
    (found,) = values((least_fixed_point(term),), known)
    return float(found)


# The least solution of g(R) <= R -----------------------------------------------------------------


@given(st.floats(0, 0.9), st.floats(1e-6, 1e6))
def test_the_least_solution_of_a_line_is_b_over_one_minus_its_slope(slope, b):
    found = radius(step_size * argument + step_length, {step_size: slope, step_length: b})
    assert slope * found + b <= found  # a radius that certainly satisfies
    assert found == pytest.approx(b / (1 - slope), rel=1e-6)
    assert found >= b / (1 - slope) * (1 - 1e-15)


def test_several_parts_without_the_argument_are_put_together():
    """|y| R / 10 + |y|^2 = R / 2 + 25."""
    several = norm(labels) * argument / 10 + total(labels**2)
    assert radius(several) == pytest.approx(50, rel=1e-6)


def test_the_least_of_two_solutions_is_found():
    """exp(R) / 4 <= R between 0.3574 and 2.1533."""
    assert radius(exponential(argument) / 4) == pytest.approx(0.35740295618138, rel=1e-7)


def test_nothing_at_all_is_solved_by_zero():
    assert radius(0 * argument) == 0
    assert radius(total(labels) + norm(labels) - 4 + argument / 2) == 0  # 3 - 4 + 5 - 4 = 0
    assert radius(argument) == 0


@pytest.mark.parametrize(
    "term",
    [
        argument + 1,
        2 * argument + 1,
        exponential(argument),
        argument / 2 - Rational(1, 10),
        logarithm(-1 - argument),
        Rational(99, 100) * argument + 1,  # whose climb has not arrived
    ],
    ids=str,
)
def test_where_no_solution_is_found_there_is_none(term):
    assert np.isnan(radius(term))


def test_parts_without_the_argument_are_measured_once(monkeypatch):
    calls = []

    def counted(term, known, values):
        calls.append(term)
        return 2.0

    monkeypatch.setitem(algorithms.ALGORITHMS, "test_counted", counted)
    part = algorithm("test_counted", labels)
    assert radius(part / 4 + argument / 2) == pytest.approx(1.0, rel=1e-6)
    assert len(calls) == 1


def test_parts_that_are_known_are_taken_as_they_are():
    """Numbers, and functions of the argument."""
    part, called = norm(labels), total(labels * argument) / -2
    assert radius(part + called) == pytest.approx(10.0, rel=1e-6)
    known = {**KNOWN, part: 1.0, called: lambda r: r / 2}
    assert radius(part + called, known) == pytest.approx(2.0, rel=1e-6)
    with pytest.raises(NotKnown):
        radius(argument / 2 + step_size)
    unseen = norm(parameter("w", inputs))  # known as a whole, not from what it is of
    assert radius(unseen + argument / 2, {unseen: 1.0}) == pytest.approx(2.0, rel=1e-6)
    of_it = unseen * argument
    assert radius(of_it + 1, {of_it: lambda r: r / 2}) == pytest.approx(2.0, rel=1e-6)


def test_an_algorithm_may_take_the_argument(monkeypatch):
    def half(term, known, values):
        return values(term.operands, known)[0] / 2

    monkeypatch.setitem(algorithms.ALGORITHMS, "test_half", half)
    assert radius(algorithm("test_half", argument + 2)) == pytest.approx(2.0, rel=1e-6)
    (twice,) = values((algorithm("test_half", algorithm("test_half", norm(labels))),), KNOWN)
    assert float(twice) == 1.25


def test_a_fixed_point_may_stand_inside_another():
    inner = least_fixed_point(argument / 2 + 1)
    assert radius(argument / 4 + inner) == pytest.approx(8 / 3, rel=1e-6)


# Data that are recognized ------------------------------------------------------------------------


def found(name, raw, y):
    """The enclosure of an algorithm of the data: value, low and high."""
    sample = Sample(Data("t", np.asarray(raw, float), np.asarray(y, float)), ("teacher",))
    e = of_data(algorithm(name, rows, labels), sample)
    assert e.certified
    return e.value, e.low, e.high


def unlike(name, data, raw=None, y=None):
    e = found(name, data.raw if raw is None else raw, data.labels if y is None else y)
    assert e in ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    return bool(e[0])


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 0, 2, 1]])
@pytest.mark.parametrize("tail", [0, 1, 5])
def test_the_exclusive_or_is_recognized_in_any_order_and_beside_equal_coordinates(order, tail):
    data = load("xor_tail", 4)
    raw, y = data.raw[order, : 2 + tail], data.labels[order]
    assert not unlike("unlike_xor", data, raw, y)
    assert unlike("unlike_xor", data, raw, -y)
    assert unlike("unlike_xor", data, raw[::-1], y)
    assert unlike("unlike_xor", data, 2 * raw, y)
    assert unlike("unlike_xor", data, raw[:3], y[:3])
    if tail:
        bent = raw.copy()
        bent[2, -1] += 1e-9
        assert unlike("unlike_xor", data, bent, y)
        turned = raw[:, ::-1].copy()
        assert unlike("unlike_xor", data, turned, y)


def test_the_exclusive_or_twice_is_another_set():
    assert unlike("unlike_xor", load("xor", 8))
    assert unlike("unlike_xor", load("separable", 4))


def test_the_noisy_exclusive_or_needs_every_row_and_two_dimensions():
    data = load("xor_noise", 8)
    assert not unlike("unlike_noisy_xor", data)
    assert not unlike("unlike_noisy_xor", load("xor", 4))
    twice = data.raw.copy()
    twice[0] = twice[1]
    assert unlike("unlike_noisy_xor", data, twice)
    assert unlike("unlike_noisy_xor", data, data.raw / 2)
    assert unlike("unlike_noisy_xor", data, np.column_stack([data.raw, np.ones(8)]))
    assert unlike("unlike_noisy_xor", data, [[1.0], [-1.0]], [1.0, -1.0])


# The direction of the hard margin ---------------------------------------------------------------


def direction(x, y):
    term = algorithm("hard_direction", rows, labels, axes=(inputs,), signed=True)
    (u,) = values((term,), {rows: x, labels: y})
    return np.asarray(u)


def test_the_direction_of_two_support_vectors_is_their_bisector():
    x, y = np.array([[2.0, 0.0], [0.0, -2.0], [9.0, -9.0]]), np.array([1.0, 1.0, 1.0])
    assert direction(x, y) == pytest.approx(np.array([1.0, -1.0]) / np.sqrt(2))
    assert direction(x, -y) == pytest.approx(np.array([-1.0, 1.0]) / np.sqrt(2))


@given(st.integers(1, 6), st.integers(2, 4), st.integers(0, 10**6))
def test_no_other_direction_has_a_larger_margin(n, d, seed):
    rng = np.random.default_rng(seed)
    y = rng.choice([-1.0, 1.0], n)
    z = rng.standard_normal((n, d)) / 4 + np.eye(d)[0]
    u = direction(y[:, None] * z, y)
    assert np.linalg.norm(u) == pytest.approx(1)
    tries = u + rng.standard_normal((500, d)) * rng.choice([1e-3, 1.0], (500, 1))
    tries /= np.linalg.norm(tries, axis=1, keepdims=True)
    if (z @ u).min() > 1e-9:  # separable
        assert (tries @ z.T).min(axis=1).max() <= (z @ u).min() + 1e-9


# By name --------------------------------------------------------------------------------------------

w, a = parameter("w", neurons, inputs), parameter("a", neurons)
BY_NAME = {
    "gram_margin": ((rows @ rows.T, labels), lambda k: gram_margin(k[rows] @ k[rows].T, k[labels])),
    "near_angle": ((w, rows), lambda k: teacher.near_angle(k[w], k[rows])),
    "mismatch": ((w, rows), lambda k: teacher.mismatch(k[w], k[rows])),
    "to_extremal": (
        (w, a, rows, labels),
        lambda k: extremal.to_extremal(k[w], k[a], k[rows], k[labels]),
    ),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_named_algorithm_sees_the_arrays_of_its_operands(name):
    rng = np.random.default_rng(0)
    known = {t: rng.standard_normal(s) for t, s in ((w, (5, 2)), (a, 5), (rows, (3, 2)))}
    known[labels] = np.array([1.0, -1.0, 1.0])
    operands, rule = BY_NAME[name]
    (found,) = values((algorithm(name, *operands),), known)
    assert float(found) == pytest.approx(float(rule(known)), rel=1e-12)


def test_every_name_is_an_algorithm():
    moves = {"fit_distance", "linear_distance", "linear_fit"}
    of_runs = {*BY_NAME, *moves, "least_fixed_point", "hard_direction"}
    of_the_data = {"hard_margin", "ntk_margin", "kernel_margin", "unlike_xor", "unlike_noisy_xor"}
    assert of_runs <= algorithms.ALGORITHMS.keys()  # and those of files of parts
    assert of_the_data == algorithms.CERTIFIED.keys()
    assert of_runs | of_the_data <= algorithms.NAMES
