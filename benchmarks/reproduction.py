"""Numbers that were computed before this program existed, by hand or by scripts, and what the
program computes: docs/reproduction.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from sympy import Rational

import theorems
from reports.pages.markdown import grid
from reports.studies.planning import data_values, demands, exact_values
from sim.data.margin import hard_margin
from sim.data.sample import IN_BALL, UNIT, Sample
from sim.data.table import Data, load
from sim.measuring.evaluate import Evaluation
from sim.measuring.ntk_margin import ntk_margin
from sim.measuring.of_data import of_data
from theorems.language import Theorem, expanded
from theorems.language.measurement import feature_gram, labels, least_eigenvalue, rows

Row = tuple[str, str, float, float]  # paper, what, the earlier figure, ours
TENTH = Rational(1, 10)  # the failure probability
STEPS = 200_000  # of the orbits, to the time 4e4; later the loss is rounding


def _theorem(key: str, statement: str) -> Theorem:
    return next(t for t in theorems.find(key).theorems if t.statement == statement)


def _steps(theorem: Theorem, data: Data) -> float:
    """The number of steps that the first claim speaks of."""
    wants = demands(theorem, data, TENTH)
    known = exact_values(theorem, data, TENTH, wants.width, wants.step_size)
    known |= {q: e.low for q, e in data_values([theorem], data).items()}
    return float(expanded(theorem.claims[0].over.last).subs(known))  # type: ignore[union-attr]


def ji2020() -> Iterator[Row]:
    """The margin of the tangent features, and the width and the steps that Theorem 2.2 demands at
    epsilon = delta = 1/10.
    """
    for name, data, figure in (
        ("1 orthonormal point", load("orthonormal", 1), 0.5),
        ("2 orthonormal points", load("orthonormal", 2), 0.42678),
        ("4 orthonormal points", load("orthonormal", 4), 0.33459),
        ("8 orthonormal points", load("orthonormal", 8), 0.24531),
        ("exclusive or in the plane", load("xor", 4), 0.35355),
    ):
        yield "ji2020", f"γ, {name}", figure, ntk_margin(Sample(data, (UNIT,))).value
    theorem = _theorem("ji2020", "Theorem 2.2")
    for recipe, n, width, steps in (
        ("orthonormal", 1, 6.883e8, 52513),
        ("orthonormal", 2, 2.633e9, 77679),
        ("orthonormal", 4, 1.97e10, 135102),
        ("xor", 4, 1.269e10, 120995),
    ):
        data = load(recipe, n)
        yield (
            "ji2020",
            f"least width of Theorem 2.2, {recipe}, {n}",
            width,
            float(demands(theorem, data, TENTH).width or 0),
        )
        yield "ji2020", f"steps of Theorem 2.2, {recipe}, {n}", steps, _steps(theorem, data)


def ji2019() -> Iterator[Row]:
    """The hard margin of the five points."""
    yield (
        "ji2019",
        "hard margin of the five points",
        0.77782,
        hard_margin(Sample(load("separable", 5), (IN_BALL,))).value,
    )


def gao2021() -> Iterator[Row]:
    """The least eigenvalue of the features' limit on orthonormal points: 1/2 - 1/(2 pi)."""
    yield (
        "gao2021",
        "λ₀ of three orthonormal points",
        0.5 - 0.5 / np.pi,
        of_data(least_eigenvalue(feature_gram(rows)), Sample(load("orthonormal", 3), ())).value,
    )


@partial(jax.jit, static_argnums=1)
def _descend(w: jax.Array, steps: int) -> tuple[jax.Array, jax.Array]:
    known = {rows: jnp.eye(1, 4), labels: jnp.ones(1)}
    setting = _theorem("zhou2021", "Theorems 3, 4 and 5").setting
    assert setting is not None
    (student,) = setting.trained

    def loss(q: jax.Array) -> jax.Array:
        return Evaluation({**known, student: q})(setting.loss)

    end = jax.lax.fori_loop(0, steps, lambda _, q: q - 0.2 * jax.grad(loss)(q), w)
    return loss(end), end


def zhou2021(steps: int) -> Iterator[Row]:
    """Constants of two orbits with one teacher in four dimensions, eta = 0.2, t = eta k."""
    for share, figure in ((0.5, 0.82247), (0.2961, 0.98645)):
        start = np.zeros((2, 4))
        start[:, 0], start[:, 1] = np.sqrt([share, 1 - share]), (0.05, -0.05)
        loss, _ = _descend(jnp.asarray(start), steps)
        yield (
            "zhou2021",
            f"L t³ of two students, share {share}",
            figure,
            float(loss) * (0.2 * steps) ** 3,
        )
    loss, _ = _descend(jnp.asarray(np.array([[1.0, 0, 0, 0], [0, 0.3, 0, 0]])), steps)
    yield "zhou2021", "L t² of an idle student", 0.052542, float(loss) * (0.2 * steps) ** 2


def found_rows(steps: int = STEPS) -> list[Row]:
    """Every row; with fewer steps the constants of orbits are not yet reached."""
    return [*ji2020(), *ji2019(), *zhou2021(steps), *gao2021()]


def page(found: list[Row]) -> str:
    """The table with relative differences."""
    lines = [
        "# Figures known beforehand",
        "",
        "Computed by hand or by separate scripts before this program existed; the last column is the relative difference.",
        "",
    ]
    table = [
        (key, what, f"{figure:.6g}", f"{ours:.6g}", f"{abs(ours / figure - 1):.1e}")
        for key, what, figure, ours in found
    ]
    return "\n".join(
        [
            *lines,
            *grid(
                ("paper", "figure", "known", "here", "difference"),
                table,
                ("known", "here", "difference"),
            ),
            "",
        ]
    )
