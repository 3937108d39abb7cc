"""`check theorem`: one paper, checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from reports.command.arguments import run_options
from reports.command.checked import checked, options_of
from reports.command.crash import Command
from reports.command.output import chosen, print_json


@click.command("theorem", cls=Command)
@click.argument("name", metavar="KEY|FILE.py")
@run_options
def command(name: str, out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Check one paper: its derivation, its hypotheses on your data, its claims in simulation."""
    options = options_of(asked)
    (file,) = chosen((name,))
    report = checked(file, options, out, quiet)
    from reports.judging import findings
    from reports.pages import terminal

    if as_json:
        print_json(findings.tree(report))
    else:
        terminal.show(report, terminal.console())
        click.echo(f"written: {out / report.key}.md", err=True)
    sys.exit(report.exit_code)
