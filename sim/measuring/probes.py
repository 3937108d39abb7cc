"""What is measured, by name: functions of the data, of the draw, and of the state along training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.margin import hard_margin
from sim.data.table import Data, xor_noise
from sim.measuring.features import AT_START, OF_IMPLICIT
from sim.measuring.gram import (
    Enclosure,
    feature_floor,
    gram_floor,
    input_gram_norm,
    largest_cosine,
    largest_facing,
    limiting_gram,
)
from sim.measuring.layers import AGAINST_DATA, LAYERED, imbalance
from sim.measuring.neurons import OF_NEURONS, longest
from sim.measuring.ntk_margin import kernel_margin, ntk_margin
from sim.measuring.state import State
from sim.measuring.tangent import OF_TANGENT
from sim.measuring.teacher import AGAINST_TEACHER, TEACHER_DATA


def label_energy(data: Data) -> Enclosure:
    """The sum of the squared labels, exact up to one rounding."""
    exact = sum((Fraction(y) ** 2 for y in data.labels.tolist()), Fraction(0))
    value = float(exact)
    around = (
        (np.nextafter(value, -np.inf), np.nextafter(value, np.inf))
        if Fraction(value) != exact
        else (value, value)
    )
    return Enclosure(value, float(around[0]), float(around[1]))


def dimension(data: Data) -> Enclosure:
    """The number of coordinates of an input."""
    return Enclosure(data.raw.shape[1], data.raw.shape[1], data.raw.shape[1])


def longest_input(data: Data) -> Enclosure:
    """The length of the longest row, once all are scaled together into the unit ball."""
    value = float(np.linalg.norm(data.ball, axis=1).max())
    return Enclosure(value, value * (1 - 1e-14), value * (1 + 1e-14))


def not_xor(data: Data) -> Enclosure:
    """0 for the exclusive or in the first two coordinates with equal further ones, in any order; 1
    for other data.
    """
    first, rest = data.raw[:, :2], data.raw[:, 2:]
    there = {(*row, y) for row, y in zip(first.tolist(), data.labels.tolist(), strict=True)}
    same = (
        data.samples == 4
        and there == {(1, 0, 1), (-1, 0, 1), (0, 1, -1), (0, -1, -1)}
        and not (rest != rest[:1]).any()
    )
    return Enclosure(1.0 - same, 1.0 - same, 1.0 - same)


def not_xor_noise(data: Data) -> Enclosure:
    """0 for the exclusive or in the first two coordinates with every sign in all others, in any
    order; 1 for other data.
    """
    there = sorted(
        (*row, y) for row, y in zip(data.raw.tolist(), data.labels.tolist(), strict=True)
    )
    size = 2 ** data.raw.shape[1]
    full = xor_noise(size) if size == data.samples and size >= 4 else None
    same = full is not None and there == sorted(
        (*row, y) for row, y in zip(full.raw.tolist(), full.labels.tolist(), strict=True)
    )
    return Enclosure(1.0 - same, 1.0 - same, 1.0 - same)


DATA_PROBES: dict[str, Callable[[Data], Enclosure]] = {
    "gram_floor": gram_floor,
    "feature_floor": feature_floor,
    "input_gram_norm": input_gram_norm,
    "largest_cosine": largest_cosine,
    "largest_facing": largest_facing,
    "label_energy": label_energy,
    "dimension": dimension,
    "longest_input": longest_input,
    "not_xor": not_xor,
    "not_xor_noise": not_xor_noise,
    "hard_margin": hard_margin,
    "ntk_margin": ntk_margin,
    "kernel_margin": kernel_margin,
    **TEACHER_DATA,
}


DRAW_PROBES: dict[str, Callable[..., float]] = {
    "gram_gap": lambda s: float(np.linalg.norm(s.gram - limiting_gram(s.data.inputs), 2)),
    "gram_gap_entry": lambda s: float(np.abs(s.gram - limiting_gram(s.data.inputs)).max()),
    "gram_floor_at_start": lambda s: float(np.linalg.eigvalsh(s.gram)[0]),
    "certificate_radius": lambda s: s.certificate_radius(),
    "imbalance": imbalance,
    **AT_START,
    **OF_TANGENT,
    "longest_neuron": longest,
    "largest_output": lambda s: float(np.abs(s.u).max()),
    "near_kink": lambda s, radius: float(s.shares(radius).sum()),
    "near_kink_most": lambda s, radius: float(s.shares(radius).max()),
    "near_norm": lambda s, radius: float(np.linalg.norm(s.shares(radius))),
    "drift_cap": lambda s, radius: (
        float(np.linalg.norm(s.drift_bound(radius), 2)) if radius == radius else float("nan")
    ),
}
HELD = {*AT_START, *OF_TANGENT} - {
    "tangent_margin"
}  # read off the parameters, so that every neuron must be held
TRIVIAL: dict[
    str, Callable[[int, float], float]
] = {  # what n and the norm of XX^T bound by themselves
    "near_kink": lambda n, norm: n,
    "flips": lambda n, norm: n,
    "gram_gap_entry": lambda n, norm: 1.0,
    "gram_gap": lambda n, norm: norm,
    "gram_drift": lambda n, norm: norm,
}


@dataclass(frozen=True)
class Step:
    """One recorded step, traced: outputs u and labels y (n,), and on demand the loss, its
    logarithm, |gradient|^2 and the step's length.
    """

    u: jax.Array
    y: jax.Array
    loss: Callable[[], jax.Array]
    log_loss: Callable[[], jax.Array]
    energy: Callable[[], jax.Array]
    length: jax.Array


SERIES: dict[str, Callable[[Step], jax.Array]] = {  # at every step
    "residual": lambda s: jnp.linalg.norm(s.y - s.u),
    "loss": lambda s: s.loss(),
    "log_loss": lambda s: s.log_loss(),
    "gradient_energy": lambda s: s.energy(),
    "step_length": lambda s: s.length,
}
ALWAYS = ("residual", "loss")  # series that every run records
Along = Callable[[State, State, Data], float]


def _of_data(probe: Callable[[State, Data], float]) -> Along:
    return lambda s, _, data: probe(s, data)


def _of_start(probe: Callable[[State, State], float]) -> Along:
    return lambda s, start, _: probe(s, start)


ALONG: dict[str, Along] = {  # at the checkpoints, of the state, the start and the data
    "movement": lambda s, _start, _data: s.movement,
    "flips": lambda s, _start, _data: s.flips,
    "gram_floor_along": lambda s, _start, _data: (
        float(np.linalg.eigvalsh(s.gram)[0]) if np.isfinite(s.gram).all() else float("nan")
    ),
    "gram_drift": lambda s, start, _data: (
        float(np.linalg.norm(s.gram - start.gram, 2)) if np.isfinite(s.gram).all() else float("nan")
    ),
}
OF_TWO_LAYERS = tuple(ALONG)
ALONG |= OF_IMPLICIT
ALONG |= {name: _of_start(p) for name, p in LAYERED.items()}
ALONG |= {
    name: _of_data(p) for name, p in {**AGAINST_DATA, **AGAINST_TEACHER, **OF_NEURONS}.items()
}
PROBES = {*DATA_PROBES, *DRAW_PROBES, *SERIES, *ALONG}
