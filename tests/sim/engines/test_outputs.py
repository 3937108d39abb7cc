"""Networks with several outputs: a row of outputs a point, classes as labels."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from scipy.special import log_softmax

from sim.data.table import Data, load
from sim.engines.dense import Dense
from sim.measuring.series import along_outputs
from sim.measuring.values import values
from sim.plan import Ask
from sim.run import rows_of, table
from tests.sim.settings import DEEP_RELU, HALF, deep_relu, errors, layered, m, plan, series
from theorems.language import BadInput, Setting, count
from theorems.language.measurement import (
    Axis,
    Term,
    chain,
    deep,
    exponential,
    feed_forward,
    indicator,
    inputs,
    labels,
    logarithm,
    mean,
    neurons,
    norm,
    normal,
    parameter,
    relu,
    rows,
    tangent_kernel,
    total,
)

K, q = count("K", "classes"), count("q", "outputs")
classes = Axis("classes", size=K)
w, v = parameter("w", neurons, inputs), parameter("v", neurons, classes)
f = relu(rows @ w.T) @ v / m
OUT_ROW = Term("outputs", (), (), f.axes)
target = indicator(labels, classes)
entropy = mean(logarithm(total(exponential(f), classes)) - total(f * target, classes))
TWO = Setting(outputs=f, trained=(w, v), start={w: normal, v: normal}, loss=entropy)
W = deep("W", classes)
g = feed_forward(W, "linear")
DEEP = Setting(outputs=g, trained=(W,), start={W: HALF * normal}, loss=HALF * norm(g - target) ** 2)


def points_of(samples=7, kinds=3):
    found = load("sphere", samples)
    return replace(found, labels=np.arange(samples, dtype=float) % kinds)


def run(setting, classes=3, depth=2, **asked):
    asks = [Ask(term, label) for label, term in asked.items()]
    given = {K: classes} if classes else {}
    p = plan(setting, points_of(), asks, (), given, width=20, step=0.02, steps=9)
    p = layered(p, depth)
    engine = Dense(p, 0)
    return table(rows_of(p, engine, 0)), engine, p


def test_a_row_of_outputs_a_point_is_trained_on_its_cross_entropy():
    found, engine, p = run(TWO, miss=norm(f - target), loss_of=entropy)
    known = engine.known()
    w_, v_ = np.asarray(known[w]), np.asarray(known[v])
    u = np.maximum(p.inputs @ w_.T, 0) @ v_ / 20
    kinds = p.data.labels.astype(int)
    expected = -log_softmax(u, axis=1)[np.arange(7), kinds].mean()
    assert np.isclose(series(found, "loss_of").iloc[-1], expected, rtol=1e-12)
    assert np.isclose(series(found, "miss").iloc[-1], np.linalg.norm(u - np.eye(3)[kinds]))
    assert (np.diff(series(found, "loss_of")) < 0).all()
    assert len(series(found, "miss")) == 10
    assert 0 < errors(found, "miss").max() < 1e-12


def test_the_layers_of_a_deep_network_end_in_its_outputs():
    found, engine, p = run(DEEP, depth=3, whole=norm(chain(W)))
    known = engine.known()
    assert [x.shape for x in known[W]] == [(20, p.inputs.shape[1]), (20, 20), (3, 20)]
    product = known[W][2] @ known[W][1] @ known[W][0]
    assert np.allclose(values((chain(W),), known)[0], product)
    assert np.allclose(values((g,), known)[0], p.inputs @ product.T)
    assert np.isclose(series(found, "whole").iloc[-1], np.linalg.norm(product))


def test_one_output_of_several_is_the_network_with_one():
    one = Axis("one", size=q)
    X = deep("W", one)
    row = feed_forward(X, "relu")
    (law,) = DEEP_RELU.start.values()
    several = replace(
        DEEP_RELU,
        outputs=row,
        trained=(X,),
        start={X: law},
        loss=DEEP_RELU.loss.replaced({deep_relu: total(row, one)}),
    )
    losses = []
    for setting in (DEEP_RELU, several):
        p = plan(setting, load("separable", 5), (), (), {q: 1}, width=8, step=0.05, steps=9)
        p = layered(p, 3)
        losses.append(series(table(rows_of(p, Dense(p, 0), 0)), "loss"))
    assert np.allclose(*losses, rtol=1e-13)


@pytest.mark.parametrize(
    ("classes", "says"), [(2, r"classes are 0, \.\.\., 1"), (None, "K.*no value")]
)
def test_labels_that_are_no_class_are_refused_in_one_line(classes, says):
    run(TWO, classes=4, miss=norm(f))  # a class without a point is no error
    with pytest.raises(BadInput, match=says) as refusal:
        run(TWO, classes=classes, miss=norm(f))
    assert "\n" not in str(refusal.value)


def test_what_needs_one_output_says_so():
    with pytest.raises(BadInput, match="one output a point"):
        tangent_kernel(f, w)
    with pytest.raises(BadInput, match="a row of them, a point"):
        replace(TWO, outputs=f.T)
    with pytest.raises(BadInput, match="needs a vector"):
        indicator(rows, classes)


def test_the_words_name_the_outputs():
    assert "loss mean(log(total(exp(f), classes)) - total(f * indicator(" in TWO.text
    assert isinstance(points_of(), Data)


@pytest.mark.parametrize("steepness", [1.0, 30.0, 60.0, 150.0, 400.0, 4000.0])
def test_a_cross_entropy_is_known_as_far_as_it_is_said_to_be(steepness):
    """Against 60 digits: its logarithm neither overflows nor hides what cancels."""
    soft = steepness * f
    small = mean(logarithm(total(exponential(soft), classes)) - total(soft * target, classes))
    found, engine, p = run(TWO, small=small)
    known = engine.known()
    u = np.maximum(p.inputs @ np.asarray(known[w]).T, 0) @ np.asarray(known[v]) / 20 * steepness
    with mpmath.workdps(60):
        rows_ = [[mpmath.mpf(float(x)) for x in row] for row in u]
        kinds = p.data.labels.astype(int)
        each = [mpmath.log(sum(map(mpmath.exp, r))) - r[k] for r, k in zip(rows_, kinds)]
        true = float(sum(each) / len(each))
    seen, error = series(found, "small").iloc[-1], errors(found, "small").iloc[-1]
    assert abs(seen - true) <= error + 1e-13 * abs(true)
    assert error <= 1e-12 * (1 + steepness)


def test_what_cancels_is_no_smaller_than_its_rounding():
    """Where the outputs are certain the true cross entropy is far below what is seen of it."""
    u = np.array([[60.0, 0.0, 0.0]] * 7)
    sure = mean(logarithm(total(exponential(OUT_ROW), classes)) - total(OUT_ROW * target, classes))
    have = {target: np.eye(3)[np.zeros(7, int)], labels: np.zeros(7)}
    (found,) = along_outputs((sure,), tuple(have), True)(u[None], list(have.values()))
    value, error = map(float, (found[0][0], found[1][0]))
    assert abs(value - 1.75e-26) <= error
    assert 1e-15 < error < 1e-12
