"""What JAX compiles, and when it is compiled anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar, cast

import jax
import numpy as np

# Of few numbers, to compile takes longer than to run: a quarter of it with these, for at most twice
# the run.
HURRIED = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
FEW = 2**20  # numbers that go in, over all calls
OFTEN = 2**6  # times that what belongs to a step is measured, at least
MOST = 512  # answers of one function that are kept
_REMEMBERED: list[Any] = []
F = TypeVar("F", bound=Callable[..., Any])


def few(arrays: Any, times: int = 1) -> bool:
    """Whether compiling a function of these arrays costs more than what it computes, so many times."""
    return times * sum(np.size(a) for a in jax.tree.leaves(arrays)) <= FEW


def compiled(
    function: Callable[..., Any], hurried: bool, donate: tuple[int, ...] = ()
) -> Callable[..., Any]:
    """The function compiled by JAX, hurriedly where it runs on few numbers; `donate`: arguments
    whose memory it may use.
    """
    own = HURRIED if hurried and jax.default_backend() == "cpu" else None
    return _Once(jax.jit(function, compiler_options=own, donate_argnums=donate))


class _Once:
    """A compiled function that seeds side by side do not compile twice at the same time."""

    def __init__(self, function: Callable[..., Any]):
        self.function, self.lock = function, Lock()
        self.ready: set[Any] = set()

    def __call__(self, *args: Any) -> Any:
        leaves, tree = jax.tree.flatten(args)
        kind = (tree, *((np.shape(a), getattr(a, "dtype", type(a))) for a in leaves))
        if kind in self.ready:
            return self.function(*args)
        with self.lock:
            found = self.function(*args)
        self.ready.add(kind)
        return found


def remembered(function: F) -> F:
    """A function whose answers rest on the rules of operations, and are kept until one changes."""
    kept = lru_cache(maxsize=MOST)(function)
    _REMEMBERED.append(kept)
    return cast(F, kept)


def forget() -> None:
    """Compile anew what was compiled with an operation's former rule."""
    for kept in _REMEMBERED:
        kept.cache_clear()
