"""Claims about each run by itself: how many fail, against the failure probability they allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from reports.judging.draw import Gap, Run, Seen, Told, observe, where
from reports.judging.evidence import Evidence, sides
from reports.judging.findings import Finding, finite, span
from reports.judging.statistics import CONFIRM, REFUTE, Binomial
from reports.judging.verdict import Verdict
from theorems.language import Average, Best, Claim, Each, Some
from theorems.language.quantifier import Quantifier
from theorems.writing.notation import number as written


@dataclass(frozen=True)
class Regime:
    """Where the claims are judged: the runs to be counted, whether every hypothesis holds in them,
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
            None: Verdict.INCONCLUSIVE,
        }
        return replace(finding, verdict=verdicts[seen])


def counted(claim: Claim, regime: Regime) -> Finding:
    """A claim about each run, by the number of runs in which it fails."""
    if isinstance(claim.over, Each) and claim.over.separately:
        return _stepwise(claim, regime)
    seen = [observe(claim, regime.evidence, s) for s in regime.seeds]
    nothing = [s for s in seen if s.gap is Gap.MISSING]
    if len(nothing) == len(seen):
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    failures, unknown = (sum(s.held is x for s in seen) for x in (False, None))
    allowed = regime.allowed(claim)
    assert allowed is not None  # checked before anything is judged
    base = _shown(claim, seen, regime)
    if not regime.inside:
        few = failures + unknown <= allowed * len(seen)
        many = failures > allowed * len(seen)
        return regime.placed(base, True if few else False if many else None)
    if allowed <= 0 or regime.evidence.deterministic:
        return _certain(base, failures, unknown, regime)
    return _likely(base, Binomial(failures, len(seen), allowed, unknown, regime.blur))


def _shown(claim: Claim, seen: Sequence[Seen], regime: Regime) -> Finding:
    """The finding without its verdict: both sides where it failed, else where it is tightest."""
    answered = [s for s in seen if s.held is not None]
    failures = sum(s.held is False for s in answered)
    unknown = [s for s in seen if s.held is None]
    words = [_counted(failures, len(seen), len(unknown), regime.evidence.deterministic)]
    base = Finding(claim, Verdict.INCONCLUSIVE, seeds=len(seen), failures=failures)
    if answered:
        # ties are rounding: the first seed
        shown = min(answered, key=lambda s: (bool(s.held), _rank(s)))
        words += _along(claim, shown, regime.evidence)
        base = replace(
            base,
            predicted=finite(sum(shown.predicted) / 2),
            observed=finite(sum(shown.observed) / 2),
            predicted_in=span(shown.predicted),
            observed_in=span(shown.observed),
            slack=finite(shown.slack),
            step=finite(shown.step),
            vacuous=all(s.vacuous for s in answered),
        )
    words += _unknown(claim, unknown, len(seen))
    words += (
        [f"the law of the draws is exact up to {b:.1g} in total variation"]
        if (b := regime.blur)
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
    words = []
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


def _certain(base: Finding, failures: int, unknown: int, regime: Regime) -> Finding:
    """A claim that allows no failure: one refutes, and unknown runs keep it undecided."""
    if regime.evidence.deterministic:
        verdict = Verdict.REFUTED if failures else Verdict.CONFIRMED
        return base if unknown else replace(base, verdict=verdict)
    missed = 1 - CONFIRM ** (1 / max(base.seeds - unknown, 1))
    base = replace(
        base,
        evidence=f"{base.evidence}; failures in more than {missed:.0%} of draws would have been seen",
    )
    if regime.blur > REFUTE or (unknown and not failures):
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


def _stepwise(claim: Claim, regime: Regime) -> Finding:
    """A probability of each step by itself: one count a step, any of which may refute."""
    evidence, over = regime.evidence, claim.over
    assert isinstance(over, Each)
    once = replace(claim, over=replace(over, separately=False))
    seen = [observe(once, evidence, s) for s in regime.seeds]
    base = _shown(claim, seen, regime)
    if all(s.gap is Gap.MISSING for s in seen):
        return Finding(claim, Verdict.VOID, evidence="nothing was measured")
    steps, told = _table(once, seen, regime)
    allowed = regime.allowed(claim) or 0.0
    tests = [
        Binomial(
            int((column == Told.FAILED).sum()),
            len(column),
            allowed,
            int((column == Told.UNKNOWN).sum()),
            regime.blur,
            len(steps),
        )
        for column in told.T
    ]
    worst = int(np.argmax([t.failures + t.lost / (2 * len(seen)) for t in tests])) if tests else 0
    word = (
        f"each step by itself: at worst {tests[worst].failures} of {len(seen)} at {over.index.text} = {written(float(steps[worst]))}, refuted with a union bound over {len(steps)} steps"
        if tests
        else "no step was compared"
    )
    base = replace(
        base, evidence=f"{word}; {base.evidence}", failures=tests[worst].failures if tests else 0
    )
    short = not tests or any(s.gap in (Gap.SHORT, Gap.LOST, Gap.UNMOVED) for s in seen)
    short |= bool(tests) and seen[0].wanted < np.inf and steps[-1] < seen[0].wanted
    if not regime.inside:
        fails = any(t.failures > allowed * t.seeds for t in tests)
        return regime.placed(base, False if fails else None if short else True)
    if any(t.refutes for t in tests):
        return replace(base, verdict=Verdict.REFUTED)
    if not short and all(t.confirms for t in tests):
        return replace(base, verdict=Verdict.CONFIRMED)
    return replace(
        base, verdict=Verdict.INCONCLUSIVE, needs_seeds=None if short else tests[worst].needs
    )


def _table(claim: Claim, seen: Sequence[Seen], regime: Regime) -> tuple[np.ndarray, np.ndarray]:
    """The steps that any run has, and what each run says there (seeds, steps); unknown where it has
    none, failed from where it left the numbers.
    """
    runs = [
        Run(claim, regime.evidence, s, sides(claim.relation, claim.over.index, regime.evidence, s))  # type: ignore[union-attr]
        for s in regime.seeds
    ]
    ends = min(r.ends for r in runs)
    steps = np.unique(np.concatenate([r.sides.steps for r in runs]))
    steps = steps[(steps >= runs[0].starts) & (steps <= ends)]
    told = np.full((len(runs), len(steps)), int(Told.UNKNOWN))
    for row, run in zip(told, runs, strict=True):
        at = np.searchsorted(steps, run.sides.steps)
        fits = (at < len(steps)) & np.isin(run.sides.steps, steps)
        row[at[fits]] = run.told[fits]
        row[(steps >= run.diverged) & (row == Told.UNKNOWN)] = Told.FAILED
    drowned = (told == Told.UNKNOWN).all(axis=0)
    kept = len(steps) - int(np.argmin(drowned[::-1])) if not drowned.all() else 0
    return steps[:kept], told[:, :kept]
