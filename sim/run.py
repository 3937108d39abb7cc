"""Plans to trajectories: a tidy frame with one row per seed, step and observable."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
from sympy import lambdify

from sim import wide
from sim.dense import Dense
from sim.plan import SEGMENT, Plan
from sim.probes import DRAW_PROBES, Start
from sim.store import Store
from theorems.problem import BadInput

FLOOR = 1e-13  # relative residual below which float64 shows rounding, not training
WORKERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
MOST_DENSE = 2**28  # neurons times points that fit into memory, about 12 GB
SUBSTEPS = 4  # of a flow between records, and twice as many in the second run that measures the error
GROUP = 250  # seeds of a draw without training that are kept together
COLUMNS = ["seed", "step", "observable", "value", "error"]
Rows = list[tuple[float, str, float]]


def _train(plan: Plan, engine: Dense | wide.Wide, substeps: int) -> Rows:
    """Residual and loss at every recorded step, the costly probes at the checkpoints, until the end or the floor."""
    engine.begin(substeps)
    rows: Rows = []
    unit, step, marks = plan.step_size if plan.method.flow else 1.0, 0, set(plan.checkpoints)
    gram0: Any = None
    first = np.nan
    while True:
        if step in marks:
            state = engine.state()
            residual = float(np.linalg.norm(plan.data.labels - state.u))
            gram0, first = (state.gram, residual) if gram0 is None else (gram0, first)
            rows += [(step * unit, "movement", state.movement), (step * unit, "flips", state.flips)]
            finite = bool(np.isfinite(state.gram).all())
            rows.append((step * unit, "gram_floor_along", float(np.linalg.eigvalsh(state.gram)[0]) if finite else np.nan))
            rows.append((step * unit, "gram_drift", float(np.linalg.norm(state.gram - gram0, 2)) if finite else np.nan))
            if step == plan.steps or not finite or not FLOOR * first < residual < np.inf:
                return [*rows, (step * unit, "residual", residual), (step * unit, "loss", state.loss)]
        count = min(SEGMENT, min(c for c in marks if c > step) - step)
        for name, series in zip(("residual", "loss"), engine.advance(count), strict=True):
            rows += [((step + j) * unit, name, float(v)) for j, v in enumerate(series)]
        step += count


def _arguments(plan: Plan, start: Start) -> Rows:
    """The draw's observables; those with an argument come last, since it may use the ones before."""
    known: dict[str, float] = {}
    for ask in plan.asks:
        if ask.probe in DRAW_PROBES and ask.argument is None:
            known[ask.label] = DRAW_PROBES[ask.probe](start)
        elif ask.probe in DRAW_PROBES:
            letters, function = _argument(ask.argument)
            numbers = [float(plan.values[q]) if q in plan.values else known[q.probe] for q in letters]
            known[ask.label] = DRAW_PROBES[ask.probe](start, float(function(*numbers)))
    return [(0.0, name, value) for name, value in known.items()]


@cache
def _argument(expression: Any) -> tuple[list[Any], Any]:
    letters = sorted(expression.free_symbols, key=str)
    return letters, lambdify(letters, expression, "numpy")


def simulate(plan: Plan, seed: int, train: bool = True) -> pd.DataFrame:
    """One seed's frame: seed, step (or time), observable, value, error (discretization; 0 for gradient descent).

    With train=False only the draw is measured.
    """
    if train and plan.is_wide and wide.applies(plan):
        found = wide.verified(plan, seed, lambda engine: _frame(plan, engine, seed, True))
        if found is not None:
            return found
    if plan.width * plan.data.samples > MOST_DENSE:
        raise BadInput("width", plan.width, f"{plan.data.samples} points of so many neurons do not fit, and they move too far to be followed apart; "
                       "a smaller step may help")
    return _frame(plan, Dense(plan, seed), seed, train)


def _frame(plan: Plan, engine: Dense | wide.Wide, seed: int, train: bool) -> pd.DataFrame:
    start = engine.start()
    rows = _arguments(plan, start)
    if not train:
        rows += [(0.0, "residual", start.residual), (0.0, "loss", engine.state().loss)]
    frame = pd.DataFrame([(seed, *r, 0.0) for r in rows], columns=COLUMNS)
    if not train:
        return frame
    along = pd.DataFrame([(seed, *r, 0.0) for r in _train(plan, engine, 2 * SUBSTEPS if plan.method.flow else 1)], columns=COLUMNS)
    if plan.method.flow:
        coarse = pd.DataFrame(_train(plan, engine, SUBSTEPS), columns=["step", "observable", "coarse"])
        along = along.merge(coarse, on=["step", "observable"], how="left")
        along["error"] = (along["value"] - along.pop("coarse")).abs().fillna(np.inf)  # where one of the two had ended
    return pd.concat([frame, along], ignore_index=True)


def trajectories(plan: Plan, store: Store, train: bool = True, tick: Callable[[], None] = lambda: None) -> pd.DataFrame:
    """The frames of all seeds, kept in the store as they are finished: one file a seed, or a group of seeds of mere draws.

    Seeds run side by side in threads; an interruption waits for those that are running and keeps them.
    """
    def batch(seeds: tuple[int, ...]) -> pd.DataFrame:
        frames = []
        for seed in seeds:
            frames.append(simulate(plan, seed, train))
            tick()
        return pd.concat(frames, ignore_index=True)

    size = 1 if train else GROUP
    groups = [plan.seeds[i:i + size] for i in range(0, len(plan.seeds), size)]
    with ThreadPoolExecutor(min(WORKERS, len(groups))) as pool:
        running = [pool.submit(store.get, plan.key(group, train), partial(batch, group)) for group in groups]
        try:
            return pd.concat([r.result() for r in running], ignore_index=True)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
