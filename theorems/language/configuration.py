"""Where a theorem is tried: which letters are sizes, a configuration in which it applies, and the
paper's own setting at a laptop's size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Rational, sympify

from theorems.language.frozen import Frozen
from theorems.language.quantity import About, Quantity
from theorems.problem import BadInput, unknown

LADDER = (1024, 2048, 4096, 8192, 16384)  # widths of a practice that names none
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
    """A configuration that is to satisfy every explicit hypothesis: the theorem is not about
    nothing.

    What is left out is found: the least width and the largest step that the hypotheses admit, as
    many steps as the claims speak of, the theorem's own choice of every other letter. `letters`
    are values of such letters; `step` may be an expression in the letters, such as 1/L.
    BadInput for sizes below one, a step or delta outside its domain, and values that are not
    numbers.
    """

    data: str
    samples: int | None = None
    delta: Rational = Rational(1, 2)
    letters: Mapping[Quantity, Expr] = field(default_factory=Frozen)
    width: int | None = None
    step: Expr | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "letters", Frozen({q: sympify(v) for q, v in self.letters.items()})
        )
        _at_least_one("witness", samples=self.samples, width=self.width, steps=self.steps)
        if not 0 < self.delta < 1:
            raise BadInput("witness: delta", self.delta, "it must lie strictly between 0 and 1")
        if self.step is not None:
            object.__setattr__(self, "step", sympify(self.step))
            if self.step.is_number and not (self.step.is_positive and self.step.is_finite):
                raise BadInput("witness: step", str(self.step), "it must be positive and finite")
        for letter, value in self.letters.items():
            if not (value.is_number and value.is_finite and value.is_real):
                raise BadInput(f"witness: {letter}", str(value), "its value must be a number")

    def check(self, statement: str, scale: Scale, known: Collection[Quantity]) -> None:
        """BadInput for a letter that the theorem does not have, that has a field of its own, or
        that no experimenter sets.
        """
        own = {
            scale.samples: "samples",
            scale.width: "width",
            scale.step_size: "step",
            scale.failure: "delta",
        }
        for letter in self.letters:
            if letter in own:
                raise BadInput(
                    f"{statement}: witness: letters",
                    str(letter),
                    f"say {own[letter]}=... instead",
                )
            if letter not in known:
                raise unknown(
                    f"{statement}: witness: letters",
                    str(letter),
                    [str(q) for q in known if q.about is About.SCALE],
                )
            if letter.about is not About.SCALE:
                raise BadInput(
                    f"{statement}: witness: letters",
                    str(letter),
                    f"it speaks of the {letter.about}, and is not for the experimenter to set",
                )
        if self.step is not None and scale.step_size is None:
            raise BadInput(
                f"{statement}: witness: step",
                str(self.step),
                "the theorem has no step size; name its letter in scale=Scale(step_size=...)",
            )
        for letter in getattr(self.step, "free_symbols", ()):
            if letter not in known:
                raise unknown(f"{statement}: witness: step", str(letter), [str(q) for q in known])


def _at_least_one(where: str, **sizes: int | None) -> None:
    """BadInput for a size that is given and below one."""
    for name, size in sizes.items():
        if size is not None and size < 1:
            raise BadInput(f"{where}: {name}", size, "it must be at least 1")


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
