"""The crowd by its joint law has the law of the crowd by drawing: two-sample tests, each at level
1e-5.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sympy import Rational

from sim.data.table import Data, load
from sim.engines import choice as mode
from sim.engines.wide import aggregated, streamed
from sim.engines.wide import engine as wide
from sim.plan import Ask
from sim.run import rows_of, simulate, table
from sim.worker import Worker
from tests.sim.settings import (
    COUPLED,
    DESCENT,
    a,
    floor_at_start,
    near,
    near_norm,
    normal,
    plan,
    radius,
    series,
    signs,
    w,
)

LEVEL = 1e-5  # of every two-sample test
WIDTH = 300_000  # neurons
TRIANGLE = Data(
    "triangle", np.array([[1.0, 0.2], [0.3, 1.0], [-0.9, 0.5]]), np.array([1.0, -1.0, 1.0])
)
FAN = Data(
    "fan",
    np.array([[1.0, 0.0], [1.0, 0.4], [0.2, 1.0], [-1.0, 0.3], [-1.0, -0.9]]),
    np.array([1.0, -1.0, 1.0, 1.0, -1.0]),
)
ASKS = (
    Ask(floor_at_start, "floor at start"),
    Ask(near, "near", Rational(1, 4)),
    Ask(near_norm, "inside", Rational(1, 10**4)),
)
NARROW = replace(DESCENT, start={w: Rational(1, 2) * normal, a: signs})


def numbers(p, survey, seeds):
    """For every seed: u(0) and its sums and products, least eigenvalue, shares near kinks, neurons
    held, and flips and movement at the end.
    """
    rows = []
    for seed in seeds:
        frame, crowd = wide.verified(
            p,
            partial(survey, p, seed),
            lambda e, _, seed=seed: (table(rows_of(p, e, seed)), e.crowd),
        )
        u, patterns = p.scale * crowd.u, crowd.patterns / p.width
        rows.append(
            [
                *u,
                *(u[1:] + u[:-1]),
                *(u[1:] - u[:-1]),
                (u**2).sum(),
                crowd.w.shape[1],
                *(float(series(frame, a.label).iloc[0]) for a in ASKS),
                *patterns[:3],
                series(frame, "flips").iloc[-1],
                series(frame, "travel").iloc[-1],
                series(frame, "residual").iloc[-1],
            ]
        )
    return np.array(rows)


@pytest.mark.parametrize(
    ("data", "setting", "width"),
    [
        (load("orthonormal", 1), DESCENT, WIDTH),
        (TRIANGLE, DESCENT, WIDTH),
        (load("orthonormal", 2), COUPLED, WIDTH),
        pytest.param(load("orthonormal", 3), DESCENT, WIDTH, marks=pytest.mark.slow),
        pytest.param(FAN, DESCENT, WIDTH, marks=pytest.mark.slow),
        pytest.param(TRIANGLE, NARROW, WIDTH, marks=pytest.mark.slow),
        pytest.param(TRIANGLE, DESCENT, 10**7, marks=pytest.mark.slow),
        pytest.param(load("orthonormal", 2), DESCENT, 10**8, marks=pytest.mark.slow),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_both_ways_have_the_same_law(monkeypatch, data, setting, width):
    monkeypatch.setattr(
        aggregated, "AFFORDABLE", 2**12
    )  # so that distance classes are needed, and Gaussian sums are used
    monkeypatch.setattr(aggregated, "ONE_BY_ONE", {1: 2**12, 2: 2**12})
    p = plan(setting, data=data, width=width, step=0.4, steps=8, asks=ASKS)
    count = 60 if width == WIDTH else 120
    drawn, summed = (
        numbers(p, streamed.survey, range(count)),
        numbers(p, aggregated.survey, range(count)),
    )
    for k in range(drawn.shape[1]):
        assert ks_2samp(drawn[:, k], summed[:, k]).pvalue > LEVEL, k
    spread = drawn.std(axis=0)
    assert (spread[: len(data.labels)] > 0).all() or setting is COUPLED


def test_a_wrong_variance_would_be_noticed(monkeypatch):
    """Planted: sums that spread too much."""
    p = plan(data=load("orthonormal", 2), width=10**5, step=0.4, steps=2, asks=ASKS)
    drawn = numbers(p, streamed.survey, range(200))
    monkeypatch.setattr(
        aggregated,
        "_signed",
        lambda law, plus, minus, g: (
            3.0 * np.sqrt(plus + minus) * law.root @ g.standard_normal(len(law.mean))
        ),
    )
    monkeypatch.setattr(aggregated, "ONE_BY_ONE", {1: 2**12, 2: 2**12})
    summed = numbers(p, aggregated.survey, range(200))
    assert min(ks_2samp(drawn[:, k], summed[:, k]).pvalue for k in range(drawn.shape[1])) < LEVEL


@pytest.mark.slow
def test_certificates_are_read_without_choosing_among_draws():
    """Ten orthonormal points, where one reach in three is too small for the certificate: the starts
    that are judged are those that were drawn.
    """
    p = plan(
        data=load("orthonormal", 10),
        width=2 * 10**5,
        step=1.0,
        steps=3,
        asks=(Ask(radius, "radius"),),
    )
    starts = []
    for survey, tries in ((streamed.survey, wide.RETRIES), (aggregated.survey, 1)):
        frames = [
            table(
                wide.verified(
                    p,
                    partial(survey, p, seed),
                    lambda e, _, seed=seed: rows_of(p, e, seed),
                    tries=tries,
                )
            )
            for seed in range(60)
        ]
        starts.append(
            [(series(f, "residual").iloc[0], series(f, "radius").iloc[0]) for f in frames]
        )
    for k in range(2):
        assert ks_2samp(*(np.array(s)[:, k] for s in starts)).pvalue > LEVEL
    assert np.isfinite(starts[1]).all()


def test_large_strips_weigh_each_point_by_its_own_width():
    """Neurons near some kink, where strips are wide and unequal, against rejection from the whole
    law.
    """
    unit, first = np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([0.3, 1.5])
    regions = aggregated._Plane(np.arctan2(unit[:, 1], unit[:, 0]), [first[:1], first[1:]])
    w, _ = aggregated._near(aggregated.Strips(unit, first, regions.near), 60_000, 0, 1)
    z = np.random.Generator(np.random.SFC64(5)).standard_normal((2, 120_000))
    z = z[:, (np.abs(unit @ z) <= first[:, None]).any(axis=0)]
    assert (np.abs(unit @ w) <= first[:, None] * (1 + 1e-12)).any(axis=0).all()
    for row in (unit[0], unit[1], [0.0, 1.0], [1.0, -1.0]):
        assert ks_2samp(np.asarray(row) @ w, np.asarray(row) @ z).pvalue > LEVEL


def test_threads_do_not_change_a_bit():
    p = plan(data=TRIANGLE, width=10**7, step=0.4, steps=8, asks=ASKS)  # three blocks near a kink
    reach = wide.Pilot(p).generous()
    one, two = (aggregated.survey(p, 3, reach, Worker(threads)) for threads in (1, 2))
    for name in ("u", "pairs", "patterns", "within", "w", "a", "error"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert one.patterns.sum() == p.width


def test_the_plan_says_which_way_and_why():
    assert mode.choose(plan(width=1000)).name == "dense"
    assert mode.choose(plan(data=load("orthonormal", 2), width=10**8, step=0.1)).name == "streamed"
    assert (
        mode.choose(plan(data=load("orthonormal", 2), width=10**11, step=0.1)).name == "aggregated"
    )
    assert mode.choose(plan(data=TRIANGLE, width=10**11, step=0.1)).name == "aggregated"
    sphere = mode.choose(plan(data=load("sphere", 3), width=10**11, step=0.1))
    assert sphere.name == "streamed"
    assert "in a plane" in sphere.why


def test_a_trillion_neurons_and_the_error_is_in_the_frame():
    p = plan(data=load("orthonormal", 2), width=10**12, step=0.4, steps=3, asks=ASKS)
    frame = simulate(p, 0)
    assert 0 < series(frame, "law_error").iloc[0] < 1e-7
    assert series(frame, "floor at start").iloc[0] == pytest.approx(0.5, abs=1e-5)
    assert series(frame, "near").iloc[0] == pytest.approx(2 * 0.19741265, abs=1e-5)
