"""A lemma that many proofs share, and its use with the letters of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, S, Symbol, sympify
from sympy.core.relational import Relational

from theorems.language.derivation import Step
from theorems.language.frozen import Frozen
from theorems.problem import BadInput, unknown


@dataclass(frozen=True)
class Lemma:
    """If `given`, then `then`, with at least this probability; `derivation` is its own algebra.

    Called with an expression for each of its letters, it becomes a premise of a proof.
    """

    name: str
    says: str
    letters: tuple[Symbol, ...]
    then: Relational
    source: str
    given: tuple[Relational, ...] = ()
    probability: Expr = S.One
    derivation: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        free = set().union(
            *(r.free_symbols for r in (self.then, *self.given, sympify(self.probability)))
        )
        if strange := sorted(map(str, free - set(self.letters))):
            raise unknown(f"lemma {self.name!r}: letter", strange[0], map(str, self.letters))

    def __call__(self, **values: Any) -> Use:
        names = {str(q) for q in self.letters}
        if strange := sorted(values.keys() - names):
            raise unknown(f"lemma {self.name!r}: letter", strange[0], names)
        if missing := sorted(names - values.keys()):
            raise BadInput(f"lemma {self.name!r}", None, f"it needs {', '.join(missing)}")
        use = Use(self, Frozen({q: sympify(values[str(q)]) for q in self.letters}))
        for q, value in use.values.items():
            if q.is_integer and value.is_integer is not True:
                raise BadInput(f"lemma {self.name!r}: {q}", str(value), "it must be a whole number")
        return use


@dataclass(frozen=True)
class Use:
    """A lemma with the letters of a proof: its relation, what it needs, and the probability with
    which it fails.
    """

    lemma: Lemma
    values: Mapping[Symbol, Expr] = field(default_factory=Frozen)

    @property
    def relation(self) -> Relational:
        return self.lemma.then.subs(self.values, simultaneous=True)

    @property
    def needs(self) -> tuple[Relational, ...]:
        """The lemma's premises and its letters' domains, for the values that they have here."""
        domains: list[Any] = []
        for q, value in self.values.items():
            domains += [value > 0] if q.is_positive else [value >= 0] if q.is_nonnegative else []
            domains += [value < q.below] if getattr(q, "below", None) is not None else []
        given = (*domains, *(r.subs(self.values, simultaneous=True) for r in self.lemma.given))
        return tuple(r for r in given if r not in (True, S.true))

    @property
    def failure(self) -> Expr:
        return (1 - self.lemma.probability).subs(self.values, simultaneous=True)
