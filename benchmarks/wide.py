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
from functools import partial
from pathlib import Path

import numpy as np
from sympy import Integer, Rational, sqrt

from benchmarks import loops, page
from sim.data.table import Data, load
from sim.engines import choice as mode
from sim.engines.wide import aggregated, streamed
from sim.engines.wide.engine import Pilot, Wide, verified
from sim.plan import Plan
from sim.run import WORKERS, rows_of, table
from theorems.language import Setting, count

ROOT = Path(__file__).parent.parent
WIDTHS, STEPS, POINTS, SECONDS = (10**5, 10**6, 10**7), (200, 5000), (4, 16), 5.0
m, n = count("m", "hidden neurons"), count("n", "points")
SQUARED = Setting(
    network="two_layer_relu",
    output=1 / sqrt(m),
    trained=("w",),
    drawn={"w": "standard_normal", "a": "rademacher"},
    loss="sum_of_squares",
    factor=Rational(1, 2),
    method="gradient_descent",
)
LOGISTIC = Setting(
    network="two_layer_relu",
    output=1 / sqrt(m),
    trained=("w",),
    drawn={"w": "standard_normal", "a": "rademacher"},
    loss="sum_of_logistic",
    factor=1 / n,
    method="gradient_descent",
)
JI2020 = (
    (1, 688_286_657, 52_513),
    (2, 2_633_000_000, 77_679),
)  # Theorem 2.2 at eps = 1/10, 3 delta = 3/10 and the orthonormal margin


def the_plan(setting: Setting, data: Data, width: int, steps: int) -> Plan:
    """Step 1/L for the squared loss, 1 for the logistic one."""
    step = 1.0 if setting is LOGISTIC else float(1 / np.linalg.norm(data.inputs @ data.inputs.T, 2))
    return Plan(setting, data, width, step, steps, (0,), (), {n: Integer(data.samples)})


def ours(name: str, points: int, width: int, steps: int) -> dict[str, object]:
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

    def survey(reach):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        crowd = way.survey(plan, 0, reach, WORKERS)
        spent.append(time.perf_counter() - began)
        return crowd

    def run(engine: Wide, last: bool):  # type: ignore[no-untyped-def]
        held.append(engine.count)
        return table(rows_of(plan, engine, 0, True, last))

    began = time.perf_counter()
    frame = verified(plan, survey, run)
    seconds = time.perf_counter() - began
    engine_steps = _a_step(plan, way) if name == "exact" else None
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


def _a_step(plan: Plan, way) -> float:  # type: ignore[no-untyped-def]
    """Seconds a step when all is compiled: the second of two runs from the start, without records."""
    reach = Pilot(plan).generous()
    engine = Wide(plan, way.survey(plan, 0, reach, WORKERS), reach)
    for _ in range(2):
        engine.begin(1)
        began, done = time.perf_counter(), 0
        while done < plan.steps:
            done += len(engine.advance(min(512, plan.steps - done))[0])
        seconds = time.perf_counter() - began
    return seconds / plan.steps


def apart(*row: object) -> dict[str, object]:
    """The row measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.wide", "--row", *map(str, row)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    print(page.line(found), flush=True)
    return found


def main() -> None:
    """Measure, print, and write docs/benchmarks.json, .md and .svg."""
    if sys.argv[1:2] == ["--row"]:
        name, points, width, steps = sys.argv[2:]
        print(json.dumps(ours(name, int(points), int(width), int(steps))))
        return
    result: dict[str, object] = {"cores": os.cpu_count(), "generators": loops.generators(WORKERS)}
    result["ours"] = [apart("squared", p, w, s) for p in POINTS for s in STEPS for w in WIDTHS]
    result["wider"] = [
        apart(*row)
        for row in (
            *(("exact", 4, 10**k, 200) for k in (6, 7, 8, 9)),
            ("orthonormal", 4, 10**12, 200),
        )
    ]
    result["ji2020"] = [apart("logistic", *row) for row in JI2020]
    result["loops"] = []
    for name in ("dense", "torch", "optax"):
        for points in POINTS:
            for width in WIDTHS:
                try:
                    plan = the_plan(SQUARED, load("sphere", points), width, 200)
                    ready, step, steps = loops.timed(partial(getattr(loops, name), plan), SECONDS)
                except ImportError:
                    print(f"{name}: not installed, left out")
                    break
                result["loops"].append(
                    {
                        "name": name,
                        "points": points,
                        "width": width,
                        "ready": ready,
                        "step": step,
                        "timed": steps,
                    }
                )
                print(page.line(result["loops"][-1]), flush=True)
    page.write(result, ROOT / "docs")


if __name__ == "__main__":
    main()
