"""Texts of files of parts that the tests of `sim` register."""

CUBIC = """
import jax.numpy as jnp
import numpy as np

from sim.parts import register
from theorems.language.measurement import Term, algorithm

POWER = {power}


def _power(z):
    return z**POWER


def cubic(term):
    return Term("test_cubic", (term,), (), term.axes)


def biggest(term):
    return algorithm("test_biggest", term)


def _biggest(a):
    return float(np.abs(a).max())


register("test_cubic", _power)
register("test_biggest", _biggest, compiled=False)
"""
ENCLOSED = """

def sum_of(term):
    return algorithm("test_sum", term, signed=True)


register("test_sum", np.sum, compiled=False, enclosed=lambda v: sum(v))
"""
OTHER = CUBIC.replace("test_", "other_")
