"""When an observable of a run is read, where no quantifier binds its step: at its largest, or last."""

from __future__ import annotations

from typing import Any

from sympy import Integer

from theorems.language.quantity import About, At, Observable, Quantity, Reading, expanded
from theorems.problem import BadInput

# what may be written, for an error to say
FORMS = "Largest(r), Last(r), r(0) or r(100)"


class Moment(Reading):
    """One number of an observable's whole run."""

    def _sympystr(self, printer: Any) -> str:
        return f"{type(self).__name__}({printer._print(self.args[0])})"

    def _at(self, sign: str, step: str) -> str:
        return sign.replace("{}", step) if "{}" in sign else f"{sign}({step})"


class Largest(Moment):
    """The largest value along the run."""

    def _unicode(self, printer: Any) -> str:
        return f"largest {printer._print(self.args[0])}"

    def _latex(self, printer: Any) -> str:
        return rf"\max_k {self._at(self.args[0].tex or printer._print(self.args[0]), 'k')}"


class Last(Moment):
    """The value at the last step of the run."""

    def _unicode(self, printer: Any) -> str:
        return self._at(self.args[0].text, "end")

    def _latex(self, printer: Any) -> str:
        return self._at(self.args[0].tex or printer._print(self.args[0]), r"\mathrm{end}")


def read(expression: Any) -> Any:
    """The expression as it is read: an observable of the run alone stands for its largest value."""
    whole = expanded(expression)
    alone = isinstance(whole, Observable) and whole.about is About.TRAJECTORY
    return Largest(whole) if alone else whole


def readable(field: str, expression: Any) -> None:
    """BadInput for an expression that is no number of a whole run: an observable without its
    moment, a step left open, a constant that the paper hides, or nothing that is observed.
    """
    whole = expanded(expression)
    leaves = whole.atoms(Moment, At)
    for leaf in leaves:
        _leaf(field, leaf)
    bare = whole.xreplace({leaf: Integer(1) for leaf in leaves}).free_symbols
    for symbol in sorted(bare, key=str):
        _letter(field, symbol)
    if not leaves and not any(q.about is About.DRAW for q in bare):
        raise BadInput(field, str(expression), f"it observes no run; write {FORMS}")


def _leaf(field: str, leaf: Any) -> None:
    observable = leaf.observable
    if not isinstance(observable, Observable) or observable.about is not About.TRAJECTORY:
        raise BadInput(field, str(leaf), "only an observable of the run has a step or a moment")
    if isinstance(leaf, At) and not (leaf.argument.is_Integer and leaf.argument >= 0):
        raise BadInput(field, str(leaf), f"no step is bound here; write {FORMS}")


def _letter(field: str, symbol: Any) -> None:
    about = symbol.about if isinstance(symbol, Quantity) else None
    if about is About.TRAJECTORY:
        raise BadInput(field, str(symbol), f"say at which moment: {FORMS}")
    if about not in (About.SCALE, About.DATA, About.DRAW):
        raise BadInput(field, str(symbol), "it has no value here")
