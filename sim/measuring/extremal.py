"""The directions to which neurons turn while they are small: local maxima on the circle."""

from __future__ import annotations

import numpy as np

from sim.data.table import Array


def extremal(x: Array, y: Array, sign: float) -> Array:
    """The unit vectors in the plane at which sign * G, G(w) = sum_i y_i relu(x_i.w), has a local
    maximum, (k, 2).

    Between two kinks G is linear in w; its maximum there is its gradient's direction if that lies
    between them, else a kink where the slopes change sign.
    """
    z = sign * y[:, None] * x
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


def to_extremal(w: Array, a: Array, x: Array, y: Array) -> float:
    """The largest angle from a neuron to the nearest extremal direction of its sign; idle neurons,
    which nothing pulls, left out; NaN beyond the plane.
    """
    if x.shape[1] != 2:
        return float("nan")
    farthest, active = 0.0, (w @ x.T > 0).any(axis=1)
    unit = w / np.maximum(np.linalg.norm(w, axis=-1, keepdims=True), 1e-300)
    for sign in (1.0, -1.0):
        mine, goals = unit[(np.sign(a) == sign) & active], extremal(x, y, sign)
        if len(mine) and len(goals):
            angles = np.arccos(np.clip(mine @ goals.T, -1, 1)).min(axis=1)
            farthest = max(farthest, float(angles.max()))
    return farthest
