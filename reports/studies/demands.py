"""What theorems demand of a data set, before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from sympy import Rational

from reports.judging.findings import plain
from reports.judging.hypotheses import judge
from reports.studies.options import Options
from reports.studies.planning import data_values, demand_rows, evidence
from sim.data.promises import refusal
from sim.data.table import load
from sim.run import NO_RUNS
from theorems.language import About


def examine(modules: Sequence[ModuleType], options: Options) -> dict[str, Any]:
    """The data's certified quantities, and for each paper its hypotheses about the data and its
    demands on the scale.
    """
    data = load(options.data or "digits", options.samples, options.label)
    delta = options.delta or Rational(1, 10)
    papers: list[dict[str, Any]] = []
    quantities: dict[str, dict[str, Any]] = {}
    for module in modules:
        speaking, why = [], ""
        for theorem in module.theorems:
            why = why or refusal(theorem.setting.data if theorem.setting else (), data)
            speaking += (
                [] if refusal(theorem.setting.data if theorem.setting else (), data) else [theorem]
            )
        for q, e in data_values(speaking, data).items():
            found = {
                "text": q.text,
                "meaning": q.meaning,
                "value": e.value,
                "low": e.low,
                "high": e.high,
                "certified": e.certified,
            }
            same = quantities.get(q.name, found) == found
            quantities[q.name if same else f"{q.name} ({module.paper.key})"] = found
        judged = {}
        for theorem in speaking:
            for h in theorem.hypotheses:
                if (
                    h.about is About.DATA
                    and not h.hides
                    and not (set(h.relation.free_symbols) & set(vars(theorem.scale).values()))
                ):
                    judged[h.name, h.at] = judge(h, evidence(theorem, data, delta, None, NO_RUNS))[
                        0
                    ]
        papers.append(
            {
                "key": module.paper.key,
                "title": module.paper.title,
                "refused": why,
                "demands": demand_rows(speaking, data, delta),
                "hypotheses": [
                    {
                        "name": j.hypothesis.name,
                        "at": j.hypothesis.at,
                        "status": str(j.status),
                        "needed": j.needed,
                        "actual": j.actual,
                        "needed_in": j.needed_in,
                        "actual_in": j.actual_in,
                    }
                    for j in judged.values()
                ],
            }
        )
    return dict(
        plain(
            {
                "data": data.name,
                "n": data.samples,
                "d": data.raw.shape[1],
                "notes": data.complaints(),
                "delta": float(delta),
                "quantities": quantities,
                "papers": papers,
            }
        )
    )
