"""A paper's derivation to read: every step as mathematics with its verdict, the lemmas under it,
and what no step covers.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text
from sympy.logic.boolalg import BooleanAtom

from theorems.language import Claim, Hypothesis, Lemma, Step, Theorem, Use
from theorems.language.grammar import quantities_in
from theorems.language.paper_file import PaperFile
from theorems.reasoning.replay import Outcome, Replay, point_of, replay
from theorems.writing.card import step_line
from theorems.writing.notation import text

MARKS = {
    Outcome.PROVED: ("✓", "green"),
    Outcome.FALSE: ("✗", "bold red"),
    Outcome.VACUOUS: ("✗", "bold red"),
    Outcome.UNKNOWN: ("?", "yellow"),
}


def lemmas(file: PaperFile) -> dict[Lemma, int]:
    """The shared lemmas that the proofs use, with the number of uses."""
    used: dict[Lemma, int] = {}
    for step in dict.fromkeys(s for t in file.theorems for s in t.derivation):
        for x in step.named:
            if isinstance(x, Use):
                used[x.lemma] = used.get(x.lemma, 0) + 1
    return used


def uncovered(theorem: Theorem) -> tuple[str, ...]:
    """The hypotheses and claims that no proved step of the derivation names."""
    proved = [s for s in theorem.derivation if replay(s).outcome is Outcome.PROVED]
    named = {x for step in proved for x in step.named}
    hidden = {q for step in proved for q in step.constants}
    stated: tuple[Hypothesis | Claim, ...] = (*theorem.hypotheses, *theorem.claims)
    return tuple(
        x.name for x in stated if x not in named and not hidden & quantities_in(x.relation)
    )


def broken(file: PaperFile) -> bool:
    """Whether any step is false or rests on contradicting premises."""
    steps = [s for t in file.theorems for s in t.derivation] + [
        s for m in lemmas(file) for s in m.derivation
    ]
    return any(replay(s).outcome in (Outcome.FALSE, Outcome.VACUOUS) for s in steps)


def show(file: PaperFile, out: Console) -> None:
    """The derivation on a terminal."""
    out.print(Text(file.paper.title, style="bold"))
    for t in file.theorems:
        if t.derivation:
            out.print()
            out.rule(Text(t.statement, style="bold"), align="left", style="dim")
        for s in t.derivation:
            _step(replay(s), out)
        missing = uncovered(t)
        if missing:
            of = "" if t.derivation else f"{t.statement}: "
            out.print(Text(f"{of}no step speaks of: {', '.join(missing)}", style="dim"))
    for lemma, uses in lemmas(file).items():
        out.print()
        out.rule(Text(f"Lemma: {lemma.name}", style="bold"), align="left", style="dim")
        out.print(Text(f"{lemma.says} Used {uses}×. {lemma.source}.", style="dim"))
        premises = [text(r) for r in lemma.given if not isinstance(r, BooleanAtom)]
        given = f"{', '.join(premises)} ⟹ " if premises else ""
        out.print(
            Text(
                f"  {given}{text(lemma.then)}"
                + (
                    f", with probability at least {text(lemma.probability)}"
                    if lemma.probability != 1
                    else ""
                )
            )
        )
        for s in lemma.derivation:
            _step(replay(s), out)
    out.print()
    out.print(Text(headline(file), style="bold"))


def _step(r: Replay, out: Console) -> None:
    mark, colour = MARKS[r.outcome]
    line = Text(f"{mark} ", style=colour)
    line.append(r.step.name, style="bold")
    line.append(f"  [{r.step.at}]  {r.outcome} by {r.engine}", style="dim")
    out.print(line)
    out.print(Text(f"    {step_line(r.step)}"))
    if r.counterexample:
        out.print(Text(f"    fails at {point_of(r.counterexample)}", style=colour))
    elif r.note:
        out.print(Text(f"    {r.note}", style="dim"))


def headline(file: PaperFile) -> str:
    """The steps counted, and the share of relations that none of them covers."""
    replays = [replay(s) for t in file.theorems for s in t.derivation]
    proved = sum(r.outcome is Outcome.PROVED for r in replays)
    stated = [x for t in file.theorems for x in (*t.hypotheses, *t.claims)]
    bare = sum(len(uncovered(t)) for t in file.theorems)
    return f"{proved} of {len(replays)} steps proved; {len(stated) - bare} of {len(stated)} hypotheses and claims are linked by a step"


def tree(file: PaperFile) -> dict[str, Any]:
    """The derivation for a program."""
    return {
        "theorem": file.paper.key,
        "headline": headline(file),
        "statements": [
            {
                "statement": t.statement,
                "steps": [_branch(s) for s in t.derivation],
                "uncovered": list(uncovered(t)),
            }
            for t in file.theorems
        ],
        "lemmas": [
            {
                "name": m.name,
                "uses": n,
                "source": m.source,
                "steps": [_branch(s) for s in m.derivation],
            }
            for m, n in lemmas(file).items()
        ],
    }


def _branch(step: Step) -> dict[str, Any]:
    r = replay(step)
    return {
        "name": step.name,
        "at": step.at,
        "kind": type(step).__name__,
        "mathematics": step_line(step),
        "outcome": str(r.outcome),
        "engine": r.engine,
        "counterexample": r.counterexample,
        "note": r.note,
    }
