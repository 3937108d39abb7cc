"""Initial laws by name, and the pinned layout of the random numbers.

Parameter `name` of seed s is drawn in blocks of 65536 neurons; block b comes from its own stream,
seeded by (s, name, b). Inside a block the neurons are the last axis. So a seed gives the same
numbers alone, in a batch, resumed, and on any worker. On a CPU the streams are NumPy's SFC64, the
fastest of its generators for Gaussians. On an accelerator they are jax.random's, which is the fast
one there. A plan's key says which. Both are float64: a float32 Gaussian is a lattice near a kink.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array

BLOCK = 2**16  # even, so that no pair of coupled neurons is torn apart
Generator = np.random.Generator


# of the bits of a byte, (256, 8)
_SIGNS = 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) - 1.0


def _signs(g: Generator, count: int) -> Array:
    return _SIGNS[np.frombuffer(g.bytes(-(-count // 8)), np.uint8)].ravel()[:count]


LAWS: dict[str, Callable[[Generator, tuple[int, ...]], Array]] = {
    "standard_normal": lambda g, shape: g.standard_normal(shape),
    "rademacher": lambda g, shape: _signs(g, int(np.prod(shape))).reshape(shape),
    # neurons in pairs: opposite here, equal in all else
    "coupled": lambda g, shape: np.resize([1.0, -1.0], shape),
}
COUPLED = "coupled"  # the law that makes neurons come in pairs


def generator(seed: int, name: str, block: int) -> Generator:
    """The stream of one block of one parameter of one seed."""
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence((seed, zlib.crc32(name.encode()), block)))
    )


def source() -> Literal["SFC64", "threefry"]:
    """The generator of this machine."""
    return "SFC64" if jax.default_backend() == "cpu" else "threefry"


def device_block(
    drawn: Mapping[str, str], features: Mapping[str, tuple[int, ...]], seed: Any, block: Any
) -> dict[str, jax.Array]:
    """One whole block, each (*features, BLOCK), by jax.random; it may be traced."""
    found, rows = {}, BLOCK // 2 if COUPLED in drawn.values() else BLOCK
    for name, law in drawn.items():
        key = jax.random.fold_in(
            jax.random.fold_in(
                jax.random.key(seed, impl="threefry2x32"), zlib.crc32(name.encode())
            ),
            block,
        )
        shape = (*features[name], rows)
        laws = {
            "standard_normal": lambda k, s: jax.random.normal(k, s, jnp.float64),
            "rademacher": lambda k, s: jax.random.rademacher(k, s).astype(jnp.float64),
        }
        values = (
            jnp.resize(jnp.array([1.0, -1.0]), (*features[name], BLOCK))
            if law == COUPLED
            else laws[law](key, shape)
        )
        found[name] = jnp.repeat(values, BLOCK // values.shape[-1], axis=-1)
    return found


def draw_block(
    drawn: Mapping[str, str],
    features: Mapping[str, tuple[int, ...]],
    seed: int,
    block: int,
    rows: int,
) -> dict[str, Array]:
    """The parameters of the first `rows` neurons of a block, each (*features, rows), before any
    spread.
    """
    if source() == "threefry":
        return {
            name: np.asarray(v)[..., :rows]
            for name, v in device_block(drawn, features, seed, block).items()
        }
    coupled = COUPLED in drawn.values()
    found = {}
    for name, law in drawn.items():
        halved = coupled and law != COUPLED
        values = LAWS[law](
            generator(seed, name, block), (*features[name], rows // 2 if halved else rows)
        )
        found[name] = np.repeat(values, 2, axis=-1) if halved else values
    return found


def draw(
    drawn: Mapping[str, str], features: Mapping[str, tuple[int, ...]], width: int, seed: int
) -> dict[str, Array]:
    """The initial parameters of all neurons, each (width, *features), before any spread."""
    starts = range(0, width, BLOCK)
    blocks = [
        draw_block(drawn, features, seed, b, min(BLOCK, width - first))
        for b, first in enumerate(starts)
    ]
    return {name: np.concatenate([np.moveaxis(b[name], -1, 0) for b in blocks]) for name in drawn}
