"""The linear model around an initialization: its margin, and the nearest parameters at which it, or
the network itself, fits labels of size one.

Operands of every algorithm here: the outputs at the start, the parameter that moves (a matrix, or
the layers of a deep network), the labels, and the wanted y f.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.margin import nearest
from sim.data.table import Array
from sim.measuring.evaluate import Evaluation, Known, Values
from theorems.language.measurement import Term

ROUNDS = 24  # linear models that are tried
Params = Any  # an array, or the list of a deep network's


@cache
def _compiled(
    outputs: Term, moved: Term, names: tuple[Term, ...]
) -> tuple[Callable[..., Any], ...]:
    """outputs(p, rest): (n,); gram(p, rest): (n, n), column by column, so that no gradient is held
    beside another; back(p, rest, c): J^T c; ahead(p, rest, v): J v.
    """

    def f(p: Params, rest: Any) -> jax.Array:
        return Evaluation({**dict(zip(names, rest, strict=True)), moved: p})(outputs)

    def gram(p: Params, rest: Any) -> jax.Array:
        u, back = jax.vjp(lambda q: f(q, rest), p)
        ahead = jax.linearize(lambda q: f(q, rest), p)[1]
        return jax.lax.map(lambda e: ahead(back(e)[0]), jnp.eye(u.shape[0]))

    def back(p: Params, rest: Any, c: Any) -> Params:
        return jax.vjp(lambda q: f(q, rest), p)[1](c)[0]

    def ahead(p: Params, rest: Any, v: Params) -> jax.Array:
        return jax.jvp(lambda q: f(q, rest), (p,), (v,))[1]

    return jax.jit(f), jax.jit(gram), jax.jit(back), jax.jit(ahead)


def _plus(p: Params, q: Params) -> Params:
    return jax.tree.map(jnp.add, p, q)


@dataclass(frozen=True, eq=False)
class Tangent:
    """The outputs at a start, the parameter that moves and where it is, what else is known, and
    labels (n,) of size one.
    """

    outputs: Term
    moved: Term
    known: Mapping[Term, Any]
    params: Params
    labels: Array

    @cached_property
    def _names(self) -> tuple[Term, ...]:
        return tuple(t for t in self.known if t != self.moved)

    def _call(self, which: int, params: Params, *more: Any) -> Any:
        rest = [self.known[t] for t in self._names]
        return _compiled(self.outputs, self.moved, self._names)[which](params, rest, *more)

    def at(self, params: Params) -> Array:
        """(n,): the outputs of the network itself at these parameters."""
        return np.asarray(self._call(0, params))

    @cached_property
    def gram(self) -> Array:
        """(n, n): the products of the outputs' gradients."""
        g = np.asarray(self._call(1, self.params))
        return np.asarray((g + g.T) / 2)

    def move(self, wanted: float, done: Params | None = None) -> Params | None:
        """The shortest move from `params`, of all layers together, to y f >= wanted at every point;
        None when there is none.

        f is the linear model around the parameters after the move already done, around `params`
        itself without one.
        """
        there = self if done is None else replace(self, params=_plus(self.params, done))
        turned = 0 if done is None else np.asarray(there._call(3, there.params, done))
        without = there.at(there.params) - turned
        weights = nearest(there.gram, self.labels, wanted - self.labels * without)
        if weights is None:
            return None
        return there._call(2, there.params, jnp.asarray(self.labels * weights))

    def least(self, move: Params) -> float:
        """The least y f(x) of the network itself after a move."""
        return float((self.labels * self.at(_plus(self.params, move))).min())


def _tangent(term: Term, known: Known, values: Values) -> Any:
    outputs, moved, labels, wanted = term.operands
    plain = {t: v for t, v in known.items() if not t.operands}
    sides, size = values((labels, wanted), known)
    return Tangent(outputs, moved, plain, known[moved], np.asarray(sides)), float(size)


def _farthest(move: Params) -> float:
    return max(float(jnp.sqrt(jnp.sum(w**2))) for w in jax.tree.leaves(move))


def linear_distance(term: Term, known: Known, values: Values) -> float:
    """The largest Frobenius norm of a layer in the shortest move of the linear model to y f >=
    wanted; infinite when there is none.
    """
    tangent, wanted = _tangent(term, known, values)
    move = tangent.move(wanted)
    return float("inf") if move is None else _farthest(move)


def linear_fit(term: Term, known: Known, values: Values) -> float:
    """The largest cross entropy of the network itself after that move; NaN when there is none."""
    tangent, wanted = _tangent(term, known, values)
    move = tangent.move(wanted)
    return float("nan") if move is None else float(np.logaddexp(0, -tangent.least(move)))


def fit_distance(term: Term, known: Known, values: Values) -> float:
    """An upper bound on the least move, largest layer, to y f >= wanted of the network itself at
    every point; infinite when none is found.

    Shortest moves of the linear models around ever better networks (sequential quadratic
    programming); the bound is a network that was evaluated.
    """
    tangent, wanted = _tangent(term, known, values)
    best, done, aim = float("inf"), None, wanted
    for _ in range(ROUNDS):
        move = tangent.move(aim, done)
        if move is None:
            break
        half = jax.tree.map(lambda a, b: (a + b) / 2, move, done) if done is not None else move
        done, least = half, tangent.least(half)
        aim += (wanted - least) / 2  # what kinks took away, or gave
        best = min(best, _farthest(done)) if least >= wanted else best
    return best
