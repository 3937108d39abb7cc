"""The margin at which the tangent features of a two-layer ReLU network separate labelled points (Ji
& Telgarsky 2020, Assumption 2.1).

gamma = max over v with |v(z)| <= 1 of min_i y_i E <v(z), x_i> 1{z.x_i > 0}, z Gaussian. By duality
it is the least value over the simplex of F(q) = E |V_q(z)|, V_q(z) = sum_i q_i y_i x_i 1{z.x_i >
0}: F(q) is an upper bound for every q, min_i dF/dq_i a lower one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from scipy.optimize import minimize

from sim.data.sample import UNIT, Sample
from sim.data.table import Array, Data
from sim.measuring.gram import Enclosure, limiting_gram
from theorems.problem import BadInput

MOST = 2**14  # activation patterns that are gone through
APART = 1e-14  # |cosine| up to which two unit rows count as orthogonal


def ntk_margin(sample: Sample) -> Enclosure:
    """For rows of length one: exact up to the solver where the points split into orthogonal groups of rank one or two,
    elsewhere between the kernel's bounds.
    """
    data = _of_length_one(sample)
    return _margin(data.digest, data)


@lru_cache(maxsize=64)
def _margin(_: str, data: Data) -> Enclosure:
    z = data.labels[:, None] * data.inputs
    split = _patterns(data.inputs)
    q = _least(lambda p: _quadratic(p, z, data.inputs), len(z))
    low, high = _by_kernel(q, z, data.inputs)
    if split is not None:
        patterns, chances = split
        q = _least(lambda p: _mean_norm(p, z, patterns, chances), len(z))
        value, slope = _mean_norm(q, z, patterns, chances)
        pad = 64 * np.finfo(float).eps * len(z) + APART * len(z) ** 2
        low, high = max(low, float(slope.min()) - pad), min(high, value + pad)
    low = max(low, 0.0)
    return Enclosure(low if split is None else (low + high) / 2, low, max(high, low))


def _of_length_one(sample: Sample) -> Data:
    if sample.kind != UNIT:
        raise BadInput("ntk_margin", sample.kind, "it is known for rows of length one alone")
    return sample.data


def kernel_margin(sample: Sample) -> Enclosure:
    """For rows of length one: the square root of the least y_q H y_q over the simplex, H the limiting Gram matrix: any q
    bounds it from above and, by convexity, below.
    """
    data = _of_length_one(sample)
    z = data.labels[:, None] * data.inputs
    q = _least(lambda p: _quadratic(p, z, data.inputs), len(z))
    value, slope = _quadratic(q, z, data.inputs)
    pad = 64 * np.finfo(float).eps * len(z)
    low, high = max(float(slope.min()) - value - pad, 0.0), max(value + pad, 0.0)
    return Enclosure(
        np.sqrt(max(value, 0)), np.sqrt(low) * (1 - 1e-15), np.sqrt(high) * (1 + 1e-15)
    )


def _groups(x: Array) -> list[Array]:
    """The points in groups that are orthogonal to each other."""
    near = np.abs(x @ x.T) > APART
    left, found = set(range(len(x))), []
    while left:
        group, fresh = set(), {min(left)}
        while fresh:
            group |= fresh
            fresh = {int(j) for i in fresh for j in np.flatnonzero(near[i])} - group
        found.append(np.array(sorted(group)))
        left -= group
    return found


def _arcs(x: Array) -> tuple[Array, Array] | None:
    """Activation patterns (k, n) of points of rank one or two, and their probabilities (k,); None
    for a higher rank.
    """
    left, values, _ = np.linalg.svd(x, full_matrices=False)
    if len(values) > 2 and values[2] > 1e-14 * len(x):
        return None
    flat = left[:, :2] * values[:2] if len(values) > 1 else np.column_stack([x[:, 0], 0 * x[:, 0]])
    angles = np.arctan2(flat[:, 1], flat[:, 0])
    ends = np.unique(
        np.round(np.mod(np.concatenate([angles + np.pi / 2, angles - np.pi / 2]), 2 * np.pi), 15)
    )
    lengths = np.diff(np.append(ends, ends[0] + 2 * np.pi))
    middles = ends + lengths / 2
    return np.cos(middles[:, None] - angles[None, :]) > 0, lengths / (2 * np.pi)


def _patterns(x: Array) -> tuple[Array, Array] | None:
    """All activation patterns (k, n) and their probabilities (k,), where the points fall into small
    orthogonal groups.
    """
    groups = _groups(x)
    parts = [_arcs(x[g]) for g in groups]
    if any(p is None for p in parts) or np.prod([float(len(p[1])) for p in parts if p]) > MOST:
        return None
    rows, chances = [], []
    for choice in product(*(range(len(p[1])) for p in parts if p)):
        row = np.zeros(len(x), dtype=bool)
        for group, part, j in zip(groups, parts, choice, strict=True):
            row[group] = part[0][j]  # type: ignore[index]
        rows.append(row)
        chances.append(float(np.prod([part[1][j] for part, j in zip(parts, choice, strict=True)])))  # type: ignore[index]
    return np.array(rows), np.array(chances)


def _mean_norm(q: Array, z: Array, patterns: Array, chances: Array) -> tuple[float, Array]:
    """F(q) and its gradient (n,)."""
    sums = (patterns * q) @ z
    norms = np.linalg.norm(sums, axis=1)
    unit = np.divide(sums, norms[:, None], out=np.zeros_like(sums), where=norms[:, None] > 0)
    return float(chances @ norms), ((patterns * (unit @ z.T)) * chances[:, None]).sum(axis=0)


def _quadratic(q: Array, z: Array, x: Array) -> tuple[float, Array]:
    """q G q and its gradient, G the kernel y_i y_j H_ij of the limiting Gram matrix."""
    y = np.sign((z * x).sum(axis=1))
    product_ = y * (limiting_gram(x) @ (y * q))
    return float(q @ product_), 2 * product_


def _by_kernel(q: Array, z: Array, x: Array) -> tuple[float, float]:
    """Bounds from v proportional to V_q: |V_q|^2 is at most the sum of the positive parts of its
    terms; E |V| <= sqrt(E |V|^2).
    """
    value, slope = _quadratic(q, z, x)
    longest = np.sqrt(q @ np.maximum(z @ z.T, 0) @ q)
    pad = 64 * np.finfo(float).eps * len(z)
    return float(slope.min() / 2 / longest) - pad, float(np.sqrt(max(value, 0.0))) + pad


def _least(function: object, n: int) -> Array:
    """A minimizer over the simplex."""
    even = np.full(n, 1 / n)
    found = minimize(
        function,
        even,
        jac=True,
        method="SLSQP",
        bounds=[(0, 1)] * n,  # type: ignore[call-overload]
        constraints={"type": "eq", "fun": lambda q: q.sum() - 1, "jac": lambda q: np.ones(n)},
        options={"ftol": 1e-14, "maxiter": 300},
    )
    q = np.maximum(found.x, 0)
    return np.asarray(q / q.sum() if np.isfinite(q).all() and q.sum() > 0 else even)
