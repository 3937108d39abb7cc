"""Losses by name: outputs and labels to the sum over points, the paper's factor left out."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

Loss = Callable[[jax.Array, jax.Array], jax.Array]


def log_softplus(z: jax.Array) -> jax.Array:
    """log(log(1 + e^z)), which is z where e^z is rounding."""
    tiny = z < -36
    return jnp.where(tiny, z, jnp.log(jnp.logaddexp(0.0, jnp.where(tiny, 0.0, z))))


LOSSES: dict[str, Loss] = {
    "sum_of_squares": lambda u, y: jnp.sum((u - y) ** 2),
    "sum_of_logistic": lambda u, y: jnp.sum(jnp.logaddexp(0.0, -y * u)),
    "sum_of_exponentials": lambda u, y: jnp.sum(jnp.exp(-y * u)),
}
LOG_LOSSES: dict[str, Loss] = {  # logarithms of the sums, for risks that underflow
    "sum_of_squares": lambda u, y: jnp.log(jnp.sum((u - y) ** 2)),
    "sum_of_logistic": lambda u, y: jax.nn.logsumexp(log_softplus(-y * u)),
    "sum_of_exponentials": lambda u, y: jax.nn.logsumexp(-y * u),
}
