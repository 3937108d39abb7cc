"""What a theorem file declares, as a record: what is passed round once the file was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorems.language.erratum import Erratum
from theorems.language.statement import Paper, Theorem
from theorems.problem import BadInput


@dataclass(frozen=True)
class PaperFile:
    """A paper with its theorems and errata, and the path of the file that declares them.

    Raises BadInput, named after the file, for anything else than a Paper, one Theorem or more, and
    Errata.
    """

    path: Path
    paper: Paper
    theorems: tuple[Theorem, ...]
    errata: tuple[Erratum, ...] = ()

    def __post_init__(self) -> None:
        if not _all(self.theorems, Theorem) or not self.theorems:
            raise BadInput(
                self.path.name,
                None,
                "declares no theorem; it needs theorems = (Theorem(...), ...)",
            )
        if not isinstance(self.paper, Paper):
            raise BadInput(
                self.path.name,
                None,
                "declares no paper; it needs paper = Paper(key=..., title=..., ...)",
            )
        if not _all(self.errata, Erratum):
            raise BadInput(
                self.path.name,
                None,
                "declares errata that are none; it may have errata = (Erratum(at=..., ...), ...)",
            )
        object.__setattr__(self, "theorems", tuple(self.theorems))
        object.__setattr__(self, "errata", tuple(self.errata))

    @property
    def sources(self) -> tuple[Path, ...]:
        """The file, and its file of parts if it has one."""
        parts = parts_beside(self.path)
        return (self.path, parts) if parts.is_file() else (self.path,)


def parts_beside(path: Path) -> Path:
    """Where the file of parts of a theorem file stands: `mine_parts.py` beside `mine.py`."""
    return path.with_name(f"{path.stem}_parts.py")


def _all(declared: Any, kind: type) -> bool:
    return isinstance(declared, tuple | list) and all(isinstance(x, kind) for x in declared)
