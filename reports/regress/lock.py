"""The lock: what a paper's file meant when it was last reviewed, and what has changed since; never
a matter of noise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Rational, oo

from reports.judging.statistics import mean_interval
from reports.regress.sources import behind
from reports.studies.errata import examine
from reports.studies.options import Options
from reports.studies.planning import make_plan, sharing_a_run
from reports.studies.scale import trains
from reports.studies.study import Study
from reports.studies.trust import called, lock_of
from reports.studies.versions import versions
from sim.data.table import load
from sim.plan import Plan
from sim.run import trajectories
from sim.setting.draws import source
from sim.setting.start import initial
from sim.store import Store
from theorems.language import (
    About,
    At,
    Setting,
    Step,
    Theorem,
    expanded,
)
from theorems.language.measurement import Term, step_size
from theorems.language.method import Descent
from theorems.language.paper_file import PaperFile
from theorems.language.statement import Claim, Hypothesis, Law
from theorems.problem import BadInput
from theorems.reasoning.replay import replay
from theorems.writing.card import line, quantifier
from theorems.writing.notation import text
from theorems.writing.transcription import second_typing

POINTS = 5  # of which the last two are extreme: small counts and numbers, large ones
DIGITS = 20  # of a value at such a point
# where statements about draws are judged, ...
SCALE = Options(data="digits", samples=8, widths=(512,), regime="practical")
OWN = Options(regime="practical")  # ... or where the theorem says
# what the statistics are taken from: far from rounding
RUN = Options(step_size=0.1, steps=50)
WIDTH = 512  # neurons of that run
SEEDS = 12  # of that run
DELTA = Rational(1, 10)  # its failure probability
COSTLY = 2**22  # neurons times points beyond which the lock does not run a theorem in regime
# what is not computed again while nothing behind it changes
RUNS = ("errata", "verdicts", "statistics")
PARTS = {"theorems", "derivation", "typing", *RUNS, "versions"}  # of a lock
CONFIDENCE = 0.9999  # of the intervals that are compared when the draws are others


# What is locked -----------------------------------------------------------------------------------


@cache
def at_points(expression: Expr) -> str:
    """The expression at fixed rational points, one a letter and its argument, to 20 digits: equal
    for equal meanings.
    """
    expression = expanded(expression).doit()
    called = {
        a: sympy.Symbol(f"{a.observable}({at_points(a.argument)})", positive=True)
        for a in expression.atoms(At)
    }
    expression = expression.xreplace(called)
    exponents = set().union(*(p.exp.free_symbols for p in expression.atoms(sympy.Pow)))
    found = []
    for point in range(POINTS):
        at = {s: _some(s, point, s in exponents) for s in expression.free_symbols}
        try:
            found.append(str(expression.xreplace(at).evalf(DIGITS + 10).evalf(DIGITS)))
        except ValueError:  # what a Max or a Min is taken of does not exist there
            found.append("undefined")
    return " | ".join(found)


def _some(letter: Any, point: int, exponent: bool) -> Rational:
    top, bottom = hashlib.sha256(f"{letter} {point}".encode()).digest()[:2]
    extreme = {3: Rational(1, 10**4), 4: Rational(10**4)}.get(point, Rational(1))
    if (
        exponent or getattr(letter, "about", None) is About.INDEX
    ):  # a power must stay a number that can be written down
        return Rational(1 + top % 5)
    if letter.is_integer:
        return Rational(1 + top % 3) if point == 3 else (2 + top) * extreme
    return (
        Rational(1 + top, 300 + bottom)
        if getattr(letter, "below", None) is not None
        else Rational(1 + top, 1 + bottom) * extreme
    )


@cache
def relation(x: Hypothesis | Claim | Law) -> dict[str, Any]:
    """One relation: its words, its form to be read, and its values."""
    if isinstance(x, Law):
        return {
            "kind": "law",
            "name": x.name,
            "at": x.at,
            "relation": f"{text(x.of)} ~ {text(x.along)}^({x.exponent})",
            "words": f"{x.of} along {x.along}{'' if x.to == oo else ' -> 0'}; {x.kind}; log^{x.log_exponent}",
            "values": [str(x.exponent)],
        }
    left, right, sign = x.relation.lhs, x.relation.rhs, x.relation.rel_op
    if sign in (">=", ">"):
        left, right, sign = right, left, {">=": "<=", ">": "<"}[sign]
    if sign == "==" and at_points(left) > at_points(right):  # an equation has no first side
        left, right = right, left
    mean = f"; mean: {x.expected}" if isinstance(x, Claim) else ""
    words = f"{sign}; {quantifier(x)}{mean}" if mean or quantifier(x) else sign
    chance = [at_points(1 - x.probability)] if isinstance(x, Claim) else []
    return {
        "kind": type(x).__name__.lower(),
        "name": x.name,
        "at": x.at,
        "form": x.form,
        "relation": text(x.relation),
        "words": words,
        "values": [at_points(left), at_points(right), *chance, *_end(x)],
    }


def _end(x: Hypothesis | Claim) -> list[str]:
    """The value of the last step that the relation is about."""
    last = None if x.over is None else x.over.ends
    return [] if last is None else [at_points(last)]


@cache
def setting(s: Setting | None) -> dict[str, Any]:
    """The setting in words with its numbers left out, and the numbers by value."""
    if s is None:
        return {}
    terms = [*s.start.values(), *s.parts]
    numbers = list(
        dict.fromkeys(t for term in terms for t in term.leaves() if t.operation == "number")
    )
    blank = {t: Term("value", (), (i,), (), t.nonnegative) for i, t in enumerate(numbers)}
    start = {p.text: law.replaced(blank).text for p, law in s.start.items()}
    beside = {} if s.reference is None else {"beside": setting(s.reference)}
    return {
        **beside,
        "nouns": f"{[t.replaced(blank).text for t in terms]}; {[p.text for p in s.trained]}; {start}; "
        f"{replace(s.method, step=step_size).text if isinstance(s.method, Descent) else s.method.text}; "
        f"{', '.join(s.data)}",
        "factors": {str(i): text(t.options[0]) for i, t in enumerate(numbers)},
        "values": [at_points(t.options[0]) for t in numbers],
    }


def symbolic(theorem: Theorem) -> dict[str, Any]:
    """Everything about a theorem that needs no run."""
    relations: tuple[Any, ...] = (*theorem.hypotheses, *theorem.claims, *theorem.laws)
    letters = {
        q.name: f"{q.about}; {q.of.text if q.of is not None else None}" for q in theorem.quantities
    }
    scale = {field: str(q) for field, q in vars(theorem.scale).items() if q is not None}
    return {
        "statement": theorem.statement,
        "form": theorem.form,
        "letters": letters,
        "scale": scale,
        "setting": setting(theorem.setting),
        "relations": [relation(x) for x in relations],
    }


def content(file: PaperFile, store: Store, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole lock of one paper, computed anew; what was run is taken from `kept`, an earlier
    lock, where nothing that it rests on has changed since.
    """
    sources = behind(file)
    same = kept is not None and kept.get("sources") == sources
    return {
        **_replayed(file),
        **({part: kept[part] for part in RUNS} if kept is not None and same else _run(file, store)),
        "generator": source(),
        "versions": versions(),
        "sources": sources,
    }


def _run(file: PaperFile, store: Store) -> dict[str, Any]:
    """What needs runs: witnesses of errata, verdicts, and what is observed."""
    study, own = (Study(options, store, costly=COSTLY, edges=False) for options in (SCALE, OWN))
    inside = Study(Options(regime="in"), store, costly=COSTLY)
    regimes = [
        g for t in file.theorems for g in (own if t.practice.own else study).without_training(t)
    ]
    regimes += [
        g
        for t in file.theorems
        if t.practice.own and t.witness is None and trains(t)
        for g in own.practical([t])
    ]
    regimes += [
        inside.in_regime(t, load("digits", 8)) for t in file.theorems if t.witness is not None
    ]
    return {
        "errata": [
            {"at": e.at, "printed": line(e.printed), "stands": examine(e, store).stands}
            for e in file.errata
        ],
        "verdicts": {
            f"{g.theorem.statement}, {g.name}, {g.scale['data']}: {f.claim.name}": str(f.verdict)
            for g in regimes
            if g.was_run
            for f in g.claims
        },
        "statistics": _every_statistic(file, store),
    }


def _replayed(file: PaperFile) -> dict[str, Any]:
    """What needs no run."""
    return {
        "key": file.paper.key,
        "theorems": [symbolic(t) for t in file.theorems],
        "derivation": [
            {
                "statement": t.statement,
                "step": s.name,
                "outcome": str(replay(s).outcome),
                "values": _step(s),
            }
            for t in file.theorems
            for s in t.derivation
        ],
        "typing": {f"{x.statement}: {x.name}": x.agrees for x in second_typing(file)},
    }


def _step(s: Step) -> str:
    """A digest of the values of everything that a step relates."""
    return hashlib.sha256(" ".join(sorted(at_points(e) for e in s.sides)).encode()).hexdigest()[:12]


def _every_statistic(file: PaperFile, store: Store) -> dict[str, Any]:
    """What is observed in the runs of all theorems that train; a name that two runs have is told
    apart by the statement.
    """
    found: dict[str, Any] = {}
    trained = [t for t in file.theorems if t.setting is not None and trains(t)]
    for shared in sharing_a_run(trained, lambda t, _: _plan([t])):
        for name, numbers in _statistics(shared, store):
            key = name if name not in found else f"{shared[0].statement}: {name}"
            found[key] = numbers
    return found


def _statistics(theorems: list[Theorem], store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is observed at a small scale, over seeds: the mean of the last value of every
    observable, with its interval.
    """
    plan = _plan(theorems)
    frame = trajectories(plan, store)
    for name, rows in frame.groupby("observable"):
        last = rows.groupby("seed")["value"].last().to_numpy()
        mean, low, high = mean_interval(last, CONFIDENCE)
        if np.isfinite([mean, low, high]).all():
            yield (
                f"{plan.setting.method.text}, {name}, m = {plan.width}",
                {"mean": mean, "low": low, "high": high, "draws": _draws(plan)},
            )


def _plan(theorems: list[Theorem]) -> Plan:
    """A run at a small scale."""
    p = theorems[0].practice
    data = (
        load(p.data, p.samples) if p.own else load("orthonormal", 8)
    )  # a basis for other data depends on the machine
    step = None if p.step_size else RUN.step_size
    options = Options(steps=RUN.steps, step_size=step, delta=DELTA, seeds=SEEDS)
    return make_plan(theorems, data, min(WIDTH, p.widths[0]), options)


def _draws(plan: Plan) -> str:
    """A digest of the first seed's initialization, rounded: the same draws must give the same
    numbers.
    """
    drawn = initial(plan.setting, plan.sizes, plan.known, plan.seeds[0])
    parts = [a for p in drawn.values() for a in (p if isinstance(p, list) else [p])]
    rounded = [np.round(np.asarray(a, dtype=float), 9) + 0.0 for a in parts]
    return hashlib.sha256(b"".join(r.tobytes() for r in rounded)).hexdigest()[:12]


# Read and written -----------------------------------------------------------------------------------


def committed(file: PaperFile) -> dict[str, Any]:
    """The committed lock; BadInput when there is none or it cannot be read."""
    path = lock_of(file)
    if not path.is_file():
        raise BadInput(
            "lock",
            path.name,
            f"{file.paper.key} is not locked yet; check regress {called(file)} --update writes it",
        )
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise BadInput(
            "lock", path.name, "it is not JSON; check regress --update writes it anew"
        ) from None
    if not isinstance(found, dict) or (missing := sorted(PARTS - found.keys())):
        lacks = ", ".join(missing) if isinstance(found, dict) else "everything"
        raise BadInput("lock", path.name, f"it lacks {lacks}; check regress --update writes it")
    return found


def old(file: PaperFile) -> dict[str, Any] | None:
    """The committed lock, if there is one that can be read."""
    try:
        return committed(file)
    except BadInput:
        return None


def write(file: PaperFile, fresh: dict[str, Any]) -> Path:
    """Write the lock, whole or not at all."""
    path = lock_of(file)
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".tmp")
    part.write_text(json.dumps(fresh, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
    return path
