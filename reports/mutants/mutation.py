"""Wrong versions of a theorem, generated from its declarations: what a slip of the pen can do to
each relation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Expr, Integer, Pow, Rational, S, Wild, exp, sqrt, sympify
from sympy.core.relational import Relational

from theorems.language.frozen import Frozen
from theorems.language.lemma import Use
from theorems.language.measurement import Term, lifted
from theorems.language.quantity import About, At, Defined, Observable, Quantity
from theorems.language.setting import Setting
from theorems.language.statement import Claim, Hypothesis, Law, Theorem
from theorems.problem import BadInput
from theorems.writing.notation import text

HUGE = Integer(10) ** 30  # a bound that says nothing
POWERS = (About.SCALE, About.DATA)  # letters whose exponents are tried


@dataclass(frozen=True)
class Mutant:
    """A wrong version: its class, what was changed in words, the changed theorem (None: it cannot
    even be built), and what to compare.

    `changed` is the relation in its new form; None for a setting or an abbreviation.
    """

    statement: str
    kind: str
    change: str
    theorem: Theorem | None
    original: Hypothesis | Claim | Law | None = None
    changed: Hypothesis | Claim | Law | None = None


def mutants(theorem: Theorem) -> Iterator[Mutant]:
    """Every wrong version of one statement, in a fixed order."""
    yield from _relations_changed(theorem)
    yield from _complements(theorem)
    yield from (_dropped(theorem, h) for h in theorem.hypotheses)
    yield from _laws_changed(theorem)
    for d in theorem.abbreviations:
        for kind, words, definition in _expressions(d.definition):
            yield _redefined(theorem, d, definition, kind, f"{d.name}: {words}")
    yield from _settings(theorem)
    yield from _impossible(theorem)


def _relations_changed(theorem: Theorem) -> Iterator[Mutant]:
    stated: tuple[Hypothesis | Claim, ...] = (*theorem.hypotheses, *theorem.claims)
    for x in stated:
        for kind, words, relation in _relations(x, theorem):
            if isinstance(relation, Relational) and (new := _stated(x, relation)):
                yield _replaced(theorem, x, new, kind, f"{x.name}: {words}")


def _complements(theorem: Theorem) -> Iterator[Mutant]:
    for c in theorem.claims:
        if c.probability not in (S.One, S.Half):  # the complement of one half is itself
            new = replace(c, probability=1 - c.probability)
            yield _replaced(theorem, c, new, "probability", f"{c.name}: δ for 1 − δ")


def _laws_changed(theorem: Theorem) -> Iterator[Mutant]:
    for w in theorem.laws:
        for shift in (Rational(1, 2), -Rational(1, 2)):
            new = replace(w, exponent=w.exponent + shift)
            words = f"{w.name}: {w.exponent} → {new.exponent}"
            yield _replaced(theorem, w, new, "exponent", words)


def _stated(x: Hypothesis | Claim, relation: Relational) -> Hypothesis | Claim | None:
    """The same with another relation; None where the language does not take it, as the average of a
    right side.
    """
    try:
        return replace(x, relation=relation)
    except BadInput:
        return None


def _relations(x: Hypothesis | Claim, theorem: Theorem) -> Iterator[tuple[str, str, Any]]:
    r = x.relation
    for kind, words, right in _expressions(r.rhs):
        yield kind, words, r.func(r.lhs, right)
    if r.rel_op in ("<=", "<", ">=", ">"):
        yield "direction", "flipped", r.reversedsign.func(r.lhs, r.rhs)
    if isinstance(x, Claim):
        yield from _claims(x, theorem)
    hidden = {
        q: Integer(1) for q in r.free_symbols if isinstance(q, Quantity) and q.about is About.HIDDEN
    }
    if hidden:
        yield (
            "hidden constant",
            f"{', '.join(map(str, hidden))} silently 1",
            r.func(r.lhs, r.rhs.xreplace(hidden)),
        )


def _expressions(e: Expr) -> Iterator[tuple[str, str, Expr]]:
    """Constants, exponents, dropped roots and factors; 0 has none, and its place is taken by an
    absurd bound.
    """
    if e == 0:
        yield "unsatisfiable", "0 → 10^30", HUGE
        return
    for factor in (Integer(2), Rational(1, 2), Rational(101, 100)):
        yield "constant", f"times {factor}", factor * e
    letters = {
        q
        for q in e.free_symbols
        if isinstance(q, Quantity) and q.about in POWERS and not isinstance(q, Defined | Observable)
    }
    for q in sorted(letters, key=str):
        yield "exponent", f"times {q}", e * q
        yield "exponent", f"over {q}", e / q
    for part in sorted((a for a in e.atoms(Pow) if a.exp in (S.Half, -S.Half)), key=str):
        yield "dropped root", f"{text(part)} → {text(part**2)}", e.xreplace({part: part**2})
    failures = {q: 1 - q for q in e.free_symbols if getattr(q, "below", None) == 1}
    if failures:
        yield "probability", "δ → 1 − δ in the bound", e.xreplace(failures)


def _claims(c: Claim, theorem: Theorem) -> Iterator[tuple[str, str, Any]]:
    r = c.relation
    index = getattr(c.over, "index", None)
    if index is not None and r.rhs.has(index) and r.rhs.subs(index, index + 1) != r.rhs:
        yield (
            "step",
            f"{index} → {index} + 1 in the bound",
            r.func(r.lhs, r.rhs.subs(index, index + 1)),
        )
    yield from _rates(r, index)
    if r.rel_op in ("<=", "<"):
        yield "trivial", "plus 10^30", r.func(r.lhs, r.rhs + HUGE)
    seen = {
        a.observable
        for x in theorem.claims
        for a in x.relation.lhs.atoms(At)
        if a.observable.about is About.TRAJECTORY
    }
    for call in sorted(r.lhs.atoms(At), key=str):
        for other in sorted(seen - {call.observable}, key=str):
            if call.observable in seen:
                yield (
                    "observable",
                    f"{other} for {call.observable}",
                    r.func(r.lhs.xreplace({call: other(call.argument)}), r.rhs),
                )


def _rates(r: Relational, index: Quantity | None) -> Iterator[tuple[str, str, Any]]:
    """A geometric or exponential rate, twice and half as fast."""
    base, power = Wild("base"), Wild("power")
    for part in sorted(r.rhs.atoms(Pow, exp), key=str):
        if index is None or not part.exp.has(index):
            continue
        for words, factor in (("twice as fast", 2), ("half as fast", Rational(1, 2))):
            found = part.match(base**power)
            if found and not found[base].has(S.Exp1):
                new: Any = Pow(1 - factor * (1 - part.base), part.exp)
            else:
                new = exp(factor * part.exp)
            yield "rate", words, r.func(r.lhs, r.rhs.xreplace({part: new}))


def _scaled(s: Setting, factor: Any) -> Setting:
    """The setting with its outputs multiplied, in the loss too."""
    assert s.outputs is not None
    outputs = factor * s.outputs
    return replace(s, outputs=outputs, loss=s.loss.replaced({s.outputs: outputs}))


def _drawn(s: Setting, start: Frozen[Term, Any]) -> Setting:
    """The setting with another start, which its reference run shares."""
    other = None if s.reference is None else replace(s.reference, start=start)
    return replace(s, start=start, reference=other)


def _settings(theorem: Theorem) -> Iterator[Mutant]:
    s = theorem.setting
    if s is None:
        return
    width, points = theorem.scale.width, theorem.scale.samples
    tried: list[tuple[str, str, Any]] = [
        ("loss", f"loss times {f}", replace(s, loss=f * s.loss))
        for f in (Integer(2), Rational(1, 2), Rational(1, 4))
    ]
    if points is not None:
        tried.append(("loss", "loss over n", replace(s, loss=s.loss / points)))
    if width is not None and s.outputs is not None:
        tried += [
            ("initialization scale", f"output times {f}", _scaled(s, f))
            for f in (1 / sqrt(width), sqrt(width), Rational(1, 2))
        ]
    tried += [
        (
            "initialization scale",
            f"{p.text} drawn {f} times as large",
            _drawn(s, Frozen({**s.start, p: f * s.start[p]})),
        )
        for p in s.parameters
        for f in (Integer(2), Rational(1, 2))
        if p in s.trained and s.start[p] != lifted(0)
    ]
    for kind, words, setting in tried:
        if setting != s:
            yield Mutant(theorem.statement, kind, words, replace(theorem, setting=setting))


def _impossible(theorem: Theorem) -> Iterator[Mutant]:
    letter = theorem.scale.failure
    if letter is not None:
        extra = Hypothesis("planted", letter > 1, at="planted")
        yield Mutant(
            theorem.statement,
            "unsatisfiable",
            f"with the hypothesis {letter} > 1",
            replace(theorem, hypotheses=(*theorem.hypotheses, extra)),
            None,
            extra,
        )


def _dropped(theorem: Theorem, h: Hypothesis) -> Mutant:
    rest = tuple(x for x in theorem.hypotheses if x is not h)
    try:
        changed = replace(theorem, hypotheses=rest)
    except BadInput:  # a step rests on it
        changed = None
    return Mutant(theorem.statement, "dropped hypothesis", h.name, changed, h)


def _replaced(theorem: Theorem, old: Any, new: Any, kind: str, words: str) -> Mutant:
    """The theorem with one relation in its new form, wherever its proof names it."""

    def swap(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(new if x == old else x for x in items)

    steps = (
        s.exchanged(lambda x: new if x == old else x) if old in s.named else s
        for s in theorem.derivation
    )
    changed = replace(
        theorem,
        hypotheses=swap(theorem.hypotheses),
        claims=swap(theorem.claims),
        laws=swap(theorem.laws),
        derivation=tuple(steps),
    )
    return Mutant(theorem.statement, kind, words, changed, old, new)


def _redefined(
    theorem: Theorem, letter: Defined, definition: Expr, kind: str, words: str
) -> Mutant:
    """The theorem with another meaning of an abbreviation, and of those that rest on it."""
    mapping: dict[Any, Any] = {letter: _with(letter, definition)}
    for other in theorem.abbreviations:
        if other != letter and other.definition.has(*mapping):
            mapping[other] = _with(other, other.definition.xreplace(mapping))
    return Mutant(theorem.statement, kind, words, _rebuilt(theorem, mapping))


def _with(letter: Defined, definition: Expr) -> Defined:
    signs = dict(letter._assumptions_orig) | {"text": letter.text, "tex": letter.tex}
    return Defined(
        letter.name, letter.meaning, definition, **{k: v for k, v in signs.items() if k != "real"}
    )


def _rebuilt(theorem: Theorem, mapping: Mapping[Any, Any]) -> Theorem:
    """The theorem with expressions exchanged in every relation and step."""

    def new(x: Any) -> Any:
        last, scale = x.over.ends if x.over else None, x.scale
        over = x.over if last is None else replace(x.over, last=last.xreplace(mapping))
        scale = None if scale is None else scale.xreplace(mapping)
        return replace(x, relation=x.relation.xreplace(mapping), over=over, scale=scale)

    def inside(x: Any) -> Any:
        if isinstance(x, Use):
            return replace(x, values=Frozen({q: e.xreplace(mapping) for q, e in x.values.items()}))
        return new(x) if isinstance(x, Hypothesis | Claim) else x.xreplace(mapping)

    return replace(
        theorem,
        hypotheses=tuple(map(new, theorem.hypotheses)),
        claims=tuple(map(new, theorem.claims)),
        derivation=tuple(s.exchanged(inside) for s in theorem.derivation),
    )


def rewrites(theorem: Theorem) -> Iterator[Mutant]:
    """True versions in other words: expanded, factored, sides exchanged; none of them may be
    noticed.
    """
    stated: tuple[Hypothesis | Claim, ...] = (*theorem.hypotheses, *theorem.claims)
    for x in stated:
        r = x.relation
        forms = (
            ("expanded", r.func(r.lhs, sympy.expand(r.rhs))),
            ("factored", r.func(r.lhs, sympy.factor(r.rhs))),
            ("sides exchanged", r.reversed),
        )
        for words, relation in forms:
            if (
                relation != r
                and isinstance(relation, Relational)
                and sympify(relation) not in (True, False)
                and (new := _stated(x, relation))
            ):
                yield _replaced(theorem, x, new, "rewrite", f"{x.name}: {words}")
