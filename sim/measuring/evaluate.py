"""Terms as functions of what is known, in JAX: one rule an operation.

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
from sympy import lambdify

from sim.measuring import kernels
from sim.measuring.arrays import REDUCE, aligned, apply
from sim.setting.blocks import BLOCK, over_neurons
from sim.setting.shape import kernel_term
from theorems.language.measurement import Term, layers, neurons

Known = Mapping[Term, Any]
Values = Callable[[Sequence[Term], Known], list[Any]]


class NotKnown(KeyError):
    """A leaf that nobody supplied: the term needs something that this engine does not hold."""


class Evaluation:
    """Terms evaluated where these are known, each once.

    By these its rounding is looked at: added, numbers to add to what a term comes out as; shaken,
    the share of its operands by which every sum of computed numbers is moved, which cannot be seen
    in what cancels there.
    """

    def __init__(self, known: Known, added: Known | None = None, shaken: Any = None):
        self.known = dict(known)
        self.found = dict(known)
        self.added = added or {}
        self.shaken = shaken

    def __call__(self, term: Term) -> Any:
        if term not in self.found:
            value = self._evaluate(term)
            if self.shaken is not None and _cancels(term):
                value = self._moved(term, value)
            self.found[term] = value + self.added[term] if term in self.added else value
        return self.found[term]

    def beside(self, extra: Known) -> Evaluation:
        """The same knowledge, and more; nothing evaluated yet."""
        return Evaluation({**self.known, **extra}, shaken=self.shaken)

    def _moved(self, term: Term, value: Any) -> Any:
        """A sum, or the layers of one, moved by the rounding of what is summed."""
        if isinstance(value, list):
            return value
        big = max((o.axes for o in term.operands), key=len)
        size = sum(jnp.abs(aligned(self(o), o.axes, big)) for o in term.operands)
        return jnp.where(self.shaken == 0, value, value + self.shaken * size)

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
            return apply(term, args, [o.axes for o in term.operands])
        alone = term.operation in OVER_LAYERS and term.operands[0].axes == (layers,)
        if alone or (term.operation in OVER_LAYERS and term.options[0] == layers):
            return OVER_LAYERS[term.operation](jnp.stack(args[0]))
        many = next((len(a) for a in args if isinstance(a, list)), None)
        axes = [o.axes[1:] if o.axes[:1] == (layers,) else o.axes for o in term.operands]
        if many is None:  # one layer by itself, as in the law of its start
            return apply(term, args, axes)
        return [
            apply(term, [a[k] if isinstance(a, list) else a for a in args], axes)
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
            return apply(inside, [part(o) for o in term.operands], [o.axes for o in term.operands])

        return share * over_neurons(one, *arrays, block=BLOCK)


def _cancels(term: Term) -> bool:
    """Whether it is a sum in which more may cancel than the rounding of parameters shows."""
    return term.operation in ("add", "subtract") and any(o.operands for o in term.operands)


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
        return apply(sign, [_log_of(e, a) for a in args], [a.axes for a in args])
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


def _along_first(rule: Callable[[Any, Any], Any], a: Any) -> Any:
    return rule(a, 0)


OVER_LAYERS: dict[str, Callable[[Any], Any]] = {
    name: partial(_along_first, rule) for name, rule in REDUCE.items()
}
