"""Every operation of the measurement language in NumPy, written a second time, and the values it is tried at."""

from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax
from sympy import Rational

from sim.measuring.values import values
from theorems.language import measurement as words
from theorems.language import positive
from theorems.language.measurement import (
    Term,
    argument,
    identity,
    inputs,
    labels,
    layers,
    neurons,
    ones,
    parameter,
    points,
    rows,
    size,
    step_size,
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
    "solve": lambda u, v: np.linalg.inv(u) @ v,
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
