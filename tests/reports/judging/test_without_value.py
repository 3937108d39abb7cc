"""A letter that a draw has no value of is said not to exist, which is not that nobody measured it."""

import math

import pandas as pd
import pytest

from reports.judging.evidence import Evidence
from reports.judging.hypotheses import judge
from sim.plan import label_of
from tests.letters import label, of_draw
from theorems.language import Hypothesis, measured
from theorems.language.measurement import argument, labels, norm
from theorems.reasoning.exact import Decision

R = of_draw("R", "least radius", probe="largest_output")
bounded = Hypothesis("bounded", R <= 2, at="here")


def judged(*values):
    rows = [(seed, 0.0, label("largest_output"), v, 0.0) for seed, v in values]
    rows += [(seed, 0.0, "loss", 1.0, 0.0) for seed in (0, 1)]
    columns = ["seed", "step", "observable", "value", "error"]
    return judge(bounded, Evidence({}, {}, pd.DataFrame(rows, columns=columns)))


def test_a_radius_that_no_draw_has_is_said_to_be_none_and_never_to_fail():
    found, held = judged((0, math.nan), (1, math.nan))
    assert (found.status, held) == (Decision.OPEN, set())
    assert found.why == "holds in 0 of 2 draws; unknown in 2: no R exists for this draw"


@pytest.mark.parametrize(("value", "word"), [(1.0, "holds in 2"), (3.0, "holds in 0")])
def test_one_that_exists_is_compared(value, word):
    found, _ = judged((0, value), (1, value))
    assert word in found.why
    assert "exists" not in found.why


def test_one_that_nobody_measured_is_not_said_to_be_none():
    found, _ = judged()
    assert found.why.endswith("unknown in 2: something it speaks of was not measured")


def test_what_is_called_with_a_radius_that_does_not_exist_is_not_said_to_be_unmeasured():
    """Since what it would have been measured at is no number."""
    near = measured("near", "share near a kink", norm(labels * argument))
    stated = Hypothesis("few", near(R) <= 2, at="here")
    names = {label("largest_output"): math.nan, label_of(near(R)): math.nan}
    rows = [(0, 0.0, name, value, math.nan) for name, value in names.items()]
    rows.append((0, 0.0, "loss", 1.0, 0.0))
    frame = pd.DataFrame(rows, columns=["seed", "step", "observable", "value", "error"])
    found, _ = judge(stated, Evidence({}, {}, frame))
    assert found.why == "holds in 0 of 1 draws; unknown in 1: no R exists for this draw"
