"""The wide engine equals the dense run of the same draws, whatever the data, the loss, the method,
and the first guess of R.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from sympy import Rational

from sim.data.table import Data, load
from sim.engines import choice as mode
from sim.engines.dense import Dense
from sim.engines.wide import engine as wide
from sim.engines.wide import streamed
from sim.plan import Ask
from sim.run import rows_of, simulate, table
from sim.setting import draws
from sim.store import Store
from sim.worker import Worker
from tests.sim.settings import (
    COUPLED,
    DESCENT,
    FLOW,
    LOGISTIC,
    R,
    a,
    drift_cap,
    f,
    floor_at_start,
    gap,
    near,
    normal,
    plan,
    radius,
    series,
    signs,
    squares,
    w,
)
from theorems.language.measurement import (
    absolute,
    inputs,
    labels,
    most,
    norm,
    ones,
    rows,
    size,
    spectral,
)

RADIUS = Rational(1, 50)
ASKS = (Ask(gap, "gap"), Ask(near, "near(1/50)", RADIUS), Ask(floor_at_start, "floor at start"))
NEARLY = Data(
    "nearly parallel", np.array([[1.0, 0.0], [1.0, 0.05], [0.0, 1.0]]), np.array([1.0, -1.0, 1.0])
)


def both(p, seed=0):
    return table(rows_of(p, Dense(p, seed), seed)), followed(p, seed)


def followed(p, seed, most=np.inf):
    return wide.verified(
        p,
        lambda reach: streamed.survey(p, seed, reach),
        lambda e, last: table(rows_of(p, e, seed, True, last and most < 1)),
        most,
    )


def agree(dense, found, patterns=1e-11):
    """Every measurement to 1e-8 relative while the residual is above 1e-4 of its start; rounding below.

    patterns: absolute tolerance of what counts patterns.
    """
    residual = series(dense, "residual")
    assert set(found["observable"]) == set(dense["observable"])
    for name in set(dense["observable"]):
        a, b = series(dense, name), series(found, name)
        steps = a.index.intersection(residual.index[residual > 1e-4 * residual.iloc[0]])
        assert len(steps)
        tolerance = patterns if name in ("flips", "drift", "floor") else 1e-11
        assert b.loc[steps].to_numpy() == pytest.approx(
            a.loc[steps].to_numpy(), rel=1e-8, abs=tolerance
        ), name


SETS = (
    (load("orthonormal", 4), 1.0),
    (load("orthonormal", 1), 0.5),
    (load("sphere", 6), 0.5),
    (load("digits", 6), 0.2),
    (load("repeated", 4), 0.4),
    (load("antipodal", 6), 0.3),
    (NEARLY, 0.5),
)
CASES = [
    pytest.param(
        data,
        step,
        setting,
        id=f"{name}-{data.name}-{step}",
        marks=() if name == "squared" or data.name in ("sphere", "antipodal") else pytest.mark.slow,
    )
    for name, setting in (("squared", DESCENT), ("logistic", LOGISTIC))
    for data, step in SETS
]


@pytest.mark.parametrize(("data", "step", "setting"), CASES)
def test_every_measurement_equals_the_dense_run(data, step, setting):
    p = plan(setting, data=data, width=20_000, step=step, steps=300, asks=ASKS)
    dense, found = both(p)
    # antiparallel inputs hold neurons at their kink, where rounding decides the patterns of a few
    # of them
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


OTHERS = {
    "coupled": COUPLED,
    "spread": replace(DESCENT, start={w: Rational(1, 3) * normal, a: signs}),
    "factor": replace(DESCENT, loss=Rational(2, 3) * squares),
}


@pytest.mark.parametrize("setting", OTHERS.values(), ids=OTHERS)
def test_other_initializations_equal_the_dense_run(setting):
    p = plan(setting, data=load("sphere", 5), width=20_000, step=0.3, steps=200, asks=ASKS)
    dense, found = both(p)
    agree(dense, found)
    if setting is COUPLED:
        assert series(found, "residual").iloc[0] == np.linalg.norm(p.data.labels)


def test_with_many_points_travel_is_enclosed_and_all_else_equal():
    p = plan(data=load("sphere", 18), width=50_000, step=0.1, steps=60, asks=ASKS)
    dense, found = both(p)
    moved = found[found["observable"] == "travel"].set_index("step")
    true = series(dense, "travel")
    assert (
        (moved["value"] - moved["error"] <= true * (1 + 1e-9))
        & (true <= (moved["value"] + moved["error"]) * (1 + 1e-9))
    ).all()
    assert moved["error"].iloc[1:].gt(0).all()
    agree(dense[dense["observable"] != "travel"], found[found["observable"] != "travel"])


def test_the_certificate_is_read_from_the_neurons_within_reach():
    asks = (
        Ask(radius, radius.text),
        Ask(drift_cap, "B(R)", R),
    )
    p = plan(data=load("orthonormal", 2), width=2**17, step=0.5, steps=20, asks=asks)
    agree(*both(p))


def test_a_reach_that_was_too_small_is_noticed_and_enlarged(monkeypatch):
    p = plan(data=load("sphere", 5), width=20_000, step=0.5, steps=200)
    reach = 0.05 * wide.Pilot(p).generous()
    with pytest.raises(wide.TravelledTooFar):
        table(rows_of(p, wide.Wide(p, streamed.survey(p, 0, reach), reach), 0))
    monkeypatch.setattr(wide, "SPREAD", 0.0)
    monkeypatch.setattr(wide, "CAREFUL", 0.3)
    monkeypatch.setattr(wide, "CLOSE", 0.2)
    agree(*both(p))


def test_a_run_that_leaves_the_kernel_regime_is_followed_densely(monkeypatch):
    """When no reach can be verified, the dense run tells what happens."""
    monkeypatch.setattr(mode, "SMALL", 100)
    monkeypatch.setattr(mode, "FEW", 10.0)
    monkeypatch.setattr(wide, "CAREFUL", 1e-3)
    monkeypatch.setattr(wide, "SPREAD", 0.0)
    p = plan(data=load("sphere", 4), width=2000, step=0.5, steps=20)
    assert mode.choose(p).name == "streamed"
    assert followed(p, 0) is None
    assert simulate(p, 0).equals(table(rows_of(p, Dense(p, 0), 0)))


def test_a_diverging_run_is_a_finding(monkeypatch):
    """Where the step is too large, the run is followed as long as it can be, and the growth of the
    residual is seen.
    """
    monkeypatch.setattr(wide, "HOPELESS", 0.2)
    p = plan(data=load("orthonormal", 2), width=10**6, step=4.4, steps=200)
    found = followed(p, 0, wide.FEW)
    assert "lost" in set(found["observable"])
    residual = series(found, "residual")
    assert len(residual) > 5
    assert residual.iloc[-1] > 2 * residual.iloc[0]
    dense = series(
        table(rows_of(replace(p, steps=int(residual.index[-1]) + 1), Dense(p, 0), 0)), "residual"
    )
    assert residual.to_numpy() == pytest.approx(dense.loc[residual.index].to_numpy(), rel=1e-8)


@pytest.mark.parametrize(
    "data", [load("sphere", 4), load("orthonormal", 3)], ids=["sphere", "orthonormal"]
)
def test_no_grouping_of_the_work_changes_a_bit(monkeypatch, data, tmp_path):
    p = plan(data=data, width=400_000, step=0.5, steps=20)
    plain = followed(p, 1)
    for threads, chunk, store in ((2, 2**11, None), (3, 2, Store(tmp_path)), (1, 3, None)):
        monkeypatch.setattr(streamed, "CHUNK", chunk)
        frame = wide.verified(
            p,
            partial(streamed.survey, p, 1, worker=Worker(threads, store)),
            lambda e, _: table(rows_of(p, e, 1)),
        )
        assert frame.equals(plain)


def test_an_interrupted_pass_goes_on_where_it_was(monkeypatch, tmp_path):
    monkeypatch.setattr(streamed, "CHUNK", 2)
    p, store, done = (
        plan(data=load("orthonormal", 2), width=500_000, step=0.5, steps=20),
        Store(tmp_path),
        [],
    )
    reach = wide.Pilot(p).generous()

    def stop(share):
        done.append(share)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        streamed.survey(p, 0, reach, Worker(2, store, stop))
    kept = sorted(path.name for path in tmp_path.glob("*.npz"))
    assert len(kept) == 3
    drawn = []
    block = streamed._block
    monkeypatch.setattr(streamed, "_block", lambda *a: drawn.append(a[-1]) or block(*a))
    again = streamed.survey(p, 0, reach, Worker(store=store))
    fresh = streamed.survey(p, 0, reach)
    assert min(drawn[:2]) == 6
    for name in ("u", "pairs", "patterns", "within", "w", "a"):
        assert np.array_equal(getattr(again, name), getattr(fresh, name))
    store.forget(p.key((0,), True))
    assert not list(tmp_path.glob("*.npz"))


def test_few_neurons_are_held_and_their_share_shrinks_with_the_root_of_the_width():
    held = {}
    for width in (10**5, 4 * 10**5):
        p = plan(data=load("orthonormal", 4), width=width, step=0.5, steps=50)
        reach = wide.Pilot(p).generous()
        held[width] = np.mean(
            [wide.Wide(p, streamed.survey(p, seed, reach), reach).count for seed in range(8)]
        )
    assert held[10**5] < 0.05 * 10**5
    assert held[4 * 10**5] / held[10**5] == pytest.approx(2, rel=0.25)


@pytest.mark.parametrize(
    ("data", "setting"),
    [
        (load("sphere", 5), DESCENT),
        (load("orthonormal", 3), COUPLED),
        pytest.param(load("sphere", 18), DESCENT, marks=pytest.mark.slow),
    ],
    ids=["sphere", "coupled", "many points"],
)
def test_the_pass_on_an_accelerator_equals_its_dense_run(monkeypatch, data, setting):
    """The same code, on the CPU here."""
    for place in (draws, streamed):
        monkeypatch.setattr(place, "source", lambda: "threefry")
    p = plan(setting, data=data, width=150_000, step=0.1, steps=60, asks=ASKS)
    dense, found = both(p)
    agree(*(f[f["observable"] != "travel"] for f in (dense, found)))
    monkeypatch.setattr(streamed, "CHUNK", 2)
    again = followed(p, 0)
    assert again.equals(found)


TURNED = {
    "largest entry": (most(absolute(rows)), np.abs(load("sphere", 4).inputs).max()),
    "first row": (most(rows @ ones(inputs)), load("sphere", 4).inputs.sum(axis=1).max()),
    "longest": (most(norm(rows, inputs)), 1.0),
    "dimension": (size(inputs), 10.0),
    "gram": (spectral(rows @ rows.T), np.linalg.norm(load("sphere", 4).inputs, 2) ** 2),
}


@pytest.mark.parametrize("name", TURNED)
def test_what_depends_on_the_basis_is_measured_in_that_of_the_data(name):
    """The wide engine holds the rows in coordinates of their span: nothing else may see these."""
    of_rows, wanted = TURNED[name]
    p = plan(data=load("sphere", 4), steps=2, asks=[Ask(of_rows * norm(labels - f), "x")])
    frame = simulate(p, 0)
    assert (series(frame, "x") / series(frame, "residual")).to_numpy() == pytest.approx(
        wanted, rel=1e-12
    )
    seen = p.wide is not None
    assert seen == (name in ("longest", "dimension", "gram"))
