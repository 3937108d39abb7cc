"""What a file of parts adds is used, kept in the key, and answered for by the file."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest
from sympy import sqrt

from sim import parts
from sim.data.sample import Sample
from sim.data.table import load
from sim.measuring.of_data import of_data
from sim.plan import Plan
from sim.run import simulate
from sim.setting.start import initial
from sim.sources import SOURCES
from tests.sim.parts_texts import CUBIC, ENCLOSED, OTHER
from tests.sim.settings import (
    DESCENT,
    HALF,
    a,
    f,
    m,
    other,
    plan,
    series,
    short_run,
    w,
    z,
)
from theorems.language import BadInput, Descent
from theorems.language.measurement import (
    Term,
    algorithm,
    deep,
    feed_forward,
    inputs,
    labels,
    norm,
    normal,
    points,
    rows,
    signs,
    step_size,
    total,
)


def cubic_network(file):
    out = 1 / sqrt(m) * (a @ file.cubic(z))
    loss = HALF * norm(out - labels) ** 2
    return replace(DESCENT, outputs=out, loss=loss)


def test_a_network_of_a_file_trains_as_numpy_does(registered):
    file = registered(CUBIC.format(power=3))
    p = other(cubic_network(file), load("sphere", 3), 20, 0.01, 15, big=file.biggest(w))
    frame = simulate(p, 0)
    from sim.setting.draws import draw

    x, y = p.inputs, p.data.labels
    weights, above_ = draw(DESCENT.laws, {"w": x.shape[1:], "a": ()}, 20, 0).values()
    for k in range(16):
        u = above_ @ (weights @ x.T) ** 3 / np.sqrt(20)
        assert series(frame, "loss").loc[k] == pytest.approx(((u - y) ** 2).sum() / 2, rel=1e-10)
        if k in series(frame, "big").index:
            assert series(frame, "big").loc[k] == pytest.approx(np.abs(weights).max(), rel=1e-12)
        slope = above_[:, None] * 3 * (weights @ x.T) ** 2 * (u - y) / np.sqrt(20)
        weights = weights - 0.01 * slope @ x


def test_what_a_file_encloses_is_certified_and_all_else_is_a_float(registered):
    file = registered(CUBIC.format(power=3) + ENCLOSED)
    data = load("sphere", 3)
    sample = Sample(data, ())
    bare, enclosed = (
        of_data(total(file.biggest(labels)) * 1, sample),
        of_data(file.sum_of(labels), sample),
    )
    assert not bare.certified
    assert enclosed.certified
    assert enclosed.low <= data.labels.sum() <= enclosed.high
    assert enclosed.high - enclosed.low < 1e-12
    twice = of_data(2 * file.sum_of(labels) + 1, sample)
    assert twice.certified
    assert twice.low <= 2 * data.labels.sum() + 1 <= twice.high


def test_a_changed_file_is_another_run_and_another_familys_is_not(registered):
    file = registered(CUBIC.format(power=3))
    other_file = registered(OTHER.format(power=3), "other_parts.py")
    p = other(cubic_network(file), load("sphere", 3), 20)
    asked = other(DESCENT, load("sphere", 3), 20, x=file.biggest(w))
    plain = plan()
    before = [q.key((0,), True) for q in (p, asked, plain)]
    other_file.path.write_text(OTHER.format(power=1))
    assert [q.key((0,), True) for q in (p, asked, plain)] == before
    file.path.write_text(CUBIC.format(power=1))
    after = [q.key((0,), True) for q in (p, asked, plain)]
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert after[2] == before[2]


def test_a_step_and_a_start_of_a_file_are_in_the_key_too(registered):
    file = registered(CUBIC.format(power=3))
    step = Descent(step=step_size / (1 + file.cubic(norm(labels))))
    stepped = other(replace(DESCENT, method=step), load("sphere", 3), 20)
    begun = other(replace(DESCENT, start={w: file.cubic(normal), a: signs}), load("sphere", 3), 20)
    before = [q.key((0,), True) for q in (stepped, begun)]
    assert len(simulate(stepped, 0)) > 0
    assert len(simulate(begun, 0)) > 0
    file.path.write_text(CUBIC.format(power=5))
    assert all(q.key((0,), True) != k for q, k in zip((stepped, begun), before))


def test_a_file_that_is_read_again_replaces_what_it_said(registered):
    old = registered(CUBIC.format(power=3))
    one = simulate(other(cubic_network(old), load("sphere", 3), 20, 0.01, 5), 0)
    new = registered(CUBIC.format(power=1))
    two = simulate(other(cubic_network(new), load("sphere", 3), 20, 0.01, 5), 0)
    assert not np.allclose(series(one, "loss"), series(two, "loss"))


@pytest.mark.parametrize(
    "name", ["relu", "total", "matmul", "gradient", "gram_margin", "hard_margin"]
)
@pytest.mark.parametrize("compiled", [True, False])
def test_a_name_that_is_taken_is_refused(name, compiled, registered):
    with pytest.raises(BadInput, match="taken"):
        parts.register(name, lambda z: z, compiled)


def test_an_operation_that_nobody_registered_is_one_line():
    strange = Term("test_unheard", (f,), (), f.axes)
    with pytest.raises(BadInput, match="test_unheard"):
        simulate(other(DESCENT, load("sphere", 3), 8, x=norm(strange)), 0)


def test_an_activation_from_outside_is_never_given_to_the_wide_engine(registered):
    file = registered(CUBIC.format(power=3))
    assert other(cubic_network(file), load("sphere", 3), 20).wide is None


# Promises and data --------------------------------------------------------------------------------------

PROMISE = 'promise("centred", centred, rows="as_given")\n'
CENTRED = """
import numpy as np

from sim.data.table import Data
from sim.parts import promise, recipe
from theorems.problem import BadInput


def centred(data):
    if abs(data.raw.mean(axis=0)).max() > 1e-12:
        raise BadInput(f"{data.name}: rows", "their mean", "this theorem needs rows of mean zero")


def crossed(samples):
    rows = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])[:samples]
    return Data("crossed", rows, np.ones(len(rows)))


promise("centred", centred, rows="as_given")
recipe("crossed", crossed)
"""


def test_a_file_of_parts_may_promise_and_bring_data(registered):
    registered(CENTRED)
    setting = replace(DESCENT, data=("centred",))
    p = other(setting, load("crossed", 4), 8, x=norm(rows))
    assert (p.sample.rows == load("crossed", 4).raw).all()
    assert len(series(simulate(p, 0), "loss")) == 41
    assert other(DESCENT, load("crossed", 4), 8, x=norm(rows)).key((0,), True) != p.key((0,), True)
    with pytest.raises(BadInput, match="rows of mean zero"):
        other(setting, load("crossed", 3), 8, x=norm(rows))


def test_rows_are_made_one_thing(registered):
    registered(CENTRED)
    for both in (
        ("centred", "unit_ball"),
        ("unit_inputs", "unit_ball"),
        ("as_given", "unit_inputs"),
    ):
        with pytest.raises(BadInput, match="one of these"):
            other(replace(DESCENT, data=both), load("crossed", 4), 8, x=norm(rows))
    plan(replace(DESCENT, data=("unit_inputs", "signs")), load("separable", 4))


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('"centred", centred', '"signs", centred', "taken by the simulator"),
        (PROMISE + 'recipe("crossed"', 'recipe("antipodal"', "taken by the simulator"),
        ('rows="as_given"', 'rows="unit"', "unit_ball"),
        ("samples):", "samples):  # another file", "taken in copied_parts.py"),
    ],
)
def test_names_of_others_are_refused(was, now, says, registered):
    registered(CENTRED)
    registered(CENTRED, "copied_parts.py")  # a copy says the same
    with pytest.raises(BadInput, match=says):
        registered(CENTRED.replace(was, now), "their_parts.py")


BROKEN = """
import numpy as np

from sim.data.table import Data
from sim.parts import promise, recipe, register
from theorems.language.measurement import algorithm, points


def check(data):
    {promise}


def make(samples):
    return {recipe}


def rule(y):
    {rule}


register("broken", rule, compiled={compiled}, enclosed=lambda y: sum(y * y))
promise("broken", check)
recipe("broken", make)
"""
FINE = {
    "promise": "pass",
    "recipe": "Data('b', np.eye(samples), np.ones(samples))",
    "rule": "return (y * y).sum()",
    "compiled": True,
}


def broken(registered, **what):
    registered(BROKEN.format(**{**FINE, **what}))


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"promise": "return False"}, "promise broken.*it returns nothing"),
        ({"promise": "assert data.samples > 99, 'too few'"}, "promise broken.*too few"),
        ({"promise": "1 / 0"}, "promise broken.*division by zero"),
        ({"promise": "raise BadInput('a', 'b')"}, "promise broken.*NameError"),
        ({"recipe": "None"}, "data broken.*NoneType.*makes a Data"),
        ({"recipe": "np.eye(3), np.ones(3)"}, "data broken.*tuple.*makes a Data"),
        ({"recipe": "Data('b', np.eye(4), np.ones(3))"}, "data broken.*a label for each row"),
        ({"recipe": "Data('b', np.eye(3), np.ones(3))"}, "data broken.*3 points.*asked for 4"),
        ({"recipe": "1 / 0"}, "data broken.*division by zero"),
        ({"rule": "return y[99, 99]"}, "operation broken"),
        ({"rule": "raise ValueError('no')", "compiled": False}, "operation broken.*no"),
        ({"rule": "return y"}, "broken.*its values have 1 axes"),
        ({"rule": "return y", "compiled": False}, "broken.*its values have 1 axes"),
        ({"rule": "return 2 * (y * y).sum()"}, "mine_parts.py.*its enclosure is"),
    ],
)
def test_what_a_file_of_parts_does_wrong_is_said_of_it_in_one_line(what, says, registered):
    broken(registered, **what)
    number = algorithm("broken", labels)

    def used():
        data = load("broken", 4)
        of_data(number, Sample(data, ("broken",)))
        short_run(replace(DESCENT, data=("broken",)), data, {"x": number * norm(f)})

    with pytest.raises(BadInput, match=says) as told:
        used()
    assert "\n" not in str(told.value).split("\n-----")[0]


UNIFORM = """
from jax.scipy.special import erf

from sim.parts import register

register("uniform", lambda g: erf(g / 2**0.5))
"""


@pytest.mark.parametrize("depth", [2, 3])
def test_a_law_of_the_start_is_an_operation_on_gaussians(depth, registered):
    """Of a matrix, and of each layer of a deep network."""
    registered(UNIFORM)
    law = algorithm("uniform", normal, signed=True)
    deep_w = deep("W")
    net = feed_forward(deep_w, "relu")
    settings = {
        2: replace(DESCENT, start={w: law, a: signs}),
        3: replace(DESCENT, outputs=net, trained=(deep_w,), start={deep_w: law}, loss=norm(net)),
    }
    plan = Plan(settings[depth], load("sphere", 4), 200, 0.1, 1, (0,), (), {m: 200}, depth)
    drawn = next(iter(initial(plan.setting, plan.sizes, plan.known, 0).values()))
    values = np.concatenate([np.ravel(layer) for layer in drawn])
    assert kstest(values, "uniform", (-1, 2)).pvalue > 1e-3
    assert (np.abs(values) <= 1).all()


SWAPPED = """
from sim.parts import register

register("swapped", lambda x: x.T, compiled={compiled})
"""


@pytest.mark.parametrize("compiled", [True, False])
def test_axes_of_swapped_lengths_are_one_line(compiled, registered):
    registered(SWAPPED.format(compiled=compiled))
    data = load("sphere", 4)
    turned = algorithm("swapped", rows, axes=(points, inputs))
    with pytest.raises(BadInput, match=r"swapped.*10 points where there are 4.*declares"):
        of_data(total(norm(turned + rows, inputs)), Sample(data, ("unit_inputs",)))
    square = load("sphere", 10)  # where nothing can tell
    of_data(total(norm(turned + rows, inputs)), Sample(square, ("unit_inputs",)))


def test_what_is_right_in_it_is_taken(registered):
    broken(registered)
    found = of_data(algorithm("broken", labels), Sample(load("broken", 4), ("broken",)))
    assert found.low <= 4 <= found.high
    assert found.certified


def test_what_is_no_function_is_no_part():
    with pytest.raises(BadInput, match="must be a function"):
        parts.register("nothing_at_all", 3)
    SOURCES.pop("nothing_at_all", None)


def test_a_promise_cannot_change_the_data(registered):
    broken(registered, promise="data.raw[:] = 7.0")
    data = load("broken", 4)
    short_run(replace(DESCENT, data=("broken",)), data, {"x": norm(f)})
    assert (data.raw == np.eye(4)).all()
