"""Progress on stderr: a bar where a person looks, a line a task elsewhere, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int], Callable[..., None]]]:
    """Yield say(what, how many), which begins a task and returns its tick."""
    if quiet:
        yield lambda _what, _total: lambda _share=1.0: None
    elif not sys.stderr.isatty():
        def line(what: str, _total: int) -> Callable[..., None]:
            click.echo(f"… {what}", err=True)
            return lambda _share=1.0: None
        yield line
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                       console=Console(stderr=True), transient=True)
        with bar:
            task = bar.add_task("starting", total=None)

            def begin(what: str, total: int) -> Callable[..., None]:
                bar.reset(task, description=what, total=total)
                return lambda share=1.0: bar.advance(task, share)
            yield begin
