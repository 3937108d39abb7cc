"""A second look at a run, between checkpoints where a bound may have been crossed unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from reports.judging.draw import Gap, Run, Stated, Told, judged
from reports.judging.evidence import Evidence, sides
from reports.studies.planning import Say, evidence
from reports.studies.scale import Ran
from sim.run import trajectories
from sim.store import Store
from theorems.language import Average, Best, Each, Some, Theorem

MOST = 256  # steps that are added to a run
Span = tuple[float, float, float]  # how near the bound comes, and the steps between which it may


def closer(theorems: Sequence[Theorem], ran: Ran, store: Store, say: Say) -> Ran:
    """The run with further steps measured, where some statement about steps needs them; itself
    where none does.

    A bound may be crossed between two checkpoints where it comes nearer than what it moved there
    or beside it. Of more steps than `MOST` those are taken where it comes nearest.
    """
    plan = ran.plan
    if plan is None or plan.setting.method.flow or plan.steps <= 1:
        return ran
    wanted: list[Span] = []
    for theorem in theorems:
        known = evidence(theorem, ran.data, ran.delta, plan, ran.frame)
        stated: tuple[Stated, ...] = (*theorem.claims, *theorem.hypotheses)
        wanted += [span for one in stated for span in _spans(one, known)]
    steps = _within(wanted, set(plan.checkpoints))
    if not steps:
        return ran
    again = replace(plan, also=steps)
    tick = say(f"{theorems[0].statement}: a closer look", len(plan.seeds))
    return replace(ran, plan=again, frame=trajectories(again, store, tick=tick))


def _spans(stated: Stated, known: Evidence) -> Iterator[Span]:
    over = stated.over
    if over is None or getattr(stated, "hides", False):
        return
    for seed in known.seeds:
        run = Run(stated, known, seed, sides(stated.relation, over.index, known, seed))
        if np.isnan(run.ends) or run.sides.missing:
            continue
        if isinstance(over, Each):
            yield from crossings(run)
        elif isinstance(over, Some | Best | Average) and judged(over, run).gap is Gap.SPARSE:
            yield from _holes(run)


def crossings(run: Run) -> Iterator[Span]:
    """Where an inequality that held may have failed between two steps at which it was compared."""
    inside = (run.sides.steps <= run.ends) & (run.told == Told.HELD)
    if run.op in ("==", "!=") or (run.told == Told.FAILED).any():
        return
    steps = run.sides.steps[inside]
    if len(steps) < 2:
        return
    with np.errstate(all="ignore"):
        room = np.log(run.room[inside])
        moved = np.nan_to_num(np.abs(np.diff(room)), nan=0.0, posinf=0.0)
    beside = np.max([moved, np.append(moved[1:], 0), np.append(0, moved[:-1])], axis=0)
    least = np.minimum(room[:-1], room[1:])
    for i in np.flatnonzero((np.diff(steps) > 1) & ~(least > beside)):
        yield float(least[i]), float(steps[i]), float(steps[i + 1])


def _holes(run: Run) -> Iterator[Span]:
    """Where a statement about some step, or about all together, was not looked at."""
    last = min(run.ends, run.reach)
    steps = run.sides.steps[run.sides.steps <= last]
    for low, high in pairwise([*steps, last + 1]):
        if high - low > 1:
            yield 0.0, float(low), float(high)


def _within(spans: Iterable[Span], known: set[int]) -> tuple[int, ...]:
    """The steps inside, from where it comes nearest on, at most so many."""
    found: dict[int, None] = {}
    for _, low, high in sorted(spans):
        found |= dict.fromkeys(k for k in range(int(low) + 1, int(high)) if k not in known)
        if len(found) >= MOST:
            break
    return tuple(sorted(list(found)[:MOST]))
