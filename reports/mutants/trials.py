"""Wrong versions of a theorem run through every layer: which layer notices which, what survives,
and that nothing true is accused.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sympy import Ge, Le

import theorems
from reports.mutants.bench import Bench
from reports.mutants.mutation import Mutant, mutants, rewrites
from reports.regress import lock
from reports.regress.changes import theorem_differences
from reports.studies.trust import lock_of
from theorems.language import Claim, Hypothesis, Identity, Implication, Theorem, gradient_descent
from theorems.language.paper_file import PaperFile
from theorems.reasoning.replay import Outcome, point_of, replay
from theorems.writing.transcription import disagreement, path_of, sections

LAYERS = ("typing", "derivation", "exact hypotheses", "simulation", "lock")
SETTINGS = {"loss", "initialization scale"}
TEXT = {"typing", "lock"}  # layers that compare with another text, and so need one that is right
Tick = Callable[..., None]


@dataclass(frozen=True)
class Fate:
    """A mutant and the layers that noticed it, each with its reason; `why` says why the others
    could not.
    """

    mutant: Mutant
    noticed: dict[str, str]
    why: str = ""


@dataclass(frozen=True)
class Trial:
    """All mutants of one paper, the true version through the same layers, and the canaries that had
    to die.
    """

    key: str
    fates: tuple[Fate, ...]
    false_alarms: tuple[str, ...]
    rewritten: int
    canaries: dict[str, bool]
    baseline: tuple[str, ...] = ()  # those of the false alarms that the true version itself raises
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def void(self) -> str:
        """Why this trial measured nothing, if so."""
        dead = [name for name, died in self.canaries.items() if not died]
        return "; ".join(
            [*self.baseline, *(f"a canary survives the layer {name}" for name in dead)]
        )

    @property
    def survivors(self) -> tuple[Fate, ...]:
        return tuple(f for f in self.fates if not f.noticed)


def run(
    file: PaperFile,
    bench: Bench,
    say: Callable[[str, int], Tick] = lambda _w, _n: lambda _s=1.0: None,
) -> Trial:
    """Every wrong version of every statement of a paper; what a layer says of the true version is
    not held against a mutant.
    """
    planted = [x for t in file.theorems for x in mutants(t)]
    layers = _Layers(file, bench)
    canaries = layers.canaries()
    tick = say(f"{file.paper.key}: {len(planted)} wrong versions", len(planted))
    path, workers = file.path, min(4, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        shares = [pool.submit(_derivations, path, start, workers) for start in range(workers)]
        spoken = []
        for x in planted:
            spoken.append(dict(layers.of(x)))
            tick()
        algebra = [("", False)] * len(planted)
        for start, share in enumerate(shares):
            algebra[start::workers] = share.result()
    _shared_settings(planted, spoken)
    fates = []
    for x, (broken, weaker), others in zip(planted, algebra, spoken, strict=True):
        said = {"derivation": broken, **others}
        noticed = {name: said[name] for name in LAYERS if said.get(name)}
        fates.append(Fate(x, noticed, "" if set(noticed) - TEXT else layers.reason(x, weaker)))
    baseline = tuple(
        f"the true version, {t.statement}, {layer}: {words}"
        for t in file.theorems
        for layer, words in layers.true(t)
    )
    alarms = list(baseline)
    same = [x for t in file.theorems for x in rewrites(t)]
    for x in same:
        found = [
            (layer, words)
            for layer, words in (*layers.texts(x), ("derivation", _broken(x, layers.base)))
            if words
        ]
        alarms += [f"{x.statement}, {x.change}, {layer}: {words}" for layer, words in found]
    return Trial(
        file.paper.key, tuple(fates), tuple(alarms), len(same), canaries, baseline, layers.absent
    )


def _shared_settings(planted: Sequence[Mutant], spoken: Sequence[dict[str, str]]) -> None:
    """A setting is one object for all statements that share it: what notices a slip in it for one
    of them notices it for all.
    """
    seen: dict[Any, str] = {}
    changed = [
        (replace(x.theorem.setting, method=gradient_descent), x, said)
        for x, said in zip(planted, spoken, strict=True)
        if x.kind in SETTINGS and x.theorem is not None and x.theorem.setting is not None
    ]
    for key, x, said in changed:
        if said.get("simulation"):
            seen.setdefault(key, f"{x.statement}, of the same setting: {said['simulation']}")
    for key, _, said in changed:
        said["simulation"] = said.get("simulation") or seen.get(key, "")


class _Layers:
    """The layers that are there for a paper, with what they say of the true version."""

    def __init__(self, file: PaperFile, bench: Bench):
        self.file, self.bench = file, bench
        self.typed, self.locked = sections(path_of(file)), _locked(file)
        self.base = frozenset(s for t in file.theorems for s in t.derivation)
        self.by_name = {t.statement: t for t in file.theorems}
        self.absent = {}
        if not self.typed:
            self.absent["typing"] = f"no {path_of(file).name} in transcription/"
        if not self.locked:
            self.absent["lock"] = "not locked yet"
        self._spoken = {t.statement: bench.notices(t, None) for t in file.theorems}

    def of(self, x: Mutant) -> Iterator[tuple[str, str]]:
        yield from self.texts(x)
        if x.theorem is not None:
            before = self._spoken[x.statement]
            for layer, words in self.bench.notices(x.theorem, x).items():
                yield layer, "" if before.get(layer) else words

    def texts(self, x: Mutant) -> Iterator[tuple[str, str]]:
        """What the layers say that compare with another text."""
        if x.theorem is None:
            if self.typed:
                yield "typing", "a relation is missing"
            if self.locked:
                yield "lock", "a relation is missing"
            return
        if self.typed:
            yield "typing", disagreement(x.theorem, self.typed.get(x.statement, {}))
        if x.statement in self.locked:
            change = next(
                (
                    c
                    for c in theorem_differences(self.locked[x.statement], lock.symbolic(x.theorem))
                    if c.meaning
                ),
                None,
            )
            yield "lock", f"locked: {change.was}" if change else ""

    def true(self, t: Theorem) -> Iterator[tuple[str, str]]:
        """What any layer says against the true version."""
        itself = Mutant(t.statement, "none", "the true version", t)
        yield from ((layer, words) for layer, words in self.texts(itself) if words)
        yield from ((layer, words) for layer, words in self._spoken[t.statement].items() if words)
        yield from (
            ("derivation", f"{s.name} is {replay(s).outcome}")
            for s in t.derivation
            if replay(s).outcome is not Outcome.PROVED
        )

    def canaries(self) -> dict[str, bool]:
        """An absurd version for each layer that is there: if it lives, the layer is not looking."""
        died = {
            "derivation": replay(Identity("canary", 1, 2, at="planted")).outcome is Outcome.FALSE
        }
        for t in self.file.theorems:
            absurd = _absurd(t)
            if absurd is None:
                continue
            noticed = {layer for layer, words in self.of(absurd) if words}
            for layer in sorted(TEXT - self.absent.keys()):
                died[layer] = died.get(layer, True) and layer in noticed
            layer = "exact hypotheses" if t.setting is None else "simulation"
            if self.bench.can(t):
                died[layer] = died.get(layer, True) and layer in noticed
        return died

    def reason(self, x: Mutant, weaker: bool) -> str:
        """Why neither the algebra, nor exact decisions, nor a run can notice this one."""
        true = x.original
        if weaker:
            return "true, but weaker: " + (
                "it claims less" if isinstance(true, Claim) else "it demands more"
            )
        steps = self.by_name[x.statement].derivation
        resting = true is not None and any(true in s.named for s in steps)
        room = (
            "every step of the proof still holds" if resting else "no step of the proof rests on it"
        )
        return f"{room}, and {self.bench.silence(self.by_name[x.statement])}"


def _locked(file: PaperFile) -> dict[str, Any]:
    if not lock_of(file).is_file():
        return {}
    return {t["statement"]: t for t in lock.committed(file)["theorems"]}


def _absurd(t: Theorem) -> Mutant | None:
    bounds = (c for c in t.claims if c.relation.rel_op in ("<=", ">", ">="))
    claim = next((c for c in bounds if not c.hides), None)  # which no run could refute
    if claim is None:
        return None
    r, far = claim.relation, 10**30
    below = Le(r.lhs, r.rhs / far) if r.rhs != 0 else Ge(r.lhs, far)
    absurd = below if r.rel_op == "<=" else r.func(r.lhs, r.rhs + far)
    changed = replace(claim, relation=absurd)
    kept = replace(t, claims=tuple(changed if c is claim else c for c in t.claims), derivation=())
    return Mutant(t.statement, "canary", claim.name, kept, claim, changed)


def _broken(x: Mutant, base: frozenset[Any]) -> str:
    """The first step of a mutant's proof that is no longer proved."""
    if x.theorem is None:
        return "a step rests on it"
    for step in x.theorem.derivation:
        if step not in base:
            r = replay(step)
            if r.outcome is not Outcome.PROVED:
                return f"“{step.name}” is {r.outcome}" + (
                    f" at {point_of(r.counterexample)}" if r.counterexample else ""
                )
    return ""


def _derivations(path: Path, start: int, stride: int) -> list[tuple[str, bool]]:
    """For every stride-th mutant the step that breaks, or whether it is merely weaker than the
    truth.

    It runs in a process of its own, which loads the paper and makes the mutants anew.
    """
    file = theorems.load(path)
    base = frozenset(s for t in file.theorems for s in t.derivation)
    planted = [(t, x) for t in file.theorems for x in mutants(t)][start::stride]
    found = []
    for t, x in planted:
        broken = _broken(x, base)
        found.append((broken, not broken and _weaker(t, x)))
    return found


def _weaker(t: Theorem, x: Mutant) -> bool:
    """Whether a changed claim follows from the true one, or a changed hypothesis implies the true
    one.
    """
    true, changed = x.original, x.changed
    if not isinstance(true, Claim | Hypothesis) or not isinstance(changed, Claim | Hypothesis):
        return False
    given = tuple(h.relation for h in t.hypotheses if h != true)
    first, then = (true, changed) if isinstance(true, Claim) else (changed, true)
    same_words = not isinstance(true, Claim) or true.probability == changed.probability  # type: ignore[union-attr]
    return (
        same_words
        and replay(
            Implication("weaker", (*given, first.relation), then.relation, at="planted")
        ).outcome
        is Outcome.PROVED
    )


def by_class(fates: Sequence[Fate]) -> dict[str, Counter[str]]:
    """For each class of error: how many were planted, caught, and noticed by each layer."""
    table: dict[str, Counter[str]] = {}
    for f in fates:
        row = table.setdefault(f.mutant.kind, Counter())
        row.update(["planted", *f.noticed])
        row["caught"] += bool(f.noticed)
        row["without text"] += bool(set(f.noticed) - TEXT)
    return table


def tree(trials: Sequence[Trial]) -> dict[str, Any]:
    """The score for a program."""
    return {
        "planted": sum(len(t.fates) for t in trials),
        "caught": sum(bool(f.noticed) for t in trials for f in t.fates),
        "survivors": [
            {
                "theorem": t.key,
                "statement": f.mutant.statement,
                "change": f.mutant.change,
                "reason": f.why,
            }
            for t in trials
            for f in t.survivors
        ],
        "false_alarms": sum(len(t.false_alarms) for t in trials),
        "rewritten": sum(t.rewritten for t in trials),
        "alarms": [a for t in trials for a in t.false_alarms],
        "void": [t.void for t in trials if t.void],
        "canaries": {t.key: t.canaries for t in trials},
        "absent": {t.key: t.absent for t in trials},
        "classes": {
            t.key: {kind: dict(row) for kind, row in by_class(t.fates).items()} for t in trials
        },
        "mutants": [
            {
                "theorem": t.key,
                "statement": f.mutant.statement,
                "class": f.mutant.kind,
                "change": f.mutant.change,
                "noticed": f.noticed,
                "why": f.why,
            }
            for t in trials
            for f in t.fates
        ],
    }
