"""What is measured, by name: functions of the data, of the draw, and of the state along training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data import Array, Data
from sim.gram import Enclosure, gram_floor, input_gram_norm, largest_cosine, largest_facing, limiting_gram
from sim.networks import Network, over_neurons


def label_energy(data: Data) -> Enclosure:
    """The sum of the squared labels, exact up to one rounding."""
    exact = sum((Fraction(y) ** 2 for y in data.labels.tolist()), Fraction(0))
    value = float(exact)
    around = (np.nextafter(value, -np.inf), np.nextafter(value, np.inf)) if Fraction(value) != exact else (value, value)
    return Enclosure(value, float(around[0]), float(around[1]))


DATA_PROBES: dict[str, Callable[[Data], Enclosure]] = {
    "gram_floor": gram_floor, "input_gram_norm": input_gram_norm, "largest_cosine": largest_cosine, "largest_facing": largest_facing,
    "label_energy": label_energy,
}


def gram_matrix(network: Network, w: jax.Array, x: jax.Array, scale: Any) -> jax.Array:
    """scale^2 sum_r 1{w_r.x_i >= 0} 1{w_r.x_j >= 0} (x_i.x_j), (n, n): the Gram matrix of the outputs' gradients."""
    counts = over_neurons(lambda v: (lambda p: p.T @ p)(network.patterns(v, x).astype(x.dtype)), w)
    return scale**2 * counts * (x @ x.T)


def moved(network: Network, w: jax.Array, w0: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The farthest any neuron has moved, and the patterns that differ from the start per neuron, over all points."""
    flips = over_neurons(lambda v, v0: jnp.sum(network.patterns(v, x) != network.patterns(v0, x)), w, w0)
    return jnp.sqrt(jnp.max(jnp.sum((w - w0) ** 2, axis=1))), flips / w.shape[0]


@dataclass(frozen=True)
class State:
    """A state of training: outputs u (n,), loss, Gram matrix (n, n), farthest movement (to within blur), flipped patterns per neuron."""

    u: Array
    loss: float
    gram: Array
    movement: float
    flips: float
    blur: float = 0.0


@dataclass(frozen=True)
class Start:
    """One initialization: Gram matrix, outputs u, and within(radius): the share of neurons with |w_r.x_i| <= radius, (n,).

    law_error: total variation between the law of these numbers and that of independent neurons; 0 when all were drawn.
    """

    gram: Array
    u: Array
    data: Data
    width: int
    within: Callable[[float], Array]
    law_error: float = 0.0

    @property
    def residual(self) -> float:
        return float(np.linalg.norm(self.data.labels - self.u))

    def shares(self, radius: float) -> Array:
        """s_i, (n,): the share of neurons with |w_r.x_i| <= radius; NaN without a radius."""
        if np.isnan(radius):
            return np.full(len(self.u), np.nan)
        return self.within(radius)

    def drift_bound(self, radius: float) -> Array:
        """B, (n, n), with entries |x_i.x_j| (s_i + s_j): how far H can drift while no neuron moves beyond the radius."""
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
            slow = floor - np.linalg.norm(self.drift_bound(radius), 2) - root * np.linalg.norm(self.shares(radius))
            if slow <= 0:
                return float("nan")
            needed = root * self.residual / (np.sqrt(m) * slow)
            if needed <= radius:
                return float(radius)
            radius = needed * (1 + PAD)
        return float("nan")


DRAW_PROBES: dict[str, Callable[..., float]] = {
    "gram_gap": lambda s: float(np.linalg.norm(s.gram - limiting_gram(s.data.inputs), 2)),
    "gram_gap_entry": lambda s: float(np.abs(s.gram - limiting_gram(s.data.inputs)).max()),
    "gram_floor_at_start": lambda s: float(np.linalg.eigvalsh(s.gram)[0]),
    "certificate_radius": lambda s: s.certificate_radius(),
    "near_kink": lambda s, radius: float(s.shares(radius).sum()),
    "near_norm": lambda s, radius: float(np.linalg.norm(s.shares(radius))),
    "drift_cap": lambda s, radius: float(np.linalg.norm(s.drift_bound(radius), 2)) if radius == radius else float("nan"),
}
PAD = 1e-8  # above the rounding that a judge grants, so that a radius found is a radius that certainly satisfies
TRIVIAL: dict[str, Callable[[int, float], float]] = {  # what n and the norm of XX^T bound by themselves
    "near_kink": lambda n, norm: n, "flips": lambda n, norm: n, "gram_gap_entry": lambda n, norm: 1.0,
    "gram_gap": lambda n, norm: norm, "gram_drift": lambda n, norm: norm,
}
EVERY_STEP = {"residual", "loss"}
TRAJECTORY_PROBES = EVERY_STEP | {"movement", "flips", "gram_floor_along", "gram_drift"}
PROBES = {*DATA_PROBES, *DRAW_PROBES, *TRAJECTORY_PROBES}
