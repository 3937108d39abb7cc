"""Replay a proof's algebra: identities by SymPy and exact points, implications by an SMT solver,
growth by derivatives, orders by exponents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ctypes import ArgumentError
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import sympy
from sympy import Dummy, Expr, Float, Rational

from theorems.language.derivation import (
    Consistent,
    Grows,
    Identity,
    Implication,
    SameOrder,
    Solved,
    Step,
)
from theorems.writing.notation import text
from theorems.reasoning.order import order, to_infinity
from theorems.reasoning.outcome import Outcome, Replay, point_of
from theorems.language.quantity import At, Quantity, expanded
from theorems.reasoning.consistency import consistent
from theorems.reasoning.solver import implication
from theorems.problem import BadInput

NTH = ("difference", "derivative", "second derivative", "third derivative", "fourth derivative")
# multiples of a bound that are tried
AROUND = tuple(
    Rational(c) for c in ("1/100", "1/4", "1/2", "9/10", "1", "11/10", "2", "5/2", "4", "100")
)

__all__ = ["Outcome", "Replay", "point_of", "replay"]


@cache
def replay(step: Step) -> Replay:
    """Replay one step; never raises on a false step, and does not repeat one that it has seen."""
    if any(e.atoms(Float) for e in step.sides):
        return Replay(
            step, Outcome.UNKNOWN, "none", note="a float is no exact number: write Rational(1, 10)"
        )
    try:
        return ENGINES[type(step)](step)
    except ArgumentError as error:
        if "KeyboardInterrupt" in str(
            error
        ):  # ctypes wraps an interruption that arrives while Z3 is being called
            raise KeyboardInterrupt from None
        raise
    except (BadInput, ValueError, TypeError, NotImplementedError, ZeroDivisionError) as error:
        return Replay(step, Outcome.UNKNOWN, "none", note=f"it could not be replayed: {error}")


def _atoms(*expressions: Any) -> list[Any]:
    """The independent letters: observables at their arguments, and the quantities outside them."""
    at = set().union(*(e.atoms(At) for e in expressions))
    bare = {
        q
        for e in expressions
        for q in e.subs({a: Dummy() for a in at}).free_symbols
        if isinstance(q, Quantity)
    }
    return sorted(at | bare, key=str)


def _is_positive(atom: Any) -> bool:
    return bool(atom.is_positive or atom.is_nonnegative)


def _some(letter: Any, random: Random) -> Rational:
    """An exact point of the letter's domain."""
    top, bottom = random.randint(1, 40), random.randint(1, 40)
    if letter.is_integer:
        return Rational(top)
    return (
        Rational(top, top + bottom)
        if getattr(letter, "below", None) is not None
        else Rational(top, bottom)
    )


HYPERBOLIC = (sympy.sinh, sympy.cosh, sympy.tanh)


def _identity(step: Identity) -> Replay:
    if step.left == step.right:
        return Replay(step, Outcome.VACUOUS, "none", note="both sides are the same expression")
    return _equal(step)


def _equal(step: Identity) -> Replay:
    difference = expanded(step.left - step.right)
    letters = {a: Dummy(str(a), positive=_is_positive(a)) for a in _atoms(difference)}
    gap = difference.doit().subs(letters)
    random, point = Random(7), {}
    for i in range(6):
        point = {d: _some(a, random) for a, d in letters.items()}
        value = _at_zero(difference, letters, point) if i == 0 else gap.subs(point).evalf(40)
        if not abs(value) < Rational(1, 10**30):
            shown = {str(a): str(point[d]) for a, d in letters.items()}
            return Replay(
                step, Outcome.FALSE, "exact points", shown, f"left - right = {value.evalf(6)}"
            )
    if sympy.simplify(gap) == 0 or sympy.simplify(gap.rewrite(HYPERBOLIC, sympy.exp)) == 0:
        return Replay(step, Outcome.PROVED, "SymPy and exact points")
    return Replay(step, Outcome.UNKNOWN, "SymPy", note="equal at exact points, not simplified to 0")


def _at_zero(difference: Expr, letters: dict[Any, Any], point: dict[Any, Any]) -> Expr:
    """The difference where every letter is 0 that may be; 0 when it has no finite value there."""
    zero = [d for a, d in letters.items() if a.is_positive is not True]
    point |= dict.fromkeys(zero, Rational(0))
    try:
        value = difference.subs({a: point[d] for a, d in letters.items()}).doit().evalf(40)
    except (TypeError, ValueError):
        return sympy.S.Zero
    return value if zero and value.is_finite else sympy.S.Zero


def _solved(step: Solved) -> Replay:
    """Both sides meet at the bound, by SymPy; the relation holds above and fails below, at ten
    multiples of it at exact points.
    """
    when, letter, bound = expanded(step.when), step.letter, expanded(step.bound)
    if when.rel_op not in ("<=", ">="):
        return Replay(
            step, Outcome.UNKNOWN, "none", note="only <= and >= have a bound that is attained"
        )
    small, big = (when.lhs, when.rhs) if when.rel_op == "<=" else (when.rhs, when.lhs)
    left, right = small.subs(letter, bound), big.subs(letter, bound)
    met = _equal(
        Identity(step.name, left**2, right**2, step.at)
    )  # both are positive where they meet
    if met.outcome is not Outcome.PROVED:
        return replace(met, step=step)
    random, seen = Random(7), 0
    letters = [a for a in _atoms(when, bound) if a != letter]
    for _ in range(60):
        point = {a: _some(a, random) for a in letters}
        edge = bound.subs(point)
        room = {c: (big - small).subs(point).subs(letter, c * edge).evalf(40) for c in AROUND}
        if edge.is_positive and all(v.is_real for v in room.values()):
            seen += 1
            if not all(
                (v > 0) if c > 1 else (v < 0) if c < 1 else abs(v) < Rational(1, 10**25)
                for c, v in room.items()
            ):
                shown = {str(a): str(v) for a, v in point.items()}
                return Replay(
                    step,
                    Outcome.FALSE,
                    "exact points",
                    shown,
                    "the relation does not hold exactly from the bound on",
                )
        if seen == 3:
            break
    if not seen:
        return Replay(
            step, Outcome.UNKNOWN, "exact points", note="the bound is positive at no point tried"
        )
    return Replay(
        step,
        Outcome.PROVED,
        "SymPy and exact points",
        note=f"{text(letter)} ≥ {text(sympy.factor(bound))}",
    )


def _grows(step: Grows) -> Replay:
    """Derivatives of right - left, each zero or positive at `first`, until Z3 shows the sign of a
    rational one, or SymPy of any.
    """
    x = Dummy(step.along.name, positive=True)
    gap = sympy.simplify((step.right - step.left).subs(step.along, x + step.first))
    for at in (Rational(k, 8) for k in (1, 2, 4, 7, 16, 80)):
        if (
            not (step.before.is_finite and at + step.first >= step.before)
            and (gap.subs(x, at).evalf(30)).is_negative
        ):
            return Replay(
                step, Outcome.FALSE, "exact points", {str(step.along): str(at + step.first)}
            )
    where = [x + step.first < step.before] if step.before.is_finite else []
    for times in range(1, 5):
        if not gap.limit(x, 0, "+").is_nonnegative:
            return Replay(
                step,
                Outcome.UNKNOWN,
                "derivatives",
                note=f"the sign of the {NTH[times - 1]} at the start could not be shown",
            )
        gap = sympy.factor(sympy.simplify(gap.diff(x)))
        if gap.is_nonnegative:
            return Replay(
                step,
                Outcome.PROVED,
                "derivatives",
                note=f"the {NTH[times]} is not negative, by SymPy",
            )
        if gap.is_rational_function(x):
            found = implication(Implication(step.name, tuple(where), gap >= 0, at=step.at))
            if found.outcome is Outcome.PROVED:
                return replace(
                    found,
                    step=step,
                    engine="derivatives and Z3",
                    note=f"the {NTH[times]} is not negative",
                )
            break
    return Replay(
        step,
        Outcome.UNKNOWN,
        "derivatives",
        note="no derivative up to the fourth has a sign that could be shown",
    )


def _same_order(step: SameOrder) -> Replay:
    left, right = (expanded(e).subs(step.where) for e in (step.left, step.right))
    pairs = {str(q): (order(left, q), order(right, q)) for q in step.along}
    wrong = {q: f"{a} against {b}" for q, (a, b) in pairs.items() if a != b} or _jointly(
        left / right, step.along
    )
    if wrong:
        return Replay(step, Outcome.FALSE, "exponents", wrong)
    shown = ", ".join(f"{q}: {a}" for q, (a, _) in pairs.items())
    return Replay(step, Outcome.PROVED, "exponents", note=shown + _constant(step, left / right))


def _jointly(quotient: Expr, along: Sequence[Any]) -> dict[str, str]:
    """The quotient must stay bounded when all letters move at once, at any relative speed: n + m is
    not of the order n m.
    """
    others = {
        s: Rational(1, 3) if not s.is_integer else Rational(3)
        for s in quotient.free_symbols - set(along)
    }
    for speeds in (
        (1,) * len(along),
        tuple(range(1, len(along) + 1)),
        tuple(range(len(along), 0, -1)),
    ):
        sizes = []
        for power in (60, 66):
            at = {
                q: Rational(10) ** (s * power if to_infinity(q) else -s * power)
                for q, s in zip(along, speeds)
            }
            value = quotient.subs(others).subs(at).evalf(60)
            if not value.is_positive:
                return {"sign": f"the quotient is {value.evalf(3)}"}
            sizes.append(float(sympy.log(value, 10).evalf(30)))
        if abs(sizes[1] - sizes[0]) > 0.5:
            return {
                ", ".join(
                    map(str, along)
                ): f"jointly, as T^{speeds}, the quotient moves by 10^{sizes[1] - sizes[0]:.2g} over six decades"
            }
    return {}


def _constant(step: SameOrder, quotient: Expr) -> str:
    """What the steps give for the constant that the paper hides."""
    if step.hidden is None:
        return ""
    constant = sympy.factor(sympy.simplify(quotient))
    value = f" ≈ {float(constant):.6g}" if constant.is_number else ""
    return f"; the steps give {text(step.hidden)} = {text(constant)}{value}"


ENGINES: Mapping[type[Step], Callable[[Any], Replay]] = {
    Identity: _identity,
    Implication: implication,
    Consistent: consistent,
    Solved: _solved,
    Grows: _grows,
    SameOrder: _same_order,
}
