"""The words in which a theorem file says what is trained and what is observed: leaves, laws of the
start, and operations on arrays with named axes.
"""

from __future__ import annotations

from typing import Any

from sympy import sympify

from theorems.language.initialization import by_layer as by_layer
from theorems.language.initialization import normal as normal
from theorems.language.initialization import orthogonal as orthogonal
from theorems.language.initialization import paired_signs as paired_signs
from theorems.language.initialization import signs as signs
from theorems.language.initialization import unit_matrix as unit_matrix
from theorems.language.term import Axis as Axis
from theorems.language.term import Term as Term
from theorems.language.term import (
    elementwise,
    make,
    own_axes,
    shapes,
)
from theorems.language.term import inputs as inputs
from theorems.language.term import layers as layers
from theorems.language.term import lifted as lifted
from theorems.language.term import neurons as neurons
from theorems.language.term import points as points
from theorems.language.term import units as units
from theorems.problem import BadInput

# Leaves ---------------------------------------------------------------------------------------


def parameter(name: str, *axes: Axis) -> Term:
    """A parameter of the network, as it is now; `.start` is what was drawn."""
    if not name.isidentifier():
        raise BadInput("parameter", name, "its name must be a Python identifier such as w")
    return Term("parameter", (), (name,), axes, False, "now")


def deep(name: str, outputs: Axis | None = None) -> Term:
    """The matrices W_1, ..., W_L of a deep network with L layers of one width; one output, or one
    for every index of an axis.
    """
    own = parameter(name, layers, units, units)
    options = (name,) if outputs is None else (name, outputs)
    return Term("parameter", (), options, own.axes, False, "now")


def tops(matrices: Term) -> tuple[Axis, ...]:
    """The axis of a deep network's outputs; none where there is one output."""
    return tuple(dict.fromkeys(a for leaf in matrices.leaves() for a in leaf.options[1:2]))


rows = Term("rows", (), (), (points, inputs))  # as trained: scaled as the setting promises
labels = Term("labels", (), (), (points,))
step_size = Term("step_size", (), (), (), True)  # that the experimenter sets
training_loss = Term("loss", (), (), (), False, "now")  # of the setting, whichever it is
step_length = Term("step_length", (), (), (), True, "now")  # of the step about to be taken
argument = Term("argument", (), (), (), True)  # of a measurement that is called with a number


def size(axis: Axis) -> Term:
    """How long an axis is in the data as given: points, or coordinates of a row."""
    return make("size", (), (axis,), (), True)


def ones(axis: Axis) -> Term:
    """A one for every index of the axis."""
    return make("ones", (), (axis,), (axis,), True)


def identity(axis: Axis) -> Term:
    """The unit matrix."""
    return make("identity", (), (axis,), (axis, axis), True)


# Operations -----------------------------------------------------------------------------------

ENTRYWISE = {  # name: can the result be negative?
    "abs": True, "exp": True, "sqrt": True, "relu": True, "softplus": True,
    "log": False, "tanh": False, "sign": False, "cos": False, "arccos": True,
}  # fmt: skip


def _entrywise(name: str, term: Any) -> Term:
    term = lifted(term)
    return make(name, (term,), (), term.axes, ENTRYWISE[name])


def absolute(term: Any) -> Term:
    """|.| of every entry."""
    return _entrywise("abs", term)


def exponential(term: Any) -> Term:
    """exp of every entry."""
    return _entrywise("exp", term)


def logarithm(term: Any) -> Term:
    """log of every entry; of a sum of exponentials it does not underflow."""
    return _entrywise("log", term)


def root(term: Any) -> Term:
    """The square root of every entry."""
    return _entrywise("sqrt", term)


def relu(term: Any) -> Term:
    """max(z, 0), with derivative 1 at 0."""
    return _entrywise("relu", term)


def tanh(term: Any) -> Term:
    """The hyperbolic tangent of every entry."""
    return _entrywise("tanh", term)


def softplus(term: Any) -> Term:
    """log(1 + e^z) of every entry."""
    return _entrywise("softplus", term)


def sign(term: Any) -> Term:
    """-1, 0 or 1 for every entry."""
    return _entrywise("sign", term)


def cosine_of(term: Any) -> Term:
    """cos of every entry."""
    return _entrywise("cos", term)


def arccosine(term: Any) -> Term:
    """arccos of every entry."""
    return _entrywise("arccos", term)


def smaller(a: Any, b: Any) -> Term:
    """The smaller of two, entry by entry."""
    return elementwise("smaller", a, b)


def larger(a: Any, b: Any) -> Term:
    """The larger of two, entry by entry."""
    return elementwise("larger", a, b)


def differ(a: Term, b: Term) -> Term:
    """1 where two arrays differ, else 0."""
    return elementwise("differ", a, b, True)


def _reduced(name: str, term: Any, axis: Axis | None, nonnegative: bool) -> Term:
    term = lifted(term)
    if axis is None:
        left = (layers,) if term.axes[:1] == (layers,) and len(term.axes) > 1 else ()
        return make(name, (term,), (axis,), left, nonnegative)
    if term.axes.count(axis) != 1:
        has = ", ".join(map(str, term.axes)) or "none"
        raise BadInput(
            "measurement", f"{name} over {axis}", f"it needs this axis once; it has {has}"
        )
    return make(name, (term,), (axis,), tuple(a for a in term.axes if a != axis), nonnegative)


def total(term: Any, axis: Axis | None = None) -> Term:
    """The sum over an axis, or over all entries (of each layer)."""
    return _reduced("total", term, axis, lifted(term).nonnegative)


def mean(term: Any, axis: Axis | None = None) -> Term:
    """The mean over an axis, or over all entries."""
    return _reduced("mean", term, axis, lifted(term).nonnegative)


def most(term: Any, axis: Axis | None = None) -> Term:
    """The largest entry along an axis, or of all."""
    return _reduced("most", term, axis, lifted(term).nonnegative)


def least(term: Any, axis: Axis | None = None) -> Term:
    """The smallest entry along an axis, or of all."""
    return _reduced("least", term, axis, lifted(term).nonnegative)


def norm(term: Any, axis: Axis | None = None) -> Term:
    """The Euclidean norm along an axis, or of all entries (of each layer: Frobenius)."""
    return _reduced("norm", term, axis, True)


def _of_matrix(name: str, term: Term, left: int, nonnegative: bool = True) -> Term:
    own = own_axes(term.axes)
    if len(own) != 2:
        raise BadInput("measurement", shapes(name, term), "it needs a matrix")
    many = term.axes[: len(term.axes) - 2]
    kept = {0: (), 1: own[:1], 2: own[1:]}[left]
    return make(name, (term,), (), (*many, *kept), nonnegative)


def spectral(matrix: Term) -> Term:
    """The largest singular value."""
    return _of_matrix("spectral", matrix, 0)


def least_singular_value(matrix: Term) -> Term:
    """The smallest singular value."""
    return _of_matrix("least_singular_value", matrix, 0)


def least_eigenvalue(matrix: Term) -> Term:
    """The smallest eigenvalue of a symmetric matrix."""
    return _of_matrix("least_eigenvalue", matrix, 0, semidefinite(matrix))


def greatest_eigenvalue(matrix: Term) -> Term:
    """The largest eigenvalue of a symmetric matrix."""
    return _of_matrix("greatest_eigenvalue", matrix, 0, semidefinite(matrix))


def solve(matrix: Term, right: Term) -> Term:
    """What a square matrix maps to the vector or matrix on the right; not finite where it is
    singular.
    """
    own = own_axes(matrix.axes)
    if len(own) != 2 or own[0] != own[1] or right.axes[:1] != own[:1] or matrix.axes != own:
        found = shapes("solve", matrix, right)
        raise BadInput(
            "measurement", found, "it needs a square matrix and a right side of its axis"
        )
    return make("solve", (matrix, right), (), (own[1], *right.axes[1:]))


def left_vector(matrix: Term) -> Term:
    """The leading left singular vector, up to sign."""
    return _of_matrix("left_vector", matrix, 1, False)


def right_vector(matrix: Term) -> Term:
    """The leading right singular vector, up to sign."""
    return _of_matrix("right_vector", matrix, 2, False)


def stable_rank(matrix: Term) -> Term:
    """The squared Frobenius norm over the squared spectral norm."""
    return norm(matrix) ** 2 / spectral(matrix) ** 2


def semidefinite(matrix: Term) -> bool:
    """Whether the structure shows that no eigenvalue is negative."""
    if matrix.operation in ("limiting_gram", "feature_gram", "tangent_kernel", "identity"):
        return True
    if matrix.operation == "matmul":
        a, b = matrix.operands
        return bool(_transposes(a, b))
    return False


def _transposes(a: Term, b: Term) -> bool:
    return (a.operation == "transpose" and a.operands[0] == b) or (
        b.operation == "transpose" and b.operands[0] == a
    )


def inner(a: Term, b: Term, axis: Axis | None = None) -> Term:
    """The sum of the products of entries along an axis, or of all (of each layer)."""
    return total(a * b, axis)


def outer(a: Term, b: Term) -> Term:
    """The matrix of all products of two vectors' entries (of each layer's)."""
    many = (layers,) if layers in (*a.axes, *b.axes) else ()
    one, two = own_axes(a.axes), own_axes(b.axes)
    if len(one) != 1 or len(two) != 1:
        raise BadInput("measurement", shapes("outer", a, b), "it needs two vectors")
    return make("outer", (a, b), (), (*many, *one, *two), a.nonnegative and b.nonnegative)


def indicator(of: Term, axis: Axis) -> Term:
    """1 where an entry is the index along the axis, 0 elsewhere: labels 0, 1, ... as unit vectors."""
    if len(of.axes) != 1 or axis in of.axes:
        raise BadInput("measurement", shapes("indicator", of), "it needs a vector")
    return make("indicator", (of, ones(axis)), (), (*of.axes, axis), True)


def cosine(a: Term, b: Term, axis: Axis | None = None) -> Term:
    """The cosine of the angle between two arrays along an axis, or taken whole."""
    return inner(a, b, axis) / (norm(a, axis) * norm(b, axis))


def projected(a: Term, onto: Term, axis: Axis | None = None) -> Term:
    """The part of an array along another one."""
    return inner(a, onto, axis) / norm(onto, axis) ** 2 * onto


def line_angles(a: Term, b: Term) -> Term:
    """Angles up to sign, in [0, π/2], between the rows of two matrices; accurate near zero."""
    return make("line_angles", (a, b), (), _row_pairs("line_angles", a, b), True)


def _row_pairs(name: str, a: Term, b: Term) -> tuple[Axis, ...]:
    """The axes of what there is one of for every two rows."""
    if len(a.axes) != 2 or len(b.axes) != 2 or a.axes[1] != b.axes[1]:
        raise BadInput(
            "measurement", shapes(name, a, b), "it needs two matrices with rows of one length"
        )
    return a.axes[0], b.axes[0]


def below(term: Term) -> Term:
    """Of every layer but the last."""
    return _of_layers("below", term, term.axes)


def above(term: Term) -> Term:
    """Of every layer but the first."""
    return _of_layers("above", term, term.axes)


def first(term: Term) -> Term:
    """Of the first layer, whose columns are the inputs."""
    own = own_axes(term.axes)
    matrix = own == (units, units)
    return _of_layers("first", term, (units, inputs) if matrix else own)


def last(term: Term) -> Term:
    """Of the last layer."""
    return _of_layers("last", term, own_axes(term.axes))


def chain(matrices: Term) -> Term:
    """W_L ... W_1 of a deep network: (inputs,), or (outputs, inputs)."""
    return _of_layers("chain", matrices, (*tops(matrices), inputs))


def _of_layers(name: str, term: Term, axes: tuple[Axis, ...]) -> Term:
    if term.axes[:1] != (layers,):
        raise BadInput("measurement", shapes(name, term), "it needs the layers of a deep network")
    keeps = name != "chain" and term.nonnegative
    return make(name, (term,), (), axes, keeps)


def feed_forward(matrices: Term, activation: str) -> Term:
    """The outputs W_L act(W_(L-1) ... act(W_1 x)) of a deep network, act "relu", "tanh", "linear"."""
    if activation not in ("relu", "tanh", "linear"):
        raise BadInput("feed_forward", activation, "it may be 'relu', 'tanh' or 'linear'")
    return make("feed_forward", (matrices, rows), (activation,), (points, *tops(matrices)))


def equilibrium(matrix: Term, factor: Any, source: Term) -> Term:
    """z = relu(factor matrix z + source), the state of an implicit layer, (neurons, points)."""
    factor = lifted(factor)
    if len(source.axes) != 2 or matrix.axes != source.axes[:1] * 2 or factor.axes:
        found = shapes("equilibrium", matrix, factor, source)
        raise BadInput("measurement", found, "it needs a square matrix, a number and a matrix")
    return make("equilibrium", (matrix, factor, source), (), source.axes, True)


def gradient(scalar: Term, of: Term) -> Term:
    """The gradient of a number with respect to a parameter."""
    if scalar.axes or of.operation != "parameter":
        raise BadInput("gradient", scalar.text, "it takes a number and one of its parameters")
    return make("gradient", (scalar, of), (), of.axes)


def tangent_kernel(outputs: Term, *parameters: Term) -> Term:
    """The inner products of the outputs' gradients in these parameters, (points, points)."""
    if outputs.axes != (points,):
        raise BadInput("tangent_kernel", shapes("", outputs), "it takes one output a point")
    return make("tangent_kernel", (outputs, *parameters), (), (points, points))


def linearized(outputs: Term, *parameters: Term) -> Term:
    """The linear model around the start: the outputs there, and their derivative times how far
    these parameters are from it.
    """
    if not parameters or any(p.operation != "parameter" for p in parameters):
        raise BadInput("linearized", outputs.text, "it takes outputs and their parameters")
    starts = (p.start for p in parameters)
    return make("linearized", (outputs, *parameters, *starts), (), outputs.axes)


def limiting_gram(data: Term) -> Term:
    """E 1{w.x_i >= 0} 1{w.x_j >= 0} x_i.x_j over standard Gaussian w: Du et al. 2019, (6)."""
    return _of_rows("limiting_gram", data, False)


def feature_gram(data: Term) -> Term:
    """E relu(w.x_i) relu(w.x_j) over standard Gaussian w: Gao et al. 2021, Lemma 3.2."""
    return _of_rows("feature_gram", data, True)


def cosines(data: Term) -> Term:
    """The cosines of the angles between rows, exactly ±1 for parallel ones."""
    return _of_rows("cosines", data, False)


def _of_rows(name: str, data: Term, nonnegative: bool) -> Term:
    if len(data.axes) != 2:
        raise BadInput("measurement", shapes(name, data), "it needs a matrix of rows")
    return make(name, (data,), (), data.axes[:1] * 2, nonnegative)


def mean_absolute_product(a: Term, b: Term) -> Term:
    """E |a_i.x| |b_j.x| over standard Gaussian x, for the rows of two matrices."""
    axes = _row_pairs("mean_absolute_product", a, b)
    return make("mean_absolute_product", (a, b), (), axes, True)


def so_far(fold: str, term: Term, *numbers: Any) -> Term:
    """A number kept along the run: "total" or "most" of the steps so far."""
    if fold not in ("total", "most", "ratchet"):
        raise BadInput("so_far", fold, "it may be 'total', 'most' or 'ratchet'")
    if term.axes:
        raise BadInput("so_far", term.text, "it takes a number")
    options = (fold, *(sympify(x) for x in numbers))
    return Term("so_far", (term,), options, (), term.nonnegative, "")


def least_fixed_point(of: Term) -> Term:
    """The least R >= 0 with g(R) <= R for a g that grows with its argument; undefined without."""
    return make("least_fixed_point", (of,), (), (), True)


def algorithm(name: str, *operands: Any, axes: tuple[Axis, ...] = (), signed: bool = False) -> Term:
    """What a named algorithm of `sim`, or of a file of parts, computes from its operands."""
    return make(name, tuple(map(lifted, operands)), (), axes, not signed)
