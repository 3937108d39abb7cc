"""An erratum stands only when its witness shows it: a true statement called false does not."""

from dataclasses import replace

import pytest

from reports.studies.errata import as_markdown, examine, examined
from theorems.language import Counterexample, Erratum


@pytest.fixture(scope="module")
def shown(du2019, store):
    return examined([du2019], store)


def test_the_page_tells_each_of_them_with_its_evidence(shown):
    page = as_markdown(shown)
    for at in ("Theorem 3.1", "Lemma 3.1", "Lemma 3.3", "Lemma A.3", "Section 4.1"):
        assert f"### {at}" in page
    assert "1375 of 1375 draws fail" in page
    assert page.count("- as printed:") == page.count("- as corrected:") == len(shown[0][1])
    assert "does not bear this out" not in page


def test_a_true_statement_called_false_is_not_borne_out(du2019, statement, store):
    true = statement("Theorem 3.1")
    planted = Erratum(
        at="Theorem 3.1",
        printed=true,
        corrected=true,
        remark="not so",
        witness=Counterexample("orthonormal", samples=4),
    )
    assert not examine(planted, store).stands
    swapped = du2019.errata[4]
    assert not examine(
        replace(swapped, printed=swapped.corrected, corrected=swapped.printed), store
    ).stands


def test_a_false_correction_does_not_stand_either(du2019, store):
    e = du2019.errata[4]
    assert not examine(replace(e, corrected=e.printed), store).stands
