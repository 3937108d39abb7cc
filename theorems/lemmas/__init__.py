"""Lemmas that many proofs share, each once: tails, Gaussians, and the sums and contractions of
training.
"""

from theorems.lemmas.concentration import (
    binomial_tail,
    chi_square,
    hoeffding,
    hoeffding_above,
    markov,
    matrix_chernoff,
)
from theorems.lemmas.dynamics import contraction, travel_sum
from theorems.lemmas.gaussian import anti_concentration

LEMMAS = (
    markov,
    hoeffding,
    hoeffding_above,
    binomial_tail,
    chi_square,
    matrix_chernoff,
    anti_concentration,
    travel_sum,
    contraction,
)

__all__ = [
    "LEMMAS",
    "anti_concentration",
    "binomial_tail",
    "chi_square",
    "contraction",
    "hoeffding",
    "hoeffding_above",
    "markov",
    "matrix_chernoff",
    "travel_sum",
]
