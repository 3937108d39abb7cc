"""How a claim binds its step or time: for each, on average, for the best, in the limit (of a step,
or of a letter that the experimenter sets).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Expr, S, oo, sympify

from theorems.language.quantity import Quantity
from theorems.problem import BadInput


@dataclass(frozen=True)
class Each:
    """For every value of `index` from `first` on, up to and including `last` when one is given."""

    index: Quantity
    first: int = 0
    last: Expr | None = None


@dataclass(frozen=True)
class Average:
    """The left side is an average over the steps 0, ..., last - 1 (ji2020: the mean risk up to
    T(eps)).
    """

    index: Quantity
    last: Expr


@dataclass(frozen=True)
class Best:
    """The left side is the least value over the steps 0, ..., last: some iterate does it."""

    index: Quantity
    last: Expr


@dataclass(frozen=True)
class Limit:
    """The relation holds as `index` grows without bound; no finite run confirms or refutes it."""

    index: Quantity


@dataclass(frozen=True)
class LimitIn:
    """The relation holds as a letter that the experimenter sets goes to 0 or grows without bound.

    Judged on a ladder along the letter; its observables are read at a moment: r(0), r(100),
    Last(r), Largest(r). BadInput for another end than 0 and oo.
    """

    letter: Quantity
    to: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", sympify(self.to))
        if self.to not in (S.Zero, oo):
            raise BadInput(f"limit in {self.letter}: to", str(self.to), "it may be 0 or oo")

    def words(self, write: Callable[[Any], str]) -> str:
        """The quantifier in words."""
        return f"as {write(self.letter)} → {write(self.to)}"

    @property
    def ends(self) -> Expr | None:
        """It binds no step, and so none is the last."""
        return None


Quantifier = Each | Average | Best | Limit | LimitIn
