"""The regions of the plane: their probabilities add up, agree with products where there are
products, and are what is drawn.
"""

import numpy as np
import pytest
from scipy.special import erf
from scipy.stats import chi2

from sim.engines.wide import plane
from sim.engines.wide.aggregated import _Plane

THREE = np.array([0.3, 0.5, 1.9])


@pytest.mark.parametrize(
    "levels", [[[1e-3], [2e-3]], [[1e-3, 0.05], [2e-3, 0.05]], [[0.3, 0.8], [0.1, 1.5]]]
)
def test_perpendicular_points_see_products(levels):
    levels = [np.array(v) for v in levels]
    regions = _Plane(np.array([0.7, 0.7 + np.pi / 2]), levels)
    share = [np.diff(erf(np.append(v, np.inf) / np.sqrt(2))) for v in levels]
    for (_, level), chance in zip(regions.keys, regions.chance):
        assert chance == pytest.approx(
            share[0][level[0] - 1] * share[1][level[1] - 1] / 4, rel=1e-12
        )
    assert regions.near == pytest.approx(
        -np.expm1(sum(np.log1p(-erf(v[0] / np.sqrt(2))) for v in levels)), rel=1e-13
    )


@pytest.mark.parametrize(
    "levels",
    [
        [[0.1], [0.1], [0.2]],
        [[0.05, 0.4], [0.05, 0.4], [0.1, 0.3]],
        [[0.01, 0.5, 0.9], [0.3], [0.02, 0.1]],
    ],
)
def test_regions_of_three_points_are_what_random_neurons_fall_into(levels):
    """Chi-square over all regions of a million neurons, at level 1e-6."""
    levels, count = [np.array(v) for v in levels], 10**6
    regions = _Plane(THREE, levels)
    w = np.random.Generator(np.random.SFC64(0)).standard_normal((2, count))
    z = np.stack([np.cos(THREE), np.sin(THREE)], axis=1) @ w
    level = np.array([(np.abs(row)[:, None] > v).sum(axis=1) for row, v in zip(z, levels)])
    far = (level > 0).all(axis=0)
    seen = {}
    for pattern, where in zip((z >= 0).astype(int).T[far].tolist(), level.T[far].tolist()):
        seen[tuple(pattern), tuple(where)] = seen.get((tuple(pattern), tuple(where)), 0) + 1
    expected = {}
    for (pattern, where), chance in zip(regions.keys, regions.chance):
        for p in (pattern, 1 - pattern):
            expected[tuple(p.tolist()), tuple(where.tolist())] = count * chance
    assert set(seen) <= {k for k, v in expected.items() if v > 0}
    assert far.sum() / count == pytest.approx(1 - regions.near, abs=6 / np.sqrt(count))
    large = [k for k, v in expected.items() if v > 20]
    statistic = sum((seen.get(k, 0) - expected[k]) ** 2 / expected[k] for k in large)
    assert chi2.sf(statistic, len(large)) > 1e-6


def test_a_region_draws_what_its_quadrature_says():
    regions = _Plane(THREE, [np.array([0.05, 0.4]), np.array([0.05, 0.4]), np.array([0.1, 0.3])])
    g = np.random.Generator(np.random.SFC64(1))
    for k, part in enumerate(regions.parts):
        if regions.chance[k] < 1e-3:
            continue
        law = regions._law(k)
        count = 20_000
        total = regions._one_by_one(k, count, g)
        deviation = np.linalg.solve(law.root, total - count * law.mean) / np.sqrt(count)
        assert np.abs(deviation).max() < 5
        panel = max(part, key=lambda p: p[2].sum())[0]
        points = plane.draw(panel, regions.alpha, 500, g)
        rho, theta = np.linalg.norm(points, axis=1), np.arctan2(points[:, 1], points[:, 0]) % np.pi
        assert ((panel.a - 1e-12 <= theta) & (theta <= panel.b + 1e-12)).all()
        assert (plane.radius(panel.low, theta, regions.alpha) <= rho * (1 + 1e-12)).all()
        assert (rho <= plane.radius(panel.high, theta, regions.alpha) * (1 + 1e-12)).all()
