"""`check data`: what the catalogue demands of a data set."""

from __future__ import annotations

from typing import Any

import click

from reports.command.arguments import data_options
from reports.command.crash import Command
from reports.command.output import chosen, print_json


@click.command("data", cls=Command)
@click.argument("name", metavar="NAME|FILE")
@data_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def command(name: str, label: str, samples: int | None, delta: Any, as_json: bool) -> None:
    """What every theorem of the catalogue demands of a data set."""
    from reports.studies.demands import about_data
    from reports.studies.options import Options

    options = Options(data=name, samples=samples, label=label, delta=delta)
    found = about_data(chosen(()), options)
    if as_json:
        print_json(found)
    else:
        from reports.pages import terminal

        terminal.show_demands(found, terminal.console())
