"""The versions behind a report."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = (
    "theorycheck",
    "jax",
    "numpy",
    "scipy",
    "sympy",
    "pandas",
    "python-flint",
    "z3-solver",
    "scikit-learn",
)


def versions() -> dict[str, str]:
    """Name -> version of Python and of every library that can change a number in a report."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
