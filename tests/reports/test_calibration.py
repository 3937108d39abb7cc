"""The error rates are what they are said to be: planted truths, judged ten thousand times."""

from pathlib import Path

import pytest
from scipy.stats import binom

from benchmarks.calibration import TRIALS, page, rows
from reports.statistics import REFUTE, TWO_LOOKS
from reports.verdict import Verdict

CHANCE = 1e-6  # that a true rate makes such a test fail


@pytest.fixture(scope="module")
def table():
    return rows()


def test_a_true_claim_is_not_refuted_and_a_false_one_not_confirmed_more_often_than_declared(table):
    for row in table:
        trials = TRIALS if "mean" not in row.planted else TRIALS // 40
        if "; true" in row.planted:
            assert binom.sf(round(row.rate(Verdict.REFUTED) * trials) - 1, trials, REFUTE) > CHANCE, row
        if "false" in row.planted or "just" in row.planted:
            assert binom.sf(round(row.rate(Verdict.CONFIRMED) * trials) - 1, trials, TWO_LOOKS) > CHANCE, row


def test_the_power_is_as_computed_beforehand(table):
    for row in table:
        assert "with room" not in row.planted or row.rate(Verdict.CONFIRMED) >= 0.89, row
        assert "plainly" not in row.planted or row.rate(Verdict.REFUTED) >= 0.89, row


def test_the_committed_table_is_this_one(table):
    assert (Path(__file__).parents[2] / "docs" / "calibration.md").read_text() == page(table)


def test_the_test_of_calibration_can_fail():
    """With the level of refutation at one half, true claims would be refuted: the counts above would show it."""
    assert binom.sf(0.02 * TRIALS, TRIALS, REFUTE) < CHANCE
