"""Decide a relation with ball arithmetic: it holds, it fails, or it is open; more precision never
turns yes into no.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy import Expr
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from theorems.language.quantity import At, Defined, expanded
from theorems.problem import BadInput

Value = int | float | Fraction | tuple[Any, Any] | Any
PRECISIONS = (64, 128, 256, 512)  # bits of the balls, until a relation is decided


class Decision(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


def ball(value: Value) -> arb:
    """An enclosure of an exact int, Fraction, Rational or float, or of the interval (low, high)."""
    if isinstance(value, arb):
        return value
    if isinstance(value, tuple):
        low, high = (ball(v) for v in value)
        return low.union(high)
    if isinstance(value, sympy.Rational):
        return arb(fmpq(int(value.p), int(value.q)))
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    return arb(int(value)) if isinstance(value, int) else arb(float(value))


def _power(base: arb, exponent: Expr, values: Mapping[Any, Value]) -> arb:
    if exponent == sympy.Rational(1, 2):
        return base.sqrt()
    if exponent == -sympy.Rational(1, 2):
        return base.rsqrt()
    if exponent.is_Integer:
        return base ** int(exponent)
    return base ** evaluate(exponent, values)


FUNCTIONS = {
    sympy.log: lambda x: x.log(),
    sympy.exp: lambda x: x.exp(),
    sympy.Abs: abs,
    sympy.erf: lambda x: x.erf(),
    sympy.acos: lambda x: x.acos(),
    sympy.ceiling: lambda x: x.ceil(),
    sympy.floor: lambda x: x.floor(),
}


ROUNDED = (sympy.ceiling, sympy.floor)


def _exact(expression: Expr, values: Mapping[Any, Value]) -> Expr | None:
    """The exact value of an expression of exact numbers; None where it is none or not rational."""
    letters = {q: values.get(q) for q in expanded(expression).free_symbols}
    if not all(isinstance(v, int | Fraction | sympy.Rational) for v in letters.values()):
        return None
    exact = {q: sympy.Rational(str(v)) for q, v in letters.items()}
    found = expanded(expression).xreplace(exact)
    return found if found.is_Rational else None


FOLDS = {
    sympy.Add: add,
    sympy.Mul: mul,
    sympy.Max: lambda a, b: a.max(b),
    sympy.Min: lambda a, b: a.min(b),
}
CONSTANTS = {sympy.pi: arb.pi, sympy.E: arb.const_e}


def evaluate(expression: Expr, values: Mapping[Any, Value]) -> arb:
    """An enclosure of the expression at the current precision; KeyError names a quantity without a
    value. The value of a letter may be an expression in others.
    """
    e = expression
    if e.is_Atom or e in values or isinstance(e, At):
        return _atom(e, values)
    if e.is_Pow:
        return _power(evaluate(e.base, values), e.exp, values)
    if e.func in ROUNDED and (whole := _exact(e.args[0], values)) is not None:
        return ball(e.func(whole))  # of a ball around a whole number there would be two
    args = [evaluate(a, values) for a in e.args]
    if (fold := FOLDS.get(e.func)) is not None:
        return reduce(fold, args)
    if e.func in FUNCTIONS:
        return FUNCTIONS[e.func](*args)
    raise _strange(e)


def _strange(e: Any) -> BadInput:
    known = ", ".join(f.__name__ for f in FUNCTIONS)
    return BadInput("relation", str(e.func.__name__), f"ball arithmetic knows {known}, Max, Min")


def _atom(e: Any, values: Mapping[Any, Value]) -> arb:
    """A number, a constant, or a letter or observable with its value."""
    if e in values:
        value = values[e]
        return evaluate(value, values) if isinstance(value, Expr) else ball(value)
    if e.is_Rational or e.is_Float:
        return ball(sympy.Rational(e))
    if isinstance(e, Defined):
        return evaluate(e.definition, values)
    if e in CONSTANTS:
        return CONSTANTS[e]()
    raise KeyError(e) if e.is_Symbol or isinstance(e, At) else _strange(e)


def enclose(expression: Expr, values: Mapping[Any, Value], bits: int = 128) -> tuple[float, float]:
    """Floats (low, high) around the expression's value."""
    with ctx.workprec(bits):
        b = evaluate(expression, values)
        return down(b), up(b)


def down(b: arb) -> float:
    """A float certainly at or below the ball, its neighbour or next to it; -oo when the ball bounds
    nothing.
    """
    low = float(b.lower())
    if math.isnan(low):
        return -math.inf
    return low if arb(low) <= b.lower() else math.nextafter(low, -math.inf)


def up(b: arb) -> float:
    """A float certainly at or above the ball; oo when the ball bounds nothing."""
    return -down(-b)


def written_out(relation: Any, values: Mapping[Any, Value]) -> Any:
    """The relation with every letter that is set to an expression in others replaced by it."""
    while set_ := {
        q: v
        for q in relation.free_symbols
        if isinstance(v := values.get(q), Expr) and v.free_symbols
    }:
        relation = expanded(relation).xreplace(set_)
    return relation


ORDER = {
    "<=": (lambda a, b: a <= b, lambda a, b: a > b),
    "<": (lambda a, b: a < b, lambda a, b: a >= b),
    ">=": (lambda a, b: a >= b, lambda a, b: a < b),
    ">": (lambda a, b: a > b, lambda a, b: a <= b),
    "==": (lambda a, b: a.is_exact() and b.is_exact() and a == b, lambda a, b: not a.overlaps(b)),
    "!=": (lambda a, b: not a.overlaps(b), lambda a, b: a.is_exact() and b.is_exact() and a == b),
}


def decide(relation: Relational, values: Mapping[Any, Value]) -> Decision:
    """Whether the relation certainly holds or certainly fails at these values; `open` when neither
    can be shown. A letter that is set to an expression is that expression: eta = 1/L holds of an
    eta that is set to 1/L, however little of L is known.
    """
    set_ = written_out(relation, values)
    if set_ != relation:
        return _of_set(set_, values)
    yes, no = ORDER[relation.rel_op]
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            try:
                left, right = evaluate(relation.lhs, values), evaluate(relation.rhs, values)
            except KeyError:
                return Decision.OPEN
            if yes(left, right):
                return Decision.HOLDS
            if no(left, right):
                return Decision.FAILS
    return _rational(relation, values)


def _of_set(relation: Any, values: Mapping[Any, Value]) -> Decision:
    """The decision by the difference of both sides, in which what a letter is set to cancels; open
    where a side has no value.
    """
    if isinstance(relation, BooleanAtom):
        return Decision.HOLDS if relation else Decision.FAILS
    gap, (yes, no) = sympy.expand(relation.lhs - relation.rhs), ORDER[relation.rel_op]
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            try:
                sides = [evaluate(e, values) for e in (*relation.args, gap)]
            except KeyError:
                return Decision.OPEN
            if not all(s.is_finite() for s in sides):
                continue
            if yes(sides[-1], arb(0)):
                return Decision.HOLDS
            if no(sides[-1], arb(0)):
                return Decision.FAILS
    return Decision.OPEN


def _rational(relation: Relational, values: Mapping[Any, Value]) -> Decision:
    """The decision when both sides are rational numbers, whose balls overlap when they are equal."""
    relation = expanded(relation)
    exact = {
        q: sympy.Rational(v.numerator, v.denominator)
        for q in relation.free_symbols
        if isinstance(v := values.get(q), int | Fraction | sympy.Rational)
    }
    left, right = (side.subs(exact) for side in relation.args)
    if not (left.is_Rational and right.is_Rational):
        return Decision.OPEN
    return Decision.HOLDS if bool(relation.func(left, right)) else Decision.FAILS
