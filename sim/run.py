"""Plans to trajectories: a tidy frame with one row per seed, step and observable."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import numpy as np
import pandas as pd

from sim.data.table import Array
from sim.engines.choice import MOST_DENSE, choose, memory_free, memory_needed
from sim.engines.dense import Dense
from sim.engines.protocol import Engine, Found
from sim.engines.wide import aggregated, streamed
from sim.engines.wide.crowd import Crowd
from sim.engines.wide.engine import FEW, RETRIES, TravelledTooFar, verified
from sim.measuring.compiled import OFTEN
from sim.measuring.series import A_SUM, every_step, perturbed, rounding, sizes, stable
from sim.measuring.values import numbers
from sim.plan import SEGMENT, Ask, Plan, label_of
from sim.store import Store
from sim.worker import ALONE, Worker
from theorems.language import About
from theorems.language.measurement import Term, argument
from theorems.problem import BadInput

# labels of rows that are no measurements
DIVERGED = "diverged"  # the loss is no number from here on
LOST = "lost"  # neurons left every reach, and nothing is known from here on
LAW_ERROR = "law_error"  # how far the law of the draw may be from the theorem's
FLOOR = 1e-13  # relative residual below which float64 shows rounding, not training
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WORKERS = min(4, CORES)  # seeds side by side, at most
# of a flow between records, and twice as many in the second run that measures the error
SUBSTEPS = 4
GROUP = 250  # seeds of a draw without training that are kept together
TYPES = {"seed": int, "step": float, "observable": object, "value": float, "error": float}
NO_RUNS = pd.DataFrame(columns=list(TYPES))
Rows = list[tuple[float, str, float, float]]
Row = tuple[int, float, str, float, float]


def _train(plan: Plan, engine: Engine, substeps: int, last: bool) -> Rows:
    """The series at every recorded step, what costs more at the checkpoints, until the end, the
    floor of rounding, or the run's own divergence: a row
    "diverged" where the loss is no number any more, and nothing measured from there on.

    A row is step, observable, value and the half-width of what is known of it. When the neurons
    leave every reach and there is no other way (`last`), the run ends there with a row "lost".
    """
    engine.begin(substeps)
    rows: Rows = []
    unit = plan.step_size if plan.setting.method.flow else 1.0
    step, marks = 0, set(plan.checkpoints)
    start = _loss(plan, engine.ends())
    while True:
        ends = engine.ends()
        loss, at = _loss(plan, ends), step * unit
        if not np.isfinite(loss):
            return [*rows, (at, DIVERGED, 1.0, 0.0)]
        if step in marks:
            rows += _measured(plan, engine, at)
        low = not getattr(plan.setting.method, "log_time", False) and loss <= FLOOR**2 * start
        if step == plan.steps or low:
            return [*rows, *_series(plan, ends, [at])]
        count = min(SEGMENT, min(c for c in marks if c > step) - step)
        try:
            found = engine.advance(count)
        except TravelledTooFar:
            if last:
                return [*rows, *_series(plan, ends, [at]), (at, LOST, 1.0, 0.0)]
            raise
        losses = found[plan.setting.loss][0]
        good = int(np.append(np.flatnonzero(~np.isfinite(losses)), len(losses))[0])
        rows += _series(plan, found, [(step + j) * unit for j in range(good)])
        step += good
        if good < len(losses):
            return [*rows, (step * unit, DIVERGED, 1.0, 0.0)]


def _loss(plan: Plan, ends: Found) -> float:
    return float(ends[plan.setting.loss][0][0])


def _series(plan: Plan, found: Found, steps: list[float]) -> Rows:
    """Rows of what is measured at every step, under the labels that ask for it."""
    rows: Rows = []
    for term, (found_values, errors) in found.items():
        for label in plan.labels[term]:
            rows += [
                (at, label, float(v), float(e))
                for at, v, e in zip(steps, found_values, errors)  # until the run left the numbers
            ]
    return rows


def _measured(plan: Plan, engine: Engine, at: float) -> Rows:
    """Rows of what is measured at a checkpoint."""
    asked = [a for a in plan.asks if a.level is About.TRAJECTORY]
    asked = [a for a in asked if not every_step(a.term, plan.setting)]
    return _evaluated(plan, engine, asked, at, None)


def _evaluated(
    plan: Plan, engine: Engine, asked: list[Ask], at: float, number: float | None
) -> Rows:
    """The terms asked for at the engine's present step, each with the rounding it may have."""
    if not asked:
        return []
    if number is not None and np.isnan(number):
        return [(at, a.label, number, number) for a in asked]  # what it is called with is not there
    known = engine.known() if number is None else {**engine.known(), argument: number}
    terms = tuple(a.term for a in asked)
    large = [sizes(t, known) for t in terms]
    every = (*terms, *dict.fromkeys(t for some in large for t in some))
    started, shaken = engine.of_start(every)
    times = OFTEN if any(a.level is About.TRAJECTORY for a in asked) else 1
    found = _numbers(every, {**known, **started}, times)
    shaky = [t for t in terms if not (t in known or stable(t))]
    # by what is compiled already
    moved = _numbers(every, {**perturbed(known), **shaken}, times, A_SUM) if shaky else {}
    again = {**found, **{t: moved[t] for t in shaky}}
    blur, rows = engine.blur(), []
    for ask, some in zip(asked, large, strict=True):
        value, size = found[ask.term], sum(found[t] for t in some)
        error = rounding(value, again[ask.term], size) + blur.get(ask.term, 0.0)
        rows.append((at, ask.label, value, error))
    return rows


def _numbers(
    terms: tuple[Term, ...], known: Mapping[Term, Any], times: int, share: float = 0.0
) -> dict[Term, float]:
    return dict(zip(terms, numbers(terms, known, times, share), strict=True))


def _draw_rows(plan: Plan, engine: Engine) -> Rows:
    """The draw's observables; those that are called come last, since what they are called with may
    use the ones before.
    """
    asked = [a for a in plan.asks if a.level is About.DRAW]
    rows = _evaluated(plan, engine, [a for a in asked if a.at is None], 0.0, None)
    seen = {label: value for _, label, value, _ in rows}
    known = {
        **plan.numbers,
        **{q: seen[label_of(q)] for q in plan.drawn_letters if label_of(q) in seen},
    }
    for ask in asked:
        if ask.at is not None:
            number = ask.number(known)
            rows += _evaluated(plan, engine, [ask], 0.0, float("nan") if number is None else number)
    if engine.law_error:
        rows.append((0.0, LAW_ERROR, engine.law_error, 0.0))
    return rows


def simulate(plan: Plan, seed: int, train: bool = True, worker: Worker = ALONE) -> pd.DataFrame:
    """One seed's frame: seed, step (or time), observable, value, error (half-width of what is known
    of the value).

    With train=False only the draw is measured. BadInput when the neurons that must be held do not
    fit into memory.
    """
    return table(_simulated(plan, seed, train, worker))


def _simulated(plan: Plan, seed: int, train: bool, worker: Worker) -> list[Row]:
    if not train:
        plan = plan.untrained
    mode = choose(plan).name

    def survey(reach: Array) -> Crowd:
        needed = memory_needed(plan, reach)
        free = memory_free() * worker.threads / WORKERS  # the rest is for the seeds beside this one
        if needed > free:
            raise BadInput(
                "width",
                plan.width,
                f"the neurons near a kink take {needed / 1e9:.3g} GB and {free / 1e9:.3g} GB are free; "
                "fewer steps bring fewer neurons there",
            )
        way = aggregated if mode == "aggregated" else streamed
        return way.survey(plan, seed, reach, worker)

    small = plan.width * plan.data.samples <= MOST_DENSE
    if mode != "dense":
        found = verified(
            plan,
            survey,
            lambda engine, last: rows_of(plan, engine, seed, train, last and not small),
            np.inf if small else FEW,
            # of the aggregated crowd a larger reach would be another draw
            1 if mode == "aggregated" else RETRIES,
        )
        if worker.store is not None:
            worker.store.forget(plan.key((seed,), True))
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
    plan: Plan, engine: Engine, seed: int, train: bool = True, last: bool = False
) -> list[Row]:
    """What an engine's draw and training are seen to do; the error of a flow is what half its step
    changes.
    """
    rows = _draw_rows(plan, engine)
    if not train:
        engine.begin(1)
        rows += [*_series(plan, engine.ends(), [0.0]), *_measured(plan, engine, 0.0)]
    elif any(s.method.flow for s in plan.setting.runs):
        fine = _train(plan, engine, 2 * SUBSTEPS, last)
        again = _train(plan, engine, SUBSTEPS, last)
        coarse = {(step, name): value for step, name, value, _ in again}
        for step, name, value, error in fine:
            gap = abs(value - coarse.get((step, name), np.nan))
            # infinite where one of the two had ended
            rows.append((step, name, value, error + (gap if gap == gap else np.inf)))
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

            rows += _simulated(plan, seed, train, Worker(threads, store, drawing))
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
