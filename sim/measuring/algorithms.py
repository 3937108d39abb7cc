"""Measurements with a name of their own: what needs an algorithm rather than array operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.data.margin import gram_margin, hard_margin, separator
from sim.data.sample import Sample
from sim.data.table import Array, Data, xor, xor_noise
from sim.measuring import extremal, tangent, teacher
from sim.measuring.arrays import declared
from sim.measuring.evaluate import Known, Values
from sim.measuring.gram import Enclosure
from sim.measuring.ntk_margin import kernel_margin, ntk_margin
from theorems.language.measurement import Term, argument

Algorithm = Callable[[Term, Known, Values], Any]  # told how to evaluate what it is about
ROUNDS = 200  # of the climb to a fixed point
PAD = 1e-8  # above rounding, so that a radius found is a radius that certainly satisfies


def of_arrays(function: Callable[..., Any]) -> Algorithm:
    """An algorithm that sees its operands' arrays alone."""

    def algorithm(term: Term, known: Known, values: Values) -> Any:
        operands = [np.asarray(v) for v in values(term.operands, known)]
        found = function(*operands)
        declared(term, found, operands)
        return found

    return algorithm


def least_fixed_point(term: Term, known: Known, values: Values) -> float:
    """The least R with g(R) <= R, or NaN: g grows with its argument, so that iterating it from 0
    climbs to the least solution.
    """
    (inside,) = term.operands
    still = sorted(_tops(inside, known), key=lambda t: t.text)
    ready = dict(zip(still, values(still, known), strict=True))
    radius = 0.0
    for _ in range(ROUNDS):
        needed = float(values((inside,), {**known, **ready, argument: radius})[0])
        if not 0 <= needed < float("inf"):
            return float("nan")
        if needed <= radius:
            return radius
        radius = needed * (1 + PAD)
    return float("nan")


def _tops(term: Term, known: Known) -> set[Term]:
    """The largest parts of a term in which its argument does not occur, above what is known."""
    if term in known or not (term.operands or term.called):
        return set()
    if not term.called:
        return {term}
    return set().union(*(_tops(o, known) for o in term.operands))


def _same_up_to_order(rows: Array, labels: Array, data: Data) -> bool:
    """Whether these are the labelled rows of a data set."""
    here, there = (
        sorted((*row, y) for row, y in zip(x.tolist(), v.tolist(), strict=True))
        for x, v in ((rows, labels), (data.raw, data.labels))
    )
    return here == there


def unlike_xor(sample: Sample) -> Enclosure:
    """0 for the exclusive or in the first two coordinates with equal further ones, in any order; 1
    for other data.
    """
    first, rest = sample.data.raw[:, :2], sample.data.raw[:, 2:]
    same = (
        sample.data.samples == 4
        and _same_up_to_order(first, sample.data.labels, xor(4))
        and not (rest != rest[:1]).any()
    )
    return Enclosure(1.0 - same, 1.0 - same, 1.0 - same)


def unlike_noisy_xor(sample: Sample) -> Enclosure:
    """0 for the exclusive or in the first two coordinates with every sign in all others, in any
    order; 1 for other data.
    """
    size = 2 ** sample.data.raw.shape[1]
    same = (
        size == sample.data.samples
        and size >= 4
        and _same_up_to_order(sample.data.raw, sample.data.labels, xor_noise(size))
    )
    return Enclosure(1.0 - same, 1.0 - same, 1.0 - same)


def hard_direction(x: Array, y: Array) -> Array:
    """The unit direction of the hard margin, (d,)."""
    best, _ = separator(y[:, None] * x)
    return best / np.linalg.norm(best)


CERTIFIED: dict[str, Callable[[Sample], Enclosure]] = {
    "hard_margin": hard_margin,
    "ntk_margin": ntk_margin,
    "kernel_margin": kernel_margin,
    "unlike_xor": unlike_xor,
    "unlike_noisy_xor": unlike_noisy_xor,
}
ALGORITHMS: dict[str, Algorithm] = {
    "least_fixed_point": least_fixed_point,
    "hard_direction": of_arrays(hard_direction),
    "gram_margin": of_arrays(gram_margin),
    "near_angle": of_arrays(teacher.near_angle),
    "mismatch": of_arrays(teacher.mismatch),
    "to_extremal": of_arrays(extremal.to_extremal),
    "fit_distance": tangent.fit_distance,
    "linear_distance": tangent.linear_distance,
    "linear_fit": tangent.linear_fit,
}
NAMES = {*CERTIFIED, *ALGORITHMS}
