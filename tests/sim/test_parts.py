"""Every operation, ours or a file's of parts, in every kind of network: a finite number, or one line
that says where it does not apply.
"""

import numpy as np
import pytest
from scipy.optimize import minimize
from sympy import Rational

from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring import algorithms, arrays, evaluate
from sim.measuring.evaluate import NotKnown
from sim.measuring.of_data import of_data
from sim.measuring.values import values
from sim.run import simulate
from sim.sources import SOURCES
from tests.sim.parts_texts import CUBIC
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
    other,
    series,
    short_run,
    w,
)
from theorems import find
from theorems.language import BadInput
from theorems.language.measurement import (
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
    ones,
    outer,
    points,
    relu,
    right_vector,
    root,
    rows,
    sign,
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


CERTIFIED = {"hard_margin", "ntk_margin", "kernel_margin", "unlike_xor", "unlike_noisy_xor"}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_operation_is_a_number_or_one_line(network, registered):
    """Margins of the data are certified by themselves alone, and sums over steps are of descent."""
    file = registered(CUBIC.format(power=3))
    setting, data, out, params = NETWORKS[network]
    refused = CERTIFIED | ({"so_far"} if setting.method.flow else set())
    terms = operations(out, params[0], file)
    frame = short_run(setting, data, {n: t for n, t in terms.items() if n not in refused})
    for name in terms.keys() - refused:
        found = series(frame, name).to_numpy()
        assert len(found) >= 1, name
        assert np.isfinite(found).all() or name in SAY_NONE, (name, found)
    for name in sorted(refused):
        with pytest.raises((BadInput, NotKnown)) as told:
            short_run(setting, data, {name: terms[name]})
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
    catalogued = set(SOURCES)  # by files beside theorems that another test has loaded
    registered(CUBIC.format(power=3))
    tables = (arrays.ARRAYS, arrays.ONE, arrays.TWO, arrays.REDUCE, evaluate.WHOLE)
    every = {
        name for table in (*tables, algorithms.ALGORITHMS, algorithms.CERTIFIED) for name in table
    }
    assert every - catalogued <= {*NAMES, "number"}


@pytest.mark.parametrize("shape", [(2, 5), (5, 2), (1, 4), (3, 3)])
def test_singular_values_are_raised_to_a_power(shape):
    find("arora2018")
    some = np.random.default_rng(3).normal(size=shape)
    first, other = (arrays.ARRAYS[x](some, 1 / 3) for x in ("singular_power", "left_power"))
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
    duals = rule(alpha, known, values)
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
    limit = after(term, {**known, alpha: duals, w.start: start}, values)
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
