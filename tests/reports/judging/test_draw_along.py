"""What one run answers over its steps, pinned whole on made-up sides, at both sides of every threshold."""

import numpy as np
import pytest
from sympy import Integer, Rational

from reports.judging.draw import (
    Gap,
    Seen,
    averaged,
    where,
)
from reports.judging.evidence import Sides
from reports.judging.interval import ULPS, Interval, point
from tests.reports.judging.one_run import (
    answered,
    claim,
    k,
    same,
    t,
    top,
    x,
)
from theorems.language import Average, Best, Each, Some

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
