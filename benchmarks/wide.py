"""`make bench`: the wide engine against dense loops and against the time its random numbers take;
ratios within one run.

Every row of ours runs in its own process, so that compilation is counted and memory is its own.
Dense loops are timed over a few seconds and carried on to the number of steps.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from sympy import Integer

from benchmarks import loops, page
from benchmarks.settings import LOGISTIC, SQUARED, USUAL, m, n
from sim.data.table import Array, Data, load
from sim.engines import choice as mode
from sim.engines.wide import aggregated, streamed
from sim.engines.wide.crowd import Crowd
from sim.engines.wide.engine import Pilot, Wide, verified
from sim.plan import Plan
from sim.run import WORKERS, rows_of, table
from sim.worker import Worker
from theorems.language import Setting

ROOT = Path(__file__).parent.parent
Row = tuple[str, int, int, int]  # name, points, width, steps
Way = ModuleType  # streamed or aggregated


@dataclass(frozen=True)
class Size:
    """What is measured: sizes of the comparison with dense loops and seconds of each, rows beyond
    them, and Gaussian numbers that a generator is timed with.
    """

    widths: tuple[int, ...]
    steps: tuple[int, ...]
    points: tuple[int, ...]
    seconds: float
    wider: tuple[Row, ...]
    logistic: tuple[Row, ...]
    numbers: int


FULL = Size(
    widths=(10**5, 10**6, 10**7),
    steps=(200, 5000),
    points=(4, 16),
    seconds=5.0,
    wider=(
        *(("exact", 4, 10**k, 200) for k in (6, 7, 8, 9)),
        ("orthonormal", 4, 10**12, 200),
    ),
    # Theorem 2.2 of ji2020 at eps = 1/10, 3 delta = 3/10 and the orthonormal margin
    logistic=(("logistic", 1, 688_286_657, 52_513), ("logistic", 2, 2_633_000_000, 77_679)),
    numbers=2**24,
)
# seconds in all, so that tests can run every line of it
TOY = Size(
    widths=(200, 400),
    steps=(4,),
    points=(2,),
    seconds=0.0,
    wider=(("exact", 2, 300, 4), ("exact", 2, 600, 4), ("orthonormal", 2, 10**12, 4)),
    logistic=(("logistic", 1, 500, 4),),
    numbers=2**16,
)


def the_plan(setting: Setting, data: Data, width: int, steps: int) -> Plan:
    """Step 1/L for the squared loss, 1 for the logistic one."""
    step = 1.0 if setting is LOGISTIC else float(1 / np.linalg.norm(data.inputs @ data.inputs.T, 2))
    letters = {n: Integer(data.samples), m: Integer(width)}
    return Plan(setting, data, width, step, steps, (0,), USUAL, letters)


def ours(name: str, points: int, width: int, steps: int) -> dict[str, Any]:
    """One run with everything that a check records, in this process: seconds in all and by part,
    neurons followed, memory.
    """
    data = load("sphere" if name == "squared" else "orthonormal", points)
    plan = the_plan(LOGISTIC if name == "logistic" else SQUARED, data, width, steps)
    way, spent, held = (
        (aggregated if mode.choose(plan).name == "aggregated" and name != "exact" else streamed),
        [],
        [],
    )

    def survey(reach: Array) -> Crowd:
        began = time.perf_counter()
        crowd = way.survey(plan, 0, reach, Worker(WORKERS))
        spent.append(time.perf_counter() - began)
        return crowd

    def run(engine: Wide, last: bool) -> pd.DataFrame:
        held.append(engine.count)
        return table(rows_of(plan, engine, 0, True, last))

    began = time.perf_counter()
    frame = verified(plan, survey, run)
    seconds = time.perf_counter() - began
    engine_steps = _a_step(plan, way) if name == "exact" else None
    assert frame is not None
    residual = frame[frame["observable"] == "residual"]["value"]
    return {
        "name": name,
        "mode": way.__name__.split(".")[-1],
        "points": points,
        "dimension": plan.inputs.shape[1],
        "width": width,
        "steps": steps,
        "seconds": seconds,
        "pass": sum(spent),
        "held": held[-1],
        "step": engine_steps,
        "residual": [float(residual.iloc[0]), float(residual.iloc[-1])],
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def _a_step(plan: Plan, way: Way) -> float:
    """Seconds a step when all is compiled: the second of two runs from the start, without records."""
    reach = Pilot(plan).generous()
    engine = Wide(plan, way.survey(plan, 0, reach, Worker(WORKERS)), reach)
    for _ in range(2):
        engine.begin(1)
        began, done = time.perf_counter(), 0
        while done < plan.steps:
            done += len(engine.advance(min(512, plan.steps - done))[plan.setting.loss][0])
        seconds = time.perf_counter() - began
    return seconds / plan.steps


def in_own_process(*row: object) -> dict[str, Any]:
    """The row measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.wide", "--row", *map(str, row)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def every_number(size: Size, row: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Every number of the page; `row` measures one of ours."""

    def told(found: dict[str, Any]) -> dict[str, Any]:
        print(page.line(found), flush=True)
        return found

    compared = [("squared", p, w, s) for p in size.points for s in size.steps for w in size.widths]
    return {
        "cores": os.cpu_count(),
        "generators": loops.generators(WORKERS, size.numbers),
        "ours": [told(row(*r)) for r in compared],
        "wider": [told(row(*r)) for r in size.wider],
        "ji2020": [told(row(*r)) for r in size.logistic],
        "loops": [told(r) for name in ("dense", "torch", "optax") for r in rivals(name, size)],
    }


def rivals(name: str, size: Size) -> Iterator[dict[str, Any]]:
    """A dense loop at every size; nothing where its library is not installed."""
    for points in size.points:
        for width in size.widths:
            plan = the_plan(SQUARED, load("sphere", points), width, size.steps[0])
            loop = partial(getattr(loops, name), plan)
            try:
                ready, step, steps = loops.timed(loop, size.seconds)
            except ImportError:
                print(f"{name}: not installed, left out")
                return
            yield {
                "name": name,
                "points": points,
                "width": width,
                "ready": ready,
                "step": step,
                "timed": steps,
            }


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write docs/benchmarks.json, .md and .svg; with --toy FOLDER in seconds
    and into that folder, one row apart and the others in this process.
    """
    if arguments[:1] == ["--row"]:
        name, points, width, steps = arguments[1:]
        print(json.dumps(ours(name, int(points), int(width), int(steps))))
    elif arguments[:1] == ["--toy"]:
        in_own_process("squared", TOY.points[0], TOY.widths[0], TOY.steps[0])
        page.write(every_number(TOY, ours), Path(arguments[1]))
    else:
        page.write(every_number(FULL, in_own_process), ROOT / "docs")


if __name__ == "__main__":
    main(sys.argv[1:])
