"""Functions of matrices of rows that have names of their own: activations, closed-form kernels,
angles, and the state of an implicit layer.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from sim.setting.implicit import equilibrium as _equilibrium
from sim.setting.population import abs_kernel

mean_absolute_product = abs_kernel


def relu(z: jax.Array) -> jax.Array:
    """max(z, 0) with derivative 1 at z = 0, the convention 1{w.x >= 0} of Du et al. 2019."""
    return jnp.where(z >= 0, z, 0.0)


def indicator(of: jax.Array, along: jax.Array) -> jax.Array:
    """(n, len(along)): 1 where an entry is the index."""
    index = jnp.arange(len(along), dtype=of.dtype)
    return (of[:, None] == index).astype(of.dtype)


def log_softplus(z: jax.Array) -> jax.Array:
    """log(log(1 + e^z)), which is z where e^z is rounding."""
    tiny = z < -36
    return jnp.where(tiny, z, jnp.log(jnp.logaddexp(0.0, jnp.where(tiny, 0.0, z))))


def equilibrium(matrix: jax.Array, factor: jax.Array, source: jax.Array) -> jax.Array:
    """z (m, n) with z = max(0, factor * matrix z + source)."""
    return _equilibrium(matrix, jnp.broadcast_to(factor, (matrix.shape[0],)), source)


def cosines(x: jax.Array) -> jax.Array:
    """Cosines of the angles between rows, (n, n), with ones on the diagonal."""
    unit = x / jnp.linalg.norm(x, axis=1, keepdims=True)
    found = jnp.clip(unit @ unit.T, -1.0, 1.0)
    return jnp.where(jnp.eye(x.shape[0], dtype=bool), 1.0, found)


def _with_lengths(x: jax.Array, entry: Any, diagonal: float) -> jax.Array:
    """Kernels that are homogeneous in either row: of the cosine, times both lengths."""
    cosine, length = cosines(x), jnp.linalg.norm(x, axis=1)
    one = jnp.where(jnp.eye(x.shape[0], dtype=bool), diagonal, entry(cosine))
    return one * jnp.outer(length, length)


def limiting_gram(x: jax.Array) -> jax.Array:
    """E 1{w.x_i >= 0} 1{w.x_j >= 0} x_i.x_j, (n, n): |x_i||x_j| c (pi - arccos c)/(2 pi)."""
    return _with_lengths(x, lambda c: c * (jnp.pi - jnp.arccos(c)) / (2 * jnp.pi), 0.5)


def feature_gram(x: jax.Array) -> jax.Array:
    """E relu(w.x_i) relu(w.x_j), (n, n): |x_i||x_j| (sin t + (pi - t) cos t)/(2 pi)."""

    def entry(c: jax.Array) -> jax.Array:
        angle = jnp.arccos(c)
        return (jnp.sin(angle) + (jnp.pi - angle) * c) / (2 * jnp.pi)

    return _with_lengths(x, entry, 0.5)


def line_angles(u: jax.Array, v: jax.Array) -> jax.Array:
    """Angles up to sign in [0, pi/2] between rows, (m, r); accurate near zero."""
    a, b = (w / jnp.maximum(jnp.linalg.norm(w, axis=1, keepdims=True), 1e-300) for w in (u, v))
    far, near = (jnp.linalg.norm(a[:, None] + s * b[None, :], axis=2) for s in (-1.0, 1.0))
    return 2 * jnp.arctan2(jnp.minimum(far, near), jnp.maximum(far, near))
