"""The crowd by its joint law: neurons near a kink drawn one by one, all others through their counts
and sums.

How many neurons are near a kink is binomial, and they are drawn from their conditional law. The
others fall into regions (activation pattern, distance classes) by a multinomial law, and the sum of
a_r w_r over a region is Gaussian up to the total variation that `normality` bounds. Region by
region the law is known for orthogonal inputs, where the coordinates are independent, and for inputs
in a plane, where regions are ranges of angles and radii.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import erf

from sim.data.table import Array
from sim.engines.wide import plane
from sim.engines.wide.crowd import MOST_PATTERNS, Crowd, bits, from_patterns, numbered
from sim.engines.wide.normality import Law, distance, law_of
from sim.plan import Plan
from sim.setting.draws import BLOCK, COUPLED, LAWS, Generator, generator
from sim.worker import ALONE, Worker

ORTHOGONAL = 1e-15  # cosines that rounding leaves between orthogonal inputs, per dimension
# neurons within a radius of some kink up to which they are drawn rather than counted
AFFORDABLE = 2**20
# neurons of a region up to which their sum is drawn one by one, by dimension: below, the bound says
# little
ONE_BY_ONE = {1: 2**18, 2: 2**23}
# of a probability; times the root of m over it, what it changes in the law of a count
ROUNDING = 2.0**-51


def refuses(plan: Plan) -> str:
    """Why the joint law is not known for these inputs; empty when it is."""
    n = plan.data.samples
    if n > MOST_PATTERNS:
        return f"the law of the sums is known for at most {MOST_PATTERNS} points"
    return (
        ""
        if _orthogonal(plan) or plan.inputs.shape[1] == 2
        else "the law of the sums is known only for orthogonal inputs and inputs in a plane"
    )


def _orthogonal(plan: Plan) -> bool:
    cosines = plan.inputs @ plan.inputs.T
    return bool((np.abs(cosines - np.diag(np.diag(cosines))) <= ORTHOGONAL * len(cosines)).all())


def survey(plan: Plan, seed: int, reach: Array, worker: Worker = ALONE) -> Crowd:
    """The crowd of one seed; `error` bounds the total variation between its law and that of m
    independent neurons.
    """
    norms = np.linalg.norm(plan.inputs, axis=1)
    unit, sizes = plan.inputs / norms[:, None], plan.spread * norms
    twins = 2 if COUPLED in plan.drawn.values() else 1
    m, g = plan.width // twins, generator(seed, "crowd", 0)
    levels = _levels(plan, reach / sizes, sizes, m)
    first = np.array([v[0] for v in levels])
    alpha = None if _orthogonal(plan) else tuple(np.arctan2(unit[:, 1], unit[:, 0]).tolist())
    regions = _regions(alpha, tuple(tuple(v.tolist()) for v in levels))
    count = int(g.binomial(m, regions.near))
    w, a = _near(Strips(unit, first, regions.near), count, seed, worker.threads)
    z = unit @ w
    patterns, sums, within, error = regions.fill(m - count, g, summed=twins == 1)
    patterns = patterns + np.bincount(numbered(z >= 0), minlength=len(patterns))
    counts = np.zeros((len(plan.radii), len(sizes)), np.int64)
    for i, r in enumerate(plan.radii):
        for j, size in enumerate(np.abs(z)):
            classes = max(np.searchsorted(levels[j], r / sizes[j] * (1 + 1e-12)) - 1, 0)
            counts[i, j] = np.count_nonzero(size <= r / sizes[j]) + within[j][:classes].sum()
    u = np.zeros(len(sizes)) if twins == 2 else sizes * (sums + np.maximum(z, 0) @ a)
    held = (np.abs(z) <= (reach / sizes)[:, None]).any(axis=0)
    w, a = (
        plan.spread * np.repeat(w[:, held], twins, axis=1),
        np.resize([1.0, -1.0], 2 * held.sum()) if twins == 2 else a[held],
    )
    return Crowd(
        u,
        from_patterns(patterns) * twins,
        patterns * twins,
        counts * twins,
        w,
        a,
        error + np.sqrt(plan.width * len(patterns)) * ROUNDING,
    )


@lru_cache(8)
def _regions(
    alpha: tuple[float, ...] | None, levels: tuple[tuple[float, ...], ...]
) -> _Orthogonal | _Plane:
    classes = [np.array(v) for v in levels]
    return _Orthogonal(classes) if alpha is None else _Plane(np.array(alpha), classes)


def _levels(plan: Plan, reach: Array, sizes: Array, m: int) -> list[Array]:
    """Distances from the kink of every point, in units of the deviation: up to the first, neurons
    are drawn; the others bound classes.
    """
    first, later = reach, []
    for r in plan.radii:
        if m * erf(r / sizes / np.sqrt(2)).sum() <= AFFORDABLE:
            first = np.maximum(first, r / sizes)
        else:
            later.append(r / sizes)
    return [
        np.array([first[j], *sorted({float(v[j]) for v in later if v[j] > first[j]})])
        for j in range(len(sizes))
    ]


class Strips(NamedTuple):
    """The strips |e_j.w| <= first_j around the kinks; unit: the e_j, (n, d); chance: of a standard
    normal neuron to be in one of them.
    """

    unit: Array
    first: Array
    chance: float


def _near(strips: Strips, count: int, seed: int, threads: int) -> tuple[Array, Array]:
    """Standard normal neurons given that they are in a strip, (d, count), and their signs.

    A strip is chosen by its width, a point in it is kept with the probability that makes it normal,
    and only in the first strip that contains it. Batches are sorted by strip, so a surplus is
    thrown away at random.
    """
    unit, first, chance = strips

    def block(b: int) -> tuple[Array, Array]:
        g, rows = generator(seed, "near", b), min(BLOCK, count - b * BLOCK)
        kept = np.zeros((unit.shape[1], 0))
        accepted = chance * np.sqrt(np.pi / 2) / first.sum()
        while (missing := rows - kept.shape[1]) > 0:
            batch = [kept]
            for j, k in enumerate(
                g.multinomial(
                    int(missing / accepted + 4 * np.sqrt(missing)) + 16, first / first.sum()
                )
            ):
                t, w = first[j] * (2 * g.random(k) - 1), g.standard_normal((unit.shape[1], k))
                w += np.outer(unit[j], t - unit[j] @ w)
                good = g.random(k) <= np.exp(-(t**2) / 2)
                for i in range(j):
                    good &= np.abs(unit[i] @ w) > first[i]
                batch.append(w[:, good])
            surplus = sum(v.shape[1] for v in batch[1:]) - missing
            new = np.concatenate(batch[1:], axis=1)
            kept = np.concatenate(
                [
                    kept,
                    np.delete(new, g.choice(new.shape[1], surplus, replace=False), axis=1)
                    if surplus > 0
                    else new,
                ],
                axis=1,
            )
        return kept, LAWS["rademacher"](g, (rows,))

    with ThreadPoolExecutor(threads) as pool:
        blocks = [
            (np.zeros((unit.shape[1], 0)), np.zeros(0)),
            *pool.map(block, range(-(-count // BLOCK))),
        ]
    return np.concatenate([w for w, _ in blocks], axis=1), np.concatenate([a for _, a in blocks])


def _signed(law: Law, plus: int, minus: int, g: Generator) -> Array:
    return (plus - minus) * law.mean + np.sqrt(plus + minus) * law.root @ g.standard_normal(
        len(law.mean)
    )


def _typical(law: Law, count: int) -> tuple[Law, int, int]:
    """A lot for `distance` whose signs are unbalanced as fair ones are in root mean square, and so
    give its bound in the mean.

    What is charged must not depend on how the signs fell; the square of the bound is a quadratic in
    their sum.
    """
    return law, (count + int(1.01 * np.sqrt(count))) // 2, (count - int(1.01 * np.sqrt(count))) // 2


class _Orthogonal:
    """Independent coordinates: a pattern is n fair coins, and a distance class is chosen coordinate
    by coordinate.
    """

    def __init__(self, levels: list[Array]):
        self.levels = levels
        self.near = -float(
            np.expm1(np.log1p(-erf(np.array([v[0] for v in levels]) / np.sqrt(2))).sum())
        )

    def fill(
        self, count: int, g: Generator, summed: bool
    ) -> tuple[Array, Array, list[Array], float]:
        """Neurons by pattern; sums of a_r w_r.e_j over the neurons active on j; neurons by distance
        class of every j; total variation.
        """
        n = len(self.levels)
        which = bits(n).astype(bool)
        patterns = g.multinomial(count, np.full(2**n, 0.5**n))
        plus = g.binomial(patterns, 0.5)
        sums, within, error = np.zeros(n), [], 0.0
        for j, values in enumerate(self.levels):
            ends = np.append(values, np.inf)
            share = np.diff(erf(ends / np.sqrt(2)))
            groups = [int(v[which[:, j]].sum()) for v in (plus, patterns - plus)]
            up, down = (g.multinomial(c, share / share.sum()) for c in groups)
            within.append(up + down + g.multinomial(count - sum(groups), share / share.sum()))
            lots = []
            for k in range(len(values) if summed else 0):
                law = _between(float(ends[k]), float(ends[k + 1]))
                if up[k] + down[k] <= ONE_BY_ONE[1]:
                    sums[j] += (
                        _half_normal(g, ends[k], ends[k + 1], int(up[k])).sum()
                        - _half_normal(g, ends[k], ends[k + 1], int(down[k])).sum()
                    )
                else:
                    sums[j] += _signed(law, int(up[k]), int(down[k]), g)[0]
                    lots.append(_typical(law, int(up[k] + down[k])))
            error += distance(lots)
        return patterns, sums, within, error


@cache
def _between(low: float, high: float) -> Law:
    """The law of |z| between two distances, z standard normal."""
    x, weight = np.polynomial.legendre.leggauss(200)
    top = min(high, low + plane.FAR)
    z = low + (top - low) * (x + 1) / 2
    weight = weight * np.exp(-(z**2 - low**2) / 2)
    mass = float(weight.sum() * (top - low) / 2)
    return law_of(z[:, None], weight / weight.sum(), 1 / mass)


def _half_normal(g: Generator, low: float, high: float, count: int) -> Array:
    """|z| given low < |z| <= high, by rejection from the half normal law or, in a narrow class,
    from the uniform one.
    """
    kept: list[Array] = []
    while sum(map(len, kept)) < count:
        if high - low < 1:
            z = low + (high - low) * g.random(2 * count + 16)
            z = z[g.random(len(z)) <= np.exp(-(z**2 - low**2) / 2)]
        else:
            z = np.abs(g.standard_normal(4 * count + 16))
            z = z[(z > low) & (z <= high)]
        kept.append(z)
    return np.concatenate([*kept, np.zeros(0)])[:count]


class _Plane:
    """Regions of the plane, each with its mirror image."""

    def __init__(self, alpha: Array, levels: list[Array]):
        # turned so that the half plane begins at a kink
        self.alpha, self.levels = alpha - alpha[0] - np.pi / 2, levels
        regions: dict[
            tuple[tuple[int, ...], tuple[int, ...]], list[tuple[plane.Panel, Array, Array]]
        ] = {}
        for panel in plane.panels(self.alpha, levels):
            points, weights = plane.nodes(panel, self.alpha)
            if weights.sum() > 0:
                regions.setdefault((panel.pattern, panel.level), []).append(
                    (panel, points, weights)
                )
        chance = {key: sum(float(w.sum()) for _, _, w in part) for key, part in regions.items()}
        # the rare ones first, where a multinomial sampler is accurate
        order = sorted(regions, key=lambda key: chance[key])
        self.keys = [(np.array(p), np.array(v)) for p, v in order]
        self.parts = [regions[key] for key in order]
        self.chance = np.array([chance[key] for key in order])
        self.near = plane.near(self.alpha, levels)

    def fill(
        self, count: int, g: Generator, summed: bool
    ) -> tuple[Array, Array, list[Array], float]:
        """As for orthogonal inputs."""
        n = len(self.levels)
        e = np.stack([np.cos(self.alpha), np.sin(self.alpha)], axis=1)
        patterns, sums = np.zeros(2**n, np.int64), np.zeros(n)
        lots: dict[tuple[bool, bytes], list[tuple[Law, int, int]]] = {}
        within = [np.zeros(len(v), np.int64) for v in self.levels]
        both = np.repeat(self.chance, 2)
        for i, number in enumerate(g.multinomial(count, both / both.sum()).tolist()):
            k, mirrored = divmod(i, 2)
            pattern, level = self.keys[k]
            active = 1 - pattern if mirrored else pattern
            patterns[int((active << np.arange(n)).sum())] += number
            for j in range(n):
                within[j][level[j] - 1] += number
            plus = int(g.binomial(number, 0.5))
            if summed and number:
                law = self._law(k)
                if number <= ONE_BY_ONE[2]:
                    total = self._one_by_one(k, plus, g) - self._one_by_one(k, number - plus, g)
                else:
                    total = _signed(law, plus, number - plus, g)
                    lots.setdefault((bool(mirrored), pattern.tobytes()), []).append(
                        _typical(law, number)
                    )
                sums += active * (e @ (-total if mirrored else total))
        return patterns, sums, within, sum(map(distance, lots.values()))

    @cache  # noqa: B019
    def _law(self, k: int) -> Law:
        points, weights = (np.concatenate([p[i] for p in self.parts[k]]) for i in (1, 2))
        return law_of(points, weights / self.chance[k], 1 / (2 * np.pi * self.chance[k]))

    def _one_by_one(self, k: int, count: int, g: Generator) -> Array:
        chance = np.array([float(w.sum()) for _, _, w in self.parts[k]])
        shares = g.multinomial(count, chance / chance.sum())
        return sum(
            (
                plane.draw(p, self.alpha, int(c), g).sum(axis=0)
                for (p, _, _), c in zip(self.parts[k], shares)
                if c
            ),
            np.zeros(2),
        )
