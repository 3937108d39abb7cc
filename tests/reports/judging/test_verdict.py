"""A verdict and its sentence say the same: what tells each apart is in its own sentence and in no other."""

import pytest

from reports.judging.verdict import LawVerdict, Verdict

CLAIM = {
    Verdict.CONFIRMED: "seen to hold, and there were enough seeds",
    Verdict.REFUTED: "failed more often than it may",
    Verdict.APPROACHED: "trend goes towards it",
    Verdict.RECEDING: "trend does not go towards it",
    Verdict.OPEN: "a hypothesis cannot be decided",
    Verdict.OUTSIDE_SEEN: "observed all the same",
    Verdict.OUTSIDE_UNSEEN: "was not observed",
    Verdict.INCONCLUSIVE: "the runs do not decide",
    Verdict.VOID: "nothing is claimed",
}
LAW = {
    LawVerdict.CONSISTENT: "reaches the declared exponent",
    LawVerdict.LOOSE: "better than the bound",
    LawVerdict.INCONCLUSIVE: "too wide",
    LawVerdict.INCONSISTENT: "contradicts the declared one",
    LawVerdict.DRIFTING: "still changes along the ladder",
    LawVerdict.VOID: "nothing was measured",
}
HYPOTHESES = {
    "every hypothesis certainly holds": {Verdict.CONFIRMED, Verdict.REFUTED},
    "every hypothesis holds": {Verdict.APPROACHED, Verdict.RECEDING},
    "a hypothesis fails": {Verdict.OUTSIDE_SEEN, Verdict.OUTSIDE_UNSEEN},
    "a hypothesis cannot be decided": {Verdict.OPEN},
}


@pytest.mark.parametrize(("kind", "telling"), [(Verdict, CLAIM), (LawVerdict, LAW)])
def test_a_sentence_is_that_of_its_verdict_and_of_no_other(kind, telling):
    assert list(telling) == list(kind)
    for verdict, words in telling.items():
        assert [v for v in kind if words in v.sentence] == [verdict]


def test_a_sentence_says_what_became_of_the_hypotheses():
    for words, verdicts in HYPOTHESES.items():
        assert {v for v in Verdict if v.sentence.startswith(words)} == verdicts
