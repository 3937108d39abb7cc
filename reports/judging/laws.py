"""Declared exponents against a ladder of sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sympy import S

from reports.judging.findings import LawFinding
from reports.judging.readings import Rung, readings
from reports.judging.statistics import LEAST_SEEDS, NOTHING, Exponent, fit_exponent
from theorems.language import Law
from theorems.writing.notation import number, text

Array = NDArray[np.float64]


def law_finding(law: Law, rungs: Sequence[Rung], why: str = "") -> LawFinding:
    """The exponent of what the law reads, fitted over the ladder; void without one, which `why`
    explains.
    """
    if not rungs:
        return LawFinding(law, _void(why))
    rungs = sorted(rungs, key=lambda r: r.size, reverse=law.to is S.Zero)
    sizes = np.array([r.size for r in rungs])
    table = np.array([readings(law.read, r.evidence).values for r in rungs]).T
    found = LawFinding(law, NOTHING, tuple(map(float, sizes)), _medians(table))
    if law.log_exponent:
        logs = np.log(sizes) * (-1 if law.to is S.Zero else 1)
        if (logs <= 0).any():
            words = f"the logarithm of {text(law.along)} is not positive on the whole ladder"
            return LawFinding(law, _void(words), found.sizes)
        table = table / logs ** float(law.log_exponent)
    least = 1 if all(r.evidence.deterministic for r in rungs) else LEAST_SEEDS
    exponent = fit_exponent(sizes, table, float(law.exponent), law.kind, least)
    missing = sizes[(~np.isfinite(table) | (table <= 0)).any(axis=0)]
    if len(missing):
        where = f"no positive value at {text(law.along)} = {', '.join(map(number, missing))}"
        exponent = replace(exponent, why=f"{exponent.why}; {where}")
    return replace(found, exponent=exponent)


def _void(why: str) -> Exponent:
    return replace(NOTHING, why=why)


def _medians(table: Array) -> tuple[float, ...]:
    """As measured, logarithms included, over the seeds that were measured at every size; none when there is no such seed."""
    good = table[np.isfinite(table).all(axis=1)]
    return tuple(map(float, np.median(good, axis=0))) if len(good) else ()
