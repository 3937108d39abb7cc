"""What a user may ask of a check, with its domains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sympy import Rational

from theorems.problem import BadInput


@dataclass(frozen=True)
class Options:
    """What the user asked for; None leaves the choice to the plan. BadInput names the option that
    is out of range.
    """

    data: str | None = None
    samples: int | None = None
    label: str = "label"
    widths: tuple[int, ...] | None = None
    seeds: int | None = None
    seed: int = 0
    steps: int | None = None
    step_size: float | None = None
    delta: Rational | None = None
    regime: Literal["in", "practical", "both"] = "both"

    def __post_init__(self) -> None:
        for name, least in (("samples", 1), ("seeds", 1), ("seed", 0), ("steps", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise BadInput(f"--{name}", value, f"it must be at least {least}")
        if self.widths and len(set(self.widths)) < len(self.widths):
            raise BadInput("--widths", ",".join(map(str, self.widths)), "every width is named once")
        for m in self.widths or ():
            if m < 1:
                raise BadInput("--widths", m, "every width must be at least 1")
        if self.step_size is not None and not 0 < self.step_size < float("inf"):
            raise BadInput("--step-size", self.step_size, "it must be positive and finite")
        if self.delta is not None and not 0 < self.delta < 1:
            raise BadInput("--delta", str(self.delta), "it must lie strictly between 0 and 1")

    def settled(self, delta: Rational, seeds: int, step: float | None = None) -> Options:
        """The same wishes with the choices that a plan needs; without a step, that of the user."""
        step = self.step_size if step is None else step
        return replace(self, delta=delta, seeds=seeds, step_size=step)
