"""The bound on the distance from a Gaussian holds where the distance can be computed, and shrinks
as it says.
"""

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from sim.engines.wide.aggregated import _between
from sim.engines.wide.normality import distance, law_of


def true_distance(low, high, plus, minus):
    """Total variation between the signed sum and its Gaussian, from the characteristic function by
    quadrature.
    """
    law, (x, w) = truncnorm(low, high), np.polynomial.legendre.leggauss(400)
    z = low + (min(high, low + 12) - low) * (x + 1) / 2
    w = w * law.pdf(z)
    z, w = (z - law.mean()) / (law.std() * np.sqrt(plus + minus)), w / w.sum()
    t, grid = np.linspace(-14, 14, 2801), np.linspace(-9, 9, 3601)
    phi = np.exp(1j * np.outer(t, z)) @ w
    gap = phi**plus * phi.conj() ** minus - np.exp(-(t**2) / 2)
    density = (np.exp(-1j * np.outer(grid, t)) @ gap).real * (t[1] - t[0]) / (2 * np.pi)
    return float(np.abs(density).sum() * (grid[1] - grid[0]) / 2)


@pytest.mark.parametrize(("low", "high"), [(0.01, np.inf), (0.3, np.inf), (0.2, 0.5)])
@pytest.mark.parametrize(
    ("plus", "minus"), [(500_000, 500_000), (600_000, 300_000), (10**6, 10**6 + 10**3), (10**6, 0)]
)
def test_the_bound_holds_and_is_not_absurd(low, high, plus, minus):
    true = true_distance(low, high, plus, minus)
    assert true <= distance([(_between(low, high), plus, minus)]) <= 100 * true


def test_signs_that_balance_leave_the_first_order_out():
    law = _between(0.01, np.inf)
    balanced, lone = (
        [distance([(law, n // 2, n // 2 if both else 0)]) for n in (10**7, 10**9)]
        for both in (True, False)
    )
    assert balanced[0] / balanced[1] == pytest.approx(100, rel=0.05)
    assert lone[0] / lone[1] == pytest.approx(10, rel=0.05)
    assert balanced[1] < 1e-7


def test_a_small_lot_beside_a_large_one_costs_little():
    large, narrow = _between(0.01, np.inf), _between(0.001, 0.01)
    alone = distance([(large, 10**9, 10**9)])
    assert distance([(large, 10**9, 10**9), (narrow, 10**5, 10**5 + 500)]) == pytest.approx(
        alone, rel=0.01
    )
    assert distance([]) == 0


def test_in_two_dimensions_the_bound_covers_a_product_of_two_sums():
    """A quarter plane is a product: its distance is at least that of one coordinate and at most
    twice that.
    """
    x, w = np.polynomial.legendre.leggauss(60)
    z, w = 5 * (x + 1), 5 * w * norm.pdf(5 * (x + 1))
    points = np.stack(np.meshgrid(z, z, indexing="ij"), axis=-1).reshape(-1, 2)
    weights = np.outer(w, w).ravel()
    law = law_of(points, weights / weights.sum(), 1 / (2 * np.pi * weights.sum()))
    assert law.mean == pytest.approx([np.sqrt(2 / np.pi)] * 2, rel=1e-5)
    one, two = (distance([(v, 10**8, 10**8 + 10**4)]) for v in (_between(0.0, np.inf), law))
    assert one <= two <= 30 * one


def test_the_law_of_a_region_has_the_right_moments():
    law = _between(0.2, np.inf)
    true = truncnorm(0.2, np.inf)
    assert law.mean[0] == pytest.approx(true.mean(), rel=1e-12)
    assert law.root[0, 0] == pytest.approx(true.std(), rel=1e-10)
    assert law.third == pytest.approx(abs(float(true.stats("s"))), rel=1e-8)
    assert law.fourth == pytest.approx(float(true.stats("k")) + 3, rel=1e-8)
    x = np.linspace(0.2, 6, 1000)
    assert law.peak >= true.std() * true.pdf(x).max() * (1 - 1e-12)
