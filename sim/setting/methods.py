"""Training methods by name: one step of size h for parameters p with gradient field g."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from sim.setting.networks import depth, largest_layer

Field = Callable[[Any], Any]


@dataclass(frozen=True)
class Method:
    """step(p, g, h) -> p'; `flow`: h is a discretization of continuous time, run at h and h/2 to
    measure its error.

    smooth: the step for networks without kinks, if another one is better there.
    log_time: the orbit of the flow in a time in which the logarithm of the loss falls at a rate of
    order one.
    length(p, memory, h) -> (h', memory'): the length of the next step where it varies; memory is a
    number, 0 at the start.
    """

    step: Callable[[Any, Field, Any], Any]
    flow: bool = False
    smooth: Callable[[Any, Field, Any], Any] | None = None
    log_time: bool = False
    length: Callable[[Any, Any, Any], tuple[Any, Any]] | None = None


def _move(p: Any, g: Any, h: Any) -> Any:
    return jax.tree.map(lambda a, b: a - h * b, p, g)


def gradient_descent(p: Any, gradient: Field, h: Any) -> Any:
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
    """The classical fourth-order step."""
    a = gradient(p)
    b = gradient(_move(p, a, h / 2))
    c = gradient(_move(p, b, h / 2))
    d = gradient(_move(p, c, h))
    return jax.tree.map(lambda w, i, j, k, l: w - h / 6 * (i + 2 * j + 2 * k + l), p, a, b, c, d)


def within_balls(p: Any, memory: Any, h: Any) -> tuple[Any, Any]:
    """min{h / R^(2L-2), 1} with a radius R that grows only when a layer's norm comes within 1 of it
    (Ji & Telgarsky 2019, Assumption 5).
    """
    norm = largest_layer(p)
    radius = jnp.where(norm <= memory - 1, memory, norm + 1.1)
    return jnp.minimum(h / radius ** (2 * depth(p) - 2), 1.0), radius


METHODS = {
    "gradient_descent": Method(gradient_descent),
    "gradient_descent_in_balls": Method(gradient_descent, length=within_balls),
    "gradient_flow": Method(heun, flow=True, smooth=runge_kutta),
    "gradient_flow_in_log_time": Method(heun, flow=True, smooth=runge_kutta, log_time=True),
}
