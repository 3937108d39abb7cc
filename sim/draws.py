"""Initial laws by name, and the pinned layout of the random numbers.

Parameter `name` of seed s is drawn in blocks of 65536 neurons; block b comes from its own SFC64 stream, seeded by
(s, name, b): the fastest of NumPy's generators for Gaussians. So a seed gives the same numbers alone, in a batch,
resumed, and on any worker.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from sim.data import Array

BLOCK = 2**16
Generator = np.random.Generator


def _bits(g: Generator, count: int) -> Array:
    return np.unpackbits(np.frombuffer(g.bytes(-(-count // 8)), np.uint8), count=count)


LAWS: dict[str, Callable[[Generator, tuple[int, ...]], Array]] = {
    "standard_normal": lambda g, shape: g.standard_normal(shape),
    "rademacher": lambda g, shape: 2.0 * _bits(g, int(np.prod(shape))).reshape(shape) - 1.0,
}
ROTATION_INVARIANT = {"standard_normal"}  # so inputs may be expressed in an orthonormal basis of their span


def generator(seed: int, name: str, block: int) -> Generator:
    """The stream of one block of one parameter of one seed."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, zlib.crc32(name.encode()), block))))


def draw(law: str, name: str, shape: tuple[int, ...], seed: int) -> Array:
    """The initial value of parameter `name`, of the given shape, first axis over neurons."""
    out = np.empty(shape)
    for block, start in enumerate(range(0, shape[0], BLOCK)):
        rows = min(BLOCK, shape[0] - start)
        out[start:start + rows] = LAWS[law](generator(seed, name, block), (rows, *shape[1:]))
    return out
