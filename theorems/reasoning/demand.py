"""What a theorem demands of the scale: a point inside all its explicit hypotheses, of the least
width and the largest step.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from flint import ctx
from sympy import Expr
from sympy.core.relational import Relational

from theorems.language.quantity import About, Quantity, expanded
from theorems.language.grammar import quantities_in
from theorems.language.statement import Hypothesis, Theorem
from theorems.reasoning.exact import Decision, decide, enclose, evaluate

WIDEST = 2**70  # neurons up to which a width is searched for
NARROWEST_STEP = 2.0**-100  # down to which a step is searched for
TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Demand:
    """A point inside the hypotheses about the scale.

    width: the least, None where nothing demands one or none is found; least and most: what the
    bounds from below and above admit, if there are any. step_size: the largest (0: no step will do), and step_least the bound from below;
    step_bound: a number certainly at or below the exact upper bound. `binding` names the hypothesis
    behind each; `no_width` and `no_step` those that leave none.
    """

    width: int | None = None
    step_size: float | None = None
    binding: Mapping[str, str] = field(default_factory=dict)
    least: int | None = None
    most: int | None = None
    step_bound: float | None = None
    step_least: float | None = None
    no_width: tuple[str, ...] = ()
    no_step: tuple[str, ...] = ()

    @property
    def unreachable(self) -> str:
        """The hypotheses that no width was found to satisfy together, if so."""
        return "” and “".join(self.no_width)


@dataclass(frozen=True)
class Bound:
    """letter `way` side, as the named hypothesis says; low and high enclose the side."""

    name: str
    way: str
    low: float
    high: float
    strict: bool


def demand(theorem: Theorem, values: Mapping[Quantity, Any], multiple: int = 1) -> Demand:
    """A point inside the hypotheses at the given data and failure probability; the width is a
    multiple of `multiple`.

    Bounds on width and step are solved for; other relations are searched, supposed to be weaker for
    a wider network and a smaller step. A step may be bounded through the width, so it is found
    once before and once after it.
    """
    known = {**values, **set_letters(theorem, values)}
    step = _step(theorem, known)
    width = _width(theorem, {**known, **step.values(theorem)}, multiple)
    if width.width is not None and theorem.scale.width is not None:
        known[theorem.scale.width] = width.width
        known |= set_letters(theorem, known)
        step = _step(theorem, known)
    return Demand(
        width.width,
        step.size,
        {**step.binding, **width.binding},
        width.least,
        width.most,
        step.bound,
        step.least,
        width.blocked,
        step.blocked,
    )


def set_letters(theorem: Theorem, values: Mapping[Quantity, Any]) -> dict[Quantity, Expr]:
    """The letters of the experimenter that a hypothesis gives as an equation, such as eta = 1/L,
    and that have no value yet: they are set so that it holds. Widths are counted, not set.
    """
    found: dict[Quantity, Expr] = {}
    for h in theorem.hypotheses:
        for letter, side in _alone(h):
            free = (
                letter.about is About.SCALE
                and letter not in values
                and letter not in (theorem.scale.width, theorem.scale.samples)
            )
            if h.relation.rel_op == "==" and free and quantities_in(side) <= values.keys():
                found.setdefault(letter, side)
    return found


def nearest_float(expression: Expr, values: Mapping[Quantity, Any]) -> float | None:
    """The float nearest to the expression's value; None where something has no value."""
    try:
        with ctx.workprec(128):
            return float(evaluate(sympy.sympify(expression), values).mid())
    except KeyError:
        return None


def _alone(h: Hypothesis) -> Iterator[tuple[Quantity, Expr]]:
    """(letter, other side) where a letter stands alone on a side."""
    for letter, side in (h.relation.args, h.relation.args[::-1]):
        if isinstance(letter, Quantity) and letter not in expanded(side).free_symbols:
            yield letter, side


# Bounds ---------------------------------------------------------------------------------------------


def solved(relation: Relational, letter: Quantity, values: Mapping[Quantity, Any]) -> Any:
    """(way, side) of `letter way side` when the relation has the letter alone on a side or linearly
    with a factor of known sign; None otherwise.
    """
    op = relation.rel_op
    for here, there, way in (
        (relation.lhs, relation.rhs, op),
        (relation.rhs, relation.lhs, TURNED[op]),
    ):
        if here == letter and letter not in expanded(there).free_symbols:
            return way, there
    gap = sympy.expand(expanded(relation.lhs) - expanded(relation.rhs))
    factor = gap.coeff(letter, 1)
    rest = sympy.expand(gap - factor * letter)
    if factor == 0 or letter in rest.free_symbols or letter in factor.free_symbols:
        return None
    if not quantities_in(factor) <= values.keys():
        return None
    low, high = enclose(factor, values)
    return None if low <= 0 <= high else (op if low > 0 else TURNED[op], -rest / factor)


def _bounds(
    hypotheses: Iterable[Hypothesis], letter: Quantity, values: Mapping[Quantity, Any]
) -> tuple[list[Bound], list[Hypothesis]]:
    """The bounds on the letter that have a value, and the hypotheses in it that are no bounds."""
    found, others = [], []
    for h in hypotheses:
        names = quantities_in(h.relation)
        if letter not in names or h.hides or h.about not in (About.SCALE, About.DATA):
            continue
        if not names - {letter} <= values.keys():
            others += [] if any(q == letter for q, _ in _alone(h)) else [h]
            continue
        way, side = solved(h.relation, letter, values) or ("", None)
        if side is None or way == "!=":
            others.append(h)
            continue
        low, high = enclose(side, values)
        if not math.isnan(low):
            found.append(Bound(h.name, way[0], low, high, way in ("<", ">")))
    return found, others


# The step -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    size: float | None = None
    bound: float | None = None
    least: float | None = None
    binding: Mapping[str, str] = field(default_factory=dict)
    blocked: tuple[str, ...] = ()

    def values(self, theorem: Theorem) -> dict[Quantity, Any]:
        letter = theorem.scale.step_size
        return {letter: self.size} if letter is not None and self.size is not None else {}


def _step(theorem: Theorem, values: dict[Quantity, Any]) -> _Step:
    letter = theorem.scale.step_size
    if letter is None:
        return _Step()
    if letter in values:  # an equation sets it
        return _Step(nearest_float(values[letter], values), binding={"step_size": "an equation"})
    bounds, others = _bounds(theorem.hypotheses, letter, values)
    others = [
        h for h in others if quantities_in(h.relation) <= {letter, *values}
    ]  # the width is next
    above = [b for b in bounds if b.way in "<="]
    below = [b for b in bounds if b.way in ">="]
    top = min(above, key=lambda b: (b.low, not b.strict), default=None)
    floor = max(below, key=lambda b: (b.high, b.strict), default=None)
    if top is None and floor is None and not others:
        return _Step()
    if top is not None and top.low <= 0:
        return _Step(0.0, binding={"step_size": top.name}, blocked=(top.name,))
    size = _inside(top, floor)
    if size is None and top is not None and floor is not None:
        both = (floor.name, top.name)
        return _Step(0.0, top.low, floor.high, {"step_size": top.name}, both)
    size, blocking = _smaller(others, letter, values, size or 1.0, floor)
    name = blocking or (top or floor or others[0]).name
    return _Step(
        size,
        top.low if top is not None and not blocking else size,
        floor.high if floor is not None else None,
        {"step_size": name},
        (name,) if size == 0 else (),
    )


def _inside(top: Bound | None, floor: Bound | None) -> float | None:
    """The largest step to three digits between the bounds, or the middle where three digits miss
    the window; None when it is empty.
    """
    least = 0.0 if floor is None else floor.high
    if top is None:
        return round_up(least, floor.strict) if floor is not None and least > 0 else None
    size = round_down(top.low, top.strict)
    if size > least or (size == least and not (floor and floor.strict)):
        return size
    middle = math.sqrt(least) * math.sqrt(top.low)
    if least < middle < top.low:
        return middle
    closed = not top.strict and not (floor is not None and floor.strict)
    return top.low if closed and least == top.low else None


def _smaller(
    others: list[Hypothesis],
    letter: Quantity,
    values: Mapping[Quantity, Any],
    size: float,
    floor: Bound | None,
) -> tuple[float, str]:
    """The largest step up to `size`, to three digits, with which the others hold, and the one that
    fails above; 0 when none was found.
    """
    if not (wrong := _failing(others, letter, values, size)):
        return size, ""
    low, high, name = size, size, wrong
    least = max(NARROWEST_STEP, floor.high if floor else 0.0)
    while wrong := _failing(others, letter, values, low):
        low, high, name = low / 2, low, wrong
        if low < least:
            return 0.0, name
    while high - low > 1e-3 * low:
        middle = (low + high) / 2
        low, high = (low, middle) if _failing(others, letter, values, middle) else (middle, high)
    return low, name


# The width ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Width:
    width: int | None = None
    least: int | None = None
    most: int | None = None
    binding: Mapping[str, str] = field(default_factory=dict)
    blocked: tuple[str, ...] = ()


def _width(theorem: Theorem, values: Mapping[Quantity, Any], multiple: int) -> _Width:
    letter, step = theorem.scale.width, theorem.scale.step_size
    if letter is None:
        return _Width()
    stated = [h for h in theorem.hypotheses if not _bounds_step(h, step, letter, values)]
    bounds, others = _bounds(stated, letter, values)
    least, most = _ends(bounds, multiple)
    floor = max(
        (b for b in bounds if b.way in ">="), key=lambda b: (b.high, b.strict), default=None
    )
    roof = min(
        (b for b in bounds if b.way in "<="), key=lambda b: (b.low, not b.strict), default=None
    )
    binding = {} if floor is None else {"width": floor.name}
    ends = (least if floor is not None else None, most)
    if floor is not None and not math.isfinite(floor.high):
        return _Width(None, None, most, binding, (floor.name,))
    if roof is not None and most is not None and least > most:
        names = dict.fromkeys([*([floor.name] if floor is not None else []), roof.name])
        return _Width(None, *ends, binding, tuple(names))
    if not others:
        return _Width(ends[0], *ends, binding)
    known = {letter, *values}
    along = {
        q: e for q, e in theorem.choices.items() if q not in values and e.free_symbols <= known
    }
    width, name = _search(others, letter, {**values, **along}, (least, most), multiple)
    if width is None:
        return _Width(None, *ends, {"width": name}, (name,))
    binding = {"width": name} if width > least or floor is None else binding
    return _Width(width, *ends, binding)


def _bounds_step(
    h: Hypothesis, step: Quantity | None, width: Quantity, values: Mapping[Quantity, Any]
) -> bool:
    """Whether a hypothesis in both letters bounds the step from above: a smaller step mends it."""
    if step is None or step not in quantities_in(h.relation):
        return False
    if any(letter == width for letter, _ in _alone(h)):
        return False
    found = solved(h.relation, step, {**values, width: 1})
    return found is not None and found[0] in ("<=", "<")


def _ends(bounds: list[Bound], multiple: int) -> tuple[int, int | None]:
    """The least and the largest multiple that certainly satisfy the bounds."""
    least, most = 1, None
    for b in bounds:
        if b.way in ">=" and math.isfinite(b.high):
            whole = math.ceil(b.high)
            least = max(least, whole + (b.strict and whole == b.high))
        if b.way in "<=" and math.isfinite(b.low):
            whole = math.floor(b.low)
            whole -= b.strict and whole == b.low
            most = whole if most is None else min(most, whole)
    least = -(-least // multiple) * multiple
    return least, None if most is None else most // multiple * multiple


def _search(
    hypotheses: list[Hypothesis],
    letter: Quantity,
    values: Mapping[Quantity, Any],
    window: tuple[int, int | None],
    multiple: int,
) -> tuple[int | None, str]:
    """The least multiple in the window, to three digits, with which hypotheses that grow weaker
    with it hold, and the one that fails below.
    """
    least, most = window
    low, high, name = least, least, hypotheses[0].name
    end = WIDEST if most is None else most
    while wrong := _failing(hypotheses, letter, values, high):
        if high >= end:
            return None, wrong
        low, high, name = high, min(2 * high, end), wrong
    while high - low > max(multiple, low // 1000):
        middle = (low + high) // 2 // multiple * multiple
        if middle <= low:
            break
        if wrong := _failing(hypotheses, letter, values, middle):
            low, name = middle, wrong
        else:
            high = middle
    return high, name


def _failing(
    hypotheses: Iterable[Hypothesis],
    letter: Quantity,
    values: Mapping[Quantity, Any],
    value: int | float,
) -> str:
    """The first hypothesis that does not certainly hold with this value of the letter."""
    found = {**values, letter: value}
    return next((h.name for h in hypotheses if decide(h.relation, found) is not Decision.HOLDS), "")


def round_down(x: float, strict: bool = False) -> float:
    """The largest number with three significant digits at or below x (strict: below), for x > 0.

    A bound such as 1/10 is known as the float below it: that float is taken, not 0.099.
    """
    if not 0 < x < math.inf:
        return x
    near = float(f"{x:.2e}")
    if near < x or (near == x and not strict):
        return near
    if not strict and math.nextafter(near, 0) == x:
        return x
    digits = 2 - math.floor(math.log10(x))
    rounded = (math.ceil(x * 10.0**digits) - 1) / 10.0**digits
    return rounded if rounded < x else math.nextafter(x, 0)


def round_up(x: float, strict: bool = False) -> float:
    """The least number with three significant digits at or above x (strict: above), for x > 0."""
    if not 0 < x < math.inf:
        return x
    near = float(f"{x:.2e}")
    if near > x or (near == x and not strict):
        return near
    if not strict and math.nextafter(near, math.inf) == x:
        return x
    digits = 2 - math.floor(math.log10(x))
    rounded = (math.floor(x * 10.0**digits) + 1) / 10.0**digits
    return rounded if rounded > x else math.nextafter(x, math.inf)
