"""Every neuron in memory: the network as it is, differentiated by JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data import Array
from sim.draws import draw
from sim.losses import LOSSES
from sim.methods import METHODS
from sim.networks import NETWORKS
from sim.plan import SEGMENT, Plan
from sim.probes import Start, State, gram_matrix, moved


@cache
def _advance(network: str, loss: str, method: str, substeps: int) -> Callable[..., Any]:
    """advance(w, fixed, x, y, h, scale, factor, count) -> (w, residuals, losses) over `count` <= SEGMENT recorded steps."""
    outputs, total, step = NETWORKS[network].outputs, LOSSES[loss], METHODS[method].step

    @partial(jax.jit, donate_argnums=0)
    def advance(w: Any, fixed: Any, x: Any, y: Any, h: Any, scale: Any, factor: Any, count: Any) -> Any:
        def predict(v: Any) -> Any:
            return scale * outputs({**fixed, "w": v}, x)

        gradient = jax.grad(lambda v: factor * total(predict(v), y))

        def record(j: Any, state: Any) -> Any:
            v, residuals, losses = state
            u = predict(v)
            residuals, losses = residuals.at[j].set(jnp.linalg.norm(y - u)), losses.at[j].set(factor * total(u, y))
            v = step(v, gradient, h) if substeps == 1 else jax.lax.fori_loop(
                0, substeps, lambda _, q: step(q, gradient, h / substeps), v)
            return v, residuals, losses

        empty = jnp.full(SEGMENT, jnp.nan)
        return jax.lax.fori_loop(0, count, record, (w, empty, empty))

    return advance


@cache
def _measure(network: str, loss: str) -> Callable[..., Any]:
    """measure(w, w0, fixed, x, y, scale, factor) -> outputs, loss, Gram matrix, movement, flips of one state."""
    net, total = NETWORKS[network], LOSSES[loss]

    @jax.jit
    def measure(w: Any, w0: Any, fixed: Any, x: Any, y: Any, scale: Any, factor: Any) -> Any:
        u = scale * net.outputs({**fixed, "w": w}, x)
        return u, factor * total(u, y), gram_matrix(net, w, x, scale), *moved(net, w, w0, x)

    return measure


class Dense:
    """One seed of a plan. begin(substeps) returns to the draw; advance(count) trains; state() measures."""

    def __init__(self, plan: Plan, seed: int):
        shapes = NETWORKS[plan.setting.network].shapes(plan.width, plan.inputs.shape[1])
        drawn = draw(plan.setting.drawn, {p: shape[1:] for p, shape in shapes.items()}, plan.width, seed)
        drawn |= {p: plan.spread(p) * drawn[p] for p in plan.setting.spread}
        self.plan, self.w0 = plan, drawn.pop("w")
        self.fixed = {p: jnp.asarray(v) for p, v in drawn.items()}
        self.x, self.y = jnp.asarray(plan.inputs), jnp.asarray(plan.data.labels)
        self.scale, self.factor = plan.factors
        self.begin(1)

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""
        self.w, self.substeps = jnp.array(self.w0), substeps

    def state(self) -> State:
        """Everything that the trajectory's probes need, at the present step."""
        read = _measure(self.plan.setting.network, self.plan.setting.loss)
        u, loss, gram, movement, flips = read(self.w, self.w0, self.fixed, self.x, self.y, self.scale, self.factor)
        return State(np.asarray(u), float(loss), np.asarray(gram), float(movement), float(flips))

    def start(self) -> Start:
        """What the draw's probes need."""
        state, size = self.state(), np.abs(self.w0 @ np.asarray(self.x).T)
        return Start(state.gram, state.u, self.plan.data, self.plan.width, lambda radius: (size <= radius).mean(axis=0))

    def advance(self, count: int) -> tuple[Array, Array]:
        """Train `count` <= SEGMENT recorded steps; the residual and the loss before each."""
        p = self.plan
        train = _advance(p.setting.network, p.setting.loss, p.setting.method, self.substeps)
        self.w, residuals, losses = train(self.w, self.fixed, self.x, self.y, p.step_size, self.scale, self.factor, count)
        return np.asarray(residuals[:count]), np.asarray(losses[:count])
