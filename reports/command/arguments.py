"""What a user types, as values: lists of numbers, exact probabilities, folders that can be written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from theorems.problem import BadInput

Command = Callable[..., Any]


class Numbers(click.ParamType):  # type: ignore[type-arg]
    """A comma-separated list of whole numbers."""

    name = "N,N,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            return (
                tuple(int(part) for part in value.split(",")) if isinstance(value, str) else value
            )
        except ValueError:
            raise BadInput(
                f"--{param.name}",
                value,
                "it must be whole numbers separated by commas, e.g. 256,1024",
            ) from None


class Probability(click.ParamType):  # type: ignore[type-arg]
    """A decimal or a fraction, kept exact."""

    name = "P"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        from sympy import Rational

        try:
            return Rational(value)
        except (TypeError, ValueError, ZeroDivisionError):
            raise BadInput(
                f"--{param.name}", value, "it must be a number such as 0.1 or 1/10"
            ) from None


def writable(out: Path) -> None:
    """Whether the folder can be made and written, found out without making anything."""
    there = next(p for p in (out.absolute(), *out.absolute().parents) if p.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise BadInput(
            "--out",
            str(out),
            f"it cannot be written: {there.name or there} is {'a file' if there.is_file() else 'read-only'}",
        )


POINTS = (
    click.option(
        "--label",
        default="label",
        show_default=True,
        help="Column (or array) of the labels in a file.",
    ),
    click.option(
        "--samples",
        type=int,
        metavar="N",
        help="Use the first N points (default 10; all rows of a file).",
    ),
)
DATA = (
    *POINTS,
    click.option(
        "--delta",
        type=Probability(),
        default="1/10",
        show_default=True,
        help="Failure probability.",
    ),
)
RUN = (
    click.option(
        "--data",
        metavar="NAME|FILE",
        help="digits, orthonormal, sphere, separable, xor, ..., or a .csv, .npz or .parquet file.",
    ),
    *POINTS,
    click.option(
        "--widths",
        type=Numbers(),
        help="Ladder of widths at practical scale; in regime, the width.",
    ),
    click.option(
        "--seeds",
        type=int,
        metavar="S",
        help="Seeds a run (default: what the error budget demands).",
    ),
    click.option("--seed", type=int, default=0, show_default=True, help="The first seed."),
    click.option("--steps", type=int, metavar="K", help="Training steps."),
    click.option("--step-size", type=float, metavar="ETA", help="Step size at practical scale."),
    click.option("--delta", type=Probability(), help="Failure probability delta of the theorem."),
    click.option(
        "--regime",
        type=click.Choice(["in", "practical", "both"]),
        default="both",
        show_default=True,
        help="in: where every hypothesis certainly holds, however long it takes; practical: your data at your sizes.",
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=Path("out"),
        show_default=True,
        metavar="DIR",
        help="Where reports and finished seeds go.",
    ),
    click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object instead of tables."
    ),
    click.option("--quiet", is_flag=True, help="No progress on stderr."),
)


def _with(options: Sequence[Callable[[Command], Command]], f: Command) -> Command:
    for option in reversed(options):
        f = option(f)
    return f


def data_options(f: Command) -> Command:
    """The options of a question about data."""
    return _with(DATA, f)


def run_options(f: Command) -> Command:
    """The options of a check."""
    return _with(RUN, f)
