"""A probability of each step by itself: every step has a count of its own, and nothing that is not known
is called seen, held or confirmed.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sympy import Integer

from reports.judging.count import counted
from reports.judging.findings import Finding
from reports.judging.statistics import CONFIRM, REFUTE, seeds_at_rate
from reports.judging.stepwise import stepwise
from reports.judging.verdict import Verdict
from tests.letters import label, observable, of_draw, w
from tests.reports.judging.test_count import (
    BAD,
    CONFIRMED,
    GOOD,
    INCONCLUSIVE,
    REFUTED,
    SHORT,
    claim,
    delta,
    k,
    sample,
)
from theorems.language import Each


def by_step(last=None, first=0, probability=None):
    over = Each(k, first=first, last=last, separately=True)
    return claim(over, 1 - delta if probability is None else probability)


def one_by_one(curves, last=None, first=0, **more):
    stated = by_step(last, first)
    return stepwise(stated, stated.over, sample(curves, **more))


def test_each_step_has_a_count_of_its_own():
    curves = np.zeros((40, 4))
    curves[:8, 1], curves[8:20, 2] = 2.0, 2.0
    found = one_by_one(curves)
    assert found.evidence == (
        "each step by itself: at worst 12 of 40 fail, at k = 2, with a union bound over 4 steps; "
        "taken together fails in 20 of 40 seeds; first at k = 1, compared up to k = 3"
    )
    assert (found.failures, found.seeds, found.verdict) == (12, 40, INCONCLUSIVE)
    assert found.needs_seeds == seeds_at_rate(0.5, 12 / 40)
    assert one_by_one(curves[:, :2]).verdict is CONFIRMED
    curves[:, 2] = 2.0
    refuted = one_by_one(curves)
    assert (refuted.verdict, refuted.failures, refuted.needs_seeds) == (REFUTED, 40, None)


def test_a_refutation_is_charged_for_every_step():
    """20 failures of 20 are rarer than the level at one step, and not at half of it."""
    assert REFUTE / 2 < stats.binom.sf(19, 20, 0.5) <= REFUTE
    curves = np.zeros((20, 4))
    curves[:, 1] = 2.0
    assert one_by_one(curves, first=1, last=Integer(1)).verdict is REFUTED
    assert one_by_one(curves, first=1, last=Integer(2)).verdict is INCONCLUSIVE


def test_a_step_that_some_run_lacks_is_unknown_there():
    curves = [[0.0] * 3] * 39 + [[0.0] * 2]
    found = one_by_one(curves)
    assert (found.verdict, found.failures) == (CONFIRMED, 0)
    few = one_by_one([[0.0] * 3] * 9 + [[0.0] * 2])
    assert few.verdict is INCONCLUSIVE  # ten that hold would do, of which one is not known
    left = [(s, 1.0, "diverged", 1.0, 0.0) for s in range(31, 40)]
    gone = one_by_one([[0.0] * 3] * 31 + [[0.0]] * 9, extra=left)
    assert (gone.failures, gone.verdict) == (9, CONFIRMED)
    assert "at worst 9 of 40 fail, at k = 1" in gone.evidence


def test_a_run_that_ends_before_the_claim_keeps_each_step_open():
    curves = np.zeros((40, 4))
    short = one_by_one(curves, last=Integer(4))
    assert (short.verdict, short.needs_seeds) == (INCONCLUSIVE, None)
    assert one_by_one(curves, last=Integer(3)).verdict is CONFIRMED
    assert one_by_one(curves[:, :1]).verdict is INCONCLUSIVE  # no step beyond the start
    lost = one_by_one(curves, extra=[(0, 4.0, "lost", 1.0, 0.0)])
    assert lost.verdict is INCONCLUSIVE
    curves[:, 1] = 2.0
    assert one_by_one(curves, last=Integer(4)).verdict is REFUTED


def test_steps_before_the_first_and_after_the_last_are_not_counted():
    for at in range(4):
        curves = np.zeros((40, 4))
        curves[:, at] = 2.0
        found = one_by_one(curves, first=1, last=Integer(2))
        assert found.verdict is (REFUTED if at in (1, 2) else CONFIRMED)


def test_steps_that_nobody_tells_at_the_end_are_left_out_and_those_between_are_not():
    curves = np.zeros((40, 4))
    curves[:, 3] = np.nan
    assert "over 3 steps" in one_by_one(curves).evidence
    curves[:, 1] = np.nan
    assert "over 3 steps" in one_by_one(curves).evidence
    nothing = one_by_one(np.full((40, 4), np.nan))
    assert (nothing.verdict, nothing.evidence) == (
        INCONCLUSIVE,
        "no step was compared; holds in 0 of 40 seeds; unknown in 40 of 40: a side is undefined",
    )
    curves[0, 3] = 0.0
    assert "over 4 steps" in one_by_one(curves).evidence


def test_the_worst_step_fails_most_and_then_is_least_known():
    curves = np.zeros((40, 4))
    curves[:3, 2] = np.nan
    found = one_by_one(curves)
    assert "at worst 0 of 40 fail, at k = 2" in found.evidence
    curves[0, 3] = 2.0
    assert "at worst 1 of 40 fail, at k = 3" in one_by_one(curves).evidence
    curves[1, 3] = np.nan
    curves[5, 2] = 2.0
    assert "at worst 1 of 40 fail, at k = 2" in one_by_one(curves).evidence
    assert "at worst 1 of 1 fail, at k = 2" in one_by_one([[0.0, np.nan, 2.0]]).evidence


def test_outside_each_step_is_seen_or_not():
    curves = np.zeros((40, 4))
    curves[:20, 1] = 2.0
    for failed, verdict in ((20, Verdict.OUTSIDE_SEEN), (21, Verdict.OUTSIDE_UNSEEN)):
        curves[:failed, 1] = 2.0
        assert one_by_one(curves, inside=False, outside=True).verdict is verdict
        late = one_by_one(curves, last=Integer(9), inside=False, outside=True)
        assert late.verdict is (Verdict.VOID if failed == 20 else verdict)
    assert one_by_one(curves, inside=False).verdict is Verdict.OPEN


def test_each_step_of_what_nobody_measured_is_void():
    other = observable("y", "another", probe="y")
    stated = claim(Each(k, separately=True), 1 - delta, other(k) <= 1)
    found = stepwise(stated, stated.over, sample([GOOD] * 3))
    assert found == Finding(stated, Verdict.VOID, evidence="nothing was measured")


def test_draws_of_another_law_confirm_no_step():
    curves = np.zeros((40, 3))
    far = [(0, 0.0, "law_error", CONFIRM, 0.0)]
    assert one_by_one(curves, extra=far).verdict is INCONCLUSIVE
    assert one_by_one(curves).verdict is CONFIRMED


# What is unknown speaks for nothing -----------------------------------------------------------------------

PLACES = [{}, {"inside": False}, {"inside": False, "outside": True}]
SURE = {CONFIRMED, REFUTED, Verdict.OUTSIDE_SEEN, Verdict.OUTSIDE_UNSEEN}


@pytest.mark.parametrize("hole", [np.nan, None])
def test_a_claim_is_not_confirmed_up_to_an_end_that_no_run_tells(hole):
    curves = np.zeros((40, 4))
    curves[:, 3] = 0.0 if hole is None else hole
    found = one_by_one(curves, last=Integer(3))
    assert found.verdict is (CONFIRMED if hole is None else INCONCLUSIVE)
    assert found.needs_seeds is None
    assert one_by_one(curves, last=Integer(2)).verdict is CONFIRMED


def test_a_row_before_the_first_step_is_not_taken_for_one_that_is_missing():
    """Twenty runs that fail at step 0, of which nothing is claimed, have no row at step 1."""
    rows = [(s, 1.0, label("x"), 0.0, 0.0) for s in range(20)]
    rows += [(s, 0.0, label("x"), 0.0, 0.0) for s in range(20)]
    rows += [(s, 0.0, label("x"), 2.0, 0.0) for s in range(20, 40)]
    rows += [(s, 2.0, label("x"), 0.0, 0.0) for s in range(40)]
    found = one_by_one([], first=1, extra=rows)
    assert (found.failures, found.verdict) == (0, INCONCLUSIVE)
    assert "at worst 0 of 40 fail, at k = 1" in found.evidence


def test_what_most_runs_do_not_tell_was_not_observed_outside():
    for unknown, verdict in ((20, Verdict.OUTSIDE_SEEN), (21, Verdict.VOID), (39, Verdict.VOID)):
        curves = np.zeros((40, 4))
        curves[:unknown, 1] = np.nan
        assert one_by_one(curves, inside=False, outside=True).verdict is verdict
        curves[:, 2] = 2.0
        unseen = one_by_one(curves, inside=False, outside=True)
        assert unseen.verdict is Verdict.OUTSIDE_UNSEEN


@pytest.mark.parametrize(
    ("place", "verdict"),
    list(zip(PLACES, (INCONCLUSIVE, Verdict.OPEN, Verdict.VOID), strict=True)),
)
def test_where_no_step_was_compared_the_hypotheses_have_the_word(place, verdict):
    found = one_by_one(np.full((9, 3), np.nan), **place)
    assert found.verdict is verdict
    assert found.evidence.startswith(
        "it is open; no step" if verdict is Verdict.OPEN else "no step"
    )


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from(PLACES))
def test_to_know_less_decides_nothing_more(failed, unknown, place):
    """A verdict on what is known of a step stands whichever way the rest turns out."""
    curves = np.zeros((40, 2))
    curves[: failed + unknown, 1] = np.nan
    curves[:failed, 1] = 2.0
    found = one_by_one(curves, last=Integer(1), **place).verdict
    if found in SURE:
        for rest in (0.0, 2.0):
            whole = np.nan_to_num(curves, nan=rest)
            assert one_by_one(whole, last=Integer(1), **place).verdict is found


# A last step of the draw --------------------------------------------------------------------------------

end = of_draw("T", "its own last step", probe="end")


def until(ends, curves, allowed=0.25, **more):
    rows = [(s, 0.0, label("end", w.start), float(e), 0.0) for s, e in enumerate(ends)]
    stated = by_step(last=end)
    return stepwise(stated, stated.over, sample(curves, allowed, extra=rows, **more))


@pytest.mark.parametrize(
    ("late", "verdict"), [(40, REFUTED), (39, REFUTED), (12, INCONCLUSIVE), (1, CONFIRMED)]
)
def test_a_step_after_the_end_of_some_runs_still_fails_in_the_others(late, verdict):
    """The runs that end at step 1 claim nothing of step 2, where every run is above the bound."""
    curves = np.zeros((40, 4))
    curves[:, 2] = 2.0
    found = until([1] * (40 - late) + [3] * late, curves)
    assert (found.verdict, found.failures) == (verdict, late)
    assert f"at worst {late} of 40 fail, at k = 2" in found.evidence
    assert "over 4 steps" in found.evidence
    placed = until([1] * (40 - late) + [3] * late, curves, inside=False, outside=True).verdict
    assert placed is (Verdict.OUTSIDE_UNSEEN if late > 10 else Verdict.OUTSIDE_SEEN)


def test_the_longest_claim_has_to_be_told_to_its_end():
    curves = np.zeros((40, 4))
    curves[-1, 3] = np.nan
    assert until([1] * 39 + [2], curves).verdict is CONFIRMED
    assert until([3] * 40, curves).verdict is CONFIRMED  # one of 40 is not known
    assert until([1] * 39 + [5], curves).verdict is INCONCLUSIVE
    curves[:, 3] = np.nan
    assert until([3] * 40, curves).verdict is INCONCLUSIVE


def test_a_run_whose_end_is_not_known_is_unknown_wherever_it_stands():
    ends, curves = np.array([np.nan] * 9 + [3] * 31), np.zeros((40, 4))
    curves[:9] = 2.0
    for order in (np.arange(40), np.arange(40)[::-1]):
        found = until(ends[order], curves[order], allowed=0.5)
        assert (found.failures, found.unknown, found.verdict) == (0, 9, CONFIRMED)
    few = until([np.nan] * 30 + [3] * 10, np.zeros((40, 4)), allowed=0.5)
    assert (few.failures, few.unknown, few.verdict) == (0, 30, INCONCLUSIVE)
    nobody = until([np.nan] * 40, np.zeros((40, 4)))
    assert (nobody.verdict, nobody.evidence) == (Verdict.VOID, "nothing was measured")


# All steps together -------------------------------------------------------------------------------------


@pytest.mark.parametrize("curves", [[GOOD] * 2, [GOOD, BAD], [BAD, SHORT], [GOOD, SHORT]])
@pytest.mark.parametrize("place", PLACES)
def test_what_allows_no_failure_at_any_step_allows_none_at_all(curves, place):
    """Also for draws of another law, which no number of seeds would let decide."""
    for extra in ((), [(0, 0.0, "law_error", CONFIRM, 0.0)]):
        known = sample(curves, 0.0, extra=extra, **place)
        assert stepwise(by_step(), by_step().over, known) == counted(by_step(), known)


@pytest.mark.parametrize(("curve", "verdict"), [(GOOD, CONFIRMED), (BAD, REFUTED)])
def test_where_nothing_is_drawn_each_step_is_decided_by_the_one_run(curve, verdict):
    found = one_by_one([curve], deterministic=True)
    assert (found.verdict, found.needs_seeds) == (verdict, None)
    assert "nothing is drawn" in found.evidence
