"""The rows as trained: one set of rows for the networks, the measurements and the certified bounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from sim.data.table import Array, Data
from theorems.language.measurement import Axis, inputs, points
from theorems.problem import BadInput

AS_GIVEN = "as_given"  # rows as in the data
IN_BALL = "unit_ball"  # divided by one number until none is longer than one
UNIT = "unit_inputs"  # each of length one
ROWS = {UNIT: UNIT, IN_BALL: IN_BALL, AS_GIVEN: AS_GIVEN, "teacher": AS_GIVEN}  # by promise


@dataclass(frozen=True, eq=False)
class Sample:
    """A data set as a setting's promises make its rows: of length one, in the unit ball, as given.

    A setting that promises nothing is given rows of length one.
    """

    data: Data
    promises: tuple[str, ...]

    @cached_property
    def kind(self) -> str:
        """What is done to the rows; BadInput for promises of two different things."""
        found = list(dict.fromkeys(ROWS[p] for p in self.promises if p in ROWS))
        if len(found) > 1:
            raise BadInput("setting: data", " and ".join(found), "rows can be made one of these")
        return found[0] if found else UNIT

    @cached_property
    def rows(self) -> Array:
        """(n, d) floats."""
        return {AS_GIVEN: self.data.raw, IN_BALL: self.data.ball, UNIT: self.data.inputs}[self.kind]

    def exact_lengths(self) -> list[arb]:
        """The lengths of the exact rows, in balls."""
        if self.kind == UNIT:
            return [arb(1)] * self.data.samples
        return [sum((v * v for v in row), arb(0)).sqrt() for row in self.exact_rows()]

    def exact_rows(self) -> Any:
        """(n, d) balls around the rows as promised, of which `rows` are a rounding: the given ones,
        divided by their lengths or all by one number.
        """
        raw = np.frompyfunc(arb, 1, 1)(self.data.raw.astype(object))
        if self.kind == UNIT:
            return raw * np.array([sum(v * v for v in row).rsqrt() for row in raw])[:, None]
        return raw / arb(self.data.too_long) if self.kind == IN_BALL else raw

    def size(self, axis: Axis) -> int:
        """How long an axis of the data is."""
        if axis == points:
            return self.data.samples
        if axis == inputs:
            return int(self.data.raw.shape[1])
        raise BadInput("measurement", str(axis), "the data have points and inputs alone")
