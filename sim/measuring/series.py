"""What is measured at every step, and how far rounding alone can move a measurement."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from functools import cache, lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array
from sim.measuring.algorithms import ALGORITHMS, CERTIFIED
from sim.measuring.arrays import aligned
from sim.measuring.compiled import compiled, remembered
from sim.measuring.evaluate import Evaluation
from theorems.language.measurement import Term, labels, layers, neurons, norm, points, rows
from theorems.language.setting import Setting

OUT = Term("outputs", (), (), (points,))  # the outputs, where nothing else is looked at
ULP = float(np.finfo(float).eps)
A_SUM = ULP / 16  # share of what is summed by which a sum is moved to see what cancels in it
SAFE = 32.0  # over what one rounding of every number is seen to change


def _out(outputs: Term) -> Term:
    return Term(OUT.operation, (), (), outputs.axes)


def of_outputs(term: Term, outputs: Term | None) -> Term | None:
    """The term as one of the outputs and what does not change; None where it is of more."""
    if outputs is None:
        return None
    found = term.replaced({outputs: _out(outputs)})
    if any(leaf.moment for leaf in found.leaves()):
        return None
    apart = {"so_far", *ALGORITHMS, *CERTIFIED}  # which no compiled step evaluates
    return None if any(t.operation in apart for t in found.all_terms()) else found


def every_step(term: Term, setting: Setting) -> bool:
    """Whether measuring it costs no more than a step: of outputs, loss, its gradient, and folds; of
    the reference run too.
    """
    table: dict[Term, Term] = {}
    for run, moved in zip(setting.runs, (lambda t: t, lambda t: t.reference), strict=False):
        table[moved(run.loss)] = Term("loss")
        if run.outputs is not None:
            table[moved(run.outputs)] = _out(run.outputs)
    return _cheap(term.replaced(table))


def _cheap(term: Term) -> bool:
    if term.operation in ALGORITHMS or term.operation in CERTIFIED:
        return False
    if term.operation in ("gradient", "so_far"):
        return True
    if not term.operands:
        return term.operation != "parameter"
    return all(map(_cheap, term.operands)) and term.operation != "tangent_kernel"


@remembered
def along_outputs(
    terms: tuple[Term, ...], known: tuple[Term, ...], hurried: bool
) -> Callable[..., Any]:
    """Values and rounding errors of terms of the outputs, each (steps,), from outputs (steps, n),
    or (steps, n, outputs).

    The error is what a rounding of every output, at the size of outputs and labels, changes, and
    one of everything that is added or subtracted on the way: what cancels there is rounding.
    """

    def run(u: Any, arrays: Any) -> Any:
        have = dict(zip(known, arrays, strict=True))
        sides = jnp.abs(have[labels]).reshape(-1, *(1,) * (u.ndim - 2))
        largest = jnp.max(jnp.abs(u), axis=tuple(range(1, u.ndim)), keepdims=True)
        blur = SAFE / 4 * ULP * (jnp.abs(u) + sides + largest)

        def one(row: Any, wobble: Any) -> Any:
            there, found = Evaluation({**have, OUT: row}), []
            for term in terms:
                sums = [t for t in term.all_terms() if t.operation in ("add", "subtract")]
                still = [jnp.zeros_like(there(t)) for t in sums]

                def shifted(v: Any, by: Any, term: Term = term, sums: Any = sums) -> Any:
                    return Evaluation({**have, OUT: v}, dict(zip(sums, by, strict=True)))(term)

                value, (slope, steep) = jax.value_and_grad(shifted, argnums=(0, 1))(row, still)
                error = jnp.sum(jnp.abs(slope) * wobble) + 4 * ULP * jnp.abs(value)
                for t, weight in zip(sums, map(jnp.abs, steep), strict=True):
                    size = sum(aligned(jnp.abs(there(o)), o.axes, t.axes) for o in t.operands)
                    error += SAFE / 16 * ULP * jnp.sum(jnp.where(weight == 0, 0.0, size * weight))
                found.append((value, error))
            return found

        return jax.vmap(one)(u, blur)

    return compiled(run, hurried)


def perturbed(known: Mapping[Term, Any]) -> dict[Term, Any]:
    """Every parameter, and the rows, moved by one rounding of its own size, in a fixed pattern."""
    found = dict(known)
    for k, term in enumerate(t for t in known if t.operation == "parameter"):
        found[term] = jax.tree.map(lambda a, k=k: _rounded(a, k), known[term])
    if rows in known:
        found[rows] = _rounded(known[rows], len(found))
    return found


@cache
def parts_of_start(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The largest parts, in what changes, that the start decides: the same at every step.

    None with an entry for each neuron: these are made again where they are summed.
    """
    return tuple(dict.fromkeys(p for t in terms if moves(t) for p in _decided(t)))


def moves(term: Term) -> bool:
    """Whether it may be another number at another step."""
    moving = ("now", "reference")
    return any(t.moment in moving or t.operation == "so_far" for t in term.all_terms())


def _decided(term: Term) -> tuple[Term, ...]:
    moments = {leaf.moment for leaf in term.leaves()}
    whole = bool(term.operands) and "start" in moments and not (moves(term) or term.called)
    if whole and not {neurons, layers} & set(term.axes):
        return (term,)
    if term.operation in ("gradient", "least_fixed_point"):  # of what is inside as a function
        return ()
    return tuple(p for o in term.operands for p in _decided(o))


def _rounded(a: Any, k: int) -> Any:
    return np.asarray(a) * _nudges(np.shape(a), k)


@lru_cache(maxsize=16)
def _kept_nudges(shape: tuple[int, ...], k: int) -> Array:
    signs = np.where(np.cos(1.0 + k + 12.9898 * np.arange(math.prod(shape))) >= 0, 1.0, -1.0)
    return (1 + ULP * signs).reshape(shape)


def _nudges(shape: tuple[int, ...], k: int) -> Array:
    """A factor next to 1 for every entry; those of small arrays, which runs ask for again and again,
    are kept.
    """
    small = math.prod(shape) <= 2**18
    return _kept_nudges(shape, k) if small else _kept_nudges.__wrapped__(shape, k)


def sizes(term: Term, known: Container[Term] = ()) -> tuple[Term, ...]:
    """The sizes of what a distance is a distance of: rounding them is what it cannot be told from.

    What is known as a whole comes with its own error.
    """
    if term in known:
        return ()
    if term.operation in DISTANCES:
        (inside,) = term.operands
        parts = inside.operands if inside.operation in ("subtract", "add") else (inside,)
        return tuple(_make_norm(part) for part in parts if part.axes)
    if term.operation in ("power", "multiply", "abs", "sqrt"):
        return tuple(size for o in term.operands for size in sizes(o, known))
    return ()


@cache
def stable(term: Term) -> bool:
    """Whether the sizes alone bound its rounding: a distance, or the size, of what is computed
    without a division or a further difference.
    """
    if term.operation not in DISTANCES:
        return False
    (inside,) = term.operands
    parts = inside.operands if inside.operation in ("subtract", "add") else (inside,)
    return all(t.operation in PLAIN for part in parts for t in part.all_terms())


def _make_norm(term: Term) -> Term:
    if term.axes == (layers,):
        return norm(term, layers)
    whole = norm(term)
    return whole if not whole.axes else norm(whole, layers)


PLAIN = frozenset(
    (
        *("parameter", "rows", "labels", "number", "letter", "matmul", "transpose", "relu", "tanh"),
        *("multiply", "limiting_gram", "feature_gram", "abs", "feed_forward", "equilibrium"),
        "divide",
    )
)  # operations that round their result and nothing else: a tangent kernel jumps where a neuron rests
# at its kink, so that it is evaluated at perturbed parameters too
DISTANCES = frozenset(
    ("norm", "spectral", "most", "least", "least_eigenvalue", "greatest_eigenvalue")
)  # whose value moves no more than what it is taken of


def rounding(value: float, again: float, size: float) -> float:
    """The half-width within which a measurement is known, given that of perturbed parameters and
    the size of what it is a distance of.
    """
    return SAFE * abs(value - again) + 4 * ULP * (abs(value) + 4 * size)


__all__ = [
    "A_SUM",
    "OUT",
    "Array",
    "along_outputs",
    "every_step",
    "moves",
    "of_outputs",
    "parts_of_start",
    "perturbed",
    "rounding",
    "sizes",
    "stable",
]
