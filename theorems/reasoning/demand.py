"""What a theorem demands of the scale: the least width and the largest step that its explicit
hypotheses admit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from theorems.reasoning.exact import Decision, decide, enclose
from theorems.language.quantity import About, Quantity
from theorems.language.grammar import quantities_in
from theorems.language.statement import Hypothesis, Theorem


WIDEST = 2**70  # neurons up to which a width is searched for


@dataclass(frozen=True)
class Demand:
    """Least width and largest step size (0: no step will do), None where a hidden constant or
    nothing binds them; `binding` names why.
    """

    width: int | None = None
    step_size: float | None = None
    binding: Mapping[str, str] | None = None

    @property
    def unreachable(self) -> str:
        """The hypothesis that no width was found to satisfy, if so."""
        return (self.binding or {}).get("width", "") if self.width is None else ""


def demand(theorem: Theorem, values: Mapping[Quantity, Any]) -> Demand:
    """Solve the hypotheses at the given data and failure probability: width >= ... and step <= ...
    at once, others in the width by bisection.
    """
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
            width, binding["width"] = (
                (max(1, math.ceil(high)) if math.isfinite(high) else None),
                name,
            )
        others = [
            h
            for h in theorem.hypotheses
            if letters.width in quantities_in(h.relation)
            and h.about in (About.SCALE, About.DATA)
            and not h.hides
            and h.relation.lhs != letters.width
        ]
        if others and (width is not None or not bounds):
            width, binding["width"] = _search(others, letters.width, known, width or 1)
    return Demand(width, step, binding)


def _search(
    hypotheses: list[Hypothesis], letter: Quantity, values: Mapping[Quantity, Any], least: int
) -> tuple[int | None, str]:
    """The least whole number from `least` on, to three digits, with which hypotheses that grow
    weaker with it hold, and the one that fails below.
    """

    def failing(m: int) -> str | None:
        return next(
            (
                h.name
                for h in hypotheses
                if decide(h.relation, {**values, letter: m}) is not Decision.HOLDS
            ),
            None,
        )

    low, high, name = least, least, hypotheses[0].name
    while wrong := failing(high):
        low, high, name = high, 2 * high, wrong
        if high > WIDEST:
            return None, name
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        if wrong := failing(middle):
            low, name = middle, wrong
        else:
            high = middle
    return high, name


def _bounds(
    theorem: Theorem, letter: Quantity, values: Mapping[Quantity, Any], way: str
) -> list[tuple[tuple[float, float, str], Hypothesis]]:
    """(upper end, lower end, name) of each bound on the letter that has a value."""
    found = []
    for h in theorem.hypotheses:
        if (
            h.relation.lhs != letter
            or h.relation.rel_op.rstrip("=") != way.rstrip("=")
            or h.about not in (About.SCALE, About.DATA)
        ):
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
