"""Verdicts on made-up trajectories, one of each kind, for every kind of claim."""

import numpy as np
import pandas as pd
import pytest
from sympy import Eq, Rational, sqrt

from reports.judging.compare import compare
from reports.judging.draw import observe
from reports.judging.evidence import Evidence
from reports.judging.verdict import Verdict
from sim.plan import label_of
from tests.letters import SETTING as setting
from tests.letters import label, observable, of_data, of_draw
from theorems.language import (
    Average,
    Best,
    Claim,
    Each,
    Hypothesis,
    Limit,
    Theorem,
    count,
    failure,
    hidden,
    index,
    positive,
)

n, m, k = count("n", "points"), count("m", "neurons"), index("k", "step")
eta, delta, C = positive("eta", "step size"), failure("delta", "failure"), hidden("C", "a constant")
lam, r = (
    of_data("lambda_0", "floor", probe="gram_floor"),
    observable("r", "residual", probe="residual"),
)
floor = of_draw("h", "floor of the draw", probe="gram_floor_at_start")
near = of_draw("near", "near a kink", probe="near_kink")
rate = 1 - eta * lam / 2
DECAY = Claim("decay", r(k) ** 2 <= rate**k * r(0) ** 2, at="x", over=Each(k))
VALUES = {n: 2, m: 100, eta: 0.5, delta: 0.5, lam: 0.4}
EXACT = {n: 2, m: 100, eta: 0.5, delta: Rational(1, 2), lam: (0.4, 0.4)}


def evidence(curves, extra=(), error=0.0, values=VALUES, exact=EXACT):
    """curves: one array of residuals a seed; extra: (seed, observable, value) of the draw."""
    rows = [
        (s, float(j), label("residual"), v, error)
        for s, c in enumerate(curves)
        for j, v in enumerate(c)
    ]
    rows += [(s, 0.0, label(name), v, 0.0) for s, name, v in extra]
    return Evidence(
        values, exact, pd.DataFrame(rows, columns=["seed", "step", "observable", "value", "error"])
    )


def theorem(*claims, hypotheses=()):
    return Theorem(
        statement="T", says="s", setting=setting, hypotheses=tuple(hypotheses), claims=claims
    )


def verdict(claim, known, hypotheses=()):
    return compare(theorem(claim, hypotheses=hypotheses), known)[1][0]


def decaying(ratio, steps=30):
    return ratio ** np.arange(steps)


GOOD = decaying(0.9)  # the claim allows sqrt(0.9) = 0.949 a step
BAD = decaying(0.99)


@pytest.mark.parametrize(
    ("hypotheses", "good", "bad"),
    [
        ((), Verdict.CONFIRMED, Verdict.REFUTED),
        ((Hypothesis("h", m >= 50, at="x"),), Verdict.CONFIRMED, Verdict.REFUTED),
        ((Hypothesis("h", m >= 500, at="x"),), Verdict.OUTSIDE_SEEN, Verdict.OUTSIDE_UNSEEN),
        ((Hypothesis("h", m >= C * n, at="x"),), Verdict.OPEN, Verdict.OPEN),
        (
            (Hypothesis("h", m >= C * n, at="x"), Hypothesis("g", m >= 500, at="x")),
            Verdict.OUTSIDE_SEEN,
            Verdict.OUTSIDE_UNSEEN,
        ),
    ],
)
def test_a_certain_claim_is_judged_by_its_hypotheses(hypotheses, good, bad):
    assert verdict(DECAY, evidence([GOOD] * 3), hypotheses).verdict is good
    assert verdict(DECAY, evidence([GOOD, BAD]), hypotheses).verdict is bad


def test_a_hypothesis_that_the_balls_leave_open_leaves_the_claim_open():
    known = evidence([GOOD], exact={**EXACT, lam: (-0.1, 0.4)})
    found = verdict(DECAY, known, [Hypothesis("h", lam > 0, at="x")])
    assert found.verdict is Verdict.OPEN
    assert "too wide" in found.evidence


@pytest.mark.parametrize(
    ("failures", "seeds", "expected"),
    [
        (0, 20, Verdict.CONFIRMED),
        (20, 20, Verdict.REFUTED),
        (0, 5, Verdict.INCONCLUSIVE),
        (9, 20, Verdict.INCONCLUSIVE),
    ],
)
def test_a_claim_with_probability_is_judged_by_exact_counts(failures, seeds, expected):
    claim = Claim("decay", DECAY.relation, at="x", over=Each(k), probability=1 - delta)
    found = verdict(claim, evidence([BAD] * failures + [GOOD] * (seeds - failures)))
    assert found.verdict is expected
    assert (found.failures, found.seeds) == (failures, seeds)
    assert (found.needs_seeds is not None) == (expected is Verdict.INCONCLUSIVE)


def test_seeds_whose_draw_violates_a_hypothesis_are_set_aside():
    certificate = Hypothesis("certified", floor >= Rational(1, 5), at="x")
    draws = [(0, "gram_floor_at_start", 0.3), (1, "gram_floor_at_start", 0.1)]
    judged, (found,) = compare(
        theorem(DECAY, hypotheses=[certificate]), evidence([GOOD, BAD], draws)
    )
    assert found.verdict is Verdict.CONFIRMED
    assert found.seeds == 1
    assert (judged[0].held, judged[0].draws) == (1, 2)
    none = [(s, "gram_floor_at_start", 0.1) for s in range(2)]
    assert (
        verdict(DECAY, evidence([GOOD, GOOD], none), [certificate]).verdict is Verdict.OUTSIDE_SEEN
    )


def test_a_diverging_run_is_a_failure_and_a_missing_observable_is_void():
    diverged = np.array([1.0, 2.0, np.inf])
    assert verdict(DECAY, evidence([diverged])).verdict is Verdict.REFUTED
    missing = Claim("near", near(1 / sqrt(m)) <= 1, at="x")
    assert verdict(missing, evidence([GOOD])).verdict is Verdict.VOID


def test_what_lies_at_the_floor_of_rounding_is_not_compared():
    curve = np.concatenate([decaying(0.1, 12), np.full(400, 1e-12)])
    assert verdict(DECAY, evidence([curve])).verdict is Verdict.CONFIRMED


def test_within_the_error_of_a_flow_nothing_is_said():
    just_above = np.array([1.0, 0.9486833 * 1.001])
    assert verdict(DECAY, evidence([just_above])).verdict is Verdict.REFUTED
    assert verdict(DECAY, evidence([just_above], error=1e-4)).verdict is Verdict.REFUTED
    assert verdict(DECAY, evidence([just_above], error=0.002)).verdict is Verdict.INCONCLUSIVE
    below = np.array([1.0, 0.9486833 * 0.99])
    assert verdict(DECAY, evidence([below], error=0.002)).verdict is Verdict.CONFIRMED


def test_what_was_measured_too_roughly_confirms_nothing():
    """An error of a half would excuse any bound."""
    for error in (0.5, np.inf):
        found = verdict(DECAY, evidence([BAD], error=error))
        assert found.verdict is Verdict.INCONCLUSIVE
        assert (found.unknown, found.failures) == (1, 0)


def test_one_step_claims_compare_neighbours():
    one_step = Claim("one step", r(k + 1) <= 0.95 * r(k), at="x", over=Each(k))
    assert verdict(one_step, evidence([GOOD])).verdict is Verdict.CONFIRMED
    bump = GOOD.copy()
    bump[10] = bump[9]
    assert verdict(one_step, evidence([bump])).verdict is Verdict.REFUTED


def test_an_average_and_a_best_step_and_a_bounded_range():
    average = Claim("mean", r(k) <= Rational(1, 2), at="x", over=Average(k, n * 5))
    seen = observe(average, evidence([decaying(0.8)]), 0)
    assert seen.observed[0] <= decaying(0.8, 10).mean() <= seen.observed[1]
    assert seen.observed[1] - seen.observed[0] < 1e-11
    assert verdict(average, evidence([decaying(0.8)])).verdict is Verdict.CONFIRMED
    assert verdict(average, evidence([decaying(0.99)])).verdict is Verdict.REFUTED
    short = verdict(average, evidence([decaying(0.8, 5)]))  # fewer steps than the claim averages
    assert short.verdict is Verdict.INCONCLUSIVE
    assert "the run ends at k = 4, the claim at 10" in short.evidence
    best = Claim("best", r(k) <= Rational(1, 2), at="x", over=Best(k, n * 5))
    assert verdict(best, evidence([decaying(0.8)])).verdict is Verdict.CONFIRMED
    early = Claim("early", r(k) >= Rational(1, 2), at="x", over=Each(k, last=n))
    assert verdict(early, evidence([decaying(0.8)])).verdict is Verdict.CONFIRMED
    late = Claim("late", r(k) <= Rational(1, 2), at="x", over=Each(k, first=5))
    assert verdict(late, evidence([decaying(0.8)])).verdict is Verdict.CONFIRMED


def test_an_identity_is_held_to_rounding():
    same = Claim("conserved", Eq(r(k), r(0)), at="x", over=Each(k))
    assert verdict(same, evidence([np.ones(20) * (1 + 1e-13)])).verdict is Verdict.CONFIRMED
    assert verdict(same, evidence([np.linspace(1, 1 + 1e-6, 20)])).verdict is Verdict.REFUTED


def test_a_limit_is_approached_or_receding_and_never_confirmed():
    limit = Claim("vanishes", Eq(r(k), 0), at="x", over=Limit(k))
    assert verdict(limit, evidence([GOOD])).verdict is Verdict.APPROACHED
    assert verdict(limit, evidence([1 / GOOD])).verdict is Verdict.RECEDING
    assert (
        verdict(limit, evidence([GOOD]), [Hypothesis("h", m >= 500, at="x")]).verdict
        is Verdict.OUTSIDE_SEEN
    )


def test_a_mean_is_tested_on_both_sides():
    mean = Claim("mean", Eq(r(0) ** 2, n), at="x", expected=True)
    rng = np.random.default_rng(0)
    assert (
        verdict(mean, evidence([[x] for x in np.sqrt(2 + 0.2 * rng.standard_normal(600))])).verdict
        is Verdict.CONFIRMED
    )
    assert (
        verdict(mean, evidence([[x] for x in np.sqrt(3 + 0.2 * rng.standard_normal(600))])).verdict
        is Verdict.REFUTED
    )
    few = verdict(mean, evidence([[1.0]]))
    assert few.verdict is Verdict.INCONCLUSIVE
    assert few.needs_seeds == 600


def test_a_claim_about_data_needs_no_run():
    positive_floor = Claim("positive", lam > 0, at="x")
    for bounds, expected in (
        ((0.4, 0.4), Verdict.CONFIRMED),
        ((0.0, 0.0), Verdict.REFUTED),
        ((-1e-9, 1e-9), Verdict.OPEN),
    ):
        assert (
            verdict(positive_floor, evidence([], exact={**EXACT, lam: bounds})).verdict is expected
        )


def test_vacuous_bounds_are_flagged():
    trivial = Claim("near", near(1 / sqrt(m)) <= 5 * n, at="x")
    name = label_of(near(1 / sqrt(m)))
    known = evidence([GOOD], [(0, name, 0.1)])
    assert not verdict(trivial, known).vacuous
    assert verdict(trivial, Evidence(known.values, known.exact, known.frame, {name: 2.0})).vacuous
    still = Claim("decay", r(k) <= (1 + eta) ** k * r(0), at="x", over=Each(k))
    assert verdict(still, known).vacuous


def test_slack_is_bound_over_observed_in_the_good_direction():
    upper = Claim("upper", r(k) <= 2, at="x", over=Each(k))
    lower = Claim("lower", r(k) >= Rational(1, 4), at="x", over=Each(k))
    curve = np.full(5, 0.5)
    assert verdict(upper, evidence([curve])).slack == pytest.approx(4)
    assert verdict(lower, evidence([curve])).slack == pytest.approx(2)


def test_a_run_that_was_not_followed_to_its_end_is_held_against_both_decisions():
    """Lost runs confirm nothing; what failed before they were lost still refutes."""
    certain = evidence([GOOD[:5]] * 3, [(0, "lost", 1.0)])
    assert verdict(DECAY, certain).verdict is Verdict.INCONCLUSIVE
    assert "moved too far" in verdict(DECAY, certain).evidence
    assert verdict(DECAY, evidence([BAD[:5]], [(0, "lost", 1.0)])).verdict is Verdict.REFUTED
    likely = Claim("decay", DECAY.relation, at="x", over=Each(k), probability=1 - delta)
    assert verdict(likely, evidence([GOOD] * 10)).verdict is Verdict.CONFIRMED
    assert (
        verdict(likely, evidence([GOOD] * 10, [(0, "lost", 1.0)])).verdict is Verdict.INCONCLUSIVE
    )


def test_the_distance_of_the_draws_law_is_charged():
    likely = Claim("decay", DECAY.relation, at="x", over=Each(k), probability=1 - delta)
    for error, good, bad in (
        (1e-9, Verdict.CONFIRMED, Verdict.REFUTED),
        (1e-3, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    ):
        known = evidence([GOOD] * 10, [(s, "law_error", error) for s in range(10)])
        assert verdict(likely, known).verdict is good
        assert "total variation" in verdict(likely, known).evidence
        assert (
            verdict(
                likely, evidence([BAD] * 20, [(s, "law_error", error / 20) for s in range(20)])
            ).verdict
            is bad
        )
    known = evidence([BAD], [(0, "law_error", 1e-5)])
    assert verdict(DECAY, known).verdict is Verdict.INCONCLUSIVE


def test_what_is_known_only_to_within_a_bound_counts_where_the_bound_cannot_matter():
    """A residual known to a third of itself: far below its bound it holds, near the bound nothing
    is said.
    """
    below = Claim("below", r(k) <= 10, at="x", over=Each(k))
    near_it = Claim("near", r(k) <= Rational(11, 10), at="x", over=Each(k))
    rough = evidence([np.array([1.0, 1.0, 1.0])], error=0.3)
    assert verdict(below, rough).verdict is Verdict.CONFIRMED
    assert verdict(near_it, rough).verdict is Verdict.INCONCLUSIVE


def test_a_mean_is_not_judged_on_draws_of_another_law():
    g = np.random.default_rng(0)
    mean = Claim("mean", Eq(r(0) ** 2, Rational(4)), at="x", expected=True)
    starts = np.sqrt(g.normal(4, 0.3, 600))
    known = [np.array([v]) for v in starts]
    assert verdict(mean, evidence(known)).verdict is Verdict.CONFIRMED
    assert (
        verdict(mean, evidence(known, [(s, "law_error", 1e-5) for s in range(600)])).verdict
        is Verdict.INCONCLUSIVE
    )
    far = [v * 1.1 for v in known]
    assert verdict(mean, evidence(far)).verdict is Verdict.REFUTED
    assert (
        verdict(mean, evidence(far, [(s, "law_error", 1e-8) for s in range(600)])).verdict
        is Verdict.INCONCLUSIVE
    )


def test_what_is_known_to_a_few_percent_is_compared_where_the_bound_is_far_away():
    """An error of an observable is not taken for one of a bound that does not contain it."""
    small = Claim("small", r(k) <= n * 10**6, at="x", over=Each(k))
    seen = observe(small, evidence([decaying(0.5, 12)], error=0.1), 0)
    assert seen.held
    assert seen.upto == 11


def test_terms_that_cancel_keep_the_error_of_the_larger_side():
    falling = Claim("falls", r(k + 1) - r(k) <= -Rational(1, 10**6), at="x", over=Each(k))
    seen = observe(falling, evidence([decaying(0.999)], error=0.01), 0)
    assert seen.held or seen.held is None


def test_letters_are_given_in_numbers_with_their_range_over_the_draws():
    from reports.judging.evidence import letters
    from theorems.language import defined

    radius = defined("R", 3 * floor, "a radius")
    fixed = defined("a", eta * n, "a number")
    unknown = defined("b", C * n, "hidden")
    t = theorem(Claim("decay", r(k) <= radius + fixed + unknown, at="x", over=Each(k)))
    found = letters(
        t,
        evidence(
            [decaying(0.5)] * 3, extra=[(s, "gram_floor_at_start", float(s + 1)) for s in range(3)]
        ),
    )
    assert found == {fixed: (1.0, 1.0, 1.0), radius: (3.0, 6.0, 9.0)}


def test_the_end_of_a_claim_may_depend_on_the_draw():
    horizon = Claim("mean", r(k) <= 1, at="x", over=Average(k, last=5 * floor))
    known = evidence(
        [decaying(0.5, 12)] * 3, extra=[(s, "gram_floor_at_start", float(s + 1)) for s in range(3)]
    )
    assert [observe(horizon, known, s).step for s in (0, 1)] == [5.0, 10.0]
    assert observe(horizon, known, 2).held is None  # its run is shorter
