"""What is measured of the matrices of a deep network, W_1 (m, d), ..., W_L (1, m): balance, rank,
alignment, direction.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sim.data.margin import separator
from sim.data.table import Array, Data
from sim.measuring.state import Start, State
from sim.setting.networks import layers

Matrices = list[Array]


def _matrices(seen: State | Start) -> Matrices:
    return [np.asarray(w) for w in layers(dict(seen.params))]  # type: ignore[arg-type]


def _balance(w: Matrices) -> Matrices:
    """W_k W_k^T - W_(k+1)^T W_(k+1), conserved by the flow of any loss of the product, for linear
    networks.
    """
    return [a @ a.T - b.T @ b for a, b in pairwise(w)]


def _spectral(w: Array) -> float:
    return float(np.linalg.norm(w, 2))


def _top(w: Matrices) -> list[tuple[Array, float, Array]]:
    """The leading singular triple u, sigma, v of each layer."""
    triples = [np.linalg.svd(a, full_matrices=False) for a in w]
    return [(u[:, 0], float(s[0]), v[0]) for u, s, v in triples]


def imbalance(start: Start) -> float:
    """D of Ji and Telgarsky 2019, Lemma 2."""
    w = _matrices(start)
    squares = [float((a**2).sum()) for a in w]
    return max(squares) - squares[-1] + sum(_spectral(a) for a in _balance(w))


def _balance_norm(s: State, _: State) -> float:
    return float(np.sqrt(sum((a**2).sum() for a in _balance(_matrices(s)))))


def _rank_gap(s: State, _: State) -> float:
    return max(float((a**2).sum()) - _spectral(a) ** 2 for a in _matrices(s))


def _bend(s: State, start: State) -> float:
    """The largest (1 - <v_(k+1), u_k>^2) |W_(k+1)|^2 less the squares |W_(k+1)|^2 + |W_k|^2 at the
    start, spectral norms.
    """
    top, first = _top(_matrices(s)), [_spectral(a) ** 2 for a in _matrices(start)]
    return max(
        (1 - float(b[2] @ a[0]) ** 2) * b[1] ** 2 - first[k + 1] - first[k]
        for k, (a, b) in enumerate(pairwise(top))
    )


def _step_down(s: State, start: State) -> float:
    """The largest |W_(k+1)|^2 - |W_k|^2 less the spectral norm of the balance at the start."""
    top, balance = _top(_matrices(s)), _balance(_matrices(start))
    return max(
        b[1] ** 2 - a[1] ** 2 - _spectral(c) for a, b, c in zip(top, top[1:], balance, strict=False)
    )


def _alignment(s: State, _: State) -> float:
    top = _top(_matrices(s))
    return min(abs(float(b[2] @ a[0])) for a, b in pairwise(top))


def _rank_one(s: State, _: State) -> float:
    w = _matrices(s)
    if not all(a.any() for a in w):
        return float("nan")
    return max(
        float(np.linalg.norm(a / np.linalg.norm(a) - np.outer(t[0], t[2])))
        for a, t in zip(w, _top(w), strict=True)
    )


def _inverse_norm(s: State, _: State) -> float:
    norm = min(float(np.linalg.norm(a)) for a in _matrices(s))
    return 1 / norm if norm else float("inf")


def _direction(w: Matrices) -> Array:
    """(W_L ... W_1)^T over the product of the Frobenius norms, (d,); NaN while a layer is zero."""
    if not all(a.any() for a in w):
        return np.full(w[0].shape[1], np.nan)
    out = w[-1] / np.linalg.norm(w[-1])
    for a in reversed(w[:-1]):
        out = out @ (a / np.linalg.norm(a))
    return out[0]


def _product_alignment(s: State, _: State) -> float:
    w = _matrices(s)
    return abs(float(_direction(w) @ _top(w)[0][2]))


def toward_margin(s: State, data: Data) -> float:
    """|<v_1, u>|, u the direction of the hard margin."""
    best, _ = separator(data.labels[:, None] * data.ball)
    return abs(float(_top(_matrices(s))[0][2] @ best) / float(np.linalg.norm(best)))


def product_margin(s: State, data: Data) -> float:
    """The least margin of the network with every layer scaled to norm one."""
    return float((data.labels * (data.ball @ _direction(_matrices(s)))).min())


def _movement(s: State, start: State) -> float:
    return max(
        float(np.linalg.norm(a - b)) for a, b in zip(_matrices(s), _matrices(start), strict=True)
    )


LAYERED: dict[str, Callable[[State, State], float]] = {
    "balance": _balance_norm,
    "rank_gap": _rank_gap,
    "bend": _bend,
    "step_down": _step_down,
    "alignment": _alignment,
    "rank_one": _rank_one,
    "inverse_norm": _inverse_norm,
    "layer_movement": _movement,
    "product_alignment": _product_alignment,
}
AGAINST_DATA: dict[str, Callable[[State, Data], float]] = {
    "toward_margin": toward_margin,
    "product_margin": product_margin,
}
