"""The compiled pieces of the wide engine: neurons followed one by one beside a linear system for
all others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial, reduce
from typing import Any

import jax
import jax.numpy as jnp

from sim.plan import SEGMENT
from sim.setting.losses import LOSSES
from sim.setting.methods import METHODS
from sim.setting.networks import relu

# entries of X up to which products with it are written out, so that they fuse with what follows
FUSED = 16


def product(x: Any, w: Any) -> Any:
    """x @ w for few points, (n, neurons); x is None for the unit matrix."""
    if x is None:
        return w
    if x.shape[0] * x.shape[1] > FUSED:
        return x @ w
    return jnp.stack([sum(x[i, j] * w[j] for j in range(w.shape[0])) for i in range(x.shape[0])])


@cache
def stepper(loss: str, method: str, substeps: int) -> Callable[..., Any]:
    """train(p, a, x, y, far, gram, h, c, factor, count) -> (p, residuals, losses, travels) over
    `count` <= SEGMENT recorded steps.

    p holds w (d, neurons), and as sums over the steps G = h g, (n,), and A = h |g|, (n,); the
    outputs are far - gram G + c sum_r a_r relu(w_r.x). travels (SEGMENT, n): A after each recorded
    step.
    """
    total, step = LOSSES[loss], METHODS[method].step

    @jax.jit
    def train(
        p: Any, a: Any, x: Any, y: Any, far: Any, gram: Any, h: Any, c: Any, factor: Any, count: Any
    ) -> Any:
        def followed(w: Any) -> Any:
            return c * jnp.sum(a * relu(product(x, w)), axis=1)

        slope = jax.grad(lambda u: factor * total(u, y))

        def field(q: Any) -> Any:
            mine, back = jax.vjp(followed, q["w"])
            g = slope(far - gram @ q["G"] + mine)
            return {"w": back(g)[0], "G": -g, "A": -jnp.abs(g)}  # a method moves against its field

        def record(j: Any, state: Any) -> Any:
            q, residuals, losses, travels = state
            u = far - gram @ q["G"] + followed(q["w"])
            residuals, losses = (
                residuals.at[j].set(jnp.linalg.norm(y - u)),
                losses.at[j].set(factor * total(u, y)),
            )
            q = (
                step(q, field, h)
                if substeps == 1
                else jax.lax.fori_loop(0, substeps, lambda _, s: step(s, field, h / substeps), q)
            )
            return q, residuals, losses, travels.at[j].set(q["A"])

        empty = jnp.full(SEGMENT, jnp.nan)
        return jax.lax.fori_loop(
            0, count, record, (p, empty, empty, jnp.full((SEGMENT, len(y)), jnp.nan))
        )

    return train


@cache
def objective(loss: str) -> Callable[..., Any]:
    """value(u, y, factor) of the loss."""
    return jax.jit(lambda u, y, factor: factor * LOSSES[loss](u, y))


@partial(jax.jit, donate_argnums=(0, 1))
def look(w: Any, z: Any, a: Any, x: Any, G: Any, c: Any) -> Any:
    """The neurons (w, z = x @ w) after their patterns stood still while G was added; z is None when
    x is, being w itself.
    """
    moved = w - product(
        None if x is None else x.T,
        jnp.where((w if x is None else z) >= 0, G[:, None], 0.0) * (c * a),
    )
    return moved, None if x is None else product(x, moved)


@jax.jit
def near(z: Any, a: Any, radius: Any) -> Any:
    """Which neurons are close to a kink; radius (2n,): on the active side, and on the other."""
    n = len(z)
    return (a != 0) & reduce(
        jnp.logical_or, ((z[j] <= radius[j]) & (z[j] >= -radius[n + j]) for j in range(n))
    )


@jax.jit
def take(w: Any, columns: Any) -> Any:
    """Some neurons."""
    return w[:, columns]


@partial(jax.jit, donate_argnums=(0, 1))
def put(w: Any, z: Any, columns: Any, some: Any, x: Any) -> Any:
    """The neurons with some of them replaced."""
    return w.at[:, columns].set(some), None if x is None else z.at[:, columns].set(product(x, some))


@jax.jit
def compare(w: Any, z: Any, w0: Any, active0: Any) -> Any:
    """The farthest movement and the patterns that differ."""
    square = sum((a - b) ** 2 for a, b in zip(w, w0, strict=True))  # row by row, which fuses
    return jnp.sqrt(jnp.max(square)), jnp.sum(
        sum(((a >= 0) != b).astype(jnp.int32) for a, b in zip(z, active0, strict=True))
    )
