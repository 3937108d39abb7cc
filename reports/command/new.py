"""`check new`: a commented theorem file that runs at once."""

from __future__ import annotations

from pathlib import Path

import click

from reports.command.crash import Command


@click.command("new", cls=Command)
@click.argument("key")
def command(key: str) -> None:
    """Write KEY.py, a commented theorem file that runs at once: check theorem ./KEY.py."""
    import theorems

    path = theorems.write_skeleton(key, Path())
    click.echo(
        f"written: {path.name}; check theorem ./{path.name} runs it, check derivation ./{path.name} replays its proof"
    )
