"""What is trained on what: outputs, start, loss, method and promises, each a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from theorems.language.frozen import Frozen
from theorems.language.initialization import bound_laws
from theorems.language.measurement import (
    Term,
    lifted,
    neurons,
    points,
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
    parameters' starts and the data; loss: the number that is minimized; outputs: (points,), or
    (points, outputs), None where the loss is no function of outputs; data: promises about the rows and labels; reference:
    what else is trained from the same draw on the same data, beside it and step by step, such as
    the linear model or the flow, which measurements read as `w.reference`.
    """

    trained: tuple[Term, ...]
    start: Mapping[Term, Any]  # to its law, a term or a number
    loss: Term
    outputs: Term | None = None
    method: Method = gradient_descent
    data: tuple[str, ...] = ()
    reference: Setting | None = None

    def __post_init__(self) -> None:
        for p in (*self.start, *self.trained):
            if not isinstance(p, Term) or p.operation != "parameter" or p.moment != "now":
                raise BadInput("setting: start", p, "its keys, as `trained`, are parameters")
        used = [t for term in (self.loss, self.outputs) if term is not None for t in term.leaves()]
        if strange := [t for t in used if t.operation not in LEAVES or t.moment == "reference"]:
            raise BadInput("setting: loss", strange[0].text, "it is no part of a network or a loss")
        bound = {p: bound_laws(lifted(law), p) for p, law in self.start.items()}
        object.__setattr__(self, "start", Frozen(bound))
        if not self.trained:
            raise BadInput("setting: trained", self.trained, "something must be trained")
        wanted = {t.start for t in used if t.operation == "parameter"}
        wanted |= {p.start for p in self.trained}
        for p in sorted(wanted - {p.start for p in self.start}, key=lambda t: t.text):
            raise BadInput("setting: start", p.text, "this parameter needs an initial law")
        if self.loss.axes:
            raise BadInput("setting: loss", self.loss.text, "the loss is one number")
        if self.outputs is not None and self.outputs.axes[:1] != (points,):
            found = f"({', '.join(map(str, self.outputs.axes))})"
            raise BadInput(
                "setting: outputs", found, "there is an output, or a row of them, a point"
            )
        if self.reference is not None:
            self._beside(self.reference)

    def _beside(self, other: Setting) -> None:
        """BadInput for a reference run that is none, or not of the same draw and data."""
        if not isinstance(other, Setting):
            raise BadInput("setting: reference", other, "it is a Setting of its own")
        for name in ("start", "data"):
            if getattr(other, name) != getattr(self, name):
                raise BadInput("setting: reference", name, "it is that of the setting itself")
        if other.reference is not None:
            raise BadInput("setting: reference", "reference", "it has no reference run of its own")

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
        terms = (*self.start.values(), *(t for s in self.runs for t in s.parts))
        found = (t.options[0] for term in terms for t in term.leaves() if t.operation == "number")
        return tuple(dict.fromkeys(found))

    @property
    def runs(self) -> tuple[Setting, ...]:
        """The setting, and its reference run where it has one."""
        return (self,) if self.reference is None else (self, self.reference)

    @property
    def parts(self) -> tuple[Term, ...]:
        """The loss, the outputs and the length of a step, those that there are."""
        own = (self.loss, self.outputs, getattr(self.method, "step", None))
        return tuple(t for t in own if t is not None)

    @property
    def step(self) -> Term | None:
        """The length of a step of descent, with the loss that is trained; None for a flow."""
        return None if self.method.flow else self.resolved(self.method.step)  # type: ignore[union-attr]

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
        found = {training_loss: self.loss, training_loss.start: self.loss.start}
        if self.reference is not None:
            found[training_loss.reference] = self.reference.loss.reference
        return term.replaced(found)

    @property
    def loss_of_outputs(self) -> bool:
        """Whether the loss depends on the parameters through the outputs alone."""
        if self.outputs is None:
            return False
        plain = self.loss.replaced({self.outputs: short(self.outputs)})
        return all(t.operation != "parameter" for t in plain.leaves())

    @property
    def text(self) -> str:
        """The setting in a line."""
        start = ", ".join(f"{p.text} ~ {law.text}" for p, law in self.start.items())
        promises = f"; {', '.join(self.data)}" if self.data else ""
        beside = "" if self.reference is None else f"; beside {self.reference._line('', self)}"
        return f"{self._line(f'{start}; ')}{promises}{beside}"

    def _line(self, start: str, main: Setting | None = None) -> str:
        """What is trained by which method, with the outputs of the run that it stands beside as f."""
        names = ", ".join(p.text for p in self.trained)
        known = {} if main is None or main.outputs is None else {main.outputs: short(main.outputs)}
        f = "" if self.outputs is None else f"f = {self.outputs.replaced(known).text}; "
        own = {} if self.outputs is None else {self.outputs: short(self.outputs)}
        return f"{f}train {names}; {start}loss {self.loss.replaced(own).text}; {self.method.text}"


def short(outputs: Term) -> Term:
    """How the outputs are written inside a loss."""
    return Term("f", (), (), outputs.axes)
