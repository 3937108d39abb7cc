"""Limits are judged with power: true ones approach, wrong ones recede, at the rates that are
stated.
"""

import numpy as np
import pandas as pd
import pytest
from sympy import Eq, Le

from reports.judging.compare import compare
from reports.judging.evidence import Evidence
from reports.judging.limit import REMAINS, remaining
from reports.judging.verdict import Verdict
from tests.letters import SETTING, label, observable, of_data
from theorems.language import Claim, Limit, Theorem, index

k = index("k", "step")
seen = observable("seen", "a number", probe="seen")
alpha = of_data("alpha", "its limit", probe="alpha")
N, TRIALS, NOISE = 10_000, 200, 0.02
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
