"""Limits in a letter are judged with power: planted wrong ones recede, true ones are approached, and
what a ladder cannot tell is said to be that. The rates are those of 200 synthetic ladders each.
"""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sympy import Eq, oo

from reports.judging.evidence import Evidence
from reports.judging.limits import between, limit_finding, trend
from reports.judging.readings import Rung
from reports.judging.statistics import CONFIRM
from reports.judging.verdict import Verdict
from tests.letters import label, observable, of_data
from theorems.language import Claim, Last, LimitIn, count, positive

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
