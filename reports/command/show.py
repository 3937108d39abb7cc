"""`check show`: what a paper claims."""

from __future__ import annotations

import click

from reports.command.crash import Command
from reports.command.output import print_json


@click.command("show", cls=Command)
@click.argument("name", metavar="KEY|FILE.py")
@click.option("--latex", is_flag=True, help="As LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(name: str, latex: bool, as_json: bool) -> None:
    """What a paper claims: statements, hypotheses, bounds, derivation, sources."""
    import theorems
    from theorems.writing import card

    file = theorems.find(name)
    if as_json:
        print_json(card.tree(file))
    else:
        click.echo(card.as_latex(file) if latex else card.as_text(file), nl=False)
