"""A probability of each step by itself: every step has a count of its own, and nothing that is not known
is called seen, held or confirmed.
"""

import numpy as np
from scipy import stats
from sympy import Integer

from reports.judging.statistics import CONFIRM, REFUTE, seeds_at_rate
from reports.judging.stepwise import stepwise
from reports.judging.verdict import Verdict
from tests.letters import observable
from tests.reports.judging.test_count import (
    CONFIRMED,
    GOOD,
    INCONCLUSIVE,
    REFUTED,
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
    assert (found.verdict, found.evidence) == (Verdict.VOID, "nothing was measured")


def test_draws_of_another_law_confirm_no_step():
    curves = np.zeros((40, 3))
    far = [(0, 0.0, "law_error", CONFIRM, 0.0)]
    assert one_by_one(curves, extra=far).verdict is INCONCLUSIVE
    assert one_by_one(curves).verdict is CONFIRMED
