"""Terms of the data in ball arithmetic: numbers with certain bounds, on the exact rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, reduce
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx
from sympy import Expr

from sim.data.sample import Sample
from sim.measuring import gram
from sim.measuring.gram import BITS, CERTIFIABLE, Enclosure
from theorems.language.measurement import Axis, Term, labels, rows
from theorems.reasoning.exact import ball, down, evaluate, up

Balls = Any  # a NumPy array of balls


class NotEnclosed(Exception):
    """No rule bounds this term, or its balls are too wide to tell what it needs."""


def enclosure(term: Term, sample: Sample) -> Enclosure:
    """The certified bounds of a number of the data; NotEnclosed where there are none."""
    if sample.data.samples > CERTIFIABLE:
        raise NotEnclosed(term.text)
    with ctx.workprec(BITS):
        found = InBalls(sample)(term).item()
        low, high = down(found), up(found)
    if not np.isfinite([low, high]).all():
        raise NotEnclosed(term.text)
    middle = float(found.mid())
    return Enclosure(min(max(middle, low), high), low, high)


class InBalls:
    """Terms evaluated on one sample, each once."""

    def __init__(self, sample: Sample):
        self.sample = sample
        self.found: dict[Term, Balls] = {}

    def __call__(self, term: Term) -> Balls:
        if term not in self.found:
            self.found[term] = self._evaluate(term)
        return self.found[term]

    @cached_property
    def cosines(self) -> arb_mat:
        return gram.exact_cosines(self.sample.data.raw)

    @cached_property
    def lengths(self) -> list[arb]:
        return self.sample.exact_lengths()

    def scaled(self, entry: Callable[[arb], arb], diagonal: arb) -> Balls:
        """Entries of the cosines, times both lengths."""
        n = len(self.lengths)
        found = np.empty((n, n), dtype=object)
        for i in range(n):
            for j in range(i + 1):
                one = diagonal if i == j else entry(self.cosines[i, j])
                found[i, j] = found[j, i] = one * self.lengths[i] * self.lengths[j]
        return found

    def _evaluate(self, term: Term) -> Balls:
        if term in LEAVES:
            return LEAVES[term](self)
        op = term.operation
        if op in SIZED:
            return SIZED[op](self, term.options[0])
        if op == "number":
            return _scalar(_constant(term.options[0]))
        if op in WHOLE:
            return WHOLE[op](self, term)
        if op in ENTRIES:
            return _entrywise(ENTRIES[op], self(term.operands[0]))
        if op in PAIRS:
            big = max((o.axes for o in term.operands), key=len)
            a, b = (_aligned(self(o), o.axes, big) for o in term.operands)
            return _entrywise(PAIRS[op], a, b)
        if op in FOLDS:
            axis = term.options[0]
            values = self(term.operands[0])
            where = None if axis is None else term.operands[0].axes.index(axis)
            return _folded(FOLDS[op], values, where)
        raise NotEnclosed(term.text)


def _entrywise(rule: Callable[..., arb], *arrays: Balls) -> Balls:
    found = np.frompyfunc(rule, len(arrays), 1)(*arrays)
    return found if isinstance(found, np.ndarray) else _scalar(found)


def _constant(expression: Expr) -> arb:
    if expression.free_symbols:
        raise NotEnclosed(str(expression))
    return evaluate(expression, {})


def _scalar(value: arb) -> Balls:
    found = np.empty((), dtype=object)
    found[()] = value
    return found


def _array(values: Any) -> Balls:
    return np.frompyfunc(ball, 1, 1)(np.asarray(values, dtype=object))


def _aligned(array: Balls, axes: tuple[Axis, ...], onto: tuple[Axis, ...]) -> Balls:
    if axes in ((), onto):
        return array
    order = sorted(range(len(axes)), key=lambda i: onto.index(axes[i]))
    return np.transpose(array, order)[tuple(slice(None) if a in axes else None for a in onto)]


def _folded(rule: Callable[[list[arb]], arb], values: Balls, axis: int | None) -> Balls:
    if axis is None:
        return _scalar(rule(list(values.ravel())))
    moved = np.moveaxis(values, axis, -1)
    found = np.empty(moved.shape[:-1], dtype=object)
    for index in np.ndindex(found.shape):
        found[index] = rule(list(moved[index]))
    return found


def _sum(values: list[arb]) -> arb:
    return sum(values, arb(0))


def _largest(values: list[arb]) -> arb:
    return reduce(lambda a, b: a.max(b), values) if values else arb(0)


FOLDS: dict[str, Callable[[list[arb]], arb]] = {
    "total": _sum,
    "mean": lambda v: _sum(v) / len(v),
    "most": _largest,
    "least": lambda v: -_largest([-x for x in v]),
    "norm": lambda v: _sum([x * x for x in v]).sqrt(),
}
ENTRIES: dict[str, Callable[[arb], arb]] = {
    "abs": abs,
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "sqrt": lambda x: x.sqrt(),
    "tanh": lambda x: x.tanh(),
    "cos": lambda x: x.cos(),
    "arccos": lambda x: x.acos(),
    "relu": lambda x: x.max(arb(0)),
}
PAIRS: dict[str, Callable[[arb, arb], arb]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a ** int(b.unique_fmpz() or 0) if b.is_integer() else a**b,
}
LEAVES: dict[Term, Callable[[InBalls], Balls]] = {
    rows: lambda e: e.sample.exact_rows(),
    labels: lambda e: _array(e.sample.data.labels.tolist()),
}
SIZED: dict[str, Callable[[InBalls, Axis], Balls]] = {
    "size": lambda e, axis: _scalar(arb(e.sample.size(axis))),
    "ones": lambda e, axis: _array(np.ones(e.sample.size(axis)).tolist()),
    "identity": lambda e, axis: _array(np.eye(e.sample.size(axis)).tolist()),
}


def _matmul(e: InBalls, term: Term) -> Balls:
    a, b = term.operands
    if a == rows and b == rows.T:
        return e.scaled(lambda c: c, arb(1))
    left, right = e(a), e(b)
    one = arb_mat(np.atleast_2d(left).tolist())
    two = arb_mat((right[:, None] if right.ndim == 1 else right).tolist())
    both = np.array((one * two).tolist(), dtype=object)
    both = both[0] if left.ndim == 1 else both
    return both[..., 0] if right.ndim == 1 else both


def _transpose(e: InBalls, term: Term) -> Balls:
    return e(term.operands[0]).T


def _outer(e: InBalls, term: Term) -> Balls:
    a, b = (e(o) for o in term.operands)
    return a[:, None] * b[None, :]


def _solve(e: InBalls, term: Term) -> Balls:
    matrix, right = (e(o) for o in term.operands)
    column = right[:, None] if right.ndim == 1 else right
    try:
        found = arb_mat(matrix.tolist()).solve(arb_mat(column.tolist()))
    except ZeroDivisionError:  # no ball around it is certainly regular
        raise NotEnclosed(term.text) from None
    both = np.array(found.tolist(), dtype=object)
    return both[..., 0] if right.ndim == 1 else both


def of_balls(function: Callable[..., Any]) -> Callable[[InBalls, Term], Balls]:
    """A rule that sees its operands' balls alone, and gives a ball or an array of them."""
    return lambda e, term: np.asarray(function(*map(e, term.operands)), dtype=object)


def _limiting(e: InBalls, _: Term) -> Balls:
    return e.scaled(gram.limiting_entry, arb(1) / 2)


def _feature(e: InBalls, _: Term) -> Balls:
    return e.scaled(gram.feature_entry, arb(1) / 2)


def _cosines(e: InBalls, term: Term) -> Balls:
    if term.operands[0] != rows:
        raise NotEnclosed(term.text)
    return np.array(e.cosines.tolist(), dtype=object)


def middles(balls: Balls) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The floats nearest to the balls' midpoints."""
    return np.vectorize(lambda x: float(x.mid()), otypes=[float])(balls)


def _eigenvalue(matrix: Balls, sign: int) -> arb:
    """The least eigenvalue of sign times a symmetric matrix, times sign."""
    _, vectors = np.linalg.eigh(sign * middles(matrix))
    low, high = gram.least_eigenvalue(arb_mat((sign * matrix).tolist()), vectors)
    return sign * low.union(high)


def _least_eigenvalue(e: InBalls, term: Term) -> Balls:
    (matrix,) = term.operands
    if matrix.operation in gram.SINGULAR and gram.SINGULAR[matrix.operation](e.sample.data):
        return _scalar(arb(0))
    return _scalar(_eigenvalue(e(matrix), 1))


def _greatest_eigenvalue(e: InBalls, term: Term) -> Balls:
    return _scalar(_eigenvalue(e(term.operands[0]), -1))


def _singular(which: int) -> Callable[[InBalls, Term], Balls]:
    def rule(e: InBalls, term: Term) -> Balls:
        matrix = e(term.operands[0])
        tall = matrix.shape[0] >= matrix.shape[1]
        small = matrix.T if tall else matrix
        square = np.array((arb_mat(small.tolist()) * arb_mat(small.T.tolist())).tolist(), object)
        found = _eigenvalue(square, which)
        return _scalar(found.max(arb(0)).sqrt())

    return rule


WHOLE: dict[str, Callable[[InBalls, Term], Balls]] = {
    "matmul": _matmul,
    "transpose": _transpose,
    "outer": _outer,
    "solve": _solve,
    "limiting_gram": _limiting,
    "feature_gram": _feature,
    "cosines": _cosines,
    "least_eigenvalue": _least_eigenvalue,
    "greatest_eigenvalue": _greatest_eigenvalue,
    "spectral": _singular(-1),
    "least_singular_value": _singular(1),
}
