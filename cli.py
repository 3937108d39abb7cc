"""The command `check`: it parses, hands over, and prints. A command is a file in reports/command/,
read when it is called; every heavy import waits until it works.
"""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module

import click

from reports.command.crash import CRASHED, Crash, told
from reports.command.progress import interruptible
from theorems.problem import BadInput

COMMANDS = {  # in the order of the help
    "theorem": "theorem",
    "all": "everything",
    "list": "catalogue",
    "show": "show",
    "data": "data",
    "derivation": "derivation",
    "errata": "errata",
    "compare": "compare",
    "mutants": "mutants",
    "regress": "regress",
    "new": "new",
}
HELP = """Check convergence theorems of neural networks: what they demand, and what is seen.

\b
check theorem du2019              a paper of the catalogue, on handwritten digits
check theorem du2019 --data mine.csv
                                  the same on your data, a table with a column "label"
check theorem ./mine.py           your own theorem
check show du2019                 what is claimed, under which hypotheses, and why
check derivation du2019           every step of the proof's algebra, replayed
check new mine                    a commented skeleton that runs at once
check regress                     whether anything changed its meaning since it was locked

Exit code: 0 no claim refuted, 1 a claim or a step of its proof refuted (regress: a meaning
changed), 2 bad input, 3 nothing measured, 4 crashed, 130 interrupted.
"""


class Commands(click.Group):
    """Commands by name, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = import_module(f"reports.command.{COMMANDS[name]}").command
        return found


check = click.version_option(package_name="theorycheck", prog_name="check")(
    Commands(
        "check",
        help=HELP,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
)


def main() -> None:
    """The entry point: every fault is one line on stderr and has an exit code of its own."""
    if not os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter("ignore")
    interruptible()
    try:
        code = check.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except BadInput as error:
        _end(str(error), 2)
    except click.UsageError as error:
        where = f"{error.ctx.command_path}: " if error.ctx else ""
        _end(where + " ".join(error.format_message().split()), 2)
    except (KeyboardInterrupt, click.Abort):
        kept = "finished seeds are kept, the same command resumes them"
        click.echo(f"\ninterrupted; {kept}", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Crash as crash:
        _end(told(crash.__cause__ or crash, crash.out), CRASHED)
    except Exception as error:
        _end(told(error, None), CRASHED)


def _end(line: str, code: int) -> None:
    click.echo(f"check: {line}" if not line.startswith("check") else line, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
