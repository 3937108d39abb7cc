"""The lock sees every change of meaning, and neither rewriting nor noise."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from sympy import Min, expand, log

import theorems
from reports.mutants.mutation import mutants, rewrites
from reports.regress import difference as regress
from reports.regress import lock, sources
from reports.regress.changes import Change, differences, theorem_differences
from reports.regress.difference import Regression
from reports.studies.trust import lock_of
from theorems.language import BadInput, Each, defined, index


@pytest.fixture(scope="module")
def locked(du2019):
    return lock.committed(du2019)


def by_statement(locked):
    return {t["statement"]: t for t in locked["theorems"]}


def test_every_paper_is_locked():
    for e in theorems.catalogue():
        assert lock_of(theorems.find(e.key)).is_file(), f"check regress {e.key} --update"


def test_the_committed_lock_is_what_the_file_means(du2019, locked):
    assert not [
        c
        for t in du2019.theorems
        for c in theorem_differences(by_statement(locked)[t.statement], lock.symbolic(t))
    ]


def test_every_wrong_version_changes_the_meaning_and_no_rewriting_does(du2019, locked):
    for t in du2019.theorems:
        true = by_statement(locked)[t.statement]
        for x in mutants(t):
            assert x.theorem is None or any(
                c.meaning for c in theorem_differences(true, lock.symbolic(x.theorem))
            ), x.change
        for x in rewrites(t):
            assert not any(
                c.meaning for c in theorem_differences(true, lock.symbolic(x.theorem))
            ), x.change


def test_a_rewriting_is_shown_but_is_no_alarm(statement, locked):
    t = statement("Theorem 4.1, explicit")
    h = next(h for h in t.hypotheses if h.name == "small steps")
    other = replace(h, relation=h.relation.func(h.relation.lhs, expand(h.relation.rhs)))
    changed = replace(
        t, hypotheses=tuple(other if x is h else x for x in t.hypotheses), derivation=()
    )
    found = list(theorem_differences(by_statement(locked)[t.statement], lock.symbolic(changed)))
    assert [c.meaning for c in found] == [False]


def test_a_definition_that_only_says_where_a_claim_ends_is_locked_too(statement, locked):
    t = statement("Theorem 4.1, explicit")
    claim = next(c for c in t.claims if isinstance(c.over, Each))
    k = claim.over.index

    def until(last):
        short = replace(claim, over=Each(k, last=defined("T_end", last, "the end")))
        return lock.symbolic(replace(t, claims=(short,), laws=(), derivation=()))

    n = t.scale.samples
    assert not list(theorem_differences(until(2 * n), until(n + n)))
    (change,) = theorem_differences(until(2 * n), until(3 * n))
    assert change.meaning
    assert claim.name in change.where


def test_a_bound_that_does_not_exist_everywhere_is_locked_by_its_values_elsewhere():
    k = index("k", "step")  # among its values is 1, whose logarithm has none
    bounds = {f: lock.at_points(Min(f * log(log(k)), 3)).split(" | ") for f in (2, 3)}
    assert bounds[2] == lock.at_points(Min(3, log(log(k)) + log(log(k)))).split(" | ")
    assert bounds[2] != bounds[3]
    assert {"undefined"} < set(bounds[2])


def numbers(locked, change):
    new = copy.deepcopy(locked)
    for entry in new["statistics"].values():
        change(entry)
    return [c for c in differences(locked, new) if c.where.startswith("statistics")]


def test_a_simulator_with_another_scale_is_noticed_and_rounding_is_not(locked):
    def scaled(factor):
        def change(entry):
            for k in ("mean", "low", "high"):
                entry[k] *= factor

        return change

    assert all(c.meaning for c in numbers(locked, scaled(1.01)))
    assert len(numbers(locked, scaled(1.01))) >= 10
    assert numbers(locked, scaled(1 + 1e-9)) == []


def test_other_draws_are_compared_by_their_intervals(locked):
    def other(entry):
        entry["draws"] = "another"
        entry["mean"] += 0.2 * (entry["high"] - entry["low"])
        entry["low"], entry["high"] = (
            entry["low"] + 0.2 * (entry["high"] - entry["low"]),
            entry["high"] + 0.2 * (entry["high"] - entry["low"]),
        )

    found = numbers(locked, other)
    assert found
    assert not any(c.meaning for c in found)


def test_versions_are_information(locked):
    new = copy.deepcopy(locked)
    new["versions"]["jax"] = "99"
    assert differences(locked, new) == []


def test_a_verdict_or_a_step_that_turns_is_a_change_of_meaning(locked):
    new = copy.deepcopy(locked)
    key = next(iter(new["verdicts"]))
    new["verdicts"][key] = "refuted"
    new["derivation"][0]["outcome"] = "false"
    assert [c.meaning for c in differences(locked, new)] == [True, True]


def test_runs_are_repeated_where_anything_behind_them_changed_and_nowhere_else(
    du2019, locked, monkeypatch, tmp_path
):
    ran = []
    monkeypatch.setattr(lock, "_replayed", lambda file: {})
    monkeypatch.setattr(lock, "_run", lambda file, store: ran.append(file) or {})
    own, parts = tmp_path / "mine.py", tmp_path / "mine_parts.py"
    file = replace(du2019, path=own)

    def repeated(kept):
        before = len(ran)
        fresh = lock.content(file, None, kept)
        return fresh, len(ran) > before

    own.write_text("a = 1")
    fresh, first = repeated(None)
    kept = {**locked, **fresh}
    same, again = repeated(kept)
    assert (first, again) == (True, False)
    assert same["verdicts"] == locked["verdicts"]
    for other, text in ((own, "a = 2"), (parts, "b = 1"), (parts, "b = 2")):
        other.write_text(text)
        fresh, again = repeated(kept)
        assert again
        kept |= fresh
    monkeypatch.setattr(sources, "_ours", lambda: b"another library")
    assert repeated(kept)[1]


@pytest.mark.parametrize("room", ["sim", "reports/judging", "reports/studies", "theorems/language"])
def test_every_source_that_runs_or_judges_is_behind_a_lock(room):
    there = {p.resolve() for p in sources._sources()}
    root = Path(theorems.__path__[0]).parent
    assert {p.resolve() for p in (root / room).rglob("*.py")} <= there


def test_a_missing_or_broken_lock_is_one_line(tmp_path, du2019):
    file = replace(du2019, path=tmp_path / "mine.py")
    with pytest.raises(BadInput, match="not locked yet"):
        lock.committed(file)
    lock_of(file).parent.mkdir()
    lock_of(file).write_text("{")
    with pytest.raises(BadInput, match="not JSON"):
        lock.committed(file)


def test_the_renderings_name_what_changed(locked, du2019, tmp_path):
    change = Change("Theorem 4.1, hypothesis “wide enough”", "m ≥ n⁶", "m ≥ n⁵", True)
    found = [
        Regression(
            "du2019",
            lock_of(du2019),
            ("Theorem 4.1, hypothesis “wide enough”", "another"),
            (change,),
            ("jax 1 → 2",),
        )
    ]
    suite = Xml.fromstring(regress.as_junit(found).encode())[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert "was m ≥ n⁶" in suite[0][0].text
    (line,) = regress.as_annotations(found)
    assert line.startswith("::error file=")
    assert line.count("\n") == 0
    assert "✗ Theorem 4.1" in "\n".join(regress.as_text(found))
    assert json.dumps(regress.tree(found))
