"""Decisions are exact and calibrated: they agree with scipy, and planted truths are judged at the
declared rates.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.judging.statistics import (
    CERTAIN,
    CONFIRM,
    FALSE,
    MEANS,
    REFUTE,
    TWO_LOOKS,
    Binomial,
    clopper_pearson,
    least_refuting,
    looks,
    seeds_at_rate,
    seeds_by_design,
    seeds_for,
    seeds_to_confirm,
    seeds_to_refute,
)
from tests.letters import observable
from theorems.language import Claim, count, failure


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


@pytest.mark.parametrize("x", [21, 22, 23])
def test_a_refutation_is_charged_for_every_comparison(x):
    p = stats.binom.sf(x - 1, 30, 0.25)
    most = int(REFUTE / p)
    assert most > 1
    assert Binomial(x, 30, 0.25, comparisons=most).refutes
    assert not Binomial(x, 30, 0.25, comparisons=most + 1).refutes
    assert Binomial(x, 30, 0.25, blur=REFUTE - p - 1e-12).refutes
    assert not Binomial(x, 30, 0.25, blur=REFUTE - p + 1e-12).refutes


def test_no_failure_refutes_nothing():
    assert not Binomial(0, 20, 0.0).refutes
    assert Binomial(1, 20, 0.0).refutes


@given(st.integers(1, 60), st.data(), st.sampled_from([0.5, 0.9, 0.99]))
def test_the_printed_interval_reaches_from_those_that_fail_to_those_that_may(n, data, confidence):
    x = data.draw(st.integers(0, n))
    lost = data.draw(st.integers(0, n - x))
    low, high = stats.binomtest(x, n).proportion_ci(confidence, method="exact")
    assert clopper_pearson(x, n, confidence) == pytest.approx((low, high), abs=1e-9)
    reach = Binomial(x, n, 0.5, lost).interval
    assert reach[0] == clopper_pearson(x, n)[0]
    assert reach[1] == clopper_pearson(x + lost, n)[1]


def test_the_seeds_that_a_run_still_needs_are_those_of_its_decision():
    assert Binomial(15, 20, 0.5).needs == seeds_to_refute(0.5, 0.75, 0.5)
    assert Binomial(11, 20, 0.5, lost=4).needs == seeds_to_refute(0.5, 0.55, 0.5)
    assert Binomial(2, 20, 0.5, lost=3).needs == seeds_at_rate(0.5, 0.25)
    for failures, lost in ((10, 0), (2, 8), (10, 5)):
        assert Binomial(failures, 20, 0.5, lost).needs is None


@given(st.floats(0.05, 0.9), st.integers(0, 4), st.sampled_from([CONFIRM, 0.05]))
def test_the_seeds_that_confirm_are_the_fewest(delta, failures, level):
    n = seeds_to_confirm(delta, failures, level)
    assert stats.binom.cdf(failures, n, delta) <= level
    assert n == max(failures, 1) or stats.binom.cdf(failures, n - 1, delta) > level


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.45])
def test_one_seed_fewer_at_that_rate_confirms_nothing(rate):
    n = seeds_at_rate(0.5, rate)
    assert stats.binom.cdf(np.ceil(rate * n), n, 0.5) <= CONFIRM
    assert stats.binom.cdf(np.ceil(rate * (n - 1)), n - 1, 0.5) > CONFIRM


def test_a_number_of_seeds_that_nobody_can_run_is_none():
    assert 10**8 < seeds_at_rate(0.5, 0.5 - 1e-4) < 10**9
    assert seeds_at_rate(0.5, 0.5 - 1e-6) is None


def test_the_looks_at_a_run_are_those_of_its_most_demanding_claim():
    d, m = failure("delta", "failure"), count("m", "neurons")
    x = observable("x", "a number", probe="x")
    mean = Claim("m", x(0) <= 1, at="x", expected=True)
    sure, likely, rarely, unsaid = (
        Claim("c", x(0) <= 1, at="x", probability=p) for p in (1, 1 - d, 1 - d / 5, 1 - 1 / m)
    )
    assert seeds_for(likely, 0.5) == (seeds_to_confirm(0.5), seeds_by_design(0.5))
    assert seeds_for(rarely, 0.5) == seeds_for(likely, 0.1) == seeds_for(unsaid, 0.1)
    assert seeds_for(sure, 0.5) == seeds_for(likely, 0.0) == (CERTAIN,)
    assert seeds_for(likely, 1.0) == (1,)
    assert seeds_for(mean, 0.5) == (MEANS,)
    assert looks((sure,), 0.5) == looks((), 0.5) == (CERTAIN,)
    assert looks((sure, likely, rarely), 0.5) == seeds_for(rarely, 0.5)
    assert looks((rarely, likely), 0.5) == seeds_for(rarely, 0.5)
    assert looks((likely, mean), 0.5) == looks((mean, likely), 0.5) == (MEANS,)
    assert looks((likely, mean), 0.01) == (seeds_to_confirm(0.01), seeds_by_design(0.01))
    assert looks((likely, mean), 0.013) == (MEANS, seeds_by_design(0.013))


@pytest.mark.parametrize("power", [0.5, 0.9])
@pytest.mark.parametrize("true", [None, 0.2, 0.3])
def test_the_design_is_the_least_number_that_can_do_both(true, power):
    truth = 0.05 if true is None else true

    def enough(allowed):
        return stats.binom.cdf(allowed, seeds_to_confirm(0.5, allowed), truth) >= power

    allowed = next(a for a in range(200) if enough(a))
    wanted = max(seeds_to_confirm(0.5, allowed), seeds_to_refute(0.5, FALSE, power))
    assert seeds_by_design(0.5, true, power) == wanted


@pytest.mark.parametrize("delta", [0.01, 0.25, 0.5, 0.9])
def test_the_failures_that_refute_are_the_fewest(delta):
    n = np.arange(1, 80)
    for runs, fewest in zip(n, least_refuting(n, delta), strict=True):
        tail = stats.binom.sf(np.arange(runs + 1), runs, delta)  # of 1, 2, ... failures
        assert fewest == 1 + np.flatnonzero(tail <= REFUTE)[0]


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


def test_what_is_held_against_a_decision_asks_for_more_seeds():
    """The blur of the law, and the other tests made at once."""
    few = Binomial(15, 20, 0.5).needs
    assert Binomial(15, 20, 0.5, comparisons=1000).needs > few
    assert few < Binomial(15, 20, 0.5, blur=REFUTE * (1 - 1e-3)).needs
    assert Binomial(15, 20, 0.5, blur=REFUTE).needs is None
    confirms = Binomial(2, 20, 0.5).needs
    assert confirms < Binomial(2, 20, 0.5, blur=CONFIRM * (1 - 1e-3)).needs
    assert Binomial(2, 20, 0.5, blur=CONFIRM).needs is None
    n = Binomial(15, 20, 0.5, comparisons=1000).needs
    assert Binomial(int(0.75 * n) + 1, n, 0.5, comparisons=1000).refutes


@pytest.mark.parametrize(("true", "power", "n"), [(1.0, 0.9, 1), (0.5, 0.9, 4), (0.01, 0.5, 69)])
def test_where_nothing_may_fail_one_failure_refutes(true, power, n):
    assert seeds_to_refute(0.0, true, power) == n
