"""A paper's theorems to read: plain text with Unicode mathematics, LaTeX, or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sympy import S
from sympy.logic.boolalg import BooleanAtom

from theorems.language.derivation import (
    Consistent,
    Grows,
    Identity,
    Implication,
    SameOrder,
    Solved,
    Step,
)
from theorems.language.paper_file import PaperFile
from theorems.writing.notation import tex, text
from theorems.language.statement import Claim, Hypothesis, Law, Theorem

Write = Callable[[Any], str]  # an expression as plain text, or as LaTeX


def quantifier(stated: Claim | Hypothesis, write: Write = text) -> str:
    """Quantifier, probability and scale of a statement in words; a hypothesis holds at every step
    unless it says otherwise.
    """
    over = stated.over
    words = [over.words(write)] if over is not None else []
    if isinstance(stated, Claim):
        words += ["in expectation over the initialization"] if stated.expected else []
        if stated.probability != S.One:
            words.append(f"with probability at least {write(stated.probability)}")
    words += [f"on the scale of {write(stated.scale)}"] if stated.scale is not None else []
    return ", ".join(words)


def law_order(law: Law) -> str:
    """What a law compares with, in one line: the power of its letter, logarithm and direction."""
    along, down = text(law.along), law.to is S.Zero
    logarithm = (
        f" log({'1/' if down else ''}{along})^({law.log_exponent})" if law.log_exponent else ""
    )
    return f"{along}^({law.exponent}){logarithm}{f' as {along} → 0' if down else ''}"


def step_line(step: Step, write: Write = text) -> str:
    """A step of the derivation in one line."""
    return LINES[type(step)](step, write)


def _equality(step: Identity, write: Write) -> str:
    return f"{write(step.left)} = {write(step.right)}"


def _implied(step: Implication, write: Write) -> str:
    said = _said(step.premises, write)
    return f"{said} ⟹ {write(step.conclusion)}" if said else write(step.conclusion)


def _together(step: Consistent, write: Write) -> str:
    return f"{_said(step.premises, write)} together"


def _said(premises: Iterable[Any], write: Write) -> str:
    """The premises without those that always hold."""
    return ", ".join(write(r) for r in premises if not isinstance(r, BooleanAtom))


def _threshold(step: Solved, write: Write) -> str:
    return f"{write(step.when)} ⟺ {write(step.letter)} ≥ {write(step.bound)}"


def _bounded(step: Grows, write: Write) -> str:
    upto = f" < {write(step.before)}" if step.before.is_finite else ""
    domain = f"{write(step.first)} ≤ {write(step.along)}{upto}"
    return f"{write(step.left)} ≤ {write(step.right)} for {domain}"


def _ordered(step: SameOrder, write: Write) -> str:
    where = ", ".join(f"{write(q)} = {write(e)}" for q, e in step.where.items())
    along = ", ".join(map(write, step.along))
    return f"{write(step.left)} ≍ {write(step.right)} in {along}{f' for {where}' if where else ''}"


LINES: Mapping[type[Step], Callable[[Any, Write], str]] = {
    Identity: _equality,
    Implication: _implied,
    Consistent: _together,
    Solved: _threshold,
    Grows: _bounded,
    SameOrder: _ordered,
}


def line(stated: Step | Theorem, write: Write = text) -> str:
    """A step, or a statement's hypotheses and claims, in one line."""
    if not isinstance(stated, Theorem):
        return step_line(stated, write)
    given, then = (
        mark.join(
            f"{write(x.relation)}{f' {words}' if (words := quantifier(x, write)) else ''}"
            for x in items
        )
        for mark, items in ((", ", stated.hypotheses), ("; ", stated.claims))
    )
    return f"{given} ⟹ {then}" if given else then


def as_text(file: PaperFile) -> str:
    """Statement, hypotheses, claims, laws, derivation and sources, for a terminal."""
    return "\n".join(_text(file)) + "\n"


def _text(file: PaperFile) -> Iterator[str]:
    p = file.paper
    yield p.title
    yield p.citation
    for t in file.theorems:
        yield f"\n{t.statement}{'  (our own)' if t.form == 'ours' else ''}\n{'─' * len(t.statement)}"
        yield t.says
        if t.setting is not None:
            yield f"setting: {t.setting.text}"
        yield from _rows(
            "letters",
            (
                (q.text.replace("({})", ""), q.meaning, q.of.text if q.of is not None else "")
                for q in t.quantities
            ),
        )
        yield from _rows(
            "where", ((f"{text(d)} = {text(d.definition)}", d.meaning) for d in t.abbreviations)
        )
        yield from _rows(
            "if",
            (
                (text(h.relation), quantifier(h), h.name, f"[{h.at}; {h.form}]")
                for h in t.hypotheses
            ),
        )
        yield from _rows(
            "then",
            ((text(c.relation), quantifier(c), c.name, f"[{c.at}; {c.form}]") for c in t.claims),
        )
        yield from _rows(
            "laws",
            ((f"{text(w.of)} ~ {law_order(w)}", w.kind, w.name, f"[{w.at}]") for w in t.laws),
        )
        yield from _rows("because", ((d.name, step_line(d), f"[{d.at}]") for d in t.derivation))
    if file.errata:
        yield "\nAs printed, as corrected\n────────────────────────"
    for e in file.errata:
        yield f"{e.at} ({e.kind}): {e.remark}"
        yield f"  as printed:   {line(e.printed)}"
        yield f"  as corrected: {line(e.corrected)}"


def _rows(title: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    table = [tuple(r) for r in rows]
    if not table:
        return
    widths = [min(64, max(len(r[i]) for r in table)) for i in range(len(table[0]))]
    yield f"{title}:"
    for r in table:
        yield ("  " + "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True))).rstrip()


def as_latex(file: PaperFile) -> str:
    """The theorems as LaTeX, one environment each."""
    lines = [f"% {file.paper.key}: {file.paper.title}"]
    for t in file.theorems:
        lines += [
            rf"\begin{{theorem}}[{t.statement}{', ours' if t.form == 'ours' else ''}]",
            t.says,
        ]
        if t.abbreviations:
            lines += [
                "Let "
                + ", ".join(f"${tex(d)} = {tex(d.definition)}$" for d in t.abbreviations)
                + "."
            ]
        for word, items in (("If", t.hypotheses), ("then", t.claims)):
            if items:
                lines += [
                    word,
                    r"\begin{align*}",
                    " \\\\\n".join(
                        rf"  & {tex(x.relation)} && \text{{{_plain(x)}}}" for x in items
                    ),
                    r"\end{align*}",
                ]
        lines += [r"\end{theorem}", ""]
    return "\n".join(lines)


def _plain(x: Any) -> str:
    words = f"{x.name} ({x.at})" + (
        f", {quantifier(x, lambda e: f'${tex(e)}$')}"
        if isinstance(x, Claim | Hypothesis) and quantifier(x)
        else ""
    )
    return words.replace("≥", r"$\ge$").replace("≤", r"$\le$").replace("→ ∞", r"$\to\infty$")


def tree(file: PaperFile) -> dict[str, Any]:
    """The declarations for a program: relations both as SymPy strings and as LaTeX."""
    p = file.paper
    return {
        "key": p.key,
        "title": p.title,
        "authors": list(p.authors),
        "year": p.year,
        "venue": p.venue,
        "arxiv": p.arxiv,
        "theorems": [_theorem(t) for t in file.theorems],
        "errata": [
            {
                "at": e.at,
                "kind": e.kind,
                "remark": e.remark,
                "printed": line(e.printed),
                "corrected": line(e.corrected),
            }
            for e in file.errata
        ],
    }


def _theorem(t: Theorem) -> dict[str, Any]:
    def relation(r: Any) -> dict[str, str]:
        return {"relation": str(r), "text": text(r), "latex": tex(r)}

    return {
        "statement": t.statement,
        "says": t.says,
        "form": t.form,
        "setting": t.setting.text if t.setting else None,
        "quantities": [
            {
                "name": q.name,
                "meaning": q.meaning,
                "about": str(q.about),
                "measured": q.of.text if q.of is not None else None,
            }
            for q in t.quantities
        ],
        "where": [
            {"name": d.name, "meaning": d.meaning, **relation(d.definition)}
            for d in t.abbreviations
        ],
        "hypotheses": [
            {
                "name": h.name,
                "at": h.at,
                "form": h.form,
                "about": str(h.about),
                "quantifier": quantifier(h),
                **relation(h.relation),
            }
            for h in t.hypotheses
        ],
        "claims": [
            {
                "name": c.name,
                "at": c.at,
                "form": c.form,
                "quantifier": quantifier(c),
                **relation(c.relation),
            }
            for c in t.claims
        ],
        "laws": [
            {
                "name": w.name,
                "of": str(w.of),
                "along": w.along.name,
                "to": str(w.to),
                "exponent": str(w.exponent),
                "kind": w.kind,
                "at": w.at,
            }
            for w in t.laws
        ],
        "derivation": [
            {"name": d.name, "at": d.at, "kind": type(d).__name__, "text": step_line(d)}
            for d in t.derivation
        ],
    }
