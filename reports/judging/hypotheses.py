"""Every hypothesis of a theorem decided, with certified numbers on the data or draw by draw."""

from __future__ import annotations

import numpy as np
from sympy import Expr

from reports.judging.evidence import Evidence, number, sides
from reports.judging.findings import Judged
from theorems.language import About, Hypothesis
from theorems.reasoning.exact import Decision, decide, enclose
from theorems.writing.notation import number as written

LOW, HIGH, BOTH = (
    slice(0, 1),
    slice(1, 2),
    slice(0, 2),
)  # of an enclosure; a hypothesis shows the ends that decide it


def judge(hypothesis: Hypothesis, evidence: Evidence) -> tuple[Judged, set[int]]:
    """The decision on a hypothesis, and the seeds for which it holds (all of them unless it speaks
    of the draw).
    """
    if hypothesis.hides:
        names, rest = ", ".join(q.text for q in hypothesis.hides), _beside(hypothesis, evidence)
        known = "" if rest is None else f"; the rest of the bound is {written(rest)}"
        left = _usual(hypothesis.relation.lhs, hypothesis, evidence)
        return Judged(
            hypothesis, Decision.OPEN, None, left, why=f"{names} is hidden in the paper{known}"
        ), set()
    if hypothesis.about in (About.DRAW, About.TRAJECTORY):
        return _judge_draws(hypothesis, evidence)
    status = decide(hypothesis.relation, evidence.exact)
    less = hypothesis.relation.rel_op in ("<=", "<")
    left = enclosed(hypothesis.relation.lhs, evidence, HIGH if less else LOW)
    right = enclosed(hypothesis.relation.rhs, evidence, LOW if less else HIGH)
    missing = sorted(q.name for q in hypothesis.expanded.free_symbols if q not in evidence.exact)
    why = (
        f"no value for {', '.join(missing)}"
        if missing
        else "the certified bounds are too wide"
        if status is Decision.OPEN
        else ""
    )
    return Judged(hypothesis, status, right, left, why=why), set(
        evidence.seeds
    ) if status is Decision.HOLDS else set()


def _beside(hypothesis: Hypothesis, evidence: Evidence) -> float | None:
    """What the one hidden constant of a bound is multiplied by, in numbers; None where there are
    more or it is no factor.
    """
    first, *others = hypothesis.hides
    rest = hypothesis.expanded.rhs / first
    return None if others or rest.has(first) else _usual(rest, hypothesis, evidence)


def _usual(expression: Expr, hypothesis: Hypothesis, evidence: Evidence) -> float | None:
    """The number of an expression, in the median over the draws where the hypothesis speaks of
    them.
    """
    drawn = (
        [number(expression, evidence, s) for s in evidence.seeds]
        if hypothesis.about is About.DRAW
        else []
    )
    return finite(float(np.median(drawn))) if drawn else enclosed(expression, evidence)


def enclosed(expression: object, evidence: Evidence, end: slice = BOTH) -> float | None:
    """The certified bounds of an expression without a draw in it, their middle or one end; None
    where something has no value.
    """
    try:
        bounds = enclose(expression, evidence.exact)
    except KeyError:
        return None
    return finite(float(np.mean(bounds[end])))


def _judge_draws(hypothesis: Hypothesis, evidence: Evidence) -> tuple[Judged, set[int]]:
    relation, held, shown, failed = hypothesis.relation, set(), [], 0
    for seed in evidence.seeds:
        s = sides(relation, None, evidence, seed)
        left, right, wobble = float(s.left[0]), float(s.right[0]), float(s.wobble[0])
        gap = right - left if relation.rel_op in ("<=", "<") else left - right
        if gap >= wobble:
            held.add(seed)
        failed += not gap >= -wobble  # also when a side does not exist, as without a radius
        if np.isfinite([left, right]).all():
            shown.append((gap, left, right))
    total = len(evidence.seeds)
    status = (
        Decision.HOLDS
        if total and len(held) == total
        else Decision.FAILS
        if failed == total
        else Decision.OPEN
    )
    _, actual, needed = (
        min(shown) if shown else (0.0, None, None)
    )  # of the draw in which it is tightest
    return Judged(
        hypothesis,
        status,
        needed,
        actual,
        len(held),
        total,
        f"holds in {len(held)} of {total} draws",
    ), held


def finite(x: float) -> float | None:
    """The number, or None where there is none to print."""
    return float(x) if np.isfinite(x) else None
