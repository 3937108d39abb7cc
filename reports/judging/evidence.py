"""Both sides of a declared relation, in numbers, along the steps of one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sympy import Add, Dummy, Expr, lambdify
from sympy.core.relational import Relational

from sim.plan import label_of
from theorems.language import About, At, Quantity, Theorem, expanded
from theorems.language.quantity import Defined

ROUNDING = 1e-9  # relative accuracy granted to float64 measurements of a whole run
NOISE = 1e-11  # residuals below this share of the start are rounding
Array = NDArray[Any]
_NOTHING = pd.DataFrame(
    {"value": [], "error": []}, index=pd.Index([], name="step", dtype=float), dtype=float
)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known at one scale: numbers of the scale and data letters, their exact forms, the
    trajectories, and trivial bounds by probe.
    """

    values: Mapping[Quantity, float]
    exact: Mapping[Quantity, Any]
    frame: pd.DataFrame
    trivial: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        return tuple(int(s) for s in self.frame["seed"].unique())

    @cached_property
    def _series(self) -> dict[Any, pd.DataFrame]:
        return {
            key: group.set_index("step")[["value", "error"]]
            for key, group in self.frame.groupby(["seed", "observable"])
        }

    def of(self, seed: int, observable: str) -> pd.DataFrame:
        """value and error by step, empty when the observable was not measured."""
        return self._series.get((seed, observable), _NOTHING)

    @cached_property
    def _starts(self) -> dict[Any, float]:
        first = self.frame.drop_duplicates(["seed", "observable"])
        return dict(
            zip(
                zip(first["seed"], first["observable"], strict=True),
                first["value"].astype(float),
                strict=True,
            )
        )

    def start(self, seed: int, observable: str) -> float:
        """The first value of an observable: of the draw, or at the start of training; NaN when it
        was not measured.
        """
        return self._starts.get((seed, observable), float("nan"))

    def lost(self, seed: int) -> bool:
        """Whether the neurons of this run moved too far to be followed to its end."""
        return (seed, "lost") in self._starts

    def blur(self, seeds: Sequence[int]) -> float:
        """How far the joint law of these draws may be from that of independent neurons, in total
        variation; 0 when all were drawn.
        """
        return float(sum(self._starts.get((s, "law_error"), 0.0) for s in seeds))


@dataclass(frozen=True)
class Sides:
    """Both sides by step; error: their relative accuracy; wobble: how far their difference may be
    off; noise: where the residual is rounding.
    """

    steps: Array
    left: Array
    right: Array
    error: Array
    wobble: Array
    noise: Array


def label(observed: Any) -> str:
    """The name of a quantity or observable in the frame."""
    return label_of(observed)


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
    return float(found) if found.is_number else float("nan")


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


@cache
def _compiled(
    relation: Relational, index: Quantity | None
) -> tuple[list[Any], list[Any], list[Any], Any, list[tuple[list[Any], bool]]]:
    """Letters, calls read once, calls along the index, both sides as one function, and of each side
    its calls and whether they may cancel.
    """
    relation = expanded(relation)
    calls = sorted(relation.atoms(At), key=str)
    inside = relation.subs({a: Dummy() for a in calls})
    letters = sorted(
        (q for q in inside.free_symbols if isinstance(q, Quantity) and q != index), key=str
    )
    along = [c for c in calls if index is not None and c.argument.has(index)]
    once = [c for c in calls if c not in along]
    names = {x: Dummy() for x in (*letters, *once, *along, *([index] if index else []))}
    own = [[c for c in along if e.has(c)] for e in relation.args]
    shrunk = [
        any(a.has(*calls) for a in e.atoms(Add)) if calls else False
        for e, calls in zip(relation.args, own, strict=True)
    ]
    return (
        letters,
        once,
        along,
        lambdify(list(names.values()), [e.subs(names) for e in relation.args], "numpy"),
        list(zip(own, shrunk, strict=True)),
    )


def sides(relation: Relational, index: Quantity | None, evidence: Evidence, seed: int) -> Sides:
    """Both sides of the relation at every step where all its observables were measured; NaN where
    one is missing.
    """
    letters, once, along, function, own = _compiled(relation, index)
    scalars = [
        float(evidence.values[q])
        if q in evidence.values
        else evidence.start(seed, label(q))
        if q.about is About.DRAW
        else float("nan")
        for q in letters
    ]
    scalars += [evidence.start(seed, label(c)) for c in once]
    tables = [(c, evidence.of(seed, label(c))) for c in along]
    tables = [(c, t.set_axis(t.index - int(c.argument - index), axis=0)) for c, t in tables]
    steps = np.array([0.0])
    if tables:
        common = tables[0][1].index
        for _, table in tables[1:]:
            common = common.intersection(table.index)
        steps = np.sort(common[common >= 0].to_numpy(dtype=float))
    errors, noise, columns = {}, np.zeros(steps.shape, dtype=bool), []
    for call, table in tables:
        value, wobble = (table[c].reindex(steps).to_numpy() for c in ("value", "error"))
        columns.append(value)
        with np.errstate(all="ignore"):
            errors[call] = 2 * np.abs(np.nan_to_num(wobble / value))
        noise |= np.abs(value) <= 4 * wobble
    with np.errstate(all="ignore"):
        both = function(*scalars, *columns, *([steps] if index else []))
    left, right = (np.broadcast_to(np.asarray(b, dtype=float), steps.shape) for b in both)
    if any(
        np.isnan(scalars)
    ):  # something that both sides rest on was not measured or does not exist
        left = right = np.full(steps.shape, np.nan)
    largest, error = np.maximum(np.abs(left), np.abs(right)), np.full(steps.shape, ROUNDING)
    wobble = ROUNDING * largest
    with np.errstate(all="ignore"):
        for side, (calls, cancel) in zip((left, right), own, strict=True):
            if calls:
                share = sum((errors[c] for c in calls), np.zeros(steps.shape))
                error = error + share
                wobble = wobble + np.nan_to_num(
                    share * (largest if cancel else (1 + share) * np.abs(side)),
                    nan=np.inf,
                    posinf=np.inf,
                )
    return Sides(steps, left, right, error, wobble, noise)
