"""The records of a check, ready to be rendered: hypotheses, claims, laws, frontiers and
derivations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reports.judging.layer import Layer
from reports.judging.statistics import Exponent
from reports.judging.verdict import LawVerdict, Verdict
from sim.engines.choice import Mode
from theorems.language.quantity import Defined
from theorems.language.statement import Claim, Hypothesis, Law, Theorem
from theorems.reasoning.exact import Decision
from theorems.reasoning.replay import Outcome, Replay
from theorems.writing.transcription import Typed

Span = tuple[float, float]  # certain bounds (low, high) of a number


def finite(x: float) -> float | None:
    """The number, or None where there is none to print."""
    return float(x) if math.isfinite(x) else None


def middle(bounds: Span | None) -> float | None:
    """The middle of what is known of a number; None where that is nothing."""
    return None if bounds is None else finite(bounds[0] / 2 + bounds[1] / 2)


def span(bounds: Span | None) -> Span | None:
    """The bounds of a number, where they are finite."""
    known = bounds is not None and all(map(math.isfinite, bounds))
    return bounds if known else None


@dataclass(frozen=True)
class Judged:
    """A hypothesis with its decision; needed and actual are its two sides in numbers, needed_in and
    actual_in their bounds; held counts draws; step is where they were read.
    """

    hypothesis: Hypothesis
    status: Decision
    needed: float | None
    actual: float | None
    held: int | None = None
    draws: int | None = None
    why: str = ""
    needed_in: Span | None = None
    actual_in: Span | None = None
    step: float | None = None


@dataclass(frozen=True)
class Finding:
    """A claim with its verdict; predicted and observed are taken at the step that failed first, else
    where the claim is tightest, and predicted_in and observed_in are their bounds; unknown counts
    the seeds that neither hold nor fail.
    """

    claim: Claim
    verdict: Verdict
    predicted: float | None = None
    observed: float | None = None
    slack: float | None = None
    seeds: int = 0
    failures: int = 0
    evidence: str = ""
    vacuous: bool = False
    needs_seeds: int | None = None
    predicted_in: Span | None = None
    observed_in: Span | None = None
    step: float | None = None
    unknown: int = 0


@dataclass(frozen=True)
class LawFinding:
    """A law with the exponent fitted over the ladder, its sizes in the order in which they go to
    the limit, and the medians measured there.
    """

    law: Law
    exponent: Exponent
    sizes: tuple[float, ...] = ()
    medians: tuple[float, ...] = ()


@dataclass(frozen=True)
class Frontier:
    """Where a claim stops being seen: it was seen at `seen` and not at `unseen` (None: seen
    wherever tried).
    """

    claim: str
    of: Literal["least width", "largest step"]
    seen: float | None
    unseen: float | None
    failures_seen: int
    failures_unseen: int
    seeds: int
    demanded: float | None


@dataclass(frozen=True)
class Curve:
    """Loss curves against the claimed envelope: steps, the seeds' (low, median, high), and the
    bound.
    """

    title: str
    axis: str
    steps: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]
    bound: tuple[float, ...]


@dataclass(frozen=True)
class Regime:
    """One theorem at one scale."""

    name: Literal["in", "practical"]
    theorem: Theorem
    scale: dict[str, Any]
    why: str
    hypotheses: tuple[Judged, ...]
    claims: tuple[Finding, ...]
    laws: tuple[LawFinding, ...] = ()
    frontiers: tuple[Frontier, ...] = ()
    curve: Curve | None = None
    seconds: float = 0.0
    mode: Mode | None = None
    letters: Mapping[Defined, tuple[float, float, float]] = field(default_factory=dict)
    witness: bool = False  # whether it is a run at the theorem's own configuration
    was_run: bool = True  # whether the claims were judged, in a run or of the data


@dataclass(frozen=True)
class Report:
    """Everything a check found; `quantities` maps a symbol to its value and certified bounds on the
    user's data.
    """

    key: str
    paper: Any
    data: str
    notes: tuple[str, ...]
    quantities: dict[str, dict[str, Any]]
    demands: tuple[dict[str, Any], ...]
    replays: tuple[tuple[Theorem, Replay], ...]
    errata: tuple[Any, ...]
    regimes: tuple[Regime, ...]
    typing: tuple[Typed, ...]
    trust: tuple[Layer, ...]
    command: str
    versions: dict[str, str]
    seconds: float = field(default=0.0, compare=False)

    @property
    def noticed(self) -> tuple[str, ...]:
        """Everything that speaks against the paper as declared, each with the layer that noticed
        it.
        """
        algebra = [
            f"derivation: {t.statement}, step “{r.step.name}” is {r.outcome}"
            for t, r in self.replays
            if r.outcome in (Outcome.FALSE, Outcome.VACUOUS)
        ]
        typed = [
            f"typing: {x.statement}, “{x.name}” is declared as {x.declared} but typed as {x.typed}"
            for x in self.typing
            if x.typed is not None and not x.agrees
        ]
        layer = {True: "simulation", False: "exact hypotheses"}
        claims = [
            f"{layer[g.theorem.setting is not None]}: {g.theorem.statement}, claim “{f.claim.name}” is refuted ({f.evidence})"
            for g in self.regimes
            for f in g.claims
            if f.verdict is Verdict.REFUTED
        ]
        return (*typed, *algebra, *dict.fromkeys(claims))

    @property
    def measured(self) -> bool:
        return any(
            g.laws or any(f.verdict is not Verdict.VOID for f in g.claims) for g in self.regimes
        )

    @property
    def exit_code(self) -> int:
        """0: nothing refuted; 1: a claim or a step of its proof is refuted; 3: nothing could be
        measured.
        """
        return 1 if self.noticed else 0 if self.measured else 3


def plain(x: Any) -> Any:
    """The value as JSON has it: no infinities, no NaN."""
    if isinstance(x, float):
        return x if math.isfinite(x) else None
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return [plain(v) for v in x]
    return x if isinstance(x, str | int | bool | type(None)) else str(x)


def tree(report: Report) -> dict[str, Any]:
    """The report as one JSON object."""
    return plain(
        {
            "theorem": report.key,
            "title": report.paper.title,
            "data": report.data,
            "notes": report.notes,
            "quantities": report.quantities,
            "demands": report.demands,
            "derivation": [{"theorem": t.statement, **_replay(r)} for t, r in report.replays],
            "errata": [
                {
                    "at": s.erratum.at,
                    "kind": s.erratum.kind,
                    "remark": s.erratum.remark,
                    "printed": s.printed,
                    "corrected": s.corrected,
                    "stands": s.stands,
                }
                for s in report.errata
            ],
            "regimes": [_regime(g) for g in report.regimes],
            "trust": [x.says for x in report.trust],
            "noticed": report.noticed,
            "exit_code": report.exit_code,
            "seconds": round(report.seconds, 1),
            "command": report.command,
            "versions": report.versions,
        }
    )


def _replay(r: Replay) -> dict[str, Any]:
    return {
        "step": r.step.name,
        "at": r.step.at,
        "outcome": str(r.outcome),
        "engine": r.engine,
        "counterexample": r.counterexample,
        "note": r.note,
    }


def _regime(g: Regime) -> dict[str, Any]:
    return {
        "name": g.name,
        "statement": g.theorem.statement,
        "form": g.theorem.form,
        "scale": g.scale,
        "why": g.why,
        "simulated": g.mode.name if g.mode else None,
        "simulated_why": g.mode.why if g.mode else None,
        "letters": {
            d.name: {"low": low, "median": median, "high": high}
            for d, (low, median, high) in g.letters.items()
        },
        "hypotheses": [_judged_row(j) for j in g.hypotheses],
        "claims": [_claim_row(f) for f in g.claims],
        "laws": [_law_row(w) for w in g.laws],
        "frontiers": [asdict(f) for f in g.frontiers],
        "seconds": round(g.seconds, 2),
    }


def _judged_row(j: Judged) -> dict[str, Any]:
    return {
        "name": j.hypothesis.name,
        "at": j.hypothesis.at,
        "about": str(j.hypothesis.about),
        "form": j.hypothesis.form,
        "relation": str(j.hypothesis.relation),
        "status": str(j.status),
        "needed": j.needed,
        "actual": j.actual,
        "needed_in": j.needed_in,
        "actual_in": j.actual_in,
        "step": j.step,
        "held": j.held,
        "draws": j.draws,
        "why": j.why,
    }


def _claim_row(f: Finding) -> dict[str, Any]:
    return {
        "name": f.claim.name,
        "at": f.claim.at,
        "form": f.claim.form,
        "relation": str(f.claim.relation),
        "verdict": str(f.verdict),
        "predicted": f.predicted,
        "observed": f.observed,
        "predicted_in": f.predicted_in,
        "observed_in": f.observed_in,
        "step": f.step,
        "slack": f.slack,
        "seeds": f.seeds,
        "failures": f.failures,
        "unknown": f.unknown,
        "needs_seeds": f.needs_seeds,
        "vacuous": f.vacuous,
        "evidence": f.evidence,
    }


def _law_row(w: LawFinding) -> dict[str, Any]:
    return {
        "name": w.law.name,
        "of": str(w.law.of),
        "read": str(w.law.read),
        "along": w.law.along.name,
        "to": str(w.law.to),
        "at": w.law.at,
        "kind": w.law.kind,
        "declared": float(w.law.exponent),
        "fitted": w.exponent.fitted,
        "low": w.exponent.low,
        "high": w.exponent.high,
        "verdict": str(w.exponent.verdict),
        "drift": w.exponent.drift,
        "seeds": w.exponent.seeds,
        "sizes": w.sizes,
        "medians": w.medians,
        "evidence": w.exponent.why,
    }


__all__ = [
    "Curve",
    "Finding",
    "Frontier",
    "Judged",
    "LawFinding",
    "LawVerdict",
    "Regime",
    "Report",
    "plain",
    "tree",
]
