"""One step of training: parameters p, the field g to train against, and the step's length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

Field = Callable[[Any], Any]


def _move(p: Any, g: Any, h: Any) -> Any:
    return jax.tree.map(lambda a, b: a - h * b, p, g)


def euler(p: Any, gradient: Field, h: Any) -> Any:
    """p - h grad(p)."""
    return _move(p, gradient(p), h)


def heun(p: Any, gradient: Field, h: Any) -> Any:
    """The second-order Runge-Kutta step; fixed steps, since adaptive high orders stall on the kinks
    of ReLU.
    """
    here = gradient(p)
    there = gradient(_move(p, here, h))
    return jax.tree.map(lambda a, b, c: a - h / 2 * (b + c), p, here, there)


def runge_kutta(p: Any, gradient: Field, h: Any) -> Any:
    """The classical fourth-order step, for outputs without kinks."""
    a = gradient(p)
    b = gradient(_move(p, a, h / 2))
    c = gradient(_move(p, b, h / 2))
    d = gradient(_move(p, c, h))
    return jax.tree.map(lambda w, i, j, k, v: w - h / 6 * (i + 2 * j + 2 * k + v), p, a, b, c, d)
