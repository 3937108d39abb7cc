"""The demanded scale is the least width and the largest step that satisfy the hypotheses, and only
just.
"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

import theorems
from theorems.language import Hypothesis
from theorems.reasoning.demand import demand, round_down
from theorems.reasoning.exact import Decision, decide

EXPLICIT = next(
    t for t in theorems.find("du2019").theorems if t.statement == "Theorem 4.1, explicit"
)


def values(theorem, points, floor, failing, energy):
    by_name = {q.name: q for q in theorem.quantities}
    exact = {
        "n": points,
        "lambda_0": Rational(floor),
        "Y": Rational(energy),
        "delta": Rational(failing),
        "L": points,
    }
    found = {by_name[k]: v for k, v in exact.items() if k in by_name}
    return found | {q: e.subs(found) for q, e in theorem.choices.items()}


@given(
    st.integers(2, 30),
    st.fractions("1/100", "1/2", max_denominator=1000),
    st.fractions("1/100", "9/10", max_denominator=1000),
    st.integers(1, 30),
)
def test_the_demanded_scale_is_just_inside(points, floor, failing, energy):
    theorem = EXPLICIT
    known = values(theorem, points, floor, failing, energy)
    wants = demand(theorem, known)
    m, eta = theorem.scale.width, theorem.scale.step_size

    def decided(width, step):
        return {
            h.name: decide(h.relation, {**known, m: width, eta: step}) for h in theorem.hypotheses
        }

    assert set(decided(wants.width, wants.step_size).values()) == {Decision.HOLDS}
    assert (
        Decision.FAILS
        in decided(max(1, int(wants.width * (1 - 1e-9)) - 1), wants.step_size).values()
    )
    assert Decision.FAILS in decided(wants.width, wants.step_size * 1.011).values()


def test_the_papers_lemmas_at_two_orthonormal_points(statement):
    theorem = statement("Theorem 4.1, explicit")
    wants = demand(theorem, values(theorem, 2, Rational(1, 2), Rational(1, 2), 2))
    limit = 6912 * 2**5 * (2 * 2 + 2) / (3.141592653589793 * 0.5**4 * 0.5**3)  # as delta_1 -> 0
    assert limit < wants.width < limit * (1 + 1e-5)


def test_hidden_constants_demand_nothing(statement):
    theorem = statement("Theorem 4.1")
    wants = demand(theorem, values(theorem, 2, Rational(1, 2), Rational(1, 2), 2))
    assert wants.width is None
    assert wants.step_size is None


def test_a_width_that_no_network_has_is_named_by_its_hypothesis(statement):
    """1 − 1/m never reaches four times the least eigenvalue 1/2."""
    theorem = statement("Theorem 4.1, explicit")
    m, floor = theorem.scale.width, next(q for q in theorem.quantities if q.name == "lambda_0")
    known = values(theorem, 2, Rational(1, 2), Rational(1, 2), 2)
    assert demand(theorem, known).unreachable == ""
    impossible = replace(
        theorem,
        hypotheses=(
            *theorem.hypotheses,
            Hypothesis("neither", 1 - 1 / m >= 4 * floor, at="planted"),
        ),
    )
    wants = demand(impossible, known)
    assert wants.width is None
    assert wants.unreachable == "neither"


@given(st.floats(1e-300, 1e300))
def test_rounding_down_keeps_three_digits(x):
    assert round_down(x) <= x
    assert round_down(x) > x * 0.98
