"""One link of a proof's algebra, declared: an identity, an implication, a solved inequality, a
growth argument, an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, S, sympify
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

    Both may name relations or the theorem's own hypotheses and claims; a theorem refuses a step
    that rests on a hypothesis or claim which it does not make.
    """

    name: str
    given: tuple[Any, ...]
    then: Any
    at: str

    def __post_init__(self) -> None:
        for relation in (*self.premises, self.conclusion):
            if not isinstance(relation, Relational | BooleanAtom):
                raise BadInput(
                    f"step {self.name!r}", str(relation), "it must link relations such as m >= n**2"
                )

    @property
    def premises(self) -> tuple[Relational, ...]:
        return tuple(getattr(x, "relation", x) for x in self.given)

    @property
    def conclusion(self) -> Relational:
        return getattr(self.then, "relation", self.then)


@dataclass(frozen=True)
class Consistent:
    """All of `given` hold together for some admissible values: what an argument asks for at once
    can be had.
    """

    name: str
    given: tuple[Any, ...]
    at: str

    def __post_init__(self) -> None:
        for relation in self.premises:
            if not isinstance(relation, Relational | BooleanAtom):
                raise BadInput(
                    f"step {self.name!r}", str(relation), "it must join relations such as m >= n**2"
                )

    @property
    def premises(self) -> tuple[Relational, ...]:
        return tuple(getattr(x, "relation", x) for x in self.given)


@dataclass(frozen=True)
class Solved:
    """`when` holds exactly for letter >= bound: the explicit constant of a demand, computed by
    solving for the letter.
    """

    name: str
    when: Relational
    letter: Quantity
    bound: Expr
    at: str

    def __post_init__(self) -> None:
        if not isinstance(self.when, Relational) or not self.when.has(self.letter):
            raise BadInput(
                f"step {self.name!r}",
                str(self.when),
                f"it must be a relation in {self.letter}, such as reach <= radius",
            )
        object.__setattr__(self, "bound", sympify(self.bound))


@dataclass(frozen=True)
class Grows:
    """left <= right for first <= along (< before): equal at `first`, and from there the right side
    grows faster.
    """

    name: str
    left: Expr
    right: Expr
    along: Quantity
    at: str
    first: Expr = S.Zero
    before: Expr = S.Infinity

    def __post_init__(self) -> None:
        for side in ("left", "right", "first", "before"):
            object.__setattr__(self, side, sympify(getattr(self, side)))


@dataclass(frozen=True)
class SameOrder:
    """left and right have the same exponent in each quantity of `along`, after the substitutions
    `where` (Y ~ n).

    Their quotient is the explicit value of the constant that the paper hides on the right: `hidden`
    names it.
    """

    name: str
    left: Expr
    right: Expr
    along: tuple[Quantity, ...]
    at: str
    where: Mapping[Any, Expr] = field(default_factory=Frozen)
    hidden: Quantity | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", Frozen(self.where))
        if not self.along:
            raise BadInput(
                f"step {self.name!r}",
                "along=()",
                "it must name the letters in which the orders are compared",
            )


Step = Identity | Implication | Consistent | Solved | Grows | SameOrder
