"""The benchmark's numbers as lines, as a page with tables, and as a log-log figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

NAMES = {"dense": "our dense JAX loop", "torch": "PyTorch loop", "optax": "optax loop"}


def line(row: dict[str, Any]) -> str:
    """One measured row in words."""
    head = f"{row['name']:12s} n = {row['points']:<3d} m = {row['width']:<15,d}"
    if "step" in row and "timed" in row:
        return f"{head} {row['step']:.3g} s a step, mean of {row['timed']}; {row['ready']:.2g} s before"
    parts = f"pass {row['pass']:.3g} s, {row['held']:,} followed, {row['gigabytes']:.2g} GB"
    return f"{head} {row['mode']}, {row['steps']:,} steps: {row['seconds']:.3g} s ({parts})"


def ratios(result: dict[str, Any]) -> list[dict[str, Any]]:
    """For every row of ours that has dense loops: their seconds, and how many times faster ours is
    than the fastest.
    """
    found = []
    for row in result["ours"]:
        at = {
            x["name"]: x["ready"] + x["step"] * row["steps"]
            for x in result["loops"]
            if (x["points"], x["width"]) == (row["points"], row["width"])
        }
        found.append(
            {**row, "loops": at, "times": min(at.values()) / row["seconds"] if at else None}
        )
    return found


def exponent(result: dict[str, Any], column: str) -> float:
    """Of a column against the width of the rows where every neuron is drawn, by least squares."""
    rows = [r for r in result["wider"] if r["name"] == "exact"]
    return float(
        np.polyfit(np.log([r["width"] for r in rows]), np.log([r[column] for r in rows]), 1)[0]
    )


INTRODUCTION = [
    "# The wide engine in numbers",
    "",
    "`make bench` writes this page. Everything is measured in one run on one machine; only ratios carry over to another. Times of",
    "the wide engine include the draw, compilation, and every probe that a check records, in float64, each row in a process of its",
    "own. Dense loops are timed for a few seconds after a warm-up step and carried on to the number of steps; PyTorch and optax run",
    "in float32. Data: points on the sphere, unless said otherwise. The figures are those of 200 steps.",
    "",
    "![Seconds against width](benchmarks.svg)",
    "",
]


def write(result: dict[str, Any], folder: Path) -> None:
    """benchmarks.json, benchmarks.md and benchmarks.svg in the folder; the page is printed too."""
    result["ratios"], result["exponents"] = (
        ratios(result),
        {c: exponent(result, c) for c in ("held", "step", "pass")},
    )
    text = "\n".join([*INTRODUCTION, *_dense(result), *_wider(result), *_limit(result)])
    (folder / "benchmarks.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / "benchmarks.md").write_text(text)
    figure(result, folder / "benchmarks.svg")
    print(text)


def _dense(result: dict[str, Any]) -> list[str]:
    """The wide engine against loops that hold every neuron."""
    lines = [
        "## Against dense loops",
        "",
        "| n | m | steps | wide engine | "
        + " | ".join(NAMES.values())
        + " | times faster than the fastest |",
        "|---:|---:|---:|---:|" + "---:|" * 4,
    ]
    for r in result["ratios"]:
        cells = [f"{r['loops'][k]:,.3g} s" if k in r["loops"] else "not installed" for k in NAMES]
        times = f"**{r['times']:,.3g}**" if r["times"] else ""
        lines.append(
            f"| {r['points']} | {r['width']:,} | {r['steps']:,} | {r['seconds']:.3g} s | {' | '.join(cells)} | {times} |"
        )
    return lines


def _wider(result: dict[str, Any]) -> list[str]:
    """Widths at which no loop can hold every neuron."""
    lines = [
        "",
        "## Where dense loops do not go",
        "",
        "| setting | n | m | steps | way | seconds | of these the draw | followed one by one | memory |",
        "|---|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    words = {
        "exact": "squared loss, orthonormal",
        "orthonormal": "squared loss, orthonormal",
        "logistic": "ji2020: logistic loss, orthonormal",
    }
    for r in (*result["wider"], *result["ji2020"]):
        cells = [
            words[r["name"]],
            str(r["points"]),
            f"{r['width']:,}",
            f"{r['steps']:,}",
            r["mode"],
            f"{r['seconds']:.3g}",
            f"{r['pass']:.3g}",
            f"{r['held']:,}",
            f"{r['gigabytes']:.2g} GB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _limit(result: dict[str, Any]) -> list[str]:
    """The pass over the draw against what a Gaussian number costs."""
    limit = min(result["generators"].values())
    widest = max((r for r in result["wider"] if r["name"] == "exact"), key=lambda r: r["width"])
    powers, own = result["exponents"], result["generators"]["NumPy SFC64 float64"]
    speed = widest["pass"] / (widest["width"] * widest["dimension"]) * 1e9
    return [
        "",
        "## Against the physical limit",
        "",
        "What a Gaussian number costs, on all cores, in nanoseconds:",
        "",
        "| " + " | ".join(result["generators"]) + " | the whole pass at m = 10⁹, n = 4 |",
        "|" + "---:|" * (len(result["generators"]) + 1),
        "| "
        + " | ".join(f"{v:.3g}" for v in result["generators"].values())
        + f" | **{speed:.3g}** |",
        "",
        f"The pass takes {speed / limit:.2g} times what the fastest generator takes for as many numbers, and "
        f"{speed / own:.2g} times what its own generator takes, whose float64 numbers are the same on every machine.",
        "",
        f"The neurons that must be held grow as m to the power {powers['held']:.2f}, the seconds of the pass as {powers['pass']:.2f}, and the "
        f"seconds of a step as {powers['step']:.2f}: a step follows only those that a stretch of steps can bring to a kink "
        "(m = 10⁶ to 10⁹, n = 4, 200 steps, everything compiled).",
        "",
    ]


def figure(result: dict[str, Any], path: Path) -> None:
    """Seconds of the fewest steps against the width, a panel a number of points."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "benchmarks"
    import matplotlib.pyplot as plt

    sizes = sorted({r["points"] for r in result["ours"]})
    steps, widest = (f(r[x] for r in result["ours"]) for f, x in ((min, "steps"), (max, "width")))
    fig, axes = plt.subplots(1, len(sizes), figsize=(9, 3.6), sharey=True, squeeze=False)
    for ax, points in zip(axes[0], sizes, strict=True):
        for name, words in NAMES.items():
            rows = [
                (r["width"], r["loops"][name])
                for r in result["ratios"]
                if r["points"] == points and r["steps"] == steps and name in r["loops"]
            ]
            if rows:
                ax.loglog(*zip(*rows, strict=True), "o--", label=words, ms=4)
        ours = [
            (r["width"], r["seconds"], r["mode"])
            for r in (*result["ratios"], *result["wider"])
            if r["points"] == points
            and r["steps"] == steps
            and not (r["name"] == "exact" and r["width"] <= widest)
        ]
        for mode, mark, label in (
            ("streamed", "o-", "wide engine, every neuron drawn"),
            ("aggregated", "*", "wide engine, by joint law"),
        ):
            at = [(width, seconds) for width, seconds, way in ours if way == mode]
            if at:
                ax.loglog(*zip(*at, strict=True), mark, color="black", label=label, ms=6)
        ax.set(title=f"{steps} steps, n = {points}", xlabel="hidden neurons m")
        ax.grid(alpha=0.3)
    axes[0][0].set_ylabel("seconds")
    axes[0][0].legend(fontsize=7)
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None})
    plt.close(fig)
