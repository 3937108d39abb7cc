"""A second opinion: terms evaluated by the simulator against NumPy, operation by operation."""

from typing import Any

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax
from sympy import Rational, sqrt

from sim.measuring import algorithms, evaluate
from sim.measuring.evaluate import NotKnown, values
from theorems.language import BadInput, positive, term
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
    ones,
    parameter,
    points,
    relu,
    rows,
    size,
    step_size,
    units,
)

LENGTH = {points: 3, inputs: 2, neurons: 4, layers: 3}
w, a, c, A = (
    parameter("w", neurons, inputs),
    parameter("a", neurons),
    parameter("c", inputs),
    parameter("A", neurons, neurons),
)
W = words.deep("W")
m, q = positive("m", "a letter"), positive("q", "another")
LAYERS = [(4, 2), (4, 4), (1, 4)]


def known(seed):
    """Arrays for every leaf."""
    g = np.random.default_rng(seed)
    found: dict[Any, Any] = {rows: g.standard_normal((3, 2)), labels: g.standard_normal(3)}
    for p in (w, a, c, A):
        shape = tuple(LENGTH[axis] for axis in p.axes)
        found |= {p: g.standard_normal(shape), p.start: g.standard_normal(shape)}
    found |= {p: [g.standard_normal(s) for s in LAYERS] for p in (W, W.start)}
    found |= {step_size: 0.3, argument: 0.7, words.step_length: 0.2}
    found |= {Term("letter", (), (m,)): 16.0, Term("letter", (), (q,)): 0.4}
    for axis in (points, inputs, neurons):
        n = LENGTH[axis]
        found |= {size(axis): float(n), ones(axis): np.ones(n), identity(axis): np.eye(n)}
    return found


# The second opinion -----------------------------------------------------------------------------

NUMPY = {
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "relu": lambda v: np.maximum(v, 0.0),
    "softplus": lambda v: -log_softmax(np.stack([np.zeros_like(v), v]), axis=0)[0],
    "tanh": np.tanh,
    "sign": np.sign,
    "cos": np.cos,
    "arccos": np.arccos,
    "transpose": lambda v: v.swapaxes(0, 1),
    "matmul": lambda u, v: np.tensordot(u, v, axes=(u.ndim - 1, 0)),
    "outer": lambda u, v: np.einsum("i,j->ij", u, v),
    "spectral": lambda v: np.sqrt(np.linalg.eigvalsh(v.T @ v)[-1]),
    "least_singular_value": lambda v: np.linalg.svd(v)[1].min(),
    "least_eigenvalue": lambda v: np.linalg.eigh(v)[0].min(),
    "greatest_eigenvalue": lambda v: np.linalg.eigh(v)[0].max(),
    "left_vector": lambda v: _up(np.linalg.eigh(v @ v.T)[1][:, -1]),
    "right_vector": lambda v: _up(np.linalg.eigh(v.T @ v)[1][:, -1]),
}
PAIRS = {
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": lambda u, v: u / v,
    "power": lambda u, v: u**v,
    "at_least": lambda u, v: np.where(u >= v, 1.0, 0.0),
    "exceeds": lambda u, v: np.where(u > v, 1.0, 0.0),
    "differ": lambda u, v: np.where(u == v, 0.0, 1.0),
    "smaller": lambda u, v: np.where(u < v, u, v),
    "larger": lambda u, v: np.where(u < v, v, u),
}
FOLDS = {
    "total": np.add.reduce,
    "mean": lambda v, axis: np.add.reduce(v, axis) / v.shape[axis],
    "most": np.maximum.reduce,
    "least": np.minimum.reduce,
    "norm": lambda v, axis: np.sqrt(np.add.reduce(v**2, axis)),
}


def _up(v):
    """One of the two signs."""
    return v * np.sign(v[np.abs(v).argmax()])


def _arc(v, u):
    """Cosines between rows."""
    return np.clip(v @ u.T / np.linalg.norm(v, axis=1)[:, None] / np.linalg.norm(u, axis=1), -1, 1)


def _sizes(v, u):
    return np.linalg.norm(v, axis=1)[:, None] * np.linalg.norm(u, axis=1)


def _limiting(x):
    cosine = _arc(x, x)
    np.fill_diagonal(cosine, 1.0)
    return _sizes(x, x) * cosine * (0.5 - np.arccos(cosine) / (2 * np.pi))


def _features(x):
    angle = np.arccos(_arc(x, x))
    np.fill_diagonal(angle, 0.0)
    return _sizes(x, x) * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)


def _products(u, v):
    """E |u.x| |v.x| = E relu relu in all four sign pairs."""
    angle = np.arccos(_arc(u, v))
    both = np.sin(angle) + (np.pi / 2 - angle) * np.cos(angle)
    return _sizes(u, v) * both * 2 / np.pi


def _state(matrix, factor, source):
    z = np.zeros_like(source)
    for _ in range(500):
        z = np.maximum(factor * (matrix @ z) + source, 0)
    return z


NAMED = {
    "limiting_gram": _limiting,
    "feature_gram": _features,
    "cosines": lambda x: _arc(x, x),
    "mean_absolute_product": _products,
    "line_angles": lambda u, v: np.arccos(np.abs(_arc(u, v))),
    "equilibrium": _state,
    "below": lambda v: v[:-1],
    "above": lambda v: v[1:],
    "first": lambda v: v[0],
    "last": lambda v: v[-1],
    "chain": lambda v: np.linalg.multi_dot(v[::-1])[0],
}


def reference(term, have):
    """The term in NumPy."""
    if term in have:
        return have[term]
    op = term.operation
    if op == "number":
        return float(term.options[0].subs({m: 16, q: Rational(2, 5)}))
    args = [reference(o, have) for o in term.operands]
    if op == "feed_forward":
        act = {"relu": NUMPY["relu"], "tanh": np.tanh, "linear": lambda v: v}[term.options[0]]
        v = args[1].T
        for matrix in args[0][:-1]:
            v = act(matrix @ v)
        return (args[0][-1] @ v)[0]
    if op in NAMED:
        return NAMED[op](*args)
    axes = [o.axes for o in term.operands]
    if not any(isinstance(x, list) for x in args):
        return _one(term, args, axes)
    if term.options[:1] == (layers,) or (axes == [(layers,)] and op in FOLDS):
        return FOLDS[op](np.array(args[0]), 0)
    bare = [x[1:] if x[:1] == (layers,) else x for x in axes]
    count = max(len(x) for x in args if isinstance(x, list))
    return [
        _one(term, [x[k] if isinstance(x, list) else x for x in args], bare) for k in range(count)
    ]


def _one(term, args, axes):
    op = term.operation
    if op in NUMPY:
        return NUMPY[op](*(np.asarray(x) for x in args))
    if op in FOLDS:
        v, axis = np.asarray(args[0]), term.options[0]
        return FOLDS[op](v.ravel(), 0) if axis is None else FOLDS[op](v, axes[0].index(axis))
    big = max(axes, key=len)
    shape = np.broadcast_shapes(*(np.shape(x) for x, y in zip(args, axes, strict=True) if y == big))
    grown = []
    for x, mine in zip(args, axes, strict=True):
        if mine in (big, ()):
            grown.append(np.asarray(x))
            continue
        out = np.empty(shape)
        for index in np.ndindex(shape):
            out[index] = np.asarray(x)[tuple(index[big.index(axis)] for axis in mine)]
        grown.append(out)
    return PAIRS[op](*grown)


def close(term, have, tolerance=1e-9):
    """Whether both opinions agree, to the size of the largest number on the way."""
    (found,) = values((term,), have)
    wanted = reference(term, have)
    parts = [reference(t, have) for t in term.all_terms() if t.operation not in ("W", "letter")]
    top = max(float(np.abs(v).max()) for x in parts for v in (x if isinstance(x, list) else [x]))
    pairs = zip(found, wanted, strict=True) if isinstance(wanted, list) else [(found, wanted)]
    for one, two in pairs:
        if term.operation in ("left_vector", "right_vector"):
            one = _up(np.asarray(one))
        assert np.shape(one) == np.shape(two)
        assert np.asarray(one) == pytest.approx(two, rel=tolerance, abs=tolerance * max(top, 1))
    if term.nonnegative:
        flat = wanted if isinstance(wanted, list) else [wanted]
        assert all((np.asarray(v) >= -1e-12 * max(top, 1)).all() for v in flat)


# Terms at random, well typed by construction -------------------------------------------------------

FREE = (points, inputs, neurons)
LEAVES = {
    (): (step_size, argument, size(points), words.lifted(Rational(-3, 2)), words.lifted(q / sqrt(m))),
    (points,): (labels, ones(points)),
    (inputs,): (c, c.start, ones(inputs)),
    (neurons,): (a, a.start, ones(neurons)),
    (points, inputs): (rows,),
    (neurons, inputs): (w, w.start),
    (neurons, neurons): (A, A.start, identity(neurons)),
    (points, points): (identity(points), words.limiting_gram(rows), words.cosines(rows), words.feature_gram(rows)),
    (neurons, points): (words.line_angles(w, rows), words.mean_absolute_product(w, rows)),
}  # fmt: skip
BOUNDED = (words.tanh, words.cosine_of, lambda t: words.arccosine(words.tanh(t) / 2))
PLAIN = (
    words.absolute,
    relu,
    words.softplus,
    lambda t: words.exponential(words.tanh(t)),
    lambda t: words.root(words.absolute(t) + Rational(1, 4)),
    lambda t: words.logarithm(words.absolute(t) + Rational(1, 4)),
    lambda t: t**2,
    lambda t: (words.absolute(t) + 1) ** Rational(-1, 2),
    lambda t: -t,
    *BOUNDED,
)
BINARY = (
    lambda s, t: s + t,
    lambda s, t: s - t,
    lambda s, t: s * t,
    lambda s, t: s / (words.absolute(t) + Rational(1, 2)),
    words.smaller,
    words.larger,
)
SHARP = (
    lambda s, t: s >= t,
    lambda s, t: s > t,
    lambda s, t: s <= t,
    lambda s, t: s < t,
    words.differ,
    lambda s, t: words.sign(s),
)
REDUCED = (words.total, words.mean, words.most, words.least, norm)


@st.composite
def leaf(draw, axes):
    """A leaf, or the simplest term, of these axes."""
    if axes in LEAVES:
        return draw(st.sampled_from(LEAVES[axes]))
    if axes[::-1] in LEAVES:
        return draw(st.sampled_from(LEAVES[axes[::-1]])).T
    one, two = (draw(leaf((axis,))) for axis in axes)
    return words.outer(one, two)


def fewer(axes):
    """The axes that a second operand may have beside one of these."""
    if len(set(axes)) < len(axes):
        return [axes, ()]
    return [axes, (), *((axis,) for axis in axes), *([axes[::-1]] if len(axes) == 2 else [])]


@st.composite
def terms(draw, axes, depth=3):
    """A term of these axes."""
    if depth == 0:
        return draw(leaf(axes))
    kind = draw(st.sampled_from(("unary", "binary", "sharp", "product", "reduced", "special")))
    if kind == "unary":
        return draw(st.sampled_from(PLAIN))(draw(terms(axes, depth - 1)))
    if kind == "binary":
        other = draw(terms(draw(st.sampled_from(fewer(axes))), depth - 1))
        return draw(st.sampled_from(BINARY))(draw(terms(axes, depth - 1)), other)
    if kind == "sharp":
        rule = draw(st.sampled_from(SHARP))
        return rule(draw(leaf(axes)), draw(leaf(draw(st.sampled_from(fewer(axes))))))
    if kind == "product":
        through = draw(st.sampled_from(FREE))
        cut = draw(st.integers(0, len(axes)))
        if cut not in (0, 1) or len(axes) - cut > 1:
            cut = 1
        left = draw(terms((*axes[:cut], through), depth - 1))
        return left @ draw(terms((through, *axes[cut:]), depth - 1))
    if kind == "reduced" and len(axes) < 2:
        free = [axis for axis in FREE if axis not in axes]
        axis, rule = draw(st.sampled_from(free)), draw(st.sampled_from(REDUCED))
        order = draw(st.permutations((axis, *axes)))
        return rule(draw(terms(tuple(order), depth - 1)), axis)
    return draw(special(axes, depth))


@st.composite
def special(draw, axes, depth):
    """What only some axes have."""
    if len(axes) == 2:
        return draw(terms(axes[::-1], depth - 1)).T
    if len(axes) == 1:
        square = draw(terms((*axes, draw(st.sampled_from(FREE))), depth - 1))
        return norm(square @ square.T @ draw(leaf(axes)) * draw(leaf(axes))) * draw(leaf(axes))
    matrix = draw(terms((draw(st.sampled_from(FREE)), draw(st.sampled_from(FREE))), depth - 1))
    rules = (
        words.spectral,
        lambda t: words.least_eigenvalue(t @ t.T),
        lambda t: words.greatest_eigenvalue(t.T @ t),
        lambda t: -words.least_eigenvalue(-(t @ t.T)),
        norm,
        words.most,
        lambda t: words.inner(t, t),
    )
    return draw(st.sampled_from(rules))(matrix)


ANY = st.sampled_from([(), *((p,) for p in FREE), *((p, r) for p in FREE for r in FREE)])


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
    "number": words.lifted(2 * q / sqrt(m)) * labels,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_operation_is_what_numpy_says(name):
    for seed in range(3):
        close(EXAMPLES[name], known(seed))


def test_no_operation_is_left_out():
    there = {t.operation for e in EXAMPLES.values() for t in e.all_terms()}
    every = {*evaluate.ONE, *evaluate.TWO, *evaluate.REDUCE, *evaluate.ARRAYS, *evaluate.WHOLE}
    elsewhere = {"gradient", "tangent_kernel"}  # below, against finite differences
    assert every - there - elsewhere == set()
    said = {*words.ENTRYWISE, *term.ELEMENTWISE}
    assert said <= every | algorithms.NAMES


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
