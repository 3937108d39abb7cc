"""The simulator equals an independent loop, closed forms where they exist, and itself however it is
called.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sympy import Rational

from sim.data.table import Data, load
from sim.plan import Ask
from sim.run import simulate, trajectories
from sim.setting.draws import draw
from sim.store import Store
from tests.sim.settings import (
    ALONG,
    DESCENT,
    FLOW,
    LINEAR,
    W,
    certificate,
    drift_cap,
    f,
    floor_at_start,
    gap,
    labels,
    linear,
    near,
    near_norm,
    norm,
    other,
    plan,
    radius,
    residual,
    series,
    squares,
    w,
)
from theorems.language import gradient_descent
from theorems.language.measurement import (
    gradient,
    layers,
    normal,
    rows,
    spectral,
    step_length,
    step_size,
    training_loss,
)


def reference(p, seed):
    """Full-batch gradient descent written out in NumPy, neuron by neuron formulas of Du et al.
    2019, Section 3.
    """
    x, y, size = p.inputs, p.data.labels, p.width
    w, a = draw(p.setting.laws, {"w": x.shape[1:], "a": ()}, size, seed).values()
    w0, start = w.copy(), None
    rows = {}
    for step in range(p.steps + 1):
        z = w @ x.T
        active = z >= 0
        u = a @ (z * active) / np.sqrt(size)
        h = (x @ x.T) * (active.T.astype(float) @ active) / size
        start = h if start is None else start
        rows[step] = {
            "residual": np.linalg.norm(y - u),
            "loss": ((u - y) ** 2).sum() / 2,
            "travel": np.linalg.norm(w - w0, axis=1).max(),
            "flips": (active != (w0 @ x.T >= 0)).sum() / size,
            "floor": np.linalg.eigvalsh(h)[0],
            "drift": np.linalg.norm(h - start, 2),
        }
        w = w - p.step_size / np.sqrt(size) * ((u - y) * active * a[:, None]) @ x
    return pd.DataFrame(rows).T


@pytest.mark.parametrize("data", ["orthonormal", "sphere", "digits", "repeated", "antipodal"])
def test_every_measurement_equals_an_independent_loop(data):
    p = plan(data=load(data, 6), step=0.3)
    frame, wanted = simulate(p, 3), reference(p, 3)
    assert series(frame, "flips").max() > 0
    for name in wanted:
        found = series(frame, name)
        assert found.to_numpy() == pytest.approx(
            wanted[name].loc[found.index].to_numpy(), rel=1e-9, abs=1e-12
        ), name
    assert list(series(frame, "residual").index) == list(range(61))


def test_blocks_of_neurons_change_nothing_but_rounding(monkeypatch):
    from sim.measuring import evaluate
    from sim.measuring.compiled import forget
    from sim.setting import blocks

    p = plan(width=300, asks=[Ask(gap, "gap")])
    whole, used, real = simulate(p, 0), [], blocks.over_neurons

    def in_small_blocks(g, *arrays, block):
        assert block == 64
        used.append(len(arrays[0]))
        return real(g, *arrays, block=64)

    monkeypatch.setattr(evaluate, "BLOCK", 64)
    monkeypatch.setattr(blocks, "BLOCK", 64)
    monkeypatch.setattr(evaluate, "over_neurons", in_small_blocks)
    forget()
    pieces = simulate(p, 0)
    forget()
    assert set(used) == {300}
    assert pieces["value"].to_numpy() == pytest.approx(
        whole["value"].to_numpy(), rel=1e-9, abs=1e-12
    )


def test_a_seed_gives_the_same_bits_alone_in_a_batch_and_resumed(tmp_path):
    batch = trajectories(plan(seeds=range(3)), Store())
    alone = simulate(plan(), 1)
    store = Store(tmp_path)
    trajectories(plan(seeds=[1]), store)
    resumed = trajectories(plan(seeds=range(3)), store)
    pd.testing.assert_frame_equal(
        batch[batch["seed"] == 1].reset_index(drop=True), alone, check_exact=True
    )
    pd.testing.assert_frame_equal(batch, resumed, check_exact=True, check_dtype=False)


def test_what_was_finished_before_an_interruption_is_not_run_again(tmp_path, monkeypatch):
    from sim import run

    done, real = [], run._simulated

    def counting(p, seed, train, *how):
        if len(done) == 2 and seed == 2:
            done.append("stopped")
            raise KeyboardInterrupt
        done.append(seed)
        return real(p, seed, train, *how)

    monkeypatch.setattr(run, "_simulated", counting)
    monkeypatch.setattr(run, "WORKERS", 1)
    with pytest.raises(KeyboardInterrupt):
        trajectories(plan(seeds=range(4)), Store(tmp_path))
    trajectories(plan(seeds=range(4)), Store(tmp_path))
    assert done[:3] == [0, 1, "stopped"]
    assert sorted(done[3:]) == [2, 3]


def test_one_point_follows_its_closed_form():
    """n = 1: no neuron ever flips when none is near its kink, and the residual shrinks by 1 - eta H
    exactly.
    """
    one = Data("one", np.array([[1.0]]), np.array([0.3]))
    frame = simulate(plan(data=one, width=50, step=0.5, steps=10), 2)
    if series(frame, "flips").max() == 0:
        residual = series(frame, "residual").to_numpy()
        assert residual[1:] / residual[:-1] == pytest.approx(
            1 - 0.5 * series(frame, "floor").iloc[0], rel=1e-9
        )
    else:
        pytest.fail("the seed was chosen so that nothing flips")


def test_the_gradient_flow_is_second_order_and_its_error_covers_the_truth():
    errors = []
    for steps in (50, 100):
        frame = simulate(plan(FLOW, step=10 / steps, steps=steps, width=500), 0)
        errors.append(frame[frame["observable"] == "residual"]["error"].iloc[-1])
    fine = simulate(plan(FLOW, step=10 / 1600, steps=1600, width=500), 0)
    coarse = simulate(plan(FLOW, step=0.1, steps=100, width=500), 0)
    truth, found = (
        series(fine, "residual").loc[10.0],
        coarse[coarse["observable"] == "residual"].set_index("step").loc[10.0],
    )
    assert abs(found["value"] - truth) <= 2 * found["error"] + 1e-12
    assert errors[1] < errors[0]


def test_descent_tends_to_the_flow_linearly_in_the_step():
    flow = series(simulate(plan(FLOW, step=0.05, steps=100, width=500), 0), "residual").loc[5.0]
    gaps = [
        abs(
            series(simulate(plan(step=h, steps=round(5 / h), width=500), 0), "residual").iloc[-1]
            - flow
        )
        for h in (0.1, 0.05, 0.025)
    ]
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.5)
    assert gaps[1] / gaps[2] == pytest.approx(2, abs=0.5)


def test_rotations_and_permutations_leave_residuals_in_law_and_label_flips_leave_them_exactly():
    data = load("orthonormal", 4)
    flipped = Data("flipped", data.raw, -data.labels)
    both = [
        np.array(
            [series(simulate(plan(data=d, steps=20), s), "residual").iloc[-1] for s in range(30)]
        )
        for d in (data, flipped)
    ]
    assert abs(both[0].mean() - both[1].mean()) < 5 * np.hypot(
        *(b.std() / np.sqrt(30) for b in both)
    )


def test_a_step_far_too_large_is_simulated_as_it_is():
    """Equal inputs and a step far above 2/lambda: the residual grows, then every neuron dies and
    the output is 0.
    """
    same = Data("same", np.ones((3, 2)), np.ones(3))
    residual = series(simulate(plan(step=50.0, steps=30, data=same, width=2000), 0), "residual")
    assert residual.max() > 10 * residual.iloc[0]
    assert residual.iloc[-1] == pytest.approx(np.sqrt(3))


def test_a_run_stops_at_the_floor_of_float64():
    frame = simulate(plan(data=load("orthonormal", 2), width=20000, step=1.0, steps=2000), 0)
    assert series(frame, "residual").index.max() < 2000
    assert series(frame, "residual").iloc[-1] < 1e-12


def test_factors_of_the_setting_are_obeyed():
    doubled = simulate(plan(replace(DESCENT, loss=squares), steps=1), 0)
    usual = simulate(plan(step=0.2, steps=1), 0)
    assert series(doubled, "residual").iloc[-1] == pytest.approx(
        series(usual, "residual").iloc[-1], rel=1e-12
    )
    assert series(doubled, "loss").iloc[0] == pytest.approx(
        2 * series(usual, "loss").iloc[0], rel=1e-12
    )


def test_the_least_certificate_radius_satisfies_the_certificate_and_a_smaller_one_does_not():
    from sim.engines.dense import Dense
    from sim.measuring.values import values
    from theorems.language.measurement import argument

    size = 2**15
    p = plan(
        data=load("orthonormal", 2), width=size, step=1.0, steps=1, asks=[Ask(radius, "radius")]
    )
    least = series(simulate(p, 0, train=False), "radius").iloc[0]
    start = Dense(p, 0).known()

    def needed(r):
        terms = (floor_at_start, drift_cap, near_norm, norm(labels - f.start), certificate)
        found = [float(v) for v in values(terms, {**start, argument: r})]
        slow = found[0] - found[1] - found[2]
        assert found[4] == pytest.approx(found[3] / (np.sqrt(size) * slow), rel=1e-12)
        return found[4]

    assert needed(least) <= least
    for smaller in np.linspace(0.05, 0.999, 50) * least:
        assert needed(smaller) > smaller


def test_too_little_memory_is_one_line_that_says_how_much(monkeypatch):
    from sim import run
    from theorems.problem import BadInput

    monkeypatch.setattr(run, "memory_free", lambda: 1e6)
    p = plan(data=load("orthonormal", 2), width=10**9, step=0.4, steps=50)
    with pytest.raises(BadInput, match=r"width.*1000000000.*take .* GB and .* GB are free"):
        simulate(p, 0)


def test_the_progress_of_a_seed_adds_up_to_one():
    p, told = (
        plan(data=load("orthonormal", 2), width=3 * 10**6, step=0.4, steps=100, seeds=(0, 1)),
        [],
    )
    trajectories(p, Store(), tick=told.append)
    assert len(told) >= 4
    assert sum(told) == pytest.approx(2)


def test_a_draw_is_measured_at_any_width():
    asks = (Ask(residual, "residual"), Ask(gap, "gap"), Ask(near, "near", Rational(1, 1000)))
    pair = load("orthonormal", 2)
    p = plan(data=pair, width=10**14, asks=asks, along=(), seeds=(0, 1, 2))
    frame = trajectories(p, Store(), train=False)
    assert set(frame["observable"]) == {"gap", "near", "law_error", "residual", "loss"}
    assert series(frame, "gap").max() < 1e-6
    assert series(frame, "near").to_numpy() == pytest.approx(2 * 7.978844e-4, rel=1e-5)
    narrow = plan(width=500, asks=asks, along=(), data=pair)
    assert (
        series(simulate(narrow, 0, False), "near").iloc[0]
        == series(simulate(narrow, 0), "near").iloc[0]
    )


@pytest.mark.parametrize("setting", [DESCENT, FLOW], ids=["descent", "flow"])
def test_numbers_are_floats_even_when_nothing_of_the_draw_is_asked(setting):
    """An empty table has no types of its own: joined to the run's it once made objects of its
    numbers.
    """
    frame = trajectories(plan(setting, steps=3, along=()), Store())
    assert {str(t) for t in frame[["step", "value", "error"]].dtypes} == {"float64"}


@pytest.mark.parametrize("steps", [400, 401, 5000])
def test_a_run_that_diverges_says_so_once_and_nothing_of_it_is_no_number(steps):
    """Two linear layers at a step far above what their squares bear: float64 ends soon."""
    setting = replace(LINEAR, method=gradient_descent)
    asks = {"residual": norm(labels - linear), "far": norm(norm(W - W.start), layers)}
    frame = simulate(other(setting, load("orthonormal", 3), 4, 9.0, steps, **asks), 0)
    ended = frame[frame["observable"] == "diverged"]
    assert ended[["value", "error"]].to_numpy().tolist() == [[1.0, 0.0]]
    end = int(ended["step"].iloc[0])
    assert 0 < end < steps
    measured = frame[frame["observable"] != "diverged"]
    assert np.isfinite(measured["value"]).all()
    assert list(series(frame, "loss").index) == list(range(end))
    assert series(frame, "residual").max() > 1e6 * series(frame, "residual").iloc[0]
    assert measured["step"].max() < end


def test_a_run_that_starts_beyond_the_numbers_has_one_row():
    setting = replace(LINEAR, start={W: 1e200 * normal})
    frame = simulate(other(setting, load("orthonormal", 3), 4), 0)
    assert frame[["step", "observable"]].to_numpy().tolist() == [[0.0, "diverged"]]


@pytest.mark.parametrize("setting", [DESCENT, FLOW], ids=["descent", "flow"])
def test_everything_that_is_asked_for_is_in_the_frame(setting):
    asks = {
        "length": step_length,
        "size": step_size * norm(labels - f),
        "start": norm(f.start) * norm(f),
        "slope": norm(gradient(training_loss, w)),
        "data": spectral(rows) + 0 * norm(f),
        "radius": radius,
    }
    asked = [Ask(setting.resolved(t), name) for name, t in asks.items()]
    frame = simulate(plan(setting, steps=3, asks=asked), 0)
    assert {*asks, *(a.label for a in ALONG), "loss"} == set(frame["observable"])
    assert set(series(frame, "length")) == {0.1}
