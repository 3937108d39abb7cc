"""A crash is not a verdict: one line, an exit code of its own, and the traceback in a file."""

from __future__ import annotations

import shlex
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from theorems.problem import BadInput

CRASHED = 4  # the exit code
FORESEEN = (
    BadInput,
    click.ClickException,
    click.exceptions.Exit,
    click.Abort,
    BrokenPipeError,
)


class Crash(Exception):
    """What a command did not foresee, with the folder in which it writes."""

    def __init__(self, out: Path | None):
        super().__init__()
        self.out = out


class Command(click.Command):
    """A command whose crash knows the folder that --out names."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FORESEEN:
            raise
        except Exception as error:
            raise Crash(ctx.params.get("out")) from error


def told(error: BaseException, out: Path | None) -> str:
    """One line that names the file with the traceback: crash.txt in the folder, or a temporary one
    where it cannot be written.
    """
    what = " ".join(f"{type(error).__name__}: {error}".split())
    trace = "".join(traceback.format_exception(error))
    words = f"{shlex.join(['check', *sys.argv[1:]])}\n\n{trace}"
    return f"crashed ({what}); the traceback is in {_kept(words, out)}"


def _kept(words: str, out: Path | None) -> Path:
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            path = out / "crash.txt"
            path.write_text(words, encoding="utf-8")
            return path
        except OSError:
            pass
    with tempfile.NamedTemporaryFile(
        "w", prefix="check-crash-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(words)
    return Path(file.name)
