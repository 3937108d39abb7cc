"""A report says what speaks against the paper, ends with the right code, and its JSON has every field
under its name.
"""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sympy import Rational

from reports.judging.findings import (
    Finding,
    Frontier,
    Judged,
    LawFinding,
    Regime,
    Report,
    finite,
    middle,
    plain,
    span,
    tree,
)
from reports.judging.layer import Layer
from reports.judging.statistics import Exponent
from reports.judging.verdict import LAW_SENTENCES, SENTENCES, LawVerdict, Verdict
from sim.engines.choice import Mode
from tests.letters import SETTING, observable
from theorems.language import Claim, Each, Hypothesis, Law, Theorem, count, defined, index
from theorems.reasoning.exact import Decision
from theorems.reasoning.outcome import Outcome
from theorems.writing.transcription import Typed

k, m, n = index("k", "step"), count("m", "neurons"), count("n", "points")
x = observable("x", "a number", probe="x")
CLAIM = Claim("falls", x(k) <= 1, at="Theorem 1", over=Each(k), form="ours")
WIDE = Hypothesis("wide", m >= n, at="Assumption 1", form="as corrected")
LAW = Law("drift", of=x, along=m, exponent=-Rational(1, 2), at="Remark 1", kind="at least")
THEOREM = Theorem(
    statement="T 1", says="s", setting=SETTING, hypotheses=(WIDE,), claims=(CLAIM,), form="ours"
)
FOUND = Finding(
    CLAIM, Verdict.CONFIRMED, 1.0, 0.5, 2.0, 20, 3, "seen", True, 7, (0.75, 1.25), (0.25, 0.75), 4.0, 5
)  # fmt: skip
JUDGED = Judged(
    WIDE, Decision.HOLDS, 4.0, 64.0, 19, 20, "as drawn", (3.5, 4.5), (63.0, 65.0), 2.0
)  # fmt: skip
FITTED = LawFinding(
    LAW,
    Exponent(-0.4, -0.5, -0.3, LawVerdict.LOOSE, 0.125, 12, "it drifts"),
    (1.0, 2.0),
    (8.0, 4.0),
)
FRONTIER = Frontier("falls", "least width", 8.0, 4.0, 1, 2, 3, 1e6)
REGIME = Regime(
    "practical", THEOREM, {"m": 64}, "as people do", (JUDGED,), (FOUND,), (FITTED,), (FRONTIER,),
    None, 1.2345, Mode("dense", "it is small"), {defined("R", m / n, "a ratio"): (1.0, 2.0, 3.0)},
)  # fmt: skip
STEP = SimpleNamespace(name="Gronwall", at="(7)")
REPLAY = SimpleNamespace(
    step=STEP, outcome=Outcome.PROVED,
    engine="z3", counterexample="none", note="exact",
)  # fmt: skip
ERRATUM = SimpleNamespace(
    erratum=SimpleNamespace(at="(3)", kind="typo", remark="a factor"),
    printed="fails",
    corrected="holds",
    stands=True,
)
REPORT = Report(
    key="key2020",
    paper=SimpleNamespace(title="On widths"),
    data="three points",
    notes=("a note",),
    quantities={"n": {"value": 3.0}},
    demands=({"width": 10},),
    replays=((THEOREM, REPLAY),),
    errata=(ERRATUM,),
    regimes=(REGIME,),
    typing=(Typed("T 1", "falls", "x <= 1", "x <= 1", True),),
    trust=(Layer(True, "typed twice"), Layer(False, "no witness")),
    command="check theorem key2020",
    versions={"python": "3"},
    seconds=1.26,
)


# every field of every record, as a program reads it
JUDGED_SAID = {
    "name": "wide",
    "at": "Assumption 1",
    "about": str(WIDE.about),
    "form": "as corrected",
    "relation": "m >= n",
    "status": "holds",
    "needed": 4.0,
    "actual": 64.0,
    "needed_in": [3.5, 4.5],
    "actual_in": [63.0, 65.0],
    "step": 2.0,
    "held": 19,
    "draws": 20,
    "why": "as drawn",
}
FINDING_SAID = {
    "name": "falls",
    "at": "Theorem 1",
    "form": "ours",
    "relation": "x(k) <= 1",
    "verdict": "confirmed",
    "predicted": 1.0,
    "observed": 0.5,
    "predicted_in": [0.75, 1.25],
    "observed_in": [0.25, 0.75],
    "step": 4.0,
    "slack": 2.0,
    "seeds": 20,
    "failures": 3,
    "unknown": 5,
    "needs_seeds": 7,
    "vacuous": True,
    "evidence": "seen",
}
LAW_SAID = {
    "name": "drift",
    "of": str(LAW.of),
    "read": str(LAW.read),
    "along": "m",
    "to": "oo",
    "at": "Remark 1",
    "kind": "at least",
    "declared": -0.5,
    "fitted": -0.4,
    "low": -0.5,
    "high": -0.3,
    "verdict": "loose",
    "drift": 0.125,
    "seeds": 12,
    "sizes": [1.0, 2.0],
    "medians": [8.0, 4.0],
    "evidence": "it drifts",
}
FRONTIER_SAID = {
    "claim": "falls",
    "of": "least width",
    "seen": 8.0,
    "unseen": 4.0,
    "failures_seen": 1,
    "failures_unseen": 2,
    "seeds": 3,
    "demanded": 1e6,
}
STEP_SAID = {
    "theorem": "T 1",
    "step": "Gronwall",
    "at": "(7)",
    "outcome": "proved",
    "engine": "z3",
    "counterexample": "none",
    "note": "exact",
}
ERRATUM_SAID = {
    "at": "(3)",
    "kind": "typo",
    "remark": "a factor",
    "printed": "fails",
    "corrected": "holds",
    "stands": True,
}
REGIME_SAID = {
    "name": "practical",
    "statement": "T 1",
    "form": "ours",
    "scale": {"m": 64},
    "why": "as people do",
    "simulated": "dense",
    "simulated_why": "it is small",
    "letters": {"R": {"low": 1.0, "median": 2.0, "high": 3.0}},
    "hypotheses": [JUDGED_SAID],
    "claims": [FINDING_SAID],
    "laws": [LAW_SAID],
    "frontiers": [FRONTIER_SAID],
    "seconds": 1.23,
}


def test_every_field_of_a_report_is_in_its_json():
    assert tree(REPORT) == {
        "theorem": "key2020",
        "title": "On widths",
        "data": "three points",
        "notes": ["a note"],
        "quantities": {"n": {"value": 3.0}},
        "demands": [{"width": 10}],
        "derivation": [STEP_SAID],
        "errata": [ERRATUM_SAID],
        "regimes": [REGIME_SAID],
        "trust": ["typed twice", "no witness"],
        "noticed": [],
        "exit_code": 0,
        "seconds": 1.3,
        "command": "check theorem key2020",
        "versions": {"python": "3"},
    }
    assert json.loads(json.dumps(tree(REPORT))) == tree(REPORT)
    still = tree(replace(REPORT, regimes=(replace(REGIME, mode=None),)))["regimes"][0]
    assert (still["simulated"], still["simulated_why"]) == (None, None)


def test_what_speaks_against_the_paper_is_said_with_the_layer_that_noticed_it():
    refuted = replace(FOUND, verdict=Verdict.REFUTED)
    exact = Claim("falls", m >= n, at="Theorem 1")
    bare = Theorem(statement="T 1", says="s", hypotheses=(), claims=(exact,))
    against = replace(
        REPORT,
        replays=(
            (THEOREM, REPLAY),
            *(
                (THEOREM, SimpleNamespace(**{**vars(REPLAY), "outcome": o}))
                for o in (Outcome.FALSE, Outcome.VACUOUS)
            ),
        ),
        typing=(
            Typed("T 1", "falls", "x <= 1", "x <= 2", False),
            Typed("T 1", "rises", "x >= 1", None, False),
            Typed("T 1", "stays", "x = 1", "1 = x", True),
        ),
        regimes=(
            REGIME,
            replace(REGIME, claims=(refuted, refuted)),
            replace(REGIME, theorem=bare, claims=(refuted,)),
        ),
    )
    assert against.noticed == (
        "typing: T 1, “falls” is declared as x <= 1 but typed as x <= 2",
        "derivation: T 1, step “Gronwall” is false",
        "derivation: T 1, step “Gronwall” is vacuous",
        "simulation: T 1, claim “falls” is refuted (seen)",
        "exact hypotheses: T 1, claim “falls” is refuted (seen)",
    )
    assert against.exit_code == 1
    assert tree(against)["noticed"] == list(against.noticed)


@pytest.mark.parametrize(
    ("claims", "laws", "code"),
    [
        ((FOUND,), (), 0),
        ((replace(FOUND, verdict=Verdict.VOID),), (), 3),
        ((replace(FOUND, verdict=Verdict.VOID), FOUND), (), 0),
        ((replace(FOUND, verdict=Verdict.OPEN),), (), 0),
        ((replace(FOUND, verdict=Verdict.REFUTED),), (), 1),
        ((), (FITTED,), 0),
        ((), (), 3),
    ],
)
def test_the_exit_code_says_whether_anything_was_refuted_or_measured(claims, laws, code):
    quiet = replace(REPORT, regimes=(replace(REGIME, claims=claims, laws=laws),))
    assert quiet.exit_code == code
    assert quiet.measured is (code != 3)
    assert replace(REPORT, regimes=()).exit_code == 3


def test_a_report_is_the_same_however_long_it_took():
    assert replace(REPORT, seconds=99.0) == REPORT
    assert replace(REPORT, data="other") != REPORT


def test_json_has_neither_infinities_nor_objects():
    inf, nan = float("inf"), float("nan")
    assert plain({"a": inf, 2: (nan, 1.5, None, True, 3)}) == {
        "a": None,
        "2": [None, 1.5, None, True, 3],
    }
    assert plain([m, "word", {"b": -inf}]) == ["m", "word", {"b": None}]
    assert [type(v) for v in plain((True, 3, "x", None))] == [bool, int, str, type(None)]


def test_a_number_that_is_none_is_not_printed():
    inf, nan = float("inf"), float("nan")
    assert [finite(v) for v in (1.5, -2, inf, -inf, nan)] == [1.5, -2.0, None, None, None]
    assert [middle(b) for b in (None, (1.0, 4.0), (1e308, 1.5e308), (0.0, inf))] == [
        None,
        2.5,
        1.25e308,
        None,
    ]
    assert [span(b) for b in (None, (1.0, 4.0), (0.0, inf), (-inf, 0.0), (nan, 1.0))] == [
        None,
        (1.0, 4.0),
        None,
        None,
        None,
    ]


def test_what_was_not_said_is_nothing():
    found = Finding(CLAIM, Verdict.VOID)
    assert (found.seeds, found.failures, found.unknown, found.evidence, found.vacuous) == (
        0,
        0,
        0,
        "",
        False,
    )
    assert Regime("in", THEOREM, {}, "", (), ()).seconds == 0
    assert (
        Judged(WIDE, Decision.OPEN, None, None).why,
        LawFinding(LAW, FITTED.exponent).sizes,
    ) == ("", ())


def test_every_verdict_has_a_word_and_a_sentence_of_its_own():
    for kind, sentences in ((Verdict, SENTENCES), (LawVerdict, LAW_SENTENCES)):
        assert set(sentences) == set(kind)
        assert len({v.sentence for v in kind}) == len(kind)
        for verdict in kind:
            assert verdict == verdict.name.lower().replace("_", "-")
            assert verdict.sentence is sentences[verdict]
            assert verdict.sentence[0].islower()
            assert not verdict.sentence.endswith(".")
