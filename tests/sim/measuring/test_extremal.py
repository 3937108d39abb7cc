"""Directions of small neurons against a fine circle; and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measuring.extremal import extremal, to_extremal

FINE = np.linspace(0, 2 * np.pi, 20001)[:-1]
CIRCLE = np.stack([np.cos(FINE), np.sin(FINE)], axis=1)
STEP = FINE[1]  # a peak of the grid is this near to one of the circle


def peaks(x, y, sign):
    """The local maxima on the grid."""
    g = sign * np.maximum(CIRCLE @ x.T, 0) @ y
    return CIRCLE[(g > np.roll(g, 1)) & (g > np.roll(g, -1))]


def angles(u, v):
    return np.abs(np.angle((u @ [1, 1j])[:, None] / (v @ [1, 1j])[None, :]))


def farthest(w, a, x, y):
    """to_extremal in a loop over neurons and peaks."""
    found = [0.0]
    for u, sign in zip(w, np.sign(a)):
        goals = peaks(x, y, sign) if sign else np.empty((0, 2))
        if (x @ u > 0).any() and len(goals):
            found.append(angles(u[None], goals).min())
    return max(found)


def drawn(n, m, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 2)), rng.standard_normal(n)
    return rng.standard_normal((m, 2)), rng.choice([-1.0, 0.0, 1.0], m), x, y


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_directions_are_the_peaks_of_the_circle(seed, sign):
    _, _, x, y = drawn(1 + seed % 6, 1, seed)
    found, seen = extremal(x, y, sign), peaks(x, y, sign)
    assert len(found) == len(seen)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    if len(seen):
        assert angles(found, seen).min(axis=0).max() <= STEP
        assert angles(found, seen).min(axis=1).max() <= STEP


def test_one_point_pulls_along_itself_or_not_at_all():
    x = np.array([[3.0, 4.0]])
    for y, sign in ((2.0, 1.0), (-2.0, -1.0)):
        assert extremal(x, np.array([y]), sign) == pytest.approx(np.array([[0.6, 0.8]]))
        assert len(extremal(x, np.array([y]), -sign)) == 0


def test_points_that_repeat_or_face_each_other_make_one_kink():
    x = np.array([[3.0, 4.0], [-3.0, -4.0], [3.0, 4.0], [1.0, 0.0], [-0.5, 0.0]])
    y = np.array([1.0, 1.0, 1.0, -1.5, 0.5])
    for sign in (1.0, -1.0):
        assert len(extremal(x, y, sign)) == len(peaks(x, y, sign))


def test_a_kink_between_two_falling_sides_is_a_maximum():
    """Of relu(w_1) - 2 relu(w_2) - 2 relu(-w_2) on the circle, at w = (1, 0)."""
    x, y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), np.array([1.0, -2.0, -2.0])
    found = extremal(x, y, 1.0)
    assert found[np.argmax(found[:, 0])] == pytest.approx(np.array([1.0, 0.0]), abs=1e-13)


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 10**6))
def test_the_largest_angle_is_that_of_loops(n, m, seed):
    w, a, x, y = drawn(n, m, seed)
    assert to_extremal(w, a, x, y) == pytest.approx(farthest(w, a, x, y), abs=2 * STEP)


@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 10**6))
def test_lengths_order_rotations_and_the_sign_of_both_sides_do_not_matter(n, m, seed):
    w, a, x, y = drawn(n, m, seed)
    rng = np.random.default_rng(seed + 1)
    turn, _ = np.linalg.qr(rng.standard_normal((2, 2)))
    order, size = rng.permutation(m), rng.uniform(1e-9, 9, (m, 1))
    changed = to_extremal((size * (w @ turn))[order], -a[order], 3 * x @ turn, -2 * y)
    assert changed == pytest.approx(to_extremal(w, a, x, y), abs=1e-6)


def test_who_is_there_has_no_angle_and_who_is_idle_none_either():
    _, _, x, y = drawn(5, 4, 3)
    goals = extremal(x, y, 1.0)
    assert to_extremal(2 * goals, np.ones(len(goals)), x, y) == pytest.approx(0, abs=1e-7)
    one = np.array([[3.0, 4.0]])
    assert to_extremal(np.array([[-3.0, 0.0]]), np.ones(1), one, np.ones(1)) == 0
    assert to_extremal(np.array([[0.0, 0.0]]), np.ones(1), one, np.ones(1)) == 0
    assert to_extremal(np.array([[4.0, -3.0]]), np.ones(1), one, np.ones(1)) == 0  # at its kink
    assert to_extremal(np.array([[1.0, 0.0]]), -np.ones(1), one, np.ones(1)) == 0  # no goal
    assert to_extremal(np.array([[1.0, 0.0]]), np.ones(1), one, np.ones(1)) == pytest.approx(
        np.arccos(0.6)
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_cosine_beyond_one_by_rounding_hides_no_other_neuron(seed):
    _, _, x, y = drawn(4, 1, seed)
    goals = extremal(x, np.abs(y), 1.0)
    there = np.concatenate([k * goals for k in (1.0, 1.7, 3.1, 5.3)])
    away = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    w = np.concatenate([there, goals @ away])
    assert to_extremal(w, np.ones(len(w)), x, np.abs(y)) == pytest.approx(
        farthest(w, np.ones(len(w)), x, np.abs(y)), abs=2 * STEP
    )


@pytest.mark.parametrize("d", [1, 3])
def test_beyond_the_plane_it_is_undefined(d):
    assert np.isnan(to_extremal(np.ones((2, d)), np.ones(2), np.ones((3, d)), np.ones(3)))
