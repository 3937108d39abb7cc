"""A report as GitHub-flavoured Markdown: inline mathematics as $`...`$ (safe from Markdown's own
signs), no raw pipes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.judging.draw import ABSURD
from reports.judging.findings import Regime, Report
from reports.judging.statistics import INTERVAL, MARGIN
from reports.judging.verdict import LawVerdict, Verdict
from reports.pages import summary
from sim.setting.draws import source
from theorems.language import Theorem
from theorems.language.measurement import parameter
from theorems.language.term import Term
from theorems.reasoning.replay import Replay, point_of
from theorems.writing.card import step_line
from theorems.writing.notation import number, tex


def math(expression: object) -> str:
    """The expression as inline mathematics."""
    return f"$`{tex(expression)}`$"


def cell(words: str) -> str:
    """Words that cannot break a table."""
    return words.replace("|", "\\|").replace("\n", " ")


def grid(
    header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()
) -> list[str]:
    """A table; the columns named in `right` are aligned to the right. A blank line follows."""
    marks = ["---:" if h in right else "---" for h in header]
    return [
        f"| {' | '.join(header)} |",
        f"| {' | '.join(marks)} |",
        *(f"| {' | '.join(r)} |" for r in rows),
        "",
    ]


def render(report: Report, figures: Sequence[tuple[str, str]] = ()) -> str:
    """The whole report; `figures` are (caption, file name)."""
    p = report.paper
    lines = [f"# {report.key}: {p.title}", "", p.citation, "", f"**{_headline(report)}**", ""]
    lines += [f"- {line}" for line in report.noticed] + ([""] if report.noticed else [])
    lines += _overview(report) + _quantities(report) + _measured(report)
    lines += [
        x for caption, file in figures for x in (f"![{caption}]({file})", "", f"*{caption}*", "")
    ]
    for theorem in dict.fromkeys(g.theorem for g in report.regimes):
        lines += _theorem(theorem, [g for g in report.regimes if g.theorem is theorem], report)
    lines += ["## How far to trust this file", "", *(f"- {x.says}" for x in report.trust), ""]
    lines += _errata(report) + _legend(report) + _provenance(report)
    return "\n".join(lines).rstrip() + "\n"


def _headline(report: Report) -> str:
    if report.noticed:
        return "Something in this paper as declared is refuted:"
    return "No claim is refuted." if report.measured else "Nothing could be measured."


def _overview(report: Report) -> list[str]:
    rows = [
        (
            f"[{cell(g.theorem.statement)}](#{_anchor(g.theorem.statement)})",
            summary.regime(g),
            cell(summary.scale_line(g)),
            summary.verdict_counts(g.claims),
        )
        for g in report.regimes
    ]
    return grid(("statement", "regime", "scale", "claims"), rows)


def _anchor(heading: str) -> str:
    return "".join(c for c in heading.lower() if c.isalnum() or c in " -").replace(" ", "-")


def _quantities(report: Report) -> list[str]:
    rows = [
        (f"`{q['text']}`", cell(q["meaning"]), summary.known(q, 6), summary.bounds(q))
        for q in report.quantities.values()
    ]
    lines = [
        "## The data",
        "",
        f"{report.data[0].upper()}{report.data[1:]}. Bounds are certified, by ball arithmetic or by bounds on rounding.",
        "",
    ]
    lines += [f"> {note}" for note in report.notes] + ([""] if report.notes else [])
    lines += grid(("", "quantity", "value", "certified bounds"), rows, right=("value",))
    wants = [(cell(d["statement"]), cell(", ".join(d["says"]))) for d in report.demands]
    if wants:
        delta = number(report.demands[0]["delta"])
        lines += [
            f"What the explicit statements demand of this data at failure probability {delta}, rounded so that it stays true:",
            "",
        ]
        lines += grid(("statement", "demands"), wants)
    return lines


def _measured(report: Report) -> list[str]:
    """Every measured letter in the paper's words beside the definition that is evaluated."""
    letters = {q: None for g in report.regimes for q in g.theorem.quantities if q.of is not None}
    if not letters:
        return []
    settings = [g.theorem.setting for g in report.regimes if g.theorem.setting is not None]
    known, names = _outputs([s.outputs for s in settings])
    rows = [
        (
            f"`{cell(q.text.replace('({})', ''))}`",
            cell(q.meaning),
            f"`{cell(q.of.replaced(names).text)}`",
        )
        for q in sorted(letters, key=str)
    ]
    beside = ", `w(ref)` is `w` of the reference run" if any(s.reference for s in settings) else ""
    words = (
        "In words, and as evaluated: `x` are the rows as trained, `y` the labels, `w(0)` is `w` at "
        f"the start{beside}{known}."
    )
    return ["## What is measured", "", words, "", *grid(("", "in words", "measured as"), rows)]


def _outputs(found: Sequence[Term | None]) -> tuple[str, dict[Term, Term]]:
    """What is said of the outputs, and `f` for them: where all settings have the same ones, and no
    letter of theirs is called f.
    """
    outputs = found[0] if len(set(found)) == 1 else None
    if outputs is None or any(leaf.text == "f" for leaf in outputs.leaves()):
        return "", {}
    f = parameter("f", *outputs.axes)
    return f", `f` the outputs `{outputs.text}`", {outputs: f, outputs.start: f.start}


def _theorem(theorem: Theorem, regimes: Sequence[Regime], report: Report) -> list[str]:
    lines = [
        f"## {theorem.statement}",
        "",
        theorem.says + (" *(our own statement)*" if theorem.form == "ours" else ""),
        "",
    ]
    if theorem.abbreviations:
        shown = ", ".join(
            f"$`{tex(d)} = {tex(d.definition)}`$ ({d.meaning})" for d in theorem.abbreviations
        )
        lines += [f"Here {shown}.", ""]
    for g in regimes:
        lines += _regime(g)
    replays = [r for t, r in report.replays if t is theorem]
    if replays:
        lines += [f"### The algebra of {theorem.statement}, replayed", ""]
        lines += grid(
            ("step", "mathematics", "where", "outcome", "by", "remark"),
            [_replay(r) for r in replays],
        )
    return lines


def _regime(g: Regime) -> list[str]:
    lines = [
        f"### {summary.heading(g)}",
        "",
        f"{summary.scale_line(g)[0].upper()}{summary.scale_line(g)[1:]} — {g.why}.",
        "",
    ]
    if g.letters:
        lines += [
            f"At this scale {summary.letters_line(g, tex, '$`{}`$')}{'; median and range over the draws' if _varies(g) else ''}.",
            "",
        ]
    if g.mode:
        lines += [f"Simulation, {g.mode.name}: {g.mode.why}.", ""]
    lines += _hypotheses(g)
    if not g.was_run:
        return [*lines, f"{len(g.claims)} claims were not run.", ""]
    frontiers = [x for e in g.frontiers for x in (summary.edge(e), "")]
    return [*lines, *_claims(g), *_evidence(g), *_laws(g), *frontiers]


def _hypotheses(g: Regime) -> list[str]:
    if not g.hypotheses:
        return []
    table = []
    for j in g.hypotheses:
        needed, actual = summary.shown_sides(j)
        table.append(
            (
                cell(j.hypothesis.name),
                math(j.hypothesis.relation),
                cell(j.hypothesis.at),
                cell(needed),
                cell(actual),
                summary.status(j),
            )
        )
    return grid(
        ("hypothesis", "relation", "where", "needed", "actual", "status"),
        table,
        right=("needed", "actual"),
    )


def _claims(g: Regime) -> list[str]:
    rows = [
        (
            cell(f.claim.name),
            math(f.claim.relation),
            cell(f.claim.at),
            *map(cell, summary.pair(f)),
            number(f.slack),
            summary.seeds(f),
            f"**{summary.verdict(f)}**",
        )
        for f in g.claims
    ]
    return grid(
        ("claim", "relation", "where", "predicted", "observed", "slack", "seeds", "verdict"),
        rows,
        right=("predicted", "observed", "slack", "seeds"),
    )


def _varies(g: Regime) -> bool:
    return any(low < high for low, _, high in g.letters.values())


def _evidence(g: Regime) -> list[str]:
    lines = [f"- {f.claim.name}: {f.evidence}." for f in g.claims if f.evidence]
    return (
        ["<details><summary>Evidence, claim by claim</summary>", "", *lines, "", "</details>", ""]
        if lines
        else []
    )


def _laws(g: Regime) -> list[str]:
    if not g.laws:
        return []
    rows = []
    for w in g.laws:
        e, sign = w.exponent, {"at most": r"\leq ", "at least": r"\geq "}.get(w.law.kind, "")
        rows.append(
            (
                cell(w.law.name),
                math(w.law.read),
                cell(summary.along(w.law)),
                cell(w.law.at),
                f"$`{sign}{tex(w.law.exponent)}`$",
                number(e.fitted),
                f"[{number(e.low)}, {number(e.high)}]",
                str(e.verdict),
            )
        )
    said = [f"- {w.law.name}: {w.exponent.why}." for w in g.laws if w.exponent.why]
    ladders = summary.ladders(g)
    return [
        f"Exponents along {ladders or 'no ladder'}, fitted per seed on the whole ladder, or on its last half where it bends; "
        f"{INTERVAL:.0%} intervals over seeds, margin {MARGIN:g}:",
        "",
        *grid(
            ("law", "of", "along", "where", "declared", "fitted", "interval", "verdict"),
            rows,
            right=("fitted",),
        ),
        *([*said, ""] if said else []),
    ]


def _replay(r: Replay) -> tuple[str, ...]:
    remark = point_of(r.counterexample) if r.counterexample else r.note
    mathematics = (
        step_line(r.step, tex)
        .replace(" ⟹ ", r" \implies ")
        .replace(" ≍ ", r" \asymp ")
        .replace(" ⟺ ", r" \iff ")
    )
    for word in (" in ", " for "):
        mathematics = mathematics.replace(word, rf" \text{{{word}}} ")
    mathematics = (
        mathematics.replace(" ≤ ", r" \leq ").replace(" ≥ ", r" \geq ").replace(", ", r",\; ")
    )
    return (
        cell(r.step.name),
        f"$`{mathematics}`$",
        cell(r.step.at),
        str(r.outcome),
        r.engine,
        cell(remark),
    )


def _errata(report: Report) -> list[str]:
    if not report.errata:
        return []
    rows = [
        (
            cell(s.erratum.at),
            s.erratum.kind,
            cell(s.printed),
            cell(s.corrected),
            cell(s.erratum.remark),
        )
        for s in report.errata
    ]
    return [
        "## As printed, as corrected",
        "",
        *grid(("where", "kind", "as printed", "as corrected", "remark"), rows),
    ]


def _legend(report: Report) -> list[str]:
    used = [v for v in Verdict if any(f.verdict is v for g in report.regimes for f in g.claims)]
    laws = [
        v
        for v in LawVerdict
        if any(w.exponent.verdict is v for g in report.regimes for w in g.laws)
    ]
    rows = [(f"**{v}**", v.sentence) for v in used] + [(f"**{w}**", w.sentence) for w in laws]
    return [
        "## How to read the verdicts",
        "",
        *grid(("verdict", "meaning"), rows),
        "Slack is the bound divided by what was observed, where the claim failed first, else where it is tightest. "
        "A bound is *vacuous* when the inputs alone already imply it, or when it is more than "
        f"{number(ABSURD)} times what was seen. " + summary.BUDGET_SENTENCE,
        "",
    ]


def _provenance(report: Report) -> list[str]:
    versions = ", ".join(f"{k} {v}" for k, v in report.versions.items())
    return [
        "## Where the numbers come from",
        "",
        "```sh",
        report.command,
        "```",
        "",
        f"Float64 throughout. Seed s draws each parameter in blocks of 65,536 neurons from its own {source()} stream. {versions}.",
        "",
    ]
