"""The neurons of a wide layer as a crowd: sums over all of them, and one by one only those near a
kink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.data.table import Array

# points up to which neurons are counted by activation pattern, 2^n of them; beyond, by pairs of
# points
MOST_PATTERNS = 16


@dataclass
class Crowd:
    """All m neurons at the start.

    u: outputs / c, (n,); pairs: neurons active at both points, (n, n); patterns: neurons by
    activation pattern, (2^n,), None for more than MOST_PATTERNS points; within: neurons with |z_j|
    <= radius, (radii, n). w (d, near), a (near,): those with |z_j| <= reach_j for some j, in full.
    error: total variation between the law of these numbers and that of m independent neurons, up to
    the rounding inside NumPy's binomial sampler; 0 when all were drawn.
    """

    u: Array
    pairs: Array
    patterns: Array | None
    within: Array
    w: Array
    a: Array
    error: float = 0.0


def bits(n: int) -> Array:
    """The activation patterns of n points, (2^n, n) of 0 and 1: bit j of the number is point j."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def numbered(active: Array) -> Array:
    """The number of each neuron's pattern, (neurons,); active is (n, neurons)."""
    small = np.uint8 if len(active) <= 8 else np.uint16
    code: Array = np.zeros(active.shape[1], small)
    for row in active.view(np.uint8)[
        ::-1
    ]:  # doubling and adding is several times faster than shifting
        np.add(code, code, out=code)
        np.add(code, row, out=code)
    return code


def paired(active: Array) -> Array:
    """Neurons active at both points, (n, n); exact, since a float32 counts to 2^24."""
    ones = active.astype(np.float32)
    parts = np.array_split(ones, -(-ones.shape[1] // 2**22) or 1, axis=1)
    return np.sum([(part @ part.T).astype(np.int64) for part in parts], axis=0)


def from_patterns(patterns: Array) -> Array:
    """The pairs that counts by pattern imply, (n, n)."""
    which = bits(len(patterns).bit_length() - 1)
    return which.T @ (patterns[:, None] * which)
