"""How a statement binds its step or time: for each, on average, for the best, for some, in the
limit.

A quantifier says itself how it is written (`words`, `typed`) and what it cannot bind (`refusal`);
its judge is found by its type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, S, oo, sympify

from theorems.language.quantity import About, Quantity
from theorems.problem import BadInput

Write = Callable[[Any], str]


@dataclass(frozen=True)
class Quantifier:
    """What every quantifier has: the index that it binds, and how it is typed a second time."""

    index: Quantity
    typed: ClassVar[str] = ""
    averages: ClassVar[bool] = False  # whether a mean over the draws can be taken of what it binds

    def __post_init__(self) -> None:
        if getattr(self.index, "about", None) is not About.INDEX:
            raise BadInput(
                "over", str(self.index), "it binds a step or a time: index(...), time(...)"
            )

    @property
    def starts(self) -> int:
        """The first value of the index."""
        return 0

    @property
    def ends(self) -> Expr | None:
        """The last value of the index; None when there is none."""
        return None

    def words(self, write: Write) -> str:
        """The quantifier in words."""
        raise NotImplementedError

    def refusal(self, op: str, varies: bool) -> str:
        """Why it cannot bind a relation with this sign, whose right side varies with the step or
        not; empty where it can.
        """
        return ""


@dataclass(frozen=True)
class _Ended(Quantifier):
    """A quantifier over the steps up to `last`, a number, or an expression of scale, data and
    draw.
    """

    last: Expr

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "last", sympify(self.last))

    @property
    def ends(self) -> Expr | None:
        return self.last


@dataclass(frozen=True)
class Each(Quantifier):
    """For every value of `index` from `first` on, up to and including `last` when one is given.

    A probability beside it is that of all steps together; with `separately`, it is that of each
    step by itself.
    """

    first: int = 0
    last: Expr | None = None
    separately: bool = False
    typed: ClassVar[str] = "every"
    averages: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "last", None if self.last is None else sympify(self.last))
        if not isinstance(self.first, int) or self.first < 0:
            raise BadInput("over: first", self.first, "it must be a whole number, at least 0")

    @property
    def starts(self) -> int:
        return self.first

    @property
    def ends(self) -> Expr | None:
        return self.last

    def words(self, write: Write) -> str:
        ahead = (
            f"{self.first} ≤ {write(self.index)} ≤ {write(self.last)}"
            if self.last is not None
            else f"{write(self.index)} ≥ {self.first}"
        )
        return f"for every {ahead}{' separately' if self.separately else ''}"


@dataclass(frozen=True)
class Average(_Ended):
    """The left side is an average over the steps 0, ..., last - 1 (ji2020: the mean risk up to
    T(eps)).
    """

    typed: ClassVar[str] = "average over"
    averages: ClassVar[bool] = True

    def words(self, write: Write) -> str:
        return f"on average over {write(self.index)} < {write(self.last)}"

    def refusal(self, op: str, varies: bool) -> str:
        if not self.index.is_integer:
            return "an average is over steps; over a time it is a running mean that is measured"
        return "the right side of an average must not vary with the step" if varies else ""


@dataclass(frozen=True)
class Best(_Ended):
    """The left side is the least value over the steps 0, ..., last: some iterate does it."""

    typed: ClassVar[str] = "best"

    def words(self, write: Write) -> str:
        return f"for the best {write(self.index)} ≤ {write(self.last)}"

    def refusal(self, op: str, varies: bool) -> str:
        if op not in ("<=", "<"):
            return "the best step is that of the least left side: <= or <; else say Some or Each"
        return "the right side of a best step must not vary with the step" if varies else ""


@dataclass(frozen=True)
class Some(_Ended):
    """There is a step 0, ..., last at which the relation holds; both sides may vary with the step."""

    typed: ClassVar[str] = "some"

    def words(self, write: Write) -> str:
        return f"for some {write(self.index)} ≤ {write(self.last)}"


@dataclass(frozen=True)
class Limit(Quantifier):
    """The relation holds as `index` grows without bound; no finite run confirms or refutes it."""

    typed: ClassVar[str] = "limit in"

    def words(self, write: Write) -> str:
        return f"as {write(self.index)} → ∞"

    def refusal(self, op: str, varies: bool) -> str:
        return "" if op in ("==", "<=", ">=") else "in the limit a sign cannot be strict"


@dataclass(frozen=True)
class LimitIn(Quantifier):
    """The relation holds as a letter that the experimenter sets goes to 0 or grows without bound.

    Judged on a ladder along the letter; its observables are read at a moment: r(0), r(100),
    Last(r), Largest(r). BadInput for another end than 0 and oo.
    """

    to: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", sympify(self.to))
        if self.to not in (S.Zero, oo):
            raise BadInput(f"limit in {self.letter}: to", str(self.to), "it may be 0 or oo")

    @property
    def letter(self) -> Quantity:
        """What it goes along: no step, and nothing that a run has several of."""
        return self.index

    def words(self, write: Write) -> str:
        return f"as {write(self.letter)} → {write(self.to)}"


# those that bind a step; a limit in a letter binds none
QUANTIFIERS: tuple[type[Quantifier], ...] = (Each, Average, Best, Some, Limit)
