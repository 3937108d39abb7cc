"""Figures of a report as SVG, drawn from the same numbers as its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from reports.judging.findings import Report
from theorems.writing.notation import number, text

INK = "#333333"  # dark grey, of axes and words
BOUND = "#c0392b"  # red, of what is claimed
SEEN = "#1f6f8b"  # blue, of what was measured
STYLE: Any = {
    "svg.hashsalt": "theorycheck",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.titlesize": 9,
    "legend.frameon": False,
    "figure.dpi": 100,
}


def plot(report: Report, folder: Path) -> list[tuple[str, str]]:
    """Write the figures that the report has numbers for; (caption, file name) of each."""
    import matplotlib

    matplotlib.use("svg")
    with matplotlib.rc_context(STYLE):
        made = [_curves(report, folder), _laws(report, folder)]
    return [m for m in made if m]


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    part = path.with_suffix(".tmp")
    figure.savefig(part, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    part.replace(path)


def _grid(count: int) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt

    columns = min(count, 3)
    rows = -(-count // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.4 * columns, 2.6 * rows), layout="constrained", squeeze=False
    )
    for extra in axes.flat[count:]:
        extra.set_visible(False)
    return figure, axes.flat


def _curves(report: Report, folder: Path) -> tuple[str, str] | None:
    different = {
        (g.curve.low, g.curve.bound): g for g in reversed(report.regimes) if g.curve is not None
    }
    shown = list(reversed(different.values()))
    if not shown:
        return None
    figure, axes = _grid(len(shown))
    for ax, g in zip(axes, shown, strict=False):
        c = g.curve
        assert c is not None
        positive = [v for v in (*c.low, *c.bound) if v > 0]
        logarithmic = (
            len(positive) >= len(c.low) + len(c.bound) - 2
        )  # a zero or two at the ends do not spoil the axis
        least = 1e-300 if logarithmic else -np.inf
        ax.fill_between(
            c.steps,
            np.maximum(c.low, least),
            np.maximum(c.high, least),
            color=SEEN,
            alpha=0.25,
            linewidth=0,
        )
        ax.plot(c.steps, c.median, color=SEEN, label=f"observed, {g.scale['seeds']} seeds")
        ax.plot(c.steps, c.bound, color=BOUND, linestyle="--", label="claimed bound")
        if logarithmic:
            ax.set_yscale("log")
            ax.set_ylim(max(min(positive), 1e-30) / 2, max(c.high) * 2)
        width = g.theorem.scale.width.name if g.theorem.scale.width else "m"
        wide = f", {width} = {g.scale[width]:,}" if width in g.scale else ""
        ax.set_title(f"{g.theorem.statement}\n{g.scale['data']}, n = {g.scale['n']}{wide}")
        ax.set_ylabel(c.title.partition(": ")[2])
        ax.set_xlabel({"k": "step k", "t": "time t"}.get(c.axis, c.axis))
    axes[0].legend(fontsize=7)
    name = f"{report.key}-curves.svg"
    _save(figure, folder / name)
    return (
        "The first claim over steps, observed (line: median, band: all seeds) against its bound.",
        name,
    )


def _laws(report: Report, folder: Path) -> tuple[str, str] | None:
    shown = [w for g in report.regimes for w in g.laws if len(w.medians) > 1]
    if not shown:
        return None
    figure, axes = _grid(len(shown))
    for ax, w in zip(axes, shown, strict=False):
        sizes, values = np.array(w.sizes, dtype=float), np.array(w.medians)
        order = sizes ** float(w.law.exponent) * np.abs(np.log(sizes)) ** float(w.law.log_exponent)
        declared = values[-1] * order / order[-1]
        ax.loglog(
            sizes,
            values,
            "o-",
            color=SEEN,
            markersize=4,
            label=f"measured, exponent {w.exponent.fitted:.2f}",
        )
        ax.loglog(
            sizes,
            declared,
            color=BOUND,
            linestyle="--",
            label=f"declared, {float(w.law.exponent):g}",
        )
        ax.set_title(f"{w.law.name}: {text(w.law.read)}")
        ax.set_xlabel(text(w.law.along))
        ax.minorticks_off()
        ax.set_yticks(
            values[[0, len(values) // 2, -1]],
            [f"{v:.2g}" for v in values[[0, len(values) // 2, -1]]],
        )
        ax.set_xticks(sizes, [number(float(s)) for s in sizes], fontsize=7)
        ax.legend(fontsize=7)
    name = f"{report.key}-laws.svg"
    _save(figure, folder / name)
    return (
        "Measured scaling (medians over seeds) against the declared exponents.",
        name,
    )
