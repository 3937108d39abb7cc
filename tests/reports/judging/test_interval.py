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
    gamma,
    log,
    oo,
    pi,
    sqrt,
)

from reports.judging import interval
from reports.judging.interval import (
    FUNCTIONS,
    TINY,
    ULPS,
    Interval,
    absolute,
    add,
    compiled,
    constant,
    inverse,
    multiply,
    point,
    power,
)
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


# One operation ------------------------------------------------------------------------------------------


def between(*ends):
    """An interval of columns, an (end, end) pair each."""
    low, high = np.array(ends, dtype=float).T
    return Interval(low, high)


def pairs(found):
    return list(zip(found.low.tolist(), found.high.tolist(), strict=True))


def widened(*ends, lost=0.0):
    """What one rounded operation makes of these ends."""
    return [(a - abs(a) * ULPS - lost, b + abs(b) * ULPS + lost) for a, b in ends]


def test_middle_radius_and_size_of_an_interval():
    inf = np.inf
    found = between((1, 4), (-5, 1), (2, 2), (inf, inf), (-inf, inf), (1e308, 1.5e308), (-3, -1))
    middle = [2.5, -2, 2, inf, np.nan, 1.25e308, -2]
    assert found.middle.tolist() == pytest.approx(middle, nan_ok=True)
    assert found.radius.tolist() == [1.5, 3, 0, 0, inf, 2.5e307, 1]
    assert found.size.tolist() == [4, 5, 2, inf, inf, 1.5e308, 3]


def test_a_point_is_exact_where_nothing_is_said_of_its_error():
    assert pairs(point(np.array([1.0, 2.0]), np.array([0.0, 0.5]))) == [(1, 1), (1.5, 2.5)]
    assert pairs(point([np.inf], 0)) == [(np.inf, np.inf)]
    assert (point(3).low.dtype, point(3).high.shape) == (np.dtype(float), ())
    assert np.isnan(point(np.inf, np.inf).low)


def test_sums_and_products_of_whole_numbers_are_exact_while_floats_hold_them():
    """So that (1 - L eta)^(2k) exists where its base is negative."""
    whole, half = between((3, 3), (-2, -2)), between((0.5, 0.5), (1, 2))
    assert pairs(add(whole, whole)) == [(6, 6), (-4, -4)]
    assert pairs(multiply(whole, whole)) == [(9, 9), (4, 4)]
    assert pairs(add(whole, half)) == widened((3.5, 3.5), (-1, 0))
    big = between((2.0**52, 2.0**52), (2.0**53, 2.0**53))
    assert pairs(add(big, big)) == widened((2.0**53, 2.0**53), (2.0**54, 2.0**54))
    assert pairs(multiply(big, whole)) == widened((3 * 2.0**52,) * 2, (-(2.0**54),) * 2)
    found = evaluated((1 - 2 * x) ** (2 * n), x=point(np.full(3, 1.1)), n=point(np.arange(3.0)))
    assert found.middle == pytest.approx([1.0, 1.44, 1.44**2])


def test_every_operation_moves_both_ends_outward_by_its_own_rounding():
    assert 4 * np.finfo(float).eps == ULPS
    a, b = between((1, 2), (-3, -1), (-2, 5)), between((3, 7), (2, 4), (-1, 3))
    assert pairs(add(a, b)) == widened((4, 9), (-1, 3), (-3, 8))
    assert pairs(multiply(a, b)) == widened((3, 14), (-12, -2), (-6, 15))
    assert pairs(inverse(between((2, 4), (-4, -2)))) == widened((0.25, 0.5), (-0.5, -0.25))
    assert pairs(interval._rounded(np.ones(1), np.full(1, 2.0), True)) == [
        (1 - ULPS - TINY, 2 + 2 * ULPS + TINY)
    ]
    assert pairs(interval._rounded(*between((0, 0)))) == [(0, 0)]


def test_a_product_that_underflows_is_not_zero_and_one_with_zero_is():
    small = between((1e-200, 1e-200))
    assert pairs(multiply(small, small)) == [(-TINY, TINY)]
    for one, other in ((small, between((0, 0))), (between((0, 0)), small)):
        assert pairs(multiply(one, other)) == [(0, 0)]
    assert pairs(multiply(between((0, 1e-200)), small)) == [(-TINY, TINY)]
    assert pairs(multiply(small, between((1e-200, 1)))) == [(-TINY, 1e-200 * (1 + ULPS) + TINY)]


def test_the_inverse_has_no_bound_where_its_argument_may_vanish():
    inf = np.inf
    with np.errstate(all="ignore"):
        found = pairs(inverse(between((0, 2), (-2, 0), (-1, 2), (0, 0))))
    assert found[:3] == [(0.5 - 0.5 * ULPS, inf), (-inf, -0.5 + 0.5 * ULPS), (-inf, inf)]
    assert np.isnan(found[3]).all()


def test_absolute_values_are_exact_and_reach_zero_where_the_sign_changes():
    found = pairs(absolute(between((1, 2), (-3, -1), (-3, 1), (0, 2), (-2, 0))))
    assert found == [(1, 2), (1, 3), (0, 3), (0, 2), (0, 2)]
    assert np.isnan(absolute(between((np.nan, np.nan))).low).all()


@pytest.mark.parametrize(
    ("base", "exponent", "ends"),
    [
        ((2, 3), 2, (4, 9)),
        ((-3, -2), 2, (4, 9)),
        ((-3, 2), 2, (0, 9)),
        ((-3, 2), 3, (-27, 8)),
        ((-3, -2), 3, (-27, -8)),
        ((2, 4), 4, (16, 256)),
    ],
)
def test_whole_powers_are_taken_of_any_base(base, exponent, ends):
    assert pairs(power(between(base), point([exponent]))) == widened(ends)
    assert pairs(power(between(base), point([1]))) == [base]
    if base != (-3, 2):
        below, (low, high) = power(between(base), point([-exponent])), ends
        once = widened(ends)[0]
        assert pairs(below)[0] == pytest.approx((1 / once[1], 1 / once[0]), rel=1e-14)
        assert below.low[0] < 1 / high <= 1 / low < below.high[0]


def test_powers_are_taken_element_by_element():
    with np.errstate(all="ignore"):
        found = power(between((2, 2), (2, 2), (-2, -2), (2, 2)), point([0.0, 1.0, 3.0, -1.0]))
    exact = [1, 2, -8, 0.5]
    assert found.low.tolist() == pytest.approx(exact, rel=1e-14)
    assert (found.low <= exact).all()
    assert (found.high >= exact).all()
    assert pairs(found)[:2] == [*widened((1, 1)), (2, 2)]
    wide = power(between((2, 3)), between((2, 3)))
    assert pairs(wide) == widened((4, 27))
    share = power(between((0.25, 0.5)), between((2, 3)))
    assert pairs(share) == widened((0.25**3, 0.25))


def test_a_power_that_is_not_whole_needs_a_base_that_is_not_negative():
    half = point([0.5])
    assert pairs(power(between((4, 9)), half)) == widened((2, 3))
    assert pairs(power(between((-4, 9)), half)) == widened((0, 3))
    for base, exponent in (((-9, -4), half), ((-9, -4), between((2, 3)))):
        with np.errstate(all="ignore"):
            assert np.isnan(power(between(base), exponent)).all()
    mixed = power(between((4, 9), (4, 9)), point([2.0, 0.5]))
    assert pairs(mixed) == widened((16, 81), (2, 3))


def test_a_power_that_underflows_is_not_zero_and_zero_is():
    tiny, zero = between((1e-200, 1e-200)), between((0, 0))
    for exponent in (2.0, 3.0, 2.5):
        assert pairs(power(tiny, point([exponent]))) == [(-TINY, TINY)]
        assert pairs(power(zero, point([exponent]))) == [(0, 0)]
    for below in (between((-1e-200, 1)), between((-1, 1e-200))):
        low, high = pairs(power(below, point([3.0])))[0]
        assert (low <= -TINY, high >= TINY) == (True, True)


@pytest.mark.parametrize(
    ("function", "exact", "falls"),
    [(exp, np.exp, False), (log, np.log, False), (erf, None, False), (acos, np.arccos, True)],
)
def test_a_monotone_function_is_taken_at_the_ends(function, exact, falls):
    if exact is None:
        from scipy.special import erf as exact
    ends = exact(np.array([0.25, 0.75]))
    found = evaluated(function(x), x=between((0.25, 0.75)))
    assert pairs(found) == widened(tuple(ends[::-1] if falls else ends))


def test_a_vanishing_exponential_and_error_function_are_not_exact():
    assert pairs(FUNCTIONS[exp](between((-1e4, -1)))) == [(-TINY, np.exp(-1) * (1 + ULPS) + TINY)]
    assert pairs(FUNCTIONS[erf](between((0, 0)))) == [(-TINY, TINY)]
    least = np.exp(-690.0)  # as small as what an underflow loses, and not lost
    assert pairs(FUNCTIONS[exp](between((-690, -690)))) == widened((least, least))


def test_whole_parts_and_extremes_are_exact():
    a, b = between((0.5, 1.5), (2, 2.5)), between((1, 1.25), (-1, 3))
    assert pairs(FUNCTIONS[ceiling](a)) == [(1, 2), (2, 3)]
    assert pairs(FUNCTIONS[floor](a)) == [(0, 1), (2, 2)]
    leaves = {"x": a, "y": b}
    assert pairs(evaluated(Max(x, y), **leaves)) == [(1, 1.5), (2, 3)]
    assert pairs(evaluated(Min(x, y), **leaves)) == [(0.5, 1.25), (-1, 2.5)]


def test_a_root_is_taken_where_there_is_one():
    assert pairs(evaluated(sqrt(x), x=between((4, 9), (-4, 9)))) == widened((2, 3), (0, 3))
    assert np.isnan(evaluated(sqrt(x), x=between((-9, -4)))).all()


def test_constants_and_leaves_are_found_in_their_expressions():
    leaf = between((1, 2))
    assert compiled(x, frozenset({x}))({x: leaf}) is leaf
    assert compiled(Rational(1, 2), frozenset())({}) == (0.5, 0.5)
    near = compiled(pi, frozenset())({})
    assert (near.low, near.high) == (np.pi * (1 - ULPS), np.pi * (1 + ULPS))
    assert constant(oo) == (np.inf, np.inf)
    assert constant(Rational(1, 3)) == (np.nextafter(1 / 3, 0), np.nextafter(1 / 3, 1))
    with pytest.raises(TypeError, match="no rule for gamma"):
        compiled(gamma(x), frozenset({x}))
