"""What a solver over the reals may know of logarithms, exponentials and symbolic powers: that they
are monotone, and inverse to each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, Protocol

import sympy
from sympy import Expr

MOST = 8  # atoms among which pairs are compared


class Translation(Protocol):
    """SymPy to Z3, with a variable for every atom."""

    z3: Any
    vars: dict[Any, Any]

    def __call__(self, e: Any) -> Any: ...


def facts(t: Translation, powers: Sequence[Expr]) -> list[Any]:
    """True facts about the logarithms that a translation has met and positive products of powers;
    none for more than a few of them.
    """
    exponents = {p: t(_logarithm(p)) for p in powers}  # which may name further logarithms
    logs = [a for a in t.vars if isinstance(a, sympy.log) and not a.args[0].is_Rational]
    if not 0 < len(exponents) + len(logs) <= MOST:
        return []
    return [
        *(f for a in logs for f in _of_log(t, a)),
        *(f for p in exponents for f in _of_power(t, p, exponents[p])),
        *_pairs(t, logs, exponents),
    ]


def _logarithm(product: Expr) -> Expr:
    """The sum of the logarithms of its factors."""
    factors = (sympy.factor(f) for f in sympy.Mul.make_args(product))
    return sympy.Add(*(sympy.expand_log(sympy.log(f), factor=True) for f in factors))


def _of_log(t: Translation, a: Any) -> Iterator[Any]:
    inside, value = t(a.args[0]), t(a)
    yield _where(t, inside > 0, (inside <= 1) == (value <= 0))
    yield _where(t, inside > 0, value <= inside - 1)


def _of_power(t: Translation, p: Any, exponent: Any) -> Iterator[Any]:
    value = t(p)
    yield value > 0
    yield (exponent <= 0) == (value <= 1)
    yield value >= 1 + exponent
    yield (1 - exponent) * value <= 1  # the same of its reciprocal


def _pairs(t: Translation, logs: list[Any], exponents: dict[Any, Any]) -> Iterator[Any]:
    for a, b in permutations(logs, 2):
        one, two = t(a.args[0]), t(b.args[0])
        yield _where(t, t.z3.And(one > 0, two > 0), (one <= two) == (t(a) <= t(b)))
    for p, q in permutations(exponents, 2):
        yield (exponents[p] <= exponents[q]) == (t(p) <= t(q))
    for a in logs:
        for p in exponents:
            inside = t(a.args[0])
            yield _where(t, inside > 0, (inside <= t(p)) == (t(a) <= exponents[p]))
            yield _where(t, inside > 0, (inside >= t(p)) == (t(a) >= exponents[p]))
            yield _where(t, inside > 0, (inside * t(p) <= 1) == (t(a) + exponents[p] <= 0))
            yield _where(t, inside > 0, (inside * t(p) >= 1) == (t(a) + exponents[p] >= 0))


def _where(t: Translation, condition: Any, fact: Any) -> Any:
    return t.z3.Implies(condition, fact)
