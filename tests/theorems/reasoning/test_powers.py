"""A power is the same power however it is written, and never one that it is not."""

from math import prod
from random import Random

import pytest
import sympy
from sympy import Eq, Integer, Mul, Rational, exp, log, sqrt

from theorems.language import Implication, count, positive
from theorems.language.quantity import nonnegative
from theorems.reasoning.outcome import Outcome
from theorems.reasoning.powers import in_factors, in_primes, is_symbolic, products
from theorems.reasoning.replay import replay
from theorems.reasoning.solver import Translation, _truth, prepared

x, y, s = positive("x", "a number"), positive("y", "another"), positive("s", "a bound")
eta, k, w = positive("eta", "a step"), count("k", "a step"), nonnegative("w", "perhaps 0")
POSITIVE = (x, x + 1, 2 * x, x * y + x, Integer(18), Rational(2, 3), 2 * x * (1 + y), y / x)
SIGNLESS = (x - y, (x - 2) * (y - 3), x * (1 - y), w, w * x, (x - y) ** 2, -x, x**2 - y**2)
EXPONENTS = (k, eta, 1 / eta, -(2 + eta) / (2 * eta), k * eta, -k, eta - k, k - Rational(1, 2))
FORMS = {
    "expanded": sympy.expand,
    "factored": sympy.factor,
    "its exponents together": lambda e: sympy.powsimp(e, combine="exp"),
    "its bases together": lambda e: sympy.powsimp(e, combine="base"),
    "both": lambda e: sympy.powsimp(e, deep=True),
    "its exponents apart": sympy.expand_power_exp,
    "its bases apart": sympy.expand_power_base,
    "expanded and then together": lambda e: sympy.powsimp(sympy.expand(e)),
}


def value(e, random):
    """At a point of every domain, zero where a letter may be zero."""
    point = {a: Rational(random.randint(1, 12), random.randint(2, 6)) for a in (x, y, s, eta)}
    point |= {k: Integer(random.randint(1, 4)), w: Integer(random.randint(0, 1))}
    return e.subs(point).evalf(30)


@pytest.mark.parametrize("base", [*POSITIVE, *SIGNLESS], ids=str)
@pytest.mark.parametrize("exponent", EXPONENTS, ids=str)
def test_taking_a_power_apart_does_not_change_it(base, exponent):
    power = base**exponent
    if not is_symbolic(power):
        pytest.skip("one number to SymPy")
    for apart in (in_factors(power), prod(in_primes(power))):
        for seed in range(6):
            one, two = value(power, Random(seed)), value(apart, Random(seed))
            assert not one.is_finite or abs(one - two) < 1e-20 * (1 + abs(one))


def atoms(bound):
    """The powers that the solver is given variables for."""
    t = Translation()
    t.relation(prepared((s <= bound,))[0])
    return {a for a in t.vars if is_symbolic(a)}


@pytest.mark.parametrize("seed", range(40))
def test_a_product_of_powers_has_the_same_atoms_in_any_form(seed):
    random = Random(seed)
    powers = (random.choice(POSITIVE) ** random.choice(EXPONENTS) for _ in range(3))
    product = Mul(*powers, exp(random.choice((0, -k, k * eta - x))))
    expected = atoms(product)
    for name, form in FORMS.items():
        found = atoms(form(product))
        assert found <= expected, (name, product)
        assert all(a.base.is_Rational for a in expected - found), "but numbers may cancel"


BOUNDS = (
    (2 * x * (1 + eta)) ** (-(2 + eta) / (2 * eta)),
    (18 * x) ** eta * exp(-k * y),
    (x * y + x) ** (k - Rational(1, 2)) * x**eta,
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_the_logarithm_of_a_bound_is_known_in_any_form(bound, form):
    small = s <= FORMS[form](bound)
    u = sum(f.exp * log(f.base) for f in Mul.make_args(bound))
    assert replay(Implication("", (small,), log(s) <= u, at="here")).outcome is Outcome.PROVED


@pytest.mark.parametrize("form", ["expanded", "both"])
@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_and_no_more_than_it_is(bound, form):
    small = s <= FORMS[form](bound)
    u = sum(f.exp * log(f.base) for f in Mul.make_args(bound))
    for wrong in (log(s) <= u - 1, s <= bound / 2):
        found = replay(Implication("", (small,), wrong, at="here")).outcome
        assert found in (Outcome.FALSE, Outcome.UNKNOWN)


FALSE_POWERS = {
    "of two numbers below zero": Eq(sqrt((x - 2) * (y - 2)), sqrt(x - 2) * sqrt(y - 2)),
    "to a letter": Eq(((x - 2) * (y - 2)) ** eta, (x - 2) ** eta * (y - 2) ** eta),
    "of a square": Eq(((x - y) ** 2) ** eta, (x - y) ** (2 * eta)),
    "of zero": Eq(w ** (k - 1) * w, w**k + w - w**2),
    "of a multiple": Eq((2 * x) ** k, 2 * x**k),
    "with a factor in its exponent": Eq(x ** (2 * k), 2 * x**k),
    "of a sum": (x + y) ** eta >= x**eta + y**eta,
}


@pytest.mark.parametrize("name", FALSE_POWERS)
def test_powers_are_not_taken_apart_where_they_are_not_products(name):
    assert replay(Implication("", (), FALSE_POWERS[name], at="here")).outcome is not Outcome.PROVED


def test_a_multiple_of_an_exponent_is_a_power_of_the_power():
    square = Implication("", (x**k <= s,), x ** (2 * k) <= s**2, at="here")
    assert replay(square).outcome is Outcome.PROVED


def test_products_are_found_whole_wherever_they_stand():
    e = 3 * y * exp(-k) * x**eta + log(1 + x**k)
    assert set(products(e, beside=False)) == {exp(-k) * x**eta, x**k}
    assert set(products(e, beside=True)) == {3 * y * exp(-k) * x**eta, x**k}


def test_a_power_beside_a_letter_is_known_alone():
    small = (s <= x**eta * y, x <= 1)
    assert replay(Implication("", small, s <= y, at="here")).outcome is Outcome.PROVED


def test_a_power_beyond_all_digits_is_compared_at_once():
    point = {x: Rational(2), eta: Rational(1, 10**12), y: Rational(1, 3)}
    assert _truth(x ** (1 / eta) >= 10**9, point) is True
    assert _truth(x ** (1 / eta) <= 1 / y, point) is False
    assert _truth(y <= Rational(1, 3), point) is True
