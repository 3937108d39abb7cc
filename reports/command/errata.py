"""`check errata`: what is wrong as printed, beside what is right."""

from __future__ import annotations

import sys

import click

from reports.command.crash import Command
from reports.command.output import chosen, print_json


@click.command("errata", cls=Command)
@click.argument("names", metavar="[KEY|FILE.py]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of Markdown.")
def command(names: tuple[str, ...], as_json: bool) -> None:
    """What is wrong as printed, beside what is right, each witness recomputed; as Markdown."""
    from reports.studies import errata
    from sim.store import Store

    shown = errata.examined(chosen(names), Store())
    if as_json:
        print_json(errata.tree(shown))
    else:
        click.echo(errata.as_markdown(shown), nl=False)
    sys.exit(not all(s.stands for _, each in shown for s in each))
