"""The error of a measurement covers what float64 does to it, and is not absurdly large."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from sympy import Rational

from sim import run
from sim.data.table import Data, load
from sim.engines.dense import Dense
from sim.engines.wide import streamed
from sim.engines.wide.engine import Pilot, Wide
from sim.plan import Ask
from sim.run import simulate
from tests.sim.settings import (
    DESCENT,
    FLOW,
    LINEAR,
    W,
    a,
    errors,
    f,
    gap,
    layered,
    other,
    plan,
    series,
    w,
)
from theorems.language import gradient_descent
from theorems.language.measurement import (
    above,
    below,
    chain,
    gradient,
    labels,
    layers,
    least,
    most,
    norm,
    root,
    rows,
    total,
    training_loss,
)

LONG = np.longdouble
ULP = np.finfo(float).eps
MOST = 1e4  # units in the last place of what a measurement is a difference of
NEARLY = Data("nearly", np.array([[1.0, 0], [1.0, 1e-3], [0.3, 1.0]]), np.array([1.0, 0.9, -1.0]))
SLOPE = norm(gradient(DESCENT.loss, w))
MORE = (Ask(SLOPE, "slope"), Ask(total(labels * f), "fit"), Ask(gap, "gap"))


def measured(p, engine, steps):
    """{label: (value, error)} after so many steps, and the step's draw."""
    engine.begin(1)
    engine.ends()
    while steps > 0:
        found = engine.advance(min(steps, 4096))
        steps -= len(found[p.setting.loss][0])
    rows_ = [*run._series(p, engine.ends(), [0.0]), *run._measured(p, engine, 0.0)]
    return {name: (value, error) for _, name, value, error in rows_}


def norm_of(matrix):
    with mpmath.workdps(40):
        exact = mpmath.matrix([[mpmath.mpf(float(v)) for v in row] for row in matrix])
        return mpmath.eigsy(exact, eigvals_only=True)


def precisely(p, w1, w0, a):
    """What is measured, of these float64 parameters, in longer floats: value and scale."""
    x, y, c = p.inputs.astype(LONG), p.data.labels.astype(LONG), 1 / np.sqrt(LONG(p.width))
    w1, w0, a = (np.asarray(v).astype(LONG) for v in (w1, w0, a))
    z, z0 = w1 @ x.T, w0 @ x.T
    u = c * (a @ np.maximum(z, 0))
    top = np.abs(u).max() + np.abs(y).max()
    counts = [(v >= 0).astype(LONG) for v in (z, z0)]
    kernels = [(x @ x.T) * (v.T @ v) / p.width for v in counts]
    moved = norm_of(kernels[0] - kernels[1])
    slope = np.linalg.norm(((u - y) * (z >= 0) * a[:, None]) @ x * c)
    size = np.linalg.norm(kernels[0].astype(float)) + np.linalg.norm(kernels[1].astype(float))
    if np.abs(z).min() < 1e-13:  # rounding decides the pattern of a neuron that rests at its kink
        size = np.inf
    far = np.sqrt(((w1 - w0) ** 2).sum(axis=1)).max()
    n = len(y)
    return {
        "residual": (np.sqrt(((y - u) ** 2).sum()), top * np.sqrt(n)),
        "loss": (((y - u) ** 2).sum() / 2, top**2 * n),
        "fit": ((y * u).sum(), top**2 * n),
        "travel": (far, np.abs(w1).max() * np.sqrt(x.shape[1])),
        "drift": (max(abs(moved[0]), abs(moved[n - 1])), size),
        "floor": (min(norm_of(kernels[0])), size),
        "slope": (slope, top * np.sqrt(n) * np.linalg.norm(p.inputs, 2)),
    }


def covered(found, wanted):
    for name, (value, error) in found.items():
        if name in wanted:
            true, scale = wanted[name]
            assert abs(value - float(true)) <= error, name
            assert error <= MOST * ULP * float(scale), name


@pytest.mark.parametrize("steps", [0, 1, 7, 300, 3000])
@pytest.mark.parametrize(
    "data", [load("sphere", 5), load("digits", 4), NEARLY], ids=lambda d: d.name
)
def test_the_error_covers_what_float64_does_to_the_same_parameters(data, steps):
    p = plan(data=data, width=150, step=0.3, asks=MORE)
    engine = Dense(p, 1)
    found = measured(p, engine, steps)
    known = engine.known()
    assert {"residual", "loss", "fit", "travel", "drift", "floor", "slope"} <= set(found)
    covered(found, precisely(p, known[w], known[w.start], known[a]))


def test_a_residual_of_rounding_is_known_to_be_that():
    """At the floor the value is no longer the truth's, and its error says so."""
    p = plan(data=load("orthonormal", 3), width=500, step=1.0)
    found = measured(p, Dense(p, 0), 4000)
    value, error = found["residual"]
    assert value < 1e-12
    assert error >= value / 100
    assert error <= 1e-12


def test_the_wide_engine_has_errors_that_cover_the_dense_run_of_the_same_draw():
    p = plan(data=load("sphere", 5), width=20_000, step=0.5, asks=MORE[1:2])
    reach = Pilot(replace(p, steps=400)).generous()
    long = replace(p, steps=400)
    one = measured(long, Dense(long, 0), 400)
    two = measured(long, Wide(long, streamed.survey(long, 0, reach), reach), 400)
    assert set(one) == set(two)
    for name, (value, error) in one.items():
        other_value, other_error = two[name]
        # training itself rounds at every one of 400 steps: twenty-fold the root of them
        assert abs(value - other_value) <= 400 * (error + other_error), name


DEEP = {
    "balance": root(
        total(norm(below(W) @ below(W).T - above(W).T @ above(W)) ** 2, layers)
    ),
    "slope": root(total(norm(gradient(training_loss, W)) ** 2, layers)),
    "far": most(norm(W - W.start), layers),
    "turned": norm(chain(W / norm(W)) - chain(W / norm(W)).start),
    "product": least(labels * (rows @ chain(W / norm(W)))),
}  # fmt: skip


@pytest.mark.parametrize("steps", [1, 50, 2000])
def test_of_layers_too(steps):
    setting = replace(LINEAR, method=gradient_descent)
    asked = {name: setting.resolved(t) for name, t in DEEP.items()}
    p = layered(other(setting, load("separable", 5), 4, 0.1, 10, **asked), 3)
    engine = Dense(p, 0)
    found = measured(p, engine, steps)
    known = engine.known()
    now, begun = ([np.asarray(v).astype(LONG) for v in known[t]] for t in (W, W.start))
    x, y = p.inputs.astype(LONG), p.data.labels.astype(LONG)

    def size(v):
        return np.sqrt((v**2).sum())

    def unit(v):
        one = [layer / size(layer) for layer in v]
        return (one[2] @ one[1] @ one[0])[0]

    error = x @ (now[2] @ now[1] @ now[0])[0] - y
    g = error @ x
    slopes = [
        np.outer((now[2] @ now[1])[0], g),
        np.outer(now[2][0], now[0] @ g),
        (now[1] @ now[0] @ g)[None],
    ]
    gaps = [now[k] @ now[k].T - now[k + 1].T @ now[k + 1] for k in range(2)]
    big = max(size(v) for v in now) ** 2
    covered(
        found,
        {
            "loss": ((error**2).sum() / 2, 10.0),
            "balance": (np.sqrt(sum(size(v) ** 2 for v in gaps)), 4 * big),
            "slope": (np.sqrt(sum(size(v) ** 2 for v in slopes)), 10 * big**2),
            "far": (max(size(u - v) for u, v in zip(now, begun)), 4 * big),
            "turned": (size(unit(now) - unit(begun)), 10.0),
            "product": ((y * (x @ unit(now))).min(), 10.0),
        },
    )


def test_the_errors_of_every_step_are_like_those_of_the_last():
    """A chunk of steps is recorded at once; its errors must not be less careful than those of a
    step looked at by itself.
    """
    p = plan(width=150, steps=40, step=0.3, asks=MORE)
    frame = simulate(p, 1)
    for name in ("residual", "loss", "slope", "fit"):
        for k in (3, 17, 33):
            engine = Dense(p, 1)
            alone = measured(p, engine, k)[name]
            assert series(frame, name).loc[k] == pytest.approx(alone[0], rel=1e-12)
            assert 0.05 * alone[1] <= errors(frame, name).loc[k] <= 50 * alone[1]


def test_the_errors_of_a_flow_hold_both_the_step_and_rounding():
    p = plan(FLOW, width=100, step=0.5, steps=20)
    frame = simulate(p, 0)
    fine = simulate(replace(p, step_size=0.125, steps=80), 0)
    for name in ("residual", "loss", "travel"):
        seen, err, true = series(frame, name), errors(frame, name), series(fine, name)
        both = seen.index.intersection(true.index)
        assert {0.0, 0.5, 10.0} <= set(both)
        for t in both:
            assert abs(seen.loc[t] - true.loc[t]) <= 2 * err.loc[t] + errors(fine, name).loc[t]
        assert err.loc[0.0] <= MOST * ULP * 10
        assert err.iloc[1:].max() < 0.1


def test_a_planted_rounding_that_is_too_small_would_be_noticed(monkeypatch):
    from sim.measuring import series as errors_of

    monkeypatch.setattr(errors_of, "SAFE", 1e-4)
    errors_of.along_outputs.cache_clear()

    def check():
        for data in (load("sphere", 5), load("digits", 4)):
            for steps in (300, 3000):
                p = plan(data=data, width=150, step=0.3)
                engine = Dense(p, 1)
                found = measured(p, engine, steps)
                known = engine.known()
                covered(
                    {k: (v, e - 4 * ULP * abs(v)) for k, (v, e) in found.items()},
                    precisely(p, known[w], known[w.start], known[a]),
                )

    with pytest.raises(AssertionError):
        check()
    errors_of.along_outputs.cache_clear()


def test_a_number_that_is_exact_has_no_error():
    p = plan(width=64, steps=4, asks=[Ask(norm(w.start - w.start) + Rational(1, 4), "quarter")])
    frame = simulate(p, 0)
    assert series(frame, "quarter").iloc[0] == 0.25
    assert errors(frame, "quarter").iloc[0] <= 8 * ULP * 0.25
