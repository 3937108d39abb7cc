"""Every hypothesis and claim of a theorem against what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reports.judging.evidence import Evidence, Sides, number, sides
from reports.judging.findings import Finding, Judged
from reports.judging.hypotheses import enclosed, finite, judge
from reports.judging.statistics import (
    CONFIRM,
    EQUIVALENCE,
    MEAN_DRAWS,
    REFUTE,
    REFUTE_MEAN,
    Binomial,
    mean_interval,
    mean_is_zero,
    seeds_to_confirm,
    seeds_to_refute,
)
from reports.judging.verdict import Verdict
from theorems.language import About, At, Average, Best, Claim, Limit, LimitIn, Quantity, Theorem
from theorems.reasoning.exact import Decision, decide

NAN = float("nan")
ABSURD = 1e12  # a bound so many times above what was seen says nothing
# relative error of a run beyond which a step is compared only when the error cannot matter
ACCURATE = 0.02


@dataclass(frozen=True)
class Seen:
    """One seed's answer: did the claim hold wherever it was compared (None: nowhere), and where was
    it tightest?
    """

    held: bool | None
    predicted: float = NAN
    observed: float = NAN
    slack: float = NAN
    step: float = NAN
    last: float = NAN
    vacuous: bool = False
    lost: bool = False


def observe(claim: Claim, evidence: Evidence, seed: int) -> Seen:
    """Whether the claim held in one seed, at every step above the floor of rounding."""
    index = getattr(claim.over, "index", None)
    s = sides(claim.relation, index, evidence, seed)
    if isinstance(claim.over, Average | Best):
        s = _folded(claim.over, s, evidence, seed)
        index = None
    if s.steps.size and np.isfinite(s.right[0]) and not np.isfinite(s.left).all():
        return Seen(False)  # the run diverged
    held, slack, certain = _held(claim, s)
    finite, first = np.isfinite(s.right) & np.isfinite(s.left), getattr(claim.over, "first", 0)
    compared = ~s.noise & (certain | (s.error <= ACCURATE)) & finite & (s.steps >= first)
    if getattr(claim.over, "last", None) is not None and index is not None:
        compared &= s.steps <= number(claim.over.last, evidence, seed)  # type: ignore[union-attr]
    if isinstance(claim.over, Limit) or not compared.any():
        return Seen(None)
    later = compared & (s.steps > 0)
    where = np.flatnonzero(later if later.any() else compared)
    tight = where[np.argmin(slack[where])]
    return Seen(
        bool(held[compared].all()),
        float(s.right[tight]),
        float(s.left[tight]),
        float(slack[tight]),
        float(s.steps[tight]),
        float(s.steps[compared][-1]),
        _vacuous(claim, s, compared, evidence, float(slack[tight])),
        claim.over is not None and evidence.lost(seed) and bool(held[compared].all()),
    )


def _vacuous(
    claim: Claim, s: Sides, compared: np.ndarray, evidence: Evidence, slack: float
) -> bool:
    """Whether the bound says nothing here: above what n and the inputs bound by themselves,
    absurdly above what was seen, or a decay that never begins.
    """
    if claim.relation.rel_op not in ("<=", "<"):
        return False
    if ABSURD <= slack < np.inf:
        return True
    left = claim.relation.lhs
    probe = (
        left.observable.probe
        if isinstance(left, At)
        else left.probe
        if isinstance(left, Quantity)
        else None
    )
    trivial = evidence.trivial.get(probe or "")
    if trivial is not None:
        return bool((s.right[compared] >= trivial).all())
    decays = any(a.argument == 0 for a in claim.expanded.rhs.atoms(At)) and "residual" in {
        a.observable.probe for a in claim.relation.lhs.atoms(At)
    }
    bound = s.right[compared]
    return bool(
        decays and claim.over is not None and len(bound) > 1 and bound[-1] >= bound[0] * (1 - 1e-6)
    )


def _held(claim: Claim, s: Sides) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the relation holds within the run's accuracy; the slack: bound over observed, in the
    good direction; whether it certainly does.
    """
    op = claim.relation.rel_op
    with np.errstate(all="ignore"):
        if claim.is_identity:
            defect = np.abs(s.left - s.right) / np.maximum(np.abs(s.left), np.abs(s.right))
            defect = np.nan_to_num(defect, nan=0.0)
            return defect <= s.error, 1 - defect, np.zeros(defect.shape, dtype=bool)
        small, big = (s.left, s.right) if op in ("<=", "<") else (s.right, s.left)
        held = small <= big + s.wobble if "=" in op else small < big
        return held, np.where(small > 0, big / small, np.inf), small + s.wobble < big


def _folded(over: Average | Best, s: Sides, evidence: Evidence, seed: int) -> Sides:
    last = number(over.last, evidence, seed)
    inside = s.steps < last if isinstance(over, Average) else s.steps <= last
    if not inside.any() or (isinstance(over, Average) and inside.sum() < last):
        nothing = np.array([])
        return Sides(nothing, nothing, nothing, nothing, nothing, nothing.astype(bool))
    fold = np.mean if isinstance(over, Average) else np.min
    return Sides(
        np.array([last]),
        np.array([fold(s.left[inside])]),
        s.right[:1],
        s.error[inside][:1],
        s.wobble[inside].max(keepdims=True),
        np.zeros(1, dtype=bool),
    )


def compare(theorem: Theorem, evidence: Evidence) -> tuple[tuple[Judged, ...], tuple[Finding, ...]]:
    """The hypotheses decided and every claim judged; seeds in which a hypothesis about the draw
    fails are set aside.
    """
    decided = [judge(h, evidence) for h in theorem.hypotheses]
    certified = [
        s
        for s in evidence.seeds
        if all(
            s in held for j, held in decided if j.hypothesis.about in (About.DRAW, About.TRAJECTORY)
        )
    ]
    judged = tuple(j for j, _ in decided)
    inside = all(j.status is Decision.HOLDS or (j.held or 0) > 0 for j in judged) and (
        bool(certified) or not evidence.seeds
    )
    outside = any(j.status is Decision.FAILS for j in judged)
    seeds = certified if inside else evidence.seeds
    return judged, tuple(
        _claim(c, evidence, seeds, inside, outside, judged) for c in theorem.claims
    )


def _claim(
    claim: Claim,
    evidence: Evidence,
    seeds: Sequence[int],
    inside: bool,
    outside: bool,
    judged: Sequence[Judged],
) -> Finding:
    if isinstance(claim.over, LimitIn):
        why = f"it is judged on a ladder along {claim.over.letter.text}, at practical scale"
        return Finding(claim, Verdict.VOID, evidence=why)
    if not evidence.seeds and evidence.frame.empty:
        return _without_runs(claim, evidence, inside, outside)
    if claim.hides:
        return Finding(
            claim,
            Verdict.VOID,
            evidence=f"{', '.join(q.text for q in claim.hides)} is hidden in the paper",
        )
    if claim.expected:
        return _expected(claim, evidence, seeds, inside, outside)
    if isinstance(claim.over, Limit):
        return _limit(claim, evidence, seeds, inside, outside)
    seen = [observe(claim, evidence, s) for s in seeds]
    measured = [s for s in seen if s.held is not None]
    if not measured:
        why = "nothing was measured"
        if isinstance(claim.over, Average | Best):
            why = f"the run is shorter than {claim.over.last}"
        return Finding(claim, Verdict.VOID, evidence=why)
    failures, lost, blur = (
        sum(not s.held for s in measured),
        sum(s.lost for s in measured),
        evidence.blur(seeds),
    )
    shown = min(
        measured,
        key=lambda s: (bool(s.held), round(s.slack, 6) if np.isfinite(s.slack) else np.inf),
    )  # ties are rounding: the first seed
    delta = 1 - float(claim.probability.subs(evidence.values))
    base = Finding(
        claim,
        Verdict.OPEN,
        finite(shown.predicted),
        finite(shown.observed),
        finite(shown.slack),
        len(measured),
        failures,
        _tight(claim, shown, failures, len(measured))
        + _short(len(seeds) - len(measured))
        + _reserves(lost, blur),
        all(s.vacuous for s in measured),
    )
    if not inside:
        if outside:
            seen_enough = failures <= delta * len(measured)
            return replace(
                base, verdict=Verdict.OUTSIDE_SEEN if seen_enough else Verdict.OUTSIDE_UNSEEN
            )
        why = "; ".join(j.why for j in judged if j.status is Decision.OPEN)
        return replace(base, evidence=f"{why}; {base.evidence}")
    if delta <= 0:
        missed = 1 - CONFIRM ** (1 / len(measured))
        base = replace(
            base,
            evidence=f"{base.evidence}; failures in more than {missed:.0%} of draws would have been seen",
        )
        decided = (
            Verdict.VOID
            if blur > REFUTE or (lost and not failures)
            else Verdict.REFUTED
            if failures
            else Verdict.CONFIRMED
        )
        return replace(base, verdict=decided)
    test = Binomial(failures, len(measured), delta, lost, blur)
    low, high = test.interval
    base = replace(
        base,
        evidence=f"{base.evidence}; failure probability in [{low:.2g}, {high:.2g}], allowed {delta:.2g}",
    )
    if test.refutes:
        return replace(base, verdict=Verdict.REFUTED)
    if test.confirms:
        return replace(base, verdict=Verdict.CONFIRMED)
    return replace(
        base,
        verdict=Verdict.INCONCLUSIVE,
        needs_seeds=_needed(failures, lost, len(measured), delta),
    )


def _needed(failures: int, lost: int, seeds: int, delta: float) -> int:
    """How many seeds would decide, if they go on like these."""
    rate = failures / seeds
    return (
        seeds_to_refute(delta, rate, 0.5)
        if rate > delta
        else seeds_to_confirm(delta, failures + lost)
    )


def _short(missing: int) -> str:
    """How many seeds say nothing, since their run ends before the claim does or something was not
    found.
    """
    return f"; nothing to compare in {missing} more" if missing else ""


def _reserves(lost: int, blur: float) -> str:
    """What is held against a decision."""
    words = (
        f"; {lost} runs were not followed to their end, since their neurons moved too far"
        if lost
        else ""
    )
    return words + (
        f"; the law of the draws is exact up to {blur:.1g} in total variation" if blur else ""
    )


def _tight(claim: Claim, shown: Seen, failures: int, seeds: int) -> str:
    count = (
        f"fails in {failures} of {seeds} seeds"
        if failures
        else f"holds in all {seeds} seeds"
        if seeds > 1
        else "holds in the one seed"
    )
    if claim.over is None or isinstance(claim.over, LimitIn) or not np.isfinite(shown.step):
        return count
    letter = claim.over.index.text
    if isinstance(claim.over, Average | Best):
        return f"{count}, tightest over {letter} {'<' if isinstance(claim.over, Average) else '≤'} {shown.last:g}"
    return (
        f"{count}, tightest at {letter} = {shown.step:g}, compared up to {letter} = {shown.last:g}"
    )


def _without_runs(claim: Claim, evidence: Evidence, inside: bool, outside: bool) -> Finding:
    """A claim about the data alone: decided with certified numbers, without a run."""
    answer = decide(claim.relation, evidence.exact)
    left, right = (enclosed(e, evidence) for e in claim.relation.args)
    if outside:
        verdict = Verdict.OUTSIDE_SEEN if answer is Decision.HOLDS else Verdict.OUTSIDE_UNSEEN
    elif not inside or answer is Decision.OPEN:
        verdict = Verdict.OPEN
    else:
        verdict = Verdict.CONFIRMED if answer is Decision.HOLDS else Verdict.REFUTED
    return Finding(
        claim,
        verdict,
        right,
        left,
        None,
        0,
        int(answer is Decision.FAILS),
        f"{answer}, by certified arithmetic on the data",
    )


def _expected(
    claim: Claim, evidence: Evidence, seeds: Sequence[int], inside: bool, outside: bool
) -> Finding:
    """An equation between means over the initialization: refuted by Student's test, confirmed by
    equivalence.
    """
    both = [sides(claim.relation, None, evidence, s) for s in seeds]
    gaps = np.array([float(s.left[0] - s.right[0]) for s in both])
    right = float(np.mean([s.right[0] for s in both])) if both else NAN
    if len(gaps) < 30 or not np.isfinite(gaps).all():
        return Finding(claim, Verdict.VOID, evidence="a mean needs at least 30 finite draws")
    refutable, blur = len(gaps) >= MEAN_DRAWS, evidence.blur(seeds)
    mean, low, high = mean_interval(gaps, 1 - max(CONFIRM - blur, CONFIRM / 2))
    p = mean_is_zero(gaps)
    close = max(abs(low), abs(high)) <= EQUIVALENCE * abs(right)
    if outside or not inside:
        verdict = (
            Verdict.OPEN
            if not outside
            else Verdict.OUTSIDE_SEEN
            if close
            else Verdict.OUTSIDE_UNSEEN
        )
    else:
        refuted, confirmed = (
            refutable and p <= REFUTE_MEAN and blur <= REFUTE - REFUTE_MEAN,
            close and blur <= CONFIRM / 2,
        )
        verdict = (
            Verdict.REFUTED if refuted else Verdict.CONFIRMED if confirmed else Verdict.INCONCLUSIVE
        )
    text = f"mean of {len(gaps)} draws, off by {mean:+.2g} in [{low:.2g}, {high:.2g}]" + _reserves(
        0, blur
    )
    return Finding(
        claim,
        verdict,
        right,
        right + mean,
        right / (right + mean),
        len(gaps),
        int(verdict is Verdict.REFUTED),
        text,
    )


def _limit(
    claim: Claim, evidence: Evidence, seeds: Sequence[int], inside: bool, outside: bool
) -> Finding:
    """A limit: does the gap between the sides shrink from the middle of the run (on a log axis) to
    its end?
    """
    index, closer, ends = claim.over.index, 0, []  # type: ignore[union-attr]
    for seed in seeds:
        s = sides(claim.relation, index, evidence, seed)
        there = ~s.noise & np.isfinite(s.left - s.right)
        gap = np.abs(s.left - s.right)[there]
        if len(gap) > 2 and there[-1]:
            closer += bool(gap[-1] < gap[int(np.sqrt(len(gap)))] or gap[-1] == 0)
            ends.append((float(s.right[there][-1]), float(s.left[there][-1])))
    if not ends:
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    agrees = closer > len(ends) / 2
    verdict = (
        (Verdict.APPROACHED if agrees else Verdict.RECEDING)
        if inside
        else (Verdict.OUTSIDE_SEEN if agrees else Verdict.OUTSIDE_UNSEEN)
        if outside
        else Verdict.OPEN
    )
    predicted, observed = (float(np.median([e[i] for e in ends])) for i in (0, 1))
    return Finding(
        claim,
        verdict,
        predicted,
        observed,
        None,
        len(ends),
        len(ends) - closer,
        f"the gap shrinks in {closer} of {len(ends)} seeds; no finite run can confirm or refute a limit"
        + ("; 0 stands for less than a float holds" if observed == 0 == predicted else ""),
    )
