"""Exponents are read from the tree and agree with growth; cancelling terms are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Max, Rational, exp, log, sqrt

from tests.letters import observable, of_data
from theorems.language import BadInput, count, failure
from theorems.reasoning.order import exponent

n, m = count("n", "points"), count("m", "neurons")
delta, lam = failure("delta", "failure"), of_data("lambda_0", "floor", probe="gram_floor")
powers = st.fractions(-6, 6, max_denominator=4)


@given(powers, powers, powers)
def test_a_monomial_has_its_own_exponents(a, b, c):
    a, b, c = (Rational(x.numerator, x.denominator) for x in (a, b, c))
    bound = 7 * n**a * lam**b * delta**c
    assert (exponent(bound, n), exponent(bound, lam), exponent(bound, delta)) == (a, b, c)


@given(powers, powers)
def test_sums_follow_the_leading_term_of_the_limit(a, b):
    a, b = (Rational(x.numerator, x.denominator) for x in (a, b))
    assert exponent(n**a + n**b, n) == max(a, b)  # n grows
    assert exponent(lam**a + lam**b, lam) == min(a, b)  # lambda_0 shrinks


def test_logarithms_do_not_count_and_max_does():
    assert exponent(n**2 * log(n / delta) / lam**2, n) == 2
    assert exponent(Max(n**2, n**3 / lam), n) == 3
    assert exponent(sqrt(n) / (1 - 1 / sqrt(n)), n) == Rational(1, 2)


def test_cancelling_terms_are_refused():
    with pytest.raises(BadInput, match="cancel"):
        exponent((n + 1) ** 2 - n**2, n)
    with pytest.raises(BadInput, match="power-law"):
        exponent(exp(n), n)


def test_what_a_run_is_seen_to_be_is_no_letter():
    r = observable("r", "residual", probe="residual")
    assert exponent(n**2 * r(0) / (lam * m), n) == 2
    assert exponent(n**2 * r(0) / (lam * m), m) == -1
