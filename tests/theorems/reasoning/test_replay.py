"""The replay proves what is true, finds where the false fails, and never takes a contradiction for
a proof.
"""

import pytest
from sympy import Eq, Integral, Max, Min, Rational, ceiling, exp, floor, log, oo, pi, sign, sqrt

from tests.letters import observable, of_data
from theorems.language import (
    Consistent,
    Grows,
    Identity,
    Implication,
    SameOrder,
    Solved,
    count,
    failure,
    positive,
)
from theorems.language.quantity import index, nonnegative
from theorems.lemmas import contraction
from theorems.reasoning.replay import Outcome, replay

n, m = count("n", "points"), count("m", "neurons")
delta, eta, s = failure("delta", "failure"), positive("eta", "step"), positive("s", "time")
lam, x = of_data("lambda_0", "floor", probe="gram_floor"), positive("x", "a number")
r = observable("r", "residual", probe="residual")


def outcome(step):
    return replay(step).outcome


@pytest.mark.parametrize(
    ("constant", "expected"), [(4, Outcome.PROVED), (2, Outcome.PROVED), (1, Outcome.FALSE)]
)
def test_the_step_that_contracts_and_the_step_that_does_not(constant, expected):
    step = Implication(
        "",
        (eta <= lam / (constant * n**2), lam > 0),
        1 - eta * lam + eta**2 * n**2 <= 1 - eta * lam / 2,
        at="here",
    )
    assert outcome(step) is expected


@pytest.mark.parametrize("rate", [1 - eta * lam, 1 - 2 * eta * lam])
def test_a_rate_that_is_too_fast_is_false_with_a_point(rate):
    found = replay(
        Implication(
            "", (eta <= lam / (4 * n**2),), 1 - eta * lam + eta**2 * n**2 <= rate, at="here"
        )
    )
    assert found.outcome is Outcome.FALSE
    assert set(found.counterexample) == {"eta", "lambda_0", "n"}


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    [
        (6, 4, 3, Outcome.PROVED),
        (5, 4, 3, Outcome.FALSE),
        (6, 3, 3, Outcome.FALSE),
        (6, 4, 2, Outcome.FALSE),
    ],
)
def test_only_the_right_exponents_keep_the_neurons_in_the_tube(a, b, c, expected):
    radius, reach = delta * lam / n**2, 4 * sqrt(n) * sqrt(n / delta) / (sqrt(m) * lam)
    step = Implication(
        "",
        (lam > 0, lam <= Rational(1, 2), m >= 16 * n**a / (lam**b * delta**c)),
        reach <= radius,
        at="here",
    )
    assert outcome(step) is expected


def test_contradicting_premises_prove_nothing():
    assert outcome(Implication("", (eta > 2, eta < 1), lam > 5, at="here")) is Outcome.VACUOUS


def test_an_identity_is_proved_twice_or_not_at_all():
    assert outcome(Identity("", (n + 1) ** 2, n**2 + 2 * n + 1, at="here")) is Outcome.PROVED
    assert (
        outcome(Identity("", Integral(exp(-lam * s / 2), (s, 0, oo)), 2 / lam, at="here"))
        is Outcome.PROVED
    )
    wrong = replay(Identity("", sqrt(2 * pi) * n, 2 * sqrt(pi) * n, at="here"))
    assert wrong.outcome is Outcome.FALSE
    assert wrong.counterexample


def test_observables_and_symbolic_powers_are_atoms():
    from theorems.language import index

    k = index("k", "step")
    rate = 1 - eta
    step = Implication(
        "",
        (r(k + 1) <= rate * r(k), r(k) <= rate**k * r(0), rate >= 0),
        r(k + 1) <= rate ** (k + 1) * r(0),
        at="here",
    )
    assert outcome(step) is Outcome.PROVED


def test_a_power_is_the_same_atom_alone_and_in_a_product_and_upside_down():
    k, q = index("k", "step"), positive("q", "x^(2/n)")
    rate = 1 - eta * x ** (2 - 2 / n)  # a sum that has a denominator
    alone = (r(k) <= rate**k * r(0), rate**k <= lam)
    assert outcome(Implication("", alone, r(k) <= lam * r(0), at="here")) is Outcome.PROVED
    powers = (Eq(q, x ** (2 / n)), s <= x ** (2 - 2 / n) * eta)
    assert outcome(Implication("", powers, s <= eta * x**2 / q, at="here")) is Outcome.PROVED
    small = Implication("", (exp(-s) <= x,), eta * exp(-s) * lam <= eta * lam * x, at="here")
    assert outcome(small) is Outcome.PROVED
    wrong = outcome(Implication("", powers, s <= eta * x**2 * q, at="here"))
    assert wrong is not Outcome.PROVED


def test_what_the_solver_cannot_decide_is_unknown():
    step = Implication(
        "", (x > 1,), log(x) <= sqrt(x), at="here"
    )  # true, but of a logarithm the solver knows only its tangent and its order
    assert outcome(step) is Outcome.UNKNOWN


def test_orders_are_compared_letter_by_letter():
    assert (
        outcome(SameOrder("", 3 * n**2 / lam, n**2 / lam, along=(n, lam), at="here"))
        is Outcome.PROVED
    )
    found = replay(SameOrder("", n**3 / lam, n**2 / lam, along=(n, lam), at="here"))
    assert found.outcome is Outcome.FALSE
    assert found.counterexample == {"n": "exponent 3 against exponent 2"}


def test_premises_may_be_equations():
    assert (
        outcome(Implication("", (x < 1, Eq(eta**2, 1 - x)), 1 / (1 - eta) <= 2 / x, at="here"))
        is Outcome.PROVED
    )


@pytest.mark.parametrize(
    ("given", "then", "expected"),
    [
        ((x <= eta,), Max(x, eta, 2) <= eta + 2, Outcome.PROVED),
        ((x <= Min(eta, s),), 2 * x <= eta + s, Outcome.PROVED),
        ((x <= Max(eta, s),), 2 * x <= eta + s, Outcome.FALSE),
        ((x >= 2, eta >= 3), Min(x, eta) >= 3, Outcome.FALSE),
        ((Max(x, eta) <= 1,), Min(x, eta) >= x + eta - 1, Outcome.PROVED),
    ],
)
def test_the_largest_and_the_smallest_of_several_are_one_of_them(given, then, expected):
    assert outcome(Implication("", given, then, at="here")) is expected


def test_a_counterexample_in_free_atoms_must_be_one_in_numbers():
    """To the solver a logarithm is a variable: that it can be chosen badly refutes nothing."""
    true = Implication("", (x > 1,), log(x) <= sqrt(x), at="here")
    assert outcome(true) is Outcome.UNKNOWN
    wrong = replay(Implication("", (x > 1,), log(x) >= x, at="here"))
    assert wrong.outcome is not Outcome.PROVED


MONOTONE = {
    "a logarithm keeps the order": ((x <= s,), log(x) <= log(s)),
    "and so does an exponential": ((x <= s,), exp(-s) <= exp(-x)),
    "and a symbolic power": ((x <= s,), x**eta <= s**eta),
    "a logarithm below its tangent": ((x > 0,), log(x) <= x - 1),
    "an exponential above its tangent": ((x > 0,), exp(-x) >= 1 - x),
    "the logarithm of an exponential": ((x <= exp(-m / s),), log(1 / x) >= m / s),
    "the logarithm of a power": ((x <= s ** (-(2 + eta) / eta),), eta * log(1 / x) >= (2 + eta) * log(s)),
    "an exponential of a logarithm": ((log(x) >= m * s,), x >= exp(m * s)),
    "a power of a base below one": ((delta < 1,), delta**eta <= 1),
}  # fmt: skip


@pytest.mark.parametrize("name", MONOTONE)
def test_logarithms_and_powers_are_known_to_be_monotone(name):
    given, then = MONOTONE[name]
    assert outcome(Implication("", given, then, at="here")) is Outcome.PROVED


@pytest.mark.parametrize("name", MONOTONE)
def test_and_their_opposites_are_not_proved(name):
    given, then = MONOTONE[name]
    turned = then.func(then.rhs, then.lhs)
    assert outcome(Implication("", given, turned, at="here")) is not Outcome.PROVED


def test_logarithms_of_products_and_powers_of_multiples_are_the_same_atoms_in_any_form():
    step = Implication(
        "", (m >= log(2 * n**2 / delta),), m >= log(2) + 2 * log(n) - log(delta), at="here"
    )
    assert outcome(step) is Outcome.PROVED


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (ceiling(x / eta) * eta >= x, Outcome.PROVED),
        (ceiling(x / eta) < x / eta + 1, Outcome.PROVED),
        (floor(x / eta) * eta <= x, Outcome.PROVED),
        (ceiling(x / eta) * eta >= 2 * x, Outcome.FALSE),
        (floor(x / eta) * eta >= 2 * x, Outcome.FALSE),
    ],
)
def test_what_is_rounded_up_or_down_is_less_than_one_away(then, expected):
    assert outcome(Implication("", (x >= 3 * eta,), then, at="here")) is expected


def test_requirements_that_can_be_met_come_with_a_point():
    found = replay(Consistent("", (m >= 2 * n**2, sqrt(m) <= 4 * n, eta * m <= 1), at="here"))
    assert found.outcome is Outcome.PROVED
    assert "for example at" in found.note


def test_requirements_that_contradict_are_reduced_to_those_that_do():
    found = replay(Consistent("", (n >= 3, m >= n**2, eta <= 1, sqrt(m) <= n / 2), at="here"))
    assert found.outcome is Outcome.FALSE
    assert "m ≥ n²" in found.note
    assert "√m ≤ n/2" in found.note
    assert "η" not in found.note
    assert "n ≥ 3" not in found.note


@pytest.mark.parametrize(
    "given",
    [
        (m * n >= 6, m * n <= Rational(13, 2), m + n <= Rational(11, 2), m >= 3),
        (2 * m >= 3, 2 * m <= 3),
    ],
)
def test_counts_are_whole_where_requirements_are_met(given):
    found = replay(Consistent("", given, at="here"))
    assert found.outcome is (Outcome.PROVED if len(given) > 2 else Outcome.FALSE)
    assert "/" not in found.note.split("at ")[-1] or found.outcome is Outcome.FALSE


def test_logarithms_are_not_made_up_to_meet_requirements():
    assert outcome(Consistent("", (log(x) >= 2, x <= 1), at="here")) is not Outcome.PROVED


def test_the_sign_of_the_logarithm_of_a_count_and_of_a_probability_is_known():
    assert (
        outcome(Implication("", (m >= 4 * log(2 * n / delta),), m >= log(2 / delta), at="here"))
        is Outcome.PROVED
    )
    assert (
        outcome(Implication("", (m >= 4 * log(2 * x / delta),), m >= log(2 / delta), at="here"))
        is not Outcome.PROVED
    )


def test_a_bound_is_computed_by_solving_for_its_letter():
    reach, radius = 4 * sqrt(n) / (sqrt(m) * lam), delta * lam
    assert (
        outcome(
            Solved("", reach <= radius, letter=m, bound=16 * n / (lam**4 * delta**2), at="here")
        )
        is Outcome.PROVED
    )
    assert (
        outcome(Solved("", reach <= radius, letter=m, bound=8 * n / (lam**4 * delta**2), at="here"))
        is Outcome.FALSE
    )
    assert (
        outcome(
            Solved("", reach >= radius, letter=m, bound=16 * n / (lam**4 * delta**2), at="here")
        )
        is Outcome.FALSE
    )  # holds below, not above


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (log(1 + x), x, Outcome.PROVED),
        (x, log(1 + x), Outcome.FALSE),
        (1 - exp(-x), x, Outcome.PROVED),
        (1 + x, exp(x), Outcome.PROVED),
        (x**2, x, Outcome.UNKNOWN),
    ],
)
def test_what_starts_equal_and_grows_faster_stays_above(left, right, expected):
    found = outcome(Grows("", left, right, along=x, at="here"))
    assert found is expected or (expected is Outcome.UNKNOWN and found is not Outcome.PROVED)


def test_the_order_says_what_the_hidden_constant_is():
    from theorems.language import hidden

    found = replay(
        SameOrder(
            "",
            7 * n**2 / lam,
            n**2 / lam,
            along=(n, lam),
            hidden=hidden("C", "constant"),
            at="here",
        )
    )
    assert "C = 7" in found.note
    logs = replay(SameOrder("", n**2 * log(n), n**2, along=(n,), at="here"))
    assert logs.outcome is Outcome.FALSE, "a logarithm is part of the order"


k_, w = index("k", "a step"), nonnegative("w", "a number that may be 0")
y, z = positive("y", "a number"), positive("z", "a number")
another = positive("x", "another number of the same name")
FALSE_STEPS = {
    "a power with a difference in its exponent is no product": Implication(
        "", (w >= 1,), Eq(w ** (k_ - 1), w * (k_ - 1)), at="x"
    ),
    "two letters of one name are two": Implication("", (), Eq(x, another), at="x"),
    "lemmas do not support each other in a circle": Implication(
        "",
        (
            contraction(factor=y, eta=x, s=1, low=0, high=1),
            contraction(factor=x, eta=y, s=1, low=0, high=1),
        ),
        x <= 1,
        at="x",
    ),
    "a lemma says nothing about a letter that is not what it means": Implication(
        "",
        (contraction(factor=y, eta=Rational(1, 2), s=1, low=1, high=1),),
        y <= Rational(1, 2),
        at="x",
    ),
    "a bound must be the place where the relation begins to hold": Solved("", x >= 3, x, 1, at="x"),
    "and hold from there on": Solved("", 10 + (x - 1) * (x - 2) * (x - 3) >= 10, x, 1, at="x"),
    "a sum is not of the order of a product": SameOrder("", n + m, n * m, along=(n, m), at="x"),
    "nor is a negative number of that of a positive one": SameOrder("", -n, n, along=(n,), at="x"),
    "what may be zero is tried at zero": Identity("", sign(w), 1, at="x"),
    "a root that need not exist is not used": Implication(
        "", (), Eq(sqrt(x - y) * sqrt(z - y), sqrt((x - y) * (z - y))), at="x"
    ),
}


@pytest.mark.parametrize("name", FALSE_STEPS)
def test_what_is_false_is_never_proved(name):
    assert outcome(FALSE_STEPS[name]) is not Outcome.PROVED


TRUE_STEPS = {
    "counts are whole": Implication("", (n > 1,), n >= 2, at="x"),
    "steps are whole": Implication("", (k_ > 0,), k_ >= 1, at="x"),
    "nothing is divided by zero": Implication("", (y / w >= 1,), w > 0, at="x"),
    "a letter inside a function keeps its sign": Implication("", (), exp(x) >= 1, at="x"),
    "a difference that starts above may fall": Grows("", 0, (x - 1) ** 2, along=x, at="x"),
    "or depend on other letters": Grows("", 2 * y * z, y**2 + z**2 + x, along=x, at="x"),
    "orders that cannot be read": SameOrder("", exp(n), exp(n), along=(n,), at="x"),
    "floats are not exact": Identity("", 0.1 * x + 0.2 * x, 0.3 * x, at="x"),
}


@pytest.mark.parametrize("name", TRUE_STEPS)
def test_what_is_true_is_never_called_false(name):
    assert outcome(TRUE_STEPS[name]) is not Outcome.FALSE


def test_an_expression_that_equals_itself_proves_nothing():
    assert outcome(Identity("", n * lam, lam * n, at="here")) is Outcome.VACUOUS
    assert outcome(Identity("", (n + 1) ** 2, n**2 + 2 * n + 1, at="here")) is Outcome.PROVED


def test_an_answer_does_not_depend_on_what_was_asked_before():
    from theorems.reasoning.solver import implication

    slow, near = eta <= lam * (1 - 1 / sqrt(n)) / (4 * n**2), x <= lam * (1 / sqrt(n) + 1) / 4
    step = Implication(
        "",
        (slow, near, r(0) ** 2 <= 1 - eta * lam + eta * x + eta**2 * n**2),
        r(0) ** 2 <= 1 - eta * lam / 2,
        at="here",
    )
    first = implication(step)
    for other in range(2, 6):
        implication(
            Implication(
                "",
                (eta <= lam / (other * n**2), lam > 0),
                1 - eta * lam + eta**2 * n**2 <= 1 - eta * lam / 2,
                at="here",
            )
        )
        assert implication(step) == first
