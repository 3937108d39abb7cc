"""What is known at one scale, and both sides of a declared relation in numbers along one seed's
steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sympy import Dummy, Expr
from sympy.core.relational import Relational

from reports.judging.interval import Evaluated, Interval, compiled, constant, point
from sim.plan import label_of as label
from theorems.language import About, At, Quantity, Theorem, expanded
from theorems.language.quantity import Defined
from theorems.reasoning.exact import enclose

Array = NDArray[Any]
DIVERGED = "diverged"  # the row with which a run says where it left the numbers
LOST = "lost"  # the row with which a run says that its neurons could not be followed further
RUN = ("loss",)  # whose infinity is the run's own, where it does not say so itself


class Series(NamedTuple):
    """The rows of one observable in one run: steps in order, values, and half-widths of what is
    known of them.
    """

    steps: Array
    values: Array
    errors: Array

    def shifted(self, by: int) -> Series:
        """The same, counted from another step."""
        return Series(self.steps - by, self.values, self.errors) if by else self

    def at(self, steps: Array) -> Interval:
        """What is known at these steps, all of which it has."""
        where = np.searchsorted(self.steps, steps)
        return point(self.values[where], self.errors[where])


_NOTHING = Series(np.empty(0), np.empty(0), np.empty(0))


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known at one scale: numbers of the scale and data letters, their exact forms, the
    trajectories, and trivial bounds by label.

    steps: as many as the plan has, None where nobody says; deterministic: nothing is drawn, so that
    all seeds are one run.
    """

    values: Mapping[Quantity, float]
    exact: Mapping[Quantity, Any]
    frame: pd.DataFrame
    trivial: Mapping[str, float] = field(default_factory=dict)
    steps: int | None = None
    deterministic: bool = False

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The runs to be counted."""
        found = tuple(int(s) for s in self.frame["seed"].unique())
        return found[:1] if self.deterministic else found

    @cached_property
    def _series(self) -> dict[Any, Series]:
        if not len(self.frame):
            return {}
        known = self.frame
        names, labels = pd.factorize(known["observable"])
        columns = (known[c].to_numpy(dtype=float) for c in ("seed", "step", "value", "error"))
        seeds, steps, values, errors = columns
        order = np.lexsort((steps, names, seeds))
        cuts = np.flatnonzero(np.diff(seeds[order]) != 0) + 1
        cuts = np.union1d(cuts, np.flatnonzero(np.diff(names[order]) != 0) + 1)
        return {
            (int(seeds[part[0]]), str(labels[names[part[0]]])): Series(
                steps[part], values[part], errors[part]
            )
            for part in np.split(order, cuts)
        }

    def of(self, seed: int, observable: str) -> Series:
        """The rows of an observable in one run, by step; empty when it was not measured."""
        return self._series.get((seed, observable), _NOTHING)

    def first(self, seed: int, observable: str) -> Interval:
        """What is known of the first value of an observable; NaN when it was not measured."""
        found = self.of(seed, observable)
        return point(found.values[0], found.errors[0]) if len(found.steps) else point(np.nan)

    def start(self, seed: int, observable: str) -> float:
        """The first value of an observable: of the draw, or at the start of training; NaN when it
        was not measured.
        """
        return float(self.first(seed, observable).middle)

    def lost(self, seed: int) -> bool:
        """Whether the neurons of this run moved too far to be followed to its end."""
        return bool(len(self.of(seed, LOST).steps))

    def diverged(self, seed: int) -> float | None:
        """The step from which on this run has no numbers; None for a run that kept them."""
        said = self.of(seed, DIVERGED)
        if len(said.steps):
            return float(said.steps[0])
        ends = [t.steps[~np.isfinite(t.values)] for t in (self.of(seed, name) for name in RUN)]
        return min((float(e[0]) for e in ends if len(e)), default=None)

    def blur(self, seeds: Sequence[int]) -> float:
        """How far the joint law of these draws may be from that of independent neurons, in total
        variation; 0 when all were drawn.
        """
        return float(sum(self.of(s, "law_error").values[:1].sum() for s in seeds))

    @cached_property
    def letters(self) -> Mapping[Quantity, Interval]:
        """The scale and data letters as intervals: certified bounds where there are any."""
        return {q: _letter(self.exact.get(q, v), self.exact) for q, v in self.values.items()}


def _letter(value: Any, known: Mapping[Quantity, Any]) -> Interval:
    """The interval of a value, which may be an expression in other letters."""
    if isinstance(value, tuple):
        return Interval(np.asarray(float(value[0])), np.asarray(float(value[1])))
    if isinstance(value, float | int):
        return point(float(value))
    if value.is_Rational:
        return constant(value)
    return Interval(*map(np.asarray, enclose(value, known)))


@dataclass(frozen=True)
class Sides:
    """Both sides by step, as intervals; rough: the steps at which a number that they rest on is
    known to fewer than six digits; missing: something was not measured at all.
    """

    steps: Array
    lhs: Interval
    rhs: Interval
    rough: Array
    missing: bool = False

    @property
    def left(self) -> Array:
        """The left side's middle."""
        return self.lhs.middle

    @property
    def right(self) -> Array:
        """The right side's middle."""
        return self.rhs.middle


DIGITS = 1e-6  # relative error beyond which a number of the run is at its floor


def number(expression: Expr, evidence: Evidence, seed: int) -> float:
    """An expression without a step in it, in one seed; NaN where something was not measured."""
    inside = expanded(expression)
    calls = inside.atoms(At)
    bare = {
        q
        for q in inside.free_symbols - {a.observable for a in calls}
        if getattr(q, "about", None) is About.DRAW
    }
    found = inside.subs({a: evidence.start(seed, label(a)) for a in calls | bare}).subs(
        evidence.values
    )
    return float(found) if found.is_number and found.is_real else float("nan")


def letters(theorem: Theorem, evidence: Evidence) -> dict[Defined, tuple[float, float, float]]:
    """The theorem's own abbreviations in numbers: least, median and largest over the seeds where
    the draw decides; none for what is hidden.
    """
    found = {}
    for letter in theorem.abbreviations:
        drawn = any(getattr(q, "about", None) is About.DRAW for q in expanded(letter).free_symbols)
        values = [number(letter, evidence, s) for s in (evidence.seeds if drawn else (0,))]
        known = np.array([v for v in values if not np.isnan(v)])
        if known.size:
            found[letter] = (float(known.min()), float(np.median(known)), float(known.max()))
    return found


@dataclass(frozen=True)
class Read:
    """What a relation reads: letters, values of the draw or the start, values along the index, and
    both sides as functions of them.
    """

    letters: tuple[Quantity, ...]
    once: tuple[Any, ...]
    along: tuple[At, ...]
    sides: tuple[Evaluated, Evaluated]


@cache
def read(relation: Relational, index: Quantity | None) -> Read:
    """What has to be known to evaluate a relation at every value of its index."""
    relation = expanded(relation)
    calls = sorted(relation.atoms(At), key=str)
    along = tuple(c for c in calls if index is not None and c.argument.has(index))
    inner = {q for c in calls for q in c.atoms(Quantity)}
    outside = relation.xreplace({c: Dummy() for c in calls})
    bare = sorted((q for q in outside.atoms(Quantity) if q != index), key=str)
    drawn = [q for q in bare if q.about is About.DRAW]
    once = (*(c for c in calls if c not in along), *drawn)
    leaves = frozenset({*calls, *bare, *inner, *([index] if index else [])})
    left, right = (compiled(e, leaves) for e in relation.args)
    return Read(tuple(q for q in bare if q not in drawn), once, along, (left, right))


def sides(relation: Relational, index: Quantity | None, evidence: Evidence, seed: int) -> Sides:
    """Both sides of the relation at every step where all its observables have a row; NaN where one
    is missing.
    """
    reads, nowhere = read(relation, index), point(np.nan)
    known: dict[Any, Interval] = {q: evidence.letters.get(q, nowhere) for q in reads.letters}
    known |= {c: evidence.first(seed, label(c)) for c in reads.once}
    missing = any(np.isnan(v.low).any() for v in known.values())
    tables = [(c, evidence.of(seed, label(c))) for c in reads.along]
    tables = [(c, t.shifted(int(c.argument - index))) for c, t in tables]
    steps = _common([t for _, t in tables]) if tables else np.array([0.0])
    rough = np.zeros(steps.shape, dtype=bool)
    with np.errstate(all="ignore"):
        for call, table in tables:
            known[call] = table.at(steps)
            value, error = known[call].middle, known[call].radius
            rough |= np.isfinite(value) & ~(error <= DIGITS * np.abs(value))
        if index is not None:
            known[index] = point(steps)
        left, right = (_spread(side(known), steps) for side in reads.sides)
    missing = missing or (bool(tables) and not len(steps))
    if missing:
        left = right = point(np.full(steps.shape, np.nan))
    return Sides(steps, left, right, rough, missing)


def without_value(relation: Relational, evidence: Evidence, seed: int) -> tuple[str, ...]:
    """The letters of the draw that were measured and are no number, as the least R of a condition
    that no R meets, also where something is called with them.
    """
    once = read(relation, None).once
    spoken = [x.argument if isinstance(x, At) else x for x in once]
    letters = dict.fromkeys(
        q for x in spoken for q in sorted(x.atoms(Quantity), key=str) if q.about is About.DRAW
    )
    found = ((q, evidence.of(seed, label(q)).values) for q in letters)
    return tuple(q.text for q, values in found if len(values) and np.isnan(values[0]))


def _spread(x: Interval, steps: Array) -> Interval:
    low, high = (np.broadcast_to(np.asarray(e, dtype=float), steps.shape) for e in x)
    return Interval(low, high)


def _common(tables: Sequence[Series]) -> Array:
    """The steps from 0 on at which all have a row."""
    common = tables[0].steps
    for table in tables[1:]:
        if not np.array_equal(common, table.steps):
            common = np.intersect1d(common, table.steps)
    return common[common >= 0]
