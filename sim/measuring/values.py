"""Terms to numbers: compiled together for all that is asked, algorithms run in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from sim.measuring.algorithms import ALGORITHMS
from sim.measuring.arrays import declared
from sim.measuring.compiled import compiled, few, remembered
from sim.measuring.evaluate import Evaluation, Known
from theorems.language.measurement import Term, argument


def numbers(
    terms: Sequence[Term], known: Known, times: int = 1, shaken: float = 0.0
) -> list[float]:
    """The values of terms without axes, brought from the device together; errors as of `values`.

    times: how often they will be asked for, which decides how well they are compiled; shaken: the
    share of what is summed by which every sum is moved.
    """
    run, arrays = _called(tuple(terms), known, times, together=True)
    return list(map(float, np.asarray(run(arrays, shaken))))


def values(terms: Sequence[Term], known: Known, shaken: float = 0.0) -> list[Any]:
    """The arrays of these terms; NotKnown for a leaf without a value, `shaken` as of `numbers`.

    Algorithms that are no array operations run between the compiled parts, operands first. What an
    engine knows as a function of the argument is known where the argument is.
    """
    run, arrays = _called(tuple(terms), known, 1, together=False)
    return list(run(arrays, shaken))


def _called(
    terms: tuple[Term, ...], known: Known, times: int, together: bool
) -> tuple[Callable[..., Any], list[Any]]:
    """What is compiled for these terms, and the arrays that it is called with."""
    have = {t: v for t, v in known.items() if not callable(v)}
    if argument in have:
        radius = float(have[argument])
        have |= {t: v(radius) for t, v in known.items() if callable(v)}
    if _algorithmic(terms):
        for term in terms:
            _settle(term, have, known)
    leaves = tuple(sorted(have, key=lambda t: t.text))
    arrays = [have[t] for t in leaves]
    return _compiled(terms, leaves, few(arrays, times), together), arrays


@remembered
def _algorithmic(terms: tuple[Term, ...]) -> bool:
    return any(t.operation in ALGORITHMS for term in terms for t in term.all_terms())


def _settle(term: Term, have: dict[Term, Any], known: Known) -> None:
    """Run the algorithms below a term, innermost first."""
    if term in have:
        return
    if term.operation != "least_fixed_point":  # which binds the argument of what is below it
        for operand in term.operands:
            _settle(operand, have, known)
    if term.operation in ALGORITHMS:
        have[term] = ALGORITHMS[term.operation](term, {**known, **have}, values)
        declared(term, have[term])


@remembered
def _compiled(
    terms: tuple[Term, ...], leaves: tuple[Term, ...], hurried: bool, together: bool
) -> Callable[..., Any]:
    def run(arrays: Any, shaken: Any) -> Any:
        evaluation = Evaluation(dict(zip(leaves, arrays, strict=True)), shaken=shaken)
        found = [evaluation(t) for t in terms]
        return jnp.stack([jnp.asarray(v, jnp.float64) for v in found]) if together else found

    return compiled(run, hurried)
