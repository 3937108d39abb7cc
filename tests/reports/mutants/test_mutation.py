"""Wrong versions differ from the true one, are made the same way every time, and cover every class
of error.
"""

from dataclasses import replace

from reports.mutants.mutation import mutants, rewrites

CLASSES = {
    "constant",
    "exponent",
    "direction",
    "dropped hypothesis",
    "dropped root",
    "probability",
    "loss",
    "initialization scale",
    "observable",
    "hidden constant",
    "unsatisfiable",
    "trivial",
    "step",
    "rate",
}


def test_every_class_of_error_is_planted(du2019):
    assert {x.kind for t in du2019.theorems for x in mutants(t)} == CLASSES


def test_every_wrong_version_is_another_theorem(du2019):
    for t in du2019.theorems:
        for x in (*mutants(t), *rewrites(t)):
            assert x.theorem != t, x.change


def test_wrong_versions_are_made_the_same_way_every_time(statement):
    t = statement("Certificate S")
    assert [(x.kind, x.change) for x in mutants(t)] == [(x.kind, x.change) for x in mutants(t)]


def test_a_changed_claim_is_changed_in_its_proof_too(statement):
    t = statement("Theorem 4.1, explicit")
    x = next(x for x in mutants(t) if x.kind == "rate" and x.change.startswith("residual decays"))
    named = {c for s in x.theorem.derivation for c in s.named}
    assert x.changed in named
    assert x.original not in named


def test_a_start_from_zero_is_not_scaled(statement):
    """Twice zero is zero: such a version is the true one, and nothing could notice it."""
    t = statement("Theorem 4.1, explicit")
    (w,) = t.setting.trained
    still = replace(t, setting=replace(t.setting, start={**t.setting.start, w: 0}), derivation=())

    def scaled(theorem):
        return [x.change for x in mutants(theorem) if x.change.startswith(f"{w.text} drawn")]

    assert len(scaled(replace(t, derivation=()))) == 2
    assert scaled(still) == []
