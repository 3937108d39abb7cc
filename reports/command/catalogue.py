"""`check list`: the papers of the catalogue, none of them run."""

from __future__ import annotations

import click

from reports.command.crash import Command
from reports.command.output import complain, print_json


@click.command("list", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def command(as_json: bool) -> None:
    """The papers of the catalogue."""
    import theorems

    for broken in theorems.unreadable():
        complain(broken)
    entries = list(theorems.catalogue())
    if as_json:
        fields = ("key", "title", "year", "statement")
        print_json([{name: getattr(e, name) for name in fields} for e in entries])
        return
    width = max((len(e.key) for e in entries), default=0)
    for e in entries:
        click.echo(f"{click.style(e.key.ljust(width), bold=True)}  {e.statement}")
        click.echo(f"{' ' * width}  {e.title} ({e.year})")
