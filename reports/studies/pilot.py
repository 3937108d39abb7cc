"""The width at which a certificate about the draw can be had: pilot draws, within a budget of time
and memory.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from sympy import Rational

from reports.judging.compare import compare
from reports.studies.options import Options
from reports.studies.planning import (
    Say,
    demands,
    evidence,
    make_plan,
    multiple,
    reading,
    silent,
)
from sim.data.table import Data
from sim.engines.choice import choose, memory_free
from sim.plan import Plan
from sim.run import WORKERS, trajectories
from sim.setting.start import shapes
from sim.store import Store
from theorems.language import About, Theorem
from theorems.reasoning.demand import Demand

# Numbers that the draws of a search may take in all, ten seconds or so: a budget that is the same
# on every machine.
NUMBERS = 2.0**29
PATIENCE = 120.0  # seconds of the processor, where measuring takes longer than drawing
GROWTH = 8.0  # times as long, at most, that measuring takes of matrices twice as wide
PILOT = 10  # draws of a width
PILOT_SEED = 2**31  # their first seed: they serve nothing else
HELD = 2  # copies of a draw at once
ENOUGH = 0.9  # share of the draws that must satisfy the hypotheses
WIDEST_PILOT = 2**20  # neurons at which a search ends


@dataclass(frozen=True)
class FoundWidth:
    """The width at which nine in ten pilot draws satisfy the hypotheses, or why none was found."""

    width: int | None
    why: str = ""


def certified_width(
    theorem: Theorem,
    data: Data,
    delta: Rational,
    store: Store,
    say: Say = silent,
) -> FoundWidth:
    """The first width, doubling from the practice's narrowest, at which nine in ten pilot draws
    satisfy the hypotheses about them.

    It ends beyond 2^20, where the next draws would take longer than what is left of a budget, or
    more memory than is free; then it names the hypotheses that fail.
    """
    wants = demands(theorem, data, delta)
    pilots = Options(seed=PILOT_SEED).settled(delta, PILOT, wants.step_size)
    read = [h for h in theorem.hypotheses if h.about is About.DRAW]
    width, drawn, spent, last, blocked = first_width(theorem, wants), 0.0, 0.0, 0.0, ""
    while True:
        plan = reading(make_plan([theorem], data, width, pilots), read)
        numbers = parameters(plan)
        drawn += PILOT * numbers
        late = drawn > NUMBERS or spent + GROWTH * last > PATIENCE
        if end := _end(width, wants, plan, numbers, late and blocked != ""):
            return FoundWidth(None, f"{end} satisfies {blocked}" if blocked else end)
        tick = say(f"{theorem.statement}: a width at which draws satisfy it, m = {width:,}", PILOT)
        began = time.process_time()
        frame = trajectories(plan, store, False, tick)
        judged, _ = compare(theorem, evidence(theorem, data, delta, plan, frame))
        last = time.process_time() - began
        spent += last
        failing = [
            j for j in judged if j.hypothesis.about is About.DRAW and (j.held or 0) < ENOUGH * PILOT
        ]
        if not failing:
            return FoundWidth(width)
        blocked = " and ".join(
            f"“{j.hypothesis.name}” (in {j.held} of {PILOT} draws at m = {width:,})"
            for j in failing
        )
        width *= 2


def _end(width: int, wants: Demand, plan: Plan, numbers: float, late: bool) -> str:
    """Why this width is not tried, up to what holds of the narrower ones; empty when it is."""
    if wants.most is not None and width > wants.most:
        return f"no width up to {wants.most:,}"
    if width > WIDEST_PILOT:
        return "no width up to 2^20"
    needed, free = 8.0 * HELD * WORKERS * numbers, memory_free()
    if needed > free and choose(plan.untrained).name == "dense":  # else draws are streamed
        room = (
            f"{width:,} neurons take {needed / 1e9:.3g} GB a draw and {free / 1e9:.3g} GB are free"
        )
        return f"{room}; no narrower network"
    return f"the search ended before m = {width:,}; no narrower network" if late else ""


def first_width(theorem: Theorem, wants: Demand) -> int:
    """The least width that is demanded, or else the practice's narrowest; inside the window."""
    pair = multiple(theorem)
    width = -(-(wants.width or theorem.practice.widths[0]) // pair) * pair
    return width if wants.most is None else min(width, wants.most)


def draws_decide(theorem: Theorem) -> bool:
    """Whether a hypothesis speaks of the draw, so that only draws tell which width is enough."""
    return any(h.about is About.DRAW and not h.hides for h in theorem.hypotheses)


def parameters(plan: Plan) -> float:
    """How many numbers a draw is."""
    every = (s for p in plan.setting.parameters for s in shapes(p, plan.sizes))
    return float(sum(map(math.prod, every)))
