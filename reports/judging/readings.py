"""Numbers of whole runs: an expression in moments of observables, read once a seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Dummy, Expr, lambdify

from reports.judging.evidence import Evidence, Series
from sim.plan import label_of as label
from theorems.language import About, At, Largest
from theorems.language.moment import Moment

NONE = (float("nan"), float("nan"))  # the value and the error of what was not measured


@dataclass(frozen=True, eq=False)
class Rung:
    """One size of a ladder, and what is known there."""

    size: float
    evidence: Evidence


@dataclass(frozen=True, eq=False)
class Readings:
    """An expression's value in each seed and the half-width of what is known of it; NaN where
    something that it rests on was not measured.
    """

    values: NDArray[Any]
    errors: NDArray[Any]


def readings(expression: Expr, evidence: Evidence) -> Readings:
    """The expression, moments written out, in every seed that was run, also where all are one run;
    errors are carried to first order.
    """
    letters, leaves, function = _compiled(expression)
    scalars = [float(evidence.values.get(q, np.nan)) for q in letters]
    values, errors = [], []
    for seed in evidence.frame["seed"].unique():
        read = [_leaf(leaf, evidence, int(seed)) for leaf in leaves]
        at = [value for value, _ in read]
        with np.errstate(all="ignore"):
            value = float(function(*scalars, *at))
            moved = [
                float(function(*scalars, *at[:i], value_i + error_i, *at[i + 1 :])) - value
                for i, (value_i, error_i) in enumerate(read)
                if error_i
            ]
        values.append(value)
        errors.append(float(np.abs(moved).sum()))
    return Readings(np.array(values), np.array(errors))


@cache
def _compiled(expression: Expr) -> tuple[list[Any], list[Any], Any]:
    """Letters, what is read of each seed, and the expression as a function of both."""
    moments = sorted(expression.atoms(Moment, At), key=str)
    names = {leaf: Dummy() for leaf in moments}
    inside = expression.xreplace(names)
    bare = sorted(inside.free_symbols - set(names.values()), key=str)
    drawn = [q for q in bare if q.about is About.DRAW]
    letters = [q for q in bare if q.about is not About.DRAW]
    order = [*letters, *(names[leaf] for leaf in moments), *drawn]
    return letters, [*moments, *drawn], lambdify(order, inside, "numpy")


def _leaf(leaf: Any, evidence: Evidence, seed: int) -> tuple[float, float]:
    """Value and error of one observable; NaN for a run that was not followed to its end."""
    series = evidence.of(seed, label(leaf.observable if isinstance(leaf, Moment) else leaf))
    if not len(series.steps):
        return NONE
    if isinstance(leaf, At):
        near = np.isclose(series.steps, float(leaf.argument), rtol=1e-9, atol=1e-12)
        return _row(series, int(np.argmax(near))) if near.any() else NONE
    if not isinstance(leaf, Moment):
        return _row(series, 0)
    if evidence.lost(seed):
        return NONE
    return _row(series, int(np.argmax(series.values)) if isinstance(leaf, Largest) else -1)


def _row(series: Series, at: int) -> tuple[float, float]:
    return float(series.values[at]), float(series.errors[at])
