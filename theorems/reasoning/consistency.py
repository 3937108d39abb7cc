"""Whether requirements can be met together, by Z3: a point that meets them, or the smallest set of
them that nothing does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from theorems.language.derivation import Consistent
from theorems.language.statement import Hypothesis
from theorems.writing.notation import text
from theorems.reasoning.outcome import Outcome, Replay, point_of
from theorems.reasoning.solver import (
    TIMEOUT_MS,
    Translation,
    answer_of,
    number,
    opened,
    over_counts,
    prepared,
)


QUICK_MS = 1000  # for a question that is asked of every theorem


def consistent(step: Consistent) -> Replay:
    """PROVED with a point, FALSE with a set of relations that cannot hold together and of which
    none can be left out.
    """
    relations = prepared(step.given)
    answer, point = _check(relations)
    if answer is True:
        return Replay(step, Outcome.PROVED, "Z3", note=f"for example at {point_of(point)}")
    if answer is None:
        return Replay(step, Outcome.UNKNOWN, "Z3", note=f"undecided within {TIMEOUT_MS // 1000} s")
    words = ", ".join(text(step.premises[i]) for i in _core(relations, TIMEOUT_MS))
    return Replay(step, Outcome.FALSE, "Z3", note=f"no values satisfy {words} together")


@cache
def excluding(hypotheses: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """Hypotheses that cannot hold together, of which none can be left out: over whole counts, and
    whatever the data are in the domains that the letters declare. Empty when none was found.
    """
    relations = prepared(hypotheses)
    if _check(relations, QUICK_MS)[0] is not False:
        return ()
    return tuple(hypotheses[i] for i in _core(relations, QUICK_MS))


def _core(relations: Sequence[Any], limit: int) -> list[int]:
    """Of relations that exclude each other, those of which none can be left out."""
    core = list(range(len(relations)))
    for i in tuple(core):
        rest = [j for j in core if j != i]
        if _check([relations[j] for j in rest], limit)[0] is False:
            core = rest
    return core


def _check(relations: Sequence[Any], limit: int = TIMEOUT_MS) -> tuple[bool | None, dict[str, str]]:
    """Whether all relations hold somewhere, and where; None while the solver does not know, or
    knows only the sign of something.
    """
    t = Translation()
    letters = sorted(set().union(*(r.free_symbols for r in relations)), key=str)
    solver = opened(t, letters, relations)
    solver.set("timeout", limit)
    answer = answer_of(solver, t.z3, limit)
    if answer == t.z3.unsat:
        return False, {}
    if answer != t.z3.sat or t.free:
        return None, {}
    model, counts = solver.model(), [t.letter(a) for a in letters if a.is_integer]
    if counts:
        answer, model = over_counts(solver, counts, t.z3)
        if model is None:
            return (False if answer == t.z3.unsat else None), {}
    return True, {
        getattr(a, "name", str(a)): number(model.eval(t.letter(a), model_completion=True))
        for a in letters
    }
