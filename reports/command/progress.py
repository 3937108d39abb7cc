"""Long work: progress on stderr (a bar where a person looks, a line a task elsewhere, or nothing),
and an interruption that is not lost.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

Say = Callable[[str, int], Callable[..., None]]
_interrupted = threading.Event()


def interruptible() -> None:
    """Let Ctrl-C always reach the program.

    Where Python cannot raise (a destructor, JAX's function during garbage collection) it prints the
    exception and forgets it; so it is asked for again a moment later. Where a library catches
    whatever is raised, the next task that begins ends with it (`_unless_interrupted`).
    """
    ordinary = sys.unraisablehook

    def interrupt(_number: int, _frame: Any) -> None:
        _interrupted.set()
        raise KeyboardInterrupt

    def again(lost: Any) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        else:
            ordinary(lost)

    sys.unraisablehook = again
    signal.signal(signal.SIGINT, interrupt)


def _unless_interrupted(say: Say) -> Say:
    def begin(what: str, total: int) -> Callable[..., None]:
        if _interrupted.is_set():
            raise KeyboardInterrupt
        return say(what, total)

    return begin


@contextmanager
def progress(quiet: bool) -> Iterator[Say]:
    """Yield say(what, how many), which begins a task and returns its tick."""
    with _shown(quiet) as say:
        yield _unless_interrupted(say)


@contextmanager
def _shown(quiet: bool) -> Iterator[Say]:
    if quiet:
        yield lambda _what, _total: lambda _share=1.0: None
    elif not sys.stderr.isatty():

        def line(what: str, _total: int) -> Callable[..., None]:
            click.echo(f"… {what}", err=True)
            return lambda _share=1.0: None

        yield line
    else:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        with bar:
            task = bar.add_task("starting", total=None)

            def begin(what: str, total: int) -> Callable[..., None]:
                bar.reset(task, description=what, total=total)
                return lambda share=1.0: bar.advance(task, share)

            yield begin
