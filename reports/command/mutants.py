"""`check mutants`: wrong versions of each theorem, and which layer notices them."""

from __future__ import annotations

import sys

import click

from reports.command.crash import Command
from reports.command.output import chosen, print_json
from reports.command.progress import progress


@click.command("mutants", cls=Command)
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
def command(
    names: tuple[str, ...], own_width: bool, as_json: bool, markdown: bool, quiet: bool
) -> None:
    """Plant wrong versions of each theorem and see which layer notices them."""
    from reports.mutants import score, trials
    from reports.mutants.bench import Bench
    from reports.pages import terminal
    from sim.store import Store

    with progress(quiet) as say:
        bench = lambda: Bench(Store(), 2.0**28 if own_width else 2.0**22)  # noqa: E731
        tried = [trials.run(m, bench(), say) for m in chosen(names)]
    if as_json:
        print_json(trials.tree(tried))
    elif markdown:
        click.echo(score.as_markdown(tried), nl=False)
    else:
        score.show(tried, terminal.console())
    sys.exit(3 if any(t.void for t in tried) else any(t.survivors or t.false_alarms for t in tried))
