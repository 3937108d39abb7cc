"""What one run answers at a step, pinned whole on made-up sides, at both sides of every threshold."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Integer, Le, Max, Min, Ne, Rational, log

from reports.judging.draw import (
    A_STEP,
    ABSURD,
    EQUAL,
    RESOLUTION,
    Gap,
    begun,
    judged,
    observe,
    tell,
)
from reports.judging.evidence import Evidence
from reports.judging.interval import Interval, point
from tests.letters import label, of_draw, w
from tests.reports.judging.one_run import (
    COLUMNS,
    FAILED,
    HELD,
    TINY,
    UNKNOWN,
    answered,
    claim,
    eta,
    k,
    moved,
    run,
    same,
    t,
    top,
    x,
    y,
)
from theorems.language import Each, Hypothesis, Limit, Some

# A relation at one step ---------------------------------------------------------------------------------

bounds = st.tuples(st.integers(-4, 4), st.integers(0, 3)).map(lambda b: (b[0], b[0] + b[1]))


@given(bounds, bounds, st.sampled_from(["<=", "<", ">=", ">"]))
def test_an_order_is_told_exactly_where_all_numbers_inside_agree(one, other, op):
    relation = {"<=": np.less_equal, "<": np.less, ">=": np.greater_equal, ">": np.greater}[op]
    found = {bool(relation(a, b)) for a, b in product(one, other)}
    left, right = (Interval(*(np.array([float(e)]) for e in side)) for side in (one, other))
    wanted = UNKNOWN if len(found) == 2 else HELD if found.pop() else FAILED
    assert tell(op, left, right).tolist() == [wanted]


@pytest.mark.parametrize(("op", "read_twice"), [("<=", HELD), (">=", HELD), ("<", UNKNOWN)])
def test_a_number_that_is_read_twice_is_no_larger_than_itself(op, read_twice):
    for share, wanted in ((0.9, read_twice), (1.0, UNKNOWN), (1.1, UNKNOWN)):
        radius = share * RESOLUTION / (1 - share * RESOLUTION)  # this share of the size 1 + radius
        both = point(np.ones(1), radius)
        assert tell(op, both, both).tolist() == [wanted]
        for size in (1 / 4, 4.0):
            scaled = point(np.array([size]), size * radius)
            assert tell(op, scaled, scaled).tolist() == [wanted]
    known = Interval(np.array([1.0]), np.array([1.0001]))
    for shifted in ((1.0, 1.0002), (1.00005, 1.0001)):
        assert tell(op, known, Interval(*map(np.atleast_1d, shifted))).tolist() == [UNKNOWN]


@pytest.mark.parametrize("scale", [None, 0.25, 4.0])
def test_an_equation_fails_by_more_than_rounding_and_holds_by_less(scale):
    size = 2.0 if scale is None else scale
    for off, wanted in ((0.5, HELD), (2.0, FAILED)):
        for sign in (1, -1):
            left, right = point(np.array([2.0])), point(np.array([2.0 - sign * off * size * 1e-6]))
            assert tell("==", left, right, scale, 1e-6).tolist() == [wanted]
            assert tell("!=", left, right, scale).tolist() == [HELD]
    for off in (0.5, 2.0):
        left, right = point(np.array([2.0])), point(np.array([2.0 + off * size * EQUAL]))
        assert tell("==", left, right, scale).tolist() == [HELD if off < 1 else FAILED]


@pytest.mark.parametrize("scale", [None, 0.25, 4.0])
@pytest.mark.parametrize("side", [0, 1])
def test_an_equation_holds_where_both_sides_are_known_to_the_resolution(scale, side):
    size = 2.0 if scale is None else scale
    for share, wanted in ((0.99, HELD), (1.01, UNKNOWN)):
        radius = share * RESOLUTION * size / 2
        wide = point(np.array([2.0 - radius * (scale is None)]), radius)  # of size 2 at most
        sides = [point(np.array([2.0])), point(np.array([2.0]))]
        sides[side] = wide
        assert tell("==", sides[0], sides[1], scale).tolist() == [wanted]
        assert tell("!=", sides[0], sides[1], scale).tolist() == [UNKNOWN]


def test_the_size_of_an_equation_is_that_of_its_larger_side():
    small, large = point(np.array([1.0])), point(np.array([-3.0]))
    assert tell("==", small, large, None, 1.3).tolist() == [FAILED]
    for one, other in ((small, large), (large, small)):
        assert tell("==", one, other, None, 1.34).tolist() == [HELD]


def test_that_two_numbers_differ_is_seen_and_that_they_are_one_only_where_both_are_exact():
    one = point(np.array([1.0, 1.0, 1.0]))
    other = Interval(np.array([1.0, 1.0, 1.0 + TINY]), np.array([1.0, 1.0 + TINY, 1.0 + TINY]))
    assert tell("!=", one, other).tolist() == [FAILED, UNKNOWN, HELD]
    assert tell("!=", other, one).tolist() == [FAILED, UNKNOWN, HELD]


@pytest.mark.parametrize("op", ["<=", "<", ">=", ">", "==", "!="])
def test_what_is_undefined_says_nothing(op):
    nothing, one = point(np.array([np.nan])), point(np.ones(1))
    for sides in ((nothing, one), (one, nothing), (nothing, nothing)):
        found = tell(op, *sides)
        assert found.tolist() == [UNKNOWN]
        assert found.dtype.kind == "i"


def test_equal_sides_may_pile_up_a_rounding_a_step():
    stated = claim(Each(k), Eq(x(k), top))
    for steps, shares in (
        ([0, 1, 2, 4], [0, 0.25, 0.5, 1]),
        ([0, 0.25, 0.5], [0, 0.5, 1]),
        ([0, 0], [0, 0]),
        ([0, np.inf], [0, 0]),
    ):
        for planned in (None, 10**6):
            seen = run(stated, np.ones(len(steps)), 1.0, steps, steps=planned)
            wanted = EQUAL + 32 * TINY * np.array(shares) * (planned or 0)
            assert seen._equal == pytest.approx(wanted, rel=1e-12)
    assert A_STEP == 32 * TINY
    off = 2e-9  # at the last step a rounding in each of a million steps is 7e-9
    seen = run(stated, np.full(9, 1 + off), 1.0, steps=10**6)
    assert seen.told.tolist() == [FAILED, FAILED, FAILED, *[HELD] * 6]


# What the formula alone says at the start ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        (Le(x(k), x(0)), HELD),
        (x(k) < x(0), FAILED),
        (x(k) <= x(0) / 2, UNKNOWN),
        (x(k) <= (1 + moved(k)) * x(0), HELD),
        (x(k) <= (1 + moved(k + 1)) * x(0), UNKNOWN),
        (x(k) <= x(0) + y(k) - y(0), HELD),
        (x(k) <= x(0) + y(k), UNKNOWN),
        (x(k) >= log(log(k)), UNKNOWN),
        (x(k) >= Min(2, log(log(k))), UNKNOWN),
        (x(k) <= Max(x(0), k), UNKNOWN),
    ],
)
def test_the_formula_decides_at_step_0_where_nothing_has_moved(relation, told):
    assert begun(relation, k) is told
    assert begun(relation, None) is UNKNOWN


def test_what_the_formula_decides_is_not_asked_of_the_numbers():
    stated = claim(Each(k), x(k) <= x(0))
    seen = run(stated, np.array([2.0, 1.0]), 1.0)
    assert seen.told.tolist() == [HELD, HELD]
    assert seen.settled.tolist() == [True, False]
    assert run(replace(stated, relation=x(k) < x(0)), np.zeros(2), 1.0).told.tolist() == [
        FAILED,
        HELD,
    ]
    open_ = run(claim(Each(k)), np.array([2.0, 1.0]), 1.0)
    assert open_.told.tolist() == [FAILED, HELD]
    assert not open_.settled.any()


# Where a statement begins and ends ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "starts", "ends"),
    [
        (None, 0, np.inf),
        (Each(k), 0, np.inf),
        (Each(k, first=3), 3, np.inf),
        (Each(k, last=Rational(29, 10)), 0, 2.0),
        (Each(k, last=3 - Rational(1, 10**13)), 0, 3.0),
        (Each(k, last=3 - Rational(1, 10**11)), 0, 2.0),
        (Each(t, last=Rational(29, 10)), 0, 2.9),
        (Each(k, last=3 * top), 0, 3.0),
        (Each(k, last=eta), 0, np.nan),
        (Some(k, Integer(4)), 0, 4.0),
    ],
)
def test_where_a_statement_begins_and_ends(over, starts, ends):
    seen = run(claim(over), np.zeros(2), 1.0)
    assert (seen.starts, seen.ends) == (starts, pytest.approx(ends, nan_ok=True, rel=1e-15))


def test_a_statement_with_an_unknown_end_says_nothing():
    known = Evidence(
        {top: 1.0}, {}, pd.DataFrame([(0, 0.0, label("x"), 0.0, 0.0)], columns=COLUMNS)
    )
    assert same(
        observe(claim(Each(k, last=eta)), known, 0), None, Gap.MISSING, reach=0.0, wanted=np.nan
    )


def test_a_limit_is_answered_by_no_run():
    with pytest.raises(TypeError, match="Limit"):
        answered(claim(Limit(k)), np.zeros(2), 1.0)


# How far the bound is -----------------------------------------------------------------------------------

LEFT = np.array([1.0, 2.0, 0.0, -1.0, -4.0, 2.0])
RIGHT = np.array([2.0, 1.0, 1.0, -2.0, -2.0, -1.0])


@pytest.mark.parametrize(
    ("op", "slack", "room"),
    [
        ("<=", [2, 0.5, np.inf, np.nan, np.inf, np.nan], [2, 0.5, 2, 0.5, 1.5, -0.5]),
        (">=", [0.5, 2, np.nan, np.inf, np.nan, np.inf], [0.5, 2, 0, 1.5, 0.5, 2.5]),
        ("==", [0.5, 0.5, 0, 0.5, 0.5, -0.5], [0.5, 0.5, 0, 0.5, 0.5, -0.5]),
        ("!=", [0.5, 0.5, 0, 0.5, 0.5, -0.5], [0.5, 0.5, 0, 0.5, 0.5, -0.5]),
    ],
)
def test_slack_and_room_are_taken_in_the_good_direction(op, slack, room):
    relation = {"<=": x(k) <= top, ">=": x(k) >= top, "==": Eq(x(k), top), "!=": Ne(x(k), top)}[op]
    seen = run(Hypothesis("h", relation, at="x"), LEFT, RIGHT)
    assert seen.slack == pytest.approx(np.array(slack, float), nan_ok=True)
    assert seen.room == pytest.approx(np.array(room, float), nan_ok=True)


def test_two_zeros_are_equal_without_a_complaint():
    seen = run(claim(Each(k), Eq(x(k), 0), scale=Integer(1)), np.zeros(2), 0.0)
    assert seen.slack.tolist() == [1, 1]
    assert run(claim(Each(k)), np.zeros(2), 0.0).room.tolist() == [1, 1]


# A bound that says nothing ------------------------------------------------------------------------------


def vacuous(relation, left, right, trivial=None, over=None):
    stated = claim(Each(k) if over is None else over, relation)
    return answered(stated, np.asarray(left, float), right, trivial=trivial or {}).vacuous


def test_a_bound_far_above_what_was_seen_says_nothing():
    for right, wanted in ((ABSURD, True), (ABSURD * (1 - 1e-9), False)):
        assert vacuous(None, [1, 1], right) is wanted
    assert vacuous(x(k) < top, [1, 1], ABSURD) is True
    assert vacuous(None, [0, 0], 1.0) is False  # an infinite ratio is no absurd one
    assert vacuous(x(k) >= top, [ABSURD, ABSURD], 1.0) is False


def test_a_bound_at_or_above_what_is_known_beforehand_says_nothing():
    trivial = {label("x"): 4.0}
    for bounds_, wanted in (([9, 4, 4], True), ([9, 4, 3.999], False)):
        assert vacuous(None, np.ones(3), np.array(bounds_), trivial) is wanted
    assert vacuous(None, np.ones(3), np.full(3, 9.0)) is False
    assert vacuous(2 * x(k) <= top, np.ones(3), np.full(3, 9.0), trivial) is False
    drawn = of_draw("out", "largest output", probe="out")
    for name, wanted in ((label("out", w.start), True), (label("x"), False)):
        alone = run(claim(None, drawn <= top), np.ones(1), 9.0, trivial={name: 4.0})
        assert judged(None, alone).vacuous is wanted


@pytest.mark.parametrize(
    ("relation", "decays"),
    [
        (x(k) <= (1 - eta) ** k * x(0), True),
        (x(k) ** 2 <= (1 - eta) ** k * x(0) ** 2, True),
        (x(k) <= x(0) / 2 + 1, False),  # no step in it
        (x(k) <= (1 - eta) ** k, False),  # not from the start
        (x(k) <= (1 - eta) ** k * y(0), False),  # of something else
    ],
)
def test_a_decay_that_never_begins_says_nothing(relation, decays):
    for last, wanted in ((2.0, True), (2 - 1e-6, True), (2 - 4e-6, False), (1.0, False)):
        assert vacuous(relation, np.ones(3), np.array([2.0, 1.5, last])) is (decays and wanted)
    assert vacuous(relation, np.ones(2), np.array([2.0, 2.0])) is decays
    alone = answered(claim(None, x(0) <= top), np.ones(1), 2.0)
    assert alone.vacuous is False


def test_a_bound_that_fails_is_not_called_empty():
    assert vacuous(None, [9, 9], 5.0, {label("x"): 1.0}) is False
    assert vacuous(None, [4, 4], 5.0, {label("x"): 1.0}) is True


# Without a step -----------------------------------------------------------------------------------------


def test_a_statement_without_a_step_is_answered_by_its_one_number():
    ends = {"reach": 0.0, "wanted": np.inf}
    for value, held in ((0.5, True), (2.0, False)):
        assert same(
            answered(claim(), np.array([value]), 1.0), held, None, (1.0, 1.0), (value, value),
            1 / value, 0.0, 0, 0.0, **ends,
        )  # fmt: skip
    wide = point(np.array([1.0]), 0.5)
    assert same(answered(claim(), wide, 1.0), None, Gap.FINE, **ends)
    for sides in ((np.array([np.nan]), 1.0), (np.array([1.0]), np.nan)):
        assert same(answered(claim(), *sides), None, Gap.UNDEFINED, **ends)
        assert same(answered(claim(), *sides, missing=True), None, Gap.MISSING, **ends)


def test_both_sides_are_shown_with_what_is_known_of_them():
    seen = answered(claim(), point(np.array([4.0]), 1.0), point(np.array([8.0]), 2.0))
    assert (seen.observed, seen.predicted, seen.slack) == ((3.0, 5.0), (6.0, 10.0), 2.0)


@pytest.mark.parametrize("scale", [None, Integer(8)])
def test_how_nearly_equal_is_said_of_equations_alone(scale):
    stated = claim(Each(k), Eq(x(k), top), scale=scale)
    lhs, rhs = point(np.array([2.0, 2.0, 2.0]), 1e-4), point(np.array([2.0, 2.0, 2.0]), 2e-4)
    size = 2.0002 if scale is None else 8.0
    assert answered(stated, lhs, rhs).accuracy == pytest.approx(3e-4 / size)
    one_off = Interval(np.array([2, 2 - 7e-4, 2]), np.array([2, 2 - 7e-4, 2]))
    for sides in ((one_off, point(np.full(3, 2.0))), (point(np.full(3, 2.0)), one_off)):
        seen = run(stated, *sides)
        assert seen.answer(True, 0, np.ones(3, bool)).accuracy == pytest.approx(
            7e-4 / (2.0 if scale is None else 8.0)
        )
        assert seen.answer(True, 0, np.array([True, False, True])).accuracy == 0
        assert np.isnan(seen.answer(True, 0, np.zeros(3, bool)).accuracy)
    assert np.isnan(answered(claim(Each(k)), np.zeros(3), 1.0).accuracy)


def test_two_zeros_are_equal_to_within_nothing():
    seen = run(claim(Each(k), Eq(x(k), top)), np.zeros(3), 0.0)
    assert seen.answer(True, 0, np.ones(3, bool)).accuracy == 0
