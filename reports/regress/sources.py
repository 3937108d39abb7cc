"""What the runs behind a lock rest on, as a digest: while it stays the same, they need no repeating."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import reports
import sim
import theorems
from reports.studies.versions import versions
from theorems.language.paper_file import PaperFile

ROOMS = (
    *(Path(theorems.__path__[0]) / room for room in ("language", "reasoning", "lemmas")),
    Path(sim.__path__[0]),
    *(Path(reports.__path__[0]) / room for room in ("judging", "studies", "regress")),
)


def behind(file: PaperFile) -> str:
    """Of the paper's file and its parts, of everything that runs and judges, and of the versions of
    the libraries.
    """
    return behind_files(file.sources)


def behind_files(files: Iterable[Path]) -> str:
    """Of these files too."""
    found = (f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files)
    return hashlib.sha256(_ours() + "\n".join(found).encode()).hexdigest()[:16]


@cache
def _ours() -> bytes:
    said = [f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in _sources()]
    return json.dumps([*said, versions()], sort_keys=True).encode()


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted(room.rglob("*.py"))
