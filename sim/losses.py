"""Losses by name: outputs and labels to the sum over points, the paper's factor left out."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

LOSSES: dict[str, Callable[[jax.Array, jax.Array], jax.Array]] = {
    "sum_of_squares": lambda u, y: jnp.sum((u - y) ** 2),
    "sum_of_logistic": lambda u, y: jnp.sum(jnp.logaddexp(0.0, -y * u)),
}
