"""`check compare`: theorems side by side."""

from __future__ import annotations

from typing import Any

import click

from reports.command.arguments import data_options
from reports.command.crash import Command
from reports.command.output import chosen, print_json


@click.command("compare", cls=Command)
@click.argument("names", metavar="KEY|FILE.py...", nargs=-1, required=True)
@click.option(
    "--data",
    "source",
    default="digits",
    show_default=True,
    metavar="NAME|FILE",
    help="Where the numbers are taken.",
)
@data_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of tables.")
def command(
    names: tuple[str, ...], source: str, samples: int | None, label: str, delta: Any, as_json: bool
) -> None:
    """Theorems side by side: whose width, step and iterations are smaller, in which variable, and
    in numbers.
    """
    from reports.pages import terminal
    from reports.studies import comparison
    from reports.studies.options import Options
    from reports.studies.planning import loaded

    options = Options(data=source, samples=samples, label=label, delta=delta)
    table = loaded(source, options.samples, label)
    rows = comparison.rows(chosen(names), table, delta)
    if as_json:
        print_json(comparison.tree(rows))
    else:
        comparison.show(rows, table, delta, terminal.console())
