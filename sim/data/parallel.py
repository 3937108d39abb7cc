"""Rows that point the same way, decided exactly on the decimals that were given."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


def parallel_pairs(raw: NDArray[Any]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs (i, j), i < j, of rows that point the same way, and of rows that are exactly
    antiparallel.
    """
    unit = raw / np.linalg.norm(raw / np.abs(raw).max(axis=1, keepdims=True), axis=1, keepdims=True)
    unit = unit / np.abs(raw).max(axis=1, keepdims=True)
    cosines = unit @ unit.T
    near = [(int(i), int(j)) for i, j in np.argwhere(np.triu(np.abs(cosines) > 1 - 1e-9, 1))]
    exact = [(i, j) for i, j in near if _proportional(raw[i], raw[j])]
    return [p for p in exact if cosines[p] > 0], [p for p in exact if cosines[p] < 0]


def _proportional(a: NDArray[Any], b: NDArray[Any]) -> bool:
    pivot = int(np.flatnonzero(a)[0])
    a0, b0 = Fraction(a[pivot]), Fraction(b[pivot])
    return all(
        Fraction(y) * a0 == Fraction(x) * b0 for x, y in zip(a.tolist(), b.tolist(), strict=True)
    )
