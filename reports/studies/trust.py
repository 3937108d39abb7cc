"""How far a theorem file can be trusted: typed twice, linked by steps, witnessed, locked; and what
would help.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from reports.studies.proof import uncovered
from theorems.language import Theorem
from theorems.writing.transcription import Typed, path_of


@dataclass(frozen=True)
class Layer:
    """One of the layers that a file may have: whether it is there, and a line about it."""

    there: bool
    says: str


def layers(module: ModuleType, typed: tuple[Typed, ...]) -> tuple[Layer, ...]:
    """A line each for the second typing, the derivation, the witnesses and the lock; a missing one
    says how to add it.
    """
    path = path_of(module)
    twice, agree = sum(x.typed is not None for x in typed), sum(x.agrees for x in typed)
    stated = [x for t in module.theorems for x in (*t.hypotheses, *t.claims)]
    bare = [name for t in module.theorems for name in uncovered(t)]
    trained = [t for t in module.theorems if t.setting is not None and t.hypotheses]
    without, locked = [t.statement for t in trained if not _named(t)], lock_of(module).is_file()
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
        Layer(
            len(without) < len(trained) or not trained,
            f"witness: {len(trained) - len(without)} of {len(trained)} statements with hypotheses name a feasible configuration"
            + (f"; outside one no claim can be confirmed: {', '.join(without)}" if without else ""),
        ),
        Layer(
            locked,
            "lock: committed, check regress compares"
            if locked
            else f"lock: none; check regress {called(module)} --update",
        ),
    )


def _named(theorem: Theorem) -> bool:
    """Whether the statement names a configuration that runs can be inside of: a witness, or a
    practice of its own that nothing hides from.
    """
    return theorem.witness is not None or (
        theorem.practice.own and not any(h.hides for h in theorem.hypotheses)
    )


def called(module: ModuleType) -> str:
    """What the user calls the file by: its key, or its path."""
    here = Path(str(module.__file__))
    return module.paper.key if here.parent.name == "theorems" else f"./{here.name}"


def lock_of(module: ModuleType) -> Path:
    """Where the lock of a theorem file stands: reports/regress/lock/ for the catalogue, lock/
    beside any other file.
    """
    here = Path(str(module.__file__))
    reports = Path(__file__).parent.parent
    ours = here.parent == reports.parent / "theorems"
    return (reports / "regress" if ours else here.parent) / "lock" / f"{here.stem}.json"
