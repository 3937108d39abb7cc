"""Exponents are fitted and judged as least squares and Student say, and true ones are not accused."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.judging import statistics
from reports.judging.statistics import (
    CONFIRM,
    HALVES_AHEAD,
    INTERVAL,
    MARGIN,
    ROUGH,
    SAME,
    WIDE,
    bends,
    fit_exponent,
    mean_interval,
    mean_is_above,
    mean_is_zero,
    one_run,
    slopes,
)
from reports.judging.verdict import LawVerdict


@dataclass(frozen=True)
class Ladders:
    """So many ladders of sizes, with a scatter of the sizes that all seeds share."""

    sizes: int = 5
    seeds: int = 12
    scatter: float = 0.0
    times: int = 500


USUAL = Ladders()


def rates(true, declared, kind, noise, ladders=USUAL):
    """How often each verdict is given on power laws with so much noise a run."""
    rng, found, sizes = np.random.default_rng(7), Counter(), ladders.sizes
    x = 1024 * 2.0 ** np.arange(sizes)
    for _ in range(ladders.times):
        drawn = noise * rng.standard_normal((ladders.seeds, sizes))
        drawn = drawn + ladders.scatter * rng.standard_normal(sizes)
        found[fit_exponent(x, x**true * np.exp(drawn), declared, kind).verdict] += 1
    return {v: found[v] / ladders.times for v in LawVerdict}


@given(st.floats(-2, 2), st.integers(0, 1000))
def test_a_planted_exponent_is_found(a, seed):
    rng = np.random.default_rng(seed)
    sizes = 2.0 ** np.arange(8, 14)
    values = sizes**a * np.exp(0.05 * rng.standard_normal((20, 6)))
    found = fit_exponent(sizes, values, a, "exactly")
    assert found.low - 0.1 < a < found.high + 0.1
    assert found.verdict is LawVerdict.CONSISTENT
    assert fit_exponent(sizes, values, a - 1, "at most").verdict is LawVerdict.INCONSISTENT
    assert fit_exponent(sizes, values, a + 1, "at most").verdict is LawVerdict.LOOSE
    assert fit_exponent(sizes, values, a - 1, "at least").verdict is LawVerdict.LOOSE
    assert fit_exponent(sizes, values, a + 1, "at least").verdict is LawVerdict.INCONSISTENT
    assert fit_exponent(sizes, values, a + 1, "exactly").verdict is LawVerdict.INCONSISTENT


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.integers(0, 50))
def test_units_and_the_order_of_the_seeds_do_not_matter(unit, other, seed):
    rng = np.random.default_rng(seed)
    sizes = 2.0 ** np.arange(8, 13)
    values = sizes**-0.4 * np.exp(0.2 * rng.standard_normal((6, 5)))
    one = fit_exponent(sizes, values, -0.5, "at most")
    two = fit_exponent(unit * sizes, other * rng.permutation(values), -0.5, "at most")
    assert (two.fitted, two.low, two.high) == pytest.approx((one.fitted, one.low, one.high))
    assert two.verdict is one.verdict


@pytest.mark.parametrize(("sizes", "seeds"), [(5, 12), (4, 12), (5, 6), (4, 3)])
@pytest.mark.parametrize("kind", ["at most", "at least", "exactly"])
def test_a_true_exponent_is_never_contradicted(sizes, seeds, kind):
    """500 ladders with the noise of the movement, the flips and the Gram matrix of du2019 (0.07 to
    0.12 a run).
    """
    for noise in (0.07, 0.12):
        found = rates(-0.5, -0.5, kind, noise, Ladders(sizes, seeds))
        assert found[LawVerdict.INCONSISTENT] == found[LawVerdict.DRIFTING] == 0


@pytest.mark.parametrize("kind", ["at most", "at least", "exactly"])
def test_nor_hardly_ever_where_one_draw_says_little(kind):
    """At the noise of the distance of H(0) from its limit, a norm over few entries (0.45 a run): at
    level CONFIRM on either side, or both halves of it.
    """
    found = rates(-0.5, -0.5, kind, 0.45, Ladders(times=2000))
    assert found[LawVerdict.INCONSISTENT] + found[LawVerdict.DRIFTING] <= 4 * CONFIRM


@pytest.mark.parametrize(
    ("true", "declared", "kind", "power"),
    [
        (-0.3, -0.5, "at most", 0.9),
        (-0.7, -0.5, "at least", 0.9),
        (-0.9, -0.5, "exactly", 0.95),
        (-0.1, -0.5, "exactly", 0.95),
        (0.0, -0.5, "at most", 0.95),
    ],
)
def test_a_wrong_exponent_is_noticed(true, declared, kind, power):
    for noise in (0.07, 0.12):
        assert rates(true, declared, kind, noise)[LawVerdict.INCONSISTENT] >= power


@pytest.mark.parametrize("scatter", [0.05, 0.2])
def test_sizes_that_scatter_more_than_the_seeds_accuse_hardly_ever(scatter):
    """As along n, where every size has data of its own that all seeds share."""
    found = rates(-0.5, -0.5, "at most", 0.02, Ladders(4, 6, scatter))
    assert found[LawVerdict.INCONSISTENT] <= 0.01
    wide = rates(0.5, -0.5, "at most", 0.02, Ladders(4, 6, 0.05))
    assert wide[LawVerdict.INCONSISTENT] + wide[LawVerdict.DRIFTING] >= 0.9


@pytest.mark.parametrize("bend", [0.0, 0.05])
@pytest.mark.parametrize("seeds", [3, 12])
def test_a_single_run_repeated_has_no_interval_over_seeds(bend, seeds):
    """However often: that of the ladder, or none, and never one of no width."""
    x = np.arange(6.0)
    found = [
        fit_exponent(2**x, np.tile(2 ** (-0.5 * x + bend * x**2), (s, 1)), -0.5, "exactly")
        for s in (seeds, 50)
    ]
    assert "no seed differs" in found[0].why
    assert found[0].high - found[0].low > 0.1 if bend else np.isnan(found[0].low)
    assert (found[0].low, found[0].high) == pytest.approx(
        (found[1].low, found[1].high), nan_ok=True
    )


def test_neither_have_runs_that_differ_by_a_factor_alone():
    sizes = 2.0 ** np.arange(5)
    values = np.outer(1 + np.arange(8.0), sizes**-0.5)
    found = fit_exponent(sizes, values, -0.5, "exactly")
    assert np.isnan(found.low)
    assert found.verdict is LawVerdict.CONSISTENT
    assert fit_exponent(sizes, values, -1, "exactly").verdict is LawVerdict.INCONSISTENT


def bent(curve, noise=0.001):
    sizes = 2.0 ** np.arange(4, 10)
    drawn = noise * np.random.default_rng(0).standard_normal((10, 6))
    return sizes, curve(sizes) * np.exp(drawn)


def against(ladder, declared, kind):
    sizes, values = ladder
    return fit_exponent(sizes, values, declared, kind)


@pytest.mark.parametrize("kind", ["at most", "exactly"])
def test_a_slope_on_its_way_to_the_declared_one_gives_no_verdict_against_it(kind):
    """m^-1/2 behind a start that hides it: the slope falls from -0.1 to -0.35."""
    found = against(bent(lambda m: m**-0.5 / (1 + 60 / m)), -0.5, kind)
    assert found.verdict is LawVerdict.DRIFTING
    assert found.drift < 0
    assert "drifts" in found.why


def test_a_slope_on_its_way_from_the_declared_one_does():
    """A floor under m^-1/2: no power at all."""
    found = against(bent(lambda m: m**-0.5 + 0.3), -0.5, "at most")
    assert found.verdict is LawVerdict.INCONSISTENT
    assert found.drift > 0


def test_a_slope_that_hardly_moves_does_not_excuse_a_wrong_exponent():
    found = against(bent(lambda m: m**-0.25 * np.log(m) ** -0.03), -0.5, "at most")
    assert found.drift != 0
    assert found.verdict is LawVerdict.INCONSISTENT


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ones((5, 3)), "3 sizes, and an exponent needs 4"),
        (np.ones((2, 4)), "2 seeds were measured, and an exponent needs 3"),
        (np.full((5, 4), np.nan), "unmeasured in 5 of 5 seeds"),
        (np.zeros((5, 4)), "unmeasured in 5 of 5 seeds"),
        (np.vstack([np.ones((3, 4)), np.zeros((4, 4))]), "unmeasured in 4 of 7 seeds"),
    ],
)
def test_too_little_is_void_and_says_why(values, words):
    sizes = 2.0 ** np.arange(values.shape[1])
    found = fit_exponent(sizes, values, -0.5, "at most")
    assert found.verdict is LawVerdict.VOID
    assert words in found.why


def test_students_interval_and_test_agree_with_scipy():
    sample = np.random.default_rng(2).standard_normal(50) + 0.3
    mean, low, high = mean_interval(sample)
    assert (low, high) == pytest.approx(
        stats.ttest_1samp(sample, 0).confidence_interval(), rel=1e-9
    )
    assert mean_is_zero(sample) == pytest.approx(stats.ttest_1samp(sample, 0).pvalue, rel=1e-9)
    assert low < mean < high


def test_tests_of_the_mean_agree_with_scipy_and_decide_where_nothing_varies():
    sample = np.random.default_rng(4).gamma(2, 2, 30)
    for bound in (3.0, 4.0, 5.0):
        one = stats.ttest_1samp(sample, bound, alternative="greater").pvalue
        assert mean_is_above(sample, bound) == pytest.approx(one, rel=1e-9)
        two = stats.ttest_1samp(sample - bound, 0).pvalue
        assert mean_is_zero(sample - bound) == pytest.approx(two, rel=1e-9)
    for confidence in (0.5, 0.999):
        wanted = stats.ttest_1samp(sample, 0).confidence_interval(confidence)
        assert mean_interval(sample, confidence)[1:] == pytest.approx(wanted, rel=1e-9)
    still = np.full(5, 2.0)
    assert [mean_is_above(still, b) for b in (1.0, 2.0, 3.0)] == [0.0, 1.0, 1.0]
    assert (mean_is_zero(still), mean_is_zero(-still), mean_is_zero(0 * still)) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("sizes", [4, 5, 6, 7])
def test_slopes_and_bends_are_those_of_least_squares(sizes):
    rng = np.random.default_rng(sizes)
    x, y = np.sort(rng.standard_normal(sizes)), rng.standard_normal((3, sizes))
    half = (sizes + 1) // 2
    for row, slope, bend in zip(y, slopes(x, y), bends(x, y), strict=True):
        assert slope == pytest.approx(np.polyfit(x, row, 1)[0])
        first, last = (
            np.polyfit(x[part], row[part], 1)[0] for part in (slice(half), slice(-half, None))
        )
        assert bend == pytest.approx(last - first)


@pytest.mark.parametrize(
    ("size", "scale"), [(0.0, 1.0), (0.5, 1.0), (1000.0, 1000.0), (-1000.0, 1000.0)]
)
def test_runs_are_one_where_they_differ_by_rounding(size, scale):
    for share, one in ((0.99, True), (1.01, False)):
        y = np.full((3, 4), size)
        y[1, 2] -= np.sign(size + 0.1) * share * SAME * scale
        assert one_run(y) is one


@pytest.mark.parametrize("sizes", [4, 7])
def test_the_reach_of_a_ladder_is_that_of_a_regression(sizes):
    rng = np.random.default_rng(sizes)
    x, y = np.arange(float(sizes)), rng.standard_normal((6, sizes))
    line = stats.linregress(x, y.mean(axis=0))
    for confidence in (INTERVAL, ROUGH):
        reach = stats.t.ppf(0.5 + confidence / 2, sizes - 2) * line.stderr
        assert statistics._reach(x, y, confidence) == pytest.approx(reach)
    assert statistics._along_ladder(x, y) == pytest.approx(
        (line.slope, line.slope - statistics._reach(x, y), line.slope + statistics._reach(x, y))
    )
    straight = np.isnan(statistics._along_ladder(x, np.tile(2 * x, (3, 1))))
    assert straight.tolist() == [False, True, True]


def test_a_ladder_is_rough_where_its_mean_leaves_a_line_by_more_than_the_seeds_leave_it():
    """The F-test of lack of fit, at both sides of its level."""
    rng = np.random.default_rng(3)
    x, noise, shape = np.arange(5.0), rng.standard_normal((8, 5)), np.array([1.0, -2, 1, 1, -1])

    def rests(rows):
        return np.array([row - np.polyval(np.polyfit(x, row, 1), x) for row in rows])

    found = []
    for size in np.linspace(0, 2, 81):
        y = noise + size * shape
        rest = rests(y)
        mean = rest.mean(axis=0)
        ratio = 8 * (mean @ mean / 3) / (((rest - mean) ** 2).sum() / (7 * 3))
        wanted = stats.f.sf(ratio, 3, 21) <= 1 - INTERVAL
        assert statistics._rough(x, y) == wanted
        found.append(wanted)
    assert 0 < sum(found) < 81


def test_the_slope_over_the_seeds_is_no_narrower_than_a_rough_ladder():
    rng = np.random.default_rng(3)
    x, y = np.arange(6.0), 0.1 * rng.standard_normal((8, 6))
    for last in (6, 3):
        wanted = mean_interval(slopes(x[-last:], y[:, -last:]))
        assert statistics._over_seeds(x, y, last) == pytest.approx(wanted)
        rough = y + np.array([1.0, -1, 1, -1, 1, -1])
        at, low, high = mean_interval(slopes(x[-last:], rough[:, -last:]))
        reach = statistics._reach(x, rough)
        assert statistics._over_seeds(x, rough, last) == pytest.approx(
            (at, min(low, at - reach), max(high, at + reach))
        )
        assert reach > at - low


def hinged(first, last, between=None):
    """Four sizes with these slopes from one to the next, a seed each."""
    between = (first + last) / 2 if between is None else between
    y = np.cumsum(np.stack([0 * first, first, between, last], axis=1), axis=1)
    return np.arange(4.0), y


def test_halves_drift_apart_where_the_seeds_or_the_margin_say_so():
    rng = np.random.default_rng(0)
    first, last = rng.standard_normal((2, 10))
    reach = (np.diff(mean_interval(last - first)[1:]) / 2)[0]
    at = (last - first).mean()
    for sign in (1, -1):
        for share, drifts in ((1.001, True), (0.999, False)):
            _, y = hinged(first, last - at + sign * share * reach)
            assert statistics._drifts(bends(hinged(first, last)[0], y)) is drifts
            same = np.full(5, sign * share * MARGIN)
            assert statistics._drifts(same) is drifts
    assert statistics._drifts(np.full(4, MARGIN)) is False


def test_a_slope_is_excluded_by_the_whole_ladder_or_by_its_last_half_and_its_bend():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(10)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    off = stats.t.isf(CONFIRM, 9) / np.sqrt(
        10
    )  # as far off as a one-sided test at this level tells
    loose = 30 * np.sin(np.arange(10.0))
    loose -= loose.mean()  # so that no shape of the mean is told from the seeds
    for sign in (1, -1):
        for share, certain in ((1.001, True), (0.999, False)):
            far = sign * share * off
            x, y = hinged(noise, noise)
            assert statistics._certain(x, y, far) is certain
            # the whole ladder has the declared slope of 0, its halves lie about it
            x, last_decides = hinged(noise / 2 - far, noise + far, loose)
            assert statistics._certain(x, last_decides, 0.0) is certain
            x, bend_decides = hinged(-1.5 * noise - 1.25 * far, noise + 1.25 * far, loose)
            assert statistics._certain(x, bend_decides, 0.0) is certain
    x, y = hinged(noise + 9, noise + 9)  # the last half is excluded and nothing bends
    assert statistics._certain(x, y, 9.0) is False
    assert statistics._certain(x, np.tile(x, (4, 1)), 0.0) is True
    scattered = 1e-3 * rng.standard_normal((10, 6)) + np.array([1.0, -1, 1, -1, 1, -1])
    six = np.arange(6.0)
    slope, reach = slopes(six, scattered).mean(), statistics._reach(six, scattered, ROUGH)
    assert statistics._certain(six, scattered, slope + 0.999 * reach) is False
    assert statistics._certain(six, scattered, slope + 1.001 * reach) is True


# about a declared exponent of 0
LOW = -MARGIN
HIGH = MARGIN
BIT = 1e-6


@pytest.mark.parametrize(
    ("slope", "drift", "kind", "verdict"),
    [
        ((0.3, HIGH + BIT, 0.5), 0.0, "at most", "inconsistent"),
        ((0.3, HIGH + BIT, 0.5), 0.0, "exactly", "inconsistent"),
        ((0.3, HIGH + BIT, 0.5), 0.0, "at least", "loose"),
        ((0.3, HIGH - BIT, 0.5), 0.0, "at most", "consistent"),
        ((-0.3, -0.5, LOW - BIT), 0.0, "at least", "inconsistent"),
        ((-0.3, -0.5, LOW - BIT), 0.0, "exactly", "inconsistent"),
        ((-0.3, -0.5, LOW - BIT), 0.0, "at most", "loose"),
        ((-0.3, -0.5, LOW + BIT), 0.0, "at least", "consistent"),
        ((0.0, -WIDE * MARGIN / 2 - BIT, WIDE * MARGIN / 2), 0.0, "exactly", "inconclusive"),
        ((0.0, -WIDE * MARGIN / 2 + BIT, WIDE * MARGIN / 2), 0.0, "exactly", "consistent"),
        ((0.3, 0.2, 0.4), -0.3 / HALVES_AHEAD - BIT, "at most", "drifting"),
        ((0.3, 0.2, 0.4), -0.3 / HALVES_AHEAD + BIT, "at most", "inconsistent"),
        ((0.3, 0.2, 0.4), 0.3, "at most", "inconsistent"),
        ((-0.3, -0.4, -0.2), 0.3 / HALVES_AHEAD + BIT, "exactly", "drifting"),
        ((-0.3, -0.4, -0.2), 0.3 / HALVES_AHEAD - BIT, "exactly", "inconsistent"),
        ((-0.3, -0.4, -0.2), -0.3, "exactly", "inconsistent"),
        ((0.3, 0.05, 0.55), -0.04, "at most", "drifting"),
        ((0.3, 0.05, 0.55), -0.02, "at most", "inconclusive"),
        ((0.3, 0.05, 0.55), 0.04, "at most", "inconclusive"),
        ((0.3, 0.06, 0.54), 0.04, "at least", "consistent"),
        ((0.3, 0.06, 0.54), 0.0, "at most", "consistent"),
        ((HIGH - BIT, -0.1, 0.3), 0.04, "at most", "consistent"),
        ((HIGH + BIT, -0.1, 0.3), 0.04, "at most", "inconclusive"),
        ((0.2, np.nan, np.nan), 0.0, "at most", "inconsistent"),
        ((0.2, np.nan, np.nan), 0.0, "at least", "loose"),
        ((0.05, np.nan, np.nan), 0.0, "exactly", "consistent"),
        ((-1.0, -1.5, 0.05), 0.0, "at most", "consistent"),
        ((-1.0, -1.5, -0.5), 0.0, "at most", "loose"),
        ((-1.0, -1.5, 0.15), 0.0, "at most", "inconclusive"),
        ((1.0, -0.05, 1.5), 0.0, "at least", "consistent"),
        ((1.0, 0.5, 1.5), 0.0, "at least", "loose"),
        ((1.0, -0.15, 1.5), 0.0, "at least", "inconclusive"),
        ((0.0, -1.0, 1.0), 0.0, "exactly", "inconclusive"),
    ],
)
def test_the_verdict_on_a_slope(slope, drift, kind, verdict):
    assert statistics._law_verdict(slope, drift, 0.0, kind) == verdict
    shifted = tuple(s - 2 for s in slope)
    assert statistics._law_verdict(shifted, drift, -2.0, kind) == verdict


@pytest.mark.parametrize(
    ("slope", "drift", "kind", "verdict"),
    [
        ((0.3, HIGH, 0.5), 0.0, "at most", "consistent"),
        ((0.3, HIGH, 0.5), 0.0, "at least", "consistent"),
        ((-0.3, -0.5, LOW), 0.0, "at least", "consistent"),
        ((-0.3, -0.5, LOW), 0.0, "at most", "consistent"),
        ((HIGH, -0.1, 0.3), 0.04, "at most", "consistent"),
        ((0.0, -0.25, 0.25), 0.0, "exactly", "consistent"),
        ((0.3125, 0.25, 0.375), -0.03125, "at most", "drifting"),
    ],
)
def test_a_slope_at_the_very_margin_is_on_its_good_side(slope, drift, kind, verdict):
    assert WIDE * MARGIN == 0.5
    assert 0.03125 * HALVES_AHEAD == 0.3125
    assert statistics._law_verdict(slope, drift, 0.0, kind) == verdict


def test_all_that_is_said_of_a_fit():
    rng = np.random.default_rng(1)
    sizes, noise = 2.0 ** np.arange(5), 0.01 * rng.standard_normal((6, 5))
    x = np.log(sizes)
    plain = fit_exponent(sizes, np.exp(0.5 * x + noise), 0.5, "exactly")
    assert plain.why == ""
    assert (plain.fitted, plain.low, plain.high) == pytest.approx(
        mean_interval(slopes(x, 0.5 * x + noise))
    )
    assert (plain.seeds, plain.verdict) == (6, LawVerdict.CONSISTENT)
    assert plain.drift == pytest.approx(bends(x, noise).mean())
    curved = 0.5 * x + 0.1 * x**2 + noise
    bent_ = fit_exponent(sizes, np.exp(curved), 0.5, "at least")
    drift = bends(x, curved).mean()
    assert bent_.why == (
        f"the slope drifts by {drift:+.2g} from the first half of the ladder to the last"
    )
    assert bent_.fitted == pytest.approx(slopes(x[-3:], curved[:, -3:]).mean())
    assert bent_.drift == pytest.approx(drift)
    one = fit_exponent(sizes, np.exp(np.tile(noise[0], (4, 1))), 0.0, "exactly")
    assert one.why == "no seed differs in its slope: the interval is that of the ladder alone"
    assert one.high - one.fitted == pytest.approx(statistics._reach(x, noise[:1]))
    line = fit_exponent(sizes, np.tile(sizes, (4, 1)), 1.0, "exactly")
    assert line.why == (
        "no seed differs in its slope: the interval is that of the ladder alone, "
        "and there is none, since the sizes lie on a line"
    )


def test_seeds_without_a_value_are_left_out_and_then_accuse_nobody():
    rng = np.random.default_rng(1)
    sizes, noise = 2.0 ** np.arange(5), 0.01 * rng.standard_normal((6, 5))
    values = sizes * np.exp(noise)
    for hole in (0.0, -1.0, np.nan, np.inf):
        for lost, verdict in (
            (1, LawVerdict.INCONCLUSIVE),
            (3, LawVerdict.INCONCLUSIVE),
            (4, LawVerdict.VOID),
        ):
            some = values.copy()
            some[:lost, 2] = hole
            found = fit_exponent(sizes, some, 0.0, "at most", 1)
            assert (found.verdict, found.seeds) == (verdict, 6 - lost)
            assert found.why == f"unmeasured in {lost} of 6 seeds"
            kind = fit_exponent(sizes, some, 0.0, "at least", 1)
            assert kind.verdict is (LawVerdict.VOID if lost == 4 else LawVerdict.LOOSE)
    assert fit_exponent(sizes, values, 0.0, "at most").verdict is LawVerdict.INCONSISTENT
    assert fit_exponent(sizes, values[:3], 1.0, "exactly").verdict is LawVerdict.CONSISTENT
    few = fit_exponent(sizes[:3], values[:2, :3], 1.0, "exactly")
    assert few.why == (
        "3 sizes, and an exponent needs 4; 2 seeds were measured, and an exponent needs 3"
    )
    assert (few.verdict, few.seeds) == (LawVerdict.VOID, 2)
    assert (
        fit_exponent(sizes[:4], values[:1, :4], 1.0, "exactly", 1).verdict is LawVerdict.CONSISTENT
    )
