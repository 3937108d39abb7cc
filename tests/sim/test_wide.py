"""The wide engine equals the dense run of the same draws, whatever the data, the loss, the method, and the first guess of R."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Rational

from sim import wide
from sim.data import Data, load
from sim.dense import Dense
from sim.gram import limiting_gram
from sim.plan import Ask
from sim.run import _frame, simulate
from tests.sim.test_run import DESCENT, FLOW, plan, series
from theorems.language import of_draw

near = of_draw("near", "near a kink", probe="near_kink")
RADIUS = Rational(1, 50)
ASKS = (Ask("gram_gap", "gram_gap"), Ask("near_kink", "near(1/50)", RADIUS), Ask("gram_floor_at_start", "gram_floor_at_start"))
NEARLY = Data("nearly parallel", np.array([[1.0, 0.0], [1.0, 0.05], [0.0, 1.0]]), np.array([1.0, -1.0, 1.0]))
LOGISTIC = replace(DESCENT, loss="sum_of_logistic", factor=Rational(1, 4))


def both(p, seed=0):
    return _frame(p, Dense(p, seed), seed, True), wide.verified(p, seed, lambda e: _frame(p, e, seed, True))


def agree(dense, found, patterns=1e-11):
    """Every probe to 1e-8 relative while the residual is above 1e-4 of its start; rounding below.

    patterns: absolute tolerance of what counts patterns.
    """
    residual = series(dense, "residual")
    assert set(found["observable"]) == set(dense["observable"])
    for name in set(dense["observable"]):
        a, b = series(dense, name), series(found, name)
        steps = a.index.intersection(residual.index[residual > 1e-4 * residual.iloc[0]])
        assert len(steps)
        tolerance = patterns if name in ("flips", "gram_drift", "gram_floor_along") else 1e-11
        assert b.loc[steps].to_numpy() == pytest.approx(a.loc[steps].to_numpy(), rel=1e-8, abs=tolerance), name


@pytest.mark.parametrize(("data", "step"), [
    (load("orthonormal", 4), 1.0), (load("orthonormal", 1), 0.5), (load("sphere", 6), 0.5), (load("digits", 6), 0.2),
    (load("repeated", 4), 0.4), (load("antipodal", 6), 0.3), (NEARLY, 0.5)], ids=lambda x: getattr(x, "name", x))
@pytest.mark.parametrize("setting", [DESCENT, LOGISTIC], ids=["squared", "logistic"])
def test_every_probe_equals_the_dense_run(data, step, setting):
    p = plan(setting, data=data, width=20_000, step=step, steps=300, asks=ASKS)
    dense, found = both(p)
    # antiparallel inputs hold neurons at their kink, where rounding decides the patterns of a few of them
    agree(dense, found, patterns=20 / p.width if data.name == "antipodal" else 1e-11)
    if data.samples > 1 and setting is DESCENT:
        assert series(dense, "flips").max() * p.width > 50


def test_thousands_of_flips():
    p = plan(data=load("sphere", 8), width=100_000, step=0.9, steps=1000)
    dense, found = both(p, 3)
    agree(dense, found)
    assert series(dense, "flips").max() * p.width > 1000


def test_the_flow_has_the_same_values_and_the_same_errors():
    dense, found = both(plan(FLOW, data=load("sphere", 4), width=20_000, step=0.2, steps=60))
    agree(dense, found)
    for frame in (dense, found):
        assert frame[frame["observable"] == "residual"]["error"].max() > 0


def test_a_radius_that_was_too_small_is_noticed_and_enlarged(monkeypatch):
    p = plan(data=load("sphere", 5), width=20_000, step=0.5, steps=200)
    tight = wide.Wide(p, 0, 3.0)
    tight.follow(0.1)
    with pytest.raises(wide.TravelledTooFar):
        _frame(p, tight, 0, True)
    monkeypatch.setattr(wide, "GENEROUS", 0.2)
    monkeypatch.setattr(wide, "CAREFUL", 0.1)
    agree(*both(p))


def test_a_run_that_leaves_the_kernel_regime_is_followed_densely(monkeypatch):
    """When no R can be verified, the dense run tells what happens."""
    from sim import plan as planning
    monkeypatch.setattr(planning, "DENSE", 100)
    monkeypatch.setattr(wide, "GENEROUS", 1e-3)
    monkeypatch.setattr(wide, "CAREFUL", 1e-3)
    p = plan(data=load("sphere", 4), width=2000, step=0.5, steps=20)
    assert p.is_wide
    assert wide.verified(p, 0, lambda e: _frame(p, e, 0, True)) is None
    assert simulate(p, 0).equals(_frame(p, Dense(p, 0), 0, True))


def test_threads_and_groups_of_blocks_do_not_change_a_bit(monkeypatch):
    p = plan(data=load("sphere", 4), width=200_000, step=0.5, steps=20)
    frames = []
    for threads, group in ((1, 32), (2, 32), (3, 32)):
        monkeypatch.setattr(wide, "THREADS", threads)
        monkeypatch.setattr(wide, "GROUP", group)
        frames.append(wide.verified(p, 1, lambda e: _frame(p, e, 1, True))["value"].to_numpy())
    assert all(np.array_equal(frames[0], f) for f in frames[1:])


def test_few_neurons_are_followed_and_their_share_shrinks_with_the_root_of_the_width():
    followed = {}
    for width in (10**5, 4 * 10**5):
        engines = [wide.Wide(plan(data=load("orthonormal", 4), width=width, step=0.5, steps=50), seed, wide.GENEROUS) for seed in range(8)]
        for engine in engines:
            engine.follow(wide.CAREFUL)
        followed[width] = np.mean([engine.real.sum() for engine in engines])
    assert followed[10**5] < 0.05 * 10**5
    assert followed[4 * 10**5] / followed[10**5] == pytest.approx(2, rel=0.25)


def test_the_plan_takes_this_way_only_when_it_must_and_can():
    assert not plan(width=1000).is_wide
    wide_plan = plan(data=load("orthonormal", 2), width=2**22, steps=20, step=0.5)
    assert wide_plan.is_wide
    assert wide.applies(wide_plan)
    assert not wide.applies(plan(asks=[Ask("certificate_radius", "certificate_radius")]))
    assert not wide.applies(plan(data=load("sphere", 13)))
    frame = simulate(wide_plan, 0)
    assert np.linalg.norm(limiting_gram(wide_plan.data.inputs) - np.eye(2) / 2) == 0
    assert series(frame, "gram_floor_along").iloc[0] == pytest.approx(0.5, abs=0.002)
