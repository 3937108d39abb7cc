"""Terms to numbers, in JAX: one rule an operation, compiled together for all that is asked.

What is known (parameters, data, numbers, or whatever an engine supplies in their place) comes as a
mapping from terms to arrays; a term in it is not looked into any further. The layers of a deep
network are a list of matrices, and what is done to a matrix is done to each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from sympy import lambdify

from sim.measuring import kernels
from sim.setting.blocks import BLOCK, over_neurons
from theorems.language.measurement import Axis, Term, argument, layers, neurons
from theorems.language.term import own_axes
from theorems.problem import BadInput

Known = Mapping[Term, Any]
# Of few numbers, to compile takes longer than to run: a quarter of it with these, for at most twice
# the run.
HURRIED = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
FEW = 2**22  # numbers that go in


class NotKnown(KeyError):
    """A leaf that nobody supplied: the term needs something that this engine does not hold."""


def numbers(terms: Sequence[Term], known: Known) -> list[float]:
    """The values of terms without axes, brought from the device together; errors as of `values`."""
    return list(map(float, np.asarray(_called(tuple(terms), known, together=True))))


def values(terms: Sequence[Term], known: Known) -> list[Any]:
    """The arrays of these terms; NotKnown for a leaf without a value.

    Algorithms that are no array operations run between the compiled parts, operands first. What an
    engine knows as a function of the argument is known where the argument is.
    """
    return list(_called(tuple(terms), known, together=False))


def _called(terms: tuple[Term, ...], known: Known, together: bool) -> Any:
    have = {t: v for t, v in known.items() if not callable(v)}
    if argument in have:
        radius = float(have[argument])
        have |= {t: v(radius) for t, v in known.items() if callable(v)}
    for term in terms:
        _settle(term, have, known)
    leaves = tuple(sorted(have, key=lambda t: t.text))
    arrays = [have[t] for t in leaves]
    return _compiled(terms, leaves, few(arrays), together)(arrays)


def few(arrays: Any) -> bool:
    """Whether compiling a function of these arrays costs more than what it computes."""
    return sum(np.size(a) for a in jax.tree.leaves(arrays)) <= FEW


def compiled(function: Callable[..., Any], hurried: bool) -> Callable[..., Any]:
    """The function compiled by JAX, hurriedly where it runs on few numbers."""
    own = HURRIED if hurried and jax.default_backend() == "cpu" else None
    return jax.jit(function, compiler_options=own)


def _settle(term: Term, have: dict[Term, Any], known: Known) -> None:
    """Run the algorithms below a term, innermost first."""
    from sim.measuring.algorithms import ALGORITHMS

    if term in have:
        return
    if term.operation != "least_fixed_point":  # which binds the argument of what is below it
        for operand in term.operands:
            _settle(operand, have, known)
    if term.operation in ALGORITHMS:
        have[term] = ALGORITHMS[term.operation](term, {**known, **have})
        _declared(term, have[term])


@cache
def _compiled(
    terms: tuple[Term, ...], leaves: tuple[Term, ...], hurried: bool, together: bool
) -> Callable[[Any], Any]:
    def run(arrays: Any) -> Any:
        evaluation = Evaluation(dict(zip(leaves, arrays, strict=True)))
        found = [evaluation(t) for t in terms]
        return jnp.stack([jnp.asarray(v, jnp.float64) for v in found]) if together else found

    return compiled(run, hurried)


class Evaluation:
    """Terms evaluated where these are known, each once.

    added: numbers to add to what a term comes out as, by which its rounding is looked at.
    """

    def __init__(self, known: Known, added: Known | None = None):
        self.known = dict(known)
        self.found = dict(known)
        self.added = added or {}

    def __call__(self, term: Term) -> Any:
        if term not in self.found:
            value = self._evaluate(term)
            self.found[term] = value + self.added[term] if term in self.added else value
        return self.found[term]

    def beside(self, extra: Known) -> Evaluation:
        """The same knowledge, and more; nothing evaluated yet."""
        return Evaluation({**self.known, **extra})

    def _evaluate(self, term: Term) -> Any:
        rule = WHOLE.get(term.operation)
        if rule is not None:
            return rule(self, term)
        if len(term.operands) == 0:
            raise NotKnown(term)
        big = self._in_blocks(term)
        if big is not None:
            return big
        args = [self(o) for o in term.operands]
        if not any(o.axes[:1] == (layers,) for o in term.operands):
            return _apply(term, args, [o.axes for o in term.operands])
        alone = term.operation in OVER_LAYERS and term.operands[0].axes == (layers,)
        if alone or (term.operation in OVER_LAYERS and term.options[0] == layers):
            return OVER_LAYERS[term.operation](jnp.stack(args[0]))
        many = next((len(a) for a in args if isinstance(a, list)), None)
        axes = [o.axes[1:] if o.axes[:1] == (layers,) else o.axes for o in term.operands]
        if many is None:  # one layer by itself, as in the law of its start
            return _apply(term, args, axes)
        return [
            _apply(term, [a[k] if isinstance(a, list) else a for a in args], axes)
            for k in range(many)
        ]

    def _in_blocks(self, term: Term) -> Any:
        """A sum over more neurons than are handled at once, block by block; None for fewer."""
        if not _sums_neurons(term):
            return None
        held = [t for t in dict.fromkeys(_frontier(term.operands, self.known)) if neurons in t.axes]
        if not held or any(t.axes[0] != neurons for t in held):
            return None
        if next((len(self.found[t]) for t in held if t in self.found), BLOCK) <= BLOCK:
            return None
        arrays = [self(t) for t in held]
        whole = {t: self(t) for t in _of_all_neurons(term.operands, held)}
        share = 1.0 / len(arrays[0]) if term.operation == "mean" else 1.0
        plain = Term("total", term.operands, term.options, term.axes)
        inside = plain if term.operation == "mean" else term

        def one(*blocks: Any) -> Any:
            part = self.beside({**whole, **dict(zip(held, blocks, strict=True))})
            return _apply(inside, [part(o) for o in term.operands], [o.axes for o in term.operands])

        return share * over_neurons(one, *arrays, block=BLOCK)


def _sums_neurons(term: Term) -> bool:
    if term.operation in ("total", "mean"):
        return term.options[0] == neurons
    return term.operation == "matmul" and term.operands[0].axes[-1:] == (neurons,)


def _frontier(terms: Sequence[Term], known: Known) -> list[Term]:
    """The terms on which these rest: known ones, and gradients, which rest on all neurons."""
    found: list[Term] = []
    for term in terms:
        stop = term in known or term.operation == "gradient"
        found += [term] if stop else _frontier(term.operands, known)
    return found


def _of_all_neurons(terms: Sequence[Term], held: Sequence[Term]) -> list[Term]:
    """The largest parts that are one number, or one a point, of all neurons together."""
    found: list[Term] = []
    for term in (t for t in terms if t not in held):
        folds = neurons not in term.axes and any(neurons in t.axes for t in term.all_terms())
        found += [term] if folds else _of_all_neurons(term.operands, held)
    return list(dict.fromkeys(found))


# Rules for arrays -----------------------------------------------------------------------------


def aligned(array: Any, axes: tuple[Axis, ...], onto: tuple[Axis, ...]) -> Any:
    """An array broadcast, by the names of its axes, against a larger one."""
    if axes in ((), onto):
        return array
    order = sorted(range(len(axes)), key=lambda i: onto.index(axes[i]))
    spread = tuple(slice(None) if a in axes else None for a in onto)
    return jnp.transpose(array, order)[spread]


def _apply(term: Term, args: list[Any], axes: list[tuple[Axis, ...]]) -> Any:
    if term.operation in TWO:
        big = max(axes, key=len)
        a, b = (aligned(x, ax, big) for x, ax in zip(args, axes, strict=True))
        return TWO[term.operation](a, b)
    if term.operation in ONE:
        return ONE[term.operation](args[0])
    if term.operation in REDUCE:
        axis = term.options[0]
        where = None if axis is None or not axes[0] else axes[0].index(axis)
        return REDUCE[term.operation](args[0], where)
    if term.operation in ARRAYS:
        found = ARRAYS[term.operation](*args)
        _declared(term, found)
        return found
    raise BadInput(
        "measurement", term.operation, "no rule evaluates this operation inside what is compiled"
    )


def _declared(term: Term, found: Any) -> None:
    """BadInput for an operation with other axes than its term declares; a law has those of the
    parameter that is drawn by it.
    """
    axes = own_axes(term.axes)
    drawn = any(leaf.operation == "drawn" for leaf in term.leaves())
    if not drawn and jnp.ndim(found) != len(axes):
        said = f"({', '.join(map(str, axes))})"
        why = f"its values have {jnp.ndim(found)} axes, and its term declares {said}"
        raise BadInput("measurement", term.operation, why)


TWO: dict[str, Callable[[Any, Any], Any]] = {
    "add": jnp.add,
    "subtract": jnp.subtract,
    "multiply": jnp.multiply,
    "divide": jnp.divide,
    "at_least": lambda a, b: (a >= b).astype(jnp.float64),
    "exceeds": lambda a, b: (a > b).astype(jnp.float64),
    "differ": lambda a, b: (a != b).astype(jnp.float64),
    "smaller": jnp.minimum,
    "larger": jnp.maximum,
    "power": jnp.power,
}


def _sqrt_norm(a: Any, axis: Any) -> Any:
    """A norm whose derivative at zero is zero."""
    square = jnp.sum(a * a, axis=axis)
    there = square != 0  # so that the norm of what is no number is none
    return jnp.where(there, jnp.sqrt(jnp.where(there, square, 1.0)), 0.0)


def _tiny_softplus(z: Any) -> Any:
    return jnp.logaddexp(0.0, z)


ONE: dict[str, Callable[[Any], Any]] = {
    "abs": jnp.abs,
    "exp": jnp.exp,
    "log": jnp.log,
    "sqrt": jnp.sqrt,
    "relu": kernels.relu,
    "tanh": jnp.tanh,
    "softplus": _tiny_softplus,
    "sign": jnp.sign,
    "cos": jnp.cos,
    "arccos": jnp.arccos,
    "transpose": lambda a: a.T,
    "spectral": lambda a: _finite(a, _spectral),
    "least_singular_value": lambda a: _finite(a, lambda b: jnp.linalg.svd(b, compute_uv=False)[-1]),
    "least_eigenvalue": lambda a: _finite(a, lambda b: jnp.linalg.eigvalsh(b)[0]),
    "greatest_eigenvalue": lambda a: _finite(a, lambda b: jnp.linalg.eigvalsh(b)[-1]),
    "left_vector": lambda a: jnp.linalg.svd(a, full_matrices=False)[0][:, 0],
    "right_vector": lambda a: jnp.linalg.svd(a, full_matrices=False)[2][0],
    "limiting_gram": kernels.limiting_gram,
    "feature_gram": kernels.feature_gram,
    "cosines": kernels.cosines,
}


def _spectral(a: Any) -> Any:
    """By the smaller of the two Gram matrices, accurate for the largest singular value."""
    small = a @ a.T if a.shape[0] <= a.shape[1] else a.T @ a
    return jnp.sqrt(jnp.maximum(jnp.linalg.eigvalsh(small)[-1], 0.0))


def _finite(a: Any, rule: Callable[[Any], Any]) -> Any:
    """LAPACK does not return from a matrix with a number that is none."""
    good = jnp.isfinite(a).all()
    return jnp.where(good, rule(jnp.where(good, a, jnp.zeros_like(a))), jnp.nan)


REDUCE: dict[str, Callable[[Any, Any], Any]] = {
    "total": lambda a, axis: jnp.sum(a, axis=axis),
    "mean": lambda a, axis: jnp.mean(a, axis=axis),
    "most": lambda a, axis: jnp.max(a, axis=axis),
    "least": lambda a, axis: jnp.min(a, axis=axis),
    "norm": _sqrt_norm,
}


def _along_first(rule: Callable[[Any, Any], Any], a: Any) -> Any:
    return rule(a, 0)


OVER_LAYERS: dict[str, Callable[[Any], Any]] = {
    name: partial(_along_first, rule) for name, rule in REDUCE.items()
}
ARRAYS: dict[str, Callable[..., Any]] = {
    "matmul": lambda a, b: a @ b,
    "outer": jnp.outer,
    "indicator": kernels.indicator,
    "solve": jnp.linalg.solve,
    "line_angles": kernels.line_angles,
    "mean_absolute_product": kernels.mean_absolute_product,
    "equilibrium": kernels.equilibrium,
}


# Rules for terms ------------------------------------------------------------------------------


def _number(e: Evaluation, term: Term) -> Any:
    letters, function = number_of(term)
    if missing := [q for q in letters if Term("letter", (), (q,)) not in e.known]:
        raise NotKnown(missing[0])
    return jnp.asarray(function(*(e.known[Term("letter", (), (q,))] for q in letters)), jnp.float64)


@cache
def number_of(term: Term) -> tuple[list[Any], Callable[..., Any]]:
    """The letters of a number and the function of them that it is."""
    expression = term.options[0]
    letters = sorted(expression.free_symbols, key=str)
    return letters, lambdify(letters, expression, "jax")


def _gradient(e: Evaluation, term: Term) -> Any:
    scalar, of = term.operands
    if of not in e.known:
        raise NotKnown(of)
    return jax.grad(lambda p: e.beside({of: p})(scalar))(e.known[of])


def _log(e: Evaluation, term: Term) -> Any:
    (inside,) = term.operands
    if inside.axes[:1] == (layers,):
        return jax.tree.map(jnp.log, e(inside))
    return _log_of(e, inside)


def _log_of(e: Evaluation, term: Term) -> Any:
    """The logarithm of a term, where it or its parts may underflow or overflow."""
    op, args = term.operation, term.operands
    if any(t.axes[:1] == (layers,) for t in args):
        return jnp.log(e(term))
    positive = all(t.nonnegative for t in args)
    if op == "exp":
        return e(args[0])
    if op == "softplus":
        return kernels.log_softplus(e(args[0]))
    if op in ("multiply", "divide") and positive:
        sign = Term({"multiply": "add", "divide": "subtract"}[op], args, (), term.axes)
        return _apply(sign, [_log_of(e, a) for a in args], [a.axes for a in args])
    if op in ("total", "mean") and args[0].operation in ("exp", "softplus"):
        return _log_of_sum(e, term)
    return jnp.log(e(term))


def _log_of_sum(e: Evaluation, term: Term) -> Any:
    (inside,), (axis,) = term.operands, term.options
    parts = _log_of(e, inside)
    along = None if axis is None else inside.axes.index(axis)
    count = parts.size if along is None else parts.shape[along]
    share = jnp.log(float(count)) if term.operation == "mean" else 0.0
    return jax.nn.logsumexp(parts, axis=along) - share


def _feed_forward(e: Evaluation, term: Term) -> Any:
    *below, top = e(term.operands[0])
    act = {"relu": kernels.relu, "tanh": jnp.tanh, "linear": lambda z: z}[term.options[0]]
    z = e(term.operands[1]).T
    for w in below:
        z = act(w @ z)
    return (top @ z)[0] if len(term.axes) == 1 else (top @ z).T


def _chain(e: Evaluation, term: Term) -> Any:
    *below, top = e(term.operands[0])
    out = top
    for w in reversed(below):
        out = out @ w
    return out[0] if len(term.axes) == 1 else out


def _tangent_kernel(e: Evaluation, term: Term) -> Any:
    """Of a two-layer network written out; else column by column: no gradient beside another."""
    from sim.setting.shape import kernel_term

    outputs, *parameters = term.operands
    explicit = kernel_term(outputs, tuple(parameters))
    if explicit is not None:
        return e(explicit)
    at = tuple(e.known[p] if p in e.known else _missing(p) for p in parameters)

    def predict(q: Any) -> Any:
        return e.beside(dict(zip(parameters, q, strict=True)))(outputs)

    u, back = jax.vjp(predict, at)
    gram = jax.lax.map(
        lambda v: jax.jvp(predict, (at,), back(v))[1], jnp.eye(u.shape[0], dtype=u.dtype)
    )
    return (gram + gram.T) / 2


def _linearized(e: Evaluation, term: Term) -> Any:
    """The outputs at the start, and their derivative along what has moved since."""
    outputs, *rest = term.operands
    moved, starts = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    at, now = tuple(map(e, starts)), tuple(map(e, moved))

    def predict(q: Any) -> Any:
        return e.beside(dict(zip(moved, q, strict=True)))(outputs)

    u, change = jax.jvp(predict, (at,), (jax.tree.map(jnp.subtract, now, at),))
    return u + change


def _missing(term: Term) -> Any:
    raise NotKnown(term)


def _of_layers(pick: Callable[[list[Any]], Any]) -> Callable[[Evaluation, Term], Any]:
    return lambda e, term: pick(e(term.operands[0]))


WHOLE: dict[str, Callable[[Evaluation, Term], Any]] = {
    "number": _number,
    "gradient": _gradient,
    "log": _log,
    "feed_forward": _feed_forward,
    "chain": _chain,
    "tangent_kernel": _tangent_kernel,
    "linearized": _linearized,
    "below": _of_layers(lambda a: a[:-1]),
    "above": _of_layers(lambda a: a[1:]),
    "first": _of_layers(lambda a: a[0]),
    "last": _of_layers(lambda a: a[-1]),
}
