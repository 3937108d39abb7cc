"""Replay a proof's algebra: identities by SymPy and exact points, implications by an SMT solver, growth by derivatives, orders by exponents."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import sympy
from sympy import Dummy, Expr, Rational

from theorems.language.derivation import Grows, Identity, Implication, SameOrder, Solved, Step
from theorems.language.notation import text
from theorems.language.order import order
from theorems.language.outcome import Outcome, Replay, point_of
from theorems.language.quantity import At, Quantity, expanded
from theorems.language.solver import implication

__all__ = ["Outcome", "Replay", "point_of", "replay"]


@cache
def replay(step: Step) -> Replay:
    """Replay one step; never raises on a false step, and does not repeat one that it has seen."""
    match step:
        case Identity():
            return _identity(step)
        case Implication():
            return implication(step)
        case Solved():
            return _solved(step)
        case Grows():
            return _grows(step)
        case SameOrder():
            return _same_order(step)


def _atoms(*expressions: Any) -> list[Any]:
    """The independent letters: observables at their arguments, and the quantities outside them."""
    at = set().union(*(e.atoms(At) for e in expressions))
    bare = {q for e in expressions for q in e.subs({a: Dummy() for a in at}).free_symbols if isinstance(q, Quantity)}
    return sorted(at | bare, key=str)


def _is_positive(atom: Any) -> bool:
    return bool(atom.is_positive or atom.is_nonnegative)


def _some(letter: Any, random: Random) -> Rational:
    """An exact point of the letter's domain."""
    top, bottom = random.randint(1, 40), random.randint(1, 40)
    if letter.is_integer:
        return Rational(top)
    return Rational(top, top + bottom) if getattr(letter, "below", None) is not None else Rational(top, bottom)


def _identity(step: Identity) -> Replay:
    difference = expanded(step.left - step.right)
    letters = {a: Dummy(str(a), positive=_is_positive(a)) for a in _atoms(difference)}
    gap = difference.doit().subs(letters)
    random, point = Random(7), {}
    for _ in range(5):
        point = {d: _some(a, random) for a, d in letters.items()}
        value = gap.subs(point).evalf(40)
        if not abs(value) < Rational(1, 10**30):
            shown = {str(a): str(point[d]) for a, d in letters.items()}
            return Replay(step, Outcome.FALSE, "exact points", shown, f"left - right = {value.evalf(6)}")
    if sympy.simplify(gap) == 0:
        return Replay(step, Outcome.PROVED, "SymPy and exact points")
    return Replay(step, Outcome.UNKNOWN, "SymPy", note="equal at 5 exact points, not simplified to 0")


def _solved(step: Solved) -> Replay:
    """Both sides meet at the bound, and the relation holds above and fails below: at exact points, then by SymPy."""
    when, letter, bound = expanded(step.when), step.letter, expanded(step.bound)
    small, big = (when.lhs, when.rhs) if when.rel_op in ("<=", "<") else (when.rhs, when.lhs)
    left, right = small.subs(letter, bound), big.subs(letter, bound)
    met = _identity(Identity(step.name, left**2, right**2, step.at))  # both are positive where they meet
    if met.outcome is not Outcome.PROVED:
        return replace(met, step=step)
    random, seen = Random(7), 0
    letters = [a for a in _atoms(when, bound) if a != letter]
    for _ in range(60):
        point = {a: _some(a, random) for a in letters}
        edge = bound.subs(point)
        below, above = ((big - small).subs(point).subs(letter, c * edge).evalf(40) for c in (Rational(1, 4), 4))
        if edge.is_positive and below.is_real and above.is_real and small.subs(point).subs(letter, edge).is_positive:
            seen += 1
            if not below < 0 < above:
                return Replay(step, Outcome.FALSE, "exact points", {str(a): str(v) for a, v in point.items()}, "it holds below the bound, not above")
        if seen == 3:
            break
    if not seen:
        return Replay(step, Outcome.UNKNOWN, "exact points", note="the bound is positive at no point tried")
    return Replay(step, Outcome.PROVED, "SymPy and exact points", note=f"{text(letter)} ≥ {text(sympy.factor(bound))}")


def _grows(step: Grows) -> Replay:
    """Derivatives of right - left, each zero or positive at `first`, until one is rational and Z3 shows its sign, or SymPy does."""
    x = Dummy(step.along.name, positive=True)
    gap = sympy.simplify((step.right - step.left).subs(step.along, x + step.first))
    where = [x + step.first < step.before] if step.before.is_finite else []
    for times in range(1, 5):
        if not gap.limit(x, 0, "+").is_nonnegative:
            return Replay(step, Outcome.FALSE, "derivatives", {str(step.along): str(step.first)}, f"derivative {times - 1} is negative there")
        gap = sympy.factor(sympy.simplify(gap.diff(x)))
        if gap.is_nonnegative:
            return Replay(step, Outcome.PROVED, "derivatives", note=f"derivative {times} is not negative, by SymPy")
        if gap.is_rational_function(x):
            found = implication(Implication(step.name, tuple(where), gap >= 0, at=step.at))
            return replace(found, step=step, engine="derivatives and Z3", note=found.note or f"derivative {times} is not negative")
    return Replay(step, Outcome.UNKNOWN, "derivatives", note="no derivative up to the fourth has a sign that could be shown")


def _same_order(step: SameOrder) -> Replay:
    left, right = (expanded(e).subs(step.where) for e in (step.left, step.right))
    pairs = {str(q): (order(left, q), order(right, q)) for q in step.along}
    wrong = {q: f"{a} against {b}" for q, (a, b) in pairs.items() if a != b}
    if wrong:
        return Replay(step, Outcome.FALSE, "exponents", wrong)
    shown = ", ".join(f"{q}: {a}" for q, (a, _) in pairs.items())
    return Replay(step, Outcome.PROVED, "exponents", note=shown + _constant(step, left / right))


def _constant(step: SameOrder, quotient: Expr) -> str:
    """What the steps give for the constant that the paper hides."""
    if step.hidden is None:
        return ""
    constant = sympy.factor(sympy.simplify(quotient))
    value = f" ≈ {float(constant):.6g}" if constant.is_number else ""
    return f"; the steps give {text(step.hidden)} = {text(constant)}{value}"
