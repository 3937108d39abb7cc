"""Population losses in closed form: against a sample, finite differences, and orbits whose
asymptotics are known.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sim.data.table import Data, load
from sim.measuring.evaluate import Evaluation
from sim.plan import Plan
from sim.setting.population import abs_kernel
from tests.sim.settings import STUDENTS, population, rows
from tests.sim.settings import w as students
from theorems.language import BadInput


def loss(w, teacher):
    return Evaluation({students: w, rows: teacher})(population)


def test_the_kernel_is_the_mean_over_a_sample():
    rng = np.random.default_rng(0)
    u, v, x = (
        rng.standard_normal((3, 4)),
        rng.standard_normal((2, 4)),
        rng.standard_normal((400000, 4)),
    )
    seen = np.abs(x @ u.T).T @ np.abs(x @ v.T) / len(x)
    assert np.asarray(abs_kernel(jnp.asarray(u), jnp.asarray(v))) == pytest.approx(seen, rel=0.02)


@pytest.mark.parametrize("close", [1.0, 1e-4, 0.0])
def test_its_gradient_is_smooth_where_a_student_meets_a_teacher(close):
    rng = np.random.default_rng(1)
    teacher = jnp.asarray(np.eye(2, 4))
    w = jnp.asarray(
        np.concatenate([np.eye(2, 4), -np.eye(1, 4)]) + close * rng.standard_normal((3, 4))
    )
    slope, way = jax.grad(loss)(w, teacher), jnp.asarray(rng.standard_normal((3, 4)))
    h = 1e-5
    difference = (loss(w + h * way, teacher) - loss(w - h * way, teacher)) / (2 * h)
    assert float(jnp.sum(slope * way)) == pytest.approx(float(difference), rel=1e-4, abs=1e-7)


@partial(jax.jit, static_argnums=3)
def descend(w, teacher, eta, steps):
    return jax.lax.fori_loop(0, steps, lambda _, q: q - eta * jax.grad(loss)(q, teacher), w)


@pytest.mark.parametrize("share", [0.5, 0.2961])
def test_two_students_of_one_teacher_decay_like_the_cube_of_time(share):
    """L t^3 -> pi^2 / (48 |w*| p (1 - p)) for students with shares p and 1 - p of the teacher's
    mass.
    """
    teacher = jnp.asarray(np.eye(1, 4))
    start = np.zeros((2, 4))
    start[:, 0] = np.sqrt([share, 1 - share])
    start[:, 1] = 0.05, -0.05
    steps, eta = 200000, 0.2
    w = descend(jnp.asarray(start), teacher, eta, steps)
    share = float((w[0] ** 2).sum() / (w**2).sum())
    assert float(loss(w, teacher)) * (eta * steps) ** 3 == pytest.approx(
        np.pi**2 / (48 * share * (1 - share)), rel=0.02
    )


def test_an_idle_student_across_the_teacher_decays_like_the_square_of_time():
    """L t^2 -> 1 / (32 rho^2) with rho^2 = 1 - 4/pi^2: no exponent is universal, and the theorem's
    1 is an upper bound.
    """
    teacher, steps, eta = jnp.asarray(np.eye(1, 4)), 200000, 0.2
    w = descend(jnp.asarray(np.array([[1.0, 0, 0, 0], [0, 0.3, 0, 0]])), teacher, eta, steps)
    assert float(loss(w, teacher)) * (eta * steps) ** 2 == pytest.approx(
        1 / (32 * (1 - 4 / np.pi**2)), rel=0.01
    )


@pytest.mark.parametrize(
    ("data", "width", "words"),
    [
        (Data("t", np.array([[1.0, 0], [-2.0, 0]]), np.ones(2)), 4, "rows 1 and 2"),
        (load("teacher", 3), 2, "at least as many neurons"),
        (load("digits", 3), 4, "output weights"),
    ],
)
def test_a_teacher_that_cannot_be_is_refused(data, width, words):
    with pytest.raises(BadInput, match=words):
        Plan(STUDENTS, data, width, 0.1, 5, (0,), (), {})
