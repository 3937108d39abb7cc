"""How far a theorem file can be trusted: typed twice, linked by steps, witnessed, locked; and what
would help.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reports.judging.findings import Regime
from reports.judging.layer import Layer
from reports.studies.inside import missed
from reports.studies.proof import uncovered
from theorems.language import Theorem
from theorems.language.paper_file import PaperFile
from theorems.reasoning.consistency import excluding
from theorems.writing.notation import text
from theorems.writing.transcription import Typed, path_of


def layers(
    file: PaperFile, typed: tuple[Typed, ...], regimes: Sequence[Regime]
) -> tuple[Layer, ...]:
    """A line each for the second typing, the derivation, the runs inside the hypotheses, hypotheses
    that exclude each other, and the lock; a missing one says how to add it.
    """
    path = path_of(file)
    twice, agree = sum(x.typed is not None for x in typed), sum(x.agrees for x in typed)
    stated = [x for t in file.theorems for x in (*t.hypotheses, *t.claims)]
    bare = [name for t in file.theorems for name in uncovered(t)]
    locked = lock_of(file).is_file()
    return (
        Layer(
            twice > 0,
            f"second typing: {agree} of {len(typed)} relations typed twice and equal"
            if twice
            else f"second typing: none; write every relation once more, as the paper prints it, in transcription/{path.name}",
        ),
        Layer(
            len(bare) < len(stated),
            f"proof: {len(stated) - len(bare)} of {len(stated)} hypotheses and claims are linked by a replayed step"
            + (
                ""
                if len(bare) < len(stated)
                else "; add derivation=(Implication(...), ...) so that a wrong exponent cannot pass"
            ),
        ),
        _feasible(file, regimes),
        *_excluded(file, regimes),
        Layer(
            locked,
            "lock: committed, check regress compares"
            if locked
            else f"lock: none; check regress {called(file)} --update",
        ),
    )


def _feasible(file: PaperFile, regimes: Sequence[Regime]) -> Layer:
    """Which statements were inside their hypotheses in a run, and why the others were not."""
    stated = [t for t in file.theorems if t.setting is not None and t.hypotheses]
    inside = {g.theorem.statement for g in regimes if was_inside(g)}
    outside = [
        f"{t.statement} ({_reason(t, regimes)})" for t in stated if t.statement not in inside
    ]
    return Layer(
        len(outside) < len(stated) or not stated,
        f"witness: {len(stated) - len(outside)} of {len(stated)} statements with hypotheses were feasible in a run"
        + (f"; no claim can be confirmed of {', '.join(outside)}" if outside else ""),
    )


def _reason(theorem: Theorem, regimes: Sequence[Regime]) -> str:
    """Why no run of the statement was inside its hypotheses."""
    tried = [g for g in regimes if g.theorem.statement == theorem.statement]
    if hidden := sorted({q.text for h in theorem.hypotheses for q in h.hides}):
        return f"{', '.join(hidden)} is hidden in the paper"
    if not_run := [g.why for g in tried if g.name == "in"]:
        return not_run[0]
    if theorem.witness is None:
        return "it names no witness"
    return next((g.why for g in tried if missed(g)), "its witness was not run")


def was_inside(g: Regime) -> bool:
    """Whether every hypothesis held in what was run, or of the data."""
    return g.name == "in" and g.was_run


def _excluded(file: PaperFile, regimes: Sequence[Regime]) -> Iterator[Layer]:
    """A line for every statement whose hypotheses exclude each other; a run inside them shows that
    they do not.
    """
    inside = {g.theorem.statement for g in regimes if was_inside(g)}
    for t in file.theorems:
        if t.statement not in inside and (core := excluding(t.hypotheses)):
            words = ", ".join(text(h.relation) for h in core)
            yield Layer(False, f"{t.statement}: the hypotheses exclude each other: {words}")


def called(file: PaperFile) -> str:
    """What the user calls the file by: its key, or its path."""
    ours = file.path.parent.name == "theorems"
    return file.paper.key if ours else f"./{file.path.name}"


def lock_of(file: PaperFile) -> Path:
    """Where the lock of a theorem file stands: reports/regress/lock/ for the catalogue, lock/
    beside any other file.
    """
    here = file.path
    reports = Path(__file__).parent.parent
    ours = here.parent == reports.parent / "theorems"
    return (reports / "regress" if ours else here.parent) / "lock" / f"{here.stem}.json"
