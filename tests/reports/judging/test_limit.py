"""Limits are judged with power: true ones approach, wrong ones recede, at the rates that are
stated.
"""

import numpy as np
import pandas as pd
import pytest
from sympy import Eq, Ge, Le

from reports.judging import limit
from reports.judging.compare import compare
from reports.judging.count import Sample
from reports.judging.evidence import Evidence
from reports.judging.limit import REMAINS, remaining
from reports.judging.verdict import Verdict
from tests.letters import SETTING, label, observable, of_data
from theorems.language import Claim, Hypothesis, Limit, Theorem, index

k = index("k", "step")
seen = observable("seen", "a number", probe="seen")
alpha = of_data("alpha", "its limit", probe="alpha")
N = 10_000  # steps of a run
TRIALS = 200  # runs of a curve
NOISE = 0.02  # of a gap, relative
EVERY = np.arange(N + 1.0)
MARKS = np.unique(np.round(np.geomspace(1, N, 32))).tolist()
CHECKPOINTS = np.array([0.0, *MARKS])
TRUE = {
    "1/log k": lambda t: 1 / np.log(t + 2),
    "1/sqrt(k)": lambda t: (t + 1) ** -0.5,
    "1/k": lambda t: 1 / (t + 1),
    "exp": lambda t: np.exp(-t / 500),
    "exp to the floor": lambda t: np.exp(-t / 50),
    "late 1/k": lambda t: 1 / (t + 300),
    "1/k and 1/k^2": lambda t: 1 / (t + 1) + 500 / (t + 1) ** 2,
}
WRONG = {
    "flattens": lambda t: 0.2 + 1 / (t + 1),
    "flattens slowly": lambda t: 0.3 + 0.5 * (t + 1) ** -0.5,
    "flattens after a long fall": lambda t: 0.01 + 10 / (t + 1),
    "flattens like a logarithm": lambda t: 1 + 1 / np.log(t + 2),
    "flattens after an exponential": lambda t: 0.1 + np.exp(-t / 1000),
    "constant": lambda t: np.full_like(t, 0.7),
    "grows": lambda t: np.log(t + 2),
    "turns": lambda t: np.abs(np.exp(-t / 300) - 0.4),
}


def wrong_share(curve, steps, receding):
    """How often a run with gaps known to 2 percent is called the other way."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(TRIALS):
        gap = curve(steps) * np.exp(NOISE * rng.standard_normal(len(steps)))
        share = remaining(steps, gap, np.full(len(steps), 1e-12))
        found.append(share is None or (share >= REMAINS) != receding)
    return float(np.mean(found))


@pytest.mark.parametrize("steps", [EVERY, CHECKPOINTS], ids=["every step", "checkpoints"])
@pytest.mark.parametrize("name", [*TRUE, *WRONG])
def test_error_rates_stay_below_one_in_a_hundred(name, steps):
    curve = {**TRUE, **WRONG}[name]
    assert wrong_share(curve, steps, name in WRONG) <= 0.01


def judged(curves, limit=1.0, relation=None):
    rows = [
        (s, float(t), label("seen"), float(v), 1e-13)
        for s, curve in enumerate(curves)
        for t, v in zip(CHECKPOINTS, curve, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["seed", "step", "observable", "value", "error"])
    claim = Claim(
        "limit", Eq(seen(k), alpha) if relation is None else relation, at="x", over=Limit(k)
    )
    theorem = Theorem(statement="T", says="s", setting=SETTING, hypotheses=(), claims=(claim,))
    return compare(theorem, Evidence({alpha: limit}, {alpha: limit}, frame))[1][0]


def test_a_limit_that_is_twenty_times_too_large_recedes():
    towards = [1 + c / (CHECKPOINTS + 1) for c in (1.0, 2.0, 3.0)]
    assert judged(towards).verdict is Verdict.APPROACHED
    assert judged(towards, 20.0).verdict is Verdict.RECEDING
    assert judged(towards, 1.1).verdict is Verdict.RECEDING


def test_an_order_in_the_limit_is_judged_by_its_excess():
    above = [2 + 1 / (CHECKPOINTS + 1)] * 3
    assert judged(above, 2.0, Le(seen(k), alpha)).verdict is Verdict.APPROACHED
    assert judged(above, 3.0, Le(seen(k), alpha)).verdict is Verdict.APPROACHED
    assert judged(above, 1.5, Le(seen(k), alpha)).verdict is Verdict.RECEDING


def test_runs_that_disagree_or_are_too_short_decide_nothing():
    good, bad = 1 + 1 / (CHECKPOINTS + 1), 2 + 1 / (CHECKPOINTS + 1)
    assert judged([good, good, bad]).verdict is Verdict.INCONCLUSIVE
    assert judged([good, bad, bad]).verdict is Verdict.RECEDING
    assert judged([good] * 5 + [bad]).verdict is Verdict.APPROACHED  # the design errs in one of 100
    assert judged([good] * 6 + [bad] * 2).verdict is Verdict.INCONCLUSIVE
    short = np.where(CHECKPOINTS < 5, good, np.nan)
    assert judged([short] * 3).verdict is Verdict.INCONCLUSIVE
    assert judged([np.full_like(good, np.nan)] * 3).verdict is Verdict.VOID


def test_a_limit_known_only_within_bounds_is_not_told():
    curves = [1 + 1 / (CHECKPOINTS + 1)] * 3
    rows = pd.DataFrame(
        [
            (s, t, label("seen"), v, 0.0)
            for s, c in enumerate(curves)
            for t, v in zip(CHECKPOINTS, c, strict=True)
        ],
        columns=["seed", "step", "observable", "value", "error"],
    )
    claim = Claim("limit", Eq(seen(k), alpha), at="x", over=Limit(k))
    theorem = Theorem(statement="T", says="s", setting=SETTING, hypotheses=(), claims=(claim,))
    wide = compare(theorem, Evidence({alpha: 1.0}, {alpha: (0.5, 1.5)}, rows))[1][0]
    assert wide.verdict is Verdict.INCONCLUSIVE
    assert wide.predicted_in == (0.5, 1.5)


# What is shown, and where a run does not count -----------------------------------------------------------

FALLING = 1 / (CHECKPOINTS + 1)


def evidence(curves, limit=1.0, exact=None, error=1e-13, extra=()):
    rows = [
        (s, float(t), label("seen"), float(v), error)
        for s, curve in enumerate(curves)
        for t, v in zip(CHECKPOINTS, curve, strict=True)
    ]
    rows += extra
    frame = pd.DataFrame(rows, columns=["seed", "step", "observable", "value", "error"])
    return Evidence({alpha: limit}, {alpha: limit if exact is None else exact}, frame)


def found_on(known, relation=None, hypotheses=()):
    claim = Claim("limit", Eq(seen(k), alpha) if relation is None else relation, "x", Limit(k))
    theorem = Theorem("T", "s", tuple(hypotheses), (claim,), setting=SETTING)
    return claim, compare(theorem, known)[1][0]


def limit_of(curves, relation=None, limit=1.0, hypotheses=()):
    return found_on(evidence(curves, limit), relation, hypotheses)


def test_the_whole_finding_of_a_limit_is_what_was_seen():
    claim, found = limit_of([1 + c * FALLING for c in (1.0, 2.0, 4.0)])
    end = 1 + 2 / (N + 1)
    assert found.claim is claim
    assert found.verdict is Verdict.APPROACHED
    assert (found.predicted, found.predicted_in) == (1.0, (1.0, 1.0))
    assert found.observed == pytest.approx(end, abs=1e-12)
    assert found.observed_in == pytest.approx((end, end), abs=1e-12)
    assert (found.seeds, found.failures, found.unknown) == (3, 0, 0)
    assert found.evidence == (
        "the gap closes in 3 of 3 seeds; continued for ever, 0% of its last size would remain; "
        "no finite run can confirm or refute a limit"
    )


def test_the_finding_of_a_limit_that_is_missed_counts_the_seeds_that_miss_it():
    short = np.where(CHECKPOINTS < 5, 1 + FALLING, np.nan)
    _, found = limit_of([1 + FALLING, 3 + FALLING, 3 + FALLING, 3 + FALLING, short])
    assert found.verdict is Verdict.RECEDING
    assert (found.seeds, found.failures, found.unknown) == (5, 3, 1)
    assert found.evidence == (
        "the gap closes in 1 of 5 seeds; continued for ever, 100% of its last size would remain; "
        "too short or too rough to tell in 1; no finite run can confirm or refute a limit"
    )
    assert found.observed == pytest.approx(3 + 1 / (N + 1))


def test_an_enclosed_limit_shows_both_enclosures():
    _, found = found_on(evidence([1 + FALLING] * 3, exact=(0.75, 1.25), error=0.125))
    assert (found.predicted, found.predicted_in) == (1.0, (0.75, 1.25))
    assert found.observed == pytest.approx(1.0001, abs=1e-4)
    assert found.observed_in == pytest.approx((0.8751, 1.1251), abs=1e-4)


def test_an_order_from_below_is_judged_by_what_it_lacks():
    below = [2 - FALLING] * 3
    assert limit_of(below, Ge(seen(k), alpha), 2.0)[1].verdict is Verdict.APPROACHED
    assert limit_of(below, Ge(seen(k), alpha), 1.0)[1].verdict is Verdict.APPROACHED
    assert limit_of(below, Ge(seen(k), alpha), 2.5)[1].verdict is Verdict.RECEDING


def test_a_run_that_left_the_numbers_recedes_and_shows_where_it_was():
    gone = [(s, 5000.0, "diverged", 1.0, 0.0) for s in (0, 1)]
    _, found = found_on(evidence([1 + FALLING] * 3, extra=gone))
    assert found.verdict is Verdict.RECEDING
    assert found.failures == 2
    assert found.observed == pytest.approx(1 + 1 / (N + 1))
    assert found.predicted == 1.0


def test_zero_stands_for_less_than_a_float_holds_only_where_both_sides_are_zero():
    words = "0 stands for less than a float holds"
    vanishing = [np.where(CHECKPOINTS < 5000, np.exp(-CHECKPOINTS / 5), 0.0)] * 3
    towards_one = [1 + v for v in vanishing]
    assert words in found_on(evidence(vanishing, 0.0, error=0.0))[1].evidence
    assert words not in found_on(evidence(towards_one, 1.0, error=0.0))[1].evidence
    assert words not in limit_of([FALLING] * 3, limit=0.0)[1].evidence


def test_outside_its_hypotheses_a_limit_is_only_seen_or_not_seen():
    fails = Hypothesis("never", alpha >= 50, at="x")
    towards = [1 + FALLING] * 3
    assert limit_of(towards, hypotheses=[fails])[1].verdict is Verdict.OUTSIDE_SEEN
    assert limit_of(towards, limit=2.0, hypotheses=[fails])[1].verdict is Verdict.OUTSIDE_UNSEEN
    torn = [1 + FALLING, 1 + FALLING, 3 + FALLING]
    assert limit_of(torn, hypotheses=[fails])[1].verdict is Verdict.VOID
    nothing = limit_of([np.full(len(CHECKPOINTS), np.nan)] * 3)[1]
    assert (nothing.verdict, nothing.evidence) == (Verdict.VOID, "nothing was measured")


@pytest.mark.parametrize(
    ("runs", "told", "receding", "allowed", "verdict"),
    [
        (4, 2, 0, 0.0, Verdict.INCONCLUSIVE),  # half is not most
        (5, 3, 0, 0.0, Verdict.APPROACHED),
        (3, 3, 1, 0.0, Verdict.INCONCLUSIVE),
        (4, 4, 2, 0.0, Verdict.INCONCLUSIVE),  # half of them is not most
        (5, 5, 3, 0.0, Verdict.RECEDING),
        (10, 10, 3, 0.3, Verdict.APPROACHED),  # as many as are allowed to
        (10, 10, 4, 0.0, Verdict.INCONCLUSIVE),
        (4, 4, 4, 1.0, Verdict.APPROACHED),
    ],
)
def test_the_verdict_over_seeds(runs, told, receding, allowed, verdict):
    assert limit._verdict(runs, told, receding, allowed) is verdict


def test_half_of_the_last_gap_remaining_is_receding():
    sample = Sample(Evidence({}, {}, pd.DataFrame()), (0, 1, 2), inside=True, outside=False)
    claim = Claim("limit", Eq(seen(k), alpha), "x", Limit(k))
    for share, verdict in ((REMAINS, Verdict.RECEDING), (REMAINS - 1e-9, Verdict.APPROACHED)):
        one = limit.Trend(share, (1.0, 1.0), (2.0, 2.0))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(limit, "trend", lambda *_, one=one: one)
            assert limit.limited(claim, sample).verdict is verdict


@pytest.mark.parametrize("shift", [0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("power", [0.5, 1.0, 3.0])
def test_a_power_of_a_shifted_step_keeps_no_rest(shift, power):
    later = np.geomspace(100, N, 64)
    assert limit._rest(later, (later + shift * N) ** -power) is None


@pytest.mark.parametrize("power", [0.3, 0.5, 1.0, 2.0, 4.0])
def test_what_a_power_falls_to_is_found(power):
    later = np.geomspace(100, N, 64)
    fall = (later / later[0]) ** -power
    share = limit._rest(later, 1.0 + 3 * fall)
    assert (share is None) == (power < 1)
    assert share is None or share == pytest.approx(1 / (1 + 3 * fall[-1]), abs=0.02)


def test_a_gap_is_closed_by_its_last_value_and_its_last_error():
    steps, gap = np.arange(1.0, 101), np.full(100, 1.0)
    tight, loose = np.full(100, 1e-9), np.full(100, 0.5)

    def told(last_gap, before, last_error, errors=tight):
        g, e = gap.copy(), errors.copy()
        g[-2:], e[-1] = (before, last_gap), last_error
        return remaining(steps, g, e)

    assert told(1e-3, 1.0, 1e-3) == 0.0  # as small as it is known
    assert told(1e-2, 1.0, 1e-2) == 0.0  # known to a hundredth of the largest
    assert told(2e-2, 1.0, 2e-2) is None
    assert told(1e-3, 1.0, 1e-3, loose) == 0.0  # what was known before is not asked
    assert told(1.0, 1e-12, 1e-9) != 0.0  # once closed is not closed
    assert remaining(steps, 0 * gap, 0 * gap) == 0.0


def test_a_few_records_tell_and_fewer_do_not():
    for count, known in ((8, True), (7, False)):
        steps = np.array([0.0, 1.0, *np.exp(14 * np.linspace(0.8, 1, count - 1))])
        found = remaining(steps, np.full(count + 1, 0.5), np.full(count + 1, 1e-12))
        assert (found is not None) == known
