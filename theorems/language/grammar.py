"""What a statement may say: whatever loads has a judge, and what has none is refused here."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Dummy, Expr, S
from sympy.core.relational import Relational

from theorems.language.moment import Moment
from theorems.language.quantifier import QUANTIFIERS, Each, Limit, Quantifier
from theorems.language.quantity import About, At, Quantity, expanded
from theorems.problem import BadInput

LEVELS = (About.INDEX, About.SCALE, About.HIDDEN, About.DATA, About.DRAW, About.TRAJECTORY)
FORMS = ("as printed", "as corrected", "ours")
OPS = ("<=", "<", ">=", ">", "==")
# functions that ball arithmetic and the intervals of a run know
FUNCTIONS = (
    sympy.log,
    sympy.exp,
    sympy.Abs,
    sympy.erf,
    sympy.acos,
    sympy.ceiling,
    sympy.floor,
    sympy.Max,
    sympy.Min,
)


def quantities_in(*expressions: Any) -> frozenset[Quantity]:
    """The quantities in SymPy expressions, abbreviations written out; BadInput for a bare Symbol,
    whose meaning nobody knows.
    """
    found = frozenset().union(*(expanded(e).free_symbols for e in expressions))
    for symbol in found:
        if not isinstance(symbol, Quantity):
            raise BadInput(
                "relation",
                str(symbol),
                "every letter must be declared as a quantity with a meaning",
            )
    return found


def levels(expression: Any) -> set[About]:
    """The levels an expression mentions; an observable at step 0 is a function of the draw."""
    expression = expanded(expression)
    started = {a: Dummy() for a in expression.atoms(At) if a.argument == 0}
    rest = expression.subs(started).atoms(Quantity)
    return {q.about for q in rest} | ({About.DRAW} if started else set())


def level(expression: Any) -> About:
    """The latest level among the quantities of an expression: where its truth becomes known."""
    return max(levels(expression), key=LEVELS.index, default=About.SCALE)


def latest(relation: Any) -> About:
    """The level at which a relation is decided, its hidden constants left aside."""
    return max(levels(relation) - {About.HIDDEN}, key=LEVELS.index, default=About.SCALE)


def indices(relation: Any) -> set[Quantity]:
    """The steps and times that a relation speaks of."""
    return {q for q in quantities_in(relation) if q.about is About.INDEX}


def address(field: str, at: str) -> None:
    """BadInput when a relation does not say where it stands."""
    if not at.strip():
        raise BadInput(
            f"{field}: at", at, "every relation needs its address, e.g. at='Theorem 4.1'"
        )


def is_relation(field: str, relation: Any, ops: tuple[str, ...] = (*OPS, "!=")) -> None:
    """BadInput for what is no relation between known letters that a judge can evaluate."""
    if relation in (True, S.true, False, S.false):
        raise BadInput(
            field,
            str(relation),
            "the declared domains already decide this relation; it says nothing",
        )
    if not isinstance(relation, Relational):
        raise BadInput(field, str(relation), "it must be a relation such as m >= n**2")
    quantities_in(relation)
    if relation.rel_op not in ops:
        raise BadInput(field, str(relation), f"its sign may be one of {' '.join(ops)}")
    for side in expanded(relation).args:
        evaluable(field, side)


def evaluable(field: str, e: Expr) -> None:
    """BadInput for an operation that cannot be evaluated with its rounding."""
    if isinstance(e, At | Moment | Quantity) or e.is_Number or e.is_NumberSymbol:
        if e.is_finite is False or e is S.NaN:
            raise BadInput(field, str(e), "a side must be finite")
        return
    if not (e.is_Add or e.is_Mul or e.is_Pow or e.func in FUNCTIONS):
        names = ", ".join(f.__name__ for f in FUNCTIONS)
        raise BadInput(field, e.func.__name__, f"a relation may hold + - * / ** and {names}")
    for part in e.args:
        evaluable(field, part)


def bound(field: str, relation: Relational, over: Quantifier | None) -> None:
    """BadInput when the index and its quantifier disagree, or the quantifier cannot bind this."""
    if over is not None and type(over) not in QUANTIFIERS:
        names = ", ".join(q.__name__ for q in QUANTIFIERS)
        raise BadInput(f"{field}: over", str(over), f"it may be one of {names}")
    here = indices(relation)
    if here != ({over.index} if over else set()):
        raise BadInput(
            field,
            ", ".join(sorted(map(str, here))) or "no index",
            "its index and its quantifier must agree, e.g. over=Each(k)",
        )
    for call in sorted(expanded(relation).atoms(At), key=str):
        _taken(field, call, over)
    _bare(field, relation)
    if over is None:
        return
    if why := over.refusal(relation.rel_op, over.index in quantities_in(relation.rhs)):
        raise BadInput(field, str(relation), why)
    if over.ends is not None:
        _ending(field, over)


def _taken(field: str, call: At, over: Quantifier | None) -> None:
    """An observable of the run is read at the start, or at the bound index shifted by a whole
    number; one of the draw at no step.
    """
    index = None if over is None else over.index
    if call.observable.about is not About.TRAJECTORY:
        if index is not None and call.argument.has(index):
            raise BadInput(field, str(call), "what the draw decides does not vary with the step")
        return
    if call.argument == 0:
        return
    shift = call.argument if index is None else call.argument - index
    if index is None or not shift.is_Integer or (shift != 0 and not index.is_integer):
        raise BadInput(
            field,
            str(call),
            "an observable may be taken at 0, at the claim's index, or at the index plus a whole number",
        )
    if over is not None and over.starts + shift < 0:
        raise BadInput(field, str(call), f"there is no step {over.starts + shift}")


def _bare(field: str, relation: Relational) -> None:
    """BadInput for an observable of the run that is taken at no step."""
    if found := expanded(relation).atoms(Moment):
        first = str(min(found, key=str))
        raise BadInput(field, first, "laws and limits in a letter alone read it")
    rest = expanded(relation)
    rest = rest.xreplace({a: Dummy() for a in rest.atoms(At)})
    for q in sorted(rest.atoms(Quantity), key=str):
        if q.about is About.TRAJECTORY:
            raise BadInput(field, str(q), f"it varies along the run: say {q}(k) or {q}(0)")


def _ending(field: str, over: Quantifier) -> None:
    last = expanded(over.ends)
    evaluable(f"{field}: last", last)
    if found := levels(last) & {About.INDEX, About.TRAJECTORY}:
        raise BadInput(f"{field}: last", str(last), f"it may not depend on the {sorted(found)[0]}")
    if last.is_number and last < over.starts:
        raise BadInput(f"{field}: last", str(last), f"it must be at least {over.starts}")


def scaled(field: str, relation: Relational, scale: Expr | None, needed: bool) -> None:
    """BadInput for an equation with 0 that names no absolute scale, and for a scale that nobody
    reads.

    needed: whether equations are decided on measured numbers here.
    """
    equation = relation.rel_op == "==" and needed
    if scale is None:
        if equation and 0 in relation.args:
            raise BadInput(
                f"{field}: scale",
                str(relation),
                "nothing measured is 0 exactly: name the size beside which it is 0, e.g. scale=1",
            )
        return
    if not equation:
        raise BadInput(
            f"{field}: scale", str(scale), "only an equation of what is measured has one"
        )
    evaluable(f"{field}: scale", expanded(scale))
    if level(scale) not in (About.SCALE, About.DATA) or scale.is_positive is False:
        raise BadInput(
            f"{field}: scale", str(scale), "it must be positive, and of the scale or the data alone"
        )


def promised(field: str, probability: Expr) -> None:
    """BadInput for a probability that depends on more than the scale, or that lies outside (0, 1]
    whatever its letters are.
    """
    if level(probability) is not About.SCALE:
        raise BadInput(
            f"{field}: probability",
            str(probability),
            "it may depend on the scale alone, e.g. 1 - delta",
        )
    # a failure probability delta in (0, 1) is 1/(1 + x) with some x > 0
    free = {
        q: 1 / (1 + Dummy(positive=True))
        for q in expanded(probability).free_symbols
        if getattr(q, "below", None) == 1
    }
    value = sympy.cancel(expanded(probability).xreplace(free))
    if value.is_nonpositive:
        raise BadInput(
            f"{field}: probability", str(probability), "it is never positive: this claims nothing"
        )
    if (value - 1).is_positive:
        raise BadInput(f"{field}: probability", str(probability), "it is always above 1")


def agreeing(field: str, over: Quantifier | None, probability: Expr, expected: bool) -> None:
    """BadInput for a mean or a probability that means nothing beside this quantifier."""
    if expected and probability != 1:
        raise BadInput(f"{field}: expected", str(probability), "a mean has no probability")
    if expected and not (over is None or over.averages):
        raise BadInput(
            f"{field}: expected",
            type(over).__name__,
            "a mean over the draws goes with Each, with Average, or with no step",
        )
    if isinstance(over, Each) and over.separately and (expected or probability == 1):
        raise BadInput(
            f"{field}: over",
            "separately",
            "steps differ from all steps together only under a probability below 1",
        )


def unlimited(field: str, over: Quantifier | None) -> None:
    """BadInput for a hypothesis that no finite run can decide."""
    if isinstance(over, Limit):
        raise BadInput(f"{field}: over", "Limit", "no finite run can decide this hypothesis")
    if isinstance(over, Each) and over.separately:
        raise BadInput(f"{field}: over", "separately", "a hypothesis has no probability")
