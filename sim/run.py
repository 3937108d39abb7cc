"""Plans to trajectories: a tidy frame with one row per seed, step and observable."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import numpy as np
import pandas as pd

from sim.data.table import Array
from sim.engines.choice import MOST_DENSE, choose, memory_free, memory_needed
from sim.engines.dense import Dense
from sim.engines.wide import aggregated, streamed
from sim.engines.wide.crowd import Crowd
from sim.engines.wide.engine import FEW, RETRIES, TravelledTooFar, Wide, verified
from sim.measuring.probes import ALONG, DRAW_PROBES
from sim.measuring.state import Start
from sim.plan import SEGMENT, Plan
from sim.store import Store
from theorems.problem import BadInput

FLOOR = 1e-13  # relative residual below which float64 shows rounding, not training
WORKERS = min(
    4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
)
SUBSTEPS = (
    4  # of a flow between records, and twice as many in the second run that measures the error
)
GROUP = 250  # seeds of a draw without training that are kept together
TYPES = {"seed": int, "step": float, "observable": object, "value": float, "error": float}
NO_RUNS = pd.DataFrame(columns=list(TYPES))
Rows = list[tuple[float, str, float, float]]
Row = tuple[int, float, str, float, float]


def _train(plan: Plan, engine: Dense | Wide, substeps: int, last: bool) -> Rows:
    """The series at every recorded step, the costly probes at the checkpoints, until the end or the
    floor of rounding.

    A row is step, observable, value and the half-width of what is known of it. When the neurons
    leave every reach and there is no other way (`last`), the run ends there with a row "lost".
    """
    engine.begin(substeps)
    rows: Rows = []
    unit, step, marks, start = (
        plan.step_size if plan.method.flow else 1.0,
        0,
        set(plan.checkpoints),
        engine.state(),
    )
    while True:
        if step in marks:
            state = engine.state() if step else start
            rows += [
                (
                    step * unit,
                    name,
                    ALONG[name](state, start, plan.data),
                    state.blur if name == "movement" else 0.0,
                )
                for name in plan.along
            ]
            if step == plan.steps or not (
                plan.method.log_time or FLOOR**2 * start.loss < state.loss < np.inf
            ):
                return [*rows, *_ends(plan, engine, step * unit)]
        count = min(SEGMENT, min(c for c in marks if c > step) - step)
        try:
            found = engine.advance(count)
        except TravelledTooFar:
            if last:
                return [*rows, *_ends(plan, engine, step * unit), (step * unit, "lost", 1.0, 0.0)]
            raise
        for name, series in found.items():
            rows += [((step + j) * unit, name, float(v), 0.0) for j, v in enumerate(series)]
        step += len(found["loss"])


def _ends(plan: Plan, engine: Dense | Wide, at: float) -> Rows:
    return [(at, name, value, 0.0) for name, value in engine.ends().items()]


def _draw_rows(plan: Plan, start: Start) -> Rows:
    """The draw's observables; those with an argument come last, since it may use the ones before."""
    known: dict[str, float] = {}
    for ask in (a for a in plan.asks if a.probe in DRAW_PROBES):
        probe, radius = DRAW_PROBES[ask.probe], ask.at({**plan.numbers, **known})
        known[ask.label] = probe(start) if radius is None else probe(start, radius)
    known |= {"law_error": start.law_error} if start.law_error else {}
    return [(0.0, name, value, 0.0) for name, value in known.items()]


def simulate(
    plan: Plan,
    seed: int,
    train: bool = True,
    store: Store | None = None,
    threads: int = 1,
    tick: Callable[[float], None] = lambda _: None,
) -> pd.DataFrame:
    """One seed's frame: seed, step (or time), observable, value, error (half-width of what is known
    of the value).

    With train=False only the draw is measured. BadInput when the neurons that must be held do not
    fit into memory.
    """
    return table(_simulated(plan, seed, train, store, threads, tick))


def _simulated(
    plan: Plan,
    seed: int,
    train: bool,
    store: Store | None,
    threads: int,
    tick: Callable[[float], None],
) -> list[Row]:
    if not train:
        plan = plan.untrained
    mode = choose(plan).name

    def survey(reach: Array) -> Crowd:
        needed, free = (
            memory_needed(plan, reach),
            memory_free() * threads / WORKERS,
        )  # the seeds beside this one
        if needed > free:
            raise BadInput(
                "width",
                plan.width,
                f"the neurons near a kink take {needed / 1e9:.3g} GB and {free / 1e9:.3g} GB are free; "
                "fewer steps bring fewer neurons there",
            )
        if mode == "aggregated":
            return aggregated.survey(plan, seed, reach, threads)
        return streamed.survey(plan, seed, reach, threads, store, tick)

    small = plan.width * plan.data.samples <= MOST_DENSE
    if mode != "dense":
        found = verified(
            plan,
            survey,
            lambda engine, last: rows_of(plan, engine, seed, train, last and not small),
            np.inf if small else FEW,
            1 if mode == "aggregated" else RETRIES,
        )  # a larger reach would be another draw
        if store is not None:
            store.forget(plan.key((seed,), True))
        if found is not None:
            return found
    if not small:
        raise BadInput(
            "width",
            plan.width,
            f"{plan.data.samples} points of so many neurons do not fit into memory"
            if mode == "dense"
            else "the radius of kinks that is asked for is beyond what the neurons travel, and was not counted",
        )
    return rows_of(plan, Dense(plan, seed), seed, train)


def rows_of(
    plan: Plan, engine: Dense | Wide, seed: int, train: bool = True, last: bool = False
) -> list[Row]:
    """What an engine's draw and training are seen to do; the error of a flow is what half its step
    changes.
    """
    start = engine.start()
    rows = _draw_rows(plan, start)
    if not train:
        engine.begin(1)
        rows += [(0.0, "residual", start.residual, 0.0), (0.0, "loss", engine.ends()["loss"], 0.0)]
        if asked := sorted({a.probe for a in plan.asks} & ALONG.keys()):
            state = engine.state()
            rows += [(0.0, name, ALONG[name](state, state, plan.data), 0.0) for name in asked]
    elif plan.method.flow:
        fine = _train(plan, engine, 2 * SUBSTEPS, last)
        coarse = {
            (step, name): value for step, name, value, _ in _train(plan, engine, SUBSTEPS, last)
        }
        for step, name, value, error in fine:
            gap = abs(value - coarse.get((step, name), np.nan))
            rows.append(
                (step, name, value, error + (gap if gap == gap else np.inf))
            )  # where one of the two had ended
    else:
        rows += _train(plan, engine, 1, last)
    return [(seed, *r) for r in rows]


def table(rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as a frame; its numbers are floats even where there are no rows."""
    columns = list(zip(*rows, strict=True)) or [()] * len(TYPES)
    return pd.DataFrame(
        {
            name: np.array(column, dtype)
            for (name, dtype), column in zip(TYPES.items(), columns, strict=True)
        }
    )


def trajectories(
    plan: Plan, store: Store, train: bool = True, tick: Callable[[float], None] = lambda _: None
) -> pd.DataFrame:
    """The frames of all seeds, kept in the store as they are finished: one file a seed, or a group
    of seeds of mere draws.

    Seeds run side by side in threads; an interruption waits for those that are running and keeps
    them, or, where neurons are still being drawn, for the next part of the pass that can be kept.
    """
    size = 1 if train else GROUP
    groups = [plan.seeds[i : i + size] for i in range(0, len(plan.seeds), size)]
    threads, stop = max(1, WORKERS // len(groups)), Event()

    def batch(seeds: tuple[int, ...]) -> pd.DataFrame:
        rows: list[Row] = []
        for seed in seeds:
            told: list[float] = []

            def drawing(share: float, told: list[float] = told) -> None:
                if stop.is_set():
                    raise KeyboardInterrupt
                told.append(min(0.9 * share, 0.9 - sum(told)))  # a pass may be repeated
                tick(told[-1])

            rows += _simulated(plan, seed, train, store, threads, drawing)
            tick(1 - sum(told))
        return table(rows)

    with ThreadPoolExecutor(min(WORKERS, len(groups))) as pool:
        running = [
            pool.submit(store.get, plan.key(group, train), partial(batch, group))
            for group in groups
        ]
        try:
            return pd.concat([r.result() for r in running], ignore_index=True)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
