"""Powers with letters in their exponents, in one form however they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Expr

LARGEST = 10**4  # prime that is looked for in a fraction: a base beyond stays whole
MANY = 12  # powers in a product: more are slower than what they show is worth


def is_symbolic(e: Any) -> bool:
    """Whether it is a power with letters in its exponent."""
    return isinstance(e, sympy.Pow | sympy.exp) and not e.exp.is_number


def in_factors(power: Any) -> Expr:
    """A symbolic power as a product: of every positive factor of its base, to every term of its
    exponent. The rest of the base stays whole, as the root of (-1)(-1) is no product of roots.
    """
    terms = sympy.Add.make_args(sympy.expand(power.exp))
    if power.base is sympy.E:
        return sympy.Mul(*map(sympy.exp, terms))
    factors = sympy.Mul.make_args(sympy.factor(power.base))
    rest = sympy.Mul(*(f for f in factors if not f.is_positive))
    return sympy.Mul(
        sympy.Pow(sympy.expand(rest), power.exp),
        *(f**term for f in factors if f.is_positive for term in terms),
    )


def in_primes(power: Any) -> list[Expr]:
    """Powers whose product it is, of primes and to exponents without factors: 18^k as 2^k 3^k 3^k;
    itself where there would be many, or where the base is not known to be positive.
    """
    times, exponent = power.exp.as_coeff_Mul()
    base = power.base
    if not (base.is_positive and times.is_Integer):
        return [power]
    bases = base.factors(limit=LARGEST) if base.is_Rational else {base: 1}
    total = {b: n * times for b, n in bases.items()}
    counts = {b ** (sympy.sign(n) * exponent): abs(n) for b, n in total.items()}
    if sum(counts.values()) > MANY:
        return [power]
    return [p for p, n in counts.items() for _ in range(n)]


def products(e: Any, beside: bool) -> Iterator[Expr]:
    """Positive products of symbolic powers in an expression, with what is positive beside them or
    without.
    """
    factors = [f for f in sympy.Mul.make_args(e) if f.is_positive]
    powers = [f for f in factors if is_symbolic(f)]
    if powers:
        yield sympy.Mul(*(factors if beside else powers))
    for part in e.args:
        inside = part.args if e.is_Mul and part in powers else (part,)
        for x in inside:
            yield from products(x, beside)
