"""Initial laws by name, and the pinned layout of the random numbers.

Parameter `name` of seed s is drawn in blocks of 65536 neurons; block b comes from its own Philox stream keyed by
(s, name, b). So a seed gives the same numbers alone, in a batch, resumed, and on any worker.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from sim.data import Array

BLOCK = 2**16
Generator = np.random.Generator

LAWS: dict[str, Callable[[Generator, tuple[int, ...]], Array]] = {
    "standard_normal": lambda g, shape: g.standard_normal(shape),
    "rademacher": lambda g, shape: np.where(g.integers(0, 2, shape, dtype=np.int8) == 1, 1.0, -1.0),
}
ROTATION_INVARIANT = {"standard_normal"}  # so inputs may be expressed in an orthonormal basis of their span


def generator(seed: int, name: str, block: int) -> Generator:
    """The stream of one block of one parameter of one seed."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, zlib.crc32(name.encode()), block))))


def draw(law: str, name: str, shape: tuple[int, ...], seed: int) -> Array:
    """The initial value of parameter `name`, of the given shape, first axis over neurons."""
    out = np.empty(shape)
    for block, start in enumerate(range(0, shape[0], BLOCK)):
        rows = min(BLOCK, shape[0] - start)
        out[start:start + rows] = LAWS[law](generator(seed, name, block), (rows, *shape[1:]))
    return out
