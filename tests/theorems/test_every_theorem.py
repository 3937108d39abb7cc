"""What every paper of the catalogue must satisfy; a new file inherits all of it."""

import pickle

import pytest
from sympy import Rational

import theorems
from reports.studies.errata import examine
from sim.plan import asks_of
from theorems.language import At, Quantity
from theorems.language.grammar import quantities_in
from theorems.reasoning.replay import Outcome, replay
from theorems.writing.notation import tex, text

ENTRIES = list(theorems.catalogue())
FILES = {e.key: theorems.find(e.key) for e in ENTRIES}
THEOREMS = [
    pytest.param(t, id=f"{key}-{t.statement}") for key, file in FILES.items() for t in file.theorems
]
STEPS = [
    pytest.param(s, id=f"{key}-{t.statement}-{s.name}")
    for key, file in FILES.items()
    for t in file.theorems
    for s in t.derivation
]
LARGE = (
    2**20
)  # numbers drawn for a witness, beyond which the page of errata alone recomputes it by default
ERRATA = [
    pytest.param(
        e,
        id=f"{key}-{e.at}",
        marks=pytest.mark.slow
        if e.witness and (e.witness.width or 1) * e.witness.samples > LARGE
        else (),
    )
    for key, file in FILES.items()
    for e in file.errata
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.key)
def test_the_header_tells_key_title_year_and_statement(entry):
    assert entry.path.stem == entry.key == FILES[entry.key].paper.key
    assert entry.title == FILES[entry.key].paper.title
    assert 1950 < entry.year < 2100
    assert entry.statement.endswith(".")


@pytest.mark.parametrize("theorem", THEOREMS)
def test_every_relation_has_an_address(theorem):
    for x in (*theorem.hypotheses, *theorem.claims, *theorem.laws, *theorem.derivation):
        assert x.at.strip()


@pytest.mark.parametrize("theorem", THEOREMS)
def test_every_letter_has_a_meaning_and_every_operation_exists(theorem):
    for q in theorem.quantities:
        assert len(q.meaning) > 3
        assert q.of is None or not q.of.axes
    assert theorem.setting is None or asks_of([theorem])


@pytest.mark.parametrize("theorem", THEOREMS)
def test_every_relation_can_be_written_and_every_letter_survives_pickling(theorem):
    for x in (*theorem.hypotheses, *theorem.claims):
        assert "|" not in tex(x.relation)
        assert text(x.relation).isprintable()
        assert quantities_in(x.relation)
    for q in theorem.quantities:
        assert pickle.loads(pickle.dumps(q)) == q


@pytest.mark.parametrize("theorem", THEOREMS)
def test_a_theorem_is_a_value(theorem):
    assert hash(theorem) == hash(theorem)
    with pytest.raises(AttributeError):
        theorem.statement = "another"


@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_proved(step):
    assert replay(step).outcome is Outcome.PROVED


@pytest.mark.parametrize("erratum", ERRATA)
def test_an_erratum_fails_as_printed_and_holds_as_corrected(erratum, store):
    assert examine(erratum, store).stands


@pytest.mark.parametrize("theorem", THEOREMS)
def test_printed_and_own_statements_are_told_apart(theorem):
    for x in (*theorem.hypotheses, *theorem.claims):
        assert x.form in ("as printed", "as corrected", "ours")
    if all(x.at == "ours" for x in theorem.hypotheses):
        assert theorem.form == "ours" or not theorem.hypotheses


@pytest.mark.parametrize("theorem", [t for t in THEOREMS if t.values[0].witness])
def test_a_witness_satisfies_every_hypothesis_about_scale_and_data(theorem):
    from reports.studies.planning import demands, exact_values
    from sim.data.table import load
    from theorems.reasoning.exact import Decision, decide

    data = load(theorem.witness.data, theorem.witness.samples)
    wants = demands(theorem, data, Rational(theorem.witness.delta))
    values = exact_values(
        theorem, data, Rational(theorem.witness.delta), wants.width, wants.step_size
    )
    decided = {
        h.name: decide(h.relation, values)
        for h in theorem.hypotheses
        if h.about in ("scale", "data")
    }
    assert set(decided.values()) <= {Decision.HOLDS}, decided


def test_letters_are_told_apart_by_meaning():
    letters = {q for file in FILES.values() for t in file.theorems for q in t.quantities}
    assert all(isinstance(q, Quantity) and not isinstance(q, At) for q in letters)
