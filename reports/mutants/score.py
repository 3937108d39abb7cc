"""The score of planted errors: a table which layer notices what, and the survivors with their
reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from reports.mutants.trials import LAYERS, TEXT, Trial, by_class
from reports.pages.markdown import cell, grid
from reports.pages.terminal import table


def headline(trials: Sequence[Trial]) -> str:
    """The score in a sentence."""
    fates = [f for t in trials for f in t.fates]
    caught, alone = (
        sum(bool(f.noticed) for f in fates),
        sum(bool(set(f.noticed) - TEXT) for f in fates),
    )
    alarms = sum(len(t.false_alarms) for t in trials)
    void = [t.void for t in trials if t.void]
    words = (
        f"{caught} of {len(fates)} wrong versions noticed ({alone} without comparing texts); {alarms} false alarms on the true version and "
        f"{sum(t.rewritten for t in trials)} rewritings of it"
    )
    return f"VOID: this trial measured nothing ({'; '.join(void)}). {words}" if void else words


def show(trials: Sequence[Trial], out: Console) -> None:
    """The score on a terminal."""
    for t in trials:
        grid_ = table(
            f"{t.key}: class of error",
            "planted",
            "noticed",
            *LAYERS,
            right=("planted", "noticed", *LAYERS),
        )
        for kind, row in by_class(t.fates).items():
            grid_.add_row(
                kind,
                str(row["planted"]),
                str(row["caught"]),
                *(str(row[layer] or "·") for layer in LAYERS),
            )
        out.print(grid_)
        for layer, why in t.absent.items():
            out.print(Text(f"the layer {layer} is not there: {why}", style="yellow"))
        for f in t.survivors:
            out.print(
                Text(
                    f"survives: {f.mutant.statement}, {f.mutant.change} ({f.mutant.kind}): {f.why}",
                    style="yellow",
                )
            )
        for a in t.false_alarms:
            out.print(Text(f"false alarm: {a}", style="bold red"))
    out.print(Text(headline(trials), style="bold"))


def as_markdown(trials: Sequence[Trial]) -> str:
    """The score as a page."""
    lines = [
        "# Planted errors",
        "",
        f"{headline(trials)}.",
        "",
        "Typing compares with the second typing, lock with the last reviewed state; both see every change of meaning. The other layers know "
        "no text: they refute.",
        "",
    ]
    for t in trials:
        rows = [
            (
                kind,
                str(row["planted"]),
                str(row["caught"]),
                str(row["without text"]),
                *(str(row[layer] or "·") for layer in LAYERS),
            )
            for kind, row in by_class(t.fates).items()
        ]
        numbers = ("planted", "noticed", "without text", *LAYERS)
        lines += [f"## {t.key}", "", *grid(("class", *numbers), rows, right=numbers), *_quiet(t)]
    return "\n".join(lines).rstrip() + "\n"


def _quiet(t: Trial) -> Iterator[str]:
    quiet = [f for f in t.fates if not set(f.noticed) - TEXT]
    if quiet:
        yield f"Noticed by a comparison of texts alone, or not at all: {len(quiet)}, with the reason why nothing refutes them."
        yield ""
        yield from grid(
            ("statement", "class", "change", "noticed by", "reason"),
            [
                (
                    cell(f.mutant.statement),
                    f.mutant.kind,
                    cell(f.mutant.change),
                    ", ".join(f.noticed) or "nothing",
                    cell(f.why),
                )
                for f in quiet
            ],
        )
