"""Operations on arrays, in JAX, one rule each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from sim.measuring import kernels
from theorems.language.measurement import Axis, Term, units
from theorems.language.term import own_axes
from theorems.problem import BadInput


def aligned(array: Any, axes: tuple[Axis, ...], onto: tuple[Axis, ...]) -> Any:
    """An array broadcast, by the names of its axes, against a larger one."""
    if axes in ((), onto):
        return array
    order = sorted(range(len(axes)), key=lambda i: onto.index(axes[i]))
    spread = tuple(slice(None) if a in axes else None for a in onto)
    return jnp.transpose(array, order)[spread]


def apply(term: Term, args: list[Any], axes: list[tuple[Axis, ...]]) -> Any:
    """The value of an operation from those of its operands, with their axes; BadInput for one that
    has no rule here.
    """
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
        declared(term, found, args)
        return found
    raise BadInput(
        "measurement", term.operation, "no rule evaluates this operation inside what is compiled"
    )


def declared(term: Term, found: Any, operands: Sequence[Any] = ()) -> None:
    """BadInput for an operation with other axes than its term declares, or with another length of
    one that an operand has; a law has those of the parameter that is drawn by it.
    """
    axes = own_axes(term.axes)
    if any(leaf.operation == "drawn" for leaf in term.leaves()):
        return
    said = f"its term declares ({', '.join(map(str, axes))})"
    if jnp.ndim(found) != len(axes):
        why = f"its values have {jnp.ndim(found)} axes, and {said}"
        raise BadInput("measurement", term.operation, why)
    for operand, array in zip(term.operands, operands, strict=False):
        lengths = dict(zip(own_axes(operand.axes), jnp.shape(array), strict=False))
        for axis, length in zip(axes, jnp.shape(found), strict=True):
            if axis != units and lengths.get(axis, length) != length:  # units are of many lengths
                why = f"its values have {length} {axis} where there are {lengths[axis]}; {said}"
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


ARRAYS: dict[str, Callable[..., Any]] = {
    "matmul": lambda a, b: a @ b,
    "outer": jnp.outer,
    "indicator": kernels.indicator,
    "solve": jnp.linalg.solve,
    "line_angles": kernels.line_angles,
    "mean_absolute_product": kernels.mean_absolute_product,
    "equilibrium": kernels.equilibrium,
}
