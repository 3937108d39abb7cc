"""A paper loaded, checked and written: what `check theorem` and `check all` share."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.command.arguments import writable
from reports.command.progress import progress
from theorems.problem import BadInput

if TYPE_CHECKING:
    from reports.judging.findings import Report
    from reports.studies.options import Options
    from theorems.language.paper_file import PaperFile


def options_of(asked: dict[str, Any]) -> Options:
    """What the user asked for, as a value."""
    from reports.studies.options import Options

    return Options(**asked)


def checked(file: PaperFile, options: Options, out: Path, quiet: bool) -> Report:
    """The report, written into the folder; BadInput for whatever the user can mend."""
    writable(out)
    from reports.pages.written import write
    from reports.studies.study import COSTLY, Study
    from sim.store import Store

    try:
        with progress(quiet) as say:
            costly = float("inf") if options.regime == "in" else COSTLY
            study = Study(options, Store(out / ".finished"), say, costly)
            report = study.check(file, shlex.join(["check", *sys.argv[1:]]))
            write(report, out)
    except OSError as error:
        raise BadInput("--out", str(out), f"it cannot be written ({error.strerror})") from None
    return report
