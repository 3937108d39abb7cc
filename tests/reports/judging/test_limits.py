"""Limits in a letter are judged with power: planted wrong ones recede, true ones are approached, and
what a ladder cannot tell is said to be that. The rates are those of 200 synthetic ladders each.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sympy import Eq, oo

from reports.judging import limits
from reports.judging.evidence import Evidence
from reports.judging.limits import LEVEL, between, limit_finding, trend
from reports.judging.readings import Rung
from reports.judging.statistics import CONFIRM
from reports.judging.verdict import Verdict
from tests.letters import label, observable, of_data
from theorems.language import Claim, Last, LimitIn, count, positive
from theorems.writing.notation import number

APPROACHED = Verdict.APPROACHED
RECEDING = Verdict.RECEDING
DECADES = 10.0 ** -np.arange(1, 6)
SHORT = 10.0 ** -np.arange(1, 5)
WIDTHS = 64 * 4.0 ** np.arange(6)
m, alpha = count("m", "neurons"), positive("alpha", "size of the start")
length = observable("length", "length of the predictor", probe="movement")
least = of_data("R", "least length of an interpolator", probe="label_norm")
COLUMNS = ["seed", "step", "observable", "value", "error"]


def rates(gap, sizes=DECADES, noise=0.05, seeds=12, times=200):
    """How often each verdict is given on the right side 1 and the left side 1 + gap."""
    rng, found, right = np.random.default_rng(5), Counter(), np.ones((seeds, len(sizes)))
    for _ in range(times):
        seen = gap(sizes) * np.exp(noise * rng.standard_normal(right.shape))
        found[trend(sizes, between("==", right + seen, right, 0 * right))[0]] += 1
    return {v: found[v] / times for v in Verdict}


def to_zero(power):
    return lambda s: 0.5 * np.minimum(s, 1 / s) ** power


# Planted truths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("power", "sizes", "noise"),
    [
        (1, SHORT, 0.1),
        (1 / 2, SHORT, 0.1),
        (1 / 4, SHORT, 0.05),
        (1 / 4, DECADES, 0.05),
        (1, WIDTHS, 0.1),
        (1 / 2, WIDTHS, 0.1),
        (1 / 4, WIDTHS, 0.05),
    ],
)
def test_a_gap_that_shrinks_as_a_power_is_approached(power, sizes, noise):
    found = rates(to_zero(power), sizes, noise)
    assert found[APPROACHED] >= 0.9
    assert found[RECEDING] <= 0.005


@pytest.mark.parametrize("sizes", [SHORT, DECADES, WIDTHS, 2.0 ** -np.arange(1, 7)])
@pytest.mark.parametrize("power", [1, 1 / 2])
def test_a_logarithm_is_neither(sizes, power):
    """No ladder of these lengths tells 1/log from a gap that stays: inconclusive, and it says so."""
    found = rates(lambda s: 0.5 / np.abs(np.log(s)) ** power, sizes, times=500)
    three = 3 * CONFIRM  # tests that could each say receding
    assert found[RECEDING] <= three + 4 * np.sqrt(three / 500)
    assert found[APPROACHED] == 0


def test_a_logarithm_is_named():
    seen = 0.5 / np.abs(np.log(DECADES)) * np.ones((5, 1))
    verdict, words = trend(DECADES, between("==", 1 + seen, np.ones_like(seen), 0 * seen))
    assert verdict is Verdict.INCONCLUSIVE
    assert "no faster than a power of the logarithm" in words


# Planted errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [SHORT, DECADES, WIDTHS])
@pytest.mark.parametrize("noise", [0.05, 0.1])
def test_a_gap_that_stays_recedes(sizes, noise):
    found = rates(lambda s: 0.95 + 0 * s, sizes, noise)
    assert found[RECEDING] >= 0.95
    assert found[APPROACHED] == 0


@pytest.mark.parametrize("noise", [0.05, 0.1])
def test_twenty_alpha_for_alpha_recedes(noise):
    """Both sides go to 0, and so does their difference: only the relative gap tells."""
    rng, found = np.random.default_rng(1), Counter()
    for _ in range(200):
        left = DECADES * np.exp(noise * rng.standard_normal((12, 5)))
        right = np.broadcast_to(20 * DECADES, left.shape)
        found[trend(DECADES, between("==", left, right, 0 * left))[0]] += 1
    assert found[RECEDING] >= 190


@pytest.mark.parametrize(
    ("level", "power", "sizes", "noise", "rate"),
    [
        (0.3, 1, SHORT, 0.1, 0.95),
        (0.3, 1 / 2, SHORT, 0.1, 0.95),
        (0.05, 1, SHORT, 0.05, 0.95),
        (0.05, 1, DECADES, 0.1, 0.95),
        (0.05, 1 / 2, SHORT, 0.05, 0.85),
        (0.05, 1 / 2, DECADES, 0.05, 0.95),
        (0.05, 1, WIDTHS, 0.05, 0.95),
        (0.05, 1 / 2, WIDTHS, 0.05, 0.95),
        (0.01, 1, SHORT, 0.05, 0.95),
    ],
)
def test_a_gap_that_levels_off_recedes(level, power, sizes, noise, rate):
    found = rates(lambda s: level + to_zero(power)(s), sizes, noise)
    assert found[RECEDING] >= rate
    assert found[APPROACHED] == 0


@pytest.mark.parametrize("sizes", [SHORT, DECADES, WIDTHS])
@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1])
def test_a_gap_that_levels_off_slowly_is_at_least_not_approached(sizes, noise):
    """A quarter power above 5 %: these ladders end long before it shows."""
    assert rates(lambda s: 0.05 + to_zero(1 / 4)(s), sizes, noise)[APPROACHED] == 0


@pytest.mark.parametrize("seeds", [3, 12])
def test_a_single_run_is_judged_by_its_ladder(seeds):
    """Gradient flow from a fixed start: all seeds are one."""
    for gap, verdict in (
        (to_zero(1), APPROACHED),
        (to_zero(1 / 4), APPROACHED),
        (lambda s: 0.95 + 0 * s, RECEDING),
        (lambda s: 0.05 + to_zero(1)(s), RECEDING),
        (lambda s: 0.05 + to_zero(1 / 2)(s), RECEDING),
        (lambda s: 0.5 / np.abs(np.log(s)), Verdict.INCONCLUSIVE),
    ):
        assert rates(gap, noise=0.0, seeds=seeds, times=1)[verdict] == 1


# The gap ----------------------------------------------------------------------------------------------


def test_of_an_inequality_only_the_wrong_side_is_a_gap():
    left, right = np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]])
    assert between("<=", left, right, 0 * left).closed.tolist() == [[True, False]]
    assert between(">=", left, right, 0 * left).closed.tolist() == [[False, True]]
    assert not between("==", left, right, 0 * left).closed.any()


def test_a_gap_within_its_error_is_closed_and_is_approached_where_that_is_small():
    right = np.ones((5, 4))
    small = between("==", right + 1e-9, right, 1e-8 * right)
    assert small.closed.all()
    assert trend(SHORT, small)[0] is APPROACHED
    large = between("==", right + 0.1, right, 0.2 * right)
    assert trend(SHORT, large)[0] is Verdict.INCONCLUSIVE


# Whole claims -----------------------------------------------------------------------------------------


def ladder(values, sizes=DECADES):
    """Rungs at which every seed's length ends at its value times so much, twice that before."""
    rng, rungs = np.random.default_rng(2), []
    for size in sizes:
        drawn = np.exp(0.02 * rng.standard_normal(6))
        rows = [
            (s, k, label("movement"), values(size, x), 0.0)
            for s, x in enumerate(drawn)
            for k in (0, 1)
        ]
        frame = pd.DataFrame(rows, columns=COLUMNS).astype({"step": float})
        rungs.append(Rung(size, Evidence({least: 2.0, alpha: size}, {}, frame)))
    return rungs


def claim(relation, to=0, letter=alpha):
    return Claim("c", relation, at="x", over=LimitIn(letter, to))


@pytest.mark.parametrize("order", [1, -1])
def test_a_claim_is_judged_between_its_sides(order):
    rungs = ladder(lambda a, x: 2 + a * x)[::order]
    good = limit_finding(claim(Eq(Last(length), least)), rungs)
    assert good.verdict is APPROACHED
    assert (good.predicted, good.observed) == pytest.approx((2, 2), abs=1e-4)
    assert "relative gap" in good.evidence
    assert limit_finding(claim(Eq(Last(length), 1.05 * least)), rungs).verdict is RECEDING
    assert limit_finding(claim(Last(length) <= 1.05 * least), rungs).verdict is APPROACHED
    assert limit_finding(claim(Last(length) >= 1.05 * least), rungs).verdict is RECEDING


def test_the_way_up_from_the_limit_is_not_the_way_to_it():
    """Judged towards oo, the same ladder runs away from its limit."""
    rungs = ladder(lambda a, x: 2 + a * x)
    assert limit_finding(claim(Eq(Last(length), least), oo), rungs).verdict is RECEDING


def test_a_limit_of_zero_has_an_absolute_gap():
    rungs = ladder(lambda a, x: a * x)
    found = limit_finding(claim(Eq(Last(length), 0)), rungs)
    assert found.verdict is APPROACHED
    assert "relative" not in found.evidence
    assert limit_finding(claim(Eq(Last(length), 20 * alpha)), rungs).verdict is RECEDING


@pytest.mark.parametrize(
    ("rungs", "words"),
    [
        ([], "no ladder along alpha"),
        (ladder(lambda a, x: a * x, SHORT[:3]), "6 seeds at 3 sizes"),
        (ladder(lambda a, x: np.nan), "unmeasured in 6 of 6 seeds"),
    ],
)
def test_too_little_is_void_and_says_why(rungs, words):
    found = limit_finding(claim(Eq(Last(length), 0)), rungs, "no ladder along alpha")
    assert found.verdict is Verdict.VOID
    assert words in found.evidence


def test_seeds_that_were_not_measured_are_said():
    rungs = ladder(lambda a, x: a * x)
    frame = rungs[2].evidence.frame
    frame.loc[frame["seed"].eq(3), "value"] = np.nan
    found = limit_finding(claim(Eq(Last(length), 0)), rungs)
    assert found.seeds == 5
    assert "unmeasured in 1 of 6 seeds" in found.evidence


# One gap ------------------------------------------------------------------------------------------------


def test_the_gap_of_a_relation_is_what_keeps_it_from_holding():
    left, right = np.array([[1.0, 3.0, 2.0]]), np.array([[2.0, 2.0, 4.0]])
    error = np.array([[0.25, 0.25, 2.0]])
    for sign, gap in (("<=", [0, 1, 0]), (">=", [1, 0, 2]), ("==", [1, 1, 2])):
        found = between(sign, left, right, error)
        assert found.values[0] == pytest.approx(np.maximum(gap, error[0]) / right[0])
        assert found.closed[0].tolist() == (np.array(gap) <= error[0]).tolist()
        assert found.relative is True
    exact = between("==", left, right, 0 * error)
    assert exact.values[0] == pytest.approx([0.5, 0.5, 0.5])


def test_a_gap_is_relative_where_the_right_side_is_known_not_to_vanish():
    left = np.array([[3.0, -5.0]])
    negative = between("==", left, np.array([[-2.0, -4.0]]), np.zeros((1, 2)))
    assert (negative.relative, negative.values[0].tolist()) == (True, [2.5, 0.25])
    for right, error in (([0.0, 4.0], 0.0), ([2.0, 4.0], 2.0)):
        found = between("==", left, np.array([right]), np.full((1, 2), error))
        gap = np.maximum(np.abs(left[0] - right), error)
        assert (found.relative, found.values[0].tolist()) == (False, gap.tolist())


def test_a_gap_is_known_to_the_rounding_of_its_sides():
    eps, tiny = np.finfo(float).eps, np.finfo(float).tiny
    for sign, one, other in (("<=", -8.0, 2.0), (">=", 2.0, -8.0)):
        large = between(sign, np.array([[one]]), np.array([[other]]), np.zeros((1, 1)))
        assert large.values[0, 0] == 8 * eps / abs(other)
    zero = between("==", np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)))
    assert (zero.values[0, 0], zero.closed[0, 0], zero.relative) == (tiny, True, False)


# What one run says of it --------------------------------------------------------------------------------


def of_run(sizes, curve, closed=False, relative=True):
    """The gap of a single run."""
    values = np.asarray(curve, float)[None]
    return limits.Gap(values, np.broadcast_to(np.asarray(closed), values.shape), relative)


def axes(sizes):
    x = np.abs(np.log(sizes / sizes[0]))
    return x, np.log(x + limits._first_logarithm(sizes))


@pytest.mark.parametrize(
    ("sizes", "first"),
    [
        (DECADES, np.log(10)),
        (WIDTHS, np.log(64)),
        (np.array([2.0, 0.5, 0.25]), np.log(4)),
        (np.array([0.5, 4.0]), np.log(8)),
        (np.array([1.0, 3.0]), np.log(3)),
    ],
)
def test_the_first_logarithm_counts_towards_the_limit(sizes, first):
    assert limits._first_logarithm(sizes) == pytest.approx(first)


def test_a_power_has_its_steepness_and_a_rest_is_taken_off_by_its_share():
    x = axes(DECADES)[0]
    two = np.stack([np.exp(-x / 2), 3 * np.exp(-x / 2)])
    assert limits._steepness(x, two) == pytest.approx(-0.5)
    assert limits._curve(two) == pytest.approx(np.log(2) - x / 2)
    rest = 2 * np.exp(-x / 2) - 0.25 * 2 * np.exp(-x[-1] / 2)
    assert limits._curve(two, 0.25) == pytest.approx(np.log(rest))
    assert np.isfinite(limits._curve(two, 1.5)).all()  # what is below its rest is next to nothing


def test_pseudo_values_of_a_mean_are_the_sample():
    sample = np.random.default_rng(0).standard_normal((7, 3))
    found = limits._each(sample, lambda g: float(g[:, 1].mean()))
    assert found == pytest.approx(sample[:, 1])
    assert limits._each(sample[:1], lambda g: float(g.sum())) == pytest.approx([sample[0].sum()])


def test_seeds_exceed_a_bound_at_the_level_of_a_confirmation_and_a_run_by_a_share():
    sample = np.random.default_rng(1).standard_normal(12)
    sample = (sample - sample.mean()) / sample.std(ddof=1)
    off = stats.t.isf(CONFIRM, 11) / np.sqrt(12)
    for share, exceeds in ((1.001, True), (0.999, False)):
        assert limits._exceeds(sample + 2 + share * off, 2.0, 0.0) is exceeds
        assert limits._exceeds(sample + 2 - share * off, 2.0, 0.0) is False
        assert limits._exceeds(np.full(4, 2 + share * 0.25), 2.0, 0.25) is exceeds
        assert limits._exceeds(np.full(4, 2 - share * 0.25), 2.0, 0.25) is False
    assert limits._exceeds(np.full(4, 2.0), 2.0, 0.0) is False


SMALL = 1.1 ** np.arange(1, 6)  # over which a logarithm grows as fast as the letter


def test_a_run_hardly_shrinks_that_is_slower_than_either_slow_power():
    slow = 1 - limits.ROUGH
    for share, hardly in ((0.999, True), (1.001, False)):
        x, ahead = axes(DECADES)
        as_log = np.exp(-share * slow * limits.SLOW_LOG * ahead)[None]
        assert limits._hardly(x, ahead, as_log) is hardly
        x, ahead = axes(SMALL)
        as_power = np.exp(-share * slow * limits.SLOW * x)[None]
        assert limits._hardly(x, ahead, as_power) is hardly


def test_a_run_falls_that_is_faster_than_the_slow_power():
    x = axes(DECADES)[0]
    for share, falls in ((1.001, True), (0.999, False)):
        power = share * (1 + limits.ROUGH) * limits.SLOW
        assert limits._falls(x, np.exp(-power * x)[None]) is falls


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("share", [0.0, 0.25])
def test_a_run_bends_by_more_than_a_share_of_its_slope(sign, share):
    x, found = axes(DECADES)[0], []
    for curvature in np.linspace(-0.01, 0.01, 41):
        gap = np.exp(-x / 2 + curvature * x**2)
        curve = np.log(gap - share * gap[-1])
        first, last = (
            np.polyfit(x[part], curve[part], 1)[0] for part in (slice(3), slice(-3, None))
        )
        wanted = sign * (last - first) > limits.ROUGH * abs(np.polyfit(x, np.log(gap), 1)[0])
        assert limits._bends(x, gap[None], sign, share) == wanted
        found.append(wanted)
    assert 0 < sum(found) < 41


# In words -----------------------------------------------------------------------------------------------


def said(sizes, curve, **more):
    return trend(sizes, of_run(sizes, curve, **more))


def test_a_gap_that_is_closed_is_approached_where_it_is_known_well_enough():
    lost = (Verdict.INCONCLUSIVE, "it is lost in the error of its own measurement")
    nothing = (APPROACHED, "nothing is left of it, within rounding, at the last two sizes")
    twice = [False, False, True, True]
    for relative, first, level in ((True, 0.5, LEVEL), (False, 0.5, LEVEL / 2)):
        for share, told in ((1 + 1e-9, lost), (1 - 1e-9, nothing)):
            curve = [first, 0.1, 0.001, share * level]
            assert said(SHORT, curve, closed=twice, relative=relative) == told
    for once in ([True, True, False, True], [True, True, True, False]):
        assert said(SHORT, [0.5, 0.05, 0.005, 0.0005], closed=once)[1].startswith("it shrinks")


def test_most_seeds_must_be_closed():
    values, words = np.full((3, 4), 1e-9), "nothing is left of it"
    for open_, closed in ((1, True), (2, False)):
        gap = limits.Gap(values, np.arange(3)[:, None] >= open_ + np.zeros(4), True)
        assert trend(SHORT, gap)[1].startswith(words) is closed


@pytest.mark.parametrize(
    ("curve", "verdict", "words"),
    [
        (lambda x: 0.3 + 0 * x, RECEDING, "it hardly shrinks"),
        (lambda x: np.where(x < 4, np.exp(-x), np.exp(-6.0)), RECEDING, "it hardly shrinks"),
        (lambda x: 0.003 + np.exp(-x), RECEDING, "it levels off near {last}"),
        (lambda x: 0.5 * np.exp(-x), APPROACHED, "it shrinks as if to 0, and not to {floor}"),
        (lambda x: 0.5 * np.exp(-x / 4), APPROACHED, "it shrinks as if to 0, and not to {floor}"),
        (
            lambda x: 1 / (x + np.log(10)),
            Verdict.INCONCLUSIVE,
            "it shrinks, no faster than a power of the logarithm, and may level off at {floor} or more",
        ),
    ],
)
def test_where_a_run_goes_is_said_in_words(curve, verdict, words):
    gap = curve(axes(DECADES)[0])
    floor = min(LEVEL / gap[-1], 0.5) * gap[-1]
    words = words.format(floor=number(float(floor)), last=number(float(gap[-1])))
    assert said(DECADES, gap) == (verdict, words)


def test_a_gap_that_still_shrinks_below_the_level_is_approached():
    """Above half of its last value it is a power, so that it bends neither way."""
    x = axes(DECADES)[0]
    gap = np.exp(-0.4 * x) + np.exp(-0.4 * x[-1])
    gap *= LEVEL / gap[-1]
    assert said(DECADES, 0.999 * gap) == (
        APPROACHED,
        f"it still shrinks where it is below {number(LEVEL)}",
    )
    assert said(DECADES, 1.001 * gap) == (
        Verdict.INCONCLUSIVE,
        "it shrinks, no faster than a power of the logarithm, "
        f"and may level off at {number(LEVEL * 1.001 / 2)} or more",
    )


def test_all_that_is_said_of_a_limit_on_a_ladder():
    rungs = [
        Rung(r.size, replace(r.evidence, deterministic=True))
        for r in ladder(lambda a, x: 2 + 6 * a, SHORT)
    ]
    found = limit_finding(claim(Eq(Last(length), least)), rungs[::-1])
    gaps, sizes = (", ".join(map(number, c * SHORT)) for c in (3, 1))
    assert found.evidence == (
        f"relative gap {gaps} at α = {sizes} (means): "
        f"it shrinks as if to 0, and not to {number(1.5e-4)}; no finite ladder decides a limit"
    )
    assert (found.verdict, found.seeds, found.failures) == (APPROACHED, 6, 0)
    assert (found.predicted, found.observed) == (2.0, 2.0006)
    below = limit_finding(claim(Last(length) <= 3 * least), rungs)
    assert below.evidence.startswith("relative gap 0, 0, 0, 0 at α = 0.1")
    exact = limit_finding(claim(Eq(Last(length), 0)), rungs)
    assert exact.evidence.startswith("gap 2.6, 2.06, 2.01, 2 at α = 0.1")


def holed(seeds):
    rungs = ladder(lambda a, x: 2 + a * x)
    for r in rungs[2:3]:
        r.evidence.frame.loc[r.evidence.frame["seed"].lt(seeds), "value"] = np.nan
    return rungs


def test_a_limit_needs_most_of_its_seeds_and_at_least_three():
    stated = claim(Eq(Last(length), least))
    for lost in (1, 3):
        found = limit_finding(stated, holed(lost))
        assert (found.verdict, found.seeds) == (APPROACHED, 6 - lost)
        assert found.evidence.startswith(f"unmeasured in {lost} of 6 seeds; relative gap")
    assert limit_finding(stated, holed(4)).evidence == (
        "unmeasured in 4 of 6 seeds; measured: 2 seeds at 5 sizes; a limit needs 3 seeds at 4 sizes"
    )
    few = [
        Rung(r.size, replace(r.evidence, frame=r.evidence.frame[r.evidence.frame["seed"].lt(2)]))
        for r in ladder(lambda a, x: 2 + a * x)
    ]
    assert limit_finding(stated, few).evidence == (
        "measured: 2 seeds at 5 sizes; a limit needs 3 seeds at 4 sizes"
    )
    one = [Rung(r.size, replace(r.evidence, deterministic=True)) for r in few]
    assert limit_finding(stated, one).verdict is not Verdict.VOID
    assert limit_finding(stated, [*one[:1], *few[1:]]).verdict is Verdict.VOID
