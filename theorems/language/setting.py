"""What is trained on what: outputs, start, loss, method and promises, each a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from theorems.language.frozen import Frozen
from theorems.language.measurement import (
    Term,
    bound_laws,
    labels,
    lifted,
    neurons,
    rows,
    training_loss,
    units,
)
from theorems.language.method import Method, gradient_descent
from theorems.problem import BadInput

LEAVES = frozenset(("parameter", "rows", "labels", "number", "size", "ones", "identity"))


@dataclass(frozen=True)
class Setting:
    """A network is its parameters and a pure function of them and the rows.

    trained: the parameters that move; start: the law of each parameter, which may use other
    parameters' starts and the data; loss: the number that is minimized; outputs: (points,), None
    where the loss is no function of outputs; data: promises about the rows and labels.
    """

    trained: tuple[Term, ...]
    start: Mapping[Term, Any]  # to its law, a term or a number
    loss: Term
    outputs: Term | None = None
    method: Method = gradient_descent
    data: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for p in (*self.start, *self.trained):
            if not isinstance(p, Term) or p.operation != "parameter" or p.moment != "now":
                raise BadInput("setting: start", p, "its keys, as `trained`, are parameters")
        used = [t for term in (self.loss, self.outputs) if term is not None for t in term.leaves()]
        if strange := [t for t in used if t.operation not in LEAVES or t.moment == "start"]:
            raise BadInput("setting: loss", strange[0].text, "it is no part of a network or a loss")
        bound = {p: bound_laws(lifted(law), p) for p, law in self.start.items()}
        object.__setattr__(self, "start", Frozen(bound))
        if not self.trained:
            raise BadInput("setting: trained", self.trained, "something must be trained")
        wanted = {t for t in used if t.operation == "parameter"} | set(self.trained)
        for p in sorted(wanted - set(self.start), key=lambda t: t.text):
            raise BadInput("setting: start", p.text, "this parameter needs an initial law")
        if self.loss.axes:
            raise BadInput("setting: loss", self.loss.text, "the loss is one number")

    @property
    def parameters(self) -> tuple[Term, ...]:
        """Every parameter, in the order of `start`."""
        return tuple(self.start)

    @property
    def has_width(self) -> bool:
        """Whether any parameter has neurons, so that a width means something."""
        return any({neurons, units} & set(p.axes) for p in self.start)

    @property
    def is_drawn(self) -> bool:
        """Whether anything of the start is random; if not, all seeds are one run."""
        return any(self.laws.values())

    @property
    def numbers(self) -> tuple[Any, ...]:
        """Every number of the setting, an expression in letters of the scale."""
        step = () if self.method.flow else (self.method.step,)  # type: ignore[union-attr]
        outputs = () if self.outputs is None else (self.outputs,)
        terms = (*self.start.values(), self.loss, *outputs, *step)
        found = (t.options[0] for term in terms for t in term.leaves() if t.operation == "number")
        return tuple(dict.fromkeys(found))

    @property
    def laws(self) -> dict[str, str]:
        """The law of the random numbers of each parameter, by its name; "" where there are none."""
        found = {}
        for p, law in self.start.items():
            drawn = [t.options[1] for t in law.leaves() if t.operation == "drawn"]
            found[str(p.options[0])] = drawn[0] if drawn else ""
        return found

    def resolved(self, term: Term) -> Term:
        """The term with this setting's loss in the place of "the loss"."""
        return term.replaced({training_loss: self.loss, training_loss.start: self.loss.start})

    @property
    def loss_of_outputs(self) -> bool:
        """Whether the loss depends on the parameters through the outputs alone."""
        if self.outputs is None:
            return False
        plain = self.loss.replaced({self.outputs: labels})
        return all(t.operation != "parameter" for t in plain.leaves())

    @property
    def text(self) -> str:
        """The setting in a line."""
        names = ", ".join(p.text for p in self.trained)
        start = ", ".join(f"{p.text} ~ {law.text}" for p, law in self.start.items())
        f = f"f = {self.outputs.text}; " if self.outputs is not None else ""
        short = (
            self.loss.replaced({self.outputs: OUTPUTS}) if self.outputs is not None else self.loss
        )
        promises = f"; {', '.join(self.data)}" if self.data else ""
        return f"{f}train {names}; {start}; loss {short.text}; {self.method.text}{promises}"


OUTPUTS = Term("f", (), (), rows.axes[:1])  # how the outputs are written inside a loss
