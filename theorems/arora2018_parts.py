"""What arora2018.py cannot say: a matrix with its singular values raised to a power (Procedure 1)."""

from typing import Any

import jax.numpy as jnp

from sim.parts import register


def singular_power(matrix: Any, power: Any) -> Any:
    """U S^p Vᵀ for a matrix U S Vᵀ and a power p > 0."""
    u, s, v = jnp.linalg.svd(matrix, full_matrices=False)
    return (u * s**power) @ v


register("singular_power", singular_power)
