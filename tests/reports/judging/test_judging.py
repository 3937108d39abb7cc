"""Held, failed or unknown: what one run says, what many say, and what is shown of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sympy import Eq, Gt, Integer, Min, Rational, S, log, sqrt

from reports.judging.compare import compare
from reports.judging.draw import Gap, Told, observe, tell
from reports.judging.evidence import Evidence
from reports.judging.findings import Finding
from reports.judging.interval import point
from reports.judging.statistics import CONFIRM, MEANS, Binomial, looks, seeds_at_rate, seeds_for
from reports.judging.verdict import Verdict
from reports.pages.summary import apart, seeds
from tests.letters import SETTING, label, observable, of_data, of_draw, w
from theorems.language import (
    Average,
    Claim,
    Each,
    Hypothesis,
    Limit,
    Some,
    Theorem,
    count,
    failure,
    index,
)
from theorems.language.measurement import norm, root, so_far, spectral
from theorems.language.term import none_at_start
from theorems.reasoning.exact import Decision

k, m, delta = index("k", "step"), count("m", "neurons"), failure("delta", "failure")
r = observable("r", "residual", probe="residual")
x = observable("x", "a number", probe="x", nonnegative=None)
out = of_draw("out", "largest output", probe="out")
lam = of_data("lam", "a floor", probe="floor")
FALLS = Claim("falls", r(k + 1) <= r(k), at="x", over=Each(k))


def frame(curves, name="x", error=1e-13, extra=()):
    rows = [
        (s, float(j), label(name), float(v), error)
        for s, c in enumerate(curves)
        for j, v in enumerate(c)
    ]
    rows += [(s, step, label(what, w.start), value, 0.0) for s, step, what, value in extra]
    return pd.DataFrame(rows, columns=["seed", "step", "observable", "value", "error"])


def known(curves, name="x", error=1e-13, extra=(), **more):
    values = {m: 100.0, delta: 0.5, lam: 0.4}
    exact = {m: 100, delta: Rational(1, 2), lam: (0.3, 0.5)}
    return Evidence(values, exact, frame(curves, name, error, extra), **more)


def found(claim, evidence, hypotheses=()):
    theorem = Theorem(
        statement="T", says="s", setting=SETTING, hypotheses=tuple(hypotheses), claims=(claim,)
    )
    judged, (finding,) = compare(theorem, evidence)
    return judged, finding


# Hypotheses over the run --------------------------------------------------------------------------


def test_a_hypothesis_over_the_run_is_judged_at_every_step():
    still = Hypothesis("still", x(k) <= Rational(1, 10**9), at="x")
    moves, stays = np.array([0.0, 0.2, 0.3]), np.zeros(3)
    (judged,), finding = found(
        Claim("c", x(k) <= 1, at="x", over=Each(k)), known([moves] * 3), [still]
    )
    assert (judged.status, judged.held, judged.step) == (Decision.FAILS, 0, 1.0)
    assert finding.verdict is Verdict.OUTSIDE_SEEN
    (judged,), finding = found(
        Claim("c", x(k) <= 1, at="x", over=Each(k)), known([moves, stays, stays]), [still]
    )
    assert (judged.status, judged.held) == (Decision.OPEN, 2)
    assert "fails at k = 1" in judged.why
    assert (finding.verdict, finding.seeds) == (Verdict.CONFIRMED, 2)


def test_what_has_moved_is_nothing_at_the_start():
    """What is paid for the way: at step 0 both sides are one number, whatever the rounding."""
    moved = observable("moved", "distance from the start", probe="movement")
    pays = Claim("pays", r(k) + moved(k) / 2 <= r(0), at="x", over=Each(k))
    curves = {"residual": [2.0, 1.5, 1.2], "movement": [1e-17, 0.5, 0.7]}
    frames = [frame([c], name) for name, c in curves.items()]
    evidence = replace(known([[0.0]]), frame=pd.concat(frames))
    assert observe(pays, evidence, 0).held
    too_much = replace(pays, relation=r(k) + 2 * moved(k) <= r(0))
    assert observe(too_much, evidence, 0).held is False
    for term, zero in (
        (w - w.start, True),
        (norm(w - w.start) + so_far("total", norm(w)), True),
        (root(spectral((w - w.start).T @ (w - w.start))), True),
        (norm((w - w.start) / -2) ** 2, True),
        (norm(w), False),
        (norm(w - w.start) + 1, False),
        (so_far("most", norm(w - w.start)), False),
        (norm(w - w.start) / norm(w), False),
        (norm(w - w.start) ** 0, False),
    ):
        assert none_at_start(term) is zero


def test_a_run_that_leaves_its_hypothesis_does_not_refute():
    """The claim fails in the very seed that the hypothesis sets aside."""
    high = Hypothesis("high", x(k) >= Rational(1, 2), at="x")
    low = Claim("c", x(k) >= Rational(1, 3), at="x", over=Each(k))
    curves = [np.linspace(1, 0.6, 9), np.linspace(1, 0.2, 9)]
    assert found(low, known(curves))[1].verdict is Verdict.REFUTED
    (judged,), finding = found(low, known(curves), [high])
    assert (judged.held, judged.step) == (1, 6.0)
    assert (finding.verdict, finding.seeds) == (Verdict.CONFIRMED, 1)


def test_a_hypothesis_over_the_run_is_not_decided_at_its_start_alone():
    still = Hypothesis("still", x(k) <= 1, at="x")
    (judged,), _ = found(Claim("c", x(0) <= 2, at="x"), known([[0.0]]), [still])
    assert judged.status is Decision.OPEN
    assert "no step beyond the start" in judged.why


# Equations, and strict against not strict -----------------------------------------------------------


@pytest.mark.parametrize("target", [Integer(0), Rational(1, 10**9)])
def test_an_equation_about_the_draw_is_no_inequality(target):
    scale = Integer(1) if target == 0 else None
    equal = Hypothesis("equal", Eq(out, target), at="x", scale=scale)
    claim = Claim("c", x(0) <= 2, at="x")
    for value, status in ((0.455, Decision.FAILS), (float(target), Decision.HOLDS)):
        (judged,), _ = found(claim, known([[1.0]], extra=[(0, 0.0, "out", value)]), [equal])
        assert judged.status is status


def test_strict_is_strict():
    third = Rational(1, 3)
    for relation, status in (
        (out > 0, Decision.FAILS),
        (Gt(out + 1, 1), Decision.FAILS),  # whole numbers, of which the sum is exact
        (Gt(out + third, third), Decision.OPEN),
    ):
        strict = Hypothesis("h", relation, at="x")
        evidence = known([[1.0]], extra=[(0, 0.0, "out", 0.0)])
        (judged,), _ = found(Claim("c", x(0) <= 2, at="x"), evidence, [strict])
        assert judged.status is status, relation  # rounding of the sum may hide what is above
    assert (tell("<", point(np.zeros(1)), point(np.zeros(1))) == -1).all()
    assert (tell("<=", point(np.zeros(1)), point(np.zeros(1))) == 1).all()


def test_an_equation_needs_digits_to_hold():
    same = Claim("same", Eq(x(k), x(0)), at="x", over=Each(k))
    flat = [np.ones(9)]
    assert found(same, known(flat, error=1e-8))[1].verdict is Verdict.CONFIRMED
    rough = found(same, known(flat, error=0.1))[1]
    assert (rough.verdict, rough.unknown) == (Verdict.INCONCLUSIVE, 1)
    apart_ = [np.where(np.arange(9) > 4, 1 + 1e-6, 1.0)]
    assert found(same, known(apart_, error=1e-8))[1].verdict is Verdict.REFUTED
    assert "equal to within" in found(same, known(flat, error=1e-8))[1].evidence


# Unknown ------------------------------------------------------------------------------------------


def test_errors_are_propagated_through_a_difference():
    """r(k) − r(k+1) >= 0 is known to the error of its operands, not to a share of itself."""
    falls = Claim("c", x(k) - x(k + 1) >= 0, at="x", over=Each(k))
    slow = [1 - 1e-10 * np.arange(9)]
    assert found(falls, known(slow, error=1e-12))[1].verdict is Verdict.CONFIRMED
    assert found(falls, known(slow, error=1e-10))[1].verdict is Verdict.INCONCLUSIVE
    rises = [1 + 1e-10 * np.arange(9)]
    assert found(falls, known(rises, error=1e-12))[1].verdict is Verdict.REFUTED
    assert found(falls, known(rises, error=1e-10))[1].verdict is Verdict.INCONCLUSIVE


def test_a_rate_below_the_tolerance_is_told_or_unknown_and_never_granted():
    rate = Claim("c", x(k + 1) <= (1 - Rational(1, 10**10)) * x(k), at="x", over=Each(k))
    creeps = [(1 - 1e-12) ** np.arange(50)]
    assert found(rate, known(creeps, error=1e-13))[1].verdict is Verdict.REFUTED
    assert found(rate, known(creeps, error=1e-9))[1].verdict is Verdict.INCONCLUSIVE


def test_the_floor_of_rounding_neither_holds_nor_fails():
    fall = 0.1 ** np.arange(13.0)
    rng = np.random.default_rng(0)
    noisy = np.concatenate([fall, 1e-13 * (1 + rng.random(50))])
    down = Claim("c", x(k + 1) <= x(k) / 2, at="x", over=Each(k))
    finding = found(down, known([noisy], error=1e-13))[1]
    assert finding.verdict is Verdict.CONFIRMED
    assert "compared up to k = 12" in finding.evidence
    plateau = np.concatenate([fall[:4], np.full(50, fall[3])])  # far above the floor: no floor
    assert found(down, known([plateau], error=1e-13))[1].verdict is Verdict.REFUTED
    flat = Claim("c", x(k + 1) < x(k), at="x", over=Each(k))
    assert found(flat, known([plateau], error=1e-13))[1].verdict is Verdict.INCONCLUSIVE


def test_a_claim_with_an_end_is_not_held_by_what_drowns_before_it():
    fall = np.concatenate([0.1 ** np.arange(13.0), np.full(50, 1e-13)])
    down = Claim("c", x(k + 1) <= x(k) / 2, at="x", over=Each(k, last=Integer(40)))
    assert found(down, known([fall], error=1e-13))[1].verdict is Verdict.INCONCLUSIVE


def test_an_undefined_bound_is_not_one_that_holds():
    bound = Claim("c", x(0) <= 1000 * sqrt(2 - x(0)), at="x", probability=1 - delta)
    draws = [[1.0]] * 4 + [[3.0]] * 16
    finding = found(bound, known(draws))[1]
    assert (finding.verdict, finding.failures, finding.unknown) == (Verdict.INCONCLUSIVE, 0, 16)
    assert finding.needs_seeds is None
    assert "a side is undefined" in finding.evidence
    assert found(bound, known([[1.0]] * 20))[1].verdict is Verdict.CONFIRMED


@pytest.mark.parametrize("bound", [log(log(k)), Min(2, log(log(k))), Min(2, 1 / log(k))])
def test_a_bound_that_does_not_exist_at_step_0_is_compared_from_where_it_does(bound):
    claim = Claim("c", x(k) >= bound, at="x", over=Each(k, first=2))
    run = np.full(9, 2.5)
    assert found(claim, known([run]))[1].verdict is Verdict.CONFIRMED
    assert found(claim, known([run - 4]))[1].verdict is Verdict.REFUTED


def test_a_measurement_without_a_number_is_no_failure_and_divergence_is():
    bounded = Claim("c", x(k) <= 2, at="x", over=Each(k))
    hole = [np.array([1.0, np.nan, 1.0])]
    finding = found(bounded, known(hole))[1]
    assert (finding.verdict, finding.failures) == (Verdict.INCONCLUSIVE, 0)
    finding = found(bounded, known([[1.0, 1.0]], extra=[(0, 2.0, "diverged", 1.0)]))[1]
    assert (finding.verdict, finding.step) == (Verdict.REFUTED, 2.0)
    lost = [(0, 0.0, "loss", 1.0), (0, 1.0, "loss", np.inf)]
    assert found(bounded, known([[1.0, np.nan]], extra=lost))[1].verdict is Verdict.REFUTED
    early = Claim("c", x(k) <= 2, at="x", over=Each(k, last=Integer(1)))
    late = [(0, 2.0, "diverged", 1.0)]
    assert found(early, known([[1.0, 1.0, np.nan]], extra=late))[1].verdict is Verdict.CONFIRMED


# Ends ---------------------------------------------------------------------------------------------


def test_a_run_decides_nothing_beyond_its_end():
    long = Claim("c", x(k) >= Rational(1, 100), at="x", over=Each(k, last=Integer(1000)))
    finding = found(long, known([np.ones(6)]))[1]
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "the run ends at k = 5, the claim at 1,000" in finding.evidence
    assert found(long, known([np.zeros(6)]))[1].verdict is Verdict.REFUTED
    assert found(long, known([np.ones(1001)]))[1].verdict is Verdict.CONFIRMED
    endless = Claim("c", x(k) >= Rational(1, 100), at="x", over=Each(k))
    finding = found(endless, known([np.ones(6)]))[1]
    assert finding.verdict is Verdict.CONFIRMED
    assert "compared up to k = 5" in finding.evidence


def test_some_step_is_not_missed_before_the_end():
    some = Claim("c", x(k) <= x(0) / 2, at="x", over=Some(k, Integer(9)))
    assert found(some, known([np.linspace(1, 0, 6)]))[1].verdict is Verdict.CONFIRMED
    assert found(some, known([np.ones(6)]))[1].verdict is Verdict.INCONCLUSIVE
    assert found(some, known([np.ones(10)]))[1].verdict is Verdict.REFUTED
    late = np.where(np.arange(12) > 9, 0.0, 1.0)
    assert found(some, known([late]))[1].verdict is Verdict.REFUTED


def test_between_checkpoints_is_said():
    marks = [0, 1, 2, 5, 12]
    rows = frame([np.ones(13)])
    bounded = Claim("c", x(k) <= 2, at="x", over=Each(k))
    sparse = Evidence({}, {}, rows[rows["step"].isin(marks)], steps=12)
    assert "compared at 4 of 12 steps" in found(bounded, sparse)[1].evidence
    assert "steps" not in found(bounded, Evidence({}, {}, rows, steps=12))[1].evidence
    some = Claim("c", x(k) >= 2, at="x", over=Some(k, Integer(12)))
    assert observe(some, sparse, 0).gap is Gap.SPARSE
    mean = Claim("c", x(k) <= 2, at="x", over=Average(k, Integer(12)))
    assert observe(mean, sparse, 0).gap is Gap.SPARSE


# What is shown ------------------------------------------------------------------------------------


def test_the_row_shown_is_that_of_the_step_that_failed():
    strict = Claim("c", r(k) < r(0), at="x", over=Each(k))
    finding = found(strict, known([[2.0, 1.9, 1.8]], name="residual"))[1]
    assert finding.verdict is Verdict.REFUTED
    assert (finding.step, finding.predicted, finding.observed) == (0.0, 2.0, 2.0)
    bump = Claim("c", x(k) <= 1, at="x", over=Each(k))
    finding = found(bump, known([[0.1, 0.99, 0.5, 1.7, 0.2, 3.0]]))[1]
    assert (finding.step, finding.observed) == (3.0, pytest.approx(1.7))
    assert finding.slack < 1
    assert found(bump, known([[0.1, 0.99, 0.5]]))[1].step == 1.0


def test_an_enclosure_is_shown_as_one():
    claim = Claim("c", x(0) <= lam, at="x")
    finding = found(claim, known([[0.2]]))[1]
    assert (finding.verdict, finding.predicted_in) == (Verdict.CONFIRMED, (0.3, 0.5))
    assert found(claim, known([[0.4]]))[1].verdict is Verdict.INCONCLUSIVE
    assert found(claim, known([[0.6]]))[1].verdict is Verdict.REFUTED
    assert apart((0.144, (0.083, 0.204)), (0.167, None)) == ("0.083 to 0.204", "0.167")


@pytest.mark.parametrize(
    ("one", "other"), [(2.01, 2.0100001), (54071244.0, 54071243.5), (1e17, 1.0000001e17)]
)
def test_two_numbers_are_shown_apart(one, other):
    shown = apart((one, None), (other, None))
    assert shown[0] != shown[1]
    assert apart((one, None), (one, None))[0] == apart((one, None), (one, None))[1]


def test_a_mean_fails_in_no_seed_by_itself():
    claim = Claim("c", x(0) <= 1, at="x", expected=True)
    assert seeds(Finding(claim, Verdict.REFUTED, seeds=600, failures=1)) == "600"


# Probabilities and the seeds that they need -----------------------------------------------------------


@pytest.mark.parametrize("promised", [1 - 2 * delta, 1 - 4 * delta, 1 + delta - delta * m])
def test_a_probability_that_is_not_positive_claims_nothing_here(promised):
    claim = Claim("c", x(0) <= 1, at="x", probability=promised)
    finding = found(claim, known([[2.0]] * 20))[1]
    assert (finding.verdict, finding.needs_seeds) == (Verdict.VOID, None)
    assert "claims nothing" in finding.evidence


def test_a_letter_without_a_value_keeps_a_probability_void():
    other = failure("epsilon", "another failure")
    finding = found(Claim("c", x(0) <= 1, at="x", probability=1 - other), known([[2.0]]))[1]
    assert finding.verdict is Verdict.VOID
    assert "no value" in finding.evidence


def test_what_is_needed_is_projected_at_the_rate_seen():
    assert Binomial(9, 20, 0.5).needs > 500  # 78 would decide only if no other seed failed
    assert Binomial(10, 20, 0.5).needs is None
    assert Binomial(2, 20, 0.5, lost=9).needs is None
    assert Binomial(2, 20, 0.5, lost=3).needs == seeds_at_rate(0.5, 0.25)
    assert Binomial(0, 5, 0.5).needs == 10
    assert Binomial(15, 20, 0.5).needs < 200


@pytest.mark.parametrize(("limit", "rate"), [(0.5, 0.45), (0.1, 0.05), (0.5, 0.0), (0.05, 0.045)])
def test_about_the_fewest_seeds_at_a_rate(limit, rate):
    n = seeds_at_rate(limit, rate)
    assert stats.binom.cdf(np.ceil(rate * n), n, limit) <= CONFIRM
    fewer = int(0.9 * n) - 1
    assert stats.binom.cdf(np.ceil(rate * fewer), fewer, limit) > CONFIRM


def test_every_claim_says_how_many_seeds_it_needs():
    mean = Claim("m", x(0) <= 1, at="x", expected=True)
    sure, likely = (
        Claim("s", x(0) <= 1, at="x"),
        Claim("l", x(0) <= 1, at="x", probability=1 - delta),
    )
    twice = Claim("t", x(0) <= 1, at="x", probability=1 - 2 * delta)
    assert seeds_for(mean, 0.5) == (MEANS,)
    assert seeds_for(sure, 0.5) == (20,)
    assert seeds_for(likely, 0.5)[0] == 10
    assert seeds_for(twice, 0.25) == seeds_for(likely, 0.5)
    assert seeds_for(twice, 0.5) == (1,)
    assert looks((sure, likely), 0.5) == seeds_for(likely, 0.5)
    assert looks((likely, mean), 0.5) == (MEANS,)


def test_runs_in_which_nothing_is_drawn_are_one():
    likely = Claim("c", x(k) <= 1, at="x", over=Each(k), probability=1 - delta)
    for curve, verdict in (
        (np.full(5, 0.5), Verdict.CONFIRMED),
        (np.full(5, 2.0), Verdict.REFUTED),
    ):
        finding = found(likely, known([curve] * 20, deterministic=True))[1]
        assert (finding.verdict, finding.seeds) == (verdict, 1)
        assert "nothing is drawn" in finding.evidence
    mean = Claim("c", x(0) <= 1, at="x", expected=True)
    assert found(mean, known([[0.5]], deterministic=True))[1].verdict is Verdict.CONFIRMED
    assert found(mean, known([[1.5]], deterministic=True))[1].verdict is Verdict.REFUTED


def test_each_step_by_itself_is_another_claim_than_all_steps_together():
    """One step in five fails in every run, each time another one."""
    curves = np.full((40, 5), 0.5)
    curves[np.arange(40), np.arange(40) % 5] = 2.0
    for apart_, verdict in ((True, Verdict.CONFIRMED), (False, Verdict.REFUTED)):
        over = Each(k, last=Integer(4), separately=apart_)
        claim = Claim("c", x(k) <= 1, at="x", over=over, probability=1 - delta)
        assert found(claim, known(curves))[1].verdict is verdict


def test_a_statement_about_data_needs_no_run_even_where_there_are_some():
    claim = Claim("c", lam <= Rational(2, 5), at="x")
    assert found(claim, known([[1.0]]))[1].verdict is Verdict.OPEN
    assert found(Claim("c", lam <= 1, at="x"), known([[1.0]]))[1].verdict is Verdict.CONFIRMED


# Means --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ["<=", ">="])
@pytest.mark.parametrize("truth", [True, False])
def test_a_mean_inequality_is_confirmed_or_refuted_and_never_by_an_equality(op, truth):
    draws = np.random.default_rng(0).gamma(2, 2, 600)[:, None]  # of mean 4
    bound = 1000 if (op == "<=") == truth else 1
    relation = x(0) <= bound if op == "<=" else x(0) >= bound
    finding = found(Claim("c", relation, at="x", expected=True), known(draws))[1]
    assert finding.verdict is (Verdict.CONFIRMED if truth else Verdict.REFUTED)


def test_means_are_compared_at_every_step():
    rng = np.random.default_rng(1)
    noise = 0.1 * rng.standard_normal((600, 6))
    falls = 1 + noise + np.array([0, 0, 0, 0, 0, 1.0])
    claim = Claim("c", x(k) <= Rational(3, 2), at="x", over=Each(k), expected=True)
    finding = found(claim, known(falls))[1]
    assert (finding.verdict, finding.step) == (Verdict.REFUTED, 5.0)
    assert found(claim, known(1 + noise))[1].verdict is Verdict.CONFIRMED
    until = Claim("c", x(k) <= Rational(3, 2), at="x", over=Each(k, last=Integer(9)), expected=True)
    assert found(until, known(1 + noise))[1].verdict is Verdict.INCONCLUSIVE


def test_error_rates_of_means_are_as_stated():
    """Skewed draws at the very bound: neither verdict, hardly ever."""
    rng = np.random.default_rng(2)
    claim = Claim("c", x(0) <= 4, at="x", expected=True)
    verdicts = [found(claim, known(rng.gamma(2, 2, MEANS)[:, None]))[1].verdict for _ in range(60)]
    assert verdicts.count(Verdict.INCONCLUSIVE) >= 59


def test_a_mean_with_an_undefined_draw_is_none():
    claim = Claim("c", log(x(0)) <= 1, at="x", expected=True)
    finding = found(claim, known([[1.0]] * 599 + [[-1.0]]))[1]
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "undefined in 1 of 600 draws" in finding.evidence


def test_a_limit_says_nothing_where_a_letter_is_missing():
    other = of_data("other", "unknown here", probe="other")
    claim = Claim("c", Eq(x(k), other), at="x", over=Limit(k))
    assert found(claim, known([np.ones(50)]))[1].verdict is Verdict.VOID
    assert claim.probability == S.One


def test_an_equation_is_read_beside_a_positive_scale_and_may_pile_up_a_rounding_a_step():
    one, near = point(np.ones(1)), point(np.ones(1) + 5e-12)
    assert tell("==", one, near)[0] == Told.FAILED
    assert tell("==", one, near, None, 1e-11)[0] == Told.HELD
    for scale in (0.0, -1.0):
        assert tell("==", one, near, scale)[0] == Told.UNKNOWN
    drifting = [1 + 4e-16 * k for k in range(4001)]
    conserved = Claim("c", Eq(x(k), x(0)), at="x", over=Each(k))
    wrong = [1 + 4e-14 * k for k in range(4001)]
    for curve, verdict in ((drifting, Verdict.CONFIRMED), (wrong, Verdict.REFUTED)):
        seen = known([curve] * 3, deterministic=True, steps=4000)
        assert found(conserved, seen)[1].verdict is verdict
