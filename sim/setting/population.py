"""Losses over the Gaussian population in closed form: means of products of activations, without a
sample.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

TINY = 1e-300  # a neuron of length zero has no direction; it contributes nothing


def _pairs(u: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Lengths |u_i||v_j|, the angles' sines and arcsines of their cosines, (m, r); accurate for
    nearly parallel pairs.
    """
    lu, lv = (jnp.linalg.norm(a, axis=1) for a in (u, v))
    a, b = u / jnp.maximum(lu, TINY)[:, None], v / jnp.maximum(lv, TINY)[:, None]
    far, near = (jnp.linalg.norm(a[:, None] + s * b[None, :], axis=2) for s in (-1.0, 1.0))
    angle = 2 * jnp.arctan2(far, near)
    return lu[:, None] * lv[None, :], jnp.sin(angle), jnp.pi / 2 - angle


@jax.custom_vjp
def abs_kernel(u: jax.Array, v: jax.Array) -> jax.Array:
    """E |u_i.x| |v_j.x| for Gaussian x, (m, r): (2/pi) |u||v| (sin t + (pi/2 - t) cos t), t the
    angle between them.
    """
    size, sine, arc = _pairs(u, v)
    return 2 / jnp.pi * (size * sine + arc * (u @ v.T))


def _forward(u: jax.Array, v: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return abs_kernel(u, v), (u, v)


def _backward(saved: tuple[jax.Array, jax.Array], g: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The gradient, which stays smooth where directions coincide: (2/pi) (|v| sin t u/|u| + (pi/2 -
    t) v).
    """
    u, v = saved
    _, sine, arc = _pairs(u, v)
    lu, lv = (jnp.maximum(jnp.linalg.norm(a, axis=1), TINY) for a in (u, v))
    bent = g * sine
    du = (bent @ lv / lu)[:, None] * u + (g * arc) @ v
    dv = (lu @ bent / lv)[:, None] * v + (g * arc).T @ u
    return 2 / jnp.pi * du, 2 / jnp.pi * dv


abs_kernel.defvjp(_forward, _backward)
