"""The linear model around an initialization: its Gram matrix, its margin, and the nearest
parameters at which it fits the labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.margin import gram_margin, nearest
from sim.data.table import Array
from sim.setting.networks import NETWORKS, Params, layers

if TYPE_CHECKING:
    from sim.measuring.state import Start

ROUNDS = 24  # linear models that are tried


@cache
def _compiled(network: str) -> tuple[Callable[..., Any], ...]:
    """outputs(p, fixed, x, scale): (n,); gram(...): (n, n), column by column, so that no gradient
    is held beside another; back(..., c): J^T c; ahead(..., v): J v.
    """

    def outputs(p: Params, fixed: Params, x: jax.Array, scale: float) -> jax.Array:
        return scale * NETWORKS[network].outputs({**fixed, **p}, x)

    def gram(p: Params, *rest: Any) -> jax.Array:
        _, back = jax.vjp(lambda q: outputs(q, *rest), p)
        return jax.lax.map(
            lambda e: jax.jvp(lambda q: outputs(q, *rest), (p,), back(e))[1], jnp.eye(len(rest[1]))
        )

    def back(p: Params, *rest: Any) -> Params:
        moved: Params = jax.vjp(lambda q: outputs(q, *rest[:-1]), p)[1](rest[-1])[0]
        return moved

    def ahead(p: Params, *rest: Any) -> jax.Array:
        return jax.jvp(lambda q: outputs(q, *rest[:-1]), (p,), (rest[-1],))[1]

    return jax.jit(outputs), jax.jit(gram), jax.jit(back), jax.jit(ahead)


@dataclass(frozen=True, eq=False)
class Tangent:
    """A network by name, its trained and its fixed parameters, inputs (n, d), the number in front
    of it, and labels (n,) of size one.
    """

    network: str
    params: Params
    fixed: Params
    x: Any
    scale: float
    labels: Array

    @property
    def _rest(self) -> tuple[Any, ...]:
        return self.fixed, self.x, self.scale

    def outputs(self, params: Params) -> Array:
        """(n,): of the network itself at these parameters."""
        return np.asarray(_compiled(self.network)[0](params, *self._rest))

    @cached_property
    def gram(self) -> Array:
        """(n, n): the products of the outputs' gradients."""
        g = np.asarray(_compiled(self.network)[1](self.params, *self._rest))
        return np.asarray((g + g.T) / 2)

    def move(self, wanted: float, done: Params | None = None) -> Params | None:
        """The shortest move from `params`, of all parameters together, to y f >= wanted at every
        point; None when there is none.

        f is the linear model around the parameters after the move already done, around `params`
        itself without one.
        """
        there = (
            self
            if done is None
            else replace(self, params={p: self.params[p] + w for p, w in done.items()})
        )
        back, ahead = _compiled(self.network)[2:]
        without = there.outputs(there.params) - (
            0 if done is None else np.asarray(ahead(there.params, *self._rest, done))
        )
        weights = nearest(there.gram, self.labels, wanted - self.labels * without)
        return (
            None
            if weights is None
            else back(there.params, *self._rest, jnp.asarray(self.labels * weights))
        )

    def least(self, move: Params) -> float:
        """The least y f(x) of the network itself after a move."""
        return float(
            (self.labels * self.outputs({p: self.params[p] + w for p, w in move.items()})).min()
        )


def _tangent(start: Start) -> Tangent:
    assert start.tangent is not None
    return start.tangent


def _farthest(move: Params) -> float:
    parts = layers(move) if "hidden" in move else list(move.values())
    return max(float(jnp.sqrt(jnp.sum(w**2))) for w in parts)


def margin(start: Start) -> float:
    """The margin at which the gradients of the outputs separate the points; 0 when they do not."""
    return gram_margin(start.gram if start.gram.size else _tangent(start).gram, start.data.labels)


def linear_distance(start: Start, wanted: float) -> float:
    """The largest Frobenius norm of a layer in the shortest move of the linear model to y f >=
    wanted; infinite when there is none.
    """
    move = _tangent(start).move(wanted)
    return float("inf") if move is None else _farthest(move)


def linear_fit(start: Start, wanted: float) -> float:
    """The largest cross entropy of the network itself after that move; NaN when there is none."""
    move = _tangent(start).move(wanted)
    return float("nan") if move is None else float(np.logaddexp(0, -_tangent(start).least(move)))


def distance(start: Start, wanted: float) -> float:
    """An upper bound on the least move, largest layer, to y f >= wanted of the network itself at
    every point; infinite when none is found.

    Shortest moves of the linear models around ever better networks (sequential quadratic
    programming); the bound is a network that was evaluated.
    """
    tangent, best, done, aim = _tangent(start), float("inf"), None, wanted
    for _ in range(ROUNDS):
        move = tangent.move(aim, done)
        if move is None:
            break
        done = move if done is None else {p: (w + move[p]) / 2 for p, w in done.items()}
        least = tangent.least(done)
        aim += (wanted - least) / 2  # what kinks took away, or gave
        best = min(best, _farthest(done)) if least >= wanted else best
    return best


OF_TANGENT: dict[str, Callable[..., float]] = {
    "tangent_margin": margin,
    "linear_distance": linear_distance,
    "linear_fit": linear_fit,
    "fit_distance": distance,
}
