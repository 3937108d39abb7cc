"""Decisions are exact and calibrated: they agree with scipy, and planted truths are judged at the
declared rates.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.judging.statistics import (
    CONFIRM,
    FALSE,
    REFUTE,
    TWO_LOOKS,
    Binomial,
    clopper_pearson,
    fit_exponent,
    least_refuting,
    mean_interval,
    mean_is_zero,
    seeds_by_design,
    seeds_to_confirm,
    seeds_to_refute,
)
from reports.judging.verdict import LawVerdict


@given(st.integers(1, 400), st.data(), st.floats(0.001, 0.9))
def test_decisions_agree_with_scipy(n, data, delta):
    x = data.draw(st.integers(0, n))
    test = Binomial(x, n, delta)
    assert test.refutes == (x > 0 and stats.binom.sf(x - 1, n, delta) <= REFUTE)
    assert test.confirms == (stats.binom.cdf(x, n, delta) <= CONFIRM)
    assert not (test.refutes and test.confirms)
    low, high = stats.binomtest(x, n).proportion_ci(method="exact")
    assert clopper_pearson(x, n) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("delta", "zero", "two"), [(0.5, 10, 18), (0.1, 66, 108), (0.05, 135, 220), (0.01, 688, 1119)]
)
def test_seeds_that_confirm(delta, zero, two):
    """The tables for level 1e-3: with 0 failures, and with 2 (1 for 0.5 is 14)."""
    assert seeds_to_confirm(delta) == zero
    assert (
        stats.binom.cdf(2, seeds_to_confirm(delta, 2), delta)
        <= CONFIRM
        < stats.binom.cdf(2, seeds_to_confirm(delta, 2) - 1, delta)
    )
    assert seeds_by_design(delta) >= seeds_to_confirm(delta)
    if delta > 0.01:
        assert seeds_by_design(delta) == max(two, seeds_to_refute(delta, FALSE))


@pytest.mark.parametrize("delta", [0.5, 0.25, 0.1, 0.05, 0.01])
@pytest.mark.parametrize("more", [0.03, 0.1, 0.3, 0.45])
@pytest.mark.parametrize("power", [0.5, 0.9])
def test_the_seeds_that_refute_are_the_fewest(delta, more, power):
    """Against every smaller number."""
    found, true = seeds_to_refute(delta, delta + more, power), delta + more

    def refutes(n):
        x = least_refuting(np.array([n]), delta)[0]
        return x <= n and stats.binom.sf(x - 1, n, true) >= power

    assert refutes(found)
    assert not any(refutes(n) for n in range(1, found))


@pytest.mark.parametrize("delta", [0.5, 0.1, 0.05])
def test_the_design_can_refute_and_confirm(delta):
    n = seeds_by_design(delta)
    assert Binomial(n, n, delta).refutes
    rng = np.random.default_rng(0)
    failures = rng.binomial(n, delta / 10, 2000)
    assert np.mean([Binomial(int(x), n, delta).confirms for x in failures]) > 0.85
    assert (
        np.mean([Binomial(int(x), n, delta).refutes for x in rng.binomial(n, FALSE, 2000)]) > 0.85
    )


@pytest.mark.parametrize("delta", [0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
def test_two_looks_confirm_a_false_claim_no_more_often_than_stated(delta):
    """Exactly: the first look decides when nothing failed, the second when something did."""
    first, second = seeds_to_confirm(delta), seeds_by_design(delta)
    confirmed = stats.binom.pmf(0, first, delta)
    for x in range(1, first + 1):
        more = [y for y in range(second - first + 1) if Binomial(x + y, second, delta).confirms]
        confirmed += (
            stats.binom.pmf(x, first, delta) * stats.binom.pmf(more, second - first, delta).sum()
        )
    assert CONFIRM / 2 < confirmed <= TWO_LOOKS


def test_what_is_not_known_is_held_against_either_decision():
    assert Binomial(0, 10, 0.5).confirms
    assert not Binomial(0, 10, 0.5, lost=1).confirms
    assert not Binomial(0, 10, 0.5, blur=1e-4).confirms
    assert Binomial(20, 20, 0.5).refutes
    assert Binomial(20, 30, 0.5, lost=10).refutes == Binomial(20, 30, 0.5).refutes
    assert not Binomial(20, 20, 0.5, blur=1e-7).refutes


def test_false_refutations_and_confirmations_stay_below_the_declared_rates():
    """20,000 planted truths at the very edge of each claim."""
    rng = np.random.default_rng(1)
    for delta, n in ((0.5, 20), (0.1, 108)):
        x = rng.binomial(n, delta, 10_000)
        counts = np.unique(x)
        refuted = sum((x == c).sum() for c in counts if Binomial(int(c), n, delta).refutes)
        confirmed = sum((x == c).sum() for c in counts if Binomial(int(c), n, delta).confirms)
        assert refuted <= 1
        assert confirmed <= 10_000 * CONFIRM + 4 * np.sqrt(10_000 * CONFIRM)


@given(st.floats(-2, 2), st.integers(0, 1000))
def test_a_planted_exponent_is_found(a, seed):
    rng = np.random.default_rng(seed)
    sizes = 2.0 ** np.arange(8, 14)
    values = sizes**a * np.exp(0.05 * rng.standard_normal((20, 6)))
    found = fit_exponent(sizes, values, a, "exactly")
    assert found.low - 0.1 < a < found.high + 0.1
    assert found.verdict is LawVerdict.CONSISTENT
    assert fit_exponent(sizes, values, a - 1, "at most").verdict in (
        LawVerdict.INCONSISTENT,
        LawVerdict.DRIFTING,
    )
    assert fit_exponent(sizes, values, a + 1, "at most").verdict is LawVerdict.STEEPER
    assert fit_exponent(sizes, values, a + 1, "exactly").verdict in (
        LawVerdict.INCONSISTENT,
        LawVerdict.DRIFTING,
    )


def test_a_slope_that_still_moves_gives_no_verdict_against_a_law():
    sizes = 2.0 ** np.arange(4, 10)
    values = (
        (sizes**-0.5 + 0.3)[None, :]
        * np.ones((10, 1))
        * np.exp(0.001 * np.random.default_rng(0).standard_normal((10, 6)))
    )
    assert fit_exponent(sizes, values, -0.5, "at most").verdict is LawVerdict.DRIFTING


def test_nothing_measured_is_void():
    assert (
        fit_exponent(np.array([1.0, 2.0]), np.ones((5, 2)), -0.5, "at most").verdict
        is LawVerdict.VOID
    )
    assert (
        fit_exponent(np.array([1.0, 2.0, 4.0]), np.full((5, 3), np.nan), -0.5, "at most").verdict
        is LawVerdict.VOID
    )


def test_students_interval_and_test_agree_with_scipy():
    sample = np.random.default_rng(2).standard_normal(50) + 0.3
    mean, low, high = mean_interval(sample)
    assert (low, high) == pytest.approx(
        stats.ttest_1samp(sample, 0).confidence_interval(), rel=1e-9
    )
    assert mean_is_zero(sample) == pytest.approx(stats.ttest_1samp(sample, 0).pvalue, rel=1e-9)
    assert low < mean < high
