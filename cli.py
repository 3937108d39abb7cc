"""The command `check`: it parses, hands over, and prints; every heavy import waits until a command
needs it.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reports.command.arguments import Probability, run_options, writable
from reports.command.progress import interruptible, progress
from theorems.problem import BadInput

if TYPE_CHECKING:
    from reports.judging.findings import Report
    from reports.studies.options import Options

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="theorycheck", prog_name="check")
def check() -> None:
    """Check convergence theorems of neural networks: what they demand, and what is seen.

    \b check theorem du2019                      a paper of the catalogue, on handwritten digits
    check theorem du2019 --data mine.csv      the same on your data (a numeric table with a column
    "label") check theorem ./mine.py                   your own theorem check show du2019
    what is claimed, under which hypotheses, and why check derivation du2019                   every
    step of the proof's algebra, replayed check new mine                            a commented
    skeleton that runs at once check regress                             whether anything changed
    its meaning since it was locked

    Exit code: 0 no claim refuted, 1 a claim or a step of its proof refuted (regress: a meaning
    changed), 2 bad input, 3 nothing measured.
    """


@check.command()
@click.argument("name", metavar="KEY|FILE.py")
@run_options
def theorem(name: str, out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Check one paper: its derivation, its hypotheses on your data, its claims in simulation."""
    report = _checked(name, _options(asked), out, quiet)
    from reports.judging import findings
    from reports.pages import terminal

    if as_json:
        _print_json(findings.as_json(report))
    else:
        terminal.show(report, terminal.console())
        click.echo(f"written: {out / report.key}.md", err=True)
    sys.exit(report.exit_code)


@check.command("all")
@run_options
def everything(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Check every paper of the catalogue, print one table, and write it as catalogue.md with links
    to the reports.
    """
    import theorems

    options, reports, refused = _options(asked), [], {}
    for entry in theorems.catalogue():
        try:
            reports.append(_checked(entry.key, options, out, quiet))
        except BadInput as error:
            refused[entry.key] = str(error)  # the user's data or sizes are not for every paper
    if not reports:
        raise BadInput(
            "--data", options.data, f"no paper can take it: {next(iter(refused.values()))}"
        )
    from reports.judging import findings
    from reports.pages import terminal, written

    written.write_catalogue(reports, refused, out)
    if as_json:
        _print_json([findings.as_json(r) for r in reports])
    else:
        terminal.overview(reports, refused, terminal.console())
        click.echo(f"written: {out / 'catalogue.md'}", err=True)
    sys.exit(min((r.exit_code for r in reports), key=(1, 0, 2, 3).index))


@check.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def list_(as_json: bool) -> None:
    """The papers of the catalogue."""
    import theorems

    entries = list(theorems.catalogue())
    if as_json:
        rows = [
            {"key": e.key, "title": e.title, "year": e.year, "statement": e.statement}
            for e in entries
        ]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    width = max((len(e.key) for e in entries), default=0)
    for e in entries:
        click.echo(
            f"{click.style(e.key.ljust(width), bold=True)}  {e.statement}\n{' ' * width}  {e.title} ({e.year})"
        )


@check.command()
@click.argument("name", metavar="KEY|FILE.py")
@click.option("--latex", is_flag=True, help="As LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(name: str, latex: bool, as_json: bool) -> None:
    """What a paper claims: statements, hypotheses, bounds, derivation, sources."""
    import theorems
    from theorems.writing import card

    module = theorems.find(name)
    if as_json:
        click.echo(json.dumps(card.as_json(module), indent=1, ensure_ascii=False))
    else:
        click.echo(card.as_latex(module) if latex else card.as_text(module), nl=False)


@check.command()
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--label", default="label", show_default=True, help="Column (or array) of the labels in a file."
)
@click.option(
    "--samples",
    type=int,
    metavar="N",
    help="Use the first N points (default 10; all rows of a file).",
)
@click.option(
    "--delta", type=Probability(), default="1/10", show_default=True, help="Failure probability."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def data(name: str, label: str, samples: int | None, delta: Any, as_json: bool) -> None:
    """What every theorem of the catalogue demands of a data set."""
    import theorems
    from reports.studies.demands import examine
    from reports.studies.options import Options

    found = examine(
        [theorems.find(e.key) for e in theorems.catalogue()],
        Options(data=name, samples=samples, label=label, delta=delta),
    )
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        from reports.pages import terminal

        terminal.demands(found, terminal.console())


@check.command()
@click.argument("name", metavar="KEY|FILE.py")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def derivation(name: str, as_json: bool) -> None:
    """Every step of a proof's algebra as mathematics, with verdict, engine and counterexample."""
    from reports.pages import terminal
    from reports.studies import proof

    module = _papers((name,))[0]
    if as_json:
        _print_json(proof.as_json(module))
    else:
        proof.show(module, terminal.console())
    sys.exit(proof.broken(module))


@check.command()
@click.argument("names", metavar="[KEY|FILE.py]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of Markdown.")
def errata(names: tuple[str, ...], as_json: bool) -> None:
    """What is wrong as printed, beside what is right, each witness recomputed; as Markdown."""
    from reports.studies import errata as found
    from sim.store import Store

    shown = found.catalogue(_papers(names), Store())
    if as_json:
        _print_json(found.as_json(shown))
    else:
        click.echo(found.as_markdown(shown), nl=False)
    sys.exit(not all(s.stands for _, each in shown for s in each))


@check.command()
@click.argument("names", metavar="[KEY|FILE.py]...", nargs=-1)
@click.option(
    "--own-width",
    is_flag=True,
    help="Also simulate widths of up to 10^8 that a statement itself demands (minutes).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--markdown", is_flag=True, help="Print a Markdown page, with every survivor's reason."
)
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
def mutants(
    names: tuple[str, ...], own_width: bool, as_json: bool, markdown: bool, quiet: bool
) -> None:
    """Plant wrong versions of each theorem and see which layer notices them."""
    from reports.mutants import score
    from reports.mutants import trials as planted
    from reports.mutants.bench import Bench
    from reports.pages import terminal
    from sim.store import Store

    with progress(quiet) as say:
        trials = [
            planted.run(m, Bench(Store(), 2.0**28 if own_width else 2.0**22), say)
            for m in _papers(names)
        ]
    if as_json:
        _print_json(planted.as_json(trials))
    elif markdown:
        click.echo(score.as_markdown(trials), nl=False)
    else:
        score.show(trials, terminal.console())
    sys.exit(
        3 if any(t.void for t in trials) else any(t.survivors or t.false_alarms for t in trials)
    )


@check.command()
@click.argument("names", metavar="[KEY|FILE.py]...", nargs=-1)
@click.option("--update", is_flag=True, help="Write the locks anew.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write a JUnit XML file.",
)
@click.option(
    "--github",
    is_flag=True,
    envvar="GITHUB_ACTIONS",
    help="Also print GitHub annotations (on by itself in GitHub Actions).",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead.")
def regress(
    names: tuple[str, ...], update: bool, junit: Path | None, github: bool, as_json: bool
) -> None:
    """Recompute what is locked and show what changed; exit 1 when a meaning changed, never for
    noise.
    """
    from reports.regress import difference, lock
    from sim.store import Store

    if update:
        for module in _papers(names):
            click.echo(f"locked: {lock.write(module, lock.content(module, Store())).name}")
        return
    found = [difference.against_lock(m, Store()) for m in _papers(names)]
    if junit is not None:
        writable(junit.parent)
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(difference.as_junit(found), encoding="utf-8")
    if as_json:
        _print_json(difference.as_json(found))
    else:
        click.echo(
            "\n".join(
                [*difference.as_text(found), *(difference.as_annotations(found) if github else ())]
            )
        )
    sys.exit(any(r.meaning for r in found))


@check.command()
@click.argument("names", metavar="KEY|FILE.py...", nargs=-1, required=True)
@click.option(
    "--data",
    "source",
    default="digits",
    show_default=True,
    metavar="NAME|FILE",
    help="Where the numbers are taken.",
)
@click.option(
    "--samples",
    type=int,
    metavar="N",
    help="Use the first N points (default 10; all rows of a file).",
)
@click.option(
    "--label", default="label", show_default=True, help="Column (or array) of the labels in a file."
)
@click.option(
    "--delta", type=Probability(), default="1/10", show_default=True, help="Failure probability."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of tables.")
def compare(
    names: tuple[str, ...], source: str, samples: int | None, label: str, delta: Any, as_json: bool
) -> None:
    """Theorems side by side: whose width, step and iterations are smaller, in which variable, and
    in numbers.
    """
    from reports.pages import terminal
    from reports.studies import comparison
    from reports.studies.options import Options
    from sim.data.table import load

    options = Options(data=source, samples=samples, label=label, delta=delta)
    table = load(source, options.samples, label)
    rows = comparison.rows(_papers(names), table, delta)
    if as_json:
        _print_json(comparison.as_json(rows))
    else:
        comparison.show(rows, table, delta, terminal.console())


@check.command()
@click.argument("key")
def new(key: str) -> None:
    """Write KEY.py, a commented theorem file that runs at once: check theorem ./KEY.py."""
    import theorems

    path = theorems.write_skeleton(key, Path())
    click.echo(
        f"written: {path.name}; check theorem ./{path.name} runs it, check derivation ./{path.name} replays its proof"
    )


def _papers(names: tuple[str, ...]) -> list[Any]:
    """The named papers, or the whole catalogue."""
    import theorems

    return [theorems.find(n) for n in names or [e.key for e in theorems.catalogue()]]


def _print_json(tree: Any) -> None:
    click.echo(json.dumps(tree, indent=1, ensure_ascii=False))


def _options(asked: dict[str, Any]) -> Options:
    from reports.studies.options import Options

    return Options(**asked)


def _checked(name: str, options: Options, out: Path, quiet: bool) -> Report:
    import theorems

    writable(out)
    module = theorems.find(name)
    from reports.pages.written import write
    from reports.studies.study import COSTLY, Study
    from sim.store import Store

    try:
        with progress(quiet) as say:
            costly = float("inf") if options.regime == "in" else COSTLY
            report = Study(options, Store(out / ".finished"), say, costly).check(
                module, shlex.join(["check", *sys.argv[1:]])
            )
            write(report, out)
    except OSError as error:
        raise BadInput("--out", str(out), f"it cannot be written ({error.strerror})") from None
    return report


def main() -> None:
    """The entry point: every foreseeable fault is one line on stderr."""
    if not os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter("ignore")
    interruptible()
    try:
        code = check.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except BadInput as error:
        _fail(str(error))
    except click.UsageError as error:
        where = f"{error.ctx.command_path}: " if error.ctx else ""
        _fail(where + " ".join(error.format_message().split()))
    except (KeyboardInterrupt, click.Abort):
        click.echo(
            "\ninterrupted; finished seeds are kept, the same command resumes them", err=True
        )
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(line: str) -> None:
    click.echo(f"check: {line}" if not line.startswith("check") else line, err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
