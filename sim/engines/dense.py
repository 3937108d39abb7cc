"""Every parameter in memory: the network as it is, differentiated by JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array
from sim.measuring.probes import OF_TWO_LAYERS, SERIES, Step
from sim.measuring.state import Start, State, gram_matrix, moved
from sim.measuring.tangent import Tangent
from sim.plan import SEGMENT, Plan
from sim.setting.draws import draw
from sim.setting.losses import LOG_LOSSES, LOSSES
from sim.setting.methods import METHODS
from sim.setting.networks import NETWORKS
from sim.setting.population import POPULATION
from theorems.problem import BadInput

Parts = tuple[str, str, str]  # the names of network, loss and method


@cache
def _recorder(parts: Parts) -> Callable[..., Any]:
    """record(p, fixed, x, y, h, scale, factor, memory) -> (Step, the field to train by, h',
    memory') at parameters p.
    """
    network, loss, method = NETWORKS[parts[0]], parts[1], METHODS[parts[2]]

    def record(
        p: Any, fixed: Any, x: Any, y: Any, h: Any, scale: Any, factor: Any, memory: Any
    ) -> Any:
        def predict(q: Any) -> Any:
            return scale * network.outputs({**fixed, **q}, x)

        def value(q: Any) -> Any:
            if loss in POPULATION:
                assert network.units is not None
                assert network.kernel is not None
                return factor * POPULATION[loss](
                    network.kernel, network.units({**fixed, **q}), (y, x)
                )
            return factor * LOSSES[loss](predict(q), y)

        def log_value(q: Any) -> Any:
            return jnp.log(factor) + LOG_LOSSES[loss](predict(q), y)

        def in_log_time(q: Any) -> Any:
            g = jax.grad(log_value)(q)
            return jax.tree.map(lambda a: a / (1 + jnp.sqrt(_energy(g))), g)

        length, memory = method.length({**fixed, **p}, memory, h) if method.length else (h, memory)
        step = Step(
            predict(p),
            y,
            lambda: value(p),
            lambda: log_value(p),
            lambda: _energy(jax.grad(value)(p)),
            length,
        )
        return step, in_log_time if method.log_time else jax.grad(value), length, memory

    return record


def _energy(g: Any) -> Any:
    return sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(g))


@cache
def _advance(parts: Parts, substeps: int, names: tuple[str, ...]) -> Callable[..., Any]:
    """advance(p, memory, fixed, x, y, h, scale, factor, count) -> (p, memory, series by name) over
    `count` <= SEGMENT recorded steps.
    """
    record, method, kinks = _recorder(parts), METHODS[parts[2]], NETWORKS[parts[0]].kinks
    move = method.step if kinks or method.smooth is None else method.smooth

    @partial(jax.jit, donate_argnums=0)
    def advance(
        p: Any, memory: Any, fixed: Any, x: Any, y: Any, h: Any, scale: Any, factor: Any, count: Any
    ) -> Any:
        def body(j: Any, state: Any) -> Any:
            q, memory, series = state
            step, field, length, memory = record(q, fixed, x, y, h, scale, factor, memory)
            series = {name: values.at[j].set(SERIES[name](step)) for name, values in series.items()}
            q = (
                move(q, field, length)
                if substeps == 1
                else jax.lax.fori_loop(
                    0, substeps, lambda _, r: move(r, field, length / substeps), q
                )
            )
            return q, memory, series

        return jax.lax.fori_loop(
            0, count, body, (p, memory, {name: jnp.full(SEGMENT, jnp.nan) for name in names})
        )

    return advance


@cache
def _ends(parts: Parts, names: tuple[str, ...]) -> Callable[..., Any]:
    """ends(p, ...) -> the series' values at p."""

    @jax.jit
    def ends(
        p: Any, memory: Any, fixed: Any, x: Any, y: Any, h: Any, scale: Any, factor: Any
    ) -> Any:
        step, *_ = _recorder(parts)(p, fixed, x, y, h, scale, factor, memory)
        return {name: SERIES[name](step) for name in names}

    return ends


@cache
def _gradient(parts: Parts) -> Callable[..., Any]:
    """gradient(p, ...) of the loss by parameter."""

    @jax.jit
    def gradient(p: Any, fixed: Any, x: Any, y: Any, h: Any, scale: Any, factor: Any) -> Any:
        plain = (parts[0], parts[1], "gradient_descent")
        return _recorder(plain)(p, fixed, x, y, h, scale, factor, jnp.zeros(()))[1](p)

    return gradient


@cache
def _outputs(network: str) -> Callable[..., Any]:
    return jax.jit(NETWORKS[network].outputs)


@cache
def _patterned(network: str) -> Callable[..., Any]:
    """measure(w, w0, x, scale) -> Gram matrix, movement, flips of a two-layer network."""
    net = NETWORKS[network]
    return jax.jit(lambda w, w0, x, scale: (gram_matrix(net, w, x, scale), *moved(net, w, w0, x)))


class Dense:
    """One seed of a plan. begin(substeps) returns to the draw; advance(count) trains; state()
    measures.
    """

    def __init__(self, plan: Plan, seed: int):
        s = plan.setting
        shapes = NETWORKS[s.network].shapes(plan.width, plan.inputs.shape[1], plan.depth)
        drawn = draw(s.drawn, {p: shape[1:] for p, shape in shapes.items()}, plan.width, seed)
        drawn |= {p: plan.spread(p) * drawn[p] for p in s.spread}
        if s.drawn.get("a") == "balanced":
            drawn["a"] = drawn["a"] * np.linalg.norm(drawn["w"], axis=1)
        impossible = NETWORKS[s.network].impossible
        if impossible and (why := impossible(drawn)):
            raise BadInput(
                f"setting: {s.network}",
                why,
                "this network has outputs only where its layer is a contraction",
            )
        self.plan, self.drawn = plan, drawn
        self.fixed = {p: jnp.asarray(v) for p, v in drawn.items() if p not in s.trained}
        self.x, self.y = plan.inputs, plan.data.labels
        self.numbers = (plan.step_size, *plan.factors)
        self.parts: Parts = (s.network, s.loss, s.method)
        self.begin(1)

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""
        self.trained = {p: jnp.array(self.drawn[p]) for p in self.plan.setting.trained}
        self.memory, self.substeps = np.zeros(()), substeps

    def state(self) -> State:
        """Everything that the trajectory's probes need, at the present step."""
        now, (_, scale, _) = {**self.fixed, **self.trained}, self.numbers
        u = np.asarray(scale * _outputs(self.parts[0])(now, self.x))
        asked = not set(self.plan.along) <= set(
            OF_TWO_LAYERS
        )  # for something that is read off the parameters one by one
        params = {p: np.asarray(v) for p, v in now.items()} if asked else {}
        slopes = (
            _gradient(self.parts)(self.trained, self.fixed, self.x, self.y, *self.numbers)
            if asked
            else {}
        )
        gradient = {p: np.asarray(v) for p, v in slopes.items()}
        if NETWORKS[self.parts[0]].patterns is None:
            return State(u, self.ends()["loss"], params=params, gradient=gradient)
        gram, movement, flips = _patterned(self.parts[0])(now["w"], self.drawn["w"], self.x, scale)
        return State(
            u,
            self.ends()["loss"],
            np.asarray(gram),
            float(movement),
            float(flips),
            params=params,
            gradient=gradient,
        )

    def start(self) -> Start:
        """What the draw's probes need."""
        state, w = self.state(), self.drawn.get("w")
        size = np.abs(w @ np.asarray(self.x).T) if w is not None else np.zeros((1, len(self.y)))
        return Start(
            state.gram,
            state.u,
            self.plan.data,
            self.plan.width,
            lambda radius: (size <= radius).mean(axis=0),
            params=self.drawn,
            tangent=Tangent(
                self.parts[0],
                {p: jnp.asarray(self.drawn[p]) for p in self.trained},
                self.fixed,
                self.x,
                self.numbers[1],
                self.plan.data.labels,
            ),
        )

    def ends(self) -> dict[str, float]:
        """The series at the present step."""
        found = _ends(self.parts, self.plan.series)(
            self.trained, self.memory, self.fixed, self.x, self.y, *self.numbers
        )
        return {name: float(value) for name, value in found.items()}

    def advance(self, count: int) -> dict[str, Array]:
        """Train `count` <= SEGMENT recorded steps; the series before each."""
        train = _advance(self.parts, self.substeps, self.plan.series)
        self.trained, self.memory, found = train(
            self.trained, self.memory, self.fixed, self.x, self.y, *self.numbers, count
        )
        return {name: np.asarray(values[:count]) for name, values in found.items()}
