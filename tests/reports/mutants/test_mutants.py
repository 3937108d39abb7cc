"""Planted errors are noticed by the layers that should, the true version and its rewritings by
none, and a blind layer is called void.
"""

import shutil
from dataclasses import replace

import pytest

import theorems
from reports.mutants.bench import Bench
from reports.mutants.mutation import mutants
from reports.mutants.score import as_markdown, headline
from reports.mutants.trials import TEXT, Trial, _absurd, by_class, run, tree
from sim.store import Store
from theorems.language import hidden

ALWAYS = {
    "trivial",
    "loss",
    "initialization scale",
}  # classes that must be noticed even without another text


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The skeleton, as an outsider's file: neither typed twice nor locked."""
    folder = tmp_path_factory.mktemp("outsider")
    shutil.copy(theorems.HERE / "skeleton" / "authoryear.py", folder / "mine.py")
    return run(theorems.load(folder / "mine.py"), Bench(Store()))


def test_an_outsiders_file_is_tried_without_a_second_text(small):
    assert set(small.absent) == {"typing", "lock"}
    assert not small.void
    assert small.false_alarms == ()
    found = tree([small])
    assert found["planted"] == len(small.fates)
    assert found["caught"] + len(found["survivors"]) == found["planted"]
    assert all(
        {"theorem", "change", "reason"} <= s.keys() and s["reason"] for s in found["survivors"]
    )
    assert not any(set(f.noticed) & TEXT for f in small.fates)


def test_a_canary_that_lives_makes_the_trial_void(small):
    assert "VOID" in headline([replace(small, canaries={**small.canaries, "simulation": False})])
    assert "VOID" in headline([replace(small, baseline=("the true version, simulation: refuted",))])
    assert Trial("a", (), (), 0, {"derivation": True}).void == ""


def test_a_canary_is_no_claim_that_hides_a_constant(statement):
    """No run refutes a bound whose constant nobody knows, so that its survival says nothing."""
    t = statement("Certificate S")
    true = next(c for c in t.claims if c.relation.rel_op == "<=")
    hides = replace(true, name="hides", relation=true.relation.lhs <= hidden("C", "a constant"))
    assert _absurd(replace(t, claims=(hides, *t.claims), derivation=())).original == true
    assert _absurd(replace(t, claims=(hides,), derivation=())) is None


def test_the_page_says_why_something_survives(small):
    page = as_markdown([small])
    assert "true, but weaker" in page
    assert all(f.mutant.change.replace("|", "\\|") in page for f in small.survivors)


def test_the_bench_notices_the_plainly_false(statement, du2019):
    bench = Bench(Store())
    t = statement("Certificate S")
    assert not any(bench.notices(t, None).values())
    wrong = next(
        x for x in mutants(t) if x.kind == "rate" and "twice" in x.change and "sharper" in x.change
    )
    assert bench.notices(wrong.theorem, wrong)["simulation"]
    impossible = next(
        x for x in mutants(statement("Theorem 4.1, explicit")) if x.kind == "unsatisfiable"
    )
    assert bench.notices(impossible.theorem, impossible)["exact hypotheses"]
    narrow = next(
        t for t in theorems.find("ji2020").theorems if t.statement == "Theorem 2.2, sharper"
    )
    nowhere = next(
        x
        for x in mutants(narrow)
        if x.kind == "unsatisfiable" and "the features keep a margin" in x.change
    )
    assert (
        "no width certainly satisfies"
        in bench.notices(nowhere.theorem, nowhere)["exact hypotheses"]
    )


@pytest.mark.slow
def test_every_wrong_version_of_every_paper_is_noticed():
    for e in theorems.catalogue():
        trial = run(theorems.find(e.key), Bench(Store()))
        assert not trial.void
        assert trial.false_alarms == ()
        assert trial.survivors == ()
        for kind, row in by_class(trial.fates).items():
            assert row["caught"] == row["planted"], kind
            assert kind not in ALWAYS or row["without text"] == row["planted"], kind
