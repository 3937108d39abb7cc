"""What cancels is known to its rounding alone, wherever it is measured: true statements are not
refuted by it.
"""

import numpy as np
import pytest
from sympy import Eq, Rational

from reports.judging.verdict import Verdict
from reports.studies.options import Options
from reports.studies.study import Study
from sim.data.table import load
from sim.run import simulate
from sim.store import Store
from tests.sim.settings import errors, other, series
from theorems.language import (
    Claim,
    Each,
    Hypothesis,
    Practice,
    Scale,
    Setting,
    Theorem,
    index,
    measured,
    positive,
)
from theorems.language.measurement import (
    cosine_of,
    gradient,
    greatest_eigenvalue,
    inputs,
    labels,
    least_eigenvalue,
    norm,
    normal,
    parameter,
    rows,
    solve,
    total,
    training_loss,
)

k, eta = index("k", "step"), positive("eta", "step size")
w = parameter("w", inputs)
ell = measured("ell", "loss", training_loss, nonnegative=True)
energy = measured("g", "squared gradient", norm(gradient(training_loss, w)) ** 2)
K = rows.T @ rows
L = measured("L", "largest eigenvalue", greatest_eigenvalue(K), positive=True)
nu = measured("nu", "least eigenvalue", least_eigenvalue(K), positive=True)
away = measured("away", "squared distance", norm(rows @ (w - solve(K, rows.T @ labels))) ** 2 / 2)
WAVES = total(w**2 + 3 * (1 - cosine_of(2 * w)) / 2)  # cancels near 0, of no outputs
LEAST_SQUARES = norm(rows @ w - labels) ** 2 / 2


def verdict(claim, step, loss, outputs=None, samples=2):
    """The verdict in regime at the step that the hypothesis sets."""
    stated = Theorem(
        statement="T",
        says="s",
        setting=Setting(
            outputs=outputs, trained=(w,), start={w: normal}, loss=loss, data=("unit_ball",)
        ),
        scale=Scale(step_size=eta),
        practice=Practice(data="separable", samples=samples, seeds=6, widths=(1,), steps=60),
        hypotheses=(Hypothesis("step", Eq(eta, step), at="x"),),
        claims=(Claim("c", claim, at="x", over=Each(k)),),
    )
    study = Study(Options(), Store())
    (found,) = study.practical([stated])
    return found.claims[0].verdict


@pytest.mark.parametrize(("share", "wanted"), [(16, Verdict.CONFIRMED), (1, Verdict.REFUTED)])
def test_a_loss_that_cancels_near_its_minimum_descends(share, wanted):
    """f(w - g/8) <= f - |g|^2/16, since the gradient is 8-Lipschitz; not f - |g|^2."""
    claim = ell(k + 1) <= ell(k) - energy(k) / share
    assert verdict(claim, Rational(1, 8), WAVES) is wanted


@pytest.mark.parametrize(("share", "refuted"), [(1, False), (Rational(1, 100), True)])
def test_a_distance_from_what_was_solved_for_is_known_to_its_rounding(share, refuted):
    """|grad|^2 >= 2 nu gap, where both sides go to one number; with nu for 100 nu it is false."""
    claim = energy(k) >= 2 * nu * away(k) / share
    found = verdict(claim, 1 / L, LEAST_SQUARES, rows @ w, 5)
    assert (found is Verdict.REFUTED) is refuted


def test_what_cancels_in_a_part_of_the_start_is_known_to_its_rounding_too():
    """It is evaluated once a run, beside what changes."""
    setting = Setting(outputs=rows @ w, trained=(w,), start={w: normal}, loss=LEAST_SQUARES)
    least = 1 - cosine_of(norm(w.start) / 10**10)  # 5e-21 |w|^2, of which float64 has no digit
    one = total((w - w.start) ** 2) - least
    frame = simulate(other(setting, load("sphere", 4), 1, steps=3, one=one), 0)
    assert errors(frame, "one").iloc[0] >= np.finfo(float).eps


def test_a_loss_of_outputs_with_several_sums_is_measured_with_its_rounding():
    f = rows @ w
    loss = total((f - labels) ** 2 + (1 - cosine_of(f)))
    setting = Setting(outputs=f, trained=(w,), start={w: normal}, loss=loss)
    frame = simulate(other(setting, load("sphere", 4), 1, steps=3, less=loss - 1), 0)
    for name in ("loss", "less"):
        assert (errors(frame, name) >= np.finfo(float).eps * abs(series(frame, name))).all()
        assert (errors(frame, name) < 1e-12).all()
