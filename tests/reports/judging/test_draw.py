"""What one run answers, pinned whole on made-up sides: every field, at both sides of every threshold."""

from dataclasses import fields, replace
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
    Run,
    Seen,
    Told,
    averaged,
    begun,
    judged,
    observe,
    tell,
    where,
)
from reports.judging.evidence import Evidence, Sides
from reports.judging.interval import ULPS, Interval, point
from tests.letters import label, observable, of_data, of_draw, w
from theorems.language import Average, Best, Claim, Each, Hypothesis, Limit, Some, index, positive
from theorems.language.quantity import time

k, t = index("k", "step"), time("t", "time")
x = observable("x", "a number", probe="x", nonnegative=None)
y = observable("y", "another", probe="y", nonnegative=None)
moved = observable("moved", "distance from the start", probe="movement")
top = of_data("top", "a bound", probe="top")
eta = positive("eta", "step size")
HELD = Told.HELD
FAILED = Told.FAILED
UNKNOWN = Told.UNKNOWN
COLUMNS = ["seed", "step", "observable", "value", "error"]
TINY = float(np.finfo(float).eps)


def claim(over=None, relation=None, **more):
    at = over.index if over else 0
    return Claim("c", x(at) <= top if relation is None else relation, at="x", over=over, **more)


def run(stated, left, right, along=None, rough=None, **more):
    """A run whose sides are these numbers, or (number, error) pairs of columns."""
    missing = more.pop("missing", False)
    lhs, rhs = (side if isinstance(side, Interval) else point(side) for side in (left, right))
    steps = np.arange(float(len(lhs.low))) if along is None else np.asarray(along, dtype=float)
    rough = np.zeros(len(steps), bool) if rough is None else np.asarray(rough)
    rhs = Interval(*(np.broadcast_to(e, steps.shape) for e in rhs))
    rows = [(0, at, row, 1.0, 0.0) for row, at in more.pop("rows", {}).items()]
    known = Evidence(
        {top: 1.0}, {}, pd.DataFrame(rows, columns=COLUMNS).astype({"seed": int}), **more
    )
    return Run(stated, known, 0, Sides(steps, lhs, rhs, rough, missing))


def answered(stated, *sides, **more):
    return judged(stated.over, run(stated, *sides, **more))


def same(seen, *first, **said):
    """Every field is what it should be: those that are not said have their defaults."""
    wanted = Seen(*first, **said)
    for f in fields(Seen):
        one, other = getattr(seen, f.name), getattr(wanted, f.name)
        if isinstance(other, float | tuple):
            assert one == pytest.approx(other, rel=1e-12, abs=0, nan_ok=True), (f.name, seen)
        else:
            assert one is other or (one == other and type(one) is type(other)), (f.name, seen)
    return True


def twice(*numbers):
    return [(n, n) for n in numbers]


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


# Every step ---------------------------------------------------------------------------------------------

ALL = {"reach": 4.0, "wanted": np.inf}
CURVE = np.array([0.1, 0.2, 0.8, 0.4, 0.5])


def test_a_run_that_holds_shows_its_tightest_step():
    assert same(
        answered(claim(Each(k)), CURVE, 1.0),
        True, None, (1.0, 1.0), (0.8, 0.8), 1.25, 2.0, 4, 4.0, **ALL,
    )  # fmt: skip
    first = np.array([0.9, 0.2, 0.3, 0.4, 0.5])
    assert answered(claim(Each(k)), first, 1.0).step == 4.0  # beyond the start where it can be
    assert answered(claim(Each(k, first=2)), CURVE[::-1].copy(), 1.0).step == 2.0
    only = answered(claim(Each(k, last=Integer(0))), first, 1.0)
    assert (only.held, only.step, only.compared, only.upto) == (True, 0.0, 0, 0.0)


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_a_statement_speaks_of_its_first_step_and_of_none_before(first):
    for at in range(4):
        curve = np.zeros(5)
        curve[at] = 3.0
        seen = answered(claim(Each(k, first=first)), curve, 1.0)
        assert seen.held is (at < first)
        assert seen.held or (seen.step, seen.observed) == (at, (3.0, 3.0))


@pytest.mark.parametrize("last", [0, 1, 3])
def test_a_statement_speaks_of_its_last_step_and_of_none_after(last):
    for at in range(5):
        curve = np.zeros(5)
        curve[at] = 3.0
        seen = answered(claim(Each(k, last=Integer(last))), curve, 1.0)
        assert seen.held is (at > last)
    late = answered(
        claim(Each(t, last=Integer(4))), np.array([0.0, 3.0]), 1.0, [0, 4 * (1 + 1e-13)]
    )
    assert late.held is False
    beyond = answered(
        claim(Each(t, last=Integer(4))), np.array([0, 0, 3.0]), 1.0, [0, 4, 4 * (1 + 1e-11)]
    )
    assert beyond.held is True


def test_the_first_failure_is_shown_and_what_was_told_is_counted():
    curve = Interval(np.array([0, 0.5, 2, 3, 0]), np.array([0, 1.5, 2, 3, 0]))
    assert same(
        answered(claim(Each(k)), curve, 1.0),
        False, None, (1.0, 1.0), (2.0, 2.0), 0.5, 2.0, 3, 4.0, **ALL,
    )  # fmt: skip


def test_a_step_that_is_not_told_leaves_the_run_open():
    wide = Interval(np.array([0, 0.5, 0.5, 0]), np.array([0, 0.5, 1.5, 0]))
    ends = {"reach": 3.0, "wanted": np.inf}
    assert same(answered(claim(Each(k)), wide, 1.0), None, Gap.FINE, **ends)
    beyond = Interval(np.array([0, 0.5, 0, np.nan]), np.array([0, 1.5, 0, np.nan]))
    assert answered(claim(Each(k, last=Integer(2))), beyond, 1.0).gap is Gap.FINE
    hole = np.array([0, 0, np.nan, 0])
    assert same(answered(claim(Each(k)), hole, 1.0), None, Gap.UNDEFINED, **ends)
    assert same(answered(claim(Each(k)), hole, 1.0, missing=True), None, Gap.MISSING, **ends)
    assert same(answered(claim(Each(k)), np.zeros(4), 1.0, missing=True), None, Gap.MISSING, **ends)


def test_numbers_that_drown_for_good_end_the_comparison_and_not_the_run():
    wide = Interval(np.array([0, 0.8, 0.5, 0.5]), np.array([0, 0.8, 1.5, 1.5]))
    rough = np.array([False, False, True, True])
    ends = {"reach": 3.0, "wanted": np.inf}
    seen = answered(claim(Each(k)), wide, 1.0, rough=rough)
    assert same(seen, True, None, (1.0, 1.0), (0.8, 0.8), 1.25, 1.0, 1, 1.0, **ends)
    again = Interval(np.array([0, 0.5, 0.8, 0.5]), np.array([0, 1.5, 0.8, 1.5]))
    assert answered(claim(Each(k)), again, 1.0, rough=~rough).gap is Gap.FINE  # not for good
    assert answered(claim(Each(k)), wide, 1.0).gap is Gap.FINE  # not the floor of rounding
    drowned = point(np.full(4, 1.0), 0.5)
    assert same(answered(claim(Each(k)), drowned, 1.0, rough=[True] * 4), None, Gap.FINE, **ends)
    none = np.full(4, np.nan)
    assert answered(claim(Each(k)), none, 1.0, rough=[True] * 4).gap is Gap.UNDEFINED
    ended = claim(Each(k, last=Integer(3)))
    assert same(answered(ended, wide, 1.0, rough=rough), None, Gap.FINE, reach=3.0, wanted=3.0)
    assert answered(claim(Each(k, last=Integer(1))), wide, 1.0, rough=rough).held is True


def test_a_run_that_ends_before_the_statement_is_too_short():
    stated = claim(Each(k, last=Integer(4)))
    assert same(
        answered(stated, np.zeros(4), 1.0), None, Gap.SHORT, upto=3.0, reach=3.0, wanted=4.0
    )
    assert answered(stated, np.zeros(5), 1.0).held is True
    near = claim(Each(t, last=Integer(4)))
    for end, held in ((4 * (1 - 1e-13), True), (4 * (1 - 1e-11), None)):
        assert answered(near, np.zeros(2), 1.0, [0, end]).held is held
    late = claim(Each(k, first=7))
    assert same(answered(late, np.zeros(4), 1.0), None, Gap.SHORT, reach=3.0, wanted=7.0)


def test_a_statement_over_the_run_needs_a_step_beyond_its_start():
    at_rest = {"reach": 0.0, "wanted": np.inf}
    assert same(answered(claim(Each(k)), np.zeros(1), 1.0), None, Gap.UNMOVED, **at_rest)
    settled = claim(Each(k), x(k) <= x(0))
    assert same(answered(settled, np.ones(1), 1.0), None, Gap.UNMOVED, **at_rest)
    wide = Interval(np.array([1, 0.5]), np.array([1, 1.5]))
    seen = answered(settled, wide, 1.0, rough=[False, True])  # all that remains is the formula's
    assert same(seen, None, Gap.FINE, reach=1.0, wanted=np.inf)
    begins = Interval(np.array([0, 0.5]), np.array([0, 1.5]))
    assert answered(claim(Each(k)), begins, 1.0, rough=[False, True]).gap is Gap.FINE
    assert answered(claim(Each(k, last=Integer(0))), np.zeros(1), 1.0).held is True
    skipped = answered(claim(Each(k, last=Integer(1))), np.zeros(2), 1.0, [0, 5])
    assert same(skipped, None, Gap.FINE, reach=5.0, wanted=1.0)


def test_a_run_that_was_lost_says_nothing_unless_it_failed_before():
    ends = {"reach": 4.0, "wanted": np.inf}
    assert same(
        answered(claim(Each(k)), np.zeros(5), 1.0, rows={"lost": 9.0}), None, Gap.LOST, **ends
    )
    assert answered(claim(Each(k)), np.full(5, 2.0), 1.0, rows={"lost": 9.0}).held is False


# A run that leaves the numbers --------------------------------------------------------------------------


def gone(at, stated, left=(0.0, 0.0, 0.0), right=1.0):
    return answered(stated, np.asarray(left), right, rows={"diverged": float(at)})


def test_a_run_that_leaves_the_numbers_within_the_statement_fails():
    left = {"step": 3.0, "reach": 3.0, "diverged": True}
    assert same(gone(3, claim(Each(k))), False, None, wanted=np.inf, **left)
    assert same(gone(3, claim(Each(k, last=Integer(3)))), False, None, wanted=3.0, **left)
    assert gone(3, claim(Each(k, last=Integer(2)))).held is True
    assert same(
        gone(3, claim(Each(k, first=5))), False, None, wanted=np.inf, step=5.0, reach=5.0,
        diverged=True,
    )  # fmt: skip
    assert gone(3, claim(Each(k, first=5, last=4 * top))).gap is Gap.SHORT


def test_what_failed_no_later_than_the_run_is_shown():
    for curve, at, diverged in (
        ([0, 2, 2], 1.0, False),
        ([0, 0, 2], 2.0, False),
        ([0, 0, 0, 2], 2.0, True),
    ):
        seen = gone(2, claim(Each(k)), curve)
        assert (seen.held, seen.step, seen.diverged) == (False, at, diverged)


def test_a_statement_that_holds_without_numbers_is_not_failed_by_their_end():
    """As where both sides are infinite by name and still in order."""
    assert gone(1, claim(Each(k)), (0.0, 0.0, 0.0)).held is True
    assert gone(1, claim(Each(k)), (0.0, 0.0, np.nan)).held is False
    assert gone(9, claim(Each(k)), (0.0, 0.0, 0.0)).held is False  # nothing is known from there on


# Some step ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Best, Some])
def test_some_step_is_shown_where_it_is_clearest(kind):
    stated = claim(kind(k, Integer(3)))
    assert same(
        answered(stated, np.array([2, 0.5, 0.25, 2, 0.1]), 1.0),
        True, None, (1.0, 1.0), (0.25, 0.25), 4.0, 2.0, 3, 3.0, reach=4.0, wanted=3.0,
    )  # fmt: skip
    assert same(
        answered(stated, np.array([4, 2.5, 2, 4, 0.1]), 1.0),
        False, None, (1.0, 1.0), (2.0, 2.0), 0.5, 2.0, 3, 3.0, reach=4.0, wanted=3.0,
    )  # fmt: skip
    assert answered(stated, np.array([4, 4, 4, 0.5]), 1.0).held is True
    assert answered(stated, np.array([4, 4, 4, 4, 0.5]), 1.0).held is False


@pytest.mark.parametrize("kind", [Best, Some])
def test_a_step_that_was_not_found_is_missed_only_in_a_whole_run(kind):
    stated, ends = claim(kind(k, Integer(3))), {"reach": 2.0, "wanted": 3.0}
    short = np.full(3, 2.0)
    assert same(answered(stated, short, 1.0), None, Gap.SHORT, **ends)
    assert same(answered(stated, short, 1.0, rows={"lost": 2.0}), None, Gap.LOST, **ends)
    assert answered(stated, short, 1.0, rows={"diverged": 3.0}).held is False
    assert same(answered(stated, short, 1.0, missing=True), None, Gap.MISSING, **ends)
    assert answered(stated, np.zeros(3), 1.0, missing=True).gap is Gap.MISSING
    nowhere = answered(stated, np.full(2, 2.0), 1.0, [7, 8])
    assert same(nowhere, None, Gap.MISSING, reach=8.0, wanted=3.0)
    full = {"reach": 3.0, "wanted": 3.0}
    assert same(answered(stated, np.full(3, 2.0), 1.0, [0, 1, 3]), None, Gap.SPARSE, **full)
    wide = Interval(np.array([2, 0.5, 2, 2]), np.array([2, 1.5, 2, 2]))
    assert same(answered(stated, wide, 1.0), None, Gap.FINE, **full)
    hole = np.array([2, np.nan, 2, 2])
    assert same(answered(stated, hole, 1.0), None, Gap.UNDEFINED, **full)
    both = Interval(np.array([2, np.nan, 0.5, 2]), np.array([2, np.nan, 1.5, 2]))
    assert answered(stated, both, 1.0).gap is Gap.UNDEFINED
    assert answered(stated, np.array([2, np.nan, 0.5, 2]), 1.0).held is True
    flowing = claim(kind(t, Integer(3)))
    assert answered(flowing, np.full(2, 2.0), 1.0, [0, 3 * (1 - 1e-13)]).held is False
    assert answered(flowing, np.full(2, 2.0), 1.0, [0, 3 * (1 - 1e-11)]).gap is Gap.SHORT
    assert answered(flowing, np.array([2, 0.5]), 1.0, [0, 3 * (1 + 1e-13)]).held is True
    assert answered(flowing, np.array([2, 2, 0.5]), 1.0, [0, 3, 3 * (1 + 1e-11)]).held is False


def test_a_run_that_left_the_numbers_is_whole_up_to_there():
    stated = claim(Some(k, Integer(9)))
    assert gone(3, stated, (2.0, 2.0, 2.0)).held is False
    assert answered(stated, np.full(2, 2.0), 1.0, [0, 2], rows={"diverged": 3.0}).gap is Gap.SPARSE


# On average ---------------------------------------------------------------------------------------------


def on_average(last, left, along=None, right=1.0, **more):
    return answered(claim(Average(k, last)), np.asarray(left, float), right, along, **more)


def test_an_average_is_taken_over_the_steps_before_its_last():
    seen = on_average(Integer(2), [0.5, 1.0, 9.0])
    assert (seen.held, seen.step, seen.upto, seen.compared) == (True, 2.0, 2.0, 1)
    assert seen.observed == pytest.approx((0.75, 0.75))
    assert (seen.predicted, seen.reach, seen.wanted) == ((1.0, 1.0), 2.0, 2.0)
    assert seen.slack == pytest.approx(4 / 3)
    assert on_average(Integer(3), [0.5, 1.0, 9.0]).held is False
    assert on_average(Rational(5, 2), [0.5, 1.0, 9.0]).held is False


def test_an_average_of_a_run_that_lacks_a_step_is_none():
    ends = {"reach": 2.0, "wanted": 4.0}
    assert same(on_average(Integer(4), [0, 0, 0]), None, Gap.SHORT, **ends)
    assert on_average(Integer(3), [0, 0, 0]).held is True
    assert on_average(Rational(5, 2), [0, 0, 0]).held is True
    assert on_average(Rational(7, 2), [0, 0, 0]).gap is Gap.SHORT
    assert same(on_average(Integer(4), [0, 0, 0], rows={"lost": 2.0}), None, Gap.LOST, **ends)
    assert on_average(Integer(3), [0, 0, 0], missing=True).gap is Gap.MISSING
    assert on_average(Integer(1), [0, 0], [1, 2]).gap is Gap.MISSING
    assert same(on_average(Integer(3), [0, 0], [0, 2]), None, Gap.SPARSE, reach=2.0, wanted=3.0)
    for at, held in ((3, True), (2, False)):
        seen = on_average(Integer(3), [0, 0, 0], rows={"diverged": float(at)})
        assert seen.held is held
    assert same(seen, False, None, step=2.0, reach=2.0, wanted=3.0, diverged=True)


def test_an_average_is_known_to_the_rounding_of_its_sum():
    lhs, rhs = point(np.array([1.0, -3.0, 100.0]), 0.25), point(np.array([5.0, 6.0, 7.0]), 1.0)
    sides = Sides(np.arange(3.0), lhs, rhs, np.ones(3, bool))
    mean = averaged(sides, np.array([True, True, False]), 2.0)
    slip = 4 * ULPS * (1.25 + 3.25) / 2
    assert mean.steps.tolist() == [2.0]
    assert (mean.lhs.low[0], mean.lhs.high[0]) == pytest.approx(
        (-1.25 - slip, -0.75 + slip), abs=1e-17
    )
    assert (mean.rhs.low.tolist(), mean.rhs.high.tolist()) == ([4.0], [6.0])
    assert (mean.rough.tolist(), mean.missing) == ([False], False)


# In words -----------------------------------------------------------------------------------------------


def test_why_a_run_says_nothing_is_said_in_words():
    short = Seen(None, Gap.SHORT, reach=3.0, wanted=1000.0)
    assert where(short, "k") == "the run ends at k = 3, the claim at 1,000"
    for gap in set(Gap) - {Gap.SHORT}:
        assert where(Seen(None, gap), "k") == gap.value
