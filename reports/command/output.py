"""What every command prints alike: JSON, and the papers that cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from theorems.language.paper_file import PaperFile


def print_json(tree: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(tree, indent=1, ensure_ascii=False))


def complain(broken: Exception) -> None:
    """One line on stderr; the work goes on."""
    click.echo(f"check: {broken}", err=True)


def chosen(names: tuple[str, ...]) -> list[PaperFile]:
    """The named papers, or the whole catalogue but for what cannot be read, which is named."""
    import theorems

    return [theorems.find(n) for n in names] if names else list(theorems.papers(complain))
