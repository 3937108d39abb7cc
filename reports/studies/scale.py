"""The scale of a run in the paper's letters, and whether a theorem speaks of training at all."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sympy import Rational

from reports.studies.planning import as_numbers
from sim.data.table import Data
from sim.plan import Plan
from theorems.language import Theorem
from theorems.language.measurement import step_size


@dataclass(frozen=True, eq=False)
class Ran:
    """One run: the data, the failure probability, the plan (None: of data alone) and the frame."""

    data: Data
    delta: Rational
    plan: Plan | None
    frame: pd.DataFrame


def trains(theorem: Theorem) -> bool:
    """Whether the theorem speaks of training, not of the data or the draw alone."""
    return any(c.over is not None for c in theorem.claims) or bool(theorem.laws)


def scale_of(
    theorem: Theorem, data: Data, delta: Rational, plan: Plan | None, seeds: int
) -> dict[str, object]:
    """Letter or word -> number, in the order in which a report prints them."""
    scale: dict[str, object] = {"data": data.name, "n": data.samples, "d": data.raw.shape[1]}
    if plan is None:
        return scale
    letters = theorem.scale
    if plan.setting.has_width:
        scale[letters.width.name if letters.width else "m"] = plan.width
    if trains(theorem):
        step = plan.setting.step
        if step is None or step_size in step.all_terms():
            plain = "Δt" if step is None else "step"
            scale[letters.step_size.name if letters.step_size else plain] = plan.step_size
        scale["steps"] = plan.steps
    if seeds:
        scale |= {"seeds": seeds, "first seed": plan.seeds[0]}
    chosen = {q: v for q, v in theorem.choices.items() if not v.free_symbols}
    scale |= {q.name: float(v) for q, v in as_numbers(chosen).items()}
    if letters.failure is not None:
        scale[letters.failure.name] = float(delta)
    return scale
