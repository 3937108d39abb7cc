"""What a file of parts adds: operations of its own, each with the file that says how it is computed.

A file of parts stands beside the theorem (`mine_parts.py` beside `mine.py`) or in an installed
package. It calls `register` and is part of the key of every run that uses what it adds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jax

from sim.measuring import evaluate
from sim.measuring.algorithms import ALGORITHMS, of_arrays
from theorems.language.measurement import Term
from theorems.problem import BadInput

SOURCES: dict[str, Path] = {}  # by operation


def register(name: str, rule: Callable[..., Any], compiled: bool = True) -> None:
    """Add an operation: of JAX arrays, or (compiled=False) an algorithm of NumPy arrays.

    BadInput for a name that is taken by something else.
    """
    taken = {**evaluate.ARRAYS, **evaluate.ONE, **evaluate.TWO, **evaluate.WHOLE, **ALGORITHMS}
    if name in taken and name not in SOURCES:
        raise BadInput("parts", name, "this name is taken; choose another")
    if name in SOURCES:
        jax.clear_caches()  # what was compiled with the rule as it was before
    SOURCES[name] = Path(inspect.getsourcefile(rule) or inspect.getfile(rule))
    if compiled:
        evaluate.ARRAYS[name] = rule
    else:
        ALGORITHMS[name] = of_arrays(rule)


def used(terms: Iterable[Term]) -> list[Path]:
    """The files of the operations that occur, sorted."""
    names = {t.operation for term in terms for t in term.all_terms()}
    return sorted({SOURCES[name] for name in names & SOURCES.keys()})
