"""The demanded scale is the least width and the largest step that satisfy the hypotheses, and only
just.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Ge, Gt, Le, Lt, Rational

import theorems
from tests.letters import of_data
from theorems.language import (
    BadInput,
    Claim,
    Hypothesis,
    Scale,
    Theorem,
    Witness,
    count,
    positive,
)
from theorems.reasoning.consistency import excluding
from theorems.reasoning.demand import demand, round_down, round_up
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
    assert round_up(x) >= x
    assert round_up(x) < x * 1.02
    assert round_down(x, strict=True) < x < round_up(x, strict=True)


def test_a_tenth_is_not_shown_as_0_099():
    below = 0.09999999999999999  # the float below 1/10, which is what is known of it
    assert f"{round_down(below):.3g}" == "0.1"
    assert round_down(below) <= below


n, m, eta = count("n", "points"), count("m", "hidden neurons"), positive("eta", "step size")
alpha, L = positive("alpha", "scale of the start"), of_data("L", "norm", probe="input_gram_norm")
SIZES = Scale(samples=n, width=m, step_size=eta)
POINTS = {n: 4, L: (0.9999999999, 1.0000000001)}


def stated(*relations, **more):
    """A statement about the scale alone, whose hypotheses are these."""
    named = tuple(Hypothesis(f"h{i}", r, at="planted") for i, r in enumerate(relations))
    claims = (Claim("c", m * eta >= 0 * m - 1 + eta, at="planted"),)
    return Theorem(
        statement="planted", says="x.", scale=SIZES, hypotheses=named, claims=claims, **more
    )


def point(theorem, multiple=1, known=POINTS):
    """The point that is found and the decision on every hypothesis there."""
    wants = demand(theorem, known, multiple)
    width = wants.width if wants.width is not None else wants.most
    at = {**known, m: width or 1}
    if wants.step_size:
        at[eta] = wants.step_size
    return wants, {decide(h.relation, at) for h in theorem.hypotheses}


sizes = st.integers(1, 10**6)
steps = st.fractions("1/1000", "10", max_denominator=1000)


@given(sizes, sizes, st.booleans(), st.booleans(), st.sampled_from((1, 2)))
def test_a_window_of_widths_is_met_or_named(least, most, strict, turned, multiple):
    above = (Gt if strict else Ge)(m, least, evaluate=False)
    below = (Lt if strict else Le)(m, most, evaluate=False)
    theorem = stated(*(r.reversed if turned else r for r in (above, below)))
    wants, decided = point(theorem, multiple)
    there = [
        x
        for x in range(max(1, least - 1), min(least + 4, most + 1))
        if x % multiple == 0 and bool(above.subs(m, x)) and bool(below.subs(m, x))
    ]
    assert wants.width == min(there, default=None)
    assert (wants.no_width == ()) == bool(there)
    assert not there or decided == {Decision.HOLDS}


@given(steps, steps, st.booleans())
def test_a_window_of_steps_is_met_or_named(least, most, strict):
    low, high = (Rational(x.numerator, x.denominator) for x in (least, most))
    pair = (Gt(eta, low), Lt(eta, high)) if strict else (Ge(eta, low), Le(eta, high))
    wants, decided = point(stated(*pair))
    if low < high:
        assert decided == {Decision.HOLDS}
        assert wants.step_size > 0.98 * high or wants.step_size > (low * high) ** 0.5 * 0.98
    elif low > high or strict:
        assert wants.step_size == 0
        assert set(wants.no_step) == {"h0", "h1"}


@given(sizes, st.integers(1, 50))
def test_how_a_bound_is_written_does_not_matter(bound, factor):
    """Alone on a side, turned around, and as a multiple: one demand."""
    ways = (m >= bound, bound <= m, factor * m >= factor * bound, factor * m - bound * factor >= 0)
    assert {demand(stated(w), POINTS).width for w in ways if w not in (True, False)} == {bound} or (
        bound == 1
    )


def test_a_step_that_is_bounded_through_the_width_is_found_after_it():
    wants, decided = point(stated(m >= 100, eta <= 1 / m, m * eta <= Rational(1, 2)))
    assert decided == {Decision.HOLDS}
    assert wants.width == 100
    assert 0.0049 < wants.step_size <= 0.005


def test_a_letter_that_is_chosen_by_the_width_is_known_at_every_width():
    for relation, choice, width in ((alpha >= L / m, L / m, 1), (alpha >= 249 / m, m / 1000, 499)):
        assert demand(stated(relation, choices={alpha: choice}), POINTS).width == width


def test_an_equation_sets_its_letter_however_little_is_known_of_the_other_side():
    theorem = stated(Eq(eta, 1 / L), eta <= 1 / L, eta < 2 / L)
    known = {**POINTS, eta: 1 / L}
    assert demand(theorem, POINTS).step_size == pytest.approx(1, rel=1e-9)
    assert {decide(h.relation, known) for h in theorem.hypotheses} == {Decision.HOLDS}
    assert decide(Eq(eta, 1 / L), {**POINTS, eta: 1.0}) is Decision.OPEN
    assert decide(Eq(eta, 1 / L), {**POINTS, eta: 2 / L}) is Decision.FAILS
    assert decide(eta < 1 / L, known) is Decision.FAILS
    assert decide(Eq(eta, 1 / L), {eta: 1 / L, L: (-1.0, 1.0)}) is not Decision.FAILS
    assert decide(eta <= 1 / L, {eta: 1 / L, L: (0.0, 1.0)}) is Decision.OPEN  # 1/0 is no number
    assert decide(eta <= Rational(1, 10), {eta: Rational(1, 10)}) is Decision.HOLDS


@pytest.mark.parametrize(
    ("relations", "core"),
    [
        ((m >= 100 * n, eta <= 1, m <= 50), ("h0", "h2")),
        ((3 * m >= 4, 3 * m <= 5), ("h0", "h1")),  # over the reals there is room
        ((eta >= Rational(1, 5), eta <= Rational(1, 10)), ("h0", "h1")),
        ((m >= 100 * n, m <= 500), ()),
        ((m <= 1, eta <= 1), ()),
        ((L > 100, eta <= 1 / L), ()),  # no data need be like that: the domains allow it
    ],
)
def test_hypotheses_that_exclude_each_other_are_named_and_no_others(relations, core):
    theorem = stated(*relations)
    assert tuple(h.name for h in excluding(theorem.hypotheses)) == core
    if len(core) > 1 or core == ():
        assert bool(demand(theorem, POINTS).no_width + demand(theorem, POINTS).no_step) == bool(
            core
        )


@pytest.mark.parametrize(
    ("witness", "words"),
    [
        ({"letters": {positive("beta", "another"): 1}}, "beta"),
        ({"letters": {m: 10}}, "say width="),
        ({"letters": {eta: 10}}, "say step="),
        ({"letters": {L: 10}}, "speaks of the data"),
        ({"letters": {alpha: alpha}}, "must be a number"),
        ({"width": 0}, "width"),
        ({"steps": 0}, "steps"),
        ({"samples": 0}, "samples"),
        ({"step": -1}, "step"),
        ({"step": 1 / positive("beta", "another")}, "beta"),
        ({"delta": Rational(3, 2)}, "delta"),
    ],
)
def test_a_witness_that_no_run_can_take_is_refused_when_it_is_declared(witness, words):
    with pytest.raises(BadInput, match=words):
        stated(alpha <= 1, m >= L, eta <= 1, witness=Witness("orthonormal", **witness))


def test_a_witness_may_name_every_letter():
    whole = Witness("orthonormal", 4, width=10, step=1 / L, steps=5, letters={alpha: 2})
    assert stated(alpha <= 1, eta <= 1 / L, witness=whole).witness == whole
