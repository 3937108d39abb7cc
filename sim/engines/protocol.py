"""What the doors of `sim` ask of an engine, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sim.data.table import Array
from sim.measuring.evaluate import Known
from theorems.language.measurement import Term

Found = dict[Term, tuple[Array, Array]]  # values and half-widths, by step


class Engine(Protocol):
    """One seed of a plan.

    law_error: total variation between the law of its numbers and that of independent neurons.
    """

    law_error: float

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""

    def advance(self, count: int) -> Found:
        """Train at most `count` <= SEGMENT recorded steps; the series before each."""

    def ends(self) -> Found:
        """The series at the present step, one value each."""

    def known(self) -> dict[Term, Any]:
        """Everything known at the present step and of the start."""

    def of_start(self, terms: tuple[Term, ...]) -> tuple[Known, Known]:
        """Parts of these terms that the start decides: as they are, and where it is moved by a
        rounding.
        """

    def blur(self) -> Mapping[Term, float]:
        """Half-widths of what is known only to within an interval."""
