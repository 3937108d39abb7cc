"""One link of a proof's algebra, declared: an identity, an implication, or a comparison of orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from theorems.language.frozen import Frozen
from theorems.language.quantity import Quantity
from theorems.problem import BadInput


@dataclass(frozen=True)
class Identity:
    """left = right for all admissible values."""

    name: str
    left: Expr
    right: Expr
    at: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", sympify(self.left))
        object.__setattr__(self, "right", sympify(self.right))


@dataclass(frozen=True)
class Implication:
    """`then` follows from `given` for all admissible values.

    Both may name relations or the theorem's own hypotheses and claims; a theorem refuses a step that rests on a
    hypothesis or claim which it does not make.
    """

    name: str
    given: tuple[Any, ...]
    then: Any
    at: str

    def __post_init__(self) -> None:
        for relation in (*self.premises, self.conclusion):
            if not isinstance(relation, Relational | BooleanAtom):
                raise BadInput(f"step {self.name!r}", str(relation), "it must link relations such as m >= n**2")

    @property
    def premises(self) -> tuple[Relational, ...]:
        return tuple(getattr(x, "relation", x) for x in self.given)

    @property
    def conclusion(self) -> Relational:
        return getattr(self.then, "relation", self.then)


@dataclass(frozen=True)
class SameOrder:
    """left and right have the same exponent in each quantity of `along`, after the substitutions `where` (Y ~ n)."""

    name: str
    left: Expr
    right: Expr
    along: tuple[Quantity, ...]
    at: str
    where: Mapping[Any, Expr] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", Frozen(self.where))


Step = Identity | Implication | SameOrder


@dataclass(frozen=True)
class Erratum:
    """A step that fails as printed, beside the step that holds, and what this means for the theorem."""

    at: str
    printed: Step
    corrected: Step
    remark: str
