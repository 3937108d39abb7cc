"""What the solver is told of logarithms and powers is true: in numbers, at random points."""

from random import Random

import pytest
from sympy import Rational, exp, log

from theorems.language import count, failure, positive
from theorems.reasoning import monotone
from theorems.reasoning.powers import products
from theorems.reasoning.solver import Translation, prepared

x, y, eta = positive("x", "a number"), positive("y", "another"), positive("eta", "a step")
n, delta = count("n", "points"), failure("delta", "a chance")
RELATIONS = {
    "logarithms": (log(x + 1) <= log(y), log(x * y) >= x),
    "exponentials": (exp(-x) <= y, exp(x - y) >= exp(eta)),
    "powers": (x**eta <= y**eta, (2 * x + 2) ** (-(2 + eta) / eta) <= y),
    "powers of a number": (2**x <= y, Rational(1, 3) ** x <= eta),
    "all of them": (log(x) <= exp(y), delta**eta <= log(1 + y)),
    "products": (x <= 3 * y * (2 * x) ** (1 / eta) * exp(-n),),
    "of counts": (log(n) <= x, exp(-n * x) <= delta),
}


def at(letters, random):
    found = {}
    for letter in letters:
        top, bottom = random.randint(1, 40), random.randint(1, 40)
        below = getattr(letter, "below", None) is not None
        found[letter] = (
            Rational(top) if letter.is_integer else Rational(top, top + bottom if below else bottom)
        )
    return found


@pytest.mark.parametrize("name", RELATIONS)
@pytest.mark.parametrize("seed", range(20))
def test_every_fact_is_true_in_numbers(name, seed):
    import z3

    t = Translation()
    relations = prepared(RELATIONS[name])
    for r in relations:
        t.relation(r)
    powers = {p for r in relations for both in (True, False) for p in products(r, both)}
    told = [*monotone.facts(t, sorted(powers, key=str)), *t.facts]
    assert told
    point = at(set().union(*(r.free_symbols for r in relations)), Random(seed))

    def exact(value):
        number = Rational(str(value.evalf(40)))
        return z3.Q(int(number.p), int(number.q), t.context)

    # what stands for a root or a named sum has a tuple for its key, or is a sum itself
    whole = {
        key: key[0] ** Rational(1, key[1]) if isinstance(key, tuple) else key for key in t.vars
    }
    pairs = [(v, exact(whole[key].subs(point))) for key, v in t.vars.items()]
    for fact in told:
        shown = z3.simplify(z3.substitute(fact, *pairs))
        definition = z3.is_eq(fact) and fact.arg(0).sort() == z3.RealSort(t.context)
        assert definition or z3.is_true(shown), fact
