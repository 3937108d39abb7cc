"""Every level at which something is decided, typed a second time: who changes one changes what the
verdicts mean.
"""

from typing import Any

import pytest

from reports.judging import draw, evidence, frontier, interval, limit, limits, mean, statistics

LEVELS: dict[Any, dict[str, Any]] = {
    draw: {"ABSURD": 1e12, "EQUAL": 1e-12, "A_STEP": 2.0**-47, "RESOLUTION": 1e-3},
    evidence: {"DIGITS": 1e-6, "DIVERGED": "diverged", "LOST": "lost", "RUN": ("loss",)},
    frontier: {"TOLERANCE": 1.3, "MOST_STEPS": 16},
    interval: {"ULPS": 2.0**-50, "TINY": 1e-300, "EXACT": 2.0**53},
    limit: {
        "REMAINS": 0.5,
        "LATER": 0.75,
        "FEWEST": 4,
        "POINTS": 64,
        "HALF": 0.5,
        "FITS": 0.05,
        "PLAIN": 0.1,
        "BETTER": 2.0,
        "ERRS": 0.01,
        "EXPLAINED": 0.05,
        "KNOWN": 0.01,
    },
    limits: {"LEVEL": 0.025, "SLOW": 0.125, "SLOW_LOG": 0.5, "ROUGH": 0.1},
    mean: {"FEWEST": 30},
    statistics: {
        "BUDGET": 1e-3,
        "CLAIMS": 1000,
        "REFUTE": 1e-6,
        "CONFIRM": 1e-3,
        "MEAN_DRAWS": 500,
        "REFUTE_MEAN": 1e-10,
        "MEANS": 600,
        "CONFIRM_MEAN": 1e-4,
        "CERTAIN": 20,
        "MOST": 10**9,
        "INTERVAL": 0.95,
        "MARGIN": 0.1,
        "WIDE": 5,
        "ROUGH": 0.98,
        "LEAST_SEEDS": 3,
        "SAME": 1e-9,
        "HALVES_AHEAD": 10,
        "TWO_LOOKS": 2e-3,
        "FALSE": 0.95,
        "EQUIVALENCE": 0.125,
    },
}


@pytest.mark.parametrize("module", LEVELS, ids=lambda m: m.__name__.rpartition(".")[2])
def test_every_level_is_the_one_that_was_designed(module):
    numbers = {n for n, v in vars(module).items() if n.isupper() and isinstance(v, int | float)}
    assert numbers <= {"NAN", "RUNGS"}.union(*LEVELS.values())
    for name, level in LEVELS[module].items():
        wanted = level if isinstance(level, str | tuple) else pytest.approx(level, rel=1e-14)
        assert vars(module)[name] == wanted
