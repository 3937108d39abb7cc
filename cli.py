"""The command `check`: it parses, hands over, and prints; every heavy import waits until a command needs it."""

from __future__ import annotations

import json
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from theorems.problem import BadInput

if TYPE_CHECKING:
    from reports.findings import Report
    from reports.options import Options

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="theorycheck", prog_name="check")
def check() -> None:
    """Check convergence theorems of neural networks: what they demand, and what is seen.

    \b
    check theorem du2019                      a paper of the catalogue, on handwritten digits
    check theorem du2019 --data mine.csv      the same on your data (a numeric table with a column "label")
    check theorem ./mine.py                   your own theorem
    check show du2019                         what is claimed, under which hypotheses, and why

    Exit code: 0 no claim refuted, 1 a claim or a step of its proof refuted, 2 bad input, 3 nothing could be measured.
    """


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


def _run_options(f: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed((
        click.option("--data", metavar="NAME|FILE", help="digits (default), orthonormal, sphere, or a .csv, .npz or .parquet file."),
        click.option("--label", default="label", show_default=True, help="Column (or array) of the labels in a file."),
        click.option("--samples", type=int, metavar="N", help="Use the first N points (default 10; all rows of a file)."),
        click.option("--widths", type=Numbers(), help="Ladder of widths at practical scale; in regime, the width."),
        click.option("--seeds", type=int, metavar="S", help="Seeds a run (default: what the error budget demands)."),
        click.option("--seed", type=int, default=0, show_default=True, help="The first seed."),
        click.option("--steps", type=int, metavar="K", help="Training steps."),
        click.option("--step-size", type=float, metavar="ETA", help="Step size at practical scale."),
        click.option("--delta", type=Probability(), help="Failure probability delta of the theorem."),
        click.option("--regime", type=click.Choice(["in", "practical", "both"]), default="both", show_default=True,
                     help="in: where every hypothesis certainly holds, however long it takes; practical: your data at your sizes."),
        click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, metavar="DIR",
                     help="Where reports and finished seeds go."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables."),
        click.option("--quiet", is_flag=True, help="No progress on stderr."),
    )):
        f = option(f)
    return f


@check.command()
@click.argument("name", metavar="KEY|FILE.py")
@_run_options
def theorem(name: str, out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Check one paper: its derivation, its hypotheses on your data, its claims in simulation."""
    report = _checked(name, _options(asked), out, quiet)
    if as_json:
        from reports.findings import as_json as tree
        click.echo(json.dumps(tree(report), indent=1, ensure_ascii=False))
    else:
        from reports import terminal
        terminal.show(report, terminal.console())
        click.echo(f"written: {out / report.key}.md", err=True)
    sys.exit(report.exit_code)


@check.command("all")
@_run_options
def everything(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Check every paper of the catalogue and print one table."""
    import theorems
    options = _options(asked)
    reports = [_checked(entry.key, options, out, quiet) for entry in theorems.catalogue()]
    if as_json:
        from reports.findings import as_json as tree
        click.echo(json.dumps([tree(r) for r in reports], indent=1, ensure_ascii=False))
    else:
        from reports import terminal
        terminal.overview(reports, terminal.console())
    codes = {r.exit_code for r in reports}
    sys.exit(1 if 1 in codes else 0 if 0 in codes else 3)


@check.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def list_(as_json: bool) -> None:
    """The papers of the catalogue."""
    import theorems
    entries = list(theorems.catalogue())
    if as_json:
        rows = [{"key": e.key, "title": e.title, "year": e.year, "statement": e.statement} for e in entries]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    width = max((len(e.key) for e in entries), default=0)
    for e in entries:
        click.echo(f"{click.style(e.key.ljust(width), bold=True)}  {e.statement}\n{' ' * width}  {e.title} ({e.year})")


@check.command()
@click.argument("name", metavar="KEY|FILE.py")
@click.option("--latex", is_flag=True, help="As LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(name: str, latex: bool, as_json: bool) -> None:
    """What a paper claims: statements, hypotheses, bounds, derivation, sources."""
    import theorems
    from theorems.language import card
    module = theorems.find(name)
    if as_json:
        click.echo(json.dumps(card.as_json(module), indent=1, ensure_ascii=False))
    else:
        click.echo(card.as_latex(module) if latex else card.as_text(module), nl=False)


@check.command()
@click.argument("name", metavar="NAME|FILE")
@click.option("--label", default="label", show_default=True, help="Column (or array) of the labels in a file.")
@click.option("--samples", type=int, metavar="N", help="Use the first N points (default 10; all rows of a file).")
@click.option("--delta", type=Probability(), default="1/10", show_default=True, help="Failure probability.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def data(name: str, label: str, samples: int | None, delta: Any, as_json: bool) -> None:
    """What every theorem of the catalogue demands of a data set."""
    import theorems
    from reports.demands import examine
    from reports.options import Options
    found = examine([theorems.find(e.key) for e in theorems.catalogue()], Options(data=name, samples=samples, label=label, delta=delta))
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        from reports import terminal
        terminal.demands(found, terminal.console())


def _options(asked: dict[str, Any]) -> Options:
    from reports.options import Options
    return Options(**asked)


def _checked(name: str, options: Options, out: Path, quiet: bool) -> Report:
    import theorems
    _writable(out)
    module = theorems.find(name)
    from reports.study import Study
    from reports.written import write
    from sim.store import Store
    try:
        with _progress(quiet) as say:
            costly = {"costly": float("inf")} if options.regime == "in" else {}
            report = Study(options, Store(out / ".finished"), say, **costly).check(module, shlex.join(["check", *sys.argv[1:]]))
            write(report, out)
    except OSError as error:
        raise BadInput("--out", str(out), f"it cannot be written ({error.strerror})") from None
    return report


def _writable(out: Path) -> None:
    """Whether the folder can be made and written, found out without making anything."""
    there = next(p for p in (out.absolute(), *out.absolute().parents) if p.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise BadInput("--out", str(out), f"it cannot be written: {there.name or there} is {'a file' if there.is_file() else 'read-only'}")


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int], Callable[..., None]]]:
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


def main() -> None:
    """The entry point: every foreseeable fault is one line on stderr."""
    if not os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter("ignore")
    try:
        code = check.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except BadInput as error:
        _fail(str(error))
    except click.UsageError as error:
        where = f"{error.ctx.command_path}: " if error.ctx else ""
        _fail(where + " ".join(error.format_message().split()))
    except (KeyboardInterrupt, click.Abort):
        click.echo("\ninterrupted; finished seeds are kept, the same command resumes them", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(line: str) -> None:
    click.echo(f"check: {line}" if not line.startswith("check") else line, err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
