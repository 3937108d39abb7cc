"""A planted power law along a ladder of any letter is found with its exponent, read at the moment that
the law names; what was not measured is said and accuses nobody.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from reports.judging.evidence import Evidence
from reports.judging.laws import law_finding
from reports.judging.readings import Rung, readings
from reports.judging.verdict import LawVerdict
from tests.letters import label, observable, of_data, of_draw
from theorems.language import Largest, Last, Law, count, positive

m = count("m", "neurons")
alpha = positive("alpha", "size of the start")
moved = observable("travel", "farthest movement", probe="movement")
start = of_draw("start", "largest output", probe="largest_output")
norm = of_data("Y", "norm of the labels", probe="label_norm")
SIZES = (256, 512, 1024, 2048, 4096)
COLUMNS = ["seed", "step", "observable", "value", "error"]


def rung(size, tops, values=None):
    """One size, at which the movement of each seed rises to its top at step 1 and ends at half of
    it.
    """
    rows = [
        (s, float(k), label("movement"), v * top, 0.01 * top)
        for s, top in enumerate(tops)
        for k, v in enumerate((0.25, 1.0, 0.5))
    ]
    rows += [(s, 0.0, label("largest_output"), 3 * top, 0.03 * top) for s, top in enumerate(tops)]
    return Rung(size, Evidence(values or {}, {}, pd.DataFrame(rows, columns=COLUMNS)))


def ladder(exponent, log_exponent=0.0, seeds=10, sizes=SIZES, noise=0.03):
    rng = np.random.default_rng(0)
    return [
        rung(
            size,
            size**exponent
            * abs(np.log(size)) ** log_exponent
            * np.exp(noise * rng.standard_normal(seeds)),
        )
        for size in sizes
    ]


# What a law reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "value", "error"),
    [
        (moved, 2.0, 0.02),
        (Largest(moved), 2.0, 0.02),
        (Last(moved), 1.0, 0.02),
        (moved(0), 0.5, 0.02),
        (moved(1), 2.0, 0.02),
        (start, 6.0, 0.06),
        (Last(moved) / moved(0), 2.0, 0.12),
        (norm * Last(moved) - start, -2.0, 0.14),
        (moved(3), np.nan, np.nan),
        (Last(observable("f", "flips", probe="flips")), np.nan, np.nan),
    ],
)
def test_an_expression_is_read_at_its_moments(of, value, error):
    law = Law("l", of=of, along=m, exponent=1, at="x")
    found = readings(law.read, rung(8, [2.0], {norm: 4.0}).evidence)
    assert found.values == pytest.approx([value], nan_ok=True)
    assert np.nan_to_num(found.errors[0]) == pytest.approx(np.nan_to_num(error), rel=0.2)


def test_a_run_that_was_not_followed_to_its_end_has_no_largest_and_no_last_value():
    evidence = rung(8, [2.0, 3.0]).evidence
    lost = pd.DataFrame([(1, 2.0, "lost", 1.0, 0.0)], columns=COLUMNS)
    evidence = Evidence({}, {}, pd.concat([evidence.frame, lost]))
    for of in (Largest(moved), Last(moved)):
        assert np.isnan(readings(of, evidence).values).tolist() == [False, True]
    assert readings(moved(0), evidence).values == pytest.approx([0.5, 0.75])


def test_a_value_that_is_no_number_leaves_the_largest_unknown():
    frame = rung(8, [2.0, 3.0]).evidence.frame.copy()
    frame.loc[frame["seed"].eq(1) & frame["step"].eq(2), "value"] = np.nan
    assert np.isnan(readings(Largest(moved), Evidence({}, {}, frame)).values).tolist() == [
        False,
        True,
    ]


# Verdicts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["at most", "at least", "exactly"])
@pytest.mark.parametrize("true", [-1.0, -0.5, -0.2])
def test_a_bound_is_one_sided(true, kind):
    found = law_finding(
        Law("l", of=moved, along=m, exponent=-Rational(1, 2), at="x", kind=kind), ladder(true)
    )
    right = {"at most": true <= -0.5, "at least": true >= -0.5, "exactly": true == -0.5}[kind]
    want = LawVerdict.LOOSE if true != -0.5 else LawVerdict.CONSISTENT
    assert found.exponent.verdict is (want if right else LawVerdict.INCONSISTENT)
    assert found.exponent.low <= true + 0.05
    assert found.exponent.high >= true - 0.05
    assert found.sizes == SIZES


@given(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), st.sampled_from(["at most", "at least", "exactly"]))
def test_towards_zero_is_towards_infinity_in_one_over_the_letter(true, kind):
    """at most alpha^p as alpha goes to 0 is at most (1/alpha)^-p: the same ladder, the same verdict."""
    up = ladder(true)
    down = [Rung(1 / r.size, r.evidence) for r in up]
    one = law_finding(Law("l", of=moved, along=m, exponent=Rational(1, 2), at="x", kind=kind), up)
    other = law_finding(
        Law("l", of=moved, along=alpha, to=0, exponent=-Rational(1, 2), at="x", kind=kind), down
    )
    assert one.exponent.verdict is other.exponent.verdict
    assert (one.exponent.low, one.exponent.high) == pytest.approx(
        (-other.exponent.high, -other.exponent.low)
    )
    assert other.sizes == tuple(sorted((r.size for r in down), reverse=True))


def test_the_order_in_which_the_sizes_come_changes_nothing():
    law = Law("l", of=moved, along=m, exponent=-1, at="x")
    assert law_finding(law, ladder(-1.0)) == law_finding(law, ladder(-1.0)[::-1])


@pytest.mark.parametrize("sizes", [SIZES, tuple(1 / s for s in SIZES)])
def test_a_declared_logarithm_is_taken_out(sizes):
    letter, to = (m, None) if sizes is SIZES else (alpha, 0)
    law = Law("l", of=moved, along=letter, to=to, exponent=-1, log_exponent=2, at="x")
    found = law_finding(law, ladder(-1.0, 2.0, sizes=sizes))
    assert found.exponent.fitted == pytest.approx(-1, abs=0.05)
    assert found.medians[0] == pytest.approx(np.log(256) ** 2 / sizes[0], rel=0.05)


# Nothing is dropped in silence ------------------------------------------------------------------------


def test_without_a_ladder_nothing_is_fitted_and_the_reason_is_kept():
    found = law_finding(Law("l", of=moved, along=m, exponent=-1, at="x"), [], "no ladder along m")
    assert found.exponent.verdict is LawVerdict.VOID
    assert found.exponent.why == "no ladder along m"


def test_a_logarithm_that_vanishes_on_the_ladder_is_void():
    law = Law("l", of=moved, along=m, exponent=-1, log_exponent=1, at="x")
    found = law_finding(law, ladder(-1.0, sizes=(1, 2, 4, 8)))
    assert found.exponent.verdict is LawVerdict.VOID
    assert "logarithm of m is not positive" in found.exponent.why


def test_an_unmeasured_observable_is_void():
    law = Law("l", of=observable("f", "flips", probe="flips"), along=m, exponent=-1, at="x")
    found = law_finding(law, ladder(-1.0))
    assert found.exponent.verdict is LawVerdict.VOID
    assert "unmeasured in 10 of 10 seeds" in found.exponent.why
    assert "m = 256, 512" in found.exponent.why


@pytest.mark.parametrize("hole", [0.0, np.nan])
def test_seeds_without_a_value_are_counted_and_then_no_law_is_contradicted(hole):
    law = Law("l", of=start, along=m, exponent=-1, at="x")
    rungs = ladder(-0.2)
    frame = rungs[3].evidence.frame
    frame.loc[frame["seed"].eq(4) & frame["observable"].eq(label("largest_output")), "value"] = hole
    found = law_finding(law, rungs).exponent
    assert found.verdict is LawVerdict.INCONCLUSIVE
    assert found.seeds == 9
    assert "unmeasured in 1 of 10 seeds" in found.why
    assert "no positive value at m = 2,048" in found.why
    assert law_finding(law, ladder(-0.2)).exponent.verdict is LawVerdict.INCONSISTENT


def test_all_that_is_said_of_a_law():
    law = Law("l", of=start, along=m, exponent=-1, at="x")
    rungs = ladder(-1.0)
    found = law_finding(law, rungs[::-1])
    assert found.law is law
    assert found.sizes == tuple(map(float, SIZES))
    table = np.array([readings(law.read, r.evidence).values for r in rungs]).T
    assert found.medians == pytest.approx(np.median(table, axis=0))
    assert (found.exponent.seeds, found.exponent.why) == (10, "")


def holed(*holes):
    """A ladder on which one seed has such a value of the draw at such a size."""
    rungs = ladder(-1.0)
    for size, value in holes:
        frame = rungs[size].evidence.frame
        row = frame["seed"].eq(2) & frame["observable"].eq(label("largest_output"))
        frame.loc[row, "value"] = value
    return rungs


def test_sizes_without_a_positive_value_are_named():
    law = Law("l", of=start, along=m, exponent=-1, at="x")
    rungs = holed((1, 0.0), (3, np.inf))
    found = law_finding(law, rungs)
    assert found.exponent.why == (
        "unmeasured in 1 of 10 seeds; no positive value at m = 512, 2,048"
    )
    others = np.array([np.delete(readings(law.read, r.evidence).values, 2) for r in rungs])
    assert found.medians == tuple(np.median(others, axis=1))
    rungs = [rung(size, [np.nan] * 4) for size in SIZES]
    assert law_finding(law, rungs).medians == ()


def test_a_logarithm_is_void_from_the_first_size_at_which_it_is_not_positive():
    law = Law("l", of=moved, along=m, exponent=-1, log_exponent=2, at="x")
    found = law_finding(law, ladder(-1.0, sizes=(1, 2, 4, 8, 16)))
    assert found.exponent.why == "the logarithm of m is not positive on the whole ladder"
    assert (found.sizes, found.medians) == ((1.0, 2.0, 4.0, 8.0, 16.0), ())
    assert law_finding(
        law, ladder(-1.0, 2.0, sizes=(2, 4, 8, 16))
    ).exponent.fitted == pytest.approx(-1, abs=0.1)


@pytest.mark.parametrize(("every", "least"), [(True, 1), (False, 3)])
def test_one_run_is_enough_only_where_nothing_is_drawn_at_any_size(every, least):
    rungs = [
        Rung(r.size, replace(r.evidence, deterministic=every or i > 0))
        for i, r in enumerate(ladder(-1.0, seeds=2))
    ]
    found = law_finding(Law("l", of=moved, along=m, exponent=-1, at="x"), rungs).exponent
    assert (found.verdict is LawVerdict.VOID) is (least == 3)
    assert ("needs 3" in found.why) is (least == 3)


def test_without_a_reason_none_is_given():
    law = Law("l", of=moved, along=m, exponent=-1, at="x")
    found = law_finding(law, [])
    assert (found.exponent.why, found.sizes, found.medians, found.exponent.seeds) == ("", (), (), 0)
