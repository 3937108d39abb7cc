"""The exponent of a letter in a bound, read from the expression tree and checked against its growth in numbers."""

from __future__ import annotations

import sympy
from sympy import Expr, Integer, Rational

from theorems.language.quantity import Quantity, expanded
from theorems.problem import BadInput


def to_infinity(letter: Quantity) -> bool:
    """Counts (n, m) go to infinity; gaps, failure probabilities and accuracies go to zero."""
    return bool(letter.is_integer)


def exponent(expression: Expr, letter: Quantity) -> Rational:
    """The power a such that the expression is of order letter**a, logarithms aside.

    The tree gives the answer; growth over twelve decades at exact points confirms it. BadInput when they disagree
    (leading terms that cancel) or when the form has no power-law order.
    """
    expression = expanded(expression)
    found = _leading(sympy.expand_log(expression, force=True), letter, to_infinity(letter))
    measured = _growth(expression, letter, to_infinity(letter))
    if abs(measured - float(found)) > 0.05:
        raise BadInput("order", str(expression), f"its terms cancel in {letter}: tree says {found}, growth says {measured:.3f}")
    return found


def _leading(e: Expr, x: Quantity, grows: bool) -> Rational:
    if not e.has(x):
        return Integer(0)
    if e == x:
        return Integer(1)
    best = max if grows else min
    if e.is_Mul:
        return sum((_leading(a, x, grows) for a in e.args), Integer(0))
    if e.is_Add or isinstance(e, sympy.Max | sympy.Min):
        pick = best if not isinstance(e, sympy.Min) else (min if grows else max)
        return pick(_leading(a, x, grows) for a in e.args)
    if e.is_Pow and e.exp.is_Rational:
        return e.exp * _leading(e.base, x, grows)
    if isinstance(e, sympy.log):
        return Integer(0)
    if isinstance(e, sympy.ceiling):
        return _leading(e.args[0], x, grows)
    raise BadInput("order", str(e), f"no power-law order in {x}")


def _growth(e: Expr, x: Quantity, grows: bool) -> float:
    others = {s: Rational(1, 3) if not getattr(s, "is_integer", False) else Integer(3) for s in e.free_symbols - {x}}
    points = [Integer(10) ** (p if grows else -p) for p in (240, 252)]
    logs = [sympy.log(sympy.Abs(e.subs(others).subs(x, p))).evalf(50) for p in points]
    return float((logs[1] - logs[0]) / (sympy.log(points[1]) - sympy.log(points[0])).evalf(50))
