"""What the probes see: an initialization, and a state along training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array, Data
from sim.measuring.tangent import Tangent
from sim.setting.networks import Network, over_neurons

# above the rounding that a judge grants, so that a radius found is a radius that certainly
# satisfies
PAD = 1e-8


def _patterns(network: Network) -> Callable[..., Any]:
    assert network.patterns is not None
    return network.patterns


def gram_matrix(network: Network, w: jax.Array, x: jax.Array, scale: Any) -> jax.Array:
    """scale^2 sum_r 1{w_r.x_i >= 0} 1{w_r.x_j >= 0} (x_i.x_j), (n, n): the Gram matrix of the
    outputs' gradients.
    """
    counts = over_neurons(
        lambda v: (lambda p: p.T @ p)(_patterns(network)(v, x).astype(x.dtype)), w
    )
    return scale**2 * counts * (x @ x.T)


def moved(
    network: Network, w: jax.Array, w0: jax.Array, x: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The farthest any neuron has moved, and the patterns that differ from the start per neuron,
    over all points.
    """
    flips = over_neurons(
        lambda v, v0: jnp.sum(_patterns(network)(v, x) != _patterns(network)(v0, x)), w, w0
    )
    return jnp.sqrt(jnp.max(jnp.sum((w - w0) ** 2, axis=1))), flips / w.shape[0]


@dataclass(frozen=True)
class State:
    """A state of training: outputs u (n,), loss, parameters and the loss's gradient by name where
    they are held.

    Of two-layer networks also the Gram matrix (n, n), the farthest movement (to within blur),
    flipped patterns per neuron.
    """

    u: Array
    loss: float
    gram: Array = field(default_factory=lambda: np.full((0, 0), np.nan))
    movement: float = float("nan")
    flips: float = float("nan")
    blur: float = 0.0
    params: Mapping[str, Array] = field(default_factory=dict)
    gradient: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """One initialization: Gram matrix, outputs u, and within(radius): the share of neurons with
    |w_r.x_i| <= radius, (n,).

    params: by name, and the linear model around them, where they are held one by one.
    law_error: total variation between the law of these numbers and that of independent neurons; 0
    when all were drawn.
    """

    gram: Array
    u: Array
    data: Data
    width: int
    within: Callable[[float], Array]
    law_error: float = 0.0
    params: Mapping[str, Array] = field(default_factory=dict)
    tangent: Tangent | None = None

    @property
    def residual(self) -> float:
        return float(np.linalg.norm(self.data.labels - self.u))

    def shares(self, radius: float) -> Array:
        """s_i, (n,): the share of neurons with |w_r.x_i| <= radius; NaN without a radius."""
        if np.isnan(radius):
            return np.full(len(self.u), np.nan)
        return self.within(radius)

    def drift_bound(self, radius: float) -> Array:
        """B, (n, n), with entries |x_i.x_j| (s_i + s_j): how far H can drift while no neuron moves
        beyond the radius.
        """
        s = self.shares(radius)
        return np.abs(self.data.inputs @ self.data.inputs.T) * (s[:, None] + s[None, :])

    def certificate_radius(self) -> float:
        """The least R with sqrt(L) |y - u(0)| / (sqrt(m) slow(R)) <= R, or nan when there is none.

        The left side grows with R, so iterating it from 0 climbs to the least solution.
        """
        m, floor = self.width, np.linalg.eigvalsh(self.gram)[0]
        root = np.sqrt(np.linalg.norm(self.data.inputs @ self.data.inputs.T, 2))
        radius = 0.0
        for _ in range(200):
            slow = (
                floor
                - np.linalg.norm(self.drift_bound(radius), 2)
                - root * np.linalg.norm(self.shares(radius))
            )
            if slow <= 0:
                return float("nan")
            needed = root * self.residual / (np.sqrt(m) * slow)
            if needed <= radius:
                return float(radius)
            radius = needed * (1 + PAD)
        return float("nan")
