"""`check derivation`: every step of a proof's algebra, replayed."""

from __future__ import annotations

import sys

import click

from reports.command.crash import Command
from reports.command.output import chosen, print_json


@click.command("derivation", cls=Command)
@click.argument("name", metavar="KEY|FILE.py")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def command(name: str, as_json: bool) -> None:
    """Every step of a proof's algebra as mathematics, with verdict, engine and counterexample."""
    from reports.pages import terminal
    from reports.studies import proof

    (file,) = chosen((name,))
    if as_json:
        print_json(proof.tree(file))
    else:
        proof.show(file, terminal.console())
    sys.exit(proof.broken(file))
