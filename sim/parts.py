"""What a file of parts adds: operations of its own, each with the file that says how it is computed.

A file of parts stands beside the theorem (`mine_parts.py` beside `mine.py`) or in an installed
package. It calls `register` and is part of the key of every run that uses what it adds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sim.measuring import balls, evaluate, of_data
from sim.measuring.algorithms import ALGORITHMS, CERTIFIED, of_arrays
from theorems.language.measurement import Term
from theorems.problem import BadInput

SOURCES: dict[str, Path] = {}  # by operation


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
    arrays = (evaluate.ARRAYS, evaluate.ONE, evaluate.TWO, evaluate.REDUCE, evaluate.WHOLE)
    taken = {n for table in (*arrays, ALGORITHMS, CERTIFIED) for n in table}
    if name in taken and name not in SOURCES:
        raise BadInput("parts", name, "this name is taken; choose another")
    if name in SOURCES:
        _forget()
    SOURCES[name] = Path(inspect.stack()[1].filename)  # that of the caller
    if compiled:
        evaluate.ARRAYS[name] = rule
    else:
        ALGORITHMS[name] = of_arrays(rule)
    if enclosed is not None:
        balls.WHOLE[name] = balls.of_balls(enclosed)


def _forget() -> None:
    """Compile anew what was compiled with an operation's former rule."""
    from sim.engines import dense
    from sim.engines.wide import kernel
    from sim.measuring import series

    compiled = (dense._recorder, dense._advance, dense._now, dense._kept, kernel.stepper)
    for cached in (*compiled, evaluate._compiled, series.along_outputs, of_data.of_data):
        cached.cache_clear()


def used(terms: Iterable[Term]) -> list[Path]:
    """The files of the operations that occur, sorted."""
    names = {t.operation for term in terms for t in term.all_terms()}
    return sorted({SOURCES[name] for name in names & SOURCES.keys()})
