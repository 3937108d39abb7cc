"""One link of a proof's algebra, declared: an identity, an implication, a solved inequality, a
growth argument, an order. Every kind says what those who read steps need: what it relates, what
it names, and the same step about other expressions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, TypeAlias

from sympy import Expr, S, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from theorems.language.frozen import Frozen
from theorems.language.quantity import Quantity
from theorems.problem import BadInput


class Assertion(Protocol):
    """What a step may name in the place of a bare relation: a hypothesis, a claim, a lemma's use."""

    @property
    def relation(self) -> Relational: ...


Named: TypeAlias = Relational | BooleanAtom | Assertion


def relation_of(named: Named) -> Relational:
    """The relation itself, or the one that is stated."""
    return getattr(named, "relation", named)  # what has none and is none, the step refuses


class Step(ABC):
    """One link of a proof's algebra, with its address in the paper."""

    name: str
    at: str

    @property
    @abstractmethod
    def sides(self) -> tuple[Expr, ...]:
        """The expressions that it relates."""

    @abstractmethod
    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        """The same step with `new` of everything that it relates or names."""

    @property
    def named(self) -> tuple[Named, ...]:
        """The relations, hypotheses, claims and uses of lemmas that it links."""
        return ()

    @property
    def constants(self) -> tuple[Quantity, ...]:
        """The hidden constants of which it gives the explicit value."""
        return ()


@dataclass(frozen=True)
class Identity(Step):
    """left = right for all admissible values."""

    name: str
    left: Expr
    right: Expr
    at: str

    def __post_init__(self) -> None:
        for side in ("left", "right"):
            value = sympify(getattr(self, side))
            if isinstance(value, Relational | BooleanAtom):
                raise BadInput(f"identity {self.name!r}: {side}", value, "it is no expression")
            object.__setattr__(self, side, value)

    @property
    def sides(self) -> tuple[Expr, ...]:
        return self.left, self.right

    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        return replace(self, left=new(self.left), right=new(self.right))


@dataclass(frozen=True)
class Implication(Step):
    """`then` follows from `given` for all admissible values.

    Both may name relations or the theorem's own hypotheses and claims; a theorem refuses a step
    that rests on a hypothesis or claim which it does not make.
    """

    name: str
    given: tuple[Named, ...]
    then: Named
    at: str

    def __post_init__(self) -> None:
        _only_relations(self.name, (*self.premises, self.conclusion), "link")

    @property
    def premises(self) -> tuple[Relational, ...]:
        return tuple(map(relation_of, self.given))

    @property
    def conclusion(self) -> Relational:
        return relation_of(self.then)

    @property
    def sides(self) -> tuple[Expr, ...]:
        return tuple(e for r in (*self.premises, self.conclusion) for e in r.args)

    @property
    def named(self) -> tuple[Named, ...]:
        return (*self.given, self.then)

    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        return replace(self, given=tuple(map(new, self.given)), then=new(self.then))


@dataclass(frozen=True)
class Consistent(Step):
    """All of `given` hold together for some admissible values: what an argument asks for at once
    can be had.
    """

    name: str
    given: tuple[Named, ...]
    at: str

    def __post_init__(self) -> None:
        _only_relations(self.name, self.premises, "join")

    @property
    def premises(self) -> tuple[Relational, ...]:
        return tuple(map(relation_of, self.given))

    @property
    def sides(self) -> tuple[Expr, ...]:
        return tuple(e for r in self.premises for e in r.args)

    @property
    def named(self) -> tuple[Named, ...]:
        return self.given

    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        return replace(self, given=tuple(map(new, self.given)))


@dataclass(frozen=True)
class Solved(Step):
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

    @property
    def sides(self) -> tuple[Expr, ...]:
        return (*self.when.args, self.bound)

    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        return replace(self, when=new(self.when), bound=new(self.bound))


@dataclass(frozen=True)
class Grows(Step):
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

    @property
    def sides(self) -> tuple[Expr, ...]:
        return self.left, self.right

    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        return replace(
            self,
            left=new(self.left),
            right=new(self.right),
            first=new(self.first),
            before=new(self.before),
        )


@dataclass(frozen=True)
class SameOrder(Step):
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
        object.__setattr__(self, "left", sympify(self.left))
        object.__setattr__(self, "right", sympify(self.right))
        object.__setattr__(self, "where", Frozen(self.where))
        if not self.along:
            raise BadInput(
                f"step {self.name!r}",
                "along=()",
                "it must name the letters in which the orders are compared",
            )

    @property
    def sides(self) -> tuple[Expr, ...]:
        return self.left, self.right

    @property
    def constants(self) -> tuple[Quantity, ...]:
        return () if self.hidden is None else (self.hidden,)

    def exchanged(self, new: Callable[[Any], Any]) -> Self:
        return replace(self, left=new(self.left), right=new(self.right))


def _only_relations(name: str, found: tuple[Any, ...], verb: str) -> None:
    for relation in found:
        if not isinstance(relation, Relational | BooleanAtom):
            raise BadInput(
                f"step {name!r}", str(relation), f"it must {verb} relations such as m >= n**2"
            )
