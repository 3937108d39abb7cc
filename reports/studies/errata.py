"""What is wrong as printed, beside what is right: each witness recomputed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.judging.compare import compare
from reports.judging.findings import Finding, Judged
from reports.judging.statistics import MEANS, REFUTE
from reports.judging.verdict import Verdict
from reports.studies.options import Options
from reports.studies.planning import evidence, make_plan
from sim.data.table import load
from sim.run import NO_RUNS, trajectories
from sim.store import Store
from theorems.language import Counterexample, Erratum, Step, Theorem
from theorems.language.paper_file import PaperFile
from theorems.reasoning.replay import Outcome, point_of, replay
from theorems.writing.card import line
from theorems.writing.notation import number, tex, text

Runs = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Shown:
    """An erratum with what was found: `stands` when the printed form fails at its witness and the
    corrected one does not.
    """

    erratum: Erratum
    printed: str
    corrected: str
    stands: bool


def examine(erratum: Erratum, store: Store) -> Shown:
    """Recompute the witness of an erratum: a replayed step, or a statement judged at its
    configuration.
    """
    runs: Runs = {}  # both forms are judged on the same draws
    wrong, against = _found(erratum.printed, erratum.witness, store, runs)
    right, still = _found(erratum.corrected, erratum.witness, store, runs)
    return Shown(erratum, wrong, right, against is True and still is False)


def _found(
    stated: Step | Theorem, witness: Counterexample | None, store: Store, runs: Runs
) -> tuple[str, bool | None]:
    """What was found in words, and whether it speaks against the statement (None: undecided)."""
    if isinstance(stated, Theorem):
        assert witness is not None
        judged, findings = _judged(stated, witness, store, runs)
        against = [f for f in findings if f.verdict is Verdict.REFUTED]
        undecided = any(f.verdict is Verdict.VOID for f in findings)
        return _words(
            stated, witness, judged, findings
        ), True if against else None if undecided else False
    r = replay(stated)
    where = (
        f" at {point_of(r.counterexample)}" if r.counterexample else f": {r.note}" if r.note else ""
    )
    return f"{r.outcome} by {r.engine}{where}", {Outcome.FALSE: True, Outcome.PROVED: False}.get(
        r.outcome
    )


def _judged(
    theorem: Theorem, witness: Counterexample, store: Store, runs: Runs
) -> tuple[tuple[Judged, ...], tuple[Finding, ...]]:
    data, delta = load(witness.data, witness.samples), witness.delta
    if theorem.setting is None:
        return compare(theorem, evidence(theorem, data, delta, None, NO_RUNS))
    seeds = (
        MEANS
        if any(c.expected for c in theorem.claims)
        else math.ceil(math.log(REFUTE) / math.log(delta))
    )
    plan = make_plan([theorem], data, witness.width or 1, Options(delta=delta, seeds=seeds))
    key = plan.key(plan.seeds, False)
    if key not in runs:
        runs[key] = trajectories(plan, store, train=False)
    return compare(theorem, evidence(theorem, data, delta, plan, runs[key]))


def _words(
    theorem: Theorem, witness: Counterexample, judged: Iterable[Judged], findings: Iterable[Finding]
) -> str:
    scale = f"{witness.data} data, n = {witness.samples}" + (
        f", m = {witness.width}, δ = {witness.delta}" if theorem.setting else ""
    )
    given = [f"{text(j.hypothesis.relation)} {j.status} ({number(j.actual)})" for j in judged]
    then = [
        f"{text(f.claim.relation)} is {f.verdict} (predicted {number(f.predicted)}, observed {number(f.observed)}{_draws(f)})"
        for f in findings
    ]
    return "; ".join([scale, *given, *then])


def _draws(f: Finding) -> str:
    if not f.seeds:
        return ""
    return (
        f" as the mean of {f.seeds} draws"
        if f.claim.expected
        else f", {f.failures} of {f.seeds} draws fail"
    )


def examined(files: Iterable[PaperFile], store: Store) -> list[tuple[PaperFile, list[Shown]]]:
    """Every erratum of every paper, examined."""
    return [(file, [examine(e, store) for e in file.errata]) for file in files]


def as_markdown(found: Iterable[tuple[PaperFile, list[Shown]]]) -> str:
    """The list for a page: what stands in the paper, what should, and the evidence for both."""
    lines = [
        "# As printed, as corrected",
        "",
        "Each entry keeps the words of the paper beside a correction of ours. "
        "The evidence is recomputed whenever this page is made.",
        "",
    ]
    for file, shown in found:
        p = file.paper
        lines += [f"## {p.key}: {p.title}", "", p.citation, ""]
        for s in shown:
            e = s.erratum
            lines += [
                f"### {e.at} ({e.kind})",
                "",
                f"{e.remark[0].upper()}{e.remark[1:]}.",
                "",
                f"- as printed: {_mathematics(e.printed)}",
                f"  - {s.printed}",
                f"- as corrected: {_mathematics(e.corrected)}",
                f"  - {s.corrected}",
                "",
            ]
            lines += [] if s.stands else ["**The evidence does not bear this out.**", ""]
        lines += [] if shown else ["Nothing is known to be wrong as printed.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _mathematics(stated: Step | Theorem) -> str:
    words = line(stated, lambda e: f"$`{tex(e)}`$")
    return words.replace(" ⟹ ", r" $`\implies`$ ").replace(" ≍ ", r" $`\asymp`$ ")


def tree(found: Iterable[tuple[PaperFile, list[Shown]]]) -> list[dict[str, Any]]:
    """The list for a program."""
    return [
        {
            "theorem": m.paper.key,
            "at": s.erratum.at,
            "kind": s.erratum.kind,
            "remark": s.erratum.remark,
            "stands": s.stands,
            "printed": {"relation": line(s.erratum.printed), "found": s.printed},
            "corrected": {"relation": line(s.erratum.corrected), "found": s.corrected},
        }
        for m, shown in found
        for s in shown
    ]
