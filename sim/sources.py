"""The sources that can change a run's numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import jax
import numpy as np

from theorems.language.measurement import Term

SOURCES: dict[str, Path] = {}  # of operations that a file of parts adds, by name
HERE = Path(__file__).parent
LANGUAGE = [
    HERE.parent / "theorems" / "language" / f"{name}.py"
    for name in ("initialization", "measurement", "method", "setting", "term")
]


@cache
def _ours() -> bytes:
    """The simulator's own sources, sub-folders included, and the versions of its libraries."""
    sources = [p.read_bytes() for p in (*sorted(HERE.rglob("*.py")), *LANGUAGE)]
    versions = jax.__version__.encode() + np.__version__.encode()
    return hashlib.sha256(b"".join(sources) + versions).digest()


def used(terms: Iterable[Term]) -> list[Path]:
    """The files of the operations that occur, sorted."""
    names = {t.operation for term in terms for t in term.all_terms()}
    return sorted({SOURCES[name] for name in names & SOURCES.keys()})


def digest(terms: Sequence[Term]) -> str:
    """Of our sources, and of every file of parts that these terms use."""
    parts = [p.read_bytes() for p in used(terms)]
    return hashlib.sha256(_ours() + b"".join(parts)).hexdigest()[:16]
