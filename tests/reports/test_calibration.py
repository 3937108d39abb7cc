"""The error rates are what they are said to be: planted truths, judged ten thousand times."""

import pytest
from scipy.stats import binom

from benchmarks.calibration import TRIALS, rows
from reports.statistics import REFUTE, TWO_LOOKS
from reports.verdict import Verdict

ROWS = rows()
CHANCE = 1e-6  # that a true rate makes such a test fail


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.planted)
def test_a_true_claim_is_not_refuted_and_a_false_one_not_confirmed_more_often_than_declared(row):
    trials = TRIALS if "mean" not in row.planted else TRIALS // 40
    if "; true" in row.planted:
        assert binom.sf(row.rate(Verdict.REFUTED) * trials - 1, trials, REFUTE) > CHANCE
    if "false" in row.planted or "just" in row.planted:
        assert binom.sf(row.rate(Verdict.CONFIRMED) * trials - 1, trials, TWO_LOOKS) > CHANCE


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.planted)
def test_the_power_is_as_computed_beforehand(row):
    if "with room" in row.planted:
        assert row.rate(Verdict.CONFIRMED) >= 0.89
    if "plainly" in row.planted:
        assert row.rate(Verdict.REFUTED) >= 0.89


def test_the_test_of_calibration_can_fail():
    """With the level of refutation at one half, true claims would be refuted: the counts above would show it."""
    assert binom.sf(0.02 * TRIALS, TRIALS, REFUTE) < CHANCE
