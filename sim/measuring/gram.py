"""The limiting Gram matrix of a two-layer ReLU network, in floats and in certified balls on exact
inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from flint import arb, arb_mat, fmpq, fmpq_mat

from sim.data.parallel import parallel_pairs
from sim.data.table import Array, Data
from theorems.reasoning.exact import down, up

BITS = 192  # of a ball: decimal inputs and their Gram matrices lose none that matters
CERTIFIABLE = 600  # points; beyond, balls cost minutes and the value is computed but not certified


@dataclass(frozen=True)
class Enclosure:
    """A number with certain bounds low <= value <= high; `certified` is False when the bounds are
    unknown.
    """

    value: float
    low: float
    high: float
    certified: bool = True

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):  # NumPy's floats print their type
            object.__setattr__(self, name, float(getattr(self, name)))


def limiting_gram(inputs: Array) -> Array:
    """H^oo_ij = x_i.x_j (pi - arccos(x_i.x_j)) / (2 pi) for unit rows, (n, n); Du et al. 2019,
    equation (6).

    The angle is that of |x_i - x_j| and |x_i + x_j|: arccos near 1 would lose half the digits.
    """
    far, near = (
        np.stack([np.linalg.norm(inputs + sign * row, axis=1) for row in inputs])
        for sign in (-1.0, 1.0)
    )
    angles = 2 * np.arctan2(far, near)
    return np.cos(angles) * (np.pi - angles) / (2 * np.pi)


def _rank(rows: Array) -> int:
    exact = [[fmpq(*x.as_integer_ratio()) for x in row] for row in rows.tolist()]
    return int(fmpq_mat(exact).rank())


def exact_cosines(raw: Array) -> arb_mat:
    """The matrix of cosines in balls, exactly +1 or -1 for parallel rows, where arccos has no room
    for error.
    """
    exact = {
        p: sign for pairs, sign in zip(parallel_pairs(raw), (1, -1), strict=True) for p in pairs
    }
    rows = arb_mat(raw.tolist())
    gram = rows * rows.transpose()
    norms = [gram[i, i].rsqrt() for i in range(len(raw))]
    n = len(raw)

    def cosine(i: int, j: int) -> arb:
        sign = 1 if i == j else exact.get((min(i, j), max(i, j)))
        return arb(sign) if sign else gram[i, j] * norms[i] * norms[j]

    return arb_mat([[cosine(i, j) for j in range(n)] for i in range(n)])


def limiting_entry(c: arb) -> arb:
    """The entry of the limiting Gram matrix of two unit rows with this cosine."""
    return c * (arb.pi() - c.acos()) / (2 * arb.pi())


def feature_entry(c: arb) -> arb:
    """The entry of the features' Gram matrix of two unit rows with this cosine."""
    return ((1 - c * c).sqrt() + (arb.pi() - c.acos()) * c) / (2 * arb.pi())


def limiting_singular(data: Data) -> bool:
    """Whether a null vector of the limiting Gram matrix is known: equal rows, or antiparallel ones
    whose halves are dependent, since phi(x) - phi(-x) = x.
    """
    same, opposite = parallel_pairs(data.raw)
    halves = [i for i, _ in opposite]
    return bool(same) or (bool(halves) and _rank(data.raw[halves]) < len(halves))


def feature_singular(data: Data) -> bool:
    """Whether two rows point the same way, so that the features' Gram matrix is singular."""
    return bool(parallel_pairs(data.raw)[0])


SINGULAR: dict[str, Callable[[Data], bool]] = {
    "limiting_gram": limiting_singular,
    "feature_gram": feature_singular,
}


def least_eigenvalue(matrix: arb_mat, vectors: Array) -> tuple[arb, arb]:
    """Balls (low, high) around the least eigenvalue of a symmetric ball matrix, from approximate
    eigenvectors.

    With S = Q'HQ and e >= |Q'Q - I|: Gershgorin bounds S from below and |Qz|^2 is within (1 +-
    e)|z|^2; the Rayleigh quotient of the first column bounds from above.
    """
    n = matrix.nrows()
    q = arb_mat(vectors.tolist())
    s, gram = q.transpose() * matrix * q, q.transpose() * q
    excess = arb(
        max(up(sum((abs(gram[i, j] - (i == j)) for j in range(n)), arb(0))) for i in range(n))
    )
    if not excess < 1:
        return arb("-inf"), arb("inf")  # the vectors are no basis: nothing is shown
    discs = [s[i, i] - sum((abs(s[i, j]) for j in range(n) if j != i), arb(0)) for i in range(n)]
    low = arb(min(down(d) for d in discs)) if n > 1 else s[0, 0].lower()
    low = low / (1 + excess) if low >= 0 else low / (1 - excess)
    return low.lower(), (s[0, 0] / gram[0, 0]).upper()
