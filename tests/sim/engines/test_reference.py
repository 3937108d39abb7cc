"""A reference run: trained from the same draw on the same data, beside the run and step by step."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sim.data.table import load
from sim.engines.dense import Dense
from sim.measuring.values import values
from sim.run import rows_of, table
from tests.sim.settings import (
    BOTH_LAYERS,
    DEEP_RELU,
    DESCENT,
    FLOW,
    HALF,
    W,
    a,
    deep_relu,
    errors,
    f,
    layered,
    m,
    other,
    series,
    w,
)
from theorems.language import gradient_flow
from theorems.language.measurement import (
    inputs,
    labels,
    linearized,
    most,
    neurons,
    norm,
    normal,
    signs,
    so_far,
    softplus,
    step_length,
    step_size,
    tangent_kernel,
    total,
    training_loss,
)
from theorems.problem import BadInput

DATA = load("sphere", 5)
line = linearized(f, w)
LINEAR_MODEL = replace(DESCENT, outputs=line, loss=HALF * norm(line - labels) ** 2)
BESIDE = replace(DESCENT, reference=LINEAR_MODEL)
apart = norm(f - line.reference)


def run(setting, **asked):
    steps = asked.pop("steps", 40)
    step = asked.pop("step", 0.05)
    width = asked.pop("width", 60)
    asked = {label: setting.resolved(term) for label, term in asked.items()}
    chosen = other(setting, DATA, width, step=step, steps=steps, **asked)
    return table(rows_of(chosen, Dense(chosen, 3), 3))


def test_the_linear_model_follows_its_closed_form():
    found = run(LINEAR_MODEL, miss=norm(line - labels), kernel=norm(tangent_kernel(f, w).start))
    chosen = other(LINEAR_MODEL, DATA, 60)
    known = Dense(chosen, 3).known()
    kernel, miss = (np.asarray(v) for v in values((tangent_kernel(f, w), labels - f), known))
    expected = [
        np.linalg.norm(np.linalg.matrix_power(np.eye(5) - 0.05 * kernel, k) @ miss)
        for k in range(41)
    ]
    assert np.allclose(series(found, "miss"), expected, rtol=1e-11)


def test_it_moves_as_it_does_alone():
    alone = run(
        LINEAR_MODEL, miss=norm(line - labels), far=most(norm(w - w.start, inputs), neurons)
    )
    travel = most(norm(w.reference - w.start, inputs), neurons)
    both = run(BESIDE, miss=norm(line.reference - labels), far=travel)
    assert np.allclose(series(alone, "miss"), series(both, "miss"), rtol=1e-13)
    assert np.allclose(series(alone, "far"), series(both, "far"), rtol=1e-13, atol=1e-16)


def test_it_does_not_disturb_what_it_stands_beside():
    plain = run(DESCENT, miss=norm(f - labels), size=norm(w))  # so that rows are as given
    both = run(BESIDE, miss=norm(f - labels), apart=apart)
    assert np.allclose(series(plain, "miss"), series(both, "miss"), rtol=1e-13)


def test_both_begin_at_the_draw_and_wide_networks_stay_close():
    narrow, wide = run(BESIDE, apart=apart), run(BESIDE, apart=apart, width=6000)
    assert series(narrow, "apart")[0] <= errors(narrow, "apart")[0] < 1e-12
    assert series(wide, "apart").max() < series(narrow, "apart").max() / 5


def test_it_is_measured_at_every_step():
    found = run(BESIDE, apart=apart, beside=training_loss.reference)
    assert len(series(found, "apart")) == len(series(found, "beside")) == 41


def test_a_model_linear_in_its_parameters_is_its_linear_model():
    top = linearized(f, a)
    setting = replace(DESCENT, trained=(a,))
    beside = replace(setting, outputs=top, loss=HALF * norm(top - labels) ** 2)
    found = run(replace(setting, reference=beside), apart=norm(f - top.reference))
    assert (series(found, "apart") <= errors(found, "apart")).all()


def test_both_layers_and_deep_networks_have_a_linear_model():
    both = linearized(f, w, a)
    beside = replace(BOTH_LAYERS, outputs=both, loss=HALF * norm(both - labels) ** 2)
    found = run(replace(BOTH_LAYERS, reference=beside), apart=norm(f - both.reference), steps=5)
    assert series(found, "apart")[0] < 1e-12 < series(found, "apart")[5]
    deep = linearized(deep_relu, W)
    beside = replace(DEEP_RELU, outputs=deep, loss=total(softplus(-labels * deep)))
    data = load("separable", 5)
    apart = norm(deep_relu - deep.reference)
    chosen = other(replace(DEEP_RELU, reference=beside), data, 20, steps=5, apart=apart)
    chosen = layered(chosen, 3)
    found = table(rows_of(chosen, Dense(chosen, 0), 0))
    assert series(found, "apart")[0] < 1e-12 < series(found, "apart")[5]


def test_a_linear_model_is_the_derivative_along_what_has_moved():
    chosen = other(LINEAR_MODEL, DATA, 12)
    engine = Dense(chosen, 1)
    engine.advance(7)
    known = engine.known()
    w0, now, top = known[w.start], known[w], known[a]
    x = jnp.asarray(chosen.inputs)

    def outputs(v):
        return top @ jnp.maximum(v @ x.T, 0) / jnp.sqrt(12.0)

    u, change = jax.jvp(outputs, (jnp.asarray(w0),), (now - w0,))
    assert np.allclose(values((line,), known)[0], u + change, rtol=1e-12, atol=1e-14)


def test_the_flow_stands_beside_descent_and_small_steps_come_close():
    beside = replace(DESCENT, reference=FLOW)
    distance = norm(w - w.reference)
    far = run(beside, gap=distance, step=0.08, steps=10)
    near = run(beside, gap=distance, step=0.04, steps=20)
    at_far, at_near = series(far, "gap")[10], series(near, "gap")[20]
    assert 1.7 < at_far / at_near < 2.3
    assert errors(far, "gap")[10] < at_far / 20


def test_the_flow_beside_descent_is_the_flow():
    alone = run(FLOW, miss=norm(f - labels), size=norm(w), steps=10)
    beside = run(replace(DESCENT, reference=FLOW), miss=norm(f.reference - labels), steps=10)
    assert np.allclose(series(alone, "miss"), series(beside, "miss"), rtol=1e-12)


def test_other_steps_and_sums_along_the_run():
    slow = replace(LINEAR_MODEL, method=replace(LINEAR_MODEL.method, step=HALF * step_size))
    path = so_far("total", norm(w - w.reference))
    found = run(replace(DESCENT, reference=slow), path=path, gap=norm(w - w.reference), steps=6)
    gaps, sums = series(found, "gap"), series(found, "path")
    assert np.allclose(sums.to_numpy()[1:], np.cumsum(gaps)[:-1], rtol=1e-12)


def refused(setting, term):
    with pytest.raises(BadInput) as refusal:
        other(setting, DATA, 20, asked=term)
    return str(refusal.value)


def test_what_has_no_reference_run_cannot_speak_of_one():
    assert "nothing runs beside it" in refused(DESCENT, norm(w.reference))
    assert "there are the parameters" in refused(BESIDE, step_length.reference)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(LINEAR_MODEL, start={w: 2 * normal, a: signs}),
        replace(LINEAR_MODEL, data=()),
        BESIDE,
    ],
)
def test_a_reference_run_is_of_the_same_draw_and_data(wrong):
    with pytest.raises(BadInput, match="reference"):
        replace(DESCENT, reference=wrong)


def test_it_is_part_of_the_key_and_of_the_words():
    plain, beside = other(DESCENT, DATA, 20, x=norm(f)), other(BESIDE, DATA, 20, x=norm(f))
    flow = other(replace(DESCENT, reference=FLOW), DATA, 20, x=norm(f))
    assert len({p.key((0,), True) for p in (plain, beside, flow)}) == 3
    assert "; beside f = linearized(f, w, w(0)); train w; loss" in BESIDE.text
    assert line.reference.text.endswith("w(ref), w(0))")
    assert not other(BESIDE, DATA, 20, x=apart).wide
    assert gradient_flow.text in replace(DESCENT, reference=FLOW).text
    assert m in {q for number in BESIDE.numbers for q in number.free_symbols}
