"""What JAX compiles, and when it is compiled anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

import jax
import numpy as np

# Of few numbers, to compile takes longer than to run: a quarter of it with these, for at most twice
# the run.
HURRIED = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
FEW = 2**22  # numbers that go in
MOST = 512  # answers of one function that are kept
_REMEMBERED: list[Any] = []
F = TypeVar("F", bound=Callable[..., Any])


def few(arrays: Any) -> bool:
    """Whether compiling a function of these arrays costs more than what it computes."""
    return sum(np.size(a) for a in jax.tree.leaves(arrays)) <= FEW


def compiled(function: Callable[..., Any], hurried: bool) -> Callable[..., Any]:
    """The function compiled by JAX, hurriedly where it runs on few numbers."""
    own = HURRIED if hurried and jax.default_backend() == "cpu" else None
    return jax.jit(function, compiler_options=own)


def remembered(function: F) -> F:
    """A function whose answers rest on the rules of operations, and are kept until one changes."""
    kept = lru_cache(maxsize=MOST)(function)
    _REMEMBERED.append(kept)
    return cast(F, kept)


def forget() -> None:
    """Compile anew what was compiled with an operation's former rule."""
    for kept in _REMEMBERED:
        kept.cache_clear()
