"""What a file of parts adds: operations of its own, each with the file that says how it is computed,
promises about the data, and data by name.

A file of parts stands beside the theorem (`mine_parts.py` beside `mine.py`) or in an installed
package. It calls `register`, and is part of the key of every run that uses an operation of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np

from sim.data.promises import PROMISES
from sim.data.sample import ROWS, UNIT
from sim.data.table import ADVERSARIES, RECIPES, Data
from sim.measuring import arrays, balls
from sim.measuring.algorithms import ALGORITHMS, CERTIFIED, of_arrays
from sim.measuring.compiled import forget
from sim.measuring.evaluate import WHOLE
from sim.sources import SOURCES
from theorems.problem import BadInput, unknown

PROMISED: dict[str, Path] = {}  # by promise
MADE: dict[str, Path] = {}  # by recipe


def register(
    name: str,
    rule: Callable[..., Any],
    compiled: bool = True,
    enclosed: Callable[..., Any] | None = None,
) -> None:
    """Add an operation: of JAX arrays, or (compiled=False) an algorithm of NumPy arrays.

    enclosed: the same in balls (`flint.arb`) that certainly hold it, from arrays of balls, or
    NotEnclosed; without it no hypothesis about the data that uses the operation can be decided.
    BadInput for a name that is taken by something else.
    """
    rules = (arrays.ARRAYS, arrays.ONE, arrays.TWO, arrays.REDUCE, WHOLE)
    if name in SOURCES:
        forget()
    _take(SOURCES, name, {n for table in (*rules, ALGORITHMS, CERTIFIED) for n in table})
    guarded = _guarded(f"operation {name}", rule)
    if compiled:
        arrays.ARRAYS[name] = guarded
    else:
        ALGORITHMS[name] = of_arrays(guarded)
    if enclosed is not None:
        balls.WHOLE[name] = balls.of_balls(_guarded(f"enclosure of {name}", enclosed))


def promise(name: str, check: Callable[[Data], None], rows: str = UNIT) -> None:
    """Add what a setting may ask of its data: `check` raises BadInput for data that break it.

    rows: what is done to them, "unit_inputs", "unit_ball" or "as_given". BadInput for a name that
    is taken by something else and for other rows.
    """
    if rows not in ROWS.values():
        raise unknown("parts: rows", rows, ROWS.values())
    _take(PROMISED, name, PROMISES)
    guarded = _guarded(f"promise {name}", check)

    def kept(data: Data) -> None:
        if guarded(replace(data, raw=data.raw.copy(), labels=data.labels.copy())) is not None:
            raise BadInput(f"promise {name}", "a value", "it returns nothing; it raises BadInput")

    PROMISES[name], ROWS[name] = kept, rows


def recipe(name: str, make: Callable[[int], Data]) -> None:
    """Add data by name: `make` is told how many points. BadInput for a name that is taken."""
    _take(MADE, name, {*RECIPES, *ADVERSARIES})
    guarded = _guarded(f"data {name}", make)

    @wraps(make)  # whose parameters tell whether it takes a dimension
    def made(*asked: Any, **more: Any) -> Data:
        found = guarded(*asked, **more)
        if not isinstance(found, Data):
            raise BadInput(f"data {name}", type(found).__name__, "its recipe makes a Data")
        if np.ndim(found.raw) != 2 or np.shape(found.labels) != np.shape(found.raw)[:1]:
            shapes = f"{np.shape(found.raw)} rows, {np.shape(found.labels)} labels"
            raise BadInput(f"data {name}", shapes, "it needs a matrix and a label for each row")
        if asked and found.samples != asked[0]:
            why = f"its recipe was asked for {asked[0]}"
            raise BadInput(f"data {name}", f"{found.samples} points", why)
        return found

    RECIPES[name] = made


def _guarded(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of somebody else's file; what it raises is said of it in one line."""
    if not callable(function):
        raise BadInput(f"parts: {what}", function, "it must be a function")

    @wraps(function)
    def call(*operands: Any, **more: Any) -> Any:
        try:
            return function(*operands, **more)
        except (BadInput, balls.NotEnclosed):
            raise
        except Exception as error:
            words = " ".join(str(error).split())[:200]
            raise BadInput(what, type(error).__name__, words or "it failed") from error

    return call


def _take(own: dict[str, Path], name: str, taken: Collection[str]) -> None:
    """Note which file says what a name means; BadInput where that is us, or another file."""
    source = Path(inspect.stack()[2].filename)  # of the caller's caller
    if name in taken and not (name in own and _same(own[name], source)):
        who = f"in {own[name].name}" if name in own else "by the simulator"
        raise BadInput(f"parts: {source.name}", name, f"this name is taken {who}; choose another")
    own[name] = source


def _same(one: Path, other: Path) -> bool:
    """Whether two files, one perhaps a copy of the other, say the same."""
    return one == other or (one.is_file() and one.read_bytes() == other.read_bytes())
