"""What is wrong as printed, beside what is right, with the configuration that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sympy import Rational

from theorems.language.derivation import Step
from theorems.language.statement import Theorem
from theorems.problem import BadInput


@dataclass(frozen=True)
class Counterexample:
    """A configuration at which every hypothesis of a printed statement certainly holds and its
    claim is refuted.
    """

    data: str
    samples: int
    width: int | None = None
    delta: Rational = Rational(1, 2)


@dataclass(frozen=True)
class Erratum:
    """A step or statement that fails as printed, beside the one that holds, and what this means for
    the paper.

    A false step carries its counterexample in its replay; a false statement needs the `witness`
    that shows it.
    kind: 'misprint' (nothing rests on it), 'gap' (the argument needs the correction), 'reading'
    (true as meant, false as it may be read).
    """

    at: str
    printed: Step | Theorem
    corrected: Step | Theorem
    remark: str
    kind: Literal["misprint", "gap", "reading"] = "gap"
    witness: Counterexample | None = None

    def __post_init__(self) -> None:
        if not self.at.strip():
            raise BadInput("erratum: at", self.at, "it needs its address, e.g. at='Lemma 3.3'")
        if isinstance(self.printed, Theorem) and self.witness is None:
            raise BadInput(
                f"erratum {self.at!r}: witness",
                None,
                "a statement called false needs Counterexample(data=..., samples=...)",
            )
