"""What soudry2018.py cannot say: the hard margin's dual variables, the rank that its support vectors lack, and the limit of
what remains of the weights beside ŵ log t.
"""

from typing import Any

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from sim.data.margin import separator
from sim.measuring.balls import NotEnclosed, middles
from sim.parts import register

Array = NDArray[np.float64]


def hard_dual(x: Array, y: Array) -> Array:
    """α, (n,): ŵ = Σ α_i y_i x_i is the shortest vector with y_i x_i.ŵ >= 1 for every i."""
    w, weights = separator(y[:, None] * x)
    return weights / (w @ w)


def hard_dual_in_balls(x: Any, y: Any) -> Any:
    """The same from the equations of its support, where the conditions of Karush, Kuhn and Tucker certainly hold with
    independent support vectors, each α_i of which is positive, and every other point beyond the margin.

    NotEnclosed elsewhere.
    """
    z = y[:, None] * x
    guess = hard_dual(middles(x), middles(y))
    on, off = np.flatnonzero(guess > 0), np.flatnonzero(guess <= 0)
    held = arb_mat(z[on].tolist())
    try:
        inside = (held * held.transpose()).solve(arb_mat([[1]] * len(on)))
    except ZeroDivisionError:
        raise NotEnclosed("hard_dual") from None
    w = np.array((held.transpose() * inside).tolist(), dtype=object)[:, 0]
    found = np.array([arb(0)] * len(y), dtype=object)
    found[on] = [inside[i, 0] for i in range(len(on))]
    if not (all(a > 0 for a in found[on]) and all(h > 1 for h in z[off] @ w)):
        raise NotEnclosed("hard_dual")
    return found


def unspanned(x: Array, alpha: Array) -> float:
    """The rank of all rows, less that of those with α_i > 0."""
    return float(np.linalg.matrix_rank(x) - np.linalg.matrix_rank(x[alpha > 0]))


def unspanned_in_balls(x: Any, alpha: Any) -> Any:
    """The same for independent support vectors; NotEnclosed unless all rows have full rank, or cannot have more."""
    most, held = min(x.shape), sum(bool(a > 0) for a in alpha)
    small = arb_mat((x if len(x) == most else x.T).tolist())
    if held < most and (small * small.transpose()).det().contains(0):
        raise NotEnclosed("unspanned")
    return arb(most - held)


def residual_limit(x: Array, y: Array, alpha: Array, start: Array, eta: float) -> Array:
    """w̃, (d,): η exp(−y_i x_i.w̃) = α_i for the support vectors, and the part of the start that they do not span."""
    on = alpha > 0
    z = y[on, None] * x[on]
    return start + np.linalg.pinv(z) @ (np.log(eta / alpha[on]) - z @ start)


register("hard_dual", hard_dual, compiled=False, enclosed=hard_dual_in_balls)
register("unspanned", unspanned, compiled=False, enclosed=unspanned_in_balls)
register("residual_limit", residual_limit, compiled=False)
