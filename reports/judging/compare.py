"""Every hypothesis and claim of a theorem against what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch

from reports.judging.count import Sample, counted
from reports.judging.evidence import Evidence
from reports.judging.findings import Finding, Judged, middle, span
from reports.judging.hypotheses import enclosure, judge
from reports.judging.limit import limited
from reports.judging.mean import averages
from reports.judging.stepwise import stepwise
from reports.judging.verdict import Verdict
from theorems.language import Claim, Each, Limit, LimitIn, Theorem
from theorems.language.quantifier import Quantifier
from theorems.language.statement import MEASURED
from theorems.reasoning.exact import Decision, decide
from theorems.writing.notation import text


def compare(theorem: Theorem, evidence: Evidence) -> tuple[tuple[Judged, ...], tuple[Finding, ...]]:
    """The hypotheses decided and every claim judged; seeds in which a hypothesis about the draw or
    the run does not certainly hold are set aside.
    """
    decided = [judge(h, evidence) for h in theorem.hypotheses]
    measured = [held for j, held in decided if j.hypothesis.about in MEASURED]
    certified = [s for s in evidence.seeds if all(s in held for held in measured)]
    judged = tuple(j for j, _ in decided)
    inside = all(j.status is Decision.HOLDS or (j.held or 0) > 0 for j in judged) and (
        bool(certified) or not evidence.seeds
    )
    sample = Sample(
        evidence,
        certified if inside else evidence.seeds,
        inside,
        any(j.status is Decision.FAILS for j in judged),
        _open(judged),
    )
    return judged, tuple(_claim(c, sample) for c in theorem.claims)


def _open(judged: Sequence[Judged]) -> str:
    """Why the hypotheses are not decided."""
    why = "; ".join(j.why for j in judged if j.status is Decision.OPEN)
    return why or "no draw satisfies all hypotheses"


def _claim(claim: Claim, sample: Sample) -> Finding:
    if claim.hides:
        names = ", ".join(q.text for q in claim.hides)
        return Finding(claim, Verdict.VOID, evidence=f"{names} is hidden in the paper")
    if why := _empty(claim, sample):
        return Finding(claim, Verdict.VOID, evidence=why)
    if claim.about not in MEASURED:
        return _exactly(claim, sample)
    if not sample.evidence.seeds:
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    return averages(claim, sample) if claim.expected else finding(claim.over, claim, sample)


def _empty(claim: Claim, sample: Sample) -> str:
    """Why a claim says nothing at this scale; empty where it does."""
    allowed = sample.allowed(claim)
    if allowed is None:
        return f"no value for the probability {text(claim.probability)}"
    if allowed >= 1:
        return (
            f"its probability {text(claim.probability)} is {1 - allowed:g} here: it claims nothing"
        )
    if allowed < 0:
        return f"its probability {text(claim.probability)} is {1 - allowed:g} here: above 1"
    return ""


@singledispatch
def finding(over: Quantifier | None, claim: Claim, sample: Sample) -> Finding:
    """The finding on a claim about each run, by the type of its quantifier."""
    return counted(claim, sample)


@finding.register
def _(over: Each, claim: Claim, sample: Sample) -> Finding:
    return stepwise(claim, over, sample) if over.separately else counted(claim, sample)


@finding.register
def _(over: Limit, claim: Claim, sample: Sample) -> Finding:
    return limited(claim, sample)


@finding.register
def _(over: LimitIn, claim: Claim, sample: Sample) -> Finding:
    why = f"it is judged on a ladder along {over.letter.text}, at practical scale"
    return Finding(claim, Verdict.VOID, evidence=why)


def _exactly(claim: Claim, sample: Sample) -> Finding:
    """A claim about scale and data alone: decided with certified numbers, without a run."""
    answer = decide(claim.relation, sample.evidence.exact)
    left, right = (enclosure(e, sample.evidence) for e in claim.relation.args)
    found = Finding(
        claim,
        Verdict.OPEN,
        middle(right),
        middle(left),
        None,
        0,
        int(answer is Decision.FAILS),
        f"{answer}, by certified arithmetic on the data",
        predicted_in=span(right),
        observed_in=span(left),
    )
    if sample.outside:
        seen = answer is Decision.HOLDS
        return replace(found, verdict=Verdict.OUTSIDE_SEEN if seen else Verdict.OUTSIDE_UNSEEN)
    if not sample.inside or answer is Decision.OPEN:
        return found
    verdict = Verdict.CONFIRMED if answer is Decision.HOLDS else Verdict.REFUTED
    return replace(found, verdict=verdict)
