"""Claims about a limit: what would remain of the gap between both sides if the run went on for
ever?

On the axis x = log of the step, the slowest approach that is told is 1/x. Over the last quarter of
that axis the gap is fitted as x**-a; continued as b + c/x with this slope, the share 1 - a of the
last gap remains. Where over the later half a gap that keeps a rest (b + c k**-p, b + c exp(-q k))
fits well, and any that vanishes (x**-a, (k + s)**-p, exp(-q k)) plainly does not, its rest counts
instead. A run approaches when less than half remains; a limit missed by less than half of the last
gap is not told from a true one. With gaps known to 2 percent, error rates of either kind stay below
1 percent a run (simulated in the tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from reports.judging.count import Sample
from reports.judging.evidence import Sides, sides
from reports.judging.findings import Finding, finite, span
from reports.judging.verdict import Verdict
from theorems.language import Claim

Array = NDArray[Any]
REMAINS = 0.5  # share of the last gap that may remain in the limit
LATER = 0.75  # part of the logarithmic axis after which the gap is fitted
FEWEST = 4  # values in that part
POINTS = 64  # values of a long run that are fitted, evenly spaced on that axis
HALF = 0.5  # part of it after which a gap that keeps a rest is compared with one that vanishes
# a gap keeps a rest where this holds of the relative misfits of the two shapes
FITS = 0.05  # of one that keeps a rest, at most
PLAIN = 0.1  # of one that vanishes, at least
BETTER = 2.0  # the second over the first, at least
ERRS = 0.01  # share of the runs called the other way, at most
EXPLAINED = 0.05  # probability below which so many such errors are no accident
KNOWN = 0.01  # share of the largest gap to which the last must be known to be called closed


@dataclass(frozen=True)
class Trend:
    """One run: the share of its last gap that remains in the limit (None: not known), and both
    sides at its end.
    """

    remains: float | None
    predicted: tuple[float, float] = (np.nan, np.nan)
    observed: tuple[float, float] = (np.nan, np.nan)
    missing: bool = False


def remaining(steps: Array, gap: Array, error: Array) -> float | None:
    """The share of the last gap that remains when it is continued for ever; None where that cannot
    be told.

    steps, gap, error: (records,), the gap not negative; error: its half-width.
    """
    later = steps > 0
    if later.sum() < 2 * FEWEST:
        return None
    if gap[-1] <= error[-1]:  # closed, as far as the run can tell
        return 0.0 if error[-1] <= KNOWN * gap.max() or gap.max() == 0 else None
    axis = np.log1p(steps[later] / steps[later][0])
    values = np.maximum(gap[later], np.maximum(error[later], 1e-300))
    inside = _part(axis, LATER)
    if len(inside) < FEWEST:
        return None
    half = _part(axis, HALF)
    rest = _rest(np.expm1(axis[half]), values[half])
    x = np.log(axis[inside])
    x = x - x.mean()
    return float(1 + np.log(values[inside]) @ x / (x @ x)) if rest is None else rest


def _part(axis: Array, after: float) -> Array:
    """Some records behind a part of the axis, evenly spaced on it."""
    even = np.linspace(after * axis[-1], axis[-1], POINTS)
    return np.unique(np.clip(np.searchsorted(axis, even), 0, len(axis) - 1))


def _rest(k: Array, gap: Array) -> float | None:
    """The share of the last gap that stays, where a gap that keeps a rest fits clearly better than
    one that vanishes; None where it does not.
    """
    last = k[-1]
    shifts = last * np.array([0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0])
    vanishing = [np.log(np.log1p(k)), k, *(np.log(k + s) for s in shifts)]
    best = min(_misfit(np.log(gap), shape) for shape in vanishing)
    powers = [np.log(k) * p for p in np.geomspace(0.1, 4, 16)]
    falls = [*powers, *(k / last * q for q in np.geomspace(1, 200, 24))]
    kept = [_kept(gap, np.exp(-(f - f[0]))) for f in falls]
    misfit, share = min(kept)
    return share if misfit <= FITS and best >= PLAIN and BETTER * misfit <= best else None


def _misfit(logs: Array, shape: Array) -> float:
    """The relative misfit of the best exp(a + b shape)."""
    x = shape - shape.mean()
    y = logs - logs.mean()
    return float(np.sqrt(np.mean((y - x * (x @ y) / (x @ x)) ** 2)))


def _kept(gap: Array, fall: Array) -> tuple[float, float]:
    """The relative misfit of the best b + c fall with b, c >= 0, and the share b of its last value."""
    columns = np.stack([1 / gap, fall / gap], axis=1)
    (b, c), *_ = np.linalg.lstsq(columns, np.ones(len(gap)), rcond=None)
    if b <= 0 or c < 0:
        return np.inf, 0.0
    misfit = float(np.sqrt(np.mean(np.log(columns @ (b, c)) ** 2)))
    return misfit, float(b / (b + c * fall[-1]))


def trend(claim: Claim, sample: Sample, seed: int) -> Trend:
    """Where one run goes."""
    s = sides(claim.relation, claim.over.index, sample.evidence, seed)  # type: ignore[union-attr]
    with np.errstate(all="ignore"):
        error = s.lhs.radius + s.rhs.radius
        gap = _gap(claim, s)
    there = np.isfinite(gap) & np.isfinite(error)
    if s.missing or not there.any():
        return Trend(None, missing=True)
    last = int(np.flatnonzero(there)[-1])
    right, left = ((float(x.low[last]), float(x.high[last])) for x in (s.rhs, s.lhs))
    if sample.evidence.diverged(seed) is not None:
        return Trend(np.inf, right, left)
    return Trend(remaining(s.steps[there], gap[there], error[there]), right, left)


def _gap(claim: Claim, s: Sides) -> Array:
    """How far the relation is from holding, by step."""
    off = s.left - s.right
    signed = {"<=": off, ">=": -off}.get(claim.relation.rel_op)
    return np.abs(off) if signed is None else np.maximum(signed, 0.0)


def limited(claim: Claim, sample: Sample) -> Finding:
    """A claim about a limit: approached, receding, or undecided; never confirmed or refuted."""
    trends = [trend(claim, sample, s) for s in sample.seeds]
    if all(t.missing for t in trends):
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    told = [t.remains for t in trends if t.remains is not None]
    receding = sum(r >= REMAINS for r in told)
    verdict = _verdict(len(trends), len(told), receding, sample.allowed(claim) or 0.0)
    found = _shown(claim, trends, told, receding)
    if sample.inside:
        return replace(found, verdict=verdict)
    seen = {Verdict.APPROACHED: True, Verdict.RECEDING: False}.get(verdict)
    return sample.placed(found, seen)


def _verdict(runs: int, told: int, receding: int, allowed: float) -> Verdict:
    if 2 * told <= runs:
        return Verdict.INCONCLUSIVE
    if receding == 0 or bdtrc(receding - 1, told, min(allowed + ERRS, 1.0)) > EXPLAINED:
        return Verdict.APPROACHED  # no more than the design itself calls wrong
    return Verdict.RECEDING if 2 * receding > told else Verdict.INCONCLUSIVE


def _shown(claim: Claim, trends: Sequence[Trend], told: Sequence[float], receding: int) -> Finding:
    ends = [t for t in trends if not t.missing]
    predicted, observed = (
        (
            float(np.median([getattr(t, name)[0] for t in ends])),
            float(np.median([getattr(t, name)[1] for t in ends])),
        )
        for name in ("predicted", "observed")
    )
    words = [f"the gap closes in {len(told) - receding} of {len(trends)} seeds"]
    if told:
        share = min(max(float(np.median(told)), 0.0), 1.0)
        words.append(f"continued for ever, {share:.0%} of its last size would remain")
    if len(told) < len(trends):
        words.append(f"too short or too rough to tell in {len(trends) - len(told)}")
    words.append("no finite run can confirm or refute a limit")
    if observed == predicted == (0.0, 0.0):
        words.append("0 stands for less than a float holds")
    return Finding(
        claim,
        Verdict.INCONCLUSIVE,
        finite(sum(predicted) / 2),
        finite(sum(observed) / 2),
        seeds=len(ends),
        failures=receding,
        evidence="; ".join(words),
        predicted_in=span(predicted),
        observed_in=span(observed),
        unknown=len(trends) - len(told),
    )
