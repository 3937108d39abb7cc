"""The order of a bound in a letter, a power and a power of its logarithm: read from the tree,
checked against growth in numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Expr, Integer, Rational

from theorems.language.measurement import greatest_eigenvalue, labels, rows, total
from theorems.language.quantity import At, Quantity, expanded
from theorems.problem import BadInput

ZERO = Integer(0)  # the power of what does not grow
ENERGY = total(labels**2)  # of labels of size one it is the number of points


@dataclass(frozen=True, order=True)
class Order:
    """letter**power * log(letter)**logs, where a letter that tends to 0 is counted by its
    reciprocal in the logarithm.
    """

    power: Rational
    logs: Rational = ZERO

    def __str__(self) -> str:
        return f"exponent {self.power}" + (f" with log^{self.logs}" if self.logs else "")


GROWING = {ENERGY, greatest_eigenvalue(rows @ rows.T)}  # with the number of points


def to_infinity(letter: Quantity) -> bool:
    """Counts (n, m) and norms of all points go to infinity; gaps, failure probabilities and
    accuracies go to zero.
    """
    return bool(letter.is_integer) or letter.of in GROWING


def exponent(expression: Expr, letter: Quantity) -> Rational:
    """The power alone."""
    return order(expression, letter).power


def order(expression: Expr, letter: Quantity) -> Order:
    """The order of the expression as the letter goes to its end.

    The tree gives the answer; growth over twelve decades at exact points confirms it. BadInput when
    they disagree (leading terms that cancel) or when the form has no power-law order.
    """
    expression = expanded(expression)
    found = _leading(sympy.expand_log(expression, force=True), letter, to_infinity(letter))
    measured = _growth(expression, letter, to_infinity(letter))
    drift = float(found.logs) * 0.021  # log over these decades grows like that power
    if abs(measured - float(found.power)) > 0.02 + abs(drift):
        raise BadInput(
            "order",
            str(expression),
            f"its terms cancel in {letter}: tree says {found.power}, growth says {measured:.3f}",
        )
    return found


def _leading(e: Expr, x: Quantity, grows: bool) -> Order:
    if not e.has(x):
        return Order(ZERO)
    if e == x:
        return Order(Integer(1))
    best = max if grows else _smaller
    if e.is_Mul:
        parts = [_leading(a, x, grows) for a in e.args]
        return Order(sum((p.power for p in parts), ZERO), sum((p.logs for p in parts), ZERO))
    if e.is_Add or isinstance(e, sympy.Max | sympy.Min):
        parts = [_leading(a, x, grows) for a in e.args]
        if isinstance(e, sympy.Min):
            return min(parts) if grows else max(parts, key=lambda o: (o.power, -o.logs))
        return best(parts)
    if e.is_Pow and e.exp.is_Rational:
        base = _leading(e.base, x, grows)
        return Order(e.exp * base.power, e.exp * base.logs)
    if isinstance(e, sympy.log):
        return Order(ZERO, Integer(1)) if _leading(e.args[0], x, grows).power else Order(ZERO)
    if isinstance(e, sympy.ceiling):
        return _leading(e.args[0], x, grows)
    raise BadInput("order", str(e), f"no power-law order in {x}")


def _smaller(parts: list[Order]) -> Order:
    """The dominant order as the letter goes to 0: the least power, and of those the most
    logarithms.
    """
    return min(parts, key=lambda o: (o.power, -o.logs))


def _growth(e: Expr, x: Quantity, grows: bool) -> float:
    e = e.xreplace({call: Rational(1, 3) for call in e.atoms(At)})  # what a run is seen to be
    others = {
        s: Rational(1, 3) if not getattr(s, "is_integer", False) else Integer(3)
        for s in e.free_symbols - {x}
    }
    points = [Integer(10) ** (p if grows else -p) for p in (240, 252)]
    logs = [sympy.log(sympy.Abs(e.subs(others).subs(x, p))).evalf(50) for p in points]
    return float((logs[1] - logs[0]) / (sympy.log(points[1]) - sympy.log(points[0])).evalf(50))
