"""Neurons in the plane cut by the kinks of n points: regions of equal pattern, and of equal
distance class from every kink.

A direction theta and a radius rho give w = rho (cos theta, sin theta); the point with unit vector
at angle alpha_j sees |w.e_j| = rho |cos(theta - alpha_j)|. So along every ray the neuron leaves the
strips |w.e_j| <= l at rho = l / |cos|, one after another, and a region is a range of angles times a
range of radii between two such curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.data.table import Array

ANGLES = 16  # Gauss-Legendre nodes of a panel
RADII = 40  # the same along each of its rays
FAR = 10.0  # radii beyond the first that carry any weight
GRADED = 44  # halvings of the panels towards a kink
Curve = tuple[int, float]  # the point and the level whose strip is left there


@dataclass(frozen=True)
class Panel:
    """Angles from a to b, radii from the curve `low` to the curve `high` (None: no bound); pattern:
    0 or 1 by point; level: strips left by point.
    """

    a: float
    b: float
    low: Curve
    high: Curve | None
    pattern: tuple[int, ...]
    level: tuple[int, ...]


def panels(alpha: Array, levels: list[Array]) -> list[Panel]:
    """The half plane 0 <= theta < pi outside all strips of the first levels; the other half is its
    mirror image, patterns complemented.
    """
    curves = [(j, float(v)) for j, values in enumerate(levels) for v in values]
    found = []
    ends = _ends(alpha, curves)
    for a, b in pairwise(ends):
        middle = (a + b) / 2
        cosine = np.cos(middle - alpha)
        left = {c: c[1] / abs(cosine[c[0]]) for c in curves}
        low = max(((j, float(v[0])) for j, v in enumerate(levels)), key=lambda c: left[c])
        later = sorted((c for c in curves if left[c] > left[low]), key=lambda c: left[c])
        for here, there in zip([low, *later], [*later, None], strict=True):
            level = tuple(
                sum(left[j, float(v)] <= left[here] for v in values)
                for j, values in enumerate(levels)
            )
            found.append(Panel(a, b, here, there, tuple(int(c >= 0) for c in cosine), level))
    return found


def near(alpha: Array, levels: list[Array]) -> float:
    """The probability of the strips of the first levels together, accurate also when it is small."""
    total, first = 0.0, [v[:1] for v in levels]
    x, weight = np.polynomial.legendre.leggauss(ANGLES)
    for panel in panels(
        alpha, first
    ):  # with one level a ray leaves all strips at once, where it leaves the last
        if panel.high is None:
            theta = panel.a + (panel.b - panel.a) * (x + 1) / 2
            total -= (
                (panel.b - panel.a)
                / 2
                * float(weight @ np.expm1(-(radius(panel.low, theta, alpha) ** 2) / 2))
                / np.pi
            )
    return total


def _ends(alpha: Array, curves: list[Curve]) -> list[float]:
    kinks = alpha + np.pi / 2
    cuts = [
        np.linspace(0, np.pi, 17),
        kinks,
        alpha,
        *(k + s * np.pi / 8 * 0.5 ** np.arange(GRADED) for s in (-1, 1) for k in kinks),
    ]
    for i, p in curves:
        for j, q in curves:
            if i < j:
                for sign in (-1, 1):  # q |cos(theta - alpha_i)| = p |cos(theta - alpha_j)|
                    both = q * np.array([np.cos(alpha[i]), np.sin(alpha[i])]) + sign * p * np.array(
                        [np.cos(alpha[j]), np.sin(alpha[j])]
                    )
                    cuts.append(np.array([np.arctan2(-both[0], both[1])]))
    ends = np.unique(np.concatenate([np.atleast_1d(c) for c in cuts]) % np.pi)
    ends = np.concatenate([[0.0], ends[(ends > 1e-15) & (ends < np.pi - 1e-15)], [np.pi]])
    return ends[np.concatenate([[True], np.diff(ends) > 1e-15])].tolist()


def radius(curve: Curve | None, theta: Array, alpha: Array) -> Array:
    """Where the curve meets the rays."""
    return (
        np.full(np.shape(theta), np.inf)
        if curve is None
        else curve[1] / np.maximum(np.abs(np.cos(theta - alpha[curve[0]])), 1e-300)
    )


def nodes(panel: Panel, alpha: Array) -> tuple[Array, Array]:
    """Quadrature for the standard normal law on the panel: points (nodes, 2) and weights."""
    x, wx = np.polynomial.legendre.leggauss(ANGLES)
    y, wy = np.polynomial.legendre.leggauss(RADII)
    theta = panel.a + (panel.b - panel.a) * (x + 1) / 2
    low = radius(panel.low, theta, alpha)
    high = np.minimum(radius(panel.high, theta, alpha), low + FAR)
    rho = low[:, None] + (high - low)[:, None] * (y + 1) / 2
    with np.errstate(under="ignore", over="ignore"):
        weight = (
            (panel.b - panel.a)
            / 2
            * wx[:, None]
            * (high - low)[:, None]
            / 2
            * wy
            * rho
            * np.exp(-(rho**2) / 2)
            / (2 * np.pi)
        )
    kept = weight > 0
    directions = np.stack([np.cos(theta), np.sin(theta)], axis=1)[:, None, :]
    return (rho[..., None] * directions)[kept], weight[kept]


def draw(panel: Panel, alpha: Array, count: int, g: np.random.Generator) -> Array:
    """That many independent neurons of the panel, (count, 2): angles by rejection below a bound,
    radii by inversion.
    """
    ends = np.array([panel.a, panel.b])
    peak = np.exp(-(radius(panel.low, ends, alpha).min() ** 2) / 2) - np.exp(
        -(radius(panel.high, ends, alpha).max() ** 2) / 2
    )
    kept: list[Array] = []
    while sum(map(len, kept)) < count:
        theta = g.uniform(panel.a, panel.b, 2 * count + 16)
        low, high = (np.exp(-(radius(c, theta, alpha) ** 2) / 2) for c in (panel.low, panel.high))
        chosen = g.random(len(theta)) * peak <= low - high
        theta, low, high = theta[chosen], low[chosen], high[chosen]
        rho = np.sqrt(-2 * np.log(low - g.random(len(theta)) * (low - high)))
        kept.append(rho[:, None] * np.stack([np.cos(theta), np.sin(theta)], axis=1))
    return np.concatenate(kept)[:count]
