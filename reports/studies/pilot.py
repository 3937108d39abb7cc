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
from reports.studies.planning import Say, demands, evidence, make_plan, multiple, silent
from sim.data.table import Data
from sim.engines.choice import choose, memory_free
from sim.plan import Plan
from sim.run import WORKERS, trajectories
from sim.setting.start import shapes
from sim.store import Store
from theorems.language import About, Theorem
from theorems.reasoning.demand import Demand

# seconds after which no wider pilot is begun, and how many times longer the next one takes
PATIENCE, GROWTH = 20.0, 3.0
PILOT, PILOT_SEED = 10, 2**31  # draws, and their first seed: they serve nothing else
HELD = 2  # copies of a draw at once
ENOUGH = 0.9  # share of the draws that must satisfy the hypotheses
WIDEST_PILOT = 2**20


@dataclass(frozen=True)
class Search:
    """The width at which nine in ten pilot draws satisfy the hypotheses, or why none was found."""

    width: int | None
    why: str = ""


def certified_width(
    theorem: Theorem,
    data: Data,
    delta: Rational,
    options: Options,
    store: Store,
    say: Say = silent,
) -> Search:
    """The first width, doubling from the practice's narrowest, at which nine in ten pilot draws
    satisfy the hypotheses about them.

    It ends beyond 2^20, where the next draws would take longer than what is left of a budget, or
    more memory than is free; then it names the hypotheses that fail.
    """
    pilots = Options(**{**vars(options), "seed": PILOT_SEED})
    wants = demands(theorem, data, delta)
    width, began, last, blocked = first_width(theorem, wants), time.perf_counter(), 0.0, ""
    while True:
        if wants.most is not None and width > wants.most:
            return Search(None, f"no width up to {wants.most:,} satisfies {blocked}")
        if width > WIDEST_PILOT:
            return Search(None, f"no width up to 2^20 satisfies {blocked}")
        plan = make_plan([theorem], data, width, delta, PILOT, pilots, wants.step_size)
        spent = time.perf_counter() - began
        if blocked and spent + GROWTH * last > PATIENCE:
            late = f"wider ones take longer than the {PATIENCE:g} s of the search"
            return Search(None, f"no width below {width:,} satisfies {blocked}; {late}")
        if (needed := drawn_bytes(plan)) > (free := memory_free()):
            room = f"takes {needed / 1e9:.3g} GB and {free / 1e9:.3g} GB are free"
            held = f"no width below {width:,} satisfies {blocked}; " if blocked else ""
            return Search(None, f"{held}a draw of {width:,} neurons {room}")
        tick = say(f"{theorem.statement}: a width at which draws satisfy it, m = {width:,}", PILOT)
        frame = trajectories(plan, store, False, tick)
        judged, _ = compare(theorem, evidence(theorem, data, delta, plan, frame))
        failing = [
            j for j in judged if j.hypothesis.about is About.DRAW and (j.held or 0) < ENOUGH * PILOT
        ]
        if not failing:
            return Search(width)
        blocked = " and ".join(
            f"“{j.hypothesis.name}” (in {j.held} of {PILOT} draws at m = {width:,})"
            for j in failing
        )
        last = time.perf_counter() - began - spent
        width *= 2


def first_width(theorem: Theorem, wants: Demand) -> int:
    """The least width that is demanded, or else the practice's narrowest; inside the window."""
    pair = multiple(theorem)
    width = -(-(wants.width or theorem.practice.widths[0]) // pair) * pair
    return width if wants.most is None else min(width, wants.most)


def draws_decide(theorem: Theorem) -> bool:
    """Whether a hypothesis speaks of the draw, so that only draws tell which width is enough."""
    return any(h.about is About.DRAW and not h.hides for h in theorem.hypotheses)


def drawn_bytes(plan: Plan) -> float:
    """Bytes of the parameters of the draws that are held side by side; none where they are streamed."""
    if choose(plan.untrained).name != "dense":
        return 0.0
    every = (s for p in plan.setting.parameters for s in shapes(p, plan.sizes))
    return 8.0 * HELD * WORKERS * sum(map(math.prod, every))
