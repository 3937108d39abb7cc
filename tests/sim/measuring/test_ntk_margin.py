"""The margin of tangent features against quadrature, a grid over the simplex and a second solver."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.data.margin import gram_margin
from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring import ntk_margin as measuring
from sim.measuring.gram import limiting_gram
from sim.measuring.ntk_margin import kernel_margin, ntk_margin
from theorems.problem import BadInput

NARROW = (
    1e-6  # bounds that come from activation patterns, to the solver; those of the kernel are wide
)


def sample(raw, y):
    return Sample(Data("t", np.asarray(raw, float), np.asarray(y, float)), ("unit_inputs",))


def on_circle(*angles):
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def mean_norm(q, x, y, count=20_000):
    """E |sum_i q_i y_i x_i 1{z.x_i > 0}| for points of the plane, by the midpoint rule."""
    z = on_circle(*((np.arange(count) + 0.5) * 2 * np.pi / count))
    return np.linalg.norm(((z @ x.T > 0) * (q * y)) @ x, axis=1).mean()


PLANES = {
    "three": (on_circle(0.0, 1.0, 2.5), np.array([1.0, -1.0, 1.0])),
    "alike": (on_circle(0.2, 0.9, 4.0), np.array([1.0, 1.0, -1.0])),
    "opposite": (on_circle(0.0, np.pi, 0.4), np.array([1.0, -1.0, -1.0])),
    "equal": (on_circle(1.0, 1.0, 2.0), np.array([1.0, 1.0, -1.0])),
    "one side": (on_circle(0.0, 0.7, 1.4), np.ones(3)),
}


@pytest.mark.parametrize("name", PLANES)
def test_three_points_of_the_plane_have_the_least_value_on_a_grid_of_the_simplex(name):
    x, y = PLANES[name]
    found = ntk_margin(sample(x, y))
    grid = [(i / 24, j / 24) for i in range(25) for j in range(25 - i)]
    least = min(mean_norm(np.array([a, b, 1 - a - b]), x, y, 2000) for a, b in grid)
    assert found.low <= found.value <= found.high
    assert found.low <= least + 1e-3
    assert least <= found.high + 0.02
    if name != "alike":  # whose least value gives a point no weight: there the slope jumps
        assert found.high <= found.low + NARROW


@given(st.integers(1, 6), st.integers(0, 10**6))
def test_every_point_of_the_simplex_bounds_it_from_above(n, seed):
    rng = np.random.default_rng(seed)
    x, y = on_circle(*rng.uniform(0, 2 * np.pi, n)), rng.choice([-1.0, 1.0], n)
    found, q = ntk_margin(sample(x, y)), rng.dirichlet(np.ones(n))
    assert 0 <= found.low <= found.value <= found.high
    assert found.low <= mean_norm(q, x, y) + 1e-3
    both = [limiting_gram(x) * np.outer(y, y), x @ x.T * np.outer(y, y)]
    assert found.low <= np.sqrt(q @ both[0] @ q) + 1e-9


def planes(*parts):
    """Points of the plane, each part in a plane of its own."""
    rows = np.zeros((sum(map(len, parts)), 2 * len(parts)))
    start = 0
    for k, part in enumerate(parts):
        rows[start : start + len(part), 2 * k : 2 * k + 2] = part
        start += len(part)
    return rows


def test_order_rotations_lengths_and_the_sign_of_all_labels_do_not_matter():
    x = planes(on_circle(0.0, 1.0, 2.5), on_circle(0.5, 2.0))
    y, rng = np.array([1.0, -1.0, 1.0, 1.0, -1.0]), np.random.default_rng(0)
    order, (turn, _) = rng.permutation(5), np.linalg.qr(rng.standard_normal((4, 4)))
    changed = (rng.uniform(0.2, 5, (5, 1)) * x)[order]
    for rule in (ntk_margin, kernel_margin):
        found = rule(sample(x, y))
        assert rule(sample(changed, -y[order])).value == pytest.approx(found.value, rel=1e-6)
    assert ntk_margin(sample(x, y)).high - ntk_margin(sample(x, y)).low < NARROW
    kernel = kernel_margin(sample(x, y))
    assert kernel_margin(sample(x @ turn, y)).value == pytest.approx(kernel.value, rel=1e-6)


def test_a_third_dimension_leaves_the_bounds_of_the_kernel():
    x = np.concatenate([planes(on_circle(0.3, 1.0))[:, :2], [[0.6, 0.0]]])
    x = np.column_stack([x, [0.0, 0.0, 0.8]])
    found = ntk_margin(sample(x, [1.0, -1.0, 1.0]))
    assert found.value == found.low
    assert found.high - found.low > 0.01
    flat = ntk_margin(sample(np.column_stack([x[:2, :2], np.zeros(2)]), [1.0, -1.0]))
    assert flat.high - flat.low < NARROW
    line = ntk_margin(sample([[0.0, 2.0]], [1.0]))
    assert line.value == pytest.approx(0.5, abs=1e-12)
    both = ntk_margin(sample([[3.0], [-2.0]], [1.0, 1.0]))
    assert both.value == pytest.approx(0.5, abs=1e-12)  # one of them is active, whatever the neuron


def test_so_many_patterns_are_gone_through_and_no_more(monkeypatch):
    monkeypatch.setattr(measuring, "MOST", 8)
    measuring._margin.cache_clear()
    for n, narrow in ((3, True), (4, False)):  # 2^n patterns
        found = ntk_margin(load_sample("orthonormal", n))
        assert (found.high - found.low < NARROW) == narrow
        assert 0 < found.low <= found.high
    measuring._margin.cache_clear()
    monkeypatch.undo()
    for n, narrow in ((10, True), (15, False)):  # of 2^14 as it is
        found = ntk_margin(load_sample("orthonormal", n))
        assert (found.high - found.low < NARROW) == narrow


def load_sample(name, n):
    return Sample(load(name, n), ("unit_inputs",))


@pytest.mark.parametrize("seed", range(20))
def test_the_bounds_of_the_kernel_enclose_what_the_patterns_give(seed, monkeypatch):
    """Also where an easy point has no weight and the largest slope."""
    rng = np.random.default_rng(seed)
    x, y = on_circle(*rng.uniform(0, 2 * np.pi, 4)), rng.choice([-1.0, 1.0], 4)
    y[1], x[1] = -y[0], on_circle(np.angle(x[0] @ [1, 1j]) + 0.1)[0]
    s, other = sample(x, y), sample(x, y)
    known = ntk_margin(s)
    monkeypatch.setattr(measuring, "MOST", 0)
    measuring._margin.cache_clear()
    wide = ntk_margin(other)
    measuring._margin.cache_clear()
    assert 0 < wide.low == wide.value <= known.high + 1e-12
    assert known.low <= wide.high + 1e-12
    assert wide.low > known.low / 10  # not empty
    assert wide.high < 10 * known.high
    z = y[:, None] * s.data.inputs
    for q in (*np.eye(4), *rng.dirichlet(np.ones(4), 5)):  # any weights bound it
        low, high = measuring._by_kernel(q, z, s.data.inputs)
        assert low <= known.high
        assert known.low <= high


@pytest.mark.parametrize(("apart", "planar"), [(1e-15, True), (1e-12, False)])
def test_points_lie_in_a_plane_to_rounding(apart, planar):
    x = np.column_stack([on_circle(0.0, 1.0, 2.5), [apart, -apart, apart]])
    found = ntk_margin(sample(x, [1.0, -1.0, 1.0]))
    assert (found.high - found.low < NARROW) == planar


@pytest.mark.parametrize(("cosine", "apart"), [(1e-15, True), (1e-12, False)])
def test_points_are_orthogonal_to_rounding(cosine, apart):
    x = np.array([[1.0, 0, 0], [cosine, 1.0, 0], [0, 0, 1.0]])
    groups = [group.tolist() for group in measuring._groups(x)]
    assert groups == ([[0], [1], [2]] if apart else [[0, 1], [2]])
    chain = np.array([[1.0, 0, 0], [0, 0, 1.0], [1.0, 1.0, 0], [0, 1.0, 0]])  # 0 - 2 - 3
    assert [group.tolist() for group in measuring._groups(chain)] == [[0, 2, 3], [1]]


def test_what_no_feature_tells_apart_has_no_margin():
    for rule in (ntk_margin, kernel_margin):
        found = rule(sample([[1.0, 2.0], [1.0, 2.0]], [1.0, -1.0]))
        assert found.low == 0
        assert found.low <= found.value <= found.high < 1e-6


@given(st.integers(1, 6), st.integers(2, 4), st.integers(0, 10**6))
def test_the_kernels_margin_is_that_of_its_gram_matrix_by_another_solver(n, d, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, d)), rng.choice([-1.0, 1.0], n)
    found, s = kernel_margin(sample(x, y)), sample(x, y)
    other = gram_margin(limiting_gram(s.rows), y)
    assert found.low <= other * (1 + 1e-9)
    assert other <= found.high * (1 + 1e-9)
    assert found.low <= found.value <= found.high
    assert found.high - found.low < 1e-5
    assert found.value == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("rule", [ntk_margin, kernel_margin], ids=["tangent", "kernel"])
@pytest.mark.parametrize("promise", ["unit_ball", "as_given"])
def test_rows_of_other_lengths_are_refused(rule, promise):
    with pytest.raises(BadInput, match="; it is known for rows of length one alone") as found:
        rule(Sample(load("xor", 4), (promise,)))
    assert promise in str(found.value)
