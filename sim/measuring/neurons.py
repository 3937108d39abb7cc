"""What is measured of the neurons (w_j, a_j) of a two-layer ReLU network that trains both layers:
norms, and where directions go.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.data.table import Array, Data
from sim.measuring.state import Start, State


def _w(s: State | Start) -> Array:
    return np.asarray(s.params["w"])


def _unit(w: Array) -> Array:
    return w / np.maximum(np.linalg.norm(w, axis=-1, keepdims=True), 1e-300)


def longest(s: State | Start) -> float:
    """The largest |w_j|."""
    return float(np.linalg.norm(_w(s), axis=1).max())


def _pull(w: Array, data: Data) -> Array:
    """x_a(w_j) = sum of y_i x_i over the points that neuron j is active on, (m, d)."""
    return (w @ data.ball.T > 0) @ (data.labels[:, None] * data.ball)


def direction_error(s: State, data: Data) -> float:
    """The largest |d/dt (w_j/|w_j|) - sign(a_j) P x_a(w_j)| under the flow, P the projection across
    w_j.
    """
    w, a = _w(s), np.asarray(s.params["a"])
    unit = _unit(w)

    def across(v: Array) -> Array:
        return v - (v * unit).sum(axis=1, keepdims=True) * unit

    moving = across(-np.asarray(s.gradient["w"])) / np.maximum(
        np.linalg.norm(w, axis=1, keepdims=True), 1e-300
    )
    return float(
        np.linalg.norm(moving - np.sign(a)[:, None] * across(_pull(w, data)), axis=1).max()
    )


def extremal(data: Data, sign: float) -> Array:
    """The unit vectors in the plane at which sign * G, G(w) = sum_i y_i relu(x_i.w), has a local
    maximum, (k, 2).

    Between two kinks G is linear in w; its maximum there is its gradient's direction if that lies
    between them, else a kink where the slopes change sign.
    """
    x, z = data.ball, sign * data.labels[:, None] * data.ball
    base = np.arctan2(x[:, 1], x[:, 0])
    kinks = np.unique(
        np.round(np.mod(np.concatenate([base + np.pi / 2, base - np.pi / 2]), 2 * np.pi), 14)
    )
    widths = np.diff(np.append(kinks, kinks[0] + 2 * np.pi))
    middle = kinks + widths / 2
    slopes = (np.stack([np.cos(middle), np.sin(middle)], axis=1) @ x.T > 0) @ z
    toward = np.mod(np.arctan2(slopes[:, 1], slopes[:, 0]) - kinks, 2 * np.pi)
    inside = (toward < widths) & (np.linalg.norm(slopes, axis=1) > 0)
    found = list(kinks[inside] + toward[inside])
    tangents = np.stack([-np.sin(kinks), np.cos(kinks)], axis=1)
    before, after = (
        (tangents * np.roll(slopes, 1, axis=0)).sum(axis=1),
        (tangents * slopes).sum(axis=1),
    )
    found += list(kinks[(before > 0) & (after < 0)])
    return np.stack([np.cos(found), np.sin(found)], axis=1)


def to_extremal(s: State, data: Data) -> float:
    """The largest angle from a neuron to the nearest extremal direction of its sign; idle neurons,
    which nothing pulls, left out; the plane only.
    """
    if data.raw.shape[1] != 2:
        return float("nan")
    w, a, farthest = _w(s), np.asarray(s.params["a"]), 0.0
    for sign in (1.0, -1.0):
        mine = _unit(w[(np.sign(a) == sign) & (w @ data.ball.T > 0).any(axis=1)])
        goals = extremal(data, sign)
        if len(mine) and len(goals):
            farthest = max(
                farthest, float(np.arccos(np.clip(mine @ goals.T, -1, 1)).min(axis=1).max())
            )
    return farthest


OF_NEURONS: dict[str, Callable[[State, Data], float]] = {
    "longest_along": lambda s, _: longest(s),
    "largest_output_along": lambda s, _: float(np.abs(s.u).max()),
    "direction_error": direction_error,
    "to_extremal": to_extremal,
    "inner_energy": lambda s, _: float((_w(s) ** 2).sum()),
    "outer_energy": lambda s, _: float((np.asarray(s.params["a"]) ** 2).sum()),
}
