"""Are the error rates what they are said to be? Planted truths judged by the checker itself:
docs/calibration.md.

A verdict depends on a run only through the number of failures, so each design's verdicts are asked
of the judge once for every number, and trials then draw that number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from sympy import Eq, Rational

from benchmarks.settings import SQUARED, residual
from reports.judging.compare import compare
from reports.judging.evidence import Evidence
from reports.judging.statistics import (
    CONFIRM,
    MEANS,
    REFUTE,
    TWO_LOOKS,
    seeds_by_design,
    seeds_to_confirm,
)
from reports.judging.verdict import Verdict
from reports.pages.markdown import grid
from sim.run import table
from theorems.language import Claim, Scale, Theorem, failure, measured

TRIALS = 10_000  # of each verdict, planted truths and planted falsehoods
SEED = 20_181_004  # of all of them
MEANS_TRIALS = 250  # of a mean, each of which is judged
DELTAS = (Rational(1, 2), Rational(1, 10), Rational(1, 20))  # failure probabilities
delta, r = failure("delta", "failure"), measured("r", "a number", residual)


def judged(values: np.ndarray, claim: Claim, allowed: Rational) -> Verdict:
    """The judge's verdict when r(0) takes these values in as many seeds."""
    frame = table((s, 0.0, residual.text, float(v), 0.0) for s, v in enumerate(values))
    theorem = Theorem(
        statement="planted",
        says="planted",
        setting=SQUARED,
        scale=Scale(failure=delta),
        hypotheses=(),
        claims=(claim,),
    )
    return compare(theorem, Evidence({delta: float(allowed)}, {delta: allowed}, frame))[1][
        0
    ].verdict


@cache
def verdicts(allowed: Rational, seeds: int) -> tuple[Verdict, ...]:
    """The verdict for 0, 1, ..., seeds failures."""
    claim = Claim("bound", r(0) <= 1, at="planted", probability=1 - delta)
    return tuple(
        judged(np.where(np.arange(seeds) < failures, 2.0, 0.5), claim, allowed)
        for failures in range(seeds + 1)
    )


def two_looks(
    allowed: Rational, true: float, trials: int, rng: np.random.Generator
) -> dict[Verdict, float]:
    """How often each verdict is given when a claim that may fail with `allowed` fails with `true`,
    in the design of a run in regime.
    """
    first, second = seeds_to_confirm(float(allowed)), seeds_by_design(float(allowed))
    one = rng.binomial(first, true, trials)
    both = one + rng.binomial(second - first, true, trials)
    table = np.array([str(v) for v in verdicts(allowed, second)])
    early = np.array([str(v) for v in verdicts(allowed, first)])
    found = np.where(one == 0, early[one], table[both])
    return {v: float((found == str(v)).mean()) for v in Verdict if (found == str(v)).any()}


def means(true: float, trials: int, rng: np.random.Generator) -> dict[Verdict, float]:
    """How often each verdict is given on a claim that a mean is 4, of chi-square draws with this
    mean instead.
    """
    claim = Claim("mean", Eq(r(0), 4), at="planted", expected=True)
    found = [judged(rng.gamma(true / 2, 2, MEANS), claim, Rational(1, 2)) for _ in range(trials)]
    return {v: found.count(v) / trials for v in Verdict if v in found}


@dataclass(frozen=True)
class Row:
    """A planted truth, what the judge may not say too often, and how often it said what."""

    planted: str
    seeds: str
    declared: str
    rates: dict[Verdict, float]

    def rate(self, verdict: Verdict) -> float:
        return self.rates.get(verdict, 0.0)


def rows(
    trials: int = TRIALS, deltas: tuple[Rational, ...] = DELTAS, mean_trials: int = MEANS_TRIALS
) -> list[Row]:
    """The whole table; the same every time."""
    rng, found = np.random.default_rng(SEED), []
    for allowed in deltas:
        looks = f"{seeds_to_confirm(float(allowed))}, then {seeds_by_design(float(allowed))}"
        for true, name, declared in (
            (float(allowed) / 10, "true, with room: fails with δ/10", "confirmed at least 0.9"),
            (
                float(allowed),
                "true, just: fails with δ",
                f"refuted at most {REFUTE:.0e}, confirmed at most {TWO_LOOKS:g}",
            ),
            (
                min(2 * float(allowed), 0.9),
                "false: fails with 2δ (0.9 for δ = 1/2)",
                f"confirmed at most {TWO_LOOKS:g}",
            ),
            (
                0.95,
                "plainly false: fails with 0.95",
                f"confirmed at most {TWO_LOOKS:g}, refuted at least 0.9",
            ),
        ):
            found.append(
                Row(
                    f"δ = {allowed}; {name}", looks, declared, two_looks(allowed, true, trials, rng)
                )
            )
    for true, name, declared in (
        (4.0, "true", f"refuted at most {REFUTE:.0e}"),
        (5.0, "false: the mean is 5", f"confirmed at most {CONFIRM:g}"),
    ):
        found.append(
            Row(
                f"a mean of skewed draws is 4; {name}",
                str(MEANS),
                declared,
                means(true, mean_trials, rng),
            )
        )
    return found


def page(found: list[Row], trials: int = TRIALS, mean_trials: int = MEANS_TRIALS) -> str:
    """The table of so many trials as Markdown."""
    columns = [
        v
        for v in (Verdict.CONFIRMED, Verdict.REFUTED, Verdict.INCONCLUSIVE)
        if any(x.rate(v) for x in found)
    ]
    body = [(x.planted, x.seeds, x.declared, *(f"{x.rate(v):.4f}" for v in columns)) for x in found]
    return (
        "\n".join(
            [
                "# Calibration",
                "",
                f"{trials:,} trials a row ({mean_trials:,} for means) with a planted truth, judged by the checker: how often each verdict was given. "
                "Written by `docs/generate.py`.",
                "",
                *grid(
                    ("planted", "seeds", "declared", *map(str, columns)),
                    body,
                    right=tuple(map(str, columns)),
                ),
            ]
        ).rstrip()
        + "\n"
    )
