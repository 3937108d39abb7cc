"""Students sorted by teacher, against their definitions in loops; and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measuring.teacher import mismatch, near_angle


def acute(u, v):
    """The angle between two lines, from the cosine."""
    return np.arccos(min(abs(u @ v) / np.linalg.norm(u) / np.linalg.norm(v), 1.0))


def students_of(w, teachers):
    """For every teacher, the students that are nearer to it than to any other."""
    nearest = [min(range(len(teachers)), key=lambda i: acute(u, teachers[i])) for u in w]
    return [[u for u, k in zip(w, nearest) if k == i] for i in range(len(teachers))]


def angle_in_loops(w, teachers):
    found = []
    for v, mine in zip(teachers, students_of(w, teachers)):
        held = sorted((acute(u, v), u @ u) for u in mine)
        within = [t for t, _ in held if sum(m for s, m in held if s <= t) >= np.linalg.norm(v) / 2]
        found.append(min(within, default=np.pi / 2))
    return max(found)


def mismatch_in_loops(w, teachers):
    found = 0.0
    for v, mine in zip(teachers, students_of(w, teachers)):
        gap = -v
        for u in mine:
            gap = gap + np.linalg.norm(u) * u * (1.0 if u @ v > 0 else -1.0)
        found += np.sqrt(gap @ gap)
    return found


def drawn(m, r, d, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return scale * rng.standard_normal((m, d)), rng.standard_normal((r, d))


SIZES = (st.integers(1, 9), st.integers(1, 4), st.integers(2, 5), st.integers(0, 10**6))


@given(*SIZES, st.sampled_from([0.3, 0.6, 1.0]))
def test_both_are_what_loops_say(m, r, d, seed, scale):
    w, teachers = drawn(m, r, d, seed, scale)
    assert near_angle(w, teachers) == pytest.approx(angle_in_loops(w, teachers), abs=1e-7)
    assert mismatch(w, teachers) == pytest.approx(mismatch_in_loops(w, teachers), rel=1e-12)


@given(*SIZES)
def test_signs_order_rotations_and_units_of_length_do_not_matter(m, r, d, seed):
    """Masses are squares of lengths: students twice as long serve teachers four times as long."""
    w, teachers = drawn(m, r, d, seed, 0.6)
    rng = np.random.default_rng(seed + 1)
    turn, _ = np.linalg.qr(rng.standard_normal((d, d)))
    flipped = rng.permutation(w @ turn) * rng.choice([-1.0, 1.0], (m, 1))
    others = rng.permutation(teachers @ turn)
    one, two = near_angle(w, teachers), mismatch(w, teachers)
    assert near_angle(2 * flipped, 4 * others) == pytest.approx(one, abs=1e-9)
    assert mismatch(2 * flipped, 4 * others) == pytest.approx(4 * two, rel=1e-9)


@pytest.mark.parametrize("angle", [1e-15, 1e-9, 1e-3, 1.0])
def test_an_angle_near_zero_keeps_its_digits(angle):
    w, teacher = np.array([[np.cos(angle), np.sin(angle)]]), np.array([[1.0, 0.0]])
    assert near_angle(w, teacher) == pytest.approx(angle, rel=1e-12, abs=0)
    assert near_angle(-w, teacher) == pytest.approx(angle, rel=1e-12, abs=0)


def test_half_of_the_teachers_length_is_enough_and_less_is_not():
    teacher = np.array([[4.0, 0.0]])  # half of it is the mass of both students together
    w = np.array([[1.0, 0.0], [np.cos(0.25), np.sin(0.25)]])
    assert near_angle(w, teacher) == pytest.approx(0.25)
    assert near_angle(w * (1 - 1e-9), teacher) == np.pi / 2
    assert near_angle(w * np.sqrt(2), teacher) == pytest.approx(0, abs=1e-9)


def test_students_that_make_up_their_teachers_leave_no_mismatch():
    teachers = np.array([[3.0, 0.0, 0.0], [0.0, -2.0, 0.0]])
    shares = [(0, 1.0), (0, -0.5), (0, 1.5), (1, 2.0)]  # of a length, with a sign
    w = np.array([np.sign(s) * np.sqrt(abs(s)) * teachers[i] / np.linalg.norm(teachers[i]) for i, s in shares])  # fmt: skip
    assert mismatch(w, teachers) == pytest.approx(0, abs=1e-12)
    assert near_angle(w, teachers) == 0
    idle = np.concatenate([w, np.zeros((1, 3))])  # which has no direction
    assert mismatch(idle, teachers) == pytest.approx(0, abs=1e-12)
    assert near_angle(idle, teachers) == 0


def test_a_student_across_its_teacher_adds_nothing():
    assert mismatch(np.array([[0.0, 5.0]]), np.array([[2.0, 0.0]])) == 2.0
