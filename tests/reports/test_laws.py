"""A planted power law along a ladder is found with its exponent, and its logarithm is taken out
when declared.
"""

import numpy as np
import pandas as pd
import pytest
from sympy import Rational

from reports.judging.laws import law_finding
from reports.judging.verdict import LawVerdict
from tests.letters import label, observable
from theorems.language import Law, count

m, moved = count("m", "neurons"), observable("travel", "farthest movement", probe="movement")


def frames(exponent, log_exponent=0.0, seeds=10):
    rng = np.random.default_rng(0)
    found = {}
    for size in (256, 512, 1024, 2048, 4096):
        top = (
            size**exponent
            * np.log(size) ** log_exponent
            * np.exp(0.03 * rng.standard_normal(seeds))
        )
        rows = [
            (s, float(k), label("movement"), v * top[s], 0.0)
            for s in range(seeds)
            for k, v in enumerate((0.0, 0.5, 1.0))
        ]
        found[size] = pd.DataFrame(rows, columns=["seed", "step", "observable", "value", "error"])
    return found


@pytest.mark.parametrize(
    ("true", "declared", "verdict"),
    [
        (-0.5, Rational(-1, 2), LawVerdict.CONSISTENT),
        (-1.0, Rational(-1, 2), LawVerdict.STEEPER),
        (-0.2, Rational(-1, 2), LawVerdict.INCONSISTENT),
    ],
)
def test_an_upper_bound_is_one_sided(true, declared, verdict):
    found = law_finding(Law("l", of=moved, along=m, exponent=declared, at="x"), frames(true))
    assert found.exponent.verdict is verdict
    assert found.exponent.low <= true + 0.05
    assert found.exponent.high >= true - 0.05
    assert found.sizes == (256, 512, 1024, 2048, 4096)


def test_a_declared_logarithm_is_taken_out():
    law = Law("l", of=moved, along=m, exponent=-1, log_exponent=2, at="x", kind="exactly")
    assert law_finding(law, frames(-1.0, 2.0)).exponent.fitted == pytest.approx(-1, abs=0.05)


def test_an_unmeasured_observable_is_void():
    law = Law("l", of=observable("f", "flips", probe="flips"), along=m, exponent=-1, at="x")
    assert law_finding(law, frames(-1.0)).exponent.verdict is LawVerdict.VOID
