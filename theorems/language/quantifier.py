"""How a claim binds its step or time: for each, on average, for the best, in the limit."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from theorems.language.quantity import Quantity


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


Quantifier = Each | Average | Best | Limit
