"""Numbers of the data in balls: they contain the float, the exact rational and high precision."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, sqrt

from sim.data.sample import Sample
from sim.data.table import Data, load
from sim.measuring import balls
from sim.measuring.balls import InBalls, NotEnclosed, enclosure
from sim.measuring.evaluate import NotKnown
from sim.measuring.of_data import data_terms, of_data
from sim.measuring.values import values
from tests.sim.settings import f, w
from theorems.language.measurement import (
    absolute,
    algorithm,
    arccosine,
    argument,
    cosine_of,
    cosines,
    exponential,
    feature_gram,
    greatest_eigenvalue,
    identity,
    inputs,
    labels,
    least,
    least_eigenvalue,
    left_vector,
    lifted,
    limiting_gram,
    line_angles,
    logarithm,
    mean,
    mean_absolute_product,
    most,
    norm,
    ones,
    outer,
    points,
    relu,
    root,
    rows,
    sign,
    size,
    softplus,
    solve,
    spectral,
    tanh,
    total,
)

GIVEN = ("teacher",)
BALL = ("unit_ball",)
UNIT = ("unit_inputs",)
KINDS = {"given": GIVEN, "ball": BALL, "unit": UNIT}
u, G = ones(points), rows @ rows.T
OTHERS = absolute(cosines(rows) - identity(points))
NUMBERS = {
    "labels": total(labels**2),
    "mean": mean(labels * labels - labels),
    "cubes": total(absolute(labels) ** 3),
    "roots": total(root(absolute(labels))),
    "powers": total((1 + labels**2) ** Rational(-3, 2)),
    "lengths": total(norm(rows, inputs)),
    "longest": most(norm(rows, inputs)),
    "shortest": least(norm(rows, inputs)),
    "entries": total(rows, inputs) @ labels,
    "form": u @ G @ labels,
    "frobenius": norm(rows),
    "column": norm(labels @ rows),
    "outer": norm(outer(labels, u) * G),
    "transcendental": total(exponential(tanh(labels)) + cosine_of(labels) + arccosine(tanh(labels))),
    "logarithms": total(logarithm(1 + labels**2)),
    "relus": total(relu(labels) + relu(-labels)),
    "cosine": most(OTHERS),
    "facing": most(cosines(rows) - identity(points)),
    "angle": arccosine(most(OTHERS)),
    "limiting": least_eigenvalue(limiting_gram(rows)),
    "features": least_eigenvalue(feature_gram(rows)),
    "trace": total(limiting_gram(rows) * identity(points)) + total(feature_gram(rows)),
    "least": least_eigenvalue(G + identity(points)),
    "greatest": greatest_eigenvalue(G),
    "spectral": spectral(rows),
    "dimension": size(inputs) / size(points) - Rational(1, 3),
    "constant": lifted(sqrt(2) * 3),
    "centred": norm(labels - total(labels) / size(points)),
    "kernel": labels @ limiting_gram(rows) @ labels,
    "spread": greatest_eigenvalue(G) - least_eigenvalue(G),
    "shortest solution": root(labels @ solve(G + identity(points), labels)),
    "shifted": norm(rows * labels + rows),
    "turned": norm(rows.T * 2 - labels * rows),
    "twice": norm((2 * rows) @ rows.T) + norm(rows @ (rows.T * 2)),
    "hat": total(solve(G + identity(points), G) * identity(points)),
}  # fmt: skip


def data_of(samples, dimension, seed):
    g = np.random.default_rng(seed)
    return Data("random", g.standard_normal((samples, dimension)), g.standard_normal(samples))


def high(term, sample):
    """The term in mpmath, on the exact rows; arrays as lists of lists."""
    raw = [[mpmath.mpf(v) for v in row] for row in sample.data.raw.tolist()]
    if sample.kind == "unit_inputs":
        raw = [[v / mpmath.norm(row) for v in row] for row in raw]
    if sample.kind == "unit_ball":
        raw = [[v / mpmath.mpf(sample.data.too_long) for v in row] for row in raw]
    there = {rows: np.array(raw, object), labels: np.array([mpmath.mpf(v) for v in sample.data.labels.tolist()], object)}  # fmt: skip
    return _high(term, there, sample)


def _each(rule, *arrays):
    return np.frompyfunc(rule, len(arrays), 1)(*arrays)


def _spread(array, mine, axes, sample):
    """An array with an entry for every index of these axes."""
    if mine in ((), axes):
        return array
    found = np.empty([sample.size(axis) for axis in axes], object)
    for index in np.ndindex(found.shape):
        found[index] = np.asarray(array)[tuple(index[axes.index(axis)] for axis in mine)]
    return found


ENTRY = {
    "abs": abs, "exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "tanh": mpmath.tanh,
    "cos": mpmath.cos, "arccos": mpmath.acos, "relu": lambda v: max(v, mpmath.mpf(0)),
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b, "power": lambda a, b: a**b,
}  # fmt: skip
FOLD = {
    "total": mpmath.fsum,
    "mean": lambda v: mpmath.fsum(v) / len(v),
    "most": max,
    "least": min,
    "norm": lambda v: mpmath.sqrt(mpmath.fsum(x * x for x in v)),
}
SIZED = {
    "size": mpmath.mpf,
    "ones": lambda n: np.full(n, mpmath.mpf(1)),
    "identity": lambda n: np.array(mpmath.eye(n).tolist(), object),
}


def _matrix(array):
    return mpmath.matrix(np.asarray(array).tolist())


def _eigenvalues(matrix):
    return mpmath.eigsy(matrix, eigvals_only=True)


WHOLE = {
    "matmul": np.dot,
    "outer": np.multiply.outer,
    "transpose": np.transpose,
    "solve": lambda a, b: np.array((_matrix(a) ** -1).tolist(), object) @ b,
    "least_eigenvalue": lambda a: min(_eigenvalues(_matrix(a))),
    "greatest_eigenvalue": lambda a: max(_eigenvalues(_matrix(a))),
    "spectral": lambda a: mpmath.sqrt(max(_eigenvalues(_matrix(a) * _matrix(a).T))),
}


def _high(term, have, sample):
    if term in have:
        return have[term]
    op, options = term.operation, term.options
    if op == "number":
        return mpmath.mpf(str(options[0].evalf(60)))
    if op in SIZED:
        return SIZED[op](sample.size(options[0]))
    args = [_high(o, have, sample) for o in term.operands]
    if op in ENTRY:
        big = max((o.axes for o in term.operands), key=len)
        both = (_spread(v, o.axes, big, sample) for v, o in zip(args, term.operands))
        return _each(ENTRY[op], *both)
    if op in FOLD:
        flat = np.asarray(args[0])
        if options[0] is None:
            return FOLD[op](list(flat.ravel()))
        axis = term.operands[0].axes.index(options[0])
        return np.apply_along_axis(lambda v: FOLD[op](list(v)), axis, flat)
    return WHOLE[op](*args) if op in WHOLE else _kernel(op, args[0])


def _kernel(op, x):
    n = len(x)
    length = [mpmath.norm(list(row)) for row in x]
    found = np.empty((n, n), object)
    for i in range(n):
        for j in range(n):
            c = mpmath.fdot(x[i], x[j]) / length[i] / length[j]
            c = mpmath.mpf(1) if i == j else min(max(c, mpmath.mpf(-1)), mpmath.mpf(1))
            t = mpmath.acos(c)
            found[i, j] = {
                "cosines": lambda c=c, t=t: c,
                "limiting_gram": lambda c=c, t=t, i=i, j=j: (
                    length[i] * length[j] * c * (mpmath.pi - t) / (2 * mpmath.pi)
                ),
                "feature_gram": lambda c=c, t=t, i=i, j=j: (
                    length[i] * length[j] * (mpmath.sin(t) + (mpmath.pi - t) * c) / (2 * mpmath.pi)
                ),
            }[op]()
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NUMBERS)
def test_an_enclosure_contains_the_float_and_fifty_digits(name, kind):
    term = NUMBERS[name]
    for seed in range(3):
        sample = Sample(data_of(3 + seed, 3, seed), KINDS[kind])
        found = of_data(term, sample)
        assert found.certified
        assert found.low <= found.value <= found.high
        with mpmath.workdps(50):
            wanted = high(term, sample)
            assert found.low <= wanted <= found.high
            assert found.high - found.low <= 1e-10 * max(1, abs(wanted))
        (plain,) = values((term,), data_terms(term, sample))
        assert float(plain) == pytest.approx(found.value, rel=1e-9, abs=1e-9)


@settings(max_examples=30)
@given(st.data(), st.integers(1, 5), st.integers(1, 4), st.integers(0, 10**6))
def test_whole_numbers_are_enclosed_with_the_exact_rational(draw, samples, dimension, seed):
    g = np.random.default_rng(seed)
    raw = g.integers(-4, 5, (samples, dimension)).astype(float)
    raw[:, 0] += 10.0
    data = Data("whole", raw / 16, g.integers(-5, 6, samples) / 8)
    x = [[Fraction(v) for v in row] for row in data.raw.tolist()]
    y = [Fraction(v) for v in data.labels.tolist()]
    exact = {
        total(labels**2) / size(points): sum(v * v for v in y) / samples,
        labels @ (rows @ total(rows, points)): sum(
            y[i] * sum(x[i][k] * sum(r[k] for r in x) for k in range(dimension))
            for i in range(samples)
        ),
        least(labels) - most(rows): min(y) - max(max(row) for row in x),
        mean(labels * rows.T): sum(y[i] * v for i in range(samples) for v in x[i]) / (samples * dimension),
        norm(rows) ** 2: sum(v * v for row in x for v in row),
    }  # fmt: skip
    term = draw.draw(st.sampled_from(sorted(exact, key=lambda t: t.text)))
    found = enclosure(term, Sample(data, GIVEN))
    assert Fraction(found.low) <= exact[term] <= Fraction(found.high)
    assert found.high - found.low <= 1e-14 * max(1.0, abs(found.value)) + 1e-300


@pytest.mark.parametrize("name", NUMBERS)
def test_fewer_bits_never_contradict_more(name, monkeypatch):
    term, sample = NUMBERS[name], Sample(data_of(4, 3, 7), UNIT)
    fine = enclosure(term, sample)
    for bits in (60, 80, 120):
        monkeypatch.setattr(balls, "BITS", bits)
        try:
            coarse = enclosure(term, sample)
        except NotEnclosed:
            continue
        assert max(coarse.low, fine.low) <= min(coarse.high, fine.high)
        with mpmath.workdps(50):
            assert coarse.low <= high(term, sample) <= coarse.high


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [1.0, 2.0, 3.0])
def test_parallel_rows_have_exact_zeros(kind, factor):
    raw = np.array([[3.0, 1.0, 7.0], [2.0, -5.0, 1.0], [3.0, 1.0, 7.0]]) / 4
    raw[2] *= factor
    sample = Sample(Data("parallel", raw, np.array([1.0, -1.0, 1.0])), KINDS[kind])
    for term in (NUMBERS["limiting"], NUMBERS["features"]):
        found = of_data(term, sample)
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    cosine = of_data(NUMBERS["cosine"], sample)
    assert (cosine.low, cosine.high) == (1.0, 1.0)
    angle = of_data(NUMBERS["angle"], sample)
    assert (angle.low, angle.high) == (0.0, 0.0)


def test_antiparallel_rows_are_singular_for_one_kernel_alone():
    raw = np.array([[1.0, 0.5], [-2.0, -1.0], [0.25, 1.0], [-0.25, -1.0], [1.0, 1.0], [-1.0, -1.0]])
    sample = Sample(Data("six", raw, np.ones(6)), UNIT)
    assert of_data(NUMBERS["limiting"], sample).high == 0.0
    found = of_data(NUMBERS["features"], sample)
    assert found.low <= 0 <= found.high
    two = Sample(Data("two", raw[:2], np.ones(2)), UNIT)
    assert of_data(NUMBERS["features"], two).low == pytest.approx(0.5, abs=1e-12)
    assert of_data(NUMBERS["facing"], two).value == 0.0
    assert of_data(NUMBERS["cosine"], two).low == 1.0


def test_a_promise_gives_one_set_of_rows_to_everybody():
    """Rows shorter than one: a ball leaves them, unit inputs do not, and both say the same of
    what does not see lengths.
    """
    data = Data("half", np.array([[0.5, 0.0], [0.1, 0.3], [-0.2, 0.4]]), np.array([1.0, -1.0, 1.0]))
    ball, unit, given = (Sample(data, k) for k in (BALL, UNIT, GIVEN))
    assert np.array_equal(ball.rows, data.raw)
    assert np.array_equal(given.rows, data.raw)
    for sample in (ball, unit, given):
        lengths = np.linalg.norm(sample.rows, axis=1)
        for term, wanted in (
            (most(norm(rows, inputs)), lengths.max()),
            (total(limiting_gram(rows) * identity(points)), (lengths**2).sum() / 2),
            (total(feature_gram(rows) * identity(points)), (lengths**2).sum() / 2),
            (total(G * identity(points)), (lengths**2).sum()),
        ):
            assert of_data(term, sample).value == pytest.approx(wanted, rel=1e-14)
    assert of_data(NUMBERS["cosine"], ball).value == of_data(NUMBERS["cosine"], unit).value
    assert of_data(NUMBERS["limiting"], ball).high < of_data(NUMBERS["limiting"], unit).low / 2


def test_unit_rows_have_products_of_exactly_one_with_themselves():
    found = of_data(total(G * identity(points)), Sample(data_of(5, 3, 2), UNIT))
    assert (found.low, found.high) == (5.0, 5.0)


def test_rows_beyond_the_ball_are_scaled_together():
    data = Data("long", np.array([[3.0, 4.0], [1.0, 0.0]]), np.ones(2))
    found = of_data(most(norm(rows, inputs)), Sample(data, BALL))
    assert 1 - 1e-11 < found.low <= found.high <= 1.0


WITHOUT = {
    "softplus": total(softplus(labels)),
    "sign": total(sign(labels)),
    "comparison": total(labels >= 0),
    "angles": total(line_angles(rows, rows)),
    "vector": norm(left_vector(rows)),
    "product": total(mean_absolute_product(rows, rows)),
    "margin": algorithm("gram_margin", limiting_gram(rows), labels),
    "a root of what may be nothing": root(least_eigenvalue(rows @ rows.T - rows @ rows.T)),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_what_has_no_rule_is_a_float_and_says_so(name):
    found = of_data(WITHOUT[name], Sample(data_of(4, 3, 1), UNIT))
    assert not found.certified
    assert np.isnan([found.low, found.high]).all()
    assert np.isfinite(found.value) or name.startswith("a root")


@pytest.mark.parametrize(
    "term",
    [
        solve(identity(points) - identity(points), labels),
        total(sign(labels)),
        total(cosines(identity(points) @ rows)),
        root(least_eigenvalue(G - G)),
    ],
    ids=str,
)
def test_the_term_without_bounds_is_named(term):
    with pytest.raises(NotEnclosed) as found:
        enclosure(norm(term) if term.axes else term, Sample(data_of(4, 3, 1), UNIT))
    assert str(found.value) in {t.text for t in term.all_terms()}


@pytest.mark.parametrize("term", [norm(w), total(argument * labels), norm(f.start)], ids=str)
def test_what_is_not_of_the_data_is_told(term):
    with pytest.raises(NotKnown):
        of_data(term, Sample(data_of(4, 3, 1), UNIT))


def test_too_many_points_are_not_certified(monkeypatch):
    monkeypatch.setattr(balls, "CERTIFIABLE", 3)
    found = of_data(NUMBERS["cubes"] * 1, Sample(data_of(4, 3, 11), UNIT))
    assert not found.certified


def test_two_samples_of_one_name_are_not_confused():
    one, two = (Sample(load("sphere", n), UNIT) for n in (4, 5))
    assert of_data(NUMBERS["limiting"], one).value != of_data(NUMBERS["limiting"], two).value
    first = data_of(4, 3, 3)
    assert of_data(NUMBERS["longest"], Sample(first, BALL)) != of_data(
        NUMBERS["longest"], Sample(first, GIVEN)
    )


def test_a_planted_ball_that_is_too_small_would_be_noticed(monkeypatch):
    """The comparison with fifty digits sees an error of one unit in the last place of a float."""
    term, sample = NUMBERS["trace"], Sample(data_of(4, 3, 5), UNIT)
    true = InBalls.scaled
    with ctx.workprec(192):
        monkeypatch.setattr(InBalls, "scaled", lambda e, r, d: true(e, r, d) * (1 + arb(2) ** -50))
    found = enclosure(term, sample)
    with mpmath.workdps(50):
        assert not found.low <= high(term, sample) <= found.high
