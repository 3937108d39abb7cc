"""The compiled pieces of the wide engine: neurons followed one by one beside a linear system for
all others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sim.measuring.compiled import remembered
from sim.measuring.evaluate import Evaluation
from sim.measuring.kernels import relu
from sim.measuring.series import OUT
from sim.plan import SEGMENT
from sim.setting.methods import euler, heun
from theorems.language.measurement import Term

# entries of X up to which products with it are written out, so that they fuse with what follows
FUSED = 16


class Neurons(NamedTuple):
    """Some neurons w, (d, neurons), and their preactivations z = x @ w, (n, neurons); z is None
    where x is, being w itself.
    """

    w: Any
    z: Any

    @property
    def preactivations(self) -> Any:
        return self.w if self.z is None else self.z


class Split(NamedTuple):
    """A layer split in two: neurons with signs a that are followed one by one at the points x, and
    all others as one linear system. The outputs are far - gram G + c sum_r a_r relu(w_r.x).
    """

    a: Any
    x: Any
    far: Any
    gram: Any
    c: Any


def product(x: Any, w: Any) -> Any:
    """x @ w for few points, (n, neurons); x is None for the unit matrix."""
    if x is None:
        return w
    if x.shape[0] * x.shape[1] > FUSED:
        return x @ w
    return jnp.stack([sum(x[i, j] * w[j] for j in range(w.shape[0])) for i in range(x.shape[0])])


@remembered
def stepper(loss: Term, known: tuple[Term, ...], flow: bool, substeps: int) -> Callable[..., Any]:
    """train(p, split, numbers, h, count) -> (p, outputs, travels) over `count` <= SEGMENT recorded
    steps; loss: of OUT and what is known, numbers: the values of that.

    p holds w (d, neurons), and as sums over the steps G = h g, (n,), and A = h |g|, (n,); outputs
    (SEGMENT, n): those of the split; travels (SEGMENT, n): A after each recorded step.
    """
    step = heun if flow else euler

    @jax.jit
    def train(p: Any, split: Split, numbers: Any, h: Any, count: Any) -> Any:
        a, x, far, gram, c = split

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


@partial(jax.jit, donate_argnums=0)
def look(held: Neurons, a: Any, x: Any, G: Any, c: Any) -> Any:
    """The neurons after their patterns stood still while G was added."""
    active = jnp.where(held.preactivations >= 0, G[:, None], 0.0)
    moved = held.w - product(None if x is None else x.T, active * (c * a))
    return Neurons(moved, None if x is None else product(x, moved))


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


@partial(jax.jit, donate_argnums=0)
def put(held: Neurons, columns: Any, some: Any, x: Any) -> Any:
    """The neurons with some of them replaced."""
    z = None if x is None else held.z.at[:, columns].set(product(x, some))
    return Neurons(held.w.at[:, columns].set(some), z)


@jax.jit
def compare(held: Neurons, w0: Any, active0: Any) -> Any:
    """The farthest movement and the patterns that differ."""
    # row by row, which fuses
    square = sum((a - b) ** 2 for a, b in zip(held.w, w0, strict=True))
    pairs = zip(held.preactivations, active0, strict=True)
    return jnp.sqrt(jnp.max(square)), jnp.sum(
        sum(((a >= 0) != b).astype(jnp.int32) for a, b in pairs)
    )
