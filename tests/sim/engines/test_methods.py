"""Descent with memory, decay, and a step that looks at the state, each against a loop in NumPy; and
every law of the initialization.
"""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Rational, sqrt

from sim.data.table import load
from sim.engines.dense import Dense
from sim.run import simulate
from sim.setting.draws import draw
from sim.setting.start import initial
from tests.sim.settings import DESCENT, FLOW, HALF, A, W, a, layered, m, other, plan, series, w
from theorems.language import BadInput, Descent, Setting
from theorems.language.measurement import (
    by_layer,
    gradient,
    identity,
    inputs,
    labels,
    layers,
    lifted,
    neurons,
    norm,
    normal,
    ones,
    orthogonal,
    outer,
    root,
    rows,
    signs,
    so_far,
    step_length,
    step_size,
    total,
    training_loss,
    unit_matrix,
)

WIDTH = 30  # neurons
STEPS = 25
ETA = 0.2  # the step size
DATA = load("sphere", 4)
LOSS = training_loss
GRADIENT = gradient(training_loss, w)


def loop(rule, data=DATA):
    """w after each step of w, v <- rule(k, w, v, loss, gradient), (steps + 1, m, d), and losses."""
    x, y = data.inputs, data.labels
    w, a = draw(DESCENT.laws, {"w": x.shape[1:], "a": ()}, WIDTH, 0).values()
    v, found, losses = np.zeros_like(w), [], []
    for k in range(STEPS + 1):
        z = w @ x.T
        u = a @ np.maximum(z, 0) / np.sqrt(WIDTH)
        g = ((u - y) * (z >= 0) * a[:, None]) @ x / np.sqrt(WIDTH)
        found.append(w)
        losses.append(((u - y) ** 2).sum() / 2)
        w, v = rule(k, w, v, losses[-1], g)
    return np.array(found), np.array(losses)


def trained(method, **asked):
    setting = replace(DESCENT, method=method)
    asked = {name: setting.resolved(t) for name, t in asked.items()}
    p = other(setting, DATA, WIDTH, ETA, STEPS, where=total(w * w.start), **asked)
    return simulate(p, 0)


def compare(frame, found, losses):
    assert series(frame, "loss").to_numpy() == pytest.approx(losses, rel=1e-10)
    where = series(frame, "where")
    wanted = (found * found[:1]).sum(axis=(1, 2))
    assert where.to_numpy() == pytest.approx(wanted[where.index.astype(int)], rel=1e-10)


def test_the_heavy_ball():
    def rule(k, w, v, loss, g):
        v = 0.8 * v - ETA * g
        return w + v, v

    compare(trained(Descent(momentum=Rational(4, 5))), *loop(rule))


def test_weight_decay():
    def rule(k, w, v, loss, g):
        return w - ETA * (g + 0.3 * w), v

    compare(trained(Descent(decay=Rational(3, 10))), *loop(rule))


def test_both_together():
    def rule(k, w, v, loss, g):
        v = 0.5 * v - ETA * (g + 0.3 * w)
        return w + v, v

    compare(trained(Descent(momentum=HALF, decay=Rational(3, 10))), *loop(rule))


def test_a_momentum_of_zero_is_none():
    plain, zero = trained(Descent()), trained(Descent(momentum=0, decay=0))
    assert plain.equals(zero)


def test_a_step_that_falls_with_the_loss():
    def rule(k, w, v, loss, g):
        return w - ETA / (1 + loss) * g, v

    method = Descent(step=step_size / (1 + DESCENT.loss))
    frame = trained(method, length=step_length)
    found, losses = loop(rule)
    compare(frame, found, losses)
    assert series(frame, "length").to_numpy() == pytest.approx(ETA / (1 + losses), rel=1e-10)


def test_the_loss_of_the_setting_in_a_step_is_that_loss():
    one = trained(Descent(step=step_size / (1 + training_loss)))
    two = trained(Descent(step=step_size / (1 + DESCENT.loss)))
    assert one["value"].to_numpy() == pytest.approx(two["value"].to_numpy(), rel=1e-13)


def test_normalized_steps():
    def rule(k, w, v, loss, g):
        return w - ETA / (0.1 + np.linalg.norm(g)) * g, v

    step = step_size / (Rational(1, 10) + norm(gradient(DESCENT.loss, w)))
    compare(trained(Descent(step=step)), *loop(rule))


def test_sums_and_maxima_along_the_run():
    def rule(k, w, v, loss, g):
        return w - ETA * g, v

    lengths = root(2 * LOSS)
    frame = trained(
        Descent(),
        spent=so_far("total", step_length * lengths),
        most=so_far("most", -LOSS),
        both=so_far("total", LOSS) - so_far("most", lengths),
        residual=lengths,
    )
    _, losses = loop(rule)
    far = np.sqrt(2 * losses)
    before = np.concatenate([[0.0], np.cumsum(ETA * far)[:-1]])
    assert series(frame, "spent").to_numpy() == pytest.approx(before, rel=1e-10)
    assert series(frame, "most").to_numpy() == pytest.approx(np.maximum.accumulate(-losses))
    total_ = np.concatenate([[0.0], np.cumsum(losses)[:-1]])
    wanted = total_ - np.maximum.accumulate(far)
    assert series(frame, "both").to_numpy() == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_a_ratchet_grows_when_the_value_comes_within_its_slack():
    ball = so_far("ratchet", norm(w), 1, 2)

    def radii():
        kept = 0.0

        def rule(k, w, v, loss, g):
            nonlocal kept
            length = np.linalg.norm(w)
            kept = kept if length <= kept - 1 else length + 2
            seen.append(kept)
            return w - ETA / kept * g, v

        seen = []
        return rule, seen

    rule, seen = radii()
    found, losses = loop(rule)
    frame = trained(Descent(step=step_size / ball), radius=ball)
    compare(frame, found, losses)
    assert series(frame, "radius").to_numpy() == pytest.approx(seen, rel=1e-12)
    assert len(set(seen)) < len(seen)


def test_a_step_that_rests_on_its_own_length_is_refused():
    for step in (step_length / 2, step_size / (1 + so_far("total", step_length))):
        with pytest.raises(BadInput, match="its own length"):
            plan(replace(DESCENT, method=Descent(step=step)))


def test_a_sum_along_a_flow_is_refused_in_one_line():
    p = other(FLOW, DATA, WIDTH, spent=so_far("total", DESCENT.loss))
    with pytest.raises(BadInput, match="descent alone"):
        simulate(p, 0)


@pytest.mark.parametrize("method", [Descent(momentum=HALF), Descent(step=step_size / 2)])
def test_methods_with_more_in_them_are_never_given_to_the_wide_engine(method):
    assert plan(replace(DESCENT, method=method)).wide is None
    assert plan(DESCENT).wide is not None


def test_a_loss_may_pull_towards_the_start():
    pulled = replace(DESCENT, loss=DESCENT.loss + 50 * norm(w - w.start) ** 2)
    far = [
        series(simulate(other(s, DATA, 20, step=0.01, x=norm(w - w.start)), 0), "x")
        for s in (DESCENT, pulled)
    ]
    assert np.isclose(far[0][1], far[1][1])  # the pull begins with the second step
    assert far[1].iloc[-1] < far[0].iloc[-1] / 5


# Laws --------------------------------------------------------------------------------------------------


def started(start, data=DATA, width=6, depth=3, trained=None):
    """The parameters of a setting that begins so."""
    params = tuple(start)
    anything = sum((total(p) for p in params if p.axes[:1] != (layers,)), lifted(0))
    setting = Setting(trained=params[:1], start=start, loss=anything * 0 + total(labels))
    p = layered(other(setting, data, width), depth)
    return initial(p.setting, p.sizes, p.known, 0), p


def test_orthogonal_layers_are_isometries_as_far_as_their_shapes_allow():
    found, _ = started({W: 3 * orthogonal}, width=6)
    for layer in found[W]:
        small = layer if layer.shape[0] <= layer.shape[1] else layer.T
        assert small @ small.T == pytest.approx(9 * np.eye(len(small)), abs=1e-12)
    assert not np.allclose(found[W][1], found[W][1].T)


@pytest.mark.parametrize("width", [3, 8, 70_000])
def test_orthogonal_neurons_too(width):
    found, _ = started({w: orthogonal}, load("orthonormal", 4), width)
    small = found[w] if width <= 4 else found[w].T
    assert small @ small.T == pytest.approx(np.eye(len(small)), abs=1e-12)


def test_an_orthogonal_matrix_is_uniform_in_sign():
    """Without the signs of R, LAPACK's Q has a diagonal of one sign."""
    from sim.setting.start import SHAPED

    g = np.random.default_rng(0)
    drawn = np.array([SHAPED["orthogonal"](g.standard_normal((2, 2))) for _ in range(400)])
    assert abs(drawn.mean(axis=0)).max() < 5 * np.sqrt(0.5 / 400)
    assert abs(np.linalg.det(drawn).mean()) < 5 / 20


def test_the_last_layer_has_a_law_of_its_own():
    found, _ = started({W: by_layer(2, HALF) * signs})
    assert [set(np.abs(layer).ravel()) for layer in found[W]] == [{2.0}, {2.0}, {0.5}]
    laws, p = started({W: by_layer(1 / sqrt(m), 0) * normal}, width=400)
    assert laws[W][1].std() == pytest.approx(1 / 20, rel=0.02)
    assert not laws[W][2].any()
    assert p.values[m] == 400


def test_unit_matrices():
    found, _ = started({W: unit_matrix, A: HALF * unit_matrix}, width=5)
    assert [np.array_equal(v, np.eye(*v.shape)) for v in found[W]] == [True] * 3
    assert np.array_equal(found[A], np.eye(5) / 2)
    also, _ = started({A: identity(neurons) / 2 + normal / 10}, width=5)
    assert np.allclose(np.diag(also[A]), 0.5, atol=0.5)
    assert np.abs(also[A] - np.eye(5) / 2).max() > 0


def test_a_start_may_rest_on_another_parameters_start_and_on_the_data():
    found, p = started({a: signs * norm(w.start, inputs), w: normal})
    assert np.abs(found[a]) == pytest.approx(np.linalg.norm(found[w], axis=1), rel=1e-14)
    found, p = started({w: outer(a.start, labels @ rows), a: normal})
    assert found[w] == pytest.approx(np.outer(found[a], DATA.labels @ p.inputs), rel=1e-14)


def test_a_start_is_the_same_whatever_else_is_drawn():
    one, _ = started({w: normal, a: signs})
    two, _ = started({a: normal, w: normal, A: normal})
    assert np.array_equal(one[w], two[w])


def test_starts_that_wait_for_each_other_are_refused():
    with pytest.raises(BadInput, match="rests on what is not drawn"):
        started({w: outer(a.start, ones(inputs)), a: norm(w.start, inputs)})


@pytest.mark.parametrize("law", [normal + signs, normal * orthogonal], ids=str)
def test_two_laws_of_one_parameter_are_one_line(law):
    with pytest.raises(BadInput, match="start of w"):
        started({w: law})


def test_the_engine_begins_where_the_laws_say():
    p = plan(width=50)
    begun = Dense(p, 4).known()
    wanted = initial(p.setting, p.sizes, p.known, 4)
    for q, value in wanted.items():
        assert np.array_equal(begun[q], value)
        assert np.array_equal(begun[q.start], value)
