"""The limiting Gram matrix of a two-layer ReLU network, in floats and in certified balls on exact
inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from sim.data.table import Array, Data
from theorems.reasoning.exact import down, up

BITS = 192
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

    The diagonal is set to 1/2: arccos near 1 would lose half the digits.
    """
    cosines = np.clip(inputs @ inputs.T, -1.0, 1.0)
    gram = cosines * (np.pi - np.arccos(cosines)) / (2 * np.pi)
    np.fill_diagonal(gram, 0.5)
    return gram


def parallel_pairs(raw: Array) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs (i, j), i < j, of rows that point the same way, and of rows that are exactly
    antiparallel.
    """
    unit = raw / np.linalg.norm(raw / np.abs(raw).max(axis=1, keepdims=True), axis=1, keepdims=True)
    unit = unit / np.abs(raw).max(axis=1, keepdims=True)
    cosines = unit @ unit.T
    near = [(int(i), int(j)) for i, j in np.argwhere(np.triu(np.abs(cosines) > 1 - 1e-9, 1))]
    exact = [(i, j) for i, j in near if _proportional(raw[i], raw[j])]
    return [p for p in exact if cosines[p] > 0], [p for p in exact if cosines[p] < 0]


def _proportional(a: Array, b: Array) -> bool:
    pivot = int(np.flatnonzero(a)[0])
    a0, b0 = Fraction(a[pivot]), Fraction(b[pivot])
    return all(
        Fraction(y) * a0 == Fraction(x) * b0 for x, y in zip(a.tolist(), b.tolist(), strict=True)
    )


def _rank(rows: Array) -> int:
    exact = [[fmpq(*x.as_integer_ratio()) for x in row] for row in rows.tolist()]
    return int(fmpq_mat(exact).rank())


def _cosines(raw: Array) -> arb_mat:
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


def largest_cosine(data: Data) -> Enclosure:
    """max over i != j of |x_i.x_j|; exactly 1 when two rows are parallel or antiparallel."""
    return _largest(data, any(parallel_pairs(data.raw)), abs)


def largest_facing(data: Data) -> Enclosure:
    """max over i != j of x_i.x_j, with its sign; exactly 1 when two rows point the same way."""
    return _largest(data, bool(parallel_pairs(data.raw)[0]), lambda c: c)


def _largest(data: Data, reached: bool, size: Callable[[arb], arb]) -> Enclosure:
    if data.samples == 1:
        return Enclosure(0.0, 0.0, 0.0)
    if reached:
        return Enclosure(1.0, 1.0, 1.0)
    with ctx.workprec(BITS):
        matrix, n = _cosines(data.raw), data.samples
        sizes = [size(matrix[i, j]) for i in range(n) for j in range(i)]
        top = max(sizes, key=float)
        return Enclosure(float(top), down(top), max(map(up, sizes)))


def gram_floor(data: Data) -> Enclosure:
    """lambda_0 = least eigenvalue of H^oo, certified on the exact inputs; exactly 0 where a null
    vector is known.
    """
    same, opposite = parallel_pairs(data.raw)
    halves = [i for i, _ in opposite]
    if same or (halves and _rank(data.raw[halves]) < len(halves)):
        return Enclosure(
            0.0, 0.0, 0.0
        )  # equal rows of H, or phi(x) - phi(-x) = x with linearly dependent x
    return _floor(
        data, limiting_gram(data.inputs), lambda c: c * (arb.pi() - c.acos()) / (2 * arb.pi())
    )


def feature_gram(inputs: Array) -> Array:
    """G^oo = E relu(w.x_i) relu(w.x_j) for unit rows, (n, n): (sin t + (pi - t) cos t) / (2 pi), t
    the angle; Gao et al. 2021, Lemma 3.2.
    """
    cosines = np.clip(inputs @ inputs.T, -1.0, 1.0)
    angles = np.arccos(cosines)
    gram = (np.sin(angles) + (np.pi - angles) * cosines) / (2 * np.pi)
    np.fill_diagonal(gram, 0.5)
    return gram


def feature_floor(data: Data) -> Enclosure:
    """The least eigenvalue of G^oo, certified on the exact inputs; exactly 0 where two rows point
    the same way.
    """
    if parallel_pairs(data.raw)[0]:
        return Enclosure(0.0, 0.0, 0.0)
    return _floor(
        data,
        feature_gram(data.inputs),
        lambda c: ((1 - c * c).sqrt() + (arb.pi() - c.acos()) * c) / (2 * arb.pi()),
    )


def _floor(data: Data, gram: Array, entry: Callable[[arb], arb]) -> Enclosure:
    """The least eigenvalue of the matrix with 1/2 on its diagonal and entry(cosine) off it; gram is
    the same in floats.
    """
    approx, vectors = np.linalg.eigh(gram)
    if data.samples > CERTIFIABLE:
        return Enclosure(float(approx[0]), float("nan"), float("nan"), certified=False)
    with ctx.workprec(BITS):
        cos, n, half = _cosines(data.raw), data.samples, arb(1) / 2
        entries = [[half if i == j else arb(0) for j in range(n)] for i in range(n)]
        for i in range(n):
            for j in range(i):
                entries[i][j] = entries[j][i] = entry(cos[i, j])
        low, high = least_eigenvalue(arb_mat(entries), vectors)
        return _enclosure(low, high)


def input_gram_norm(data: Data) -> Enclosure:
    """The largest eigenvalue of XX^T for the unit rows, certified on the exact inputs."""
    values, vectors = np.linalg.eigh(-(data.inputs @ data.inputs.T))
    if data.samples > CERTIFIABLE:
        return Enclosure(float(-values[0]), float("nan"), float("nan"), certified=False)
    with ctx.workprec(BITS):
        low, high = least_eigenvalue(-1 * _cosines(data.raw), vectors)
        return _enclosure(-high, -low)


def _enclosure(low: arb, high: arb) -> Enclosure:
    """The middle and the ends; not certified when the balls are too wide to bound anything."""
    bounds = down(low), up(high)
    return Enclosure(
        float((low + high).mid()) / 2, *bounds, certified=bool(np.isfinite(bounds).all())
    )


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
