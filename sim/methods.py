"""Training methods by name: one step of size h for parameters p with gradient field g."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax


@dataclass(frozen=True)
class Method:
    """step(p, g, h) -> p'; `flow`: h is a discretization of continuous time, run at h and h/2 to measure its error."""

    step: Callable[[Any, Callable[[Any], Any], float], Any]
    flow: bool = False


def _move(p: Any, g: Any, h: Any) -> Any:
    return jax.tree.map(lambda a, b: a - h * b, p, g)


def gradient_descent(p: Any, gradient: Callable[[Any], Any], h: Any) -> Any:
    """p - h grad(p)."""
    return _move(p, gradient(p), h)


def heun(p: Any, gradient: Callable[[Any], Any], h: Any) -> Any:
    """The second-order Runge-Kutta step; fixed steps, since adaptive high orders stall on the kinks of ReLU."""
    here = gradient(p)
    there = gradient(_move(p, here, h))
    return jax.tree.map(lambda a, b, c: a - h / 2 * (b + c), p, here, there)


METHODS = {"gradient_descent": Method(gradient_descent), "gradient_flow": Method(heun, flow=True)}
