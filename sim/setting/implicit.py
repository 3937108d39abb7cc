"""Implicit networks: z = relu(b A z + phi), phi = relu(W x)/sqrt(m), with output u.z + v.phi; the
equilibrium differentiated implicitly.

The root finder and its derivative are JAX's `custom_root`; both the equilibrium and the linear
systems of its derivative are found by iterating the contraction itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

CLOSE = 1e-15  # relative change at which an iteration has arrived
MOST = 300  # iterations granted to it


def _iterate(step: Callable[[Any], Any], first: Any) -> Any:
    """The limit of first, step(first), ..."""

    def going(state: Any) -> Any:
        count, z, change = state
        return (count < MOST) & (change > CLOSE * jnp.max(jnp.abs(z)))

    def advance(state: Any) -> Any:
        count, z, _ = state
        new = step(z)
        return count + 1, new, jnp.max(jnp.abs(new - z))

    return jax.lax.while_loop(going, advance, (0, first, jnp.inf))[1]


def _solve(matvec: Callable[[Any], Any], right: Any) -> Any:
    """x with matvec(x) = right, for matvec = -(1 - contraction): x = c x - right."""
    return _iterate(lambda x: x + matvec(x) - right, -right)


def equilibrium(a: jax.Array, b: jax.Array, phi: jax.Array) -> jax.Array:
    """z (m, n) with z = max(0, b A z + phi), for phi (m, n)."""

    def defect(z: Any) -> Any:
        return jnp.maximum(b[:, None] * (a @ z) + phi, 0.0) - z

    return jax.lax.custom_root(
        defect,
        jnp.zeros_like(phi),
        lambda f, z: _iterate(lambda x: x + f(x), z),
        lambda g, y: jax.lax.custom_linear_solve(g, y, _solve, transpose_solve=_solve),
    )


def outputs(p: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    """u.z + v.phi at each of the rows of x, (n,)."""
    phi = jnp.maximum(p["W"] @ x.T, 0.0) / p["W"].shape[0] ** 0.5
    return p["u"] @ equilibrium(p["A"], p["b"], phi) + p["v"] @ phi


def impossible(p: dict[str, Any]) -> str:
    """Where the layer is no contraction an equilibrium need not exist: its norm."""
    norm = float(np.abs(p["b"]).max() * np.linalg.norm(p["A"], 2))
    return f"‖bA‖ = {norm:.3g}" if norm >= 1 else ""
