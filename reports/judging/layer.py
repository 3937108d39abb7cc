"""A line of a report about how far a theorem file can be trusted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One of the layers that a file may have: whether it is there, and a line about it."""

    there: bool
    says: str
