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
from sim.measuring.compiled import forget
from sim.measuring.series import (
    OUT,
    along_outputs,
    every_step,
    of_outputs,
    perturbed,
    rounding,
    sizes,
    stable,
)
from sim.plan import Ask
from sim.run import simulate
from tests.sim.settings import (
    DESCENT,
    FLOW,
    HALF,
    LINEAR,
    W,
    a,
    errors,
    f,
    gap,
    layered,
    m,
    other,
    plan,
    series,
    w,
)
from theorems.language import gradient_descent
from theorems.language import measurement as words
from theorems.language.measurement import (
    above,
    absolute,
    algorithm,
    below,
    chain,
    gradient,
    labels,
    layers,
    least,
    least_eigenvalue,
    limiting_gram,
    most,
    neurons,
    norm,
    points,
    relu,
    root,
    rows,
    size,
    so_far,
    spectral,
    tangent_kernel,
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
    forget()

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
    forget()


def test_a_number_that_is_exact_has_no_error():
    p = plan(width=64, steps=4, asks=[Ask(norm(w.start - w.start) + Rational(1, 4), "quarter")])
    frame = simulate(p, 0)
    assert series(frame, "quarter").iloc[0] == 0.25
    assert errors(frame, "quarter").iloc[0] <= 8 * ULP * 0.25


# What is measured, and how far rounding moves it -----------------------------------------------------

z = w @ rows.T
HIDDEN = words.total(z * z, neurons)  # of more than outputs
FIT = algorithm("gram_margin", rows @ rows.T, labels)
EACH_STEP = {
    "outputs": (norm(f - labels), True),
    "loss": (DESCENT.loss * 2, True),
    "loss by name": (training_loss, True),
    "gradient": (norm(gradient(DESCENT.loss, w)), True),
    "a fold": (so_far("most", norm(HIDDEN)) + 1, True),
    "the start": (norm(f.start), False),
    "data": (norm(labels) * size(points), True),
    "neurons": (norm(HIDDEN), False),
    "a parameter": (norm(a), False),
    "outputs and neurons": (norm(f - labels) + norm(w), False),
    "a kernel": (spectral(tangent_kernel(f, w)), False),
    "an algorithm": (FIT, False),
    "beside an algorithm": (norm(f) + FIT, False),
    "certified": (algorithm("hard_margin", rows, labels), False),
    "beside the certified": (norm(f) * algorithm("hard_margin", rows, labels), False),
}


@pytest.mark.parametrize("name", EACH_STEP)
def test_what_costs_no_more_than_a_step_is_measured_at_every_step(name):
    term, cheap = EACH_STEP[name]
    assert every_step(term, DESCENT) == cheap
    without = every_step(term, replace(DESCENT, outputs=None))
    assert without == (cheap and name not in ("outputs",))


def test_a_term_of_the_outputs_is_said_in_them_and_another_is_not():
    assert of_outputs(norm(f - labels), f) == norm(OUT - labels)
    assert of_outputs(DESCENT.loss, f) == HALF * norm(OUT - labels) ** 2
    assert of_outputs(norm(labels), f) == norm(labels)
    assert of_outputs(norm(f), None) is None
    for other_term in (
        norm(f) + norm(w),
        norm(f - f.start),
        so_far("total", norm(f)),
        norm(f) * algorithm("hard_margin", rows, labels),
        norm(f) + FIT,
        norm(gradient(DESCENT.loss, w)),
    ):
        assert of_outputs(other_term, f) is None
    assert OUT.axes == (points,)


def along(term, u, y):
    (found,) = along_outputs((term,), (labels,), True)(u, [y])
    return tuple(map(np.asarray, found))


ALONG_OUTPUTS = {
    "sum": (total(OUT), lambda u, y: np.ones_like(u)),
    "fit": (total(labels * OUT), lambda u, y: y + 0 * u),
    "half squares": (HALF * norm(OUT - labels) ** 2, lambda u, y: u - y),
    "third of the first": (least(OUT) / 3, lambda u, y: (u == u.min(axis=1)[:, None]) / 3),
}


@pytest.mark.parametrize("name", ALONG_OUTPUTS)
def test_the_error_of_a_step_is_the_slope_times_the_rounding_of_outputs(name):
    """Within a factor of ten of ULP sum_i |d term / d u_i| (|u_i| + |y_i| + max |u|), and above
    it; of the outputs' size when they grow, of the labels' when there are no outputs.
    """
    term, slope = ALONG_OUTPUTS[name]
    rng = np.random.default_rng(0)
    u, y = rng.standard_normal((4, 3)), rng.standard_normal(3)
    u[1:3] *= np.array([[1e6], [1e-6]])
    value, error = along(term, u, y)
    for k in range(4):
        alone = along(term, u[k : k + 1], y)
        assert (value[k], error[k]) == (alone[0][0], pytest.approx(alone[1][0], rel=1e-12))
    unit = np.abs(u) + np.abs(y) + np.abs(u).max(axis=1, keepdims=True)
    least_of_it = ULP * (np.abs(slope(u, y)) * unit).sum(axis=1)
    assert (error >= 4 * least_of_it).all()
    assert (error <= 10 * least_of_it + 4.5 * ULP * np.abs(value)).all()
    assert (error >= 4 * ULP * np.abs(value)).all()
    twice = along(term, 2 * u, 2 * y)
    grown = 4 if name in ("half squares", "fit") else 2
    assert twice[0] == pytest.approx(grown * value, rel=1e-12)
    assert twice[1] == pytest.approx(grown * error, rel=1e-12)


def test_perturbed_parameters_are_moved_by_one_rounding_each():
    rng = np.random.default_rng(0)
    layers_ = [rng.standard_normal(s) for s in ((3, 2), (3, 3), (1, 3))]
    same = rng.standard_normal((4, 2))
    known = {w: same, w.start: same.copy(), W: layers_, labels: np.ones(3), norm(f): 2.0}
    moved = perturbed(known)
    assert moved.keys() == known.keys()
    assert moved[labels] is known[labels]
    assert moved[norm(f)] == 2.0
    assert np.array_equal(same, known[w])
    patterns = {}
    for term in (w, w.start, W):
        old, new = known[term], moved[term]
        pairs = zip(old, new, strict=True) if term == W else [(old, new)]
        patterns[term] = [np.sign((v / u - 1) * u * u) for u, v in pairs]
        for u, v in zip(old, new, strict=True) if term == W else [(old, new)]:
            assert np.shape(u) == np.shape(v)
            assert (np.abs(v / u - 1) <= 1.5 * ULP).all()
            assert (u != v).all()
    signs = np.concatenate([p.ravel() for p in (*patterns[w], *patterns[W])])
    assert 0.2 < (signs > 0).mean() < 0.8
    assert not np.array_equal(patterns[w][0], patterns[w.start][0])  # else distances do not move
    assert perturbed({w: 0 * same})[w] == pytest.approx(0 * same, abs=0)


def test_a_distance_is_not_told_from_the_rounding_of_what_it_is_between():
    apart = z - z.start
    assert sizes(norm(apart)) == (norm(z), norm(z.start))
    assert sizes(norm(z + z.start)) == (norm(z), norm(z.start))
    assert sizes(spectral(z)) == (norm(z),)
    assert sizes(norm(z * 2)) == (norm(z * 2),)
    assert sizes(most(norm(z - z.start, points))) == (norm(norm(z - z.start, points)),)
    assert sizes(norm(apart) ** 2 * 3) == sizes(norm(apart))
    assert sizes(root(norm(apart)) * absolute(least(z))) == (*sizes(norm(apart)), norm(z))
    assert sizes(norm(apart), {norm(apart): 1.0}) == ()
    assert sizes(norm(apart) * spectral(z), {norm(apart)}) == (norm(z),)
    assert sizes(norm(labels) + norm(w)) == sizes(total(z)) == sizes(labels) == ()
    assert sizes(norm(labels - 1)) == (norm(labels),)
    gaps = below(W) @ below(W).T - above(W).T @ above(W)
    assert sizes(most(norm(W - W.start), layers)) == (norm(norm(W - W.start), layers),)
    assert all(not term.axes for term in sizes(norm(gaps)))
    assert sizes(norm(W - W.start)) == (norm(norm(W), layers), norm(norm(W.start), layers))


STABLE = {
    "a distance": (norm(w - w.start), True),
    "a sum": (norm(relu(z) + z), True),
    "a size": (spectral(z), True),
    "products": (most(absolute(words.tanh(z) * labels / 3)), True),
    "layers": (norm(words.feed_forward(W, "tanh")), True),
    "a kernel": (least_eigenvalue(limiting_gram(rows)), True),
    "no distance": (total(z), False),
    "a square": (norm(z) ** 2, False),
    "a further difference": (norm((z - z.start) * 2), False),
    "beside a difference": (norm(w - (w.start - 1)), False),
    "a jump": (norm(tangent_kernel(f, w)), False),
    "a step": (norm(z - (z >= 0)), False),
    "an exponential": (norm(words.exponential(z) - z), False),
}


SQUARE = z @ z.T
ROUNDED = {  # what is a size or a distance, and what only rounds its result
    "spectral": (spectral, z),
    "most": (most, z),
    "least": (least, z),
    "norm": (norm, z),
    "least_eigenvalue": (least_eigenvalue, SQUARE),
    "greatest_eigenvalue": (words.greatest_eigenvalue, SQUARE),
    "equilibrium": (norm, words.equilibrium(SQUARE, HALF, relu(z))),
    "feature_gram": (norm, words.feature_gram(rows)),
    "limiting_gram": (norm, limiting_gram(rows)),
    "transpose": (norm, z.T),
    "labels": (norm, labels),
    "number": (norm, z * HALF / 3),
    "letter": (norm, z * m),
}


@pytest.mark.parametrize("name", ROUNDED)
def test_sizes_of_what_only_rounds_are_stable_and_have_a_size(name):
    rule, inside = ROUNDED[name]
    assert stable(rule(inside))
    assert sizes(rule(inside)) == (norm(inside),)
    assert not stable(rule(inside * words.total(labels)))


@pytest.mark.parametrize("name", STABLE)
def test_what_the_sizes_alone_bound_is_told(name):
    term, known_so = STABLE[name]
    assert stable(term) == known_so


def test_rounding_is_the_change_many_times_and_units_of_what_it_is_a_distance_of():
    """At least that of one number in its last place; homogeneous; more with every part of it."""
    for value in (1.0, -1.0, 3.5, 0.0):
        assert 2 * ULP * abs(value) <= rounding(value, value, 0.0) <= 8 * ULP * abs(value)
    assert rounding(2.0, 2.5, 0.0) == pytest.approx(16, rel=1e-12)  # 32 of what is seen
    assert rounding(2.0, 1.5, 0.0) == rounding(2.0, 2.5, 0.0)
    assert 8 * ULP <= rounding(0.0, 0.0, 1.0) <= 32 * ULP
    one = rounding(1.0, 1.0 + 1e-15, 3.0)
    assert rounding(-1.0, -1.0 - 1e-15, 3.0) == one
    assert rounding(1024.0, 1024.0 + 1024e-15, 3072.0) == pytest.approx(1024 * one, rel=1e-9)
    assert rounding(1.0, 1.0 + 1e-15, 3.0) > rounding(1.0, 1.0, 3.0) > rounding(1.0, 1.0, 2.0)
