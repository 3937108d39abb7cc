"""Theorems side by side: whose width, step and number of iterations are smaller, in which variable,
and in numbers on given data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text
from sympy import Expr, Integer, Max, Min, Pow, exp

from reports.pages.terminal import table
from reports.studies.planning import demands, exact_values
from sim.data.table import Data
from theorems.language import About, At, Each, Quantity, Theorem, expanded
from theorems.language.paper_file import PaperFile
from theorems.problem import BadInput
from theorems.reasoning.exact import enclose
from theorems.reasoning.order import ENERGY, Order, order, to_infinity
from theorems.writing.notation import number, text

COLUMNS = ("width", "step", "iterations")


@dataclass(frozen=True)
class Row:
    """One statement: its bounds as expressions, their orders by letter name, and their numbers on
    the data.
    """

    key: str
    statement: str
    bounds: dict[str, Expr]
    orders: dict[str, dict[str, Order]]
    numbers: dict[str, float | None]
    grows: dict[str, bool]

    @property
    def name(self) -> str:
        return f"{self.key} {self.statement}"


def rows(files: Sequence[PaperFile], data: Data, delta: Any) -> list[Row]:
    """Every statement that bounds a width or a step; BadInput when there are none, or fewer than
    two to compare.
    """
    found = [
        r for f in files for t in f.theorems if (r := _row(f.paper.key, t, data, delta)) is not None
    ]
    if len(found) < 2:
        raise BadInput(
            "compare",
            ", ".join(f.paper.key for f in files),
            "it needs at least two statements that bound a width or a step",
        )
    return found


def _row(key: str, t: Theorem, data: Data, delta: Any) -> Row | None:
    width, step = t.scale.width, t.scale.step_size
    bounds: dict[str, Expr] = {}
    for name, letter, ops in (("width", width, (">=", ">")), ("step", step, ("<=", "<"))):
        sides = [
            expanded(h.relation.rhs)
            for h in t.hypotheses
            if letter is not None and h.relation.lhs == letter and h.relation.rel_op in ops
        ]
        if sides:
            bounds[name] = (
                (Max if name == "width" else Min)(*sides, evaluate=False)
                if len(sides) > 1
                else sides[0]
            )
    if "width" not in bounds and "step" not in bounds:
        return None
    steps = _iterations(t, bounds.get("step"))
    if steps is not None:
        bounds["iterations"] = steps
    simple = {
        name: b.xreplace(
            {q: Integer(1) for q in b.free_symbols if getattr(q, "about", None) is About.HIDDEN}
        )
        for name, b in bounds.items()
    }
    return Row(
        key,
        t.statement,
        bounds,
        {name: _orders(b, t) for name, b in simple.items()},
        _numbers(t, bounds, data, delta),
        {str(q): to_infinity(q) for q in t.quantities},
    )


def _iterations(t: Theorem, step: Expr | None) -> Expr | None:
    """1/(1 − rate) at the largest step: the iterations (or the time of a flow) per factor e of what
    decays.
    """
    for c in t.claims:
        if not isinstance(c.over, Each):
            continue
        for part in c.expanded.rhs.atoms(Pow, exp):
            if part.exp.has(c.over.index) and not part.base.has(At):
                rate = (
                    -part.exp / c.over.index
                    if isinstance(part, exp) or part.base == exp(1)
                    else 1 - part.base
                )
                if rate.has(At) or not rate.free_symbols:
                    continue
                letter = t.scale.step_size
                return 1 / (
                    rate.subs(letter, step) if letter is not None and step is not None else rate
                )
    return None


def _orders(bound: Expr, t: Theorem) -> dict[str, Order]:
    """The order in each letter; labels of size one are assumed, so that their energy counts as n."""
    n = t.scale.samples
    energy = [q for q in bound.free_symbols if getattr(q, "of", None) == ENERGY]
    bound = bound.subs(dict(t.choices)).subs(dict.fromkeys(energy, n) if n is not None else {})
    letters = [
        q
        for q in sorted(bound.free_symbols, key=str)
        if isinstance(q, Quantity) and q.about in (About.SCALE, About.DATA)
    ]
    found = {}
    for q in letters:
        try:
            found[str(q)] = order(bound, q)
        except BadInput:
            continue
    return found


def _numbers(
    t: Theorem, bounds: dict[str, Expr], data: Data, delta: Any
) -> dict[str, float | None]:
    wants = demands(t, data, delta)
    values = exact_values(t, data, delta, wants.width, wants.step_size)
    found: dict[str, float | None] = {
        "width": float(wants.width) if wants.width else None,
        "step": wants.step_size,
        "iterations": None,
    }
    if "iterations" in bounds and set(bounds["iterations"].free_symbols) <= values.keys():
        found["iterations"] = enclose(bounds["iterations"], values)[1]
    return found


def ranking(found: Sequence[Row]) -> Iterator[str]:
    """For each bound and letter in which the statements differ, the statements from the best order
    to the worst.
    """
    for column in COLUMNS:
        having = [r for r in found if column in r.orders]
        for letter in sorted({x for r in having for x in r.orders[column]}):
            orders = {r.name: r.orders[column].get(letter, Order(Integer(0))) for r in having}
            if len(set(orders.values())) < 2:
                continue
            grows = next(r.grows[letter] for r in having if letter in r.grows)
            ends = sorted(
                set(orders.values()),
                key=lambda o: (o.power, o.logs) if grows else (-o.power, o.logs),
                reverse=column == "step",
            )
            groups = [
                f"{letter}^{o.power}{_logs(o)}: {' and '.join(name for name, x in orders.items() if x == o)}"
                for o in ends
            ]
            best = "largest" if column == "step" else "smallest"
            yield f"{column} as {letter} → {'∞' if grows else '0'}, {best} first: {'; then '.join(groups)}"


def _logs(o: Order) -> str:
    return f"·log^{o.logs}" if o.logs else ""


def show(found: Sequence[Row], data: Data, delta: Any, out: Console) -> None:
    """The comparison on a terminal."""
    for column in COLUMNS:
        having = [r for r in found if column in r.orders]
        if not having:
            continue
        letters = sorted({x for r in having for x in r.orders[column]})
        t = table(
            f"{column}: statement",
            *letters,
            f"on {data.name}, δ = {number(float(delta))}",
            right=(*letters,),
        )
        for r in having:
            cells = [
                f"{o.power}{_logs(o)}" if (o := r.orders[column].get(x)) else "·" for x in letters
            ]
            t.add_row(
                r.name,
                *cells,
                number(r.numbers[column])
                if r.numbers[column] is not None
                else "a constant is hidden",
            )
        out.print(t)
    for line in ranking(found):
        out.print(Text(line))


def tree(found: Sequence[Row]) -> list[dict[str, Any]]:
    """The comparison for a program."""
    return [
        {
            "theorem": r.key,
            "statement": r.statement,
            "numbers": r.numbers,
            "bounds": {k: text(b) for k, b in r.bounds.items()},
            "orders": {
                k: {x: {"power": str(o.power), "logs": str(o.logs)} for x, o in v.items()}
                for k, v in r.orders.items()
            },
        }
        for r in found
    ]
