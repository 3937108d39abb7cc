"""Claims about each run by itself: how many fail, against the failure probability they allow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from reports.judging.draw import Gap, Seen, observe, where
from reports.judging.evidence import Evidence
from reports.judging.findings import Finding, finite, middle, span
from reports.judging.statistics import CONFIRM, REFUTE, Binomial
from reports.judging.verdict import Verdict
from theorems.language import Average, Best, Claim, Some
from theorems.language.quantifier import Quantifier
from theorems.writing.notation import number as written

HAIR = 1e-9  # of a run: far above the rounding of a share of the runs, far below one of them


@dataclass(frozen=True)
class Sample:
    """The runs in which claims are judged: those to be counted, whether every hypothesis holds in them,
    whether one fails, and why it is open if neither.
    """

    evidence: Evidence
    seeds: Sequence[int]
    inside: bool
    outside: bool
    why: str = ""

    @cached_property
    def blur(self) -> float:
        """How far the law of these draws may be from the theorem's."""
        return self.evidence.blur(self.seeds)

    def allowed(self, claim: Claim) -> float | None:
        """The failure probability that a claim allows here; None where a letter has no value."""
        promised = claim.probability.subs(dict(self.evidence.values))
        return 1 - float(promised) if promised.is_number else None

    def placed(self, finding: Finding, seen: bool | None) -> Finding:
        """The finding where the hypotheses do not hold: seen, not seen, or not known; open where
        that is open.
        """
        if not self.outside:
            return replace(
                finding, verdict=Verdict.OPEN, evidence=f"{self.why}; {finding.evidence}"
            )
        verdicts = {
            True: Verdict.OUTSIDE_SEEN,
            False: Verdict.OUTSIDE_UNSEEN,
            None: Verdict.VOID,
        }
        return replace(finding, verdict=verdicts[seen])


def exceeds(failures: int, allowed: float, seeds: int) -> bool:
    """Whether more runs fail than the allowed share of them, whichever way that share is rounded."""
    return failures - allowed * seeds > HAIR


def counted(claim: Claim, sample: Sample) -> Finding:
    """A claim about each run, by the number of runs in which it fails."""
    seen = [observe(claim, sample.evidence, s) for s in sample.seeds]
    nothing = [s for s in seen if s.gap is Gap.MISSING]
    if len(nothing) == len(seen):
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    failures, unknown = (sum(s.held is x for s in seen) for x in (False, None))
    allowed = sample.allowed(claim)
    assert allowed is not None  # checked before anything is judged
    base = shown(claim, seen, sample)
    if not sample.inside:
        few = not exceeds(failures + unknown, allowed, len(seen))
        many = exceeds(failures, allowed, len(seen))
        return sample.placed(base, True if few else False if many else None)
    if allowed <= 0 or sample.evidence.deterministic:
        return _certain(base, failures, unknown, sample)
    return _likely(base, Binomial(failures, len(seen), allowed, unknown, sample.blur))


def shown(claim: Claim, seen: Sequence[Seen], sample: Sample) -> Finding:
    """The finding without its verdict: both sides where it failed, else where it is tightest."""
    answered = [s for s in seen if s.held is not None]
    failures = sum(s.held is False for s in answered)
    unknown = [s for s in seen if s.held is None]
    words = [_counted(failures, len(seen), len(unknown), sample.evidence.deterministic)]
    base = Finding(claim, Verdict.INCONCLUSIVE, seeds=len(seen), failures=failures)
    if answered:
        # ties are rounding: the first seed
        one = min(answered, key=lambda s: (bool(s.held), _rank(s)))
        words += _along(claim, one, sample.evidence)
        base = replace(
            base,
            predicted=middle(one.predicted),
            observed=middle(one.observed),
            predicted_in=span(one.predicted),
            observed_in=span(one.observed),
            slack=finite(one.slack),
            step=finite(one.step),
            vacuous=all(s.vacuous for s in answered),
        )
    words += _unknown(claim, unknown, len(seen))
    words += (
        [f"the law of the draws is exact up to {b:.1g} in total variation"]
        if (b := sample.blur)
        else []
    )
    return replace(base, evidence="; ".join(words), unknown=len(unknown))


def _rank(s: Seen) -> float:
    return round(s.slack, 6) if np.isfinite(s.slack) else np.inf


def _counted(failures: int, seeds: int, unknown: int, deterministic: bool) -> str:
    if deterministic:
        word = "fails" if failures else "undecided" if unknown else "holds"
        return f"{word} in the one run there is, since nothing is drawn"
    if failures:
        return f"fails in {failures} of {seeds} seeds"
    if unknown:
        return f"holds in {seeds - unknown} of {seeds} seeds"
    return f"holds in all {seeds} seeds" if seeds > 1 else "holds in the one seed"


def _along(claim: Claim, shown: Seen, evidence: Evidence) -> list[str]:
    """Where the shown run is tightest or fails, how far it was compared and at how many steps."""
    if claim.over is None:
        return [f"equal to within {shown.accuracy:.1g} of their size"] if shown.accuracy > 0 else []
    letter = claim.over.index.text
    if shown.diverged:
        return [f"the run leaves the numbers at {letter} = {written(shown.step)}"]
    if isinstance(claim.over, Average):
        return [f"over {letter} < {written(shown.step)}"]
    if isinstance(claim.over, Best | Some):
        word = "nearest" if not shown.held else "clearest"
        return [
            f"{word} at {letter} = {written(shown.step)}, over {letter} ≤ {written(shown.wanted)}"
        ]
    word = "tightest" if shown.held else "first"
    words = [
        f"{word} at {letter} = {written(shown.step)}, compared up to {letter} = {written(shown.upto)}"
    ]
    total = _steps(claim.over, shown, evidence)
    if total and shown.compared < total:
        words.append(f"compared at {shown.compared} of {total} steps")
    return words + (
        [f"equal to within {shown.accuracy:.1g} of their size"] if shown.accuracy > 0 else []
    )


def _steps(over: Quantifier, shown: Seen, evidence: Evidence) -> int | None:
    """How many steps the plan has, of those that the claim speaks of; None where nobody says."""
    if evidence.steps is None:
        return None
    if not over.index.is_integer:
        return evidence.steps
    ends = min(evidence.steps, shown.wanted, max(shown.reach, shown.upto))
    return int(ends) - max(over.starts - 1, 0)


def _unknown(claim: Claim, unknown: Sequence[Seen], seeds: int) -> list[str]:
    """In how many runs it is unknown, and why."""
    letter = claim.over.index.text if claim.over else ""
    reasons: dict[str, int] = {}
    for s in unknown:
        reasons[where(s, letter)] = reasons.get(where(s, letter), 0) + 1
    return [f"unknown in {count} of {seeds}: {why}" for why, count in reasons.items()]


def _certain(base: Finding, failures: int, unknown: int, sample: Sample) -> Finding:
    """A claim that allows no failure: one refutes, and unknown runs keep it undecided."""
    if sample.evidence.deterministic:
        verdict = Verdict.REFUTED if failures else Verdict.CONFIRMED
        return base if unknown else replace(base, verdict=verdict)
    if known := base.seeds - unknown:
        missed = math.ceil(100 * (1 - CONFIRM ** (1 / known)))
        words = f"failures in more than {missed}% of draws would have been seen"
        told = base.evidence if missed == 100 else f"{base.evidence}; {words}"
        base = replace(base, evidence=told)
    if sample.blur > REFUTE or (unknown and not failures):
        return base
    return replace(base, verdict=Verdict.REFUTED if failures else Verdict.CONFIRMED)


def _likely(base: Finding, test: Binomial) -> Finding:
    """A claim with a probability: exact counts."""
    low, high = test.interval
    words = (
        f"{base.evidence}; failure probability in [{low:.2g}, {high:.2g}], allowed {test.delta:.2g}"
    )
    base = replace(base, evidence=words)
    if test.refutes or test.confirms:
        return replace(base, verdict=Verdict.REFUTED if test.refutes else Verdict.CONFIRMED)
    needs = test.needs
    if needs is None:
        base = replace(base, evidence=f"{words}; no number of seeds like these would decide")
    return replace(base, verdict=Verdict.INCONCLUSIVE, needs_seeds=needs)
