"""How far the sum of many neurons' numbers can be from a Gaussian: an explicit bound in total
variation.

S = sum of N+ copies of X - sum of N- copies, N = N+ + N-, or a sum of such lots, with X in R^d, d =
1 or 2, of bounded density, against the Gaussian of the same mean and covariance. Standardize S, and
each X. With F the difference of the densities of S and psi that of its characteristic functions,
Cauchy-Schwarz and Plancherel give

    d = 1:  (int |F|)^2 <= pi / (2 pi)   int |psi|^2 + |psi'|^2
    d = 2:  (int |F|)^2 <= pi / (2 pi)^2 int |psi - Laplacian psi|^2.

Where |t| <= T = s0 sqrt(N), the logarithm of the characteristic function is expanded to fourth
order; its third order is (N+ - N-) times a third moment and nearly cancels, so the bound is of
order 1/N. Beyond, the characteristic function of X is bounded away from 1 because X has a density,
and its N-th power is negligible. Derived here; the steps are in the comments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.data.table import Array


@dataclass(frozen=True)
class Law:
    """One neuron's contribution X: mean (d,), root (d, d) of its covariance, and of (X - mean) /
    root: the norm of the third-moment tensor, E|.|^3, E|.|^4, and a bound on the density.
    """

    mean: Array
    root: Array
    third: float
    cubed: float
    fourth: float
    peak: float


def law_of(points: Array, weights: Array, density: float) -> Law:
    """The law with these quadrature nodes (nodes, d) and weights (adding up to 1) and a density
    bounded by `density`.
    """
    mean = weights @ points
    centered = points - mean
    covariance = (weights * centered.T) @ centered
    root = np.linalg.cholesky(covariance)
    x = np.linalg.solve(root, centered.T)
    size = np.linalg.norm(x, axis=0)
    third = float(np.linalg.norm(np.einsum("k,ik,jk,lk->ijl", weights, x, x, x)))
    return Law(
        mean,
        root,
        third,
        float(weights @ size**3),
        float(weights @ size**4),
        density * float(np.prod(np.diag(root))),
    )


def distance(lots: Sequence[tuple[Law, int, int]]) -> float:
    """A bound on the total variation between the sum of the lots and the Gaussian of its moments.

    A lot (law, plus, minus) is a signed sum of plus + minus independent copies; all lots are
    independent.
    """
    lots = [lot for lot in lots if lot[1] + lot[2]]
    if not lots:
        return 0.0
    d, sizes = len(lots[0][0].mean), [plus + minus for _, plus, minus in lots]
    parts = [N * law.root @ law.root.T for N, (law, _, _) in zip(sizes, lots, strict=True)]
    whole = np.linalg.inv(np.linalg.cholesky(np.sum(parts, axis=0)))
    spectra = [
        np.linalg.eigvalsh(whole @ part @ whole.T) for part in parts
    ]  # each lot's share of the variance, by direction
    shares = [float(v[-1]) for v in spectra]
    orders = [_expanded(law) for law, _, _ in lots]
    T = min(s0 * math.sqrt(N / v) for N, v, (s0, _) in zip(sizes, shares, orders, strict=True))
    e3 = sum(
        abs(plus - minus) * law.third / N**1.5 * v**1.5
        for N, v, (law, plus, minus) in zip(sizes, shares, lots, strict=True)
    )
    e4 = sum(order4 / N * v**2 for N, v, (_, order4) in zip(sizes, shares, orders, strict=True))
    t = np.linspace(
        0.0, min(T, 60.0), 6001
    )  # beyond, the lots' shares along any direction add up to 1, so that |delta| <= |t|^2/4
    # log f(t) = -|t|^2/2 + delta(t); bounds on delta and on its first and second directional
    # derivatives
    d0, d1, d2 = (
        e3 * t**3 / 6 + e4 * t**4 / 24,
        e3 * t**2 / 2 + e4 * t**3 / 6,
        e3 * t + e4 * t**2 / 2,
    )
    tail = np.exp(-(t**2) / 2 + d0)  # |e^delta - 1| <= |delta| e^|delta|
    if d == 1:
        inner = 2 * np.trapezoid((tail * d0) ** 2 + (tail * (t * d0 + d1)) ** 2, t) / (2 * np.pi)
    else:
        inner = (
            2
            * np.pi
            * np.trapezoid(t * (tail * ((t**2 + 3) * d0 + 2 * t * d1 + 2 * d2 + d1**2)) ** 2, t)
            / (2 * np.pi) ** 2
        )
    main = int(
        np.argmax([v[0] for v in spectra])
    )  # beyond T the largest lot alone makes f negligible
    law, N, least = lots[main][0], sizes[main], float(spectra[main][0])
    power = (N - 3) * math.log1p(-_gap(law, T * math.sqrt(least / N), d))
    far = (
        2 * math.log(d * len(lots) * (sum(sizes) + 2))
        + power
        + d / 2 * math.log(N / least)
        + math.log(law.peak)
    )
    gauss = 4 * (3 + T**2) ** 2 * math.exp(-min(T**2, 700.0))
    return min(
        1.0, math.sqrt(np.pi * (inner + 2 * (math.exp(min(max(far, -700.0), 700.0)) + gauss))) / 2
    )


def _expanded(law: Law) -> tuple[float, float]:
    """s0 and a bound on the fourth derivative of log phi for |s| <= s0, such that the Gaussian
    keeps half of its exponent there.
    """
    for s in np.geomspace(1.0, 1e-3, 200):
        q = (
            1 - s**2 / 2
        )  # |phi(s)| >= q; |phi'| <= s, |phi''| <= 1, |phi'''| <= E|X|^3, |phi''''| <= E|X|^4
        order4 = (
            law.fourth / q
            + 4 * law.cubed * s / q**2
            + 3 / q**2
            + 12 * s**2 / q**3
            + 6 * s**4 / q**4
        )
        if order4 * s**2 / 12 + law.third * s / 3 <= 0.5:
            return float(s), float(order4)
    return 1e-3, float(order4)


def _gap(law: Law, s0: float, d: int) -> float:
    """1 - |phi(s)|^2 = 2 E sin^2(s.D/2) from below for |s| >= s0, where D = X - X'.

    Up to s1, by sin^2(y) >= (2y/pi)^2 for |y| <= pi/2 and Markov on E (v.D)^4 <= 2 E|X|^4 + 6.
    Beyond, |D| <= B with probability 1/2, and the stripes with |sin| < e inside have at most
    probability 1/4, since D has a density of at most `peak`.
    """
    s1 = math.pi / math.sqrt(2 * law.fourth + 6)
    near = (
        2 / math.pi**2 * s0**2 * (2 - (2 * law.fourth + 6) * s0**2 / math.pi**2) if s0 < s1 else 1.0
    )
    s1 = max(s0, s1)
    e = (
        1 / (4 * law.peak * (4 + 4 * math.pi / s1))
        if d == 1
        else 1 / (16 * math.sqrt(8) * law.peak * (math.sqrt(8) + 2 * math.pi / s1))
    )
    return min(near, min(e, 1.0) ** 2 / 2, 0.5)
