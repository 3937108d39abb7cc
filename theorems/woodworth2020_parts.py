"""What woodworth2020.py cannot say: the interpolator with the least ℓ1 norm, and that with the least Q."""

from typing import Any

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray
from scipy.optimize import linprog

from sim.measuring.balls import NotEnclosed, middles
from sim.parts import register

Array = NDArray[np.float64]
STEPS = 500  # of Newton's method, at most
HALVINGS = 60  # of one of them, until it descends


def basis_pursuit(x: Array, y: Array) -> Array:
    """argmin |β|_1 subject to Xβ = y, (d,), by a linear program; NaN when nothing fits."""
    d = x.shape[1]
    found = linprog(
        np.ones(2 * d), A_eq=np.hstack([x, -x]), b_eq=y, bounds=(0, None), method="highs-ds"
    )
    halves = found.x if found.x is not None else np.full(2 * d, np.nan)
    return np.asarray(halves[:d] - halves[d:])


def basis_pursuit_in_balls(x: Any, y: Any) -> Any:
    """The same as the solution on its support, with a dual point that certainly proves it optimal and unique.

    NotEnclosed where it has fewer or more than n entries, or several interpolators are as short.
    """
    near = basis_pursuit(middles(x), middles(y))
    support = np.flatnonzero(np.abs(near) > 1e-9)
    if len(support) != len(y):
        raise NotEnclosed("basis_pursuit")
    matrix = arb_mat(x[:, support].tolist())
    signs = arb_mat([[int(np.sign(near[j]))] for j in support])
    try:
        inside, dual = matrix.solve(arb_mat([[v] for v in y])), matrix.transpose().solve(signs)
    except ZeroDivisionError:
        raise NotEnclosed("basis_pursuit") from None
    slopes = arb_mat(x.T.tolist()) * dual
    kept = all(inside[i, 0] * signs[i, 0] > 0 for i in range(len(support)))
    strict = all(abs(slopes[int(j), 0]) < 1 for j in range(len(near)) if j not in support)
    if not (kept and strict):
        raise NotEnclosed("basis_pursuit")
    found = np.array([arb(0)] * len(near), dtype=object)
    found[support] = [inside[i, 0] for i in range(len(support))]
    return found


def hypentropy(x: Array, y: Array, squares: Array) -> Array:
    """argmin Σ s_i q(β_i/s_i) subject to Xβ = y, (d,), s = `squares`: β = 2s sinh(X^T ν).

    Newton's method for the dual, min Σ 2s_i cosh((X^T ν)_i) − y·ν, from ν = 0; NaN when it does not converge.
    """

    def dual(v: Array) -> float:
        with np.errstate(over="ignore"):
            return float(2 * squares @ np.cosh(x.T @ v) - y @ v)

    v = np.zeros(len(y))
    for _ in range(STEPS):
        z = x.T @ v
        slope = x @ (2 * squares * np.sinh(z)) - y
        if np.abs(slope).max() <= 1e-14 * np.abs(y).max():
            break
        move = np.linalg.lstsq((x * (2 * squares * np.cosh(z))) @ x.T, -slope, rcond=None)[0]
        share = next(
            (
                0.5**k
                for k in range(HALVINGS)
                if dual(v + 0.5**k * move) <= dual(v) + 0.5**k / 4 * (slope @ move)
            ),
            None,
        )
        if share is None:
            break
        v = v + share * move
    fits = np.abs(x @ (2 * squares * np.sinh(x.T @ v)) - y).max() <= 1e-9 * np.abs(y).max()
    return 2 * squares * np.sinh(x.T @ v) if fits else np.full(len(squares), np.nan)


register("basis_pursuit", basis_pursuit, compiled=False, enclosed=basis_pursuit_in_balls)
register("hypentropy", hypentropy, compiled=False)
