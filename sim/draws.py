"""Initial laws by name, and the pinned layout of the random numbers.

Parameter `name` of seed s is drawn in blocks of 65536 neurons; block b comes from its own SFC64 stream, seeded by
(s, name, b): the fastest of NumPy's generators for Gaussians. Inside a block the neurons are the last axis. So a seed
gives the same numbers alone, in a batch, resumed, and on any worker.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import numpy as np

from sim.data import Array

BLOCK = 2**16  # even, so that no pair of coupled neurons is torn apart
Generator = np.random.Generator


def _bits(g: Generator, count: int) -> Array:
    return np.unpackbits(np.frombuffer(g.bytes(-(-count // 8)), np.uint8), count=count)


LAWS: dict[str, Callable[[Generator, tuple[int, ...]], Array]] = {
    "standard_normal": lambda g, shape: g.standard_normal(shape),
    "rademacher": lambda g, shape: 2.0 * _bits(g, int(np.prod(shape))).reshape(shape) - 1.0,
    "coupled": lambda g, shape: np.resize([1.0, -1.0], shape),  # neurons in pairs: opposite here, equal in all else
}
COUPLED = "coupled"
ROTATION_INVARIANT = {"standard_normal"}  # so inputs may be expressed in an orthonormal basis of their span


def generator(seed: int, name: str, block: int) -> Generator:
    """The stream of one block of one parameter of one seed."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, zlib.crc32(name.encode()), block))))


def draw_block(drawn: Mapping[str, str], features: Mapping[str, tuple[int, ...]], seed: int, block: int, rows: int) -> dict[str, Array]:
    """The parameters of the first `rows` neurons of a block, each (*features, rows), before any spread."""
    coupled = COUPLED in drawn.values()
    found = {}
    for name, law in drawn.items():
        halved = coupled and law != COUPLED
        values = LAWS[law](generator(seed, name, block), (*features[name], rows // 2 if halved else rows))
        found[name] = np.repeat(values, 2, axis=-1) if halved else values
    return found


def draw(drawn: Mapping[str, str], features: Mapping[str, tuple[int, ...]], width: int, seed: int) -> dict[str, Array]:
    """The initial parameters of all neurons, each (width, *features), before any spread."""
    starts = range(0, width, BLOCK)
    blocks = [draw_block(drawn, features, seed, b, min(BLOCK, width - first)) for b, first in enumerate(starts)]
    return {name: np.concatenate([np.moveaxis(b[name], -1, 0) for b in blocks]) for name in drawn}
