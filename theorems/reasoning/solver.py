"""Implications between inequalities, by Z3 over the reals; a counterexample in numbers when there
is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic, thread_time
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Rational
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from theorems.language.derivation import Implication
from theorems.language.lemma import Use
from theorems.writing.notation import text
from theorems.reasoning.outcome import Outcome, Replay
from theorems.language.quantity import At, expanded
from theorems.reasoning import monotone
from theorems.reasoning.powers import in_factors, in_primes, is_symbolic, products

TIMEOUT_MS = 8000  # in time: Z3's own count of steps does not bound its nonlinear solver
WHOLE_MS = 500  # over whole numbers, where an answer comes soon or not at all
BUSY = 3 / 4  # share of a core below which a time that ran out was another's, and is given again
PATIENCE = 8  # times the limit, at most
NEAR = Rational(1, 10**16)  # around a logarithm of a fraction, of which 20 digits are computed
PI = (Rational(314159265358979323, 10**17), Rational(314159265358979324, 10**17))


class Translation:
    """SymPy to Z3 over the reals: rational powers become roots of fresh variables, logarithms
    become free atoms.
    """

    def __init__(self) -> None:
        import z3

        self.z3, self.facts = z3, list[Any]()
        self.context = z3.Context()  # its own: an answer must not depend on what was asked before
        self.vars: dict[Any, Any] = {}
        self.roots = list[Any]()
        # whether something was replaced by a variable of which the solver knows only the sign
        self.free = False

    def variable(self, key: Any, name: str, lower: str | None) -> Any:
        if key not in self.vars:
            v = self.z3.Real(
                f"{name}:{len(self.vars)}", self.context
            )  # two letters of one name are two variables
            self.vars[key] = v
            if lower is not None:
                self.facts.append(v > 0 if lower == ">" else v >= 0)
        return self.vars[key]

    def __call__(self, e: Expr) -> Any:
        if e.is_Rational or e.is_Float:
            return self.fraction(Rational(e))
        if e.is_Symbol:
            return self.letter(e)
        if e.is_Add:
            return self.z3.Sum(list(map(self, e.args)))
        if e.is_Mul:
            return self.product(e)
        if isinstance(e, sympy.Pow | sympy.exp):
            return self.power(e)
        if isinstance(e, sympy.ceiling | sympy.floor):
            return self.rounded(e)
        if isinstance(e, sympy.Max | sympy.Min):
            return self.extreme(e)
        if e is sympy.pi:
            return self.between(e, "pi", *PI)
        if isinstance(e, sympy.log) and e.args[0].is_Rational:
            near = Rational(str(e.evalf(20)))
            return self.between(e, "log", near - NEAR, near + NEAR)
        return self.atom(e)

    def fraction(self, e: Any) -> Any:
        return self.z3.Q(int(e.p), int(e.q), self.context)

    def between(self, e: Expr, name: str, low: Rational, high: Rational) -> Any:
        """A constant of which the solver knows two fractions around it."""
        v = self.variable(e, name, None)
        self.facts += [v > self.fraction(low), v < self.fraction(high)]
        return v

    def product(self, e: Expr) -> Any:
        kept, whole = _kept_whole(e)
        kept = sympy.factor_terms(kept)
        e = kept.xreplace(whole)
        if not e.is_Mul:
            return self(e)
        top, bottom = (part.xreplace(whole) for part in kept.as_numer_denom())
        if bottom == 1:
            return self.z3.Product(list(map(self, e.args)))
        return self(top) / self.divisor(self(bottom))

    def power(self, e: Any) -> Any:
        if e.is_Pow and e.exp.is_Rational:
            v = self.named(e.base) if e.exp.is_Integer else self.root(e.base, int(e.exp.q))
            found = self.z3.Product([v] * abs(int(e.exp.p)))
            return found if e.exp.p > 0 else 1 / self.divisor(found)
        if e.is_Pow and e.exp.is_Add and (parts := sympy.expand_power_exp(e)).is_Mul:
            return self.z3.Product(list(map(self, parts.args)))
        if e.exp.could_extract_minus_sign():
            return 1 / self.divisor(self(1 / e))  # of one power, whichever way it is written
        if (primes := in_primes(e)) != [e]:  # of which SymPy would make the same power again
            return self.z3.Product(list(map(self, primes)))
        return self.atom(e)

    def atom(self, e: Any) -> Any:
        """What the solver knows no more of than its sign."""
        self.free = True
        sign = ">" if e.is_positive else ">=" if e.is_nonnegative else None
        v = self.variable(e, f"atom{len(self.vars)}", sign)
        if isinstance(e, sympy.log) and getattr(e.args[0], "below", None) == 1:
            self.facts.append(v < 0)
        return v

    def rounded(self, e: Any) -> Any:
        """A number rounded up or down: less than one away, on its side."""
        self.free = True
        new = e not in self.vars
        v = self.variable(e, f"atom{len(self.vars)}", None)
        if new:
            low, high = (
                (self(e.args[0]), v) if isinstance(e, sympy.ceiling) else (v, self(e.args[0]))
            )
            self.facts += [low <= high, high < low + 1]
        return v

    def divisor(self, v: Any) -> Any:
        """What is divided by is not zero: elsewhere a relation says nothing."""
        self.facts.append(v != 0)
        return v

    def letter(self, e: Any) -> Any:
        new = e not in self.vars
        v = self.variable(e, e.name, ">" if e.is_positive else ">=" if e.is_nonnegative else None)
        if new and e.is_integer and e.is_positive:
            self.facts.append(v >= 1)
        if new and getattr(e, "below", None) is not None:
            self.facts.append(v < e.below)
        return v

    def named(self, base: Expr) -> Any:
        """A sum under a power as a variable of its own: the solver reasons on (a - b)^3 as on x^3."""
        if not base.is_Add:
            return self(base)
        new = base not in self.vars
        v = self.variable(base, f"sum{len(self.vars)}", None)
        if new:
            self.facts.append(v == self(base))
        return v

    def extreme(self, e: Expr) -> Any:
        """The largest or the smallest of several: one of them, and beyond none."""
        new = e not in self.vars
        v = self.variable(e, f"extreme{len(self.vars)}", None)
        if new:
            parts = [self(a) for a in e.args]
            beyond = [v >= a if isinstance(e, sympy.Max) else v <= a for a in parts]
            self.facts += [*beyond, self.z3.Or([v == a for a in parts])]
        return v

    def root(self, base: Expr, degree: int) -> Any:
        v = self.variable((base, degree), f"root{len(self.vars)}", ">=")
        self.roots.append(base)
        self.facts.append(self.z3.Product([v] * degree) == self(base))
        return v

    def relation(self, r: Relational) -> Any:
        if isinstance(r, BooleanAtom):  # the declared domains decide it
            return self.z3.BoolVal(bool(r), self.context)
        left, right = self(r.lhs), self(r.rhs)
        return {
            "<=": left <= right,
            "<": left < right,
            ">=": left >= right,
            ">": left > right,
            "==": left == right,
            "!=": left != right,
        }[r.rel_op]


def _kept_whole(e: Expr) -> tuple[Expr, dict[Any, Expr]]:
    """The expression with letters for sums to unknown powers, and what they stand for: such a power
    is one number wherever it occurs, so that nothing is drawn out of it.
    """
    powers = [p for p in e.atoms(sympy.Pow) if p.base.is_Add and not p.exp.is_number]
    whole = {
        p: Dummy(positive=p.is_positive, nonnegative=p.is_nonnegative, real=p.is_real)
        for p in sorted(powers, key=str)
    }
    return e.xreplace(whole), {letter: p for p, letter in whole.items()}


def opened(t: Translation, letters: Iterable[Any], relations: Iterable[Any]) -> Any:
    """A solver of its own that holds the relations and what is known of their letters."""
    for letter in sorted(letters, key=str):
        t.letter(letter)
    solver = t.z3.Solver(ctx=t.context)
    solver.set("timeout", TIMEOUT_MS)
    solver.set("ctrl_c", False)  # else Z3 swallows an interruption and calls the step undecided
    solver.add(*[t.relation(r) for r in relations], *t.facts)
    return solver


def answer_of(solver: Any, z3: Any, limit: int = TIMEOUT_MS) -> Any:
    """The solver's answer within the limit that it was set, in ms of a core's time: on a busy
    machine it is given more of the clock's.
    """
    wall, core = monotonic(), thread_time()
    answer = solver.check()
    wall, core = monotonic() - wall, thread_time() - core
    if answer == z3.unknown and 1000 * wall >= limit * BUSY and core < wall * BUSY:
        solver.set("timeout", int(limit * min(PATIENCE, 1.5 * wall / max(core, 1e-3))))
        answer = solver.check()
    return answer


def implication(step: Implication) -> Replay:
    """By Z3; a lemma among the premises must have what it needs from the others."""
    uses = [x for x in step.given if isinstance(x, Use)]
    for i, use in enumerate(uses):
        others = (*(x for x in step.given if not isinstance(x, Use)), *uses[:i])  # not in a circle
        for need in use.needs:
            found = _decided(step, others, need)
            if found.outcome is not Outcome.PROVED:
                return replace(
                    found, note=f"{use.lemma.name} needs {text(need)}, which is not given"
                )
    return _decided(step, step.premises, step.conclusion)


def prepared(relations: Iterable[Any]) -> list[Any]:
    """Relations as the solver reads them: expanded, in one direction, observables as letters since
    their arguments must not be rewritten.
    """
    found = [canonical(expanded(getattr(r, "relation", r))) for r in relations]
    calls = set().union(*(r.atoms(At) for r in found))
    letters = {
        a: Dummy(str(a), nonnegative=a.is_nonnegative, positive=a.is_positive) for a in calls
    }
    return [r.xreplace(letters) for r in found]


def _decided(step: Implication, given: Sequence[Any], then: Any) -> Replay:
    return _solve(step, prepared((*given, then)))


def _solve(step: Implication, relations: Sequence[Any]) -> Replay:
    """The last relation from the others."""
    t = Translation()
    z3, free = t.z3, set().union(*(r.free_symbols for r in relations))
    solver = opened(t, free, relations[:-1])
    if answer_of(solver, z3) == z3.unsat:
        return Replay(step, Outcome.VACUOUS, "Z3", note="the premises contradict each other")
    known, rooted = len(t.facts), len(t.roots)
    shown = t.relation(relations[-1])
    for base in t.roots[
        rooted:
    ]:  # what the conclusion takes a root of must be shown not to be negative
        if not base.is_nonnegative and not _sure(solver, t(base) >= 0, z3):
            return Replay(
                step, Outcome.UNKNOWN, "Z3", note=f"the root of {text(base)} need not exist"
            )
    solver.push()
    solver.add(*t.facts[known:])
    solver.add(z3.Not(shown))
    answer = answer_of(solver, z3)
    if answer == z3.unsat:
        return Replay(step, Outcome.PROVED, "Z3")
    if answer == z3.sat:
        model, whole = solver.model(), ""
        counts = [t.letter(a) for a in free if a.is_integer]
        if counts:
            answer, found = over_counts(solver, counts, z3)
            if answer == z3.unsat:
                return Replay(step, Outcome.PROVED, "Z3, over whole counts")
            model, whole = (
                (found, "")
                if found is not None
                else (model, "over the reals: the counts are not whole there")
            )
        if t.free and not _refutes(
            relations, {a: model.eval(t.letter(a), model_completion=True) for a in free}
        ):
            if _by_order(solver, t, relations, known):
                return Replay(step, Outcome.PROVED, "Z3 and monotone logarithms and powers")
            return _at_some_points(step, relations)
        point = {
            getattr(a, "name", str(a)): number(model.eval(t.letter(a), model_completion=True))
            for a in sorted(free, key=str)
        }
        return Replay(step, Outcome.FALSE, "Z3", point, whole)
    return Replay(step, Outcome.UNKNOWN, "Z3", note=f"undecided within {TIMEOUT_MS // 1000} s")


def _by_order(solver: Any, t: Translation, relations: Sequence[Any], known: int) -> bool:
    """Whether what is true of logarithms and powers decides it: told of whole products first, and
    of the powers alone where they are not whole, as every fact makes an answer slower.
    """
    found = [
        tuple(dict.fromkeys(p for r in relations for p in products(r, beside)))
        for beside in (True, False)
    ]
    for powers in dict.fromkeys(found):
        solver.add(*monotone.facts(t, powers), *t.facts[known:])
        if answer_of(solver, t.z3) == t.z3.unsat:
            return True
    return False


def _at_some_points(step: Implication, relations: Sequence[Any]) -> Replay:
    """A counterexample where exponents are 1 or 2, and what logarithms are taken of is a number:
    the solver can do the rest.
    """
    powers = {
        s for r in relations for p in r.atoms(sympy.Pow) for s in p.exp.free_symbols if s.is_integer
    }
    inside = {s for r in relations for p in r.atoms(sympy.log) for s in p.free_symbols}
    for k, high in ((1, 2), (2, 10)) if powers or inside else ():
        low = {
            s: Rational(1, 10 * high) if getattr(s, "below", None) is not None else Integer(high)
            for s in inside
        }
        fixed = {**low, **dict.fromkeys(powers, Integer(k))}
        found = _solve(step, [r.subs(fixed) for r in relations])
        if found.outcome is Outcome.FALSE:
            return replace(
                found,
                counterexample={
                    **{str(s): str(v) for s, v in sorted(fixed.items(), key=str)},
                    **(found.counterexample or {}),
                },
            )
    return Replay(
        step,
        Outcome.UNKNOWN,
        "Z3",
        note="the solver knows too little of logarithms and powers to decide it",
    )


def _refutes(relations: Sequence[Any], model: Mapping[Any, Any]) -> bool:
    """Whether the premises, all but the last, are true at the model's point and the last relation
    is false there, in numbers.
    """
    point = {a: _exact(v) for a, v in model.items()}
    *given, then = (_truth(sympy.sympify(r), point) for r in relations)
    return all(g is True for g in given) and then is False


def _truth(r: Any, point: Mapping[Any, Any]) -> bool | None:
    """Whether the relation is true there; None when a side has no real value."""
    if not isinstance(r, BooleanAtom):
        # powers in floats, as 2**(10**9) has no end of digits; all else exactly, as at a bound
        powers = {
            p: p.evalf(60, subs=point) for p in r.atoms(sympy.Pow, sympy.exp) if is_symbolic(p)
        }
        sides = [side.xreplace(powers).subs(point).evalf(30) for side in r.args]
        if not all(side.is_real for side in sides):
            return None
        r = r.func(*sides)
    return bool(r)


def _exact(value: Any) -> Expr:
    if hasattr(value, "as_fraction"):
        exact = value.as_fraction()
        return Rational(exact.numerator, exact.denominator)
    return Rational(value.as_decimal(40).rstrip("?"))


def canonical(r: Any) -> Any:
    """Logarithms and symbolic powers in the factors of what they are taken of: the same quantity
    must become the same atom.
    """
    if isinstance(
        r, sympy.Ge | sympy.Gt
    ):  # one direction, so that the way it is written does not matter
        r = r.reversed
    if r.has(sympy.log):  # in the factors of what they are taken of, however it is written
        logs = r.atoms(sympy.log)
        r = r.xreplace({a: sympy.log(sympy.factor(a.args[0])) for a in logs})
        r = sympy.expand_log(r, factor=True)
    if isinstance(r, Relational) and any(map(is_symbolic, r.atoms(sympy.Pow))):
        r = r.func(*(sympy.powsimp(side, combine="base") for side in r.args))
    return r.replace(is_symbolic, in_factors)


def _sure(solver: Any, fact: Any, z3: Any) -> bool:
    """Whether what the solver holds implies the fact."""
    solver.push()
    solver.add(z3.Not(fact))
    answer = answer_of(solver, z3)
    solver.pop()
    return bool(answer == z3.unsat)


def over_counts(solver: Any, counts: list[Any], z3: Any) -> tuple[Any, Any]:
    """(answer, model) over whole counts: small ones that a reader can check by hand, then any."""
    for value in (1, 2, 10):
        solver.push()
        solver.add(*(c == value for c in counts))
        found = solver.model() if answer_of(solver, z3) == z3.sat else None
        solver.pop()
        if found is not None:
            return z3.sat, found
    solver.push()
    solver.set("timeout", WHOLE_MS)
    solver.add(*(c == z3.ToReal(z3.Int(f"whole {i}", solver.ctx)) for i, c in enumerate(counts)))
    answer = answer_of(solver, z3, WHOLE_MS)
    found = solver.model() if answer == z3.sat else None
    solver.pop()
    return answer, found


def number(value: Any) -> str:
    """A number of the solver's model, to read."""
    if hasattr(value, "as_fraction"):
        exact = value.as_fraction()
        return (
            str(exact)
            if max(abs(exact.numerator), exact.denominator) < 10**6
            else f"{float(exact):.6g}"
        )
    return value.as_decimal(6).rstrip("?") if hasattr(value, "as_decimal") else str(value)
