"""Forward maps by name: parameters and inputs to one output a point, the paper's factor left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from sim.setting import implicit
from sim.setting.population import abs_kernel

Params = dict[str, jax.Array]
BLOCK = (
    2**19
)  # neurons handled at once; bounds the memory of preactivations, gradients and patterns


@dataclass(frozen=True)
class Network:
    """shapes(m, d, L): the shape of each parameter, its first axis over neurons; outputs(params,
    x): (n,) for x (n, d).

    patterns(w, x): (neurons, n) activation patterns, None where the neurons are more than one layer
    or have no kinks. units(params): output weights c and neurons u of sum_j c_j act(u_j.x), and
    kernel(u, v): E act(u.x) act(v.x), for population losses. impossible(params): why there are no
    outputs, empty when there are.
    kinks: whether the outputs have them. depth: the least number of layers of weights, and whether
    there may be more.
    """

    shapes: Callable[[int, int, int], dict[str, tuple[int, ...]]]
    outputs: Callable[[Params, jax.Array], jax.Array]
    patterns: Callable[[jax.Array, jax.Array], jax.Array] | None = None
    units: Callable[[Params], tuple[jax.Array, jax.Array]] | None = None
    kernel: Callable[[jax.Array, jax.Array], jax.Array] | None = None
    impossible: Callable[[dict[str, Any]], str] | None = None
    kinks: bool = True
    depth: int = 2
    deeper: bool = False


def relu(z: jax.Array) -> jax.Array:
    """max(z, 0) with derivative 1 at z = 0, the convention 1{w.x >= 0} of Du et al. 2019."""
    return jnp.where(z >= 0, z, 0.0)


def over_neurons(f: Callable[..., Any], *arrays: jax.Array, block: int = BLOCK) -> Any:
    """The sum of f over the leading axis of the arrays, block by block, recomputing each block on
    the way back.
    """
    m = arrays[0].shape[0]
    if m <= block:
        return f(*arrays)
    whole = m // block * block
    heads = tuple(a[:whole].reshape(-1, block, *a.shape[1:]) for a in arrays)
    step = jax.checkpoint(lambda *parts: f(*parts))
    zero = jax.tree.map(
        lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(f, *(h[0] for h in heads))
    )
    total, _ = jax.lax.scan(
        lambda sum_, parts: (jax.tree.map(jnp.add, sum_, step(*parts)), None), zero, heads
    )
    return total if whole == m else jax.tree.map(jnp.add, total, f(*(a[whole:] for a in arrays)))


def _two_layer(activation: Callable[[jax.Array], jax.Array]) -> Network:
    return Network(
        shapes=lambda m, d, _: {"w": (m, d), "a": (m,)},
        outputs=lambda p, x: over_neurons(lambda w, a: a @ activation(w @ x.T), p["w"], p["a"]),
        patterns=lambda w, x: w @ x.T >= 0,
    )


def layers(p: Params) -> list[jax.Array]:
    """The matrices of a deep network from the first to the last, (m, d), (m, m), ..., (1, m)."""
    return [
        p["first"],
        *(p["hidden"][:, k] for k in range(p["hidden"].shape[1])),
        p["last"][None, :],
    ]


def depth(p: Params) -> int:
    """L, the number of matrices of a deep network."""
    return int(p["hidden"].shape[1]) + 2


def largest_layer(p: Params) -> jax.Array:
    """The largest Frobenius norm of a layer."""
    return jnp.sqrt(jnp.max(jnp.stack([jnp.sum(w**2) for w in layers(p)])))


def _deep(activation: Callable[[jax.Array], jax.Array], kinks: bool) -> Network:
    def outputs(p: Params, x: jax.Array) -> jax.Array:
        *below, last = layers(p)
        z = x.T
        for w in below:
            z = activation(w @ z)
        return (last @ z)[0]

    return Network(
        lambda m, d, L: {"first": (m, d), "hidden": (m, L - 2, m), "last": (m,)},
        outputs,
        kinks=kinks,
        deeper=True,
    )


def _own_length(p: Params) -> tuple[jax.Array, jax.Array]:
    """Neurons whose output weight is their own length, with derivative 0 at 0."""
    square = jnp.sum(p["w"] ** 2, axis=1)
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1.0)), 0.0), p["w"]


NETWORKS = {
    "two_layer_abs_own_length": Network(
        lambda m, d, _: {"w": (m, d)},
        lambda p, x: _own_length(p)[0] @ jnp.abs(p["w"] @ x.T),
        units=_own_length,
        kernel=abs_kernel,
    ),
    "two_layer_relu": _two_layer(relu),
    "implicit_relu": Network(
        lambda m, d, _: {"A": (m, m), "W": (m, d), "u": (m,), "v": (m,), "b": (m,)},
        implicit.outputs,
        impossible=implicit.impossible,
    ),
    "deep_linear": _deep(lambda z: z, kinks=False),
    "deep_relu": _deep(relu, kinks=True),
}
