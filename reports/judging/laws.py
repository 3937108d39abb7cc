"""Declared exponents against a ladder of widths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reports.judging.findings import LawFinding
from reports.judging.statistics import fit_exponent
from sim.plan import label_of
from theorems.language import Law


def law_finding(law: Law, frames: Mapping[int, pd.DataFrame]) -> LawFinding:
    """The exponent of the largest value along training, fitted per seed over the ladder (width ->
    frame).
    """
    sizes = sorted(frames)
    tables = []
    for m in sizes:
        rows = frames[m][frames[m]["observable"] == label_of(law.of)]
        tables.append(rows.groupby("seed")["value"].max().rename(m))
    table = pd.concat(tables, axis=1).dropna()
    values = table.to_numpy()
    if law.log_exponent:
        values = values / np.log(np.array(sizes, dtype=float)) ** float(law.log_exponent)
    exponent = fit_exponent(np.array(sizes, dtype=float), values, float(law.exponent), law.kind)
    return LawFinding(
        law,
        exponent,
        tuple(sizes),
        tuple(float(x) for x in np.median(values, axis=0)) if len(values) else (),
    )
