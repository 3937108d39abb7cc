"""Every operation, ours or a file's of parts, in every kind of network: a finite number, or one line
that says where it does not apply; and the key of a run covers the files that it uses.
"""

import importlib.util
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize
from sympy import Rational, sqrt

from sim import parts
from sim.data.promises import PROMISES
from sim.data.sample import ROWS, Sample
from sim.data.table import RECIPES, Data, load
from sim.measuring import algorithms, balls, evaluate
from sim.measuring.evaluate import NotKnown
from sim.measuring.of_data import of_data
from sim.run import simulate
from tests.sim.settings import (
    BOTH_LAYERS,
    DEEP_RELU,
    DESCENT,
    HALF,
    IMPLICIT,
    LINEAR,
    STUDENTS,
    A,
    V,
    W,
    a,
    above_phi,
    above_z,
    deep_relu,
    f,
    implicit,
    linear,
    m,
    other,
    plan,
    series,
    w,
    z,
)
from theorems import find
from theorems.language import BadInput, Descent
from theorems.language.measurement import (
    Term,
    above,
    absolute,
    algorithm,
    arccosine,
    argument,
    below,
    chain,
    cosine_of,
    cosines,
    differ,
    equilibrium,
    exponential,
    feature_gram,
    feed_forward,
    first,
    gradient,
    greatest_eigenvalue,
    identity,
    indicator,
    inputs,
    labels,
    larger,
    last,
    layers,
    least,
    least_eigenvalue,
    least_fixed_point,
    least_singular_value,
    left_vector,
    limiting_gram,
    line_angles,
    linearized,
    logarithm,
    mean,
    mean_absolute_product,
    most,
    neurons,
    norm,
    normal,
    ones,
    outer,
    points,
    relu,
    right_vector,
    root,
    rows,
    sign,
    signs,
    size,
    smaller,
    so_far,
    softplus,
    solve,
    spectral,
    step_length,
    step_size,
    tangent_kernel,
    tanh,
    total,
)

CUBIC = """
import jax.numpy as jnp
import numpy as np

from sim.parts import register
from theorems.language.measurement import Term, algorithm

POWER = {power}


def _power(z):
    return z**POWER


def cubic(term):
    return Term("test_cubic", (term,), (), term.axes)


def biggest(term):
    return algorithm("test_biggest", term)


def _biggest(a):
    return float(np.abs(a).max())


register("test_cubic", _power)
register("test_biggest", _biggest, compiled=False)
"""
ENCLOSED = """

def sum_of(term):
    return algorithm("test_sum", term, signed=True)


register("test_sum", np.sum, compiled=False, enclosed=lambda v: sum(v))
"""
OTHER = CUBIC.replace("test_", "other_")


@pytest.fixture
def registered(tmp_path):
    """registered(text) -> the module of a file of parts with this text; all forgotten after."""

    def load_file(text, name="mine_parts.py"):
        path = tmp_path / name
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return SimpleNamespace(path=path, **vars(module))

    tables = (evaluate.ARRAYS, algorithms.ALGORITHMS, parts.SOURCES, balls.WHOLE)
    tables += (parts.PROMISED, parts.MADE, PROMISES, ROWS, RECIPES)
    kept = [(t, dict(t)) for t in tables]
    yield load_file
    for table, before in kept:
        table.clear()
        table.update(before)
    evaluate._compiled.cache_clear()


# Every operation in every network ---------------------------------------------------------------------

NETWORKS = {
    "two layers": (DESCENT, load("sphere", 4), f, (w,)),
    "both layers": (BOTH_LAYERS, load("sphere", 4), f, (w, a)),
    "deep linear": (LINEAR, load("separable", 5), linear, (W,)),
    "deep ReLU": (DEEP_RELU, load("sphere", 4), deep_relu, (W,)),
    "implicit": (IMPLICIT, load("sphere", 3), implicit, (A, V, above_z, above_phi)),
    "students": (STUDENTS, load("teacher", 3), rows @ total(w, neurons), (w,)),
}


def _size(term):
    return root(total(norm(term) ** 2, layers)) if term.axes[:1] == (layers,) else norm(term)


def operations(out, p, file=None):
    """A number by every operation, of outputs (points,) and a parameter."""
    matrix = p if len(p.axes) == 2 else first(p) if p.axes[:1] == (layers,) else outer(p, out)
    square = matrix.T @ matrix
    z = rows @ rows.T * outer(out, out)
    positive = absolute(out) + Rational(1, 2)
    other = {
        "add": norm(out + labels), "subtract": norm(out - labels), "multiply": total(out * labels),
        "divide": mean(labels / positive), "power": total(positive**HALF),
        "at_least": total(out >= labels), "exceeds": total(out > 0), "differ": mean(differ(out, 0)),
        "smaller": total(smaller(out, 0)), "larger": total(larger(out, 0)),
        "abs": most(absolute(out)), "exp": total(exponential(-labels * out)),
        "sqrt": total(root(positive)), "relu": total(relu(out)), "softplus": total(softplus(out)),
        "log": logarithm(total(exponential(-labels * out))), "tanh": total(tanh(out)),
        "sign": total(sign(out)), "cos": total(cosine_of(out)), "arccos": most(arccosine(tanh(out))),
        "total": total(out), "mean": mean(out), "most": most(out), "least": least(out),
        "norm": norm(out), "matmul": out @ labels, "transpose": norm(matrix.T),
        "outer": norm(outer(out, labels)), "solve": norm(solve(square + identity(square.axes[0]), matrix.T)),
        "spectral": spectral(matrix),
        "least_singular_value": least_singular_value(matrix),
        "least_eigenvalue": least_eigenvalue(square),
        "greatest_eigenvalue": greatest_eigenvalue(square), "left_vector": norm(left_vector(matrix)),
        "right_vector": norm(right_vector(matrix)), "line_angles": most(line_angles(rows, rows)) + norm(out),
        "limiting_gram": spectral(limiting_gram(rows)) * norm(out),
        "feature_gram": norm(out @ feature_gram(rows)), "cosines": norm(out @ cosines(rows)),
        "mean_absolute_product": total(mean_absolute_product(rows, rows)) * norm(out),
        "equilibrium": norm(equilibrium(z / (1 + 4 * norm(z)), 1, outer(out, ones(inputs)))),
        "gradient": _size(gradient(norm(out - labels) ** 2, p)),
        "tangent_kernel": total(tangent_kernel(out, p)),
        "linearized": norm(linearized(out, p)), "indicator": total(indicator(sign(out), inputs)),
        "so_far": so_far("total", norm(out)), "least_fixed_point": least_fixed_point(
            norm(out.start) + argument / 2),
        "gram_margin": algorithm("gram_margin", tangent_kernel(out, p), labels),
        "hard_direction": norm(algorithm("hard_direction", rows, labels, axes=(inputs,), signed=True)) * norm(out),
        "near_angle": algorithm("near_angle", rows, rows) * norm(out), "mismatch": algorithm("mismatch", rows, rows) * norm(out),
        "to_extremal": algorithm("to_extremal", rows, out, rows, labels),
        "fit_distance": algorithm("fit_distance", out.start, p.start, labels, Rational(1, 10)),
        "linear_distance": algorithm("linear_distance", out.start, p.start, labels, Rational(1, 10)),
        "linear_fit": algorithm("linear_fit", out.start, p.start, labels, Rational(1, 10)),
        "step_length": step_length * norm(out), "step_size": step_size * norm(out),
        "size": size(inputs) * norm(out), "identity": norm(identity(points) @ out),
        "by layers": most(norm(p), layers) if p.axes[:1] == (layers,) else norm(p - p.start),
    }  # fmt: skip
    names = ("hard_margin", "ntk_margin", "kernel_margin", "unlike_xor", "unlike_noisy_xor")
    other |= {name: algorithm(name, rows, labels) * norm(out) for name in names}
    if p.axes[:1] == (layers,):
        other |= {
            "below": total(norm(below(p)), layers),
            "above": most(spectral(above(p)), layers),
            "first": norm(first(p)),
            "last": norm(last(p)),
            "chain": norm(chain(p)),
            "feed_forward": norm(feed_forward(p, "tanh")),
        }
    if file is not None:
        other |= {"test_cubic": total(file.cubic(out)), "test_biggest": file.biggest(matrix)}
    return other


NAMES = sorted({*operations(f, w), *operations(linear, W), "test_cubic", "test_biggest"})
# where an operation has no meaning there, or its algorithm says NaN or infinity for "none"
SAY_NONE = {"to_extremal", "least_fixed_point", "fit_distance", "linear_distance", "linear_fit"}


def measured(setting, data, terms, width=8):
    """The frame of a short run that measures these terms."""
    asked = {name: setting.resolved(term) for name, term in terms.items()}
    return simulate(other(setting, data, width, 0.01, 2, **asked), 0)


CERTIFIED = {"hard_margin", "ntk_margin", "kernel_margin", "unlike_xor", "unlike_noisy_xor"}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_operation_is_a_number_or_one_line(network, registered):
    """Margins of the data are certified by themselves alone, and sums over steps are of descent."""
    file = registered(CUBIC.format(power=3))
    setting, data, out, params = NETWORKS[network]
    refused = CERTIFIED | ({"so_far"} if setting.method.flow else set())
    terms = operations(out, params[0], file)
    frame = measured(setting, data, {n: t for n, t in terms.items() if n not in refused})
    for name in terms.keys() - refused:
        found = series(frame, name).to_numpy()
        assert len(found) >= 1, name
        assert np.isfinite(found).all() or name in SAY_NONE, (name, found)
    for name in sorted(refused):
        with pytest.raises((BadInput, NotKnown)) as told:
            measured(setting, data, {name: terms[name]})
        assert "\n" not in str(told.value)
        assert str(told.value)


def test_the_wide_engine_measures_what_it_takes_and_leaves_all_else(registered, monkeypatch):
    from sim.engines import choice

    monkeypatch.setattr(choice, "SMALL", 100)
    monkeypatch.setattr(choice, "FEW", 10.0)
    data, taken = load("sphere", 4), {}
    for name, term in operations(f, w, registered(CUBIC.format(power=3))).items():
        if other(DESCENT, data, 8, x=DESCENT.resolved(term)).wide is not None:
            taken[name] = term
    left = {"gradient", "so_far", "spectral", "step_length", "hard_direction"}
    assert not left & taken.keys()
    assert {"add", "outer", "tanh", "least_fixed_point", "test_cubic"} <= taken.keys()
    taken = {n: t for n, t in taken.items() if n not in CERTIFIED}
    p = other(DESCENT, data, 20_000, 0.01, 2, **taken)
    assert choice.choose(p).name == "streamed"
    frame = simulate(p, 0)
    assert set(taken) <= set(frame["observable"])
    for name in taken:
        assert np.isfinite(series(frame, name)).all() or name in SAY_NONE, name


def test_no_operation_is_left_out_of_the_conformance(registered):
    catalogued = set(parts.SOURCES)  # by files beside theorems that another test has loaded
    registered(CUBIC.format(power=3))
    tables = (evaluate.ARRAYS, evaluate.ONE, evaluate.TWO, evaluate.REDUCE, evaluate.WHOLE)
    every = {
        name for table in (*tables, algorithms.ALGORITHMS, algorithms.CERTIFIED) for name in table
    }
    assert every - catalogued <= {*NAMES, "number"}


@pytest.mark.parametrize("shape", [(2, 5), (5, 2), (1, 4), (3, 3)])
def test_singular_values_are_raised_to_a_power(shape):
    find("arora2018")
    some = np.random.default_rng(3).normal(size=shape)
    first, other = (evaluate.ARRAYS[x](some, 1 / 3) for x in ("singular_power", "left_power"))
    np.testing.assert_allclose(other @ other @ first, some, atol=1e-12)
    np.testing.assert_allclose(first @ first.T, other @ other, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_the_duals_of_the_hard_margin_are_enclosed_and_give_the_limit_of_the_rest(seed):
    """Against their definitions; and Karush, Kuhn and Tucker once more, by another solver."""
    find("soudry2018")
    draw = np.random.default_rng(seed)
    n, d = draw.integers(2, 9), draw.integers(2, 5)
    y, z = draw.choice([-1.0, 1.0], n), draw.uniform(0.1, 1, (n, d)) + draw.normal(size=(n, d)) / 9
    data = Data("drawn", y[:, None] * z, y)
    sample = Sample(data, ("unit_ball", "separable"))
    alpha = algorithm("hard_dual", rows, labels, axes=(points,))
    w_hat = (labels * alpha) @ rows
    least_dual = of_data(least(alpha + labels * (rows @ w_hat) - 1), sample)
    assert least_dual.certified
    assert least_dual.low > 0
    rule, after = (algorithms.ALGORITHMS[x] for x in ("hard_dual", "residual_limit"))
    known = {rows: sample.rows, labels: y}
    duals = rule(alpha, known)
    z, on = y[:, None] * sample.rows, duals > 0
    shortest = minimize(
        lambda w: w @ w / 2, z.sum(0), jac=lambda w: w, method="SLSQP", tol=1e-14,
        constraints={"type": "ineq", "fun": lambda w: z @ w - 1, "jac": lambda w: z},
    ).x  # fmt: skip
    np.testing.assert_allclose(duals @ z, shortest, atol=1e-6)
    norm_squared = of_data(total(w_hat * w_hat), sample)
    assert norm_squared.low <= duals.sum() * (1 + 1e-9)
    assert norm_squared.high >= duals.sum() * (1 - 1e-9)
    lacks = of_data(algorithm("unspanned", rows, alpha), sample)
    assert lacks.low == lacks.high == np.linalg.matrix_rank(z) - on.sum()
    start, eta = draw.normal(size=d), 0.3
    term = algorithm("residual_limit", rows, labels, alpha, w.start, Rational(3, 10), axes=(inputs,), signed=True)  # fmt: skip
    limit = after(term, {**known, alpha: duals, w.start: start})
    np.testing.assert_allclose(eta * np.exp(-z[on] @ limit), duals[on], rtol=1e-8)
    span = np.linalg.pinv(z[on]) @ z[on]
    np.testing.assert_allclose(limit - start, span @ (limit - start), atol=1e-9)


def test_the_duals_of_dependent_support_vectors_and_of_those_without_pull_are_not_enclosed():
    find("soudry2018")
    alpha = algorithm("hard_dual", rows, labels, axes=(points,))
    for given in ([[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [1.0, 1.0]]):
        sample = Sample(Data("drawn", np.array(given) / 2, np.ones(2)), ("unit_ball",))
        strict = alpha + labels * (rows @ ((labels * alpha) @ rows)) - 1
        found = of_data(least(strict), sample)
        assert not (found.certified and found.low > 0)


# Files of parts ------------------------------------------------------------------------------------------


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
        measured(replace(DESCENT, data=("broken",)), data, {"x": number * norm(f)})

    with pytest.raises(BadInput, match=says) as told:
        used()
    assert "\n" not in str(told.value).split("\n-----")[0]


def test_what_is_right_in_it_is_taken(registered):
    broken(registered)
    found = of_data(algorithm("broken", labels), Sample(load("broken", 4), ("broken",)))
    assert found.low <= 4 <= found.high
    assert found.certified


def test_what_is_no_function_is_no_part():
    with pytest.raises(BadInput, match="must be a function"):
        parts.register("nothing_at_all", 3)
    parts.SOURCES.pop("nothing_at_all", None)


def test_a_promise_cannot_change_the_data(registered):
    broken(registered, promise="data.raw[:] = 7.0")
    data = load("broken", 4)
    measured(replace(DESCENT, data=("broken",)), data, {"x": norm(f)})
    assert (data.raw == np.eye(4)).all()
