"""A report for a terminal: aligned tables, colour only where a person looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.judging.findings import Regime, Report
from reports.judging.verdict import LawVerdict, Verdict
from reports.pages import catalogue, summary
from theorems.reasoning.replay import Outcome, point_of
from theorems.writing.notation import number, text

COLOURS: dict[Any, str] = {
    Verdict.CONFIRMED: "green",
    Verdict.REFUTED: "bold red",
    Verdict.RECEDING: "red",
    Verdict.APPROACHED: "green",
    Verdict.OPEN: "yellow",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.VOID: "dim",
    Verdict.OUTSIDE_SEEN: "cyan",
    Verdict.OUTSIDE_UNSEEN: "blue",
    LawVerdict.CONSISTENT: "green",
    LawVerdict.LOOSE: "cyan",
    LawVerdict.INCONSISTENT: "red",
    LawVerdict.DRIFTING: "yellow",
}


def console(width: int | None = None) -> Console:
    """Standard output, as wide as the terminal or wide enough for the tables when there is none."""
    probe = Console()
    return Console(
        width=width or (None if probe.is_terminal else 150), highlight=False, soft_wrap=False
    )


def table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """An empty table with the given columns, numbers to the right."""
    t = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for c in columns:
        t.add_column(c, justify="right" if c in right else "left", overflow="fold")
    return t


def show(report: Report, out: Console) -> None:
    """The whole report."""
    p = report.paper
    out.print(
        Text(f"{p.title}", style="bold"), Text(f"  {', '.join(p.authors)}, {p.venue}", style="dim")
    )
    out.print(
        "; ".join(
            [
                f"data: {report.data}",
                *(f"{q['text']} = {summary.known(q, 4)}" for q in report.quantities.values()),
            ]
        )
    )
    for note in report.notes:
        out.print(Text(f"note: {note}", style="yellow"))
    for row in report.demands:
        out.print(
            Text(
                f"{row['statement']} demands of this data (δ = {number(row['delta'])}): {', '.join(row['says'])}",
                style="dim",
            )
        )
    _derivations(report, out)
    for g in report.regimes:
        if g.scale.get("data") in ("repeated", "antipodal"):
            continue
        _regime(g, out)
    out.print()
    for line in report.noticed:
        out.print(Text(f"✗ {line}", style="bold red"))
    every = [f for g in report.regimes for f in g.claims]
    word = (
        "something is wrong"
        if report.noticed
        else "no claim is refuted"
        if report.measured
        else "nothing could be measured"
    )
    out.print(
        Text(f"{word}: {summary.verdict_counts(every)}", style="bold"),
        Text(f"  ({report.seconds:.0f} s)", style="dim"),
    )


def _derivations(report: Report, out: Console) -> None:
    done = sum(r.outcome is Outcome.PROVED for _, r in report.replays)
    out.print(f"derivations: {done} of {len(report.replays)} steps replayed and proved")
    for theorem, r in report.replays:
        if r.outcome is not Outcome.PROVED:
            where = f": {point_of(r.counterexample)}" if r.counterexample else f" {r.note}"
            out.print(
                Text(
                    f"  {theorem.statement}, “{r.step.name}” ({r.step.at}) is {r.outcome}{where}",
                    style="red",
                )
            )
    for layer in report.trust:
        out.print(Text(layer.says, style="dim" if layer.there else "yellow"))
    for s in report.errata:
        out.print(
            Text(
                f"as printed, {s.erratum.at} ({s.erratum.kind}): {s.erratum.remark}",
                style="" if s.stands else "red",
            )
        )


def _regime(g: Regime, out: Console) -> None:
    out.print()
    out.rule(Text(summary.heading(g), style="bold"), align="left", style="dim")
    out.print(Text(f"{summary.scale_line(g)} — {g.why}", style="dim"))
    if g.letters:
        out.print(Text(f"here {summary.letters_line(g, text)}", style="dim"))
    if g.mode and g.mode.name != "dense":
        out.print(Text(f"{g.mode.name}: {g.mode.why}", style="dim"))
    if g.hypotheses:
        _hypotheses(g, out)
    if not g.was_run:
        out.print(Text(f"{len(g.claims)} claims not run", style="dim"))
        return
    _claims(g, out)
    if g.laws:
        _laws(g, out)
    for e in g.frontiers:
        out.print(summary.edge(e))


def _hypotheses(g: Regime, out: Console) -> None:
    t = table("hypothesis", "relation", "needed", "actual", "", right=("needed", "actual"))
    for j in g.hypotheses:
        needed, actual = summary.shown_sides(j)
        colour = {"holds": "green", "fails": "red"}.get(str(j.status), "yellow")
        t.add_row(
            j.hypothesis.name,
            text(j.hypothesis.relation),
            needed,
            actual,
            Text(summary.status(j), style=colour),
        )
    out.print(t)


def _claims(g: Regime, out: Console) -> None:
    t = table(
        "claim",
        "relation",
        "predicted",
        "observed",
        "slack",
        "seeds",
        "verdict",
        right=("predicted", "observed", "slack", "seeds"),
    )
    for f in g.claims:
        t.add_row(
            f.claim.name,
            text(f.claim.relation),
            *summary.pair(f),
            number(f.slack),
            summary.seeds(f),
            Text(summary.verdict(f), style=COLOURS[f.verdict]),
        )
    out.print(t)


def _laws(g: Regime, out: Console) -> None:
    t = table("law", "declared", "fitted", "interval", "verdict", right=("declared", "fitted"))
    for w in g.laws:
        fit, sign = w.exponent, {"at most": "≤ ", "at least": "≥ "}.get(w.law.kind, "")
        t.add_row(
            f"{w.law.name}: {text(w.law.read)} along {summary.along(w.law)}",
            f"{sign}{number(float(w.law.exponent))}",
            number(fit.fitted),
            f"[{number(fit.low)}, {number(fit.high)}]",
            Text(str(fit.verdict), style=COLOURS.get(fit.verdict, "dim")),
        )
    out.print(t)
    if ladders := summary.ladders(g):
        out.print(f"along {ladders}", highlight=False)
    for w in g.laws:
        if w.exponent.why:
            out.print(f"{w.law.name}: {w.exponent.why}", highlight=False)


def overview(reports: Sequence[Report], refused: Mapping[str, str], out: Console) -> None:
    """One line a paper."""
    t = table(*catalogue.HEADER)
    for r in reports:
        *cells, word = catalogue.row(r)
        colour = {"refuted": "bold red", "ok": "green"}.get(word, "yellow")
        t.add_row(*cells, Text(word, style=colour))
    for key, why in refused.items():
        t.add_row(
            key, Text(why, style="dim"), *[""] * 5, Text("not for these data", style="yellow")
        )
    out.print(t)


def show_demands(found: dict[str, Any], out: Console) -> None:
    """What the catalogue demands of a data set."""
    out.print(
        Text(f"{found['data']}: {found['n']} points in {found['d']} dimensions", style="bold")
    )
    for note in found["notes"]:
        out.print(Text(f"note: {note}", style="yellow"))
    t = table("", "quantity", "value", "certified bounds", right=("value",))
    for q in found["quantities"].values():
        t.add_row(q["text"], q["meaning"], summary.known(q, 6), summary.bounds(q))
    out.print(t)
    for paper in found["papers"]:
        out.print()
        out.print(Text(f"{paper['key']}", style="bold"), Text(paper["title"], style="dim"))
        if paper["refused"]:
            out.print(Text(f"  not for these data: {paper['refused']}", style="yellow"))
        for h in paper["hypotheses"]:
            needed, actual = summary.apart(
                (h["needed"], h["needed_in"]), (h["actual"], h["actual_in"])
            )
            out.print(
                f"  {summary.MARKS[h['status']]} {h['name']} ({h['at']}): {actual} against {needed}"
            )
        for d in paper["demands"]:
            out.print(
                f"  {d['statement']}, δ = {number(d['delta'])}, demands {', '.join(d['says'])}"
            )
