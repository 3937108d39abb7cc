"""Sums over many neurons, block by block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

BLOCK = 2**19  # neurons handled at once: bounds the memory of preactivations and their gradients


def over_neurons(f: Callable[..., Any], *arrays: jax.Array, block: int = BLOCK) -> Any:
    """The sum of f over the leading axis of the arrays, block by block, recomputing each block on
    the way back.
    """
    m = arrays[0].shape[0]
    if m <= block:
        return f(*arrays)
    whole = m // block * block
    heads = tuple(a[:whole].reshape(-1, block, *a.shape[1:]) for a in arrays)
    step = jax.checkpoint(lambda *parts: f(*parts))
    zero = jax.tree.map(
        lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(f, *(h[0] for h in heads))
    )
    total, _ = jax.lax.scan(
        lambda sum_, parts: (jax.tree.map(jnp.add, sum_, step(*parts)), None), zero, heads
    )
    if whole == m:
        return total
    return jax.tree.map(jnp.add, total, f(*(a[whole:] for a in arrays)))
