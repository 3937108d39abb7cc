"""Expressions over intervals of float64 arrays: what is known of their values, rounding included.

Every operation widens its result by a few units in the last place; numbers that are exact stay so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any, NamedTuple

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Rational

Array = NDArray[Any]
ULPS = 4 * float(np.finfo(float).eps)  # relative rounding of one operation, with room
EXACT = 2.0**53  # below which every whole number is a float
TINY = 1e-300  # what may be lost when a result underflows


class Interval(NamedTuple):
    """All values between low and high, element by element; NaN where there is none."""

    low: Array
    high: Array

    @property
    def middle(self) -> Array:
        """The middle, exact where both ends are one; an infinite end is its own middle."""
        with np.errstate(all="ignore"):
            return np.where(self.low == self.high, self.low, self.low / 2 + self.high / 2)

    @property
    def radius(self) -> Array:
        """Half of the width."""
        with np.errstate(all="ignore"):
            return np.where(self.low == self.high, 0.0, self.high / 2 - self.low / 2)

    @property
    def size(self) -> Array:
        """The largest absolute value."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


Values = Mapping[Any, Interval]
Evaluated = Callable[[Values], Interval]


def point(value: Any, radius: Any = 0.0) -> Interval:
    """The numbers within `radius` of a value."""
    value = np.asarray(value, dtype=float)
    with np.errstate(all="ignore"):
        exact = np.asarray(radius) == 0
        return Interval(
            np.where(exact, value, value - radius), np.where(exact, value, value + radius)
        )


def constant(value: Any) -> Interval:
    """An exact number, as narrow as float64 has it."""
    near = float(value)
    if value == sympy.oo or Rational(near) == value:
        return point(near)
    return Interval(np.asarray(np.nextafter(near, -np.inf)), np.asarray(np.nextafter(near, np.inf)))


def _rounded(low: Array, high: Array, lost: Array | bool = False) -> Interval:
    """Both ends moved outward by the rounding of one operation; zero stays exact unless it was
    lost to underflow.
    """
    slip = np.where(lost, TINY, 0.0)
    return Interval(low - np.abs(low) * ULPS - slip, high + np.abs(high) * ULPS + slip)


def _whole(a: Interval) -> Array:
    """Where it is one whole number, of which sums and products are exact."""
    return (a.low == a.high) & (a.low == np.round(a.low)) & (np.abs(a.low) < EXACT)


def _unless_whole(a: Interval, b: Interval, value: Array, found: Interval) -> Interval:
    exact = _whole(a) & _whole(b) & (np.abs(value) < EXACT)
    return Interval(np.where(exact, value, found.low), np.where(exact, value, found.high))


def add(a: Interval, b: Interval) -> Interval:
    found = _rounded(a.low + b.low, a.high + b.high)
    return _unless_whole(a, b, a.low + b.low, found)


def multiply(a: Interval, b: Interval) -> Interval:
    corners, lost = [], False
    for x in a:
        for y in b:
            corners.append(x * y)
            lost = lost | ((corners[-1] == 0) & (x != 0) & (y != 0))
    found = _rounded(reduce(np.minimum, corners), reduce(np.maximum, corners), lost)
    return _unless_whole(a, b, corners[0], found)


def inverse(a: Interval) -> Interval:
    """1/a; without bounds where a may be 0, nothing where it is."""
    nothing = (a.low == 0) & (a.high == 0)
    low = np.where((a.low < 0) & (a.high >= 0), -np.inf, 1 / a.high)
    high = np.where((a.low <= 0) & (a.high > 0), np.inf, 1 / a.low)
    return _rounded(np.where(nothing, np.nan, low), np.where(nothing, np.nan, high))


def absolute(a: Interval) -> Interval:
    crosses = (a.low <= 0) & (a.high >= 0)
    least = np.where(crosses, 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    return Interval(np.where(np.isnan(a.low), np.nan, least), a.size)


def power(a: Interval, b: Interval) -> Interval:
    """a**b: for whole exponents with any base, else where the base is not negative."""
    whole = bool(np.all(b.low == b.high) and np.all(b.low == np.round(b.low)))
    if not whole:
        return _corners(Interval(np.where(a.high < 0, np.nan, np.maximum(a.low, 0.0)), a.high), b)
    exponent, up = b.low, np.abs(b.low)
    even = _corners(absolute(a), Interval(up, up))
    odd = Interval(np.sign(a.low) * np.abs(a.low) ** up, np.sign(a.high) * np.abs(a.high) ** up)
    odd = _rounded(*odd, ((odd.low == 0) & (a.low != 0)) | ((odd.high == 0) & (a.high != 0)))
    is_even = up % 2 == 0
    raised = Interval(*(np.where(is_even, e, o) for e, o in zip(even, odd, strict=True)))
    exact = up == 1
    raised = Interval(*(np.where(exact, x, r) for x, r in zip(a, raised, strict=True)))
    if (exponent >= 0).all():
        return raised
    under = inverse(raised)
    return Interval(*(np.where(exponent < 0, u, r) for u, r in zip(under, raised, strict=True)))


def _corners(a: Interval, b: Interval) -> Interval:
    """a**b for a >= 0: monotone in each, so its ends are at the corners."""
    corners, lost = [], False
    for x in a:
        for y in b:
            corners.append(np.where(np.isnan(x), np.nan, x**y))
            lost = lost | ((corners[-1] == 0) & (x != 0))
    return _rounded(reduce(np.minimum, corners), reduce(np.maximum, corners), lost)


def _rising(f: Callable[[Array], Array]) -> Callable[[Interval], Interval]:
    def evaluate(a: Interval) -> Interval:
        low, high = f(a.low), f(a.high)
        return _rounded(low, high, (low == 0) | (high == 0))

    return evaluate


def _falling(f: Callable[[Array], Array]) -> Callable[[Interval], Interval]:
    return lambda a: _rounded(f(a.high), f(a.low))


def _erf(x: Array) -> Array:
    from scipy.special import erf

    return np.asarray(erf(x))


FUNCTIONS: dict[Any, Callable[[Interval], Interval]] = {
    sympy.log: lambda a: _rounded(np.log(a.low), np.log(a.high)),
    sympy.exp: _rising(np.exp),
    sympy.Abs: absolute,
    sympy.erf: _rising(_erf),
    sympy.acos: _falling(np.arccos),
    sympy.ceiling: lambda a: Interval(np.ceil(a.low), np.ceil(a.high)),
    sympy.floor: lambda a: Interval(np.floor(a.low), np.floor(a.high)),
}


def _most(a: Interval, b: Interval) -> Interval:
    return Interval(np.maximum(a.low, b.low), np.maximum(a.high, b.high))


def _least(a: Interval, b: Interval) -> Interval:
    return Interval(np.minimum(a.low, b.low), np.minimum(a.high, b.high))


FOLDS = {sympy.Add: add, sympy.Mul: multiply, sympy.Max: _most, sympy.Min: _least}


@cache
def compiled(expression: Expr, leaves: frozenset[Any]) -> Evaluated:
    """The expression as a function of the intervals of its leaves; TypeError for an operation that
    has no rule.
    """
    e = expression
    if e in leaves:
        return lambda values: values[e]
    if e.is_Rational:
        exactly = constant(e)
        return lambda _: exactly
    if e.is_number and not e.args:
        near = float(e)
        known = _rounded(np.asarray(near), np.asarray(near))
        return lambda _: known
    parts = [compiled(a, leaves) for a in e.args]
    if e.func in FOLDS:
        fold = FOLDS[e.func]
        return lambda values: reduce(fold, (p(values) for p in parts))
    if e.is_Pow:
        if e.exp == Rational(1, 2):
            return lambda values: _root(parts[0](values))
        return lambda values: power(parts[0](values), parts[1](values))
    if e.func in FUNCTIONS:
        function = FUNCTIONS[e.func]
        return lambda values: function(parts[0](values))
    raise TypeError(f"no rule for {e.func.__name__}")


def _root(a: Interval) -> Interval:
    return _rounded(np.sqrt(np.where(a.high < 0, np.nan, np.maximum(a.low, 0.0))), np.sqrt(a.high))
