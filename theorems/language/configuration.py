"""Where a theorem is tried: which letters are sizes, a configuration in which it applies, and the
paper's own setting at a laptop's size.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Rational

from theorems.language.quantity import Quantity
from theorems.problem import BadInput

LADDER = (1024, 2048, 4096, 8192, 16384)


@dataclass(frozen=True)
class Scale:
    """Which letters of the theorem are the sizes that an experimenter sets; depth counts the layers
    of weights.
    """

    samples: Quantity | None = None
    width: Quantity | None = None
    step_size: Quantity | None = None
    failure: Quantity | None = None
    depth: Quantity | None = None


@dataclass(frozen=True)
class Witness:
    """A feasible configuration that satisfies every explicit hypothesis: the theorem is not about
    nothing.
    """

    data: str
    samples: int
    delta: Rational = Rational(1, 2)


@dataclass(frozen=True)
class Practice:
    """What a check runs unless told otherwise: data, widths from narrow to wide, seeds; steps and
    step size where the paper sets them.

    The step size may be a function of the scale. A flow takes its first width alone, and half of
    the seeds. BadInput for an empty ladder and sizes below one.
    """

    data: str = "digits"
    samples: int | None = None
    widths: tuple[int, ...] = LADDER
    seeds: int = 12
    steps: int | None = None
    step_size: Expr | float | None = None

    @property
    def own(self) -> bool:
        """Whether the theorem chose anything itself."""
        return self != Practice()

    def __post_init__(self) -> None:
        sizes = {
            "widths": min(self.widths, default=0),
            "seeds": self.seeds,
            "steps": self.steps or 1,
            "samples": self.samples or 1,
        }
        for name, least in sizes.items():
            if least < 1:
                raise BadInput(f"practice: {name}", getattr(self, name), "it must be at least 1")
