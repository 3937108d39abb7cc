"""Blocks of neurons drawn and summed where JAX runs: on an accelerator, only the few neurons near a
kink ever leave it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array
from sim.engines.wide.crowd import MOST_PATTERNS
from sim.plan import Plan
from sim.setting.draws import BLOCK, device_block

GROUP = 16  # blocks a call; always as many, so that no sum depends on how the blocks are grouped
Laws = tuple[tuple[str, str, tuple[int, ...]], ...]  # parameter, law, features


class Layer(NamedTuple):
    """A layer of `width` neurons with their spread, seen at the points x, (n, d): up to `reach`,
    (n,), from a kink they are kept, and within the radii they are counted.
    """

    width: Any
    x: Any
    spread: Any
    reach: Any
    radii: Any


@partial(jax.jit, static_argnames=("laws", "room"))
def _group(seed: Any, blocks: Any, layer: Layer, laws: Laws, room: int) -> dict[str, Any]:
    width, x, spread, reach, radii = layer
    n = len(x)

    def one(block: Any) -> dict[str, Any]:
        drawn = device_block(
            {p: law for p, law, _ in laws}, {p: f for p, _, f in laws}, seed, block
        )
        here = block * BLOCK + jnp.arange(BLOCK) < width
        below, above = (drawn[p] for p, _, _ in laws)
        w, a = spread * below, jnp.where(here, above, 0.0)
        z = x @ w
        active, size = (z >= 0) & here, jnp.abs(z)
        near = (size <= reach[:, None]).any(0) & here
        columns = jnp.flatnonzero(near, size=room, fill_value=0)
        if n <= MOST_PATTERNS:
            code = jnp.sum(
                active.astype(jnp.int32) << jnp.arange(n, dtype=jnp.int32)[:, None], axis=0
            )
            counts = jnp.bincount(jnp.where(here, code, 2**n), length=2**n + 1)[: 2**n]
        else:
            counts = jnp.round(active.astype(jnp.float64) @ active.T.astype(jnp.float64)).astype(
                jnp.int64
            )
        within = (
            jnp.stack([((size <= r) & here).sum(1) for r in radii])
            if len(radii)
            else jnp.zeros((0, n), jnp.int64)
        )
        return {
            "u": jnp.maximum(z, 0) @ a,
            "counts": counts,
            "within": within,
            "near": near.sum(),
            "w": w[:, columns],
            "a": above[columns],
        }

    return jax.vmap(one)(blocks)


def blocks(
    plan: Plan, seed: int, reach: Array, numbers: range, share: float
) -> Iterator[dict[str, Array]]:
    """What `streamed` wants of each block; `share` of the neurons, about, are within reach of a
    kink.
    """
    room = 64 + int(1.5 * share * BLOCK)
    features = ((plan.inputs.shape[1],), ())  # of the neurons below, and of the signs above
    laws = tuple((p, law, f) for (p, law), f in zip(plan.drawn.items(), features, strict=True))
    layer = Layer(plan.width, plan.inputs, plan.spread, reach, plan.radii)
    for first in range(0, len(numbers), GROUP):
        wanted = numbers[first : first + GROUP]
        padded = np.resize(np.array(wanted), GROUP)
        while True:
            found = _group(seed, padded, layer, laws, min(room, BLOCK))
            found = {name: np.asarray(v) for name, v in found.items()}
            if found["near"].max() <= min(room, BLOCK):
                break
            room *= 2
        for i in range(len(wanted)):
            near = int(found["near"][i])
            yield {
                "u": found["u"][i],
                "counts": found["counts"][i],
                "within": found["within"][i],
                "w": found["w"][i][:, :near],
                "a": found["a"][i][:near],
            }
