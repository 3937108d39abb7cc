"""One run with made-up sides, and what it answers, for the tests of `draw`."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from reports.judging.draw import (
    Run,
    Seen,
    Told,
    judged,
)
from reports.judging.evidence import Evidence, Sides
from reports.judging.interval import Interval, point
from tests.letters import observable, of_data
from theorems.language import Claim, index, positive
from theorems.language.quantity import time

k, t = index("k", "step"), time("t", "time")
x = observable("x", "a number", probe="x", nonnegative=None)
y = observable("y", "another", probe="y", nonnegative=None)
moved = observable("moved", "distance from the start", probe="movement")
top = of_data("top", "a bound", probe="top")
eta = positive("eta", "step size")
HELD = Told.HELD
FAILED = Told.FAILED
UNKNOWN = Told.UNKNOWN
COLUMNS = ["seed", "step", "observable", "value", "error"]
TINY = float(np.finfo(float).eps)


def claim(over=None, relation=None, **more):
    at = over.index if over else 0
    return Claim("c", x(at) <= top if relation is None else relation, at="x", over=over, **more)


def run(stated, left, right, along=None, rough=None, **more):
    """A run whose sides are these numbers, or (number, error) pairs of columns."""
    missing = more.pop("missing", False)
    lhs, rhs = (side if isinstance(side, Interval) else point(side) for side in (left, right))
    steps = np.arange(float(len(lhs.low))) if along is None else np.asarray(along, dtype=float)
    rough = np.zeros(len(steps), bool) if rough is None else np.asarray(rough)
    rhs = Interval(*(np.broadcast_to(e, steps.shape) for e in rhs))
    rows = [(0, at, row, 1.0, 0.0) for row, at in more.pop("rows", {}).items()]
    known = Evidence(
        {top: 1.0}, {}, pd.DataFrame(rows, columns=COLUMNS).astype({"seed": int}), **more
    )
    return Run(stated, known, 0, Sides(steps, lhs, rhs, rough, missing))


def answered(stated, *sides, **more):
    return judged(stated.over, run(stated, *sides, **more))


def same(seen, *first, **said):
    """Every field is what it should be: those that are not said have their defaults."""
    wanted = Seen(*first, **said)
    for f in fields(Seen):
        one, other = getattr(seen, f.name), getattr(wanted, f.name)
        if isinstance(other, float | tuple):
            assert one == pytest.approx(other, rel=1e-12, abs=0, nan_ok=True), (f.name, seen)
        else:
            assert one is other or (one == other and type(one) is type(other)), (f.name, seen)
    return True


def twice(*numbers):
    return [(n, n) for n in numbers]
