"""What arora2018.py cannot say: a matrix with its singular values raised to a power (Procedure 1)."""

from typing import Any

import jax.numpy as jnp

from sim.parts import register


def singular_power(matrix: Any, power: Any) -> Any:
    """U S^p Vᵀ of a matrix U S Vᵀ, for a power p > 0."""
    u, s, v = jnp.linalg.svd(matrix, full_matrices=False)
    return (u * s**power) @ v


def left_power(matrix: Any, power: Any) -> Any:
    """U S^p Uᵀ of a matrix U S Vᵀ, for a power p > 0."""
    u, s, _ = jnp.linalg.svd(matrix, full_matrices=False)
    return (u * s**power) @ u.T


register("singular_power", singular_power)
register("left_power", left_power)
