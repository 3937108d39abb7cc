"""Lemmas that many proofs share, each once: tails, Gaussians, and the sums and contractions of training."""

from theorems.lemmas.concentration import binomial_tail, chi_square, hoeffding, markov, matrix_chernoff
from theorems.lemmas.dynamics import contraction, travel_sum
from theorems.lemmas.gaussian import anti_concentration

LEMMAS = (markov, hoeffding, binomial_tail, chi_square, matrix_chernoff, anti_concentration, travel_sum, contraction)

__all__ = ["LEMMAS", "anti_concentration", "binomial_tail", "chi_square", "contraction", "hoeffding", "markov", "matrix_chernoff", "travel_sum"]
