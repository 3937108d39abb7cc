"""What a machine can say of a step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from theorems.language.derivation import Step


class Outcome(StrEnum):
    PROVED = "proved"
    FALSE = "false"
    UNKNOWN = "unknown"
    # it says nothing: contradicting premises prove everything, and an expression equals itself
    VACUOUS = "vacuous"


@dataclass(frozen=True)
class Replay:
    """What the machine found for one step: by which engine, and where it fails if it does."""

    step: Step
    outcome: Outcome
    engine: str
    counterexample: dict[str, str] | None = None
    note: str = ""


def point_of(counterexample: dict[str, str]) -> str:
    """The counterexample in one line."""
    return ", ".join(f"{k} = {v}" for k, v in counterexample.items())
