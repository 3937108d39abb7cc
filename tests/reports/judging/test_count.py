"""How many runs may fail: both sides of every count, inside the hypotheses and outside."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sympy import Eq, Float, Integer

from reports.judging.count import Sample, _steps, counted, exceeds
from reports.judging.draw import Seen
from reports.judging.evidence import Evidence
from reports.judging.findings import Finding
from reports.judging.statistics import CONFIRM, REFUTE, seeds_at_rate
from reports.judging.verdict import Verdict
from tests.letters import label, observable, of_draw, w
from theorems.language import Average, Claim, Each, Some, failure, index
from theorems.language.quantity import time

k, t, delta = index("k", "step"), time("t", "time"), failure("delta", "failure")
x = observable("x", "a number", probe="x", nonnegative=None)
out = of_draw("out", "largest output", probe="out")
COLUMNS = ["seed", "step", "observable", "value", "error"]
CONFIRMED = Verdict.CONFIRMED
REFUTED = Verdict.REFUTED
INCONCLUSIVE = Verdict.INCONCLUSIVE
GOOD = [0.0, 0.5]
BAD = [0.0, 2.0]
SHORT = [0.0]


def claim(over=None, probability=1, relation=None):
    over = Each(k) if over is None else over
    relation = x(over.index) <= 1 if relation is None else relation
    return Claim("c", relation, at="x", over=over, probability=probability)


def sample(curves, allowed=0.5, inside=True, outside=False, **more):
    """Runs with these curves; extra: other rows, steps: at which the curves are."""
    extra, steps = more.pop("extra", ()), more.pop("steps", None)
    rows = [
        (s, float(at), label("x"), float(v), 0.0)
        for s, curve in enumerate(curves)
        for at, v in zip(steps or range(len(curve)), curve, strict=False)
    ]
    frame = pd.DataFrame([*rows, *extra], columns=COLUMNS)
    known = Evidence({delta: allowed}, {}, frame, **more)
    return Sample(known, known.seeds, inside, outside, "it is open")


LIKELY = claim(probability=1 - delta)


def test_a_claim_allows_what_its_probability_leaves():
    one = sample([GOOD], 0.25)
    assert (one.allowed(claim()), one.allowed(LIKELY)) == (0.0, 0.25)
    assert one.allowed(claim(probability=1 - failure("e", "another"))) is None


@pytest.mark.parametrize(
    ("seen", "inside_out", "open_"),
    [
        (True, Verdict.OUTSIDE_SEEN, Verdict.OPEN),
        (False, Verdict.OUTSIDE_UNSEEN, Verdict.OPEN),
        (None, Verdict.VOID, Verdict.OPEN),
    ],
)
def test_outside_its_hypotheses_a_claim_is_seen_or_not_and_open_where_they_are(
    seen, inside_out, open_
):
    found = Finding(claim(), INCONCLUSIVE, evidence="what was seen")
    placed = sample([GOOD], inside=False, outside=True).placed(found, seen)
    assert (placed.verdict, placed.evidence) == (inside_out, "what was seen")
    placed = sample([GOOD], inside=False).placed(found, seen)
    assert (placed.verdict, placed.evidence) == (open_, "it is open; what was seen")


def test_outside_the_share_that_may_fail_is_counted_as_it_is():
    seen, unseen = Verdict.OUTSIDE_SEEN, Verdict.OUTSIDE_UNSEEN
    for failed, good, unknown, verdict in (
        (0, 10, 0, seen),
        (5, 5, 0, seen),
        (6, 4, 0, unseen),
        (4, 5, 1, seen),
        (5, 4, 1, Verdict.VOID),
        (6, 3, 1, unseen),
        (0, 4, 6, Verdict.VOID),
    ):
        curves = [BAD] * failed + [GOOD] * good + [SHORT] * unknown
        found = counted(LIKELY, sample(curves, inside=False, outside=True))
        assert (found.verdict, found.failures, found.unknown) == (verdict, failed, unknown)
    assert counted(claim(), sample([GOOD], inside=False, outside=True)).verdict is seen
    assert counted(claim(), sample([BAD], inside=False, outside=True)).verdict is unseen


@given(st.integers(1, 60), st.data())
def test_a_share_that_is_just_met_is_not_exceeded_however_it_is_rounded(seeds, data):
    """A promised 1 - 1/10 leaves 0.09999999999999998, and one of ten runs is a tenth."""
    failed = data.draw(st.integers(0, seeds))
    for allowed in (failed / seeds, 1 - (1 - failed / seeds), 1 - float(1 - Float(failed) / seeds)):
        assert not exceeds(failed, allowed, seeds)
        assert exceeds(failed + 1, allowed, seeds)
        assert exceeds(failed, allowed - 1e-6, seeds)


@pytest.mark.parametrize(("allowed", "failed", "runs"), [(0.1, 1, 10), (0.1, 4, 40), (0.2, 2, 10)])
def test_as_many_failures_as_are_allowed_leave_the_claim_seen_outside(allowed, failed, runs):
    for more, verdict in ((0, Verdict.OUTSIDE_SEEN), (1, Verdict.OUTSIDE_UNSEEN)):
        curves = [BAD] * (failed + more) + [GOOD] * (runs - failed - more)
        found = counted(LIKELY, sample(curves, allowed, inside=False, outside=True))
        assert (found.verdict, found.failures) == (verdict, failed + more)
        last = [BAD] * (failed + more - 1) + [SHORT] + [GOOD] * (runs - failed - more)
        found = counted(LIKELY, sample(last, allowed, inside=False, outside=True))
        assert found.verdict is (Verdict.VOID if more else Verdict.OUTSIDE_SEEN)


def test_a_claim_that_nobody_measured_is_void():
    other = claim(relation=observable("y", "another", probe="y")(k) <= 1)
    found = counted(other, sample([GOOD] * 3))
    assert found == Finding(other, Verdict.VOID, evidence="nothing was measured")
    assert counted(claim(), sample([SHORT] * 3)).verdict is INCONCLUSIVE


# A claim that allows no failure --------------------------------------------------------------------------


@pytest.mark.parametrize("runs", [2, 3, 20, 200])
def test_a_certain_claim_says_what_its_runs_could_have_missed(runs):
    """So many runs that hold would be as rare as a false confirmation, did more of them fail."""
    found = counted(claim(), sample([GOOD] * runs))
    assert found.verdict is CONFIRMED
    percent = int(found.evidence.split("more than ")[1].split("%")[0])
    assert (
        stats.binom.pmf(0, runs, percent / 100)
        <= CONFIRM
        < stats.binom.pmf(0, runs, (percent - 1) / 100)
    )


def test_one_run_alone_could_have_missed_anything():
    assert "would have been seen" not in counted(claim(), sample([GOOD])).evidence
    assert "more than 97%" in counted(claim(), sample([GOOD, GOOD, SHORT])).evidence
    assert "would have been seen" not in counted(claim(), sample([SHORT] * 2)).evidence


def test_one_failure_refutes_and_one_unknown_run_keeps_it_open():
    for curves, verdict in (
        ([GOOD, GOOD], CONFIRMED),
        ([GOOD, BAD], REFUTED),
        ([GOOD, SHORT], INCONCLUSIVE),
        ([BAD, SHORT], REFUTED),
    ):
        assert counted(claim(), sample(curves)).verdict is verdict
        first = [*curves, *curves]
        assert counted(claim(), sample(first, deterministic=True)).verdict is (
            REFUTED if curves[0] is BAD else CONFIRMED
        )
    assert counted(claim(), sample([SHORT], deterministic=True)).verdict is INCONCLUSIVE


@pytest.mark.parametrize("curve", [GOOD, BAD])
def test_draws_of_nearly_the_right_law_decide_as_long_as_it_is_near(curve):
    for blur, decided in ((REFUTE, True), (REFUTE * (1 + 1e-9), False)):
        one = sample([curve] * 2, extra=[(1, 0.0, "law_error", blur, 0.0)])
        assert (counted(claim(), one).verdict is INCONCLUSIVE) is not decided
        assert one.blur == blur


# A claim with a probability -----------------------------------------------------------------------------


def test_a_likely_claim_needs_more_seeds_at_the_rate_seen_or_none_would_do():
    found = counted(LIKELY, sample([BAD] * 2 + [GOOD] * 6))
    assert (found.verdict, found.needs_seeds) == (INCONCLUSIVE, seeds_at_rate(0.5, 0.25))
    assert "would decide" not in found.evidence
    never = counted(LIKELY, sample([BAD] * 4 + [GOOD] * 4))
    assert (never.verdict, never.needs_seeds) == (INCONCLUSIVE, None)
    assert never.evidence.endswith("allowed 0.5; no number of seeds like these would decide")
    sure = counted(LIKELY, sample([GOOD] * 10))
    assert (sure.verdict, sure.needs_seeds) == (CONFIRMED, None)
    assert counted(LIKELY, sample([GOOD] * 8, 0.0)).verdict is CONFIRMED
    assert counted(LIKELY, sample([GOOD] * 9 + [SHORT])).verdict is INCONCLUSIVE


# What is shown ------------------------------------------------------------------------------------------


def test_the_run_shown_fails_or_is_the_tightest_and_of_ties_the_first():
    found = counted(claim(), sample([[0, 0.5], [0, 0.8], [0, 0.2]]))
    assert (found.observed, found.slack) == (0.8, 1.25)
    failing = counted(claim(), sample([[0, 0.9], [0, 2.0], [0, 4.0], [0, 3.0]]))
    assert failing.observed == 4.0
    tie = counted(claim(), sample([[0, 0.8], [0, 0.8 * (1 + 1e-9)]]))
    assert tie.observed == 0.8
    for off, first in ((2e-7, True), (2e-6, False)):  # the slack is compared to six decimals
        found = counted(claim(), sample([[0, 0.8], [0, 0.8 * (1 + off)]]))
        assert (found.observed == 0.8) is first
    near = counted(claim(), sample([[0, 0.8], [0, 0.8 * (1 + 1e-5)]]))
    assert near.observed > 0.8
    infinite = counted(claim(), sample([[0, -1.0], [0, 0.25]]))
    assert infinite.observed == 0.25
    assert counted(claim(), sample([[0, -1.0], [0, -2.0]])).slack is None


def test_both_sides_are_shown_with_what_is_known_of_them():
    low = Claim("c", x(k) <= out, at="x", over=Each(k))
    rows = [(0, 0.0, label("out", w.start), 2.0, 0.5), (0, 1.0, label("x"), 0.75, 0.25)]
    found = counted(low, sample([[0.0]], extra=rows))
    assert (found.predicted, found.observed) == (2.0, 0.75)
    assert found.predicted_in == pytest.approx((1.5, 2.5))
    assert found.observed_in == pytest.approx((0.5, 1.0))


def test_a_bound_is_empty_where_it_is_in_every_run():
    trivial = {label("x"): 0.9}
    assert counted(claim(), sample([GOOD, SHORT, GOOD], trivial=trivial)).vacuous is True
    low = Claim("c", x(k) <= out, at="x", over=Each(k))
    bounds = [(s, 0.0, label("out", w.start), v, 0.0) for s, v in enumerate((1.0, 0.7))]
    assert counted(low, sample([GOOD, GOOD], extra=bounds, trivial=trivial)).vacuous is False
    assert counted(claim(), sample([SHORT], trivial=trivial)).vacuous is False


def test_why_runs_say_nothing_is_counted_by_reason():
    until = claim(Each(k, last=Integer(3)))
    curves = [[0, 0], [0, 0, 0], [0, 0], [0, np.nan, 0, 0], [0, 0, 0, 0]]
    found = counted(until, sample(curves))
    assert found.evidence == (
        "holds in 1 of 5 seeds; tightest at k = 1, compared up to k = 3; "
        "unknown in 2 of 5: the run ends at k = 1, the claim at 3; "
        "unknown in 1 of 5: the run ends at k = 2, the claim at 3; "
        "unknown in 1 of 5: a side is undefined"
    )
    start = Claim("c", x(0) <= 1, at="x")
    assert counted(start, sample([[np.nan], [0.0]])).evidence == (
        "holds in 1 of 2 seeds; unknown in 1 of 2: something it speaks of was not measured"
    )


def test_an_equation_says_to_what_it_is_equal():
    same = Claim("c", Eq(x(0), 2), at="x")
    assert counted(same, sample([[2.0 + 1e-13]], deterministic=True)).evidence == (
        "holds in the one run there is, since nothing is drawn; equal to within 5e-14 of their size"
    )
    assert "equal" not in counted(same, sample([[2.0]])).evidence
    along = claim(relation=Eq(x(k), 2))
    assert counted(along, sample([[2.0, 2.0]])).evidence == (
        "holds in the one seed; tightest at k = 1, compared up to k = 1"
    )


@pytest.mark.parametrize(
    ("over", "seen", "planned", "steps"),
    [
        (Each(k), {"wanted": np.inf, "reach": 9.0, "upto": 9.0}, None, None),
        (Each(k), {"wanted": np.inf, "reach": 9.0, "upto": 9.0}, 12, 9),
        (Each(k), {"wanted": np.inf, "reach": 9.0, "upto": 11.0}, 12, 11),
        (Each(k), {"wanted": 5.5, "reach": 9.0, "upto": 5.0}, 12, 5),
        (Each(k), {"wanted": np.inf, "reach": 20.0, "upto": 20.0}, 12, 12),
        (Each(k, first=1), {"wanted": np.inf, "reach": 9.0, "upto": 9.0}, 12, 9),
        (Each(k, first=4), {"wanted": np.inf, "reach": 9.0, "upto": 9.0}, 12, 6),
        (Each(t), {"wanted": 2.0, "reach": 9.0, "upto": 2.0}, 12, 12),
    ],
)
def test_the_steps_that_could_be_compared_are_those_of_plan_claim_and_run(
    over, seen, planned, steps
):
    known = Evidence({}, {}, pd.DataFrame(), steps=planned)
    assert _steps(over, Seen(True, **seen), known) == steps


def test_all_steps_compared_are_not_worth_a_word():
    full = sample([[0.0] * 5], steps=(0, 1, 2, 3, 4))
    for planned, said in ((4, False), (9, False), (3, False)):
        known = Evidence({}, {}, full.evidence.frame, steps=planned)
        found = counted(claim(), Sample(known, (0,), True, False))
        assert ("compared at" in found.evidence) is said
    sparse = sample([[0.0] * 4], steps=(0, 1, 2, 4))
    known = Evidence({}, {}, sparse.evidence.frame, steps=4)
    found = counted(claim(), Sample(known, (0,), True, False))
    assert found.evidence.endswith("; compared at 3 of 4 steps")


@pytest.mark.parametrize("over", [Average(k, Integer(2)), Some(k, Integer(1))])
def test_other_quantifiers_say_over_what_they_are(over):
    words = {Average: "over k < 2", Some: "clearest at k = 0, over k ≤ 1"}[type(over)]
    assert counted(claim(over), sample([GOOD])).evidence == f"holds in the one seed; {words}"
    failed = {Average: "over k < 2", Some: "nearest at k = 0, over k ≤ 1"}[type(over)]
    found = counted(claim(over), sample([[2.0, 4.0]]))
    assert found.evidence == f"fails in 1 of 1 seeds; {failed}"
