"""Hypotheses decided on the data, draw by draw and run by run, and the claims that follow from them:
each field of what is recorded.
"""

import numpy as np
import pandas as pd
import pytest
from sympy import Integer, Rational

from reports.judging.compare import compare, finding
from reports.judging.count import Sample
from reports.judging.evidence import Evidence
from reports.judging.hypotheses import enclosure, judge
from reports.judging.verdict import Verdict
from tests.letters import SETTING, label, observable, of_data, of_draw, w
from theorems.language import (
    Claim,
    Each,
    Hypothesis,
    LimitIn,
    Theorem,
    count,
    failure,
    hidden,
    index,
    positive,
)
from theorems.reasoning.exact import Decision
from theorems.writing.notation import text

k, m, n = index("k", "step"), count("m", "neurons"), count("n", "points")
delta, alpha = failure("delta", "failure"), positive("alpha", "size of the start")
C = hidden("C", "a constant")
D = hidden("D", "another")
x = observable("x", "a number", probe="x", nonnegative=None)
out = of_draw("out", "largest output", probe="out")
lam = of_data("lam", "a floor", probe="floor")
HOLDS = Decision.HOLDS
FAILS = Decision.FAILS
OPEN = Decision.OPEN
COLUMNS = ["seed", "step", "observable", "value", "error"]


def known(outputs=(), curves=(), exact=None, **more):
    """One output of the draw and one curve a seed."""
    rows = [(s, 0.0, label("out", w.start), float(v), 0.0) for s, v in enumerate(outputs)]
    rows += [
        (s, float(at), label("x"), float(v), more.get("error", 0.0))
        for s, curve in enumerate(curves)
        for at, v in enumerate(curve)
    ]
    exact = {m: 100, n: 4, delta: Rational(1, 2), lam: (0.25, 0.5)} if exact is None else exact
    values = {m: 100.0, n: 4.0, delta: 0.5, lam: 0.375}
    return Evidence(values, exact, pd.DataFrame(rows, columns=COLUMNS))


def hypothesis(relation, over=None):
    return Hypothesis(f"that {relation}", relation, at="x", over=over)


def sides(judged):
    return (judged.needed, judged.needed_in, judged.actual, judged.actual_in)


# On the data --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relation", "status", "needed", "actual", "why"),
    [
        (m >= 10 * n, HOLDS, (40, 40), (100, 100), ""),
        (m >= 100 * n, FAILS, (400, 400), (100, 100), ""),
        (lam >= Rational(1, 8), HOLDS, (0.125, 0.125), (0.25, 0.5), ""),
        (lam >= Rational(3, 8), OPEN, (0.375, 0.375), (0.25, 0.5), "the certified bounds are too wide"),
        (lam >= 1, FAILS, (1, 1), (0.25, 0.5), ""),
        (m >= alpha, OPEN, None, (100, 100), "no value for alpha"),
        (alpha * positive("beta", "size") >= m, OPEN, (100, 100), None, "no value for alpha, beta"),
    ],
)  # fmt: skip
def test_a_hypothesis_on_the_data_is_decided_with_certified_numbers(
    relation, status, needed, actual, why
):
    judged, held = judge(hypothesis(relation), known([1.0, 2.0]))
    assert (judged.status, judged.why) == (status, why)
    assert held == ({0, 1} if status is HOLDS else set())
    for found, at, wanted in (
        (judged.needed_in, judged.needed, needed),
        (judged.actual_in, judged.actual, actual),
    ):
        assert found == (wanted if wanted is None else pytest.approx(wanted, rel=1e-8))
        assert at == (wanted if wanted is None else pytest.approx(sum(wanted) / 2, rel=1e-8))
    assert (judged.held, judged.draws, judged.step) == (None, None, None)


def test_an_enclosure_needs_every_value():
    assert enclosure(lam * 2, known()) == pytest.approx((0.5, 1.0))
    assert enclosure(lam * alpha, known()) is None


def test_a_hidden_constant_keeps_a_hypothesis_open_beside_what_is_known():
    for relation, why, actual in (
        (m >= C * n**2, "C is hidden in the paper; the rest of the bound is 16", 100.0),
        (m >= C * D * n, "C, D is hidden in the paper", 100.0),
        (m >= n + C, "C is hidden in the paper", 100.0),
        (m >= C * alpha, "C is hidden in the paper", 100.0),
        (alpha <= C * n, "C is hidden in the paper; the rest of the bound is 4", None),
    ):
        judged, held = judge(hypothesis(relation), known([1.0]))
        assert (judged.status, judged.why, held) == (OPEN, why, set())
        assert (judged.needed, judged.needed_in, judged.actual_in) == (None, None, None)
        assert judged.actual == (actual if actual is None else pytest.approx(actual))


def test_what_the_draw_decides_is_shown_in_the_median():
    judged, _ = judge(hypothesis(out * 3 <= C * out * n), known([1.0, 2.0, 9.0]))
    assert judged.why == "C is hidden in the paper; the rest of the bound is 8"
    assert judged.actual == 6.0


# Draw by draw and run by run -----------------------------------------------------------------------------


def test_a_hypothesis_about_the_draw_is_decided_in_each():
    for outputs, status, held, shown in (
        ([0.5, 0.8], HOLDS, {0, 1}, 0.8),
        ([2.0, 4.0], FAILS, set(), 4.0),
        ([0.5, 2.0, 0.9], OPEN, {0, 2}, 2.0),
    ):
        judged, found = judge(hypothesis(out <= 1), known(outputs))
        assert (judged.status, found) == (status, held)
        assert (judged.held, judged.draws) == (len(held), len(outputs))
        assert sides(judged) == (1.0, (1.0, 1.0), shown, (shown, shown))
        assert judged.why == f"holds in {len(held)} of {len(outputs)} draws"
        assert judged.step is None
    judged, found = judge(hypothesis(out <= lam), known([0.3]))
    assert (judged.status, found) == (OPEN, set())
    assert judged.why == (
        "holds in 0 of 1 draws; unknown in 1: the sides are nearer than the run can tell"
    )
    assert sides(judged) == (None,) * 4


def test_the_draw_shown_is_the_one_with_the_least_finite_slack():
    judged, _ = judge(hypothesis(out <= 1), known([0.0, 0.25]))
    assert judged.actual == 0.25  # a ratio to nothing is the largest
    failing, _ = judge(hypothesis(x(0) <= -1), known(curves=[[-3.0], [2.0]]))
    assert failing.actual == 2.0  # what fails comes first, whether it has a ratio or not


def test_a_hypothesis_without_a_draw_is_open():
    judged, held = judge(hypothesis(out <= 1), known())
    assert (judged.status, judged.held, judged.draws, held) == (OPEN, 0, 0, set())
    assert judged.why == "holds in 0 of 0 draws"


def test_a_hypothesis_over_the_run_says_up_to_where_it_was_compared():
    until = Each(k, last=Integer(5))
    for curves, over, why, step in (
        ([[0, 0.5, 0.2]], None, "holds in 1 of 1 draws; compared up to k = 2", 1.0),
        ([[0, 2, 0], [0, 0, 0]], None, "holds in 1 of 2 draws; fails at k = 1", 1.0),
        (
            [[0, 0.5], [0, 0, 0]],
            until,
            "holds in 0 of 2 draws; unknown in 2: the run ends at k = 1, the claim at 5",
            None,
        ),
        (
            [[0, 0.5, 0, 0, 0, 0], [0, 0]],
            until,
            "holds in 1 of 2 draws; compared up to k = 5; "
            "unknown in 1: the run ends at k = 1, the claim at 5",
            1.0,
        ),
    ):
        judged, _ = judge(hypothesis(x(k) <= 1, over), known(curves=curves))
        assert (judged.why, judged.step) == (why, step)
    start, _ = judge(hypothesis(x(0) <= 1), known(curves=[[0.5, 9.0]]))
    assert (start.why, start.step) == ("holds in 1 of 1 draws", None)


# Claims -------------------------------------------------------------------------------------------------


def found(claim, hypotheses=(), evidence=None):
    theorem = Theorem(
        statement="T", says="s", setting=SETTING, hypotheses=tuple(hypotheses), claims=(claim,)
    )
    return compare(theorem, known([0.5], [[0, 0.5]]) if evidence is None else evidence)[1][0]


def claim(relation, over=None, **more):
    return Claim(f"then {relation}", relation, at="x", over=over, **more)


HIGH = claim(x(k) <= 1, Each(k))
ABOVE = f"its probability {text(1 + delta - delta * n / 8)} is 1.25 here: above 1"


def test_claims_that_say_nothing_here_are_void_and_say_why():
    promised = claim(x(0) <= 1, probability=1 - delta * n)
    for stated, why in (
        (claim(x(k) <= C, Each(k)), "C is hidden in the paper"),
        (claim(x(k) <= C * D, Each(k)), "C, D is hidden in the paper"),
        (promised, f"its probability {text(1 - delta * n)} is -1 here: it claims nothing"),
        (claim(x(0) <= 1, probability=1 - 2 * delta), "is 0 here: it claims nothing"),
        (claim(x(0) <= 1, probability=1 + delta - delta * n / 8), ABOVE),
        (
            claim(x(0) <= 1, probability=1 - alpha),
            f"no value for the probability {text(1 - alpha)}",
        ),
    ):
        seen = found(stated)
        assert (seen.verdict, seen.claim) == (Verdict.VOID, stated)
        assert seen.evidence.endswith(why), seen.evidence
    assert (
        found(claim(x(0) <= 1, probability=1 + delta - delta * n / 4)).verdict is Verdict.CONFIRMED
    )
    ladder = claim(x(0) <= alpha, LimitIn(alpha, 0))
    later = finding(ladder.over, ladder, Sample(known(), (), True, False))
    assert (later.verdict, later.claim) == (Verdict.VOID, ladder)
    assert later.evidence == "it is judged on a ladder along α, at practical scale"
    unseen = found(HIGH, evidence=known())
    assert (unseen.verdict, unseen.evidence) == (Verdict.VOID, "nothing was measured")
    assert unseen.claim is HIGH


@pytest.mark.parametrize(
    ("relation", "verdict", "failures", "word"),
    [
        (m >= n, Verdict.CONFIRMED, 0, "holds"),
        (m <= n, Verdict.REFUTED, 1, "fails"),
        (lam >= Rational(3, 8), Verdict.OPEN, 0, "open"),
    ],
)
def test_a_claim_about_the_data_is_decided_without_a_run(relation, verdict, failures, word):
    seen = found(claim(relation))
    assert (seen.verdict, seen.failures, seen.seeds) == (verdict, failures, 0)
    assert seen.evidence == f"{word}, by certified arithmetic on the data"
    assert seen.predicted_in == pytest.approx(enclosure(relation.args[1], known()))
    assert seen.observed_in == pytest.approx(enclosure(relation.args[0], known()))
    assert seen.predicted == pytest.approx(sum(seen.predicted_in) / 2)
    assert seen.observed == pytest.approx(sum(seen.observed_in) / 2)
    outside = found(claim(relation), [hypothesis(m >= 1000)])
    assert outside.verdict is (
        Verdict.OUTSIDE_SEEN if verdict is Verdict.CONFIRMED else Verdict.OUTSIDE_UNSEEN
    )
    assert found(claim(relation), [hypothesis(m >= C)]).verdict is Verdict.OPEN


def test_seeds_count_where_every_hypothesis_about_them_holds():
    low, late = hypothesis(out <= 1), hypothesis(x(k) >= -1)
    outputs, curves = [0.5, 0.5, 2.0, 2.0], [[0, 0.5], [0, -2], [0, 0.5], [0, -2]]
    seen = found(HIGH, [low, late], known(outputs, curves))
    assert (seen.verdict, seen.seeds) == (Verdict.CONFIRMED, 1)
    disjoint = known([0.5, 2.0], [[0, -2], [0, 0.5]])
    seen = found(HIGH, [low, late], disjoint)
    assert (seen.verdict, seen.seeds) == (Verdict.OPEN, 2)
    assert seen.evidence.startswith("holds in 1 of 2 draws; holds in 1 of 2 draws; fails at k = 1")
    never = found(HIGH, [low], known([2.0, 2.0], [[0, 0.5]] * 2))
    assert (never.verdict, never.seeds) == (Verdict.OUTSIDE_SEEN, 2)


def test_why_a_claim_is_open_names_every_open_hypothesis():
    seen = found(HIGH, [hypothesis(m >= C), hypothesis(m >= n), hypothesis(lam >= Rational(3, 8))])
    assert seen.verdict is Verdict.OPEN
    assert seen.evidence.startswith(
        "C is hidden in the paper; the rest of the bound is 1; the certified bounds are too wide; "
    )


def test_the_judged_hypotheses_come_in_their_order():
    theorem = Theorem(
        statement="T",
        says="s",
        setting=SETTING,
        hypotheses=(hypothesis(m >= n), hypothesis(out <= 1)),
        claims=(HIGH, claim(m >= n)),
    )
    judged, findings = compare(theorem, known([0.5], [[0, 0.5]]))
    assert [j.hypothesis for j in judged] == list(theorem.hypotheses)
    assert [f.claim for f in findings] == list(theorem.claims)
    assert np.all([f.verdict is Verdict.CONFIRMED for f in findings])
