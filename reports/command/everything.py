"""`check all`: every paper of the catalogue in one table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from reports.command.arguments import run_options
from reports.command.checked import checked, options_of
from reports.command.crash import Command
from reports.command.output import chosen, print_json
from theorems.problem import BadInput


@click.command("all", cls=Command)
@run_options
def command(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Check every paper of the catalogue, print one table, and write it as catalogue.md with links
    to the reports.
    """
    options, reports, refused = options_of(asked), [], {}
    for file in chosen(()):
        try:
            reports.append(checked(file, options, out, quiet))
        except BadInput as error:
            refused[file.paper.key] = str(error)  # the data or sizes are not for every paper
    if not reports:
        why = next(iter(refused.values()), "there is none that can be read")
        raise BadInput("--data", options.data, f"no paper can take it: {why}")
    from reports.judging import findings
    from reports.pages import terminal, written

    written.write_catalogue(reports, refused, out)
    if as_json:
        print_json([findings.tree(r) for r in reports])
    else:
        terminal.overview(reports, refused, terminal.console())
        click.echo(f"written: {out / 'catalogue.md'}", err=True)
    sys.exit(min((r.exit_code for r in reports), key=(1, 0, 2, 3).index))
