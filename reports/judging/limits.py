"""Limits in a letter, judged on a ladder: whether the gap between both sides shrinks to nothing.

Three answers, and none of them a proof. Receding: towards the limit the gap hardly shrinks, or ever
more slowly even than a power of the letter's logarithm does. Approached: the gap falls as it would
not if it levelled off at a small share of the right side, or at half of what was last seen.
Inconclusive: what lies between, as a gap like 1/log of the letter. The gap at a size is its mean
over the seeds; what they say of it together is tested with the jackknife.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sympy import S

from reports.judging.findings import Finding
from reports.judging.readings import Rung, readings
from reports.judging.statistics import (
    CONFIRM,
    LEAST_SEEDS,
    bends,
    mean_is_zero,
    one_run,
    slopes,
)
from reports.judging.verdict import Verdict
from theorems.language import Claim, LimitIn
from theorems.language.configuration import RUNGS
from theorems.writing.notation import number, text

Array = NDArray[np.float64]
LEVEL = 0.025  # share of the right side at which a gap that levels off must be excluded
# powers as which a gap must shrink at least: half of what is promised to be told from a gap that
# stays
SLOW = 1 / 8  # of the letter
SLOW_LOG = 1 / 2  # of its logarithm
ROUGH = 0.1  # of a slope: how much of a bend a single run must show, having no seeds to test it


@dataclass(frozen=True, eq=False)
class Gap:
    """How far apart the sides are: (seeds, sizes), relative to the right side where it is not zero,
    no smaller than its own error; `closed` where it is no larger than that.
    """

    values: Array
    closed: NDArray[np.bool_]
    relative: bool


def limit_finding(claim: Claim, rungs: Sequence[Rung], why: str = "") -> Finding:
    """The claim on a ladder, as if every hypothesis held; void without one, which `why` explains."""
    assert isinstance(claim.over, LimitIn)
    if not rungs:
        return Finding(claim, Verdict.VOID, evidence=why)
    rungs = sorted(rungs, key=lambda r: r.size, reverse=claim.over.to is S.Zero)
    sides = [[readings(side, r.evidence) for r in rungs] for side in claim.expanded.args]
    left, right = (np.array([r.values for r in side]).T for side in sides)
    errors = np.array([a.errors + b.errors for a, b in zip(*sides, strict=True)]).T
    known = np.isfinite(left - right).all(axis=1)
    said = f"unmeasured in {(~known).sum()} of {len(known)} seeds; " if not known.all() else ""
    least = 1 if all(r.evidence.deterministic for r in rungs) else LEAST_SEEDS
    if known.sum() < least or len(rungs) < RUNGS or 2 * known.sum() < len(known):
        sizes = f"{known.sum()} seeds at {len(rungs)} sizes"
        need = f"a limit needs {least} seeds at {RUNGS} sizes"
        return Finding(claim, Verdict.VOID, evidence=f"{said}measured: {sizes}; {need}")
    gap = between(claim.relation.rel_op, left[known], right[known], errors[known])
    verdict, words = trend(np.array([r.size for r in rungs]), gap)
    predicted, observed = (float(np.median(side[known, -1])) for side in (right, left))
    open_ = np.where(gap.closed, 0.0, gap.values)
    seen = ", ".join(number(float(v)) for v in open_.mean(axis=0))
    kind = "relative gap" if gap.relative else "gap"
    along = f"{text(claim.over.letter)} = {', '.join(number(r.size) for r in rungs)}"
    return Finding(
        claim,
        verdict,
        predicted,
        observed,
        None,
        int(known.sum()),
        0,
        f"{said}{kind} {seen} at {along} (means): {words}; no finite ladder decides a limit",
    )


def between(sign: str, left: Array, right: Array, errors: Array) -> Gap:
    """The gap of an equation, or by how much an inequality fails."""
    signed = left - right if sign == "<=" else right - left
    gap = np.abs(signed) if sign == "==" else np.maximum(signed, 0.0)
    errors = np.maximum(errors, np.finfo(float).eps * np.maximum(np.abs(left), np.abs(right)))
    relative = bool((np.abs(right) > errors).all())
    scale = np.abs(right) if relative else np.ones_like(right)
    errors = np.maximum(errors, np.finfo(float).tiny)
    return Gap(np.maximum(gap, errors) / scale, gap <= errors, relative)


def trend(sizes: Array, gap: Gap) -> tuple[Verdict, str]:
    """Where the gap goes as the sizes, in order, go to the limit: a verdict and its words."""
    values, last = gap.values, float(gap.values[:, -1].mean())
    level = LEVEL * (1.0 if gap.relative else float(values[:, 0].mean()))
    if (np.median(gap.closed[:, -2:], axis=0) == 1).all():
        if last > level:
            return Verdict.INCONCLUSIVE, "it is lost in the error of its own measurement"
        return Verdict.APPROACHED, "nothing is left of it, within rounding, at the last two sizes"
    x = np.abs(np.log(sizes / sizes[0]))
    ahead, half = np.log(x + _first_logarithm(sizes)), len(x) // 2
    if _hardly(x, ahead, values) or _hardly(x[half:], ahead[half:], values[:, half:]):
        return Verdict.RECEDING, "it hardly shrinks"
    if _bends(ahead, values, 1):
        return Verdict.RECEDING, f"it levels off near {number(last)}"
    share = min(level / last, 0.5)
    floor = number(share * last)
    if _bends(x, values, -1, share):
        return Verdict.APPROACHED, f"it shrinks as if to 0, and not to {floor}"
    if _falls(x[half:], values[:, half:]) and _exceeds(level - values[:, -1], 0.0, 0.0):
        return Verdict.APPROACHED, f"it still shrinks where it is below {number(level)}"
    slow = ", no faster than a power of the logarithm" if _bends(x, values, 1) else ""
    return Verdict.INCONCLUSIVE, f"it shrinks{slow}, and may level off at {floor} or more"


def _first_logarithm(sizes: Array) -> float:
    """The letter's logarithm at the first size, in the direction of the limit; where the sizes cross
    one, the ladder's first stride stands for it.
    """
    x = np.log(sizes) * np.sign(np.log(sizes[-1] / sizes[0]))
    return float(x[0] if x[0] > 0 else x[1] - x[0])


def _hardly(x: Array, ahead: Array, values: Array) -> bool:
    """Whether the gap certainly shrinks more slowly than the slow power of the letter's logarithm
    and than that of the letter itself.
    """
    found = []
    for along, power in ((ahead, SLOW_LOG), (x, SLOW)):
        slope = _each(values, partial(_steepness, along))
        found.append(_exceeds(slope, -power, ROUGH * power))
    return all(found)


def _falls(x: Array, values: Array) -> bool:
    """Whether the gap certainly shrinks faster than the slow power of the letter."""
    return _exceeds(_each(values, lambda g: -_steepness(x, g)), SLOW, ROUGH * SLOW)


def _bends(x: Array, values: Array, sign: int, share: float = 0.0) -> bool:
    """Whether the slope certainly rises (sign 1) or falls (-1) from the first half to the last, of
    what the gap is above a share of its last value.
    """
    bend = _each(values, lambda g: sign * float(bends(x, _curve(g, share)[None])[0]))
    return _exceeds(bend, 0.0, ROUGH * abs(_steepness(x, values)))


def _curve(values: Array, share: float = 0.0) -> Array:
    """The logarithm of the mean gap, a gap of either sign in single seeds being nothing unusual;
    above a share of its last value.
    """
    mean = values.mean(axis=0)
    return np.asarray(np.log(np.maximum(mean - share * mean[-1], np.finfo(float).tiny)))


def _steepness(x: Array, values: Array) -> float:
    """The slope of the mean gap's logarithm."""
    return float(slopes(x, _curve(values)[None])[0])


def _each(values: Array, statistic: Callable[[Array], float]) -> Array:
    """The jackknife's pseudo-values: a sample, one a seed, of what all seeds together give; of a
    single run, what it gives.
    """
    seeds, whole = len(values), statistic(values)
    if seeds == 1:
        return np.array([whole])
    rest = [statistic(np.delete(values, i, axis=0)) for i in range(seeds)]
    return np.array([seeds * whole - (seeds - 1) * r for r in rest])


def _exceeds(sample: Array, bound: float, rough: float) -> bool:
    """Whether the seeds' mean certainly exceeds the bound; of a single run, by so much."""
    off = sample - bound
    if one_run(off[:, None]):
        return bool(off.mean() > rough)
    return bool(off.mean() > 0 and mean_is_zero(off) / 2 <= CONFIRM)
