"""How a network is trained, as a value: descent with a step that may depend on the state, or flow."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, sympify

from theorems.language.measurement import Term, step_size
from theorems.problem import BadInput


@dataclass(frozen=True)
class Descent:
    """Full-batch gradient descent.

    step: the length of a step, a number of the state (`step_size` is what the experimenter sets);
    momentum: of the heavy ball; decay: weight decay, added to the gradient times the parameters.
    """

    step: Term = step_size
    momentum: Expr = S.Zero
    decay: Expr = S.Zero

    def __post_init__(self) -> None:
        if self.step.axes:
            raise BadInput("method: step", self.step.text, "the length of a step is one number")
        for name in ("momentum", "decay"):
            object.__setattr__(self, name, sympify(getattr(self, name)))

    @property
    def flow(self) -> bool:
        return False

    @property
    def text(self) -> str:
        parts = ["gradient descent"]
        parts += [f"step {self.step.text}"] if self.step != step_size else []
        parts += [f"{n} {v}" for n, v in (("momentum", self.momentum), ("decay", self.decay)) if v]
        return ", ".join(parts)


@dataclass(frozen=True)
class Flow:
    """Gradient flow, discretized finely enough that the error is measured.

    log_time: the same orbit in a time in which the logarithm of the loss falls at a rate of order
    one.
    """

    log_time: bool = False

    @property
    def flow(self) -> bool:
        return True

    @property
    def text(self) -> str:
        return "gradient flow in log time" if self.log_time else "gradient flow"


Method = Descent | Flow
gradient_descent = Descent()
gradient_flow = Flow()
