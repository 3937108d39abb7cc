"""The hard margin of labelled points through the origin, its direction, and the same for features
known by their Gram matrix.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from sim.data.sample import Sample
from sim.data.table import Array
from sim.measuring.gram import Enclosure

ROUNDING = 1e-7  # margin below which features of size one are not told from features without margin
ULPS = 16 * np.finfo(float).eps  # rounding of a norm or product of unit vectors, a coordinate


def separator(z: Array) -> tuple[Array, Array]:
    """The shortest vector w of the convex hull of the rows z (n, d), and its weights q (n,): the
    margin's dual problem.

    By nonnegative least squares of q z = 0, sum q = 1, whose solution is proportional to the
    weights.
    """
    weights = nnls(
        np.vstack([z.T, np.ones(len(z))]),
        np.append(np.zeros(z.shape[1]), 1.0),
        maxiter=100 * len(z),
    )[0]
    weights /= weights.sum()
    return weights @ z, weights


def hard_margin(sample: Sample) -> Enclosure:
    """max over unit u of min_i u.(y_i x_i), for the rows as trained; any u is a lower, any hull
    point an upper bound.
    """
    z = sample.data.labels[:, None] * sample.rows
    w, _ = separator(z)
    high, pad = float(np.linalg.norm(w)), ULPS * z.shape[1]
    low = float((z @ w).min() / high) - pad if high > pad else -1.0
    return Enclosure(min(max(low + pad, 0.0), high), max(low, 0.0), high + pad, True)


def _rows(gram: Array, labels: Array) -> tuple[Array, float]:
    """Labelled features (n, n) with this Gram matrix, and the size of the largest."""
    values, vectors = np.linalg.eigh(gram)
    return labels[:, None] * vectors * np.sqrt(np.maximum(values, 0)), float(
        np.sqrt(max(values[-1], 0))
    )


def gram_margin(gram: Array, labels: Array) -> float:
    """The margin of features with Gram matrix (n, n); 0 where it is below the rounding of its
    computation.
    """
    z, size = _rows(gram, labels)
    length = float(np.linalg.norm(separator(z)[0]))
    return length if length > ROUNDING * size else 0.0


def nearest(gram: Array, labels: Array, wanted: Array) -> Array | None:
    """Weights q >= 0, (n,), of the shortest w = sum q_i y_i z_i with y_i z_i.w >= wanted_i,
    features z of this Gram matrix; None if no w is.

    Least distance programming (Lawson and Hanson, 1974, chapter 23) by nonnegative least squares.
    """
    z, size = _rows(gram, labels)
    if size == 0:  # nothing moves the outputs, as where every neuron is idle
        return None if (wanted > 0).any() else np.zeros(len(gram))
    scale = max(float(np.abs(wanted).max()), np.finfo(float).tiny)
    rows = np.vstack([z.T / size, wanted / scale])
    q, residual = nnls(rows, np.append(np.zeros(z.shape[1]), 1.0), maxiter=100 * len(z))
    return q / (1 - wanted @ q / scale) * scale / size**2 if residual > ROUNDING else None
