"""Claims that give each step its own probability: one count a step, any of which may refute."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reports.judging.count import Sample, counted, exceeds, shown
from reports.judging.draw import Gap, Run, Seen, Told, observe
from reports.judging.evidence import sides
from reports.judging.findings import Finding
from reports.judging.statistics import Binomial
from reports.judging.verdict import Verdict
from theorems.language import Claim, Each
from theorems.writing.notation import number as written


@dataclass(frozen=True)
class Steps:
    """One test a step, and whether some run ends before the claim does."""

    steps: NDArray[np.float64]
    tests: list[Binomial]
    short: bool

    @property
    def worst(self) -> int:
        """The step with the most failures, then the most unknown."""
        ranked = [(t.failures, t.lost) for t in self.tests]
        return ranked.index(max(ranked))

    @property
    def seen(self) -> bool | None:
        """Whether no step fails more often than it may; None where that hangs on what is unknown."""
        if any(exceeds(t.failures, t.delta, t.seeds) for t in self.tests):
            return False
        unclear = any(exceeds(t.failures + t.lost, t.delta, t.seeds) for t in self.tests)
        return None if self.short or unclear or not self.tests else True


def stepwise(claim: Claim, over: Each, sample: Sample) -> Finding:
    """A probability of each step by itself: refuted with a union bound over the steps, confirmed
    when every step is. What allows no failure, or draws nothing, is the claim on all steps together.
    """
    if sample.evidence.deterministic or not sample.allowed(claim):
        return counted(claim, sample)
    seen = [observe(claim, sample.evidence, s) for s in sample.seeds]
    base = shown(claim, seen, sample)
    if all(s.gap is Gap.MISSING for s in seen):
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    found = _tested(claim, seen, sample)
    if not found.tests:
        base = replace(base, evidence=f"no step was compared; {base.evidence}")
        return base if sample.inside else sample.placed(base, found.seen)
    at = found.worst
    worst = found.tests[at]
    base = replace(
        base,
        failures=worst.failures,
        evidence=f"each step by itself: at worst {worst.failures} of {worst.seeds} fail, at "
        f"{over.index.text} = {written(float(found.steps[at]))}, with a union bound over "
        f"{len(found.tests)} steps; taken together {base.evidence}",
    )
    if not sample.inside:
        return sample.placed(base, found.seen)
    if any(t.refutes for t in found.tests):
        return replace(base, verdict=Verdict.REFUTED)
    if not found.short and all(t.confirms for t in found.tests):
        return replace(base, verdict=Verdict.CONFIRMED)
    return replace(
        base, verdict=Verdict.INCONCLUSIVE, needs_seeds=None if found.short else worst.needs
    )


def _tested(claim: Claim, seen: list[Seen], sample: Sample) -> Steps:
    steps, told = _table(claim, sample)
    allowed = sample.allowed(claim) or 0.0
    tests = [
        Binomial(
            int((column == Told.FAILED).sum()),
            len(column),
            allowed,
            int((column == Told.UNKNOWN).sum()),
            sample.blur,
            len(steps),
        )
        for column in told.T
    ]
    ends = [s.wanted for s in seen if np.isfinite(s.wanted)]
    short = any(s.gap in (Gap.SHORT, Gap.LOST, Gap.UNMOVED) for s in seen)
    return Steps(steps, tests, short or bool(len(steps) and ends and steps[-1] < max(ends)))


def _table(claim: Claim, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """The steps that any run has, and what each run says there (seeds, steps); unknown where it has
    none, failed from where it left the numbers, and held beyond its own end, where nothing is
    claimed of it; all unknown in a run whose end is.
    """
    runs = [
        Run(claim, sample.evidence, s, sides(claim.relation, claim.over.index, sample.evidence, s))  # type: ignore[union-attr]
        for s in sample.seeds
    ]
    ends = np.array([r.ends for r in runs])
    steps = np.unique(np.concatenate([r.sides.steps for r in runs]))
    steps = steps[(steps >= runs[0].starts) & (steps <= np.nanmax(ends))]
    told = np.full((len(runs), len(steps)), int(Told.UNKNOWN))
    for row, run in zip(told, runs, strict=True):
        at = np.searchsorted(steps, run.sides.steps)
        fits = (at < len(steps)) & np.isin(run.sides.steps, steps)
        row[at[fits]] = run.told[fits]
        row[(steps >= run.diverged) & (row == Told.UNKNOWN)] = Told.FAILED
        row[steps > run.ends] = Told.HELD
    told[np.isnan(ends)] = Told.UNKNOWN
    drowned = (told == Told.UNKNOWN).all(axis=0)
    kept = len(steps) - int(np.argmin(drowned[::-1])) if not drowned.all() else 0
    return steps[:kept], told[:, :kept]
