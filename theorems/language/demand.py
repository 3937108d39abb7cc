"""What a theorem demands of the scale: the least width and the largest step that its explicit hypotheses admit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from theorems.language.exact import enclose
from theorems.language.quantity import About, Quantity
from theorems.language.statement import Hypothesis, Theorem, quantities_in


@dataclass(frozen=True)
class Demand:
    """Least width and largest step size (0: no step will do), None where a hidden constant or nothing binds them; `binding` names why."""

    width: int | None = None
    step_size: float | None = None
    binding: Mapping[str, str] | None = None


def demand(theorem: Theorem, values: Mapping[Quantity, Any]) -> Demand:
    """Solve the hypotheses of the forms width >= ... and step <= ... at the given data and failure probability."""
    letters, known, binding = theorem.scale, dict(values), {}
    step = width = None
    if letters.step_size is not None:
        bounds = _bounds(theorem, letters.step_size, known, "<=")
        if bounds:
            (_, low, _), name = min((b, h.name) for b, h in bounds)
            step, binding["step_size"] = (round_down(low) if low > 0 else 0.0), name
            known[letters.step_size] = step
    if letters.width is not None:
        bounds = _bounds(theorem, letters.width, known, ">=")
        if bounds:
            (high, _, _), name = max((b, h.name) for b, h in bounds)
            width, binding["width"] = (max(1, math.ceil(high)) if math.isfinite(high) else None), name
    return Demand(width, step, binding)


def _bounds(theorem: Theorem, letter: Quantity, values: Mapping[Quantity, Any], way: str) -> list[tuple[tuple[float, float, str], Hypothesis]]:
    """(upper end, lower end, name) of each bound on the letter that has a value."""
    found = []
    for h in theorem.hypotheses:
        if h.relation.lhs != letter or h.relation.rel_op.rstrip("=") != way.rstrip("=") or h.about not in (About.SCALE, About.DATA):
            continue
        if quantities_in(h.relation.rhs) <= values.keys():
            low, high = enclose(h.relation.rhs, values)
            key = (high, low, h.name) if way == ">=" else (low, low, h.name)
            if not math.isnan(low):
                found.append((key, h))
    return found


def round_down(x: float) -> float:
    """The largest number with three significant digits certainly below x (for x > 0)."""
    if not 0 < x < math.inf:
        return x
    digits = 2 - math.floor(math.log10(x))
    rounded = math.floor(x * 10.0**digits) / 10.0**digits
    return rounded if rounded <= x else math.nextafter(x, 0)
