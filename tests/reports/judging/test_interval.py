"""Intervals contain the value: whatever lies inside the leaves, the expression lies inside the
result.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Float,
    Integer,
    Max,
    Min,
    Rational,
    acos,
    ceiling,
    erf,
    exp,
    floor,
    log,
    pi,
    sqrt,
)

from reports.judging.interval import FUNCTIONS, compiled, constant, point
from theorems.language import count, positive
from theorems.language.grammar import FUNCTIONS as SAYABLE
from theorems.reasoning.exact import FUNCTIONS as BALLS

x, y, n = positive("x", "a number"), positive("y", "another"), count("n", "a count")
EXPRESSIONS = [
    x + y / 3,
    x - y,
    x * y - Rational(1, 10),
    (1 - x / 10) ** n,
    (x - y) ** 2,
    (x - y) ** 3,
    (x - y) ** -2,
    1 / (x + y),
    1 / (x - y),
    sqrt(x) * exp(-y),
    log(x / y) + pi,
    x**y,
    Abs(x - y) + erf(x),
    acos(x / (x + y)),
    Max(x, y) - Min(x, 2 * y),
    ceiling(x) + floor(y),
    x ** Rational(3, 2) - y ** -Rational(1, 2),
]


def evaluated(expression, **leaves):
    known = {q: leaves[str(q)] for q in expression.free_symbols}
    with np.errstate(all="ignore"):
        return compiled(expression, frozenset(known))(known)


# the middle of a leaf, and where in it the value lies, from -1 at its low end to 1
LEAF = st.tuples(st.floats(0.01, 20), st.floats(-1, 1))


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@given(LEAF, LEAF, st.integers(1, 30), st.floats(0, 0.5))
def test_the_value_lies_inside(expression, first, second, count_, share):
    (a, at_a), (b, at_b) = first, second
    found = evaluated(
        expression,
        x=point(np.array([a]), share * a),
        y=point(np.array([b]), share * b),
        n=point(np.array([float(count_)])),
    )
    inside = {x: Float(a + at_a * share * a, 60), y: Float(b + at_b * share * b, 60), n: count_}
    inside = {q: v for q, v in inside.items() if q in expression.free_symbols}
    value = expression.subs(inside).evalf(40)
    if not value.is_finite:
        return
    low, high = float(found.low[0]), float(found.high[0])
    if np.isnan(low) or np.isnan(high):
        return  # undefined somewhere inside
    # the point itself is rounded before it is taken: not more than the leaves' own last digit
    slip = 1e-12 * (1 + abs(float(value))) if share else 0
    assert low - slip <= value <= high + slip


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_exact_leaves_leave_rounding_alone(expression):
    """A result known to a thousandth of its leaves' accuracy would decide nothing."""
    found = evaluated(
        expression, x=point(np.array([3.0])), y=point(np.array([1.25])), n=point(np.array([7.0]))
    )
    assert found.radius[0] <= 1e-13 * max(found.size[0], 1)


def test_zero_is_exact_and_an_underflow_is_not():
    zero, small = point(np.array([0.0])), point(np.array([1e-200]))
    assert evaluated(x * y, x=zero, y=small) == (0.0, 0.0)
    assert evaluated(x * y, x=small, y=small).high[0] > 0
    assert evaluated(x**2, x=small).high[0] > 0
    assert evaluated(exp(-x), x=point(np.array([1e4]))).high[0] > 0


def test_what_does_not_exist_is_nan_and_what_is_not_bounded_is_infinite():
    zero = point(np.array([0.0]))
    assert np.isnan(evaluated(1 / x, x=zero).low[0])
    assert np.isnan(evaluated(sqrt(1 - x), x=point(np.array([2.0]))).low[0])
    around = evaluated(1 / x, x=point(np.array([0.0]), 1.0))
    assert (around.low[0], around.high[0]) == (-np.inf, np.inf)


def test_constants_are_as_narrow_as_a_float_has_them():
    assert constant(Rational(1, 4)).radius == 0
    tenth = constant(Rational(1, 10))
    assert Rational(float(tenth.low)) < Rational(1, 10) < Rational(float(tenth.high))
    assert constant(Integer(10) ** 30).low < 10**30 < constant(Integer(10) ** 30).high


def test_what_may_be_said_can_be_evaluated():
    """The functions of the language, of ball arithmetic and of intervals are the same."""
    assert set(SAYABLE) == set(FUNCTIONS) | {Max, Min} == set(BALLS) | {Max, Min}
