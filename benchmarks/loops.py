"""The same training as a user would write it: a JAX loop of ours, a plain PyTorch loop, an optax
loop. Seconds before the first step, and a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.engines.dense import Dense
from sim.plan import Plan

Advance = Callable[[], None]  # one step of training


def timed(prepare: Callable[[], Advance], seconds: float) -> tuple[float, float, int]:
    """Seconds of the preparation (draw and compilation included), seconds of a step, and how many
    steps that is the mean of.
    """
    began = time.perf_counter()
    step = prepare()
    step()
    ready, count = time.perf_counter(), 0
    while time.perf_counter() - ready < seconds or count < 3:
        step()
        count += 1
    return ready - began, (time.perf_counter() - ready) / count, count


def dense(plan: Plan) -> Advance:
    """Our own dense engine, float64, one step a call."""
    engine = Dense(plan, 0)

    def step() -> None:
        engine.advance(1)

    return step


def torch(plan: Plan) -> Advance:
    """Autograd and torch.optim.SGD, float32."""
    import torch as t

    generator = t.Generator().manual_seed(0)
    x, y = t.tensor(plan.inputs, dtype=t.float32), t.tensor(plan.data.labels, dtype=t.float32)
    w = t.randn(plan.width, x.shape[1], generator=generator).requires_grad_()
    a = 2.0 * t.randint(0, 2, (plan.width,), generator=generator) - 1.0
    optimizer = t.optim.SGD([w], lr=plan.step_size)

    def step() -> None:
        optimizer.zero_grad()
        loss = 0.5 * ((t.relu(x @ w.T) @ a / plan.width**0.5 - y) ** 2).sum()
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def optax(plan: Plan) -> Advance:
    """jax.grad and optax.sgd under jit, float32."""
    import optax as o

    keys = jax.random.split(jax.random.key(0))
    x, y = jnp.asarray(plan.inputs, jnp.float32), jnp.asarray(plan.data.labels, jnp.float32)
    w = jax.random.normal(keys[0], (plan.width, x.shape[1]), jnp.float32)
    a = jax.random.rademacher(keys[1], (plan.width,), jnp.float32)
    optimizer = o.sgd(plan.step_size)

    @jax.jit
    def update(w, state):  # type: ignore[no-untyped-def]
        loss, gradient = jax.value_and_grad(
            lambda v: 0.5 * jnp.sum((a @ jax.nn.relu(v @ x.T) / plan.width**0.5 - y) ** 2)
        )(w)
        updates, state = optimizer.update(gradient, state)
        return o.apply_updates(w, updates), state, loss

    now = [w, optimizer.init(w)]

    def step() -> None:
        now[0], now[1], loss = update(*now)
        float(loss)

    return step


def generators(threads: int, count: int) -> dict[str, float]:
    """Nanoseconds a Gaussian number of every generator at hand, on all cores, over `count` of them."""
    from concurrent.futures import ThreadPoolExecutor

    piece, found = 2**14, dict[str, float]()
    with ThreadPoolExecutor(threads) as pool:

        def measure(name: str, fill: Callable[[int], None]) -> None:
            def share(i: int) -> None:
                for _ in range(count // piece // threads):
                    fill(i)

            best = np.inf
            for _ in range(4):
                began = time.perf_counter()
                list(pool.map(share, range(threads)))
                best = min(best, time.perf_counter() - began)
            found[name] = best / count * 1e9

        for kind in (np.float64, np.float32):
            streams = [np.random.Generator(np.random.SFC64(i)) for i in range(threads)]
            rooms = [np.empty(piece, kind) for _ in range(threads)]

            def fill(i: int, s: Any = streams, r: Any = rooms) -> None:
                s[i].standard_normal(out=r[i], dtype=r[i].dtype)

            measure(f"NumPy SFC64 {kind.__name__}", fill)
        try:
            import torch as t

            torches, tensors = (
                [t.Generator().manual_seed(i) for i in range(threads)],
                [t.empty(piece) for _ in range(threads)],
            )
            measure("PyTorch float32", lambda i: tensors[i].normal_(generator=torches[i]))
        except ImportError:
            pass
    draw, key = (
        jax.jit(lambda k: jax.random.normal(k, (count // 4,), jnp.float32)),
        jax.random.key(0),
    )
    draw(key).block_until_ready()
    best = np.inf
    for _ in range(4):
        began = time.perf_counter()
        draw(key).block_until_ready()
        best = min(best, time.perf_counter() - began)
    found["jax.random float32"] = best / (count // 4) * 1e9
    return found
