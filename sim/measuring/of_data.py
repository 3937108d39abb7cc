"""Numbers of the data alone: with certified bounds where there is a rule for it, else in floats."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax.numpy as jnp

from sim.data.sample import Sample
from sim.measuring.algorithms import CERTIFIED
from sim.measuring.balls import NotEnclosed, enclosure
from sim.measuring.compiled import remembered
from sim.measuring.gram import Enclosure
from sim.measuring.values import values
from sim.sources import used
from theorems.language.measurement import Axis, Term, inputs, labels, rows, size
from theorems.problem import BadInput

SOLVED = 1e-3  # relative error that the floats of a solver may have


@remembered
def of_data(term: Term, sample: Sample) -> Enclosure:
    """The number with its bounds; `certified` is False where it is a float without any.

    NotKnown for a term that speaks of more than the data.
    """
    if term.operation in CERTIFIED:
        return CERTIFIED[term.operation](sample)
    try:
        found = enclosure(term, sample)
    except NotEnclosed:
        return Enclosure(_float(term, sample), float("nan"), float("nan"), certified=False)
    _agrees(term, sample, found)
    return found


def _float(term: Term, sample: Sample) -> float:
    (value,) = values((term,), data_terms(term, sample))
    return float(value)


def _agrees(term: Term, sample: Sample, found: Enclosure) -> None:
    """BadInput where an operation of a file of parts is one number in floats and another in balls."""
    if files := used((term,)):
        value = _float(term, sample)
        slack = SOLVED * max(1.0, abs(value))
        if value < found.low - slack or value > found.high + slack:
            bounds = f"its enclosure is [{found.low:.6g}, {found.high:.6g}]"
            names = ", ".join(f.name for f in files)
            raise BadInput(f"parts: {names}", f"{term.text} = {value:.6g}", bounds)


def data_terms(
    term: Term, sample: Sample, sizes: Mapping[Axis, int] = MappingProxyType({})
) -> dict[Term, Any]:
    """What a sample supplies to a term: rows, labels, and lengths of axes.

    sizes: of the arrays in a run, which may hold the inputs in a basis of their span.
    """
    found: dict[Term, Any] = {
        rows: jnp.asarray(sample.rows),
        labels: jnp.asarray(sample.data.labels),
    }
    for leaf in term.leaves():
        if leaf.operation in SIZED:
            (axis,) = leaf.options
            as_given = axis not in sizes or leaf == size(inputs)
            count = sample.size(axis) if as_given else sizes[axis]
            found[leaf] = SIZED[leaf.operation](count)
    return found


SIZED = {
    "size": lambda count: jnp.asarray(float(count)),
    "ones": lambda count: jnp.ones(count),
    "identity": lambda count: jnp.eye(count),
}
