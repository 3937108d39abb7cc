"""Every hypothesis of a theorem decided, with certified numbers on the data, draw by draw, or run
by run.
"""

from __future__ import annotations

import math

import numpy as np
from sympy import Expr

from reports.judging.draw import Seen, observe, where
from reports.judging.evidence import Evidence, number, without_value
from reports.judging.findings import Judged, Span, finite, middle, span
from theorems.language import About, Hypothesis
from theorems.language.statement import MEASURED
from theorems.reasoning.exact import Decision, decide, enclose
from theorems.writing.notation import number as written


def judge(hypothesis: Hypothesis, evidence: Evidence) -> tuple[Judged, set[int]]:
    """The decision on a hypothesis, and the seeds for which it holds (all of them unless it speaks
    of the draw or the run).
    """
    if hypothesis.hides:
        return _hidden(hypothesis, evidence), set()
    if hypothesis.about in MEASURED:
        return _runs(hypothesis, evidence)
    status = decide(hypothesis.relation, evidence.exact)
    left, right = (enclosure(e, evidence) for e in hypothesis.relation.args)
    missing = sorted(q.name for q in hypothesis.expanded.free_symbols if q not in evidence.exact)
    why = (
        f"no value for {', '.join(missing)}"
        if missing
        else "the certified bounds are too wide"
        if status is Decision.OPEN
        else ""
    )
    holds = set(evidence.seeds) if status is Decision.HOLDS else set()
    return Judged(
        hypothesis,
        status,
        middle(right),
        middle(left),
        why=why,
        needed_in=span(right),
        actual_in=span(left),
    ), holds


def _hidden(hypothesis: Hypothesis, evidence: Evidence) -> Judged:
    """A hypothesis that a hidden constant keeps open, with what is known beside it."""
    names, rest = ", ".join(q.text for q in hypothesis.hides), _beside(hypothesis, evidence)
    known = "" if rest is None else f"; the rest of the bound is {written(rest)}"
    left = _usual(hypothesis.relation.lhs, hypothesis, evidence)
    why = f"{names} is hidden in the paper{known}"
    return Judged(hypothesis, Decision.OPEN, None, left, why=why)


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
    return finite(float(np.median(drawn))) if drawn else middle(enclosure(expression, evidence))


def enclosure(expression: Expr, evidence: Evidence) -> Span | None:
    """The certified bounds of an expression without a draw in it; None where something has no
    value.
    """
    try:
        low, high = enclose(expression, evidence.exact)
    except KeyError:
        return None
    return low, high


def _runs(hypothesis: Hypothesis, evidence: Evidence) -> tuple[Judged, set[int]]:
    """A hypothesis about the draw or the run: decided in every run, at every step that it binds."""
    seen = {seed: observe(hypothesis, evidence, seed) for seed in evidence.seeds}
    held = {seed for seed, s in seen.items() if s.held}
    failed = [s for s in seen.values() if s.held is False]
    total = len(seen)
    status = (
        Decision.HOLDS
        if total and len(held) == total
        else Decision.FAILS
        if total and len(failed) == total
        else Decision.OPEN
    )
    answered = [s for s in seen.values() if s.held is not None]
    shown = min(answered, key=lambda s: (bool(s.held), _rank(s)), default=Seen(None))
    return Judged(
        hypothesis,
        status,
        finite(sum(shown.predicted) / 2),
        finite(sum(shown.observed) / 2),
        len(held),
        total,
        _words(hypothesis, evidence, seen, shown),
        span(shown.predicted),
        span(shown.observed),
        finite(shown.step) if hypothesis.over else None,
    ), held


def _rank(s: Seen) -> float:
    return s.slack if math.isfinite(s.slack) else math.inf


def _words(hypothesis: Hypothesis, evidence: Evidence, seen: dict[int, Seen], shown: Seen) -> str:
    held = sum(s.held is True for s in seen.values())
    words = [f"holds in {held} of {len(seen)} draws"]
    letter = hypothesis.over.index.text if hypothesis.over else ""
    if letter and shown.held is False:
        words.append(f"fails at {letter} = {written(shown.step)}")
    elif letter and shown.held:
        words.append(f"compared up to {letter} = {written(shown.upto)}")
    unknown = [(seed, s) for seed, s in seen.items() if s.held is None]
    if unknown:
        seed, first = unknown[0]
        absent = ", ".join(without_value(hypothesis.relation, evidence, seed))
        why = f"no {absent} exists for this draw" if absent else where(first, letter)
        words.append(f"unknown in {len(unknown)}: {why}")
    return "; ".join(words)
