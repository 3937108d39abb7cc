"""What is measured of the features phi = relu(W x)/sqrt(m) below an implicit layer, and of how far
its parameters move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.data.table import Array
from sim.measuring.state import Start, State


def _gram(w: Array, x: Array) -> Array:
    phi = np.maximum(w @ x.T, 0.0) / w.shape[0] ** 0.5
    return np.asarray(phi.T @ phi)


def _far(name: str, s: State, start: State) -> float:
    return float(np.linalg.norm(s.params[name] - start.params[name]))


def _below(start: Start) -> tuple[Array, Array]:
    """The weights below the features, (m, d), and the inputs."""
    return np.asarray(start.params["W" if "W" in start.params else "w"]), start.data.inputs


def pushed(start: Start, radius: float) -> float:
    """How far G = Phi Phi^T moves, in spectral norm, when W moves by `radius` in the direction of
    the matrix of ones.
    """
    w, x = _below(start)
    return float(np.linalg.norm(_gram(w + radius / w.size**0.5, x) - _gram(w, x), 2))


AT_START: dict[str, Callable[..., float]] = {
    "feature_floor_at_start": lambda s: float(np.linalg.eigvalsh(_gram(*_below(s)))[0]),
    "norm_of_A": lambda s: float(np.linalg.norm(s.params["A"], 2)),
    "norm_of_W": lambda s: float(np.linalg.norm(_below(s)[0], 2)),
    "pushed_features": pushed,
}
OF_IMPLICIT: dict[str, Callable[[State, State, Any], float]] = {
    "feature_floor_along": lambda s, _, data: float(
        np.linalg.eigvalsh(_gram(s.params["W"], data.inputs))[0]
    ),
    "feature_drift": lambda s, start, data: float(
        np.linalg.norm(_gram(s.params["W"], data.inputs) - _gram(start.params["W"], data.inputs), 2)
    ),
    "movement_of_A": lambda s, start, _: _far("A", s, start),
    "movement_of_W": lambda s, start, _: _far("W", s, start),
    "movement_of_u": lambda s, start, _: _far("u", s, start),
    "movement_of_v": lambda s, start, _: _far("v", s, start),
    "norm_of_A_along": lambda s, _start, _data: float(np.linalg.norm(s.params["A"], 2)),
}
