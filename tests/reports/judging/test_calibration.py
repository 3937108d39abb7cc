"""The error rates are what they are said to be: planted truths, judged ten thousand times."""

from dataclasses import replace

import pytest
from scipy.stats import binom
from sympy import Rational

from benchmarks.calibration import DELTAS, TRIALS, rows
from reports.judging.compare import compare
from reports.judging.statistics import REFUTE, TWO_LOOKS, seeds_by_design
from reports.judging.verdict import Verdict
from reports.studies.options import Options
from reports.studies.planning import evidence, make_plan
from sim.data.table import load
from sim.run import trajectories
from sim.store import Store

CHANCE = 1e-6  # that a true rate makes such a test fail


@pytest.fixture(scope="module")
def table():
    return rows(deltas=DELTAS[:2])  # the page with all of them is proved fresh by docs/generate.py


def test_a_true_claim_is_not_refuted_and_a_false_one_not_confirmed_more_often_than_declared(table):
    for row in table:
        trials = TRIALS if "mean" not in row.planted else TRIALS // 40
        if "; true" in row.planted:
            assert (
                binom.sf(round(row.rate(Verdict.REFUTED) * trials) - 1, trials, REFUTE) > CHANCE
            ), row
        if "false" in row.planted or "just" in row.planted:
            assert (
                binom.sf(round(row.rate(Verdict.CONFIRMED) * trials) - 1, trials, TWO_LOOKS)
                > CHANCE
            ), row


def test_the_power_is_as_computed_beforehand(table):
    for row in table:
        assert "with room" not in row.planted or row.rate(Verdict.CONFIRMED) >= 0.89, row
        assert "plainly" not in row.planted or row.rate(Verdict.REFUTED) >= 0.89, row


def test_the_test_of_calibration_can_fail():
    """With the level of refutation at one half, true claims would be refuted: the counts above
    would show it.
    """
    assert binom.sf(0.02 * TRIALS, TRIALS, REFUTE) < CHANCE


@pytest.mark.slow
def test_true_statements_simulated_a_thousand_times_are_not_accused(statement):
    """From the draws to the verdict: a thousand disjoint sets of seeds, at the seeds of the design."""
    theorem, allowed, repeats = statement("Lemmas 3.1 and 4.1"), Rational(1, 2), 1000
    theorem = replace(theorem, claims=tuple(c for c in theorem.claims if not c.expected))
    data, seeds = load("orthonormal", 3), seeds_by_design(float(allowed))
    plan = make_plan([theorem], data, 64, Options(delta=allowed, seeds=seeds * repeats))
    frame = trajectories(plan, Store(), train=False)
    verdicts = []
    for _, part in frame.groupby(frame["seed"] // seeds):
        verdicts += [
            f.verdict for f in compare(theorem, evidence(theorem, data, allowed, plan, part))[1]
        ]
    assert len(verdicts) == repeats * len(theorem.claims)
    assert binom.sf(verdicts.count(Verdict.REFUTED) - 1, len(verdicts), REFUTE) > CHANCE
    assert verdicts.count(Verdict.CONFIRMED) >= 0.9 * len(verdicts)
