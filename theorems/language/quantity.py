"""Symbols that know what they mean, where they live, and how they are measured."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any, TypedDict, Unpack

from sympy import Expr, Symbol, sympify
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from theorems.language.measurement import Term
from theorems.problem import BadInput


class About(StrEnum):
    """What a quantity speaks of: the level at which its value becomes known."""

    INDEX = "index"  # a step or a time, bound by a claim's quantifier
    SCALE = "scale"  # chosen by whoever runs the experiment: n, m, eta, delta
    HIDDEN = "hidden"  # a constant that the paper hides in O(.) or Omega(.)
    DATA = "data"  # a function of the inputs and labels
    DRAW = "draw"  # a function of the initialization drawn as well
    TRAJECTORY = "trajectory"  # a function of the training step as well


class Signs(TypedDict, total=False):
    """How a letter is written, in plain text and in LaTeX, and what is known of its value: a bound
    that it stays below, and SymPy's assumptions.
    """

    text: str | None
    tex: str | None
    below: int | None
    integer: bool
    positive: bool
    nonnegative: bool


class Quantity(Symbol):
    """A symbol with the paper's letter, its meaning, its level and, if measured, the
    term that defines it.

    Two quantities are equal when all of these agree: SymPy caches expressions by equality, so a
    letter that two papers use differently must not be one symbol.
    """

    __slots__ = ("about", "below", "meaning", "of", "tex", "text")

    def __new__(
        cls,
        name: str,
        meaning: str,
        about: About,
        of: Term | None = None,
        **signs: Unpack[Signs],
    ) -> Quantity:
        if not name.isidentifier():
            raise BadInput(
                "quantity", name, "its letter must be a Python identifier such as lambda_0"
            )
        if not meaning.strip():
            raise BadInput(f"quantity {name}", meaning, "it needs a meaning in words")
        text, tex, below = signs.pop("text", None), signs.pop("tex", None), signs.pop("below", None)
        self = Symbol.__xnew__(cls, name, **{"real": True, **signs})
        self.meaning, self.about, self.of = meaning, about, of
        self.text = text or pretty_symbol(name)
        self.tex, self.below = tex, below
        return self

    def _hashable_content(self) -> tuple[Any, ...]:
        words = (
            self.name,
            self.meaning,
            str(self.about),
            self.of.identity if self.of is not None else "",
            self.text,
            self.tex or "",
            str(self.below),
        )
        return (*words, *sorted(self._assumptions_orig.items()))

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, bool]]:
        signs = {"text": self.text, "tex": self.tex, "below": self.below}
        return (self.name, self.meaning, self.about, self.of), signs | self._assumptions_orig

    def __getstate__(self) -> None:
        return None

    def _latex(self, printer: Any) -> str:
        if self.tex:
            return self.tex.replace("({})", "")
        plain = (
            self.name.isalpha()
            and self.name.isascii()
            and len(self.name) > 1
            and "\\" not in printer._print_Symbol(self)
        )
        return rf"\mathrm{{{self.name}}}" if plain else str(printer._print_Symbol(self))


class Defined(Quantity):
    """A letter that abbreviates an expression in other quantities, as the paper's R or C do;
    `expanded` replaces it.
    """

    __slots__ = ("definition",)

    def __new__(cls, name: str, meaning: str, definition: Expr, **signs: Any) -> Defined:
        self = super().__new__(cls, name, meaning, About.SCALE, **signs)
        self.definition = sympify(definition)
        return self

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.definition)

    def __getnewargs_ex__(self) -> Any:
        (name, meaning, *_), signs = super().__getnewargs_ex__()
        return (name, meaning, self.definition), signs


def expanded(expression: Any) -> Any:
    """The expression or relation with every abbreviation written out."""
    return _expanded(sympify(expression))


@lru_cache(maxsize=2**14)
def _expanded(expression: Any) -> Any:
    while short := expression.atoms(Defined):
        expression = expression.subs({d: d.definition for d in short})
    return expression


def defined(name: str, definition: Expr, meaning: str, **signs: Any) -> Defined:
    """A positive abbreviation."""
    return Defined(name, meaning, definition, **{"positive": True, **signs})


class Observable(Quantity):
    """A quantity of a run: `residual(k)` is its value at step (or time) k, `near(R)` its value for
    the radius R.
    """

    __slots__ = ()

    def __call__(self, argument: Any) -> At:
        return At(self, sympify(argument))


class Reading(Expr):
    """A number of an observable, with its sign."""

    is_commutative = True

    observable = property(lambda self: self.args[0])

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool | None:
        return self.args[0].is_nonnegative

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_positive


class At(Reading):
    """An observable at an argument: a step, a time, or a parameter."""

    argument = property(lambda self: self.args[1])

    def _sympystr(self, printer: Any) -> str:
        return f"{self.args[0].name}({printer._print(self.args[1])})"

    def _latex(self, printer: Any) -> str:
        inside = printer._print(self.args[1])
        sign = self.args[0].tex or printer._print(self.args[0]) + "({})"
        return sign.replace("{}", inside)


def count(name: str, meaning: str, **signs: Any) -> Quantity:
    """A whole number of things, at least one, chosen by the experimenter: n, m, d."""
    return Quantity(name, meaning, About.SCALE, integer=True, positive=True, **signs)


def index(name: str, meaning: str, **signs: Any) -> Quantity:
    """A training step 0, 1, 2, ..., bound by a quantifier."""
    return Quantity(name, meaning, About.INDEX, integer=True, nonnegative=True, **signs)


def time(name: str, meaning: str, **signs: Any) -> Quantity:
    """A continuous training time in [0, oo), bound by a quantifier."""
    return Quantity(name, meaning, About.INDEX, nonnegative=True, **signs)


def positive(name: str, meaning: str, **signs: Any) -> Quantity:
    """A positive real chosen by the experimenter: a step size, an accuracy."""
    return Quantity(name, meaning, About.SCALE, positive=True, **signs)


def nonnegative(name: str, meaning: str, **signs: Any) -> Quantity:
    """A real that is not negative."""
    return Quantity(name, meaning, About.SCALE, nonnegative=True, **signs)


def failure(name: str, meaning: str, **signs: Any) -> Quantity:
    """A probability of failure, in (0, 1)."""
    return Quantity(name, meaning, About.SCALE, below=1, positive=True, **signs)


def hidden(name: str, meaning: str, **signs: Any) -> Quantity:
    """A positive constant that the paper hides; it stays a symbol, never a guessed number."""
    return Quantity(name, meaning, About.HIDDEN, positive=True, **signs)


def measured(name: str, meaning: str, of: Term, **signs: Any) -> Any:
    """A number that is observed, defined by a term: of the data, of the initialization drawn, or
    along training, as the term says; not negative where its structure shows that.

    Of the draw, `near(R)` is its value for the argument R; along training, `r(k)` that of step k.
    """
    if of.axes:
        axes = ", ".join(map(str, of.axes))
        raise BadInput(f"measured {name}", of.text, f"it must be one number; it has {axes}")
    if of.nonnegative:
        signs.setdefault("nonnegative", True)
    if about(of) is About.DATA and not of.called:
        return Quantity(name, meaning, About.DATA, of, **signs)
    return Observable(name, meaning, about(of), of, **signs)


def about(term: Term) -> About:
    """When the value of a term becomes known."""
    leaves = list(term.leaves())
    if any(leaf.moment in ("now", "reference") for leaf in leaves) or term.operation == "so_far":
        return About.TRAJECTORY
    return About.DRAW if any(leaf.moment == "start" for leaf in leaves) else About.DATA
