"""Decisions are exact: right at rational points on either side of a bound, and monotone in
precision.
"""

from fractions import Fraction

import pytest
import sympy
from flint import ctx
from hypothesis import given
from hypothesis import strategies as st
from sympy import Max, Rational, log, pi, sqrt

from tests.letters import of_data
from theorems.language import BadInput, count, failure, positive
from theorems.reasoning.exact import ORDER, PRECISIONS, Decision, ball, decide, enclose, evaluate

n, m = count("n", "points"), count("m", "neurons")
delta, eta = failure("delta", "failure"), positive("eta", "step")
lam = of_data("lambda_0", "floor", probe="gram_floor")
BOUNDS = [
    n**6 / (lam**4 * delta**3),
    8 * n**2 * log(2 * n**2 / delta) / lam**2,
    sqrt(2 * pi) * delta * lam / (16 * n**2) * 10**9,
    Max(n**2 / lam, n**3),
    sympy.ceiling(n / lam) + sympy.erf(delta),
]
fractions = st.fractions(
    min_value=Fraction(1, 1000), max_value=Fraction(999, 1000), max_denominator=10**6
)


@given(st.sampled_from(BOUNDS), st.integers(1, 50), fractions, fractions, st.booleans())
def test_just_inside_holds_and_just_outside_fails(bound, points, floor, failing, inside):
    values = {
        n: points,
        lam: Rational(floor.numerator, floor.denominator),
        delta: Rational(failing.numerator, failing.denominator),
    }
    exact = bound.subs(values).evalf(60)
    shift = Rational(1, 10**25)
    at = sympy.Rational(str(exact)) * (1 + shift if inside else 1 - shift)
    assert decide(eta >= bound, {**values, eta: at}) is (
        Decision.HOLDS if inside else Decision.FAILS
    )


@given(st.sampled_from(BOUNDS), st.integers(1, 50), fractions, fractions, fractions)
def test_more_precision_never_turns_an_answer_around(bound, points, floor, failing, at):
    values = {n: points, lam: floor, delta: failing, eta: at * 10**6}
    answers = []
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            left, right = evaluate(eta, values), evaluate(bound, values)
            yes, no = ORDER["<="]
            answers.append(True if yes(left, right) else False if no(left, right) else None)
    decided = [a for a in answers if a is not None]
    assert len(set(decided)) <= 1
    assert all(a is not None for a in answers[len(answers) - len(decided) :])


@given(st.sampled_from(BOUNDS), st.integers(1, 50), fractions, fractions)
def test_the_enclosure_contains_the_value(bound, points, floor, failing):
    values = {
        n: points,
        lam: Rational(floor.numerator, floor.denominator),
        delta: Rational(failing.numerator, failing.denominator),
    }
    low, high = enclose(bound, values)
    true = sympy.Rational(str(bound.subs(values).evalf(40)))
    assert sympy.Rational(low) <= true * (1 + Rational(1, 10**35))
    assert true * (1 - Rational(1, 10**35)) <= sympy.Rational(high)
    assert high - low <= 1e-14 * abs(high) + 1e-300


def test_an_interval_that_meets_the_bound_is_open():
    assert decide(lam > 0, {lam: (-1e-20, 1e-20)}) is Decision.OPEN
    assert decide(lam > 0, {lam: (0.0, 0.0)}) is Decision.FAILS
    assert decide(lam > 0, {}) is Decision.OPEN


def test_equality_at_the_bound_holds_exactly():
    assert decide(eta <= n / 4, {eta: Rational(5, 2), n: 10}) is Decision.HOLDS
    assert decide(eta < n / 4, {eta: Rational(5, 2), n: 10}) is Decision.FAILS


def test_one_third_is_not_a_float():
    assert decide(eta * 3 >= 1, {eta: Rational(1, 3)}) is not Decision.FAILS
    assert decide(eta * 3 >= 1, {eta: 1 / 3}) is Decision.FAILS  # the float is below one third


def test_division_by_zero_is_never_a_yes():
    assert decide(m >= n / lam, {m: 10**9, n: 1, lam: (0.0, 0.0)}) is not Decision.HOLDS


def test_a_function_without_balls_is_refused():
    with pytest.raises(BadInput, match="gamma"):
        decide(eta <= sympy.gamma(eta), {eta: 1})


def test_a_ball_of_an_interval_covers_both_ends():
    b = ball((1, Fraction(4, 3)))
    assert 1 in b
    assert ball(Fraction(4, 3)) in b
