"""What a user types, as values: lists of numbers, exact probabilities, folders that can be written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from theorems.problem import BadInput


class Numbers(click.ParamType):  # type: ignore[type-arg]
    """A comma-separated list of whole numbers."""

    name = "N,N,..."

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        try:
            return tuple(int(part) for part in value.split(",")) if isinstance(value, str) else value
        except ValueError:
            raise BadInput(f"--{param.name}", value, "it must be whole numbers separated by commas, e.g. 256,1024") from None


class Probability(click.ParamType):  # type: ignore[type-arg]
    """A decimal or a fraction, kept exact."""

    name = "P"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        from sympy import Rational
        try:
            return Rational(value)
        except (TypeError, ValueError, ZeroDivisionError):
            raise BadInput(f"--{param.name}", value, "it must be a number such as 0.1 or 1/10") from None


def writable(out: Path) -> None:
    """Whether the folder can be made and written, found out without making anything."""
    there = next(p for p in (out.absolute(), *out.absolute().parents) if p.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise BadInput("--out", str(out), f"it cannot be written: {there.name or there} is {'a file' if there.is_file() else 'read-only'}")
