"""What a setting may ask of its data, by name: each check raises BadInput when the data break it.

What is done to the rows for a promise is in `sample.ROWS`; a file of parts may add promises.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.data.margin import hard_margin
from sim.data.parallel import parallel_pairs
from sim.data.sample import IN_BALL, Sample
from sim.data.table import Data
from theorems.problem import BadInput


def _unit_inputs(_: Data) -> None:
    """Rows are scaled to length one."""


def _as_given(_: Data) -> None:
    """Rows are those of the data."""


def _unit_ball(_: Data) -> None:
    """Rows are scaled together until the longest has at most length one."""


def _signs(data: Data) -> None:
    if bad := np.flatnonzero(np.abs(data.labels) != 1).tolist():
        raise BadInput(
            f"{data.name}: labels",
            f"{data.labels[bad[0]]:g} in row {bad[0] + 1}",
            "this theorem needs labels +1 and -1",
        )


def _separable(data: Data) -> None:
    _signs(data)
    found = hard_margin(Sample(data, (IN_BALL,)))
    if not found.low > 0:
        raise BadInput(
            f"{data.name}: data",
            f"margin at most {max(found.high, 0):.2g}",
            "this theorem needs data that a hyperplane through the origin separates",
        )


def _teacher(data: Data) -> None:
    """The rows are a teacher's neurons, the labels its output weights, all one."""
    if bad := np.flatnonzero(data.labels != 1).tolist():
        raise BadInput(
            f"{data.name}: labels",
            f"{data.labels[bad[0]]:g} in row {bad[0] + 1}",
            "a teacher's output weights are all 1 here",
        )
    same, opposite = parallel_pairs(data.raw)
    if pairs := [*same, *opposite]:
        raise BadInput(
            f"{data.name}: teacher",
            f"rows {pairs[0][0] + 1} and {pairs[0][1] + 1}",
            "two of its neurons are parallel; merge them",
        )


PROMISES: dict[str, Callable[[Data], None]] = {
    "unit_inputs": _unit_inputs,
    "unit_ball": _unit_ball,
    "as_given": _as_given,
    "signs": _signs,
    "separable": _separable,
    "teacher": _teacher,
}


def refusal(names: tuple[str, ...], data: Data) -> str:
    """Why a setting with these promises cannot take the data; empty when it can."""
    try:
        for name in names:
            PROMISES[name](data)
    except BadInput as broken:
        return str(broken)
    return ""
