"""Where a theorem is tried: which letters are sizes, a configuration in which it applies, and the
paper's own setting at a laptop's size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Rational, sympify

from theorems.language.frozen import Frozen
from theorems.language.quantity import Quantity
from theorems.problem import BadInput

LADDER = (1024, 2048, 4096, 8192, 16384)
RUNGS = 4  # sizes that a ladder needs: two at either half, to see a slope and whether it drifts


@dataclass(frozen=True)
class Scale:
    """Which letters of the theorem are the sizes that an experimenter sets; depth counts the layers
    of weights, dimension the inputs' coordinates.
    """

    samples: Quantity | None = None
    width: Quantity | None = None
    step_size: Quantity | None = None
    failure: Quantity | None = None
    depth: Quantity | None = None
    dimension: Quantity | None = None


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
    the seeds. ladders: other letters that laws and limits go along, each with its sizes, all else
    held. BadInput for an empty ladder and sizes below one; along other letters for fewer than four
    sizes, equal ones, and sizes outside the letter's domain.
    """

    data: str = "digits"
    samples: int | None = None
    widths: tuple[int, ...] = LADDER
    seeds: int = 12
    steps: int | None = None
    step_size: Expr | float | None = None
    ladders: Mapping[Quantity, tuple[Expr, ...]] = field(default_factory=Frozen)

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
        object.__setattr__(
            self, "ladders", Frozen({q: _rungs(q, sizes) for q, sizes in self.ladders.items()})
        )


def _rungs(letter: Quantity, sizes: Iterable[Expr | float]) -> tuple[Expr, ...]:
    """The sizes in their order."""
    where, rungs = f"practice: ladder along {letter}", tuple(map(sympify, sizes))
    if not all(x.is_number and x.is_positive and x.is_finite for x in rungs):
        raise BadInput(where, str(rungs), "its sizes must be positive numbers")
    if letter.is_integer and not all(x.is_Integer for x in rungs):
        raise BadInput(where, str(rungs), "its sizes must be whole numbers")
    if len(set(rungs)) < max(len(rungs), RUNGS):
        raise BadInput(where, str(rungs), f"it needs at least {RUNGS} sizes, all different")
    return tuple(sorted(rungs))
