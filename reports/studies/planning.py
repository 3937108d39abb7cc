"""From a theorem and the user's wishes to a plan: the letters' values, what is demanded, and the
defaults.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sympy import Rational, sympify

from reports.judging.compare import compare
from reports.judging.evidence import Evidence
from reports.studies.options import Options
from sim.data.table import Data
from sim.measuring.gram import Enclosure, limiting_gram
from sim.measuring.probes import DATA_PROBES, TRIVIAL
from sim.plan import Plan, asks_of
from sim.run import trajectories
from sim.setting.methods import METHODS
from sim.store import Store
from theorems.language import About, Quantity, Theorem, expanded
from theorems.reasoning.demand import Demand, demand, round_down

# natural logarithms by which the slowest mode of the residual shall shrink in a default run
DECADES = 7.0
LONGEST = 2000  # steps of a default run at most
FLOW_STEP = (
    0.4  # time between records of a flow, times the largest eigenvalue of the limiting Gram matrix
)
PILOT, PILOT_SEED = (
    10,
    2**31,
)  # draws that decide how wide a certificate needs the network; their seeds serve nothing else
WIDEST_PILOT = 2**20


def data_values(theorems: Iterable[Theorem], data: Data) -> dict[Quantity, Enclosure]:
    """The certified value of every data quantity that the theorems mention."""
    wanted = {q for t in theorems for q in t.quantities if q.about is About.DATA}
    found = {
        p: DATA_PROBES[p](data) for p in sorted({q.probe for q in wanted if q.probe in DATA_PROBES})
    }
    return {q: found[q.probe] for q in sorted(wanted, key=str) if q.probe in found}


def exact_values(
    theorem: Theorem,
    data: Data,
    delta: Rational,
    width: int | None = None,
    step: float | None = None,
) -> dict[Quantity, Any]:
    """The letters' values as hypotheses are decided on: integers, rationals, exact floats and
    certified intervals.
    """
    scale = theorem.scale
    values: dict[Quantity, Any] = {
        q: (e.low, e.high) for q, e in data_values([theorem], data).items() if e.certified
    }
    for letter, value in (
        (scale.samples, data.samples),
        (scale.width, width),
        (scale.step_size, step),
        (scale.failure, delta),
    ):
        if letter is not None and value is not None:
            values[letter] = value
    for letter, choice in theorem.choices.items():
        if all(q in values for q in choice.free_symbols):
            values[letter] = choice.subs(values)
    return values


def _depth(theorem: Theorem) -> int:
    letter = theorem.scale.depth
    return 2 if letter is None else int(theorem.choices.get(letter, 2))


def evidence(
    theorem: Theorem, data: Data, delta: Rational, plan: Plan | None, frame: pd.DataFrame
) -> Evidence:
    """Everything known about a theorem at one scale."""
    exact = exact_values(
        theorem, data, delta, plan.width if plan else None, plan.step_size if plan else None
    )
    values = {q: e.value for q, e in data_values([theorem], data).items()}
    values |= {q: float(v) for q, v in exact.items() if q.about is About.SCALE}
    norm = float(np.linalg.norm(data.inputs @ data.inputs.T, 2))
    trivial = {p: f(data.samples, norm) for p, f in TRIVIAL.items()}
    return Evidence(values, exact, frame, trivial, plan.steps if plan else None)


def demands(theorem: Theorem, data: Data, delta: Rational) -> Demand:
    """What the theorem's explicit hypotheses demand of the width and the step on this data."""
    return demand(theorem, exact_values(theorem, data, delta))


def own_step(theorem: Theorem, data: Data, width: int) -> float | None:
    """The step size that the theorem's practice names, at this scale."""
    chosen, scale = theorem.practice.step_size, theorem.scale
    if chosen is None:
        return None
    known = {
        q: v
        for q, v in ((scale.width, width), (scale.samples, data.samples), *theorem.choices.items())
        if q is not None
    }
    return float(sympify(chosen).subs(known))


def make_plan(
    theorems: Sequence[Theorem],
    data: Data,
    width: int,
    delta: Rational,
    seeds: int,
    options: Options,
    step: float | None = None,
    whole: bool = False,
) -> Plan:
    """The plan of one width for theorems that share a setting.

    The step is the given one, the user's, the theorems' own practice, or the largest with which no
    mode can grow; as many steps as the theorems' practice has or until the slowest mode has shrunk,
    or (`whole`) as their claims speak of, when they end.
    """
    setting, practice = theorems[0].setting, theorems[0].practice
    assert setting is not None
    gram = np.linalg.eigvalsh(limiting_gram(data.inputs))
    flow = METHODS[setting.method].flow if setting.method in METHODS else False
    if step is None:
        step = options.step_size or own_step(theorems[0], data, width)
    if step is None:
        step = round_down(
            FLOW_STEP / gram[-1]
            if flow
            else 1 / float(np.linalg.norm(data.inputs @ data.inputs.T, 2))
        )
    numbers = {
        q: v
        for t in theorems
        for q, v in exact_values(t, data, delta, width, step).items()
        if not isinstance(v, tuple)
    }
    numbers |= {q: e.value for q, e in data_values(theorems, data).items()}
    spoken = (
        {getattr(c.over, "last", None) for t in theorems for c in t.claims if c.over}
        if whole
        else {None}
    )
    ends = [expanded(last).subs(numbers) for last in spoken if last is not None]
    longest = (
        None
        if None in spoken or not all(e.is_number for e in ends)
        else max((math.ceil(float(e)) for e in ends), default=1)
    )
    steps = (
        options.steps
        or longest
        or practice.steps
        or min(LONGEST, max(50, math.ceil(DECADES / (step * max(gram[0], 1e-12)))))
    )
    seeds_used = tuple(range(options.seed, options.seed + seeds))
    return Plan(
        setting,
        data,
        width,
        float(step),
        steps,
        seeds_used,
        asks_of(theorems),
        numbers,
        _depth(theorems[0]),
    )


def certified_width(
    theorem: Theorem, data: Data, delta: Rational, options: Options, store: Store
) -> int | None:
    """The first width, doubling from the practice's narrowest, at which nine in ten pilot draws
    satisfy the hypotheses; None beyond 2^20.
    """
    width = theorem.practice.widths[0]
    pilots = Options(**{**vars(options), "seed": PILOT_SEED})
    while width <= WIDEST_PILOT:
        plan = make_plan(
            [theorem], data, width, delta, PILOT, pilots, demands(theorem, data, delta).step_size
        )
        frame = trajectories(plan, store, train=False)
        judged, _ = compare(theorem, evidence(theorem, data, delta, plan, frame))
        if all(j.held is None or j.held >= 0.9 * PILOT for j in judged):
            return width
        width *= 2
    return None


def demand_rows(theorems: Iterable[Theorem], data: Data, delta: Rational) -> list[dict[str, Any]]:
    """For each theorem with explicit hypotheses, what it demands on this data."""
    rows: list[dict[str, Any]] = []
    for theorem in theorems:
        wants = demands(theorem, data, delta)
        if wants.width is not None or wants.step_size is not None:
            rows.append(
                {
                    "statement": theorem.statement,
                    "width": wants.width,
                    "step_size": wants.step_size,
                    "delta": float(delta),
                    "binding": dict(wants.binding or {}),
                }
            )
    return rows
