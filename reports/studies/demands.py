"""What theorems demand of a data set, before anything is trained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sympy import Rational

from reports.judging.findings import plain
from reports.judging.hypotheses import judge
from reports.studies.options import Options
from reports.studies.planning import data_values, demands, evidence, loaded
from sim.data.promises import refusal
from sim.data.table import Data
from sim.run import NO_RUNS
from theorems.language import About, Theorem
from theorems.language.paper_file import PaperFile
from theorems.reasoning.demand import Demand, round_down, round_up
from theorems.writing.notation import number, text


def about_data(files: Sequence[PaperFile], options: Options) -> dict[str, Any]:
    """The data's certified quantities, and for each paper its hypotheses about the data and its
    demands on the scale.
    """
    data = loaded(options.data or "digits", options.samples, options.label)
    delta = options.delta or Rational(1, 10)
    papers: list[dict[str, Any]] = []
    quantities: dict[str, dict[str, Any]] = {}
    for file in files:
        refused = {t: refusal(t.setting.data if t.setting else (), data) for t in file.theorems}
        speaking = [t for t, why in refused.items() if not why]
        for name, found in _quantities(speaking, data):
            same = quantities.get(name, found) == found
            quantities[name if same else f"{name} ({file.paper.key})"] = found
        papers.append(
            {
                "key": file.paper.key,
                "title": file.paper.title,
                "refused": next((why for why in refused.values() if why), ""),
                "demands": demand_rows(speaking, data, delta),
                "hypotheses": _hypotheses(speaking, data, delta),
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


def _quantities(theorems: list[Theorem], data: Data) -> Iterator[tuple[str, dict[str, Any]]]:
    for q, e in data_values(theorems, data).items():
        yield (
            q.name,
            {
                "text": q.text,
                "meaning": q.meaning,
                "value": e.value,
                "low": e.low,
                "high": e.high,
                "certified": e.certified,
            },
        )


def _hypotheses(theorems: list[Theorem], data: Data, delta: Rational) -> list[dict[str, Any]]:
    """Those about the data alone, judged; one that several statements make, once."""
    judged = {}
    for theorem in theorems:
        scale = set(vars(theorem.scale).values())
        for h in theorem.hypotheses:
            if h.about is About.DATA and not h.hides and not h.relation.free_symbols & scale:
                known = evidence(theorem, data, delta, None, NO_RUNS)
                judged[h.name, h.at] = judge(h, known)[0]
    return [
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
    ]


def demand_rows(theorems: Iterable[Theorem], data: Data, delta: Rational) -> list[dict[str, Any]]:
    """For each theorem with explicit hypotheses, what it demands on this data: the numbers that a
    run takes, and in words, rounded so that they stay true.
    """
    rows: list[dict[str, Any]] = []
    for theorem in theorems:
        wants = demands(theorem, data, delta)
        said = [*_on_width(theorem, wants), *_on_step(theorem, wants)]
        if wants.no_width or wants.no_step:
            said.append(f"nothing satisfies “{'” and “'.join((*wants.no_width, *wants.no_step))}”")
        if said:
            rows.append(
                {
                    "statement": theorem.statement,
                    "width": wants.width,
                    "step_size": wants.step_size,
                    "delta": float(delta),
                    "binding": dict(wants.binding),
                    "says": said,
                    "blocked": [*wants.no_width, *wants.no_step],
                }
            )
    return rows


def _on_width(theorem: Theorem, wants: Demand) -> Iterator[str]:
    """m ≥ ... rounded up and m ≤ ... rounded down."""
    m = text(theorem.scale.width) if theorem.scale.width else "m"
    least = wants.width if wants.width is not None else wants.least
    if least is not None and least == wants.most:
        yield f"{m} = {number(least)}"
        return
    if least is not None:
        yield f"{m} ≥ {number(rounded(least, up=True))}"
    if wants.most is not None:
        yield f"{m} ≤ {number(rounded(wants.most, up=False))}"


def _on_step(theorem: Theorem, wants: Demand) -> Iterator[str]:
    """η ≤ ... rounded down, or the number to which an equation sets it."""
    eta = text(theorem.scale.step_size) if theorem.scale.step_size else "η"
    if wants.step_size is not None and wants.step_bound is None and wants.step_least is None:
        yield f"{eta} = {number(wants.step_size, 6)}"
        return
    if wants.step_least is not None:
        yield f"{eta} ≥ {number(round_up(wants.step_least))}"
    if wants.step_bound is not None:
        yield f"{eta} ≤ {number(round_down(wants.step_bound))}"


def rounded(width: int, up: bool) -> int:
    """A width that `number` prints in three digits, rounded to the side on which it stays true."""
    if width < 10**10:
        return width
    unit = 10 ** (len(str(width)) - 3)
    return (-(-width // unit) if up else width // unit) * unit
