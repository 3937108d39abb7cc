"""A report on disk: Markdown, JSON and figures, each written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.judging.findings import Report, tree
from reports.pages import catalogue, figures, markdown


def write(report: Report, folder: Path) -> None:
    """Write KEY.md, KEY.json and the figures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = figures.plot(report, folder)
    _whole(
        folder / f"{report.key}.json",
        json.dumps(tree(report), indent=1, ensure_ascii=False) + "\n",
    )
    _whole(folder / f"{report.key}.md", markdown.render(report, drawn))


def write_catalogue(reports: Sequence[Report], refused: Mapping[str, str], folder: Path) -> None:
    """Write catalogue.md, which links to the reports, into the folder."""
    _whole(folder / "catalogue.md", catalogue.as_markdown(reports, refused))


def _whole(path: Path, content: str) -> None:
    part = path.with_suffix(path.suffix + ".tmp")
    part.write_text(content, encoding="utf-8")
    part.replace(path)
