"""`check regress`: whether anything changed its meaning since it was locked."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reports.command.arguments import writable
from reports.command.crash import Command
from reports.command.output import chosen, print_json

if TYPE_CHECKING:
    from reports.regress.difference import Regression


@dataclass(frozen=True)
class Formats:
    """As what the differences are told."""

    junit: Path | None
    github: bool
    as_json: bool

    def tell(self, found: list[Regression]) -> None:
        """Write the JUnit file, and print the text with its annotations or the JSON."""
        from reports.regress import difference

        if self.junit is not None:
            writable(self.junit.parent)
            self.junit.parent.mkdir(parents=True, exist_ok=True)
            self.junit.write_text(difference.as_junit(found), encoding="utf-8")
        if self.as_json:
            print_json(difference.tree(found))
        else:
            notes = difference.as_annotations(found) if self.github else ()
            click.echo("\n".join([*difference.as_text(found), *notes]))


@click.command("regress", cls=Command)
@click.argument("names", metavar="[KEY|FILE.py]...", nargs=-1)
@click.option("--update", is_flag=True, help="Write the locks anew.")
@click.option(
    "--runs", is_flag=True, help="Repeat the runs even where nothing behind them has changed."
)
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write a JUnit XML file.",
)
@click.option(
    "--github",
    is_flag=True,
    envvar="GITHUB_ACTIONS",
    help="Also print GitHub annotations (on by itself in GitHub Actions).",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead.")
def command(names: tuple[str, ...], update: bool, runs: bool, **formats: Any) -> None:
    """Recompute what is locked and show what changed; exit 1 when a meaning changed, never for
    noise.
    """
    import theorems
    from reports.regress import difference, lock
    from sim.store import Store

    files, unread = chosen(names), not names and bool(theorems.unreadable())
    if update:
        for file in files:
            fresh = lock.content(file, Store(), None if runs else lock.old(file))
            click.echo(f"locked: {lock.write(file, fresh).name}")
        return
    found = [difference.against_lock(file, Store(), runs) for file in files]
    Formats(**formats).tell(found)
    # what was locked and cannot be read any more has no meaning to compare
    sys.exit(1 if any(r.meaning for r in found) else 2 if unread else 0)
