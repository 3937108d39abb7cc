"""The verdicts on a claim and on a law, each with its sentence."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a run says about a claim; undecided is never printed as yes or as no."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    APPROACHED = "approached"
    RECEDING = "receding"
    OPEN = "open"
    OUTSIDE_SEEN = "outside-seen"
    OUTSIDE_UNSEEN = "outside-unseen"
    INCONCLUSIVE = "inconclusive"
    VOID = "void"

    @property
    def sentence(self) -> str:
        return SENTENCES[self]


SENTENCES = {
    Verdict.CONFIRMED: "every hypothesis certainly holds, the claim was seen to hold, and there were enough seeds to say so",
    Verdict.REFUTED: "every hypothesis certainly holds and the claim failed more often than it may",
    Verdict.APPROACHED: "every hypothesis holds; the claim is a limit, and the observed trend goes towards it",
    Verdict.RECEDING: "every hypothesis holds; the claim is a limit, and the observed trend does not go towards it",
    Verdict.OPEN: "a hypothesis cannot be decided, so neither can the claim",
    Verdict.OUTSIDE_SEEN: "a hypothesis fails; the claim was observed all the same: evidence of slack, not of truth",
    Verdict.OUTSIDE_UNSEEN: "a hypothesis fails and the claim was not observed: nothing against the theorem",
    Verdict.INCONCLUSIVE: "the runs do not decide: more seeds, longer runs or more digits are needed",
    Verdict.VOID: "nothing was measured, or nothing is claimed at this scale",
}


class LawVerdict(StrEnum):
    """What a fitted exponent says about a declared one; no finite run refutes an order."""

    CONSISTENT = "consistent"
    LOOSE = "loose"
    INCONCLUSIVE = "inconclusive"
    INCONSISTENT = "inconsistent"
    DRIFTING = "drifting"
    VOID = "void"

    @property
    def sentence(self) -> str:
        return LAW_SENTENCES[self]


LAW_SENTENCES = {
    LawVerdict.CONSISTENT: "the interval reaches the declared exponent, within the margin named above the table",
    LawVerdict.LOOSE: "the observed exponent is better than the bound: consistent, but not tight",
    LawVerdict.INCONCLUSIVE: "the interval is too wide to say anything",
    LawVerdict.INCONSISTENT: "the fitted exponent contradicts the declared one at these sizes",
    LawVerdict.DRIFTING: "the slope still changes along the ladder, towards the declared exponent: not asymptotic, no verdict",
    LawVerdict.VOID: "nothing was measured that could decide it",
}
