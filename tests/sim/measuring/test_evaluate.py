"""A second opinion: terms evaluated by the simulator against NumPy, operation by operation."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, sqrt

from sim.measuring import algorithms, arrays, evaluate
from sim.measuring.evaluate import NotKnown
from sim.measuring.values import values
from sim.setting import blocks
from sim.sources import SOURCES
from tests.sim.measuring.random_terms import ANY, terms
from tests.sim.measuring.second_opinion import A, W, a, c, close, known, m, q, w
from theorems.language import BadInput, term
from theorems.language import measurement as words
from theorems.language.measurement import (
    Axis,
    Term,
    argument,
    gradient,
    identity,
    inputs,
    labels,
    layers,
    neurons,
    norm,
    parameter,
    points,
    relu,
    rows,
    size,
    step_size,
    units,
)


@settings(max_examples=60)
@given(st.data(), st.integers(0, 10**6))
def test_random_terms_are_what_numpy_says(data, seed):
    axes = data.draw(ANY)
    term = data.draw(terms(axes))
    assert term.axes == axes
    close(term, known(seed), 1e-8)


@settings(max_examples=25)
@given(st.data(), st.integers(0, 10**6))
def test_the_start_of_a_term_is_the_term_of_the_start(data, seed):
    term, have = data.draw(terms((), 2)), known(seed)
    moved = {
        t: have[t.start] if t.operation == "parameter" and t.moment == "now" else v
        for t, v in have.items()
    }
    (one,), (two,) = values((term.start,), have), values((term,), moved)
    assert float(one) == pytest.approx(float(two), rel=1e-10, abs=1e-10)


@settings(max_examples=30)
@given(st.data())
def test_terms_survive_pickling_and_are_equal_when_they_say_the_same(data):
    import pickle

    term = data.draw(terms((points,)))
    again = pickle.loads(pickle.dumps(term))
    assert again == term
    assert hash(again) == hash(term)
    assert again.replaced({}) == term
    assert (again + 1) != term
    assert len({term, again, term.T if len(term.axes) == 2 else term}) == 1


# Every operation by name -----------------------------------------------------------------------------

z = w @ rows.T
small = equilibrium = words.equilibrium(A, Rational(1, 20), relu(z))
D = words.below(W) @ words.below(W).T - words.above(W).T @ words.above(W)
EXAMPLES = {
    "abs": words.absolute(rows),
    "exp": words.exponential(labels),
    "log": words.logarithm(words.absolute(labels)),
    "log of layers": words.logarithm(norm(W)),
    "sqrt": words.root(words.absolute(w)),
    "relu": relu(z),
    "softplus": words.softplus(z),
    "tanh": words.tanh(z),
    "sign": words.sign(z),
    "cos": words.cosine_of(z),
    "arccos": words.arccosine(words.cosines(rows) / 2),
    "add": rows + c,
    "subtract": z - a,
    "multiply": rows.T * labels,
    "divide": labels / (1 + labels**2),
    "power": words.absolute(a) ** Rational(3, 2),
    "at_least": z >= z.start,
    "exceeds": z > argument,
    "differ": words.differ(z >= 0, (z >= 0).start),
    "smaller": words.smaller(z, z.start),
    "larger": words.larger(labels, 0),
    "total": words.total(z, neurons),
    "mean": words.mean(z, points),
    "most": words.most(z),
    "least": words.least(z, points),
    "norm": norm(w, inputs),
    "norm of nothing": norm(0 * labels),
    "matmul": a @ z,
    "transpose": z.T,
    "outer": words.outer(a, labels),
    "solve": words.solve(rows @ rows.T + identity(points), z.T @ a),
    "solve for a matrix": words.solve(rows @ rows.T + identity(points), z.T),
    "spectral": words.spectral(z),
    "least_singular_value": words.least_singular_value(rows),
    "least_eigenvalue": words.least_eigenvalue(rows.T @ rows - identity(inputs)),
    "greatest_eigenvalue": words.greatest_eigenvalue(A + A.T),
    "left_vector": words.left_vector(A),
    "right_vector": words.right_vector(w),
    "limiting_gram": words.limiting_gram(rows),
    "feature_gram": words.feature_gram(rows),
    "cosines": words.cosines(rows),
    "mean_absolute_product": words.mean_absolute_product(w, rows),
    "line_angles": words.line_angles(w, rows),
    "equilibrium": small,
    "cosine": words.cosine(w, w.start, inputs),
    "projected": words.projected(w, w.start),
    "stable_rank": words.stable_rank(w),
    "inner": words.inner(w, w.start, neurons),
    "below": words.below(W),
    "above": words.above(norm(W)),
    "first": rows @ words.first(W).T,
    "last": words.last(W),
    "chain": words.chain(W / norm(W)),
    "feed_forward": words.feed_forward(W, "relu"),
    "tanh layers": words.feed_forward(W.start, "tanh"),
    "linear layers": words.feed_forward(W, "linear"),
    "layers": W / norm(W) - words.outer(words.left_vector(W), words.right_vector(W)) * 0,
    "layers one by one": words.spectral(W) ** 2 - norm(W - W.start),
    "most layer": words.most(norm(W) ** 2, layers) - words.last(norm(W) ** 2),
    "all layers": words.total(norm(W)),
    "mean of layers": words.mean(words.absolute(W)),
    "balance": words.root(words.total(norm(D) ** 2, layers)),
    "transposed layers": W.T,
    "numbers before layers": 2 - step_size * (1 / (1 + norm(W))),
    "a matrix beside layers": A @ A.T * 2 + 0 * words.total(words.total(norm(W), layers)),
    "number": words.lifted(2 * q / sqrt(m)) * labels,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_operation_is_what_numpy_says(name):
    for seed in range(3):
        close(EXAMPLES[name], known(seed))


def test_no_operation_is_left_out():
    there = {t.operation for e in EXAMPLES.values() for t in e.all_terms()}
    every = {*arrays.ONE, *arrays.TWO, *arrays.REDUCE, *arrays.ARRAYS, *evaluate.WHOLE}
    elsewhere = {"gradient", "tangent_kernel"}  # below, against finite differences
    elsewhere |= {"linearized", "indicator"}  # in tests of the engines, against NumPy
    elsewhere |= SOURCES.keys()  # of files of parts, in test_parts.py
    assert every - there - elsewhere == set()
    said = {*words.ENTRYWISE, *term.ELEMENTWISE}
    assert said <= every | algorithms.NAMES


def test_rules_are_alone_with_what_they_say():
    """A norm has no slope at nothing; a matrix with a number that is none has no eigenvalue."""
    zero = {**known(0), w: np.zeros((4, 2))}
    (slope,) = values((gradient(words.total(norm(w, inputs)), w),), zero)
    assert np.array_equal(slope, np.zeros((4, 2)))
    for bad in (np.nan, np.inf, -np.inf):
        broken = {**known(0), A: np.full((4, 4), bad)}
        for rule in ("spectral", "least_singular_value", "least_eigenvalue", "greatest_eigenvalue"):
            assert np.isnan(values((getattr(words, rule)(A),), broken)[0])
    with pytest.raises(BadInput, match="no rule"):
        values((Term("unheard_of", (labels,), (), (points,)),), known(0))


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3)])
def test_the_spectral_norm_is_the_largest_singular_value_of_any_shape(shape):
    some = np.random.default_rng(0).standard_normal(shape)
    (found,) = values((words.spectral(w),), {w: some})
    assert float(found) == pytest.approx(np.linalg.norm(some, 2), rel=1e-14)
    assert values((words.spectral(w),), {w: 0 * some})[0] == 0


# More neurons than are handled at once --------------------------------------------------------------

WIDE = {
    "total": words.total(words.mean_absolute_product(w, rows), neurons),
    "mean": words.mean(relu(z) - z.start, neurons),
    "mean of numbers": words.mean(a * a.start, neurons) * labels,
    "product": a @ relu(z),
    "of a matrix": words.tanh(z).T @ (w - w.start),
    "over points": words.total(z, points),
    "over all": words.total(relu(z)),
    "in other order": words.total(relu(z).T, neurons),
    "without neurons": words.total(rows, points),
    "loss": norm(a @ relu(z) / size(points) - labels) ** 2,
    "variance": words.total((a - words.mean(a, neurons)) ** 2, neurons),
    "weighed by all": words.total(z * (a @ z), neurons),
    "steep neurons": words.total(
        norm(gradient(norm(a @ relu(z) - labels) ** 2, w), inputs), neurons
    ),
}


@pytest.mark.parametrize("block", [1, 3, 4])  # of four neurons
@pytest.mark.parametrize("name", WIDE)
def test_a_sum_over_neurons_in_blocks_is_the_sum(name, block, monkeypatch):
    term, have = WIDE[name], known(5)
    wanted = evaluate.Evaluation(have)(term)
    used = []

    def over_neurons(f, *arrays, block):
        used.append(len(arrays[0]))
        return blocks.over_neurons(f, *arrays, block=block)

    monkeypatch.setattr(evaluate, "BLOCK", block)
    monkeypatch.setattr(evaluate, "over_neurons", over_neurons)
    found = evaluate.Evaluation(have)(term)
    assert np.asarray(found) == pytest.approx(np.asarray(wanted), rel=1e-12, abs=1e-13)
    alone = name in ("over points", "over all", "without neurons")  # no axis of neurons is summed
    assert bool(used) == (block < 4 and not alone)


def test_a_known_array_whose_neurons_come_second_is_not_cut(monkeypatch):
    monkeypatch.setattr(evaluate, "BLOCK", 1)
    monkeypatch.setattr(evaluate, "over_neurons", None)
    preactivations = np.arange(12.0).reshape(3, 4)
    found = evaluate.Evaluation({z.T: preactivations})(words.total(z.T, neurons))
    assert np.array_equal(found, preactivations.sum(axis=1))


# What is known ----------------------------------------------------------------------------------------


def test_what_is_known_is_not_looked_into():
    have = {z: np.full((4, 3), 2.0), norm(labels): 7.0}
    assert values((words.total(z), norm(labels) + 1), have) == [24.0, 8.0]
    have |= {words.mean(z): lambda r: 10 * r, argument: 0.5}
    assert values((words.mean(z) + argument,), have) == [5.5]
    del have[argument]
    assert values((words.mean(z),), have) == [2.0]  # without it, from what it is of


def test_one_layer_by_itself_is_a_matrix():
    """As in the law of its start."""
    some = np.random.default_rng(0).standard_normal((3, 4))
    (unit, size_) = values((2 * W / norm(W) - W.T.T, norm(W) + 1), {W: some})
    length = np.sqrt((some**2).sum())
    assert np.asarray(unit) == pytest.approx(2 * some / length - some)
    assert float(size_) == pytest.approx(length + 1)


@pytest.mark.parametrize(
    "term",
    [
        gradient(norm(z), w),
        words.tangent_kernel(a @ words.tanh(z), w),
        words.lifted(q) * 2,
        norm(w),
    ],
    ids=str,
)
def test_what_is_missing_is_named(term):
    have = {t: v for t, v in known(0).items() if t not in (w, Term("letter", (), (q,)))}
    with pytest.raises(NotKnown) as found:
        values((term,), {**have, z: np.ones((4, 3)), words.tanh(z): np.ones((4, 3))})
    assert found.value.args[0] in (w, q)


# Gradients and kernels -----------------------------------------------------------------------------

SMOOTH = {
    "squares": (norm(words.tanh(z).T @ a - labels) ** 2, w),
    "logistic": (words.total(words.softplus(-labels * (a @ relu(z)))), w),
    "above": (words.mean(words.exponential(-labels * (a @ words.tanh(z)))), a),
    "layers": (norm(words.feed_forward(W, "tanh") - labels) ** 2, W),
    "product": (words.total(words.softplus(-labels * (rows @ words.chain(W)))), W),
    "lengths": (words.total(words.mean_absolute_product(w, rows)), w),
    "angles": (words.total(words.line_angles(w, rows) ** 2), w),
    "spectral": (words.spectral(w), w),
    "logarithm": (words.logarithm(words.total(words.exponential(-labels * (a @ z)))), w),
    "state": (norm(words.equilibrium(A, Rational(1, 20), relu(z))) ** 2, A),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_are_those_of_finite_differences(name):
    scalar, of = SMOOTH[name]
    have, g = known(1), np.random.default_rng(2)
    (slope,) = values((gradient(scalar, of),), have)
    way = jax.tree.map(lambda v: g.standard_normal(np.shape(v)), have[of])

    def at(h):
        moved = jax.tree.map(lambda v, d: v + h * d, have[of], way)
        return float(values((scalar,), {**have, of: moved})[0])

    wanted = (8 * (at(1e-4) - at(-1e-4)) - (at(2e-4) - at(-2e-4))) / 12e-4
    seen = sum(jnp.sum(s * d) for s, d in zip(jax.tree.leaves(slope), jax.tree.leaves(way)))
    assert float(seen) == pytest.approx(wanted, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("moved", [(w,), (a,), (w, a)], ids=["below", "above", "both"])
@pytest.mark.parametrize("scale", [1, Rational(-1, 3), 1 / sqrt(m)])
def test_the_kernel_written_out_is_the_one_column_by_column(moved, scale):
    from sim.setting.shape import kernel_term

    f = scale * (a @ relu(z))
    hidden = f + 0 * words.total(labels)  # the same outputs, in a form that is not recognized
    assert kernel_term(f, moved) is not None
    assert kernel_term(hidden, moved) is None
    have = known(3)
    one, two = values((words.tangent_kernel(f, *moved), words.tangent_kernel(hidden, *moved)), have)
    assert np.asarray(one) == pytest.approx(np.asarray(two), rel=1e-12, abs=1e-13)
    rows_of = []
    for i in range(3):
        slopes = values(
            [gradient(words.total(identity(points) @ f * _unit(i)), p) for p in moved],
            {**have, _unit(i): np.eye(3)[i]},
        )
        rows_of.append(np.concatenate([np.ravel(s) for s in slopes]))
    jacobian = np.array(rows_of)
    assert np.asarray(one) == pytest.approx(jacobian @ jacobian.T, rel=1e-12, abs=1e-13)


def test_the_kernel_written_out_needs_no_column_by_column():
    have = {rows: known(3)[rows], a: known(3)[a]}

    def loops(f):
        def kernel(p):
            return evaluate.Evaluation({**have, w: p})(words.tangent_kernel(f, w))

        return str(jax.make_jaxpr(kernel)(known(3)[w])).count("scan")

    assert loops(a @ relu(z)) == 0
    assert loops(a @ words.softplus(z)) == 1


def _unit(i):
    return parameter(f"e{i}", points)


def test_the_kernel_of_layers_is_that_of_the_jacobian():
    f, have = words.feed_forward(W, "relu"), known(4)
    (found,) = values((words.tangent_kernel(f, W),), have)
    jacobian = []
    for i in range(3):
        row = values((gradient(words.total(f * _unit(i)), W),), {**have, _unit(i): np.eye(3)[i]})
        jacobian.append(np.concatenate([np.ravel(s) for s in row[0]]))
    assert np.asarray(found) == pytest.approx(np.array(jacobian) @ np.array(jacobian).T, rel=1e-12)


# Logarithms ------------------------------------------------------------------------------------------

LOGS = {
    "sum": words.logarithm(words.total(words.exponential(-1000 * labels**2))),
    "scaled": words.logarithm(Rational(1, 3) * words.total(words.exponential(-1000 * labels**2))),
    "divided": words.logarithm(words.total(words.exponential(-1000 * labels**2)) / size(points)),
    "logistic": words.logarithm(words.total(words.softplus(-1000 * labels**2))),
    "mean logistic": words.logarithm(words.mean(words.softplus(-1000 * labels**2))),
    "mean": words.logarithm(words.mean(words.exponential(-1000 * labels**2))),
    "one": words.logarithm(words.exponential(-1000 * step_size)),
    "moderate": words.logarithm(words.total(words.softplus(labels))),
}


@pytest.mark.parametrize("name", LOGS)
def test_the_logarithm_of_a_sum_of_exponentials_does_not_underflow(name):
    y = [2.0, -1.5, 3.0]
    have = {**known(0), labels: np.array(y), step_size: 2.0}

    def high(t):
        op, args = t.operation, [high(o) for o in t.operands]
        if op == "labels":
            return [mpmath.mpf(v) for v in y]
        if op == "number":
            return mpmath.mpf(t.options[0].p) / t.options[0].q
        if op in ("step_size", "size"):
            return mpmath.mpf(have[t])
        if op in ("total", "mean"):
            return mpmath.fsum(args[0]) / (len(args[0]) if op == "mean" else 1)
        rule = {
            "exp": mpmath.exp,
            "log": mpmath.log,
            "softplus": lambda v: mpmath.log1p(mpmath.exp(v)),
            "multiply": lambda u, v: u * v,
            "divide": lambda u, v: u / v,
            "power": lambda u, v: u**v,
        }[op]
        many = [v for v in args if isinstance(v, list)]
        if not many:
            return rule(*args)
        return [rule(*(v[i] if isinstance(v, list) else v for v in args)) for i in range(3)]

    with mpmath.workdps(60):
        wanted = high(LOGS[name])
    (found,) = values((LOGS[name],), have)
    assert float(found) == pytest.approx(float(wanted), rel=1e-13)
    alone = evaluate.Evaluation(have)(LOGS[name])  # where no compiler simplifies log(exp(x))
    assert float(alone) == pytest.approx(float(wanted), rel=1e-13)


# What is no term ---------------------------------------------------------------------------------------

WRONG = {
    "names differ": lambda: rows + w,
    "a vector beside a square": lambda: words.limiting_gram(rows) * labels,
    "middle axes": lambda: w @ rows,
    "a number in a product": lambda: labels @ step_size,
    "no axis to sum": lambda: words.total(labels, neurons),
    "twice the axis": lambda: words.total(A, neurons),
    "ragged layers": lambda: words.most(W, units),
    "norm of a vector's matrix": lambda: words.spectral(labels),
    "transpose of a vector": lambda: labels.T,
    "outer of matrices": lambda: words.outer(rows, labels),
    "gradient of many": lambda: gradient(z, w),
    "gradient in data": lambda: gradient(norm(z), rows),
    "kernel of a number": lambda: words.tangent_kernel(norm(z), w),
    "chain of neurons": lambda: words.chain(w),
    "below a matrix": lambda: words.below(w),
    "activation": lambda: words.feed_forward(W, "sine"),
    "angles of other rows": lambda: words.line_angles(w, A),
    "a fold of many": lambda: words.so_far("total", labels),
    "a fold unheard of": lambda: words.so_far("median", norm(labels)),
    "truth": lambda: bool(labels >= 0),
    "a word": lambda: labels + "x",
    "nothing": lambda: labels * None,
    "a parameter's name": lambda: parameter("w 1", neurons),
    "numbers of unlike axes in a power": lambda: labels**w,
    "equilibrium": lambda: words.equilibrium(w, Rational(1, 2), z),
    "equilibrium of other rows": lambda: words.equilibrium(A, Rational(1, 2), rows),
    "products of other rows": lambda: words.mean_absolute_product(w, A),
    "a kernel of labels": lambda: words.limiting_gram(labels),
    "features of labels": lambda: words.feature_gram(labels),
    "law": lambda: words.by_layer(labels, 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_axes_that_do_not_fit_are_one_line_when_the_term_is_built(name):
    with pytest.raises(BadInput) as found:
        WRONG[name]()
    assert "\n" not in str(found.value)


def test_a_leaf_that_nobody_supplies_is_named():
    with pytest.raises(NotKnown, match="a"):
        values((a @ z,), {rows: np.eye(2), w: np.eye(2)})
    other = Axis("other", words.lifted(3).options[0])
    with pytest.raises(NotKnown):
        values((norm(parameter("b", other)),), known(0))
