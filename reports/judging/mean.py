"""Claims about means over the initialization: inequalities and equations, at the start and at every
step.

An inequality is refuted by a one-sided Student test and confirmed by one to the other side; an
equation is refuted by a two-sided test and confirmed by equivalence. Over K steps each test has one
K-th of the level (union bound).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.judging.count import Sample
from reports.judging.draw import Told, averaged, begun, tell
from reports.judging.evidence import Evidence, Sides, number, sides
from reports.judging.findings import Finding, finite
from reports.judging.interval import point
from reports.judging.statistics import (
    CONFIRM,
    CONFIRM_MEAN,
    EQUIVALENCE,
    MEAN_DRAWS,
    MEANS,
    REFUTE,
    REFUTE_MEAN,
    mean_interval,
    mean_is_above,
    mean_is_zero,
)
from reports.judging.verdict import Verdict
from theorems.language import Average, Claim
from theorems.writing.notation import number as written

Array = NDArray[Any]
FEWEST = 30  # draws below which Student's interval says nothing


@dataclass(frozen=True)
class Draws:
    """Both sides' middles and the half-width of their difference, (draws, steps); NaN where a draw
    has none.
    """

    steps: Array
    left: Array
    right: Array
    error: Array
    scale: float | None

    @property
    def known(self) -> Array:
        """The steps at which every draw has a number."""
        return np.isfinite(self.left - self.right + self.error).all(axis=0)

    def at(self, columns: Array) -> Draws:
        """Some of the steps."""
        return Draws(
            self.steps[columns],
            self.left[:, columns],
            self.right[:, columns],
            self.error[:, columns],
            self.scale,
        )


@dataclass(frozen=True)
class Tested:
    """What the draws say at one step of an order or an equation between two means."""

    refuted: bool
    confirmed: bool
    low: float
    high: float


def averages(claim: Claim, sample: Sample) -> Finding:
    """A claim about a mean over the draws."""
    draws = _draws(claim, sample)
    known = draws.known
    upto = int(np.flatnonzero(known)[-1]) + 1 if known.any() else 0
    if not upto:
        missing = np.isnan(draws.left).all() or np.isnan(draws.right).all()
        verdict = Verdict.VOID if missing else Verdict.INCONCLUSIVE
        return _undefined(Finding(claim, verdict), draws)
    count = len(draws.left)
    found = draws.at(np.flatnonzero(known))
    if count < FEWEST and not sample.evidence.deterministic:
        words = f"a mean needs at least {FEWEST} draws"
        return Finding(claim, Verdict.INCONCLUSIVE, evidence=words, seeds=count, needs_seeds=MEANS)
    tests = [_test(claim, found, j, sample) for j in range(len(found.steps))]
    short = not known[:upto].all() or found.steps[-1] < _end(claim, sample) * (1 - 1e-12)
    worst = _worst(claim, found, tests)
    base = _shown(claim, found, worst, tests, sample)
    if short:
        base = replace(base, evidence=f"{base.evidence}; some steps or draws have no number")
    refuted = any(t.refuted for t in tests)
    confirmed = all(t.confirmed for t in tests) and not short
    if not sample.inside:
        return sample.placed(base, False if refuted else True if confirmed else None)
    verdict = (
        Verdict.REFUTED if refuted else Verdict.CONFIRMED if confirmed else Verdict.INCONCLUSIVE
    )
    more = MEANS if verdict is Verdict.INCONCLUSIVE and count < MEAN_DRAWS else None
    return replace(base, verdict=verdict, failures=int(refuted), needs_seeds=more)


def _undefined(finding: Finding, draws: Draws) -> Finding:
    bad = int((~np.isfinite(draws.left - draws.right)).any(axis=1).sum()) if draws.left.size else 0
    why = (
        "nothing was measured"
        if finding.verdict is Verdict.VOID
        else f"a side is undefined in {bad} of {len(draws.left)} draws, so there is no mean"
    )
    return replace(finding, evidence=why, seeds=len(draws.left))


def _end(claim: Claim, sample: Sample) -> float:
    """Where the claim ends, at the earliest over the draws; 0 where it has no end."""
    if claim.over is None or claim.over.ends is None or isinstance(claim.over, Average):
        return 0.0
    ends = [number(claim.over.ends, sample.evidence, s) for s in sample.seeds]
    return float(np.floor(min(ends))) if claim.over.index.is_integer else float(min(ends))


def _draws(claim: Claim, sample: Sample) -> Draws:
    evidence = sample.evidence
    index = claim.over.index if claim.over else None
    both = [_one(claim, evidence, s) for s in sample.seeds]
    steps = np.unique(np.concatenate([b.steps for b in both])) if both else np.array([])
    first = claim.over.starts if claim.over else 0
    last = _end(claim, sample) or (0.0 if claim.over and claim.over.ends == 0 else np.inf)
    averaging = isinstance(claim.over, Average)
    steps = steps if averaging else steps[(steps >= first) & (steps <= last * (1 + 1e-12))]
    if begun(claim.relation, index) is Told.HELD:
        steps = steps[steps != 0]  # there both sides are one number
    scale = None if claim.scale is None else number(claim.scale, evidence, 0)
    left, right, error = (np.full((len(both), len(steps)), np.nan) for _ in range(3))
    for i, s in enumerate(both):
        here = np.isin(s.steps, steps)
        at = np.searchsorted(steps, s.steps[here])
        left[i, at], right[i, at] = s.left[here], s.right[here]
        error[i, at] = (s.lhs.radius + s.rhs.radius)[here]
    return Draws(steps, left, right, error, scale)


def _one(claim: Claim, evidence: Evidence, seed: int) -> Sides:
    over = claim.over
    found = sides(claim.relation, over.index if over else None, evidence, seed)
    if not isinstance(over, Average):
        return found
    last = number(over.last, evidence, seed)
    inside = found.steps < last
    if inside.sum() < last or not np.isfinite(last):
        nowhere = point(np.array([np.nan]))
        return Sides(np.array([0.0]), nowhere, nowhere, np.zeros(1, dtype=bool))
    mean = averaged(found, inside, last)
    return replace(mean, steps=np.array([0.0]))  # draws may average over different lengths


def _test(claim: Claim, draws: Draws, j: int, sample: Sample) -> Tested:
    """The tests at one step, each at its share of the level."""
    op, share = str(claim.relation.rel_op), len(draws.steps)
    gap, error = draws.left[:, j] - draws.right[:, j], draws.error[:, j]
    scale = abs(draws.right[:, j].mean()) if draws.scale is None else draws.scale
    if len(gap) < 2 or gap.std() == 0:
        return _exact(op, gap[0], error.max(), scale)
    blur = sample.blur
    refutable = len(gap) >= MEAN_DRAWS and blur <= REFUTE - REFUTE_MEAN
    confirmable = blur <= CONFIRM / 2
    level = max(CONFIRM - blur, CONFIRM / 2) / share
    _, low, high = mean_interval(gap, 1 - level)
    low, high = low - error.mean(), high + error.mean()
    if op == "==":
        p = mean_is_zero(np.sign(gap.mean()) * gap - error)
        close = max(abs(low), abs(high)) <= EQUIVALENCE * scale
        refuted = abs(gap.mean()) > error.mean() and p <= REFUTE_MEAN / share
        return Tested(refutable and refuted, confirmable and close, low, high)
    sign = -1.0 if op in (">=", ">") else 1.0
    against = mean_is_above(sign * gap - error, 0.0) <= REFUTE_MEAN / share
    within = mean_is_above(-sign * gap - error, 0.0) <= CONFIRM_MEAN / share
    enough = len(gap) >= MEAN_DRAWS
    return Tested(refutable and against, enough and confirmable and within, low, high)


def _exact(op: str, gap: float, error: float, scale: float) -> Tested:
    """Where the draws do not vary, their mean is known as each of them is."""
    size = scale or 1.0
    told = int(tell(op, point(np.array([gap]), error), point(np.array([0.0])), size)[0])
    return Tested(told == Told.FAILED, told == Told.HELD, gap - error, gap + error)


def _worst(claim: Claim, draws: Draws, tests: Sequence[Tested]) -> int:
    """The first step that is refuted, else the one that comes nearest to it."""
    for j, t in enumerate(tests):
        if t.refuted:
            return j
    op = claim.relation.rel_op
    size = np.abs(draws.right).mean(axis=0) + np.abs(draws.left).mean(axis=0)
    ends = {
        "==": [max(abs(t.low), abs(t.high)) for t in tests],
        ">=": [-t.low for t in tests],
        ">": [-t.low for t in tests],
    }.get(op, [t.high for t in tests])
    return int(np.argmax(np.array(ends) / np.where(size > 0, size, 1.0)))


def _shown(claim: Claim, draws: Draws, j: int, tests: Sequence[Tested], sample: Sample) -> Finding:
    left, right = float(draws.left[:, j].mean()), float(draws.right[:, j].mean())
    small, big = (right, left) if claim.relation.rel_op in (">=", ">") else (left, right)
    words = [
        f"mean of {len(draws.left)} draws, off by {left - right:+.2g} in [{tests[j].low:.2g}, {tests[j].high:.2g}]"
    ]
    if claim.over is not None and len(draws.steps) > 1:
        letter = claim.over.index.text
        words.append(
            f"at {letter} = {written(float(draws.steps[j]))}, compared at {len(draws.steps)} steps "
            f"up to {letter} = {written(float(draws.steps[-1]))}, each at 1/{len(draws.steps)} of the level"
        )
    blur = sample.blur
    words += [f"the law of the draws is exact up to {blur:.1g} in total variation"] if blur else []
    return Finding(
        claim,
        Verdict.INCONCLUSIVE,
        finite(right),
        finite(left),
        finite(big / small) if small > 0 and big > 0 else None,
        len(draws.left),
        evidence="; ".join(words),
        step=finite(float(draws.steps[j])) if claim.over is not None else None,
    )
