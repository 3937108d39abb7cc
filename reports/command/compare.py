"""`check compare`: theorems side by side."""

from __future__ import annotations

from typing import Any

import click

from reports.command.arguments import data_options
from reports.command.checked import options_of
from reports.command.crash import Command
from reports.command.output import chosen, print_json


@click.command("compare", cls=Command)
@click.argument("names", metavar="KEY|FILE.py...", nargs=-1, required=True)
@click.option(
    "--data",
    default="digits",
    show_default=True,
    metavar="NAME|FILE",
    help="Where the numbers are taken.",
)
@data_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of tables.")
def command(names: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Theorems side by side: whose width, step and iterations are smaller, in which variable, and
    in numbers.
    """
    from reports.pages import terminal
    from reports.studies import comparison
    from reports.studies.planning import loaded

    options = options_of(asked)
    assert options.data is not None  # --data has a default
    table = loaded(options.data, options.samples, options.label)
    rows = comparison.rows(chosen(names), table, options.delta)
    if as_json:
        print_json(comparison.tree(rows))
    else:
        comparison.show(rows, table, options.delta, terminal.console())
