"""What is known at a scale is read as it was written, whatever the order of the rows, and both sides
of a relation stand at the steps that all they rest on has.
"""

import numpy as np
import pandas as pd
import pytest
from sympy import I, Integer, Rational, S, log, pi, sqrt, zoo

from reports.judging.evidence import DIGITS, Evidence, Series, letters, number, sides
from sim.plan import label_of
from tests.letters import SETTING, label, observable, of_data, of_draw, w
from theorems.language import (
    Claim,
    Each,
    Theorem,
    count,
    defined,
    hidden,
    index,
    positive,
)
from theorems.language.quantity import time

k, t, m = index("k", "step"), time("t", "time"), count("m", "neurons")
n, eta, share = count("n", "points"), positive("eta", "step size"), positive("q", "a share")
C = hidden("C", "a constant")
x = observable("x", "a number", probe="x", nonnegative=None)
y = observable("y", "another", probe="y", nonnegative=None)
out = of_draw("out", "largest output", probe="out", nonnegative=None)
near = of_draw("near", "neurons near a kink", probe="near_kink")
lam = of_data("lam", "a floor", probe="floor")
COLUMNS = ["seed", "step", "observable", "value", "error"]
X = label("x")
Y = label("y")
OUT = label("out", w.start)


def known(rows, values=None, exact=None, **more):
    """rows: (seed, step, observable, value, error)."""
    types = {"seed": int, "step": float, "value": float, "error": float}
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(types)
    return Evidence(values or {}, exact or {}, frame, **more)


def curve(name, values, seed=0, steps=None, error=0.0):
    steps = range(len(values)) if steps is None else steps
    return [(seed, at, name, v, error) for at, v in zip(steps, values, strict=True)]


# Rows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", range(4))
def test_rows_are_found_by_seed_and_name_in_the_order_of_their_steps(order):
    rows = [
        (seed, step, name, 100 * seed + 10 * step + place, step / 8)
        for seed in (7, 2)
        for place, name in enumerate(("b", "a"))
        for step in (0, 1, 5)
    ]
    shuffled = [rows[i] for i in np.random.default_rng(order).permutation(len(rows))]
    evidence = known(shuffled)
    for seed in (7, 2):
        for place, name in enumerate(("b", "a")):
            found = evidence.of(seed, name)
            assert found.steps.tolist() == [0, 1, 5]
            assert found.values.tolist() == [100 * seed + 10 * s + place for s in (0, 1, 5)]
            assert found.errors.tolist() == [0, 1 / 8, 5 / 8]
    assert set(evidence.seeds) == {7, 2}


def test_what_was_not_measured_is_empty_and_has_no_first_value():
    for evidence in (known([]), known(curve(X, [1.0]))):
        assert [len(c) for c in evidence.of(0, Y)] == [0, 0, 0]
        assert len(evidence.of(1, X).steps) == 0
        assert np.isnan(evidence.first(0, Y).low)
        assert np.isnan(evidence.start(0, Y))
        assert evidence.lost(0) is False
        assert evidence.diverged(0) is None
        assert evidence.blur([0, 1]) == 0
    assert known([]).seeds == ()


def test_runs_are_counted_once_in_their_order_and_one_where_nothing_is_drawn():
    rows = [*curve(X, [1.0, 2.0], 5), *curve(X, [1.0], 3), *curve(Y, [1.0], 5)]
    assert known(rows).seeds == (5, 3)
    assert known(rows, deterministic=True).seeds == (5,)
    assert known(rows).steps is None


def test_a_first_value_comes_with_its_error():
    evidence = known([(0, 3, X, 9.0, 0.5), (0, 2, X, 4.0, 0.25)])
    assert evidence.first(0, X) == (3.75, 4.25)
    assert evidence.start(0, X) == 4.0
    assert isinstance(evidence.start(0, X), float)


def test_steps_are_counted_from_another_and_read_where_they_are():
    found = Series(np.array([0.0, 1, 4]), np.array([5.0, 6, 7]), np.array([0.0, 1, 2]))
    assert found.shifted(0) is found
    assert found.shifted(1).steps.tolist() == [-1, 0, 3]
    assert found.shifted(-1).steps.tolist() == [1, 2, 5]
    assert (found.shifted(1).values is found.values, found.shifted(1).errors is found.errors) == (
        True,
        True,
    )
    read = found.at(np.array([1.0, 4]))
    assert (read.low.tolist(), read.high.tolist()) == ([5, 5], [7, 9])


# How a run ends -----------------------------------------------------------------------------------------


def test_a_run_says_itself_where_it_left_the_numbers_or_its_loss_does():
    loss = curve("loss", [1.0, 2.0, np.inf, np.nan])
    assert known(loss).diverged(0) == 2.0
    assert known(curve("loss", [1.0, np.nan, 3.0])).diverged(0) == 1.0
    assert known([*loss, (0, 7, "diverged", 1.0, 0.0)]).diverged(0) == 7.0
    assert known(curve("loss", [1.0, 2.0])).diverged(0) is None
    assert known(curve(X, [1.0, np.inf])).diverged(0) is None
    assert known([*loss, *curve("loss", [1.0], 1)]).diverged(1) is None
    two = known([(0, 7, "diverged", 1.0, 0.0), (0, 4, "diverged", 1.0, 0.0)])
    assert two.diverged(0) == 4.0


def test_a_lost_run_says_so():
    evidence = known([*curve(X, [1.0]), (1, 2, "lost", 1.0, 0.0)])
    assert [evidence.lost(s) for s in (0, 1)] == [False, True]


def test_the_distances_of_the_draws_add_up_and_each_is_counted_once():
    rows = [(s, step, "law_error", 2.0 ** -(s + step), 0.0) for s in range(3) for step in (0, 1)]
    evidence = known(rows)
    assert evidence.blur([0, 2]) == 1.25
    assert evidence.blur([1]) == 0.5
    assert evidence.blur([1, 9]) == 0.5


# Letters ------------------------------------------------------------------------------------------------


def test_letters_are_as_narrow_as_they_are_known():
    values = {m: 64.0, eta: 0.1, lam: 0.4, share: 0.2, n: 3.0}
    exact = {m: 64, eta: Rational(1, 10), lam: (0.25, 0.5), share: eta * 2}
    found = known([], values, exact).letters
    assert set(found) == set(values)
    assert found[m] == (64.0, 64.0)
    assert found[eta].low < 0.1 <= found[eta].high
    assert found[eta].high - found[eta].low < 1e-16
    assert found[lam] == (0.25, 0.5)
    assert 0 <= 0.2 - found[share].low < 1e-9
    assert 0 <= found[share].high - 0.2 < 1e-9
    assert found[n] == (3.0, 3.0)  # no exact form: the number itself


def test_a_number_is_that_of_its_seed_and_nan_without_one():
    rows = [*curve(OUT, [2.0], 0), *curve(OUT, [3.0], 1), *curve(X, [5.0, 9.0])]
    evidence = known(rows, {m: 4.0, eta: 0.5})
    twice = defined("R", 2 * out, "a radius")
    assert [number(twice * m, evidence, s) for s in (0, 1)] == [16.0, 24.0]
    assert number(x(0) + m, evidence, 0) == 9.0
    assert number(x(0) * out, evidence, 0) == 10.0
    assert number(Integer(3), evidence, 0) == 3.0
    assert number(sqrt(2 * m), evidence, 0) == pytest.approx(np.sqrt(8))
    for unknown in (x(0), lam, C * m, y(0), sqrt(-m), log(m - 4), zoo + m, I * m):
        assert np.isnan(number(unknown, evidence, 1)), unknown


def test_abbreviations_are_given_with_their_range_over_the_draws():
    rows = [r for s, v in enumerate((5.0, 1.0, 2.0, 9.0)) for r in curve(OUT, [v], s)]
    evidence = known(rows, {m: 4.0, eta: 0.5})
    radius, fixed = defined("R", out * m, "a radius"), defined("a", eta * m, "a number")
    secret = defined("b", C * m, "hidden")
    claim = Claim("c", x(k) <= radius + fixed + secret, at="x", over=Each(k))
    theorem = Theorem(statement="T", says="s", setting=SETTING, hypotheses=(), claims=(claim,))
    assert letters(theorem, evidence) == {radius: (4.0, 14.0, 36.0), fixed: (2.0, 2.0, 2.0)}
    only = known([*curve(OUT, [2.0], 3), *curve(X, [1.0], 4)], {m: 4.0, eta: 0.5})
    assert letters(theorem, only)[radius] == (8.0, 8.0, 8.0)
    unseen = known([], {m: 4.0, eta: 0.5})
    assert letters(theorem, unseen) == {fixed: (2.0, 2.0, 2.0)}


# Both sides ---------------------------------------------------------------------------------------------


def test_both_sides_stand_at_the_steps_that_all_have():
    rows = [*curve(X, [1.0, 2.0, 4.0, 8.0]), *curve(Y, [10.0, 30.0, 40.0], steps=(0, 2, 3))]
    found = sides(x(k) <= y(k), k, known(rows), 0)
    assert found.steps.tolist() == [0, 2, 3]
    assert found.left == pytest.approx([1, 4, 8])
    assert found.right == pytest.approx([10, 30, 40])
    assert (found.missing, found.rough.tolist()) == (False, [False] * 3)
    assert found.lhs.low.shape == found.rhs.high.shape == (3,)


def test_a_shifted_call_is_read_ahead_and_nothing_is_read_before_the_start():
    evidence = known(curve(X, [1.0, 2.0, 4.0, 8.0]))
    ahead = sides(x(k + 1) <= x(k), k, evidence, 0)
    assert ahead.steps.tolist() == [0, 1, 2]
    assert (ahead.left.tolist(), ahead.right.tolist()) == ([2, 4, 8], [1, 2, 4])
    alone = sides(x(k + 1) <= 3, k, evidence, 0)
    assert alone.steps.tolist() == [0, 1, 2]
    assert alone.left.tolist() == [2, 4, 8]


def test_letters_draws_the_start_and_the_step_itself_are_read():
    rows = [*curve(X, [4.0, 2.0, 1.0]), *curve(OUT, [3.0], steps=(0,))]
    evidence = known(rows, {m: 2.0, eta: 0.25}, {m: 2, eta: Rational(1, 4)})
    found = sides(x(k) <= (1 - eta) ** k * x(0) + m * out + k, k, evidence, 0)
    assert found.right == pytest.approx([10, 3 + 6 + 1, 2.25 + 6 + 2], rel=1e-12)
    assert found.left.tolist() == [4, 2, 1]
    shares = known([*rows, *curve(label_of(near(2)), [7.0], steps=(0,))], {m: 2.0})
    assert sides(near(2) <= m, None, shares, 0).left.tolist() == [7]


def test_a_relation_without_a_step_stands_at_step_0():
    evidence = known(curve(X, [4.0, 2.0], error=0.5), {lam: 2.0}, {lam: (1.0, 3.0)})
    found = sides(x(0) <= lam, None, evidence, 0)
    assert found.steps.tolist() == [0.0]
    assert (found.lhs.low.tolist(), found.lhs.high.tolist()) == ([3.5], [4.5])
    assert (found.rhs.low.tolist(), found.rhs.high.tolist()) == ([1.0], [3.0])
    assert (found.missing, found.rough.tolist()) == (False, [False])


@pytest.mark.parametrize(
    ("relation", "over"),
    [
        (x(k) <= y(k), k),
        (x(k) <= lam, k),
        (x(k) <= out, k),
        (x(k) <= y(0), k),
        (x(0) <= lam, None),
        (y(0) <= 1, None),
        (out <= 1, None),
    ],
)
def test_a_relation_that_lacks_something_is_nowhere(relation, over):
    found = sides(relation, over, known(curve(X, [1.0, 2.0])), 0)
    assert found.missing is True
    assert np.isnan([*found.lhs.low, *found.lhs.high, *found.rhs.low, *found.rhs.high]).all()
    assert found.lhs.low.shape == found.steps.shape


def test_a_table_without_a_common_step_lacks_something():
    rows = [*curve(X, [1.0], steps=(0,)), *curve(Y, [1.0], steps=(1,))]
    assert sides(x(k) <= y(k), k, known(rows), 0).missing is True
    assert sides(x(k + 1) <= 1, k, known(rows), 0).missing is True
    assert sides(x(k) <= 1, k, known(rows), 0).missing is False


def test_a_number_known_to_fewer_than_six_digits_is_rough():
    value, errors = 2.0, np.array([0.0, 0.99, 1.01, 50.0]) * DIGITS * 2.0
    rows = [(0, at, X, value, e) for at, e in enumerate(errors)]
    found = sides(x(k) <= 10**6, k, known(rows), 0)
    assert found.rough.tolist() == [False, False, True, True]
    negative = known([(0, at, X, -value, e) for at, e in enumerate(errors)])
    assert sides(x(k) <= 1, k, negative, 0).rough.tolist() == [False, False, True, True]
    both = [*rows, *[(0, at, Y, 1.0, e) for at, e in enumerate((0.0, 1.0, 0.0, 0.0))]]
    assert sides(x(k) <= y(k), k, known(both), 0).rough.tolist() == [False, True, True, True]
    holes = known(
        [(0, 0, X, 0.0, 0.0), (0, 1, X, 0.0, 1e-9), (0, 2, X, np.nan, 0.0), (0, 3, X, np.inf, 1.0)]
    )
    assert sides(x(k) <= 1, k, holes, 0).rough.tolist() == [False, True, False, False]


def test_a_flow_is_read_at_its_times():
    evidence = known(curve(X, [4.0, 2.0, 1.0], steps=(0, 0.5, 2.5)))
    found = sides(x(t) <= 4 - t, t, evidence, 0)
    assert found.steps.tolist() == [0, 0.5, 2.5]
    assert found.right == pytest.approx([4, 3.5, 1.5])


def test_an_irrational_constant_is_enclosed():
    found = sides(x(0) <= pi * S.Half, None, known(curve(X, [1.0])), 0)
    assert found.rhs.low[0] < np.pi / 2 < found.rhs.high[0]
    assert found.rhs.high[0] - found.rhs.low[0] < 1e-14
