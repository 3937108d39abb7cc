"""The compiled pieces of the wide engine: neurons followed one by one beside a linear system for
all others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial, reduce
from typing import Any

import jax
import jax.numpy as jnp

from sim.measuring.evaluate import Evaluation
from sim.measuring.kernels import relu
from sim.measuring.series import OUT
from sim.plan import SEGMENT
from sim.setting.methods import euler, heun
from theorems.language.measurement import Term

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
def stepper(loss: Term, known: tuple[Term, ...], flow: bool, substeps: int) -> Callable[..., Any]:
    """train(p, a, x, numbers, far, gram, h, c, count) -> (p, outputs, travels) over `count` <=
    SEGMENT recorded steps; loss: of OUT and what is known, numbers: the values of that.

    p holds w (d, neurons), and as sums over the steps G = h g, (n,), and A = h |g|, (n,); the
    outputs are far - gram G + c sum_r a_r relu(w_r.x), (SEGMENT, n); travels (SEGMENT, n): A after
    each recorded step.
    """
    step = heun if flow else euler

    @jax.jit
    def train(
        p: Any, a: Any, x: Any, numbers: Any, far: Any, gram: Any, h: Any, c: Any, count: Any
    ) -> Any:
        def followed(w: Any) -> Any:
            return c * jnp.sum(a * relu(product(x, w)), axis=1)

        have = dict(zip(known, numbers, strict=True))
        slope = jax.grad(lambda u: Evaluation({**have, OUT: u})(loss))

        def field(q: Any) -> Any:
            mine, back = jax.vjp(followed, q["w"])
            g = slope(far - gram @ q["G"] + mine)
            return {"w": back(g)[0], "G": -g, "A": -jnp.abs(g)}  # a method moves against its field

        def record(j: Any, state: Any) -> Any:
            q, outputs, travels = state
            u = far - gram @ q["G"] + followed(q["w"])
            part = h / substeps
            q = (
                step(q, field, h)
                if substeps == 1
                else jax.lax.fori_loop(0, substeps, lambda _, s: step(s, field, part), q)
            )
            return q, outputs.at[j].set(u), travels.at[j].set(q["A"])

        empty = jnp.full((SEGMENT, far.shape[0]), jnp.nan)
        return jax.lax.fori_loop(0, count, record, (p, empty, empty))

    return train


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
