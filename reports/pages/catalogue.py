"""The whole catalogue in one table: what each paper was checked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.judging.findings import Regime, Report
from reports.pages import summary
from reports.pages.markdown import cell, grid
from reports.studies.trust import was_inside
from theorems.reasoning.exact import Decision
from theorems.reasoning.outcome import Outcome

HEADER = (
    "key",
    "title",
    "steps proved",
    "typed twice",
    "as printed, as corrected",
    "in regime",
    "claims",
    "",
)


def row(r: Report) -> tuple[str, ...]:
    """Key, title, steps proved, relations typed twice, errata, statements whose hypotheses held,
    verdicts of claims, and the word.
    """
    proved = sum(x.outcome is Outcome.PROVED for _, x in r.replays)
    inside = {g.theorem.statement for g in r.regimes if was_inside(g)}
    word = "refuted" if r.noticed else "ok" if r.measured else "nothing measured"
    statements = {g.theorem.statement for g in r.regimes}
    return (
        r.key,
        r.paper.title,
        f"{proved}/{len(r.replays)}",
        f"{sum(x.agrees for x in r.typing)}/{len(r.typing)}",
        str(len(r.errata)),
        f"{len(inside)}/{len(statements)}",
        summary.verdict_counts(f for g in r.regimes for f in g.claims),
        word,
    )


def as_markdown(reports: Sequence[Report], refused: Mapping[str, str], folder: str = "") -> str:
    """The page: one row a paper with a link to its report, and what each statement without a run
    inside its hypotheses says of itself.
    """
    rows = [
        (f"[{key}]({folder}{key}.md)", cell(title), *rest)
        for key, title, *rest in map(row, reports)
    ]
    rows += [
        (key, cell(why), "–", "–", "–", "–", "–", "not for these data")
        for key, why in refused.items()
    ]
    lines = [
        "# The catalogue",
        "",
        *grid(HEADER, rows),
        "",
        "*in regime*: statements of which at least one run, or the data, satisfied every hypothesis, of those that were judged.",
        "",
    ]
    silent = [
        (r.key, g)
        for r in reports
        for g in r.regimes
        if g.name != "in"
        and g.theorem.statement not in {x.theorem.statement for x in r.regimes if was_inside(x)}
    ]
    if silent:
        lines += [
            "## What no run here can be inside of",
            "",
            *grid(
                ("paper", "statement", "because"),
                [(key, cell(g.theorem.statement), cell(_because(g))) for key, g in silent],
            ),
            "",
        ]
    return "\n".join(lines)


def _because(g: Regime) -> str:
    """The hypotheses that keep a run outside, with their numbers."""
    return (
        "; ".join(
            f"{j.hypothesis.name}: {summary.status(j)}, needed {summary.shown_sides(j)[0]}, here {summary.shown_sides(j)[1]}"
            for j in g.hypotheses
            if j.status is not Decision.HOLDS and not (j.held or 0)
        )
        or g.why
    )
