"""Means over the draws: what one step says agrees with scipy, at both sides of every level, and what all
steps say is pinned.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from sympy import Eq, Integer, Rational

from reports.judging import mean
from reports.judging.count import Sample
from reports.judging.evidence import Evidence
from reports.judging.mean import FEWEST, Draws, averages
from reports.judging.statistics import (
    CONFIRM,
    CONFIRM_MEAN,
    EQUIVALENCE,
    MEAN_DRAWS,
    MEANS,
    REFUTE,
    REFUTE_MEAN,
)
from reports.judging.verdict import Verdict
from tests.letters import label, observable, of_data, of_draw, w
from theorems.language import Average, Claim, Each, index
from theorems.language.quantity import time

k, t = index("k", "step"), time("t", "time")
x = observable("x", "a number", probe="x", nonnegative=None)
moved = observable("moved", "distance from the start", probe="movement")
out = of_draw("out", "largest output", probe="out")
top = of_data("top", "a bound", probe="top")
COLUMNS = ["seed", "step", "observable", "value", "error"]
CONFIRMED = Verdict.CONFIRMED
REFUTED = Verdict.REFUTED
INCONCLUSIVE = Verdict.INCONCLUSIVE
SPREAD = np.random.default_rng(0).standard_normal(MEAN_DRAWS)
SPREAD = (SPREAD - SPREAD.mean()) / SPREAD.std(ddof=1)
OPS = {"<=": x(k) <= top, "<": x(k) < top, ">=": x(k) >= top, ">": x(k) > top, "==": Eq(x(k), top)}


def claim(op="<=", over=None, **more):
    return Claim("c", OPS[op], at="x", over=over or Each(k), expected=True, **more)


def sample(curves=((0.0,),), steps=None, error=0.0, inside=True, outside=False, **more):
    """curves: (draws, steps)."""
    extra, blur = more.pop("extra", []), more.pop("blur", 0.0)
    rows = [
        (s, float(at), label("x"), float(v), error)
        for s, curve in enumerate(curves)
        for at, v in zip(range(len(curve)) if steps is None else steps, curve, strict=True)
    ]
    rows += [*extra, *([(0, 0.0, "law_error", blur, 0.0)] if blur else [])]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    known = Evidence(more.pop("values", {top: 1.0}), more.pop("exact", {}), frame, **more)
    return Sample(known, known.seeds, inside, outside, "it is open")


def draws(columns, right=1.0, error=0.0, scale=None):
    """Draws whose left side has these columns."""
    left = np.stack(columns, axis=1)
    same = np.broadcast_to(np.asarray(right, float), left.shape)
    return Draws(np.arange(float(left.shape[1])), left, same, np.full(left.shape, error), scale)


# One step -----------------------------------------------------------------------------------------------


def at_one_step(op, gap, blur=0.0, error=0.0, steps=1, **sides):
    """What draws with these gaps say at one of so many steps; right: that side, of a scale."""
    right, scale = sides.get("right", 1.0), sides.get("scale")
    columns = [gap + right] * steps
    found = mean._test(claim(op), draws(columns, right, error, scale), 0, sample(blur=blur))
    return replace(found, refuted=bool(found.refuted), confirmed=bool(found.confirmed))


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize("blur", [0.0, CONFIRM / 4, CONFIRM])
def test_the_printed_interval_is_students_at_the_level_of_a_confirmation(steps, blur):
    gap = 0.3 + SPREAD
    level = (CONFIRM - min(blur, CONFIRM / 2)) / steps
    low, high = stats.ttest_1samp(gap, 0).confidence_interval(1 - level)
    for op in OPS:
        found = at_one_step(op, gap, blur, 0.125, steps)
        assert (found.low, found.high) == pytest.approx((low - 0.125, high + 0.125), rel=1e-9)


def edge(level, sided, error=0.0):
    """The offset of SPREAD at which a test of a mean at most the error is as certain as this."""

    def above(offset):
        p = stats.ttest_1samp(SPREAD + offset - error, 0, alternative="greater").pvalue
        return np.log(p * sided) - np.log(level)

    return optimize.brentq(above, 0.0, 3.0, xtol=1e-14)


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize("error", [0.0, 0.25])
@pytest.mark.parametrize("op", ["<=", "<", ">=", ">"])
def test_an_order_of_means_is_decided_at_its_share_of_the_level(op, error, steps):
    sign = 1 if op in ("<=", "<") else -1
    for level, offset, named in (
        (REFUTE_MEAN, sign, "refuted"),
        (CONFIRM_MEAN, -sign, "confirmed"),
    ):
        at = edge(level / steps, 1, error)
        for share, told in ((1 + 1e-9, True), (1 - 1e-9, False)):
            # the other way round by the same draws, mirrored
            found = at_one_step(op, offset * (SPREAD + share * at), error=error, steps=steps)
            assert getattr(found, named) is told
            assert not (found.refuted and found.confirmed)
            assert found.refuted is (told and named == "refuted")
            assert found.confirmed is (told and named == "confirmed")


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize("error", [0.0, 0.25])
@pytest.mark.parametrize("side", [1, -1])
def test_an_equation_of_means_is_refuted_on_either_side(side, error, steps):
    at = edge(REFUTE_MEAN / steps, 2, error)
    for share, told in ((1 + 1e-9, True), (1 - 1e-9, False)):
        found = at_one_step("==", side * (SPREAD + share * at), error=error, steps=steps)
        assert (found.refuted, found.confirmed) == (told, False)
    assert not at_one_step("==", side * (1e-3 * SPREAD + 0.9 * error), error=error).refuted


@pytest.mark.parametrize(("right", "scale"), [(1.0, None), (-4.0, None), (1.0, 3.0)])
@pytest.mark.parametrize("side", [1, -1])
def test_an_equation_of_means_is_confirmed_within_the_margin(side, right, scale):
    within = EQUIVALENCE * (abs(right) if scale is None else scale)
    reach = np.diff(stats.ttest_1samp(SPREAD, 0).confidence_interval(1 - CONFIRM))[0] / 2
    for share, told in ((1 - 1e-6, True), (1 + 1e-6, False)):
        narrow = 1e-3 * SPREAD + side * (share * within - 1e-3 * reach)
        assert at_one_step("==", narrow, scale=scale, right=right).confirmed is told
        known = at_one_step("==", narrow - side * 0.01, error=0.01, scale=scale, right=right)
        assert known.confirmed is told


@pytest.mark.parametrize(("op", "far"), [("<=", 9.0), (">=", -9.0), ("==", 9.0)])
def test_a_mean_is_refuted_by_enough_draws_of_nearly_the_right_law(op, far):
    assert at_one_step(op, SPREAD + far).refuted
    assert not at_one_step(op, SPREAD[1:] + far).refuted
    assert at_one_step(op, SPREAD + far, blur=(REFUTE - REFUTE_MEAN) * (1 - 1e-9)).refuted
    assert not at_one_step(op, SPREAD + far, blur=(REFUTE - REFUTE_MEAN) * (1 + 1e-9)).refuted
    assert not at_one_step(op, -SPREAD - far).refuted or op == "=="


@pytest.mark.parametrize(
    ("op", "off", "few"), [("<=", -9.0, False), (">=", 9.0, False), ("==", 0.0, True)]
)
def test_a_mean_is_confirmed_by_draws_of_nearly_the_right_law(op, off, few):
    """An equation by any number of them, as its interval says what they know."""
    gap = 1e-3 * SPREAD + off
    assert at_one_step(op, gap).confirmed
    assert at_one_step(op, gap[1:]).confirmed is few
    assert at_one_step(op, gap, blur=CONFIRM / 2).confirmed
    assert not at_one_step(op, gap, blur=CONFIRM / 2 * (1 + 1e-9)).confirmed


@pytest.mark.parametrize("draws_", [1, 2, 600])
def test_draws_that_do_not_vary_are_known_as_each_of_them_is(draws_):
    for op, gap, told in (
        ("<=", 0.0, "confirmed"),
        ("<", 0.0, "refuted"),
        (">=", -1.0, "refuted"),
        ("==", 1.0, "refuted"),
        ("==", 0.0, "confirmed"),
    ):
        found = at_one_step(op, np.full(draws_, gap))
        assert found == mean.Tested(told == "refuted", told == "confirmed", gap, gap)
    rough = at_one_step("<=", np.full(draws_, -1.0), error=2.0)
    assert rough == mean.Tested(False, False, -3.0, 1.0)


@pytest.mark.parametrize(("scale", "size"), [(0.0, 1.0), (4.0, 4.0)])
def test_the_size_beside_which_constants_are_equal(scale, size):
    for off, told in ((0.5e-12, True), (2e-12, False)):
        found = mean._exact("==", off * size, 0.0, scale)
        assert (found.confirmed, found.refuted) == (told, not told)
    assert mean._exact("==", 0.0, 0.4e-3 * size, scale).confirmed
    assert not mean._exact("==", 0.0, 0.6e-3 * size, scale).confirmed


def test_the_largest_error_counts_where_draws_do_not_vary():
    left = np.full((3, 1), -1.0)
    error = np.array([[0.1], [2.0], [0.1]])
    found = mean._test(claim(), Draws(np.zeros(1), left, 0 * left, error, None), 0, sample())
    assert found == mean.Tested(False, False, -3.0, 1.0)


# All steps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", OPS)
def test_the_step_shown_is_the_first_refuted_or_the_nearest_to_it(op):
    ends = {"<=": (-9, [1, 4, 2]), ">=": ([-1, -4, -2], 9), "==": ([-1, -4, -2], [3, 1, 3])}
    low, high = (np.broadcast_to(e, 3) for e in ends[{"<": "<=", ">": ">="}.get(op, op)])
    open_ = [mean.Tested(False, False, a, b) for a, b in zip(low, high, strict=True)]
    seen = draws([np.ones(3)] * 3, right=np.ones(3))
    assert mean._worst(claim(op), seen, open_) == 1
    refuted = [open_[0], open_[1], replace(open_[2], refuted=True)]
    assert mean._worst(claim(op), seen, refuted) == 2
    assert mean._worst(claim(op), seen, [replace(t, refuted=True) for t in open_]) == 0


def test_what_is_nearest_is_read_beside_the_size_of_both_sides():
    open_ = [mean.Tested(False, False, 0.0, b) for b in (3.0, 4.0, 2.0)]
    left, right = np.array([[1.0, -7.0, 0.0]] * 2), np.array([[0.0, 2.0, 0.0]] * 2)
    seen = Draws(np.arange(3.0), left, right, 0 * left, None)
    assert mean._worst(claim(), seen, open_) == 0  # 3, 4/9 and, beside nothing, 2
    large = [replace(t, high=h) for t, h in zip(open_, (1.0, 20.0, 2.2), strict=True)]
    assert mean._worst(claim(), seen, large) == 1  # 1, 20/9 and 2.2


BELOW = 0.5 + 0.01 * SPREAD[:, None] + np.array([0.0, 0.1, 0.0])  # all steps are below 1
ABOVE = BELOW + np.array([0.0, 1.0, 2.0])  # refuted from step 1 on


def whole(found):
    return (found.verdict, found.seeds, found.failures, found.needs_seeds, found.step)


def test_a_mean_holds_where_every_step_does_and_fails_where_one_does():
    assert whole(averages(claim(), sample(BELOW))) == (CONFIRMED, 500, 0, None, 1.0)
    assert whole(averages(claim(), sample(ABOVE))) == (REFUTED, 500, 1, None, 1.0)
    assert whole(averages(claim(), sample(ABOVE[:499]))) == (INCONCLUSIVE, 499, 0, MEANS, 2.0)
    wide = 0.9 + 3 * SPREAD[:, None]
    assert whole(averages(claim(), sample(wide))) == (INCONCLUSIVE, 500, 0, None, 0.0)
    mixed = np.hstack([BELOW, wide])
    assert averages(claim(), sample(mixed)).verdict is INCONCLUSIVE


def test_outside_its_hypotheses_a_mean_is_seen_or_not():
    for curves, verdict in (
        (BELOW, Verdict.OUTSIDE_SEEN),
        (ABOVE, Verdict.OUTSIDE_UNSEEN),
        (0.9 + 3 * SPREAD[:, None], Verdict.VOID),
    ):
        found = averages(claim(), sample(curves, inside=False, outside=True))
        assert (found.verdict, found.failures, found.needs_seeds) == (verdict, 0, None)
    open_ = averages(claim(), sample(BELOW, inside=False))
    assert open_.verdict is Verdict.OPEN
    assert open_.evidence.startswith("it is open; mean of 500 draws")


def test_a_few_draws_are_no_mean():
    few = averages(claim(), sample(BELOW[: FEWEST - 1]))
    assert whole(few) == (INCONCLUSIVE, FEWEST - 1, 0, MEANS, None)
    assert few.evidence == "a mean needs at least 30 draws"
    assert few.claim == claim()
    assert averages(claim(), sample(BELOW[:FEWEST])).evidence.startswith("mean of 30 draws")
    assert averages(claim(), sample(BELOW[:5], deterministic=True)).verdict is CONFIRMED


def test_all_that_is_said_of_a_mean():
    found = averages(claim(), sample(BELOW))
    low, high = stats.ttest_1samp(BELOW[:, 1] - 1, 0).confidence_interval(1 - CONFIRM / 3)
    assert found.evidence == (
        f"mean of 500 draws, off by -0.4 in [{low:.2g}, {high:.2g}]; "
        "at k = 1, compared at 3 steps up to k = 2, each at 1/3 of the level"
    )
    assert (found.predicted, found.observed) == (1.0, pytest.approx(0.6))
    assert found.slack == pytest.approx(1 / 0.6)
    lower = averages(claim(">="), sample(BELOW + 1))
    assert (lower.step, lower.slack) == (0.0, pytest.approx(1.5))
    alone = averages(claim(), sample(BELOW[:, :1], blur=2e-8))
    assert "at k" not in alone.evidence
    assert alone.evidence.endswith("; the law of the draws is exact up to 2e-08 in total variation")
    assert alone.step == 0.0
    start = Claim("c", x(0) <= top, at="x", expected=True)
    assert averages(start, sample(BELOW)).step is None
    for shift in (-2.0, 0.0):
        below_zero = averages(claim(), sample(BELOW + shift, values={top: shift}))
        assert below_zero.slack is None


def test_a_mean_is_compared_where_the_statement_speaks():
    high_at = [
        np.where(np.arange(4) == j, 3.0, 0.0) + 0.5 + 0.01 * SPREAD[:, None] for j in range(4)
    ]
    for at, curves in enumerate(high_at):
        found = averages(claim(over=Each(k, first=1, last=Integer(2))), sample(curves))
        assert found.verdict is (REFUTED if at in (1, 2) else CONFIRMED)
    for at, verdict in ((0, REFUTED), (1, CONFIRMED)):
        first = averages(claim(over=Each(k, last=Integer(0))), sample(high_at[at]))
        assert first.verdict is verdict


@pytest.mark.parametrize(("high", "verdict"), [(2, REFUTED), (3, CONFIRMED)])
def test_a_mean_of_a_flow_ends_at_its_time(high, verdict):
    stated = Claim("c", x(t) <= top, "x", Each(t, last=Rational(3, 2)), expected=True)
    curves = BELOW[:, [0] * 4] + 3 * (np.arange(4) == high)
    assert averages(stated, sample(curves, steps=(0, 0.5, 1.5, 2))).verdict is verdict


def test_what_is_not_known_of_either_side_widens_the_mean():
    for reach, verdict in ((0.25, CONFIRMED), (0.5, INCONCLUSIVE)):
        known = sample([[0.5, 0.5]] * 40, error=0.125, exact={top: (1 - reach, 1 + reach)})
        found = averages(claim(), known)
        assert found.verdict is verdict
        off = f"[{-0.5 - reach - 0.125:.2g}, {-0.5 + reach + 0.125:.2g}]"
        assert found.evidence.startswith(f"mean of 40 draws, off by -0.5 in {off}")


def test_a_mean_ends_with_the_earliest_of_its_draws():
    over = Each(k, last=out)
    lengths = [(s, 0.0, label("out", w.start), 1.5 if s == 3 else 5.0, 0.0) for s in range(500)]
    late = np.hstack([BELOW[:, :2], BELOW[:, :2] + 5])
    found = averages(claim(over=over), sample(late, extra=lengths))
    assert (found.verdict, "compared at 2 steps" in found.evidence) == (CONFIRMED, True)


def test_a_mean_of_runs_that_end_early_or_miss_a_number_is_not_confirmed():
    some = "; some steps or draws have no number"
    short = averages(claim(over=Each(k, last=Integer(3))), sample(BELOW))
    assert (short.verdict, short.evidence.endswith(some)) == (INCONCLUSIVE, True)
    assert averages(claim(over=Each(k, last=Integer(2))), sample(BELOW)).verdict is CONFIRMED
    hole = BELOW.copy()
    hole[7, 1] = np.nan
    found = averages(claim(), sample(hole))
    assert (found.verdict, found.evidence.endswith(some)) == (INCONCLUSIVE, True)
    assert averages(claim(), sample(ABOVE)).verdict is REFUTED
    hole[7] = BELOW[7]
    hole[7, 2] = np.nan  # no draw is compared beyond the last step that all have
    assert averages(claim(), sample(hole)).verdict is CONFIRMED
    gone = ABOVE.copy()
    gone[7, 1] = np.nan
    refuted = averages(claim(), sample(gone))
    assert (refuted.verdict, refuted.step) == (REFUTED, 2.0)


def test_a_mean_that_nobody_has_says_why():
    never = averages(claim(), sample(np.full((40, 2), np.nan)))
    assert whole(never) == (Verdict.VOID, 40, 0, None, None)
    assert never.evidence == "nothing was measured"
    for holes in (1, 3):
        curves = BELOW[:40].copy()
        curves[:holes] = np.nan
        found = averages(claim(), sample(curves))
        assert whole(found) == (INCONCLUSIVE, 40, 0, None, None)
        assert found.evidence == f"a side is undefined in {holes} of 40 draws, so there is no mean"
    unknown = averages(claim(), sample(BELOW, values={}))
    assert (unknown.verdict, unknown.evidence) == (Verdict.VOID, "nothing was measured")


def test_a_step_that_the_formula_settles_is_not_tested():
    falls = Claim("c", x(k) <= x(0) * (1 + moved(k)), at="x", over=Each(k), expected=True)
    moves = [(s, at, label("movement"), at, 0.0) for s in range(500) for at in (0.0, 1.0)]
    found = averages(falls, sample(0.5 + 0.01 * SPREAD[:, None] * [1, 1], extra=moves))
    assert (found.verdict, found.step) == (CONFIRMED, 1.0)
    assert "compared at" not in found.evidence


def test_an_average_over_steps_is_taken_in_each_draw():
    over = Average(k, 2 * out)
    lengths = [(s, 0.0, label("out", w.start), 1.0 + s % 2, 0.0) for s in range(500)]
    curves = np.hstack(
        [BELOW[:, :1] - 1, BELOW[:, :1] + 1, BELOW[:, :1], BELOW[:, :1], 99 + BELOW[:, :1]]
    )
    found = averages(claim(over=over), sample(curves, extra=lengths))
    assert whole(found) == (CONFIRMED, 500, 0, None, 0.0)
    assert found.observed == pytest.approx(0.5)
    for last, words in (
        (Integer(6), "nothing was measured"),
        (3 * out, "a side is undefined in 20 of 40 draws, so there is no mean"),
    ):
        short = averages(claim(over=Average(k, last)), sample(curves[:40], extra=lengths[:40]))
        assert short.evidence == words
    for last in (Integer(5), Rational(9, 2)):
        few = sample(curves[:40])
        assert averages(claim(over=Average(k, last)), few).observed == pytest.approx(
            0.5 + 99 / 5, abs=0.01
        )


def test_an_equation_of_means_is_read_beside_its_scale():
    zero = Claim("c", Eq(x(k), 0), at="x", over=Each(k), expected=True, scale=top)
    reach = np.diff(stats.ttest_1samp(SPREAD, 0).confidence_interval(1 - CONFIRM))[0] / 2
    for share, verdict in ((1.01, CONFIRMED), (0.99, INCONCLUSIVE)):
        known = sample(SPREAD[:, None], values={top: share * reach / EQUIVALENCE})
        assert averages(zero, known).verdict is verdict
