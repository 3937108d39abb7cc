"""Where wrong versions are tried: the true theorem's configurations, run once, on which every
version is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
from sympy import Rational

from reports.judging.compare import compare
from reports.judging.evidence import Evidence
from reports.judging.findings import Finding
from reports.judging.laws import law_finding
from reports.judging.readings import Rung
from reports.judging.statistics import FALSE, MEANS, seeds_by_design, seeds_to_refute
from reports.judging.verdict import LawVerdict, Verdict
from reports.mutants.mutation import Mutant
from reports.studies.options import Options
from reports.studies.pilot import certified_width
from reports.studies.planning import (
    at_witness,
    configured,
    evidence,
    exact_values,
    make_plan,
)
from reports.studies.scale import Ran, trains
from sim.data.table import ADVERSARIES, Data, load
from sim.plan import asks_of
from sim.run import NO_RUNS, trajectories
from sim.store import Store
from theorems.language import About, Claim, Theorem
from theorems.reasoning.exact import Decision, decide

DELTA = Rational(1, 10)  # failure probability where the theorem names no witness
LADDER = (256, 640, 1600, 4096)  # widths
LADDER_SEEDS = 6  # of each width
POINTS = 8  # of a run that costs little
STEPS = 300  # of a run at most
WITNESS_SEEDS = 3  # of a wrong version whose claims have no probability: one failure refutes
EXACT = "exact hypotheses"
SIMULATION = "simulation"


@dataclass(frozen=True, eq=False)
class Configuration:
    """Where a statement is run; a step of None is the plan's own."""

    data: Data
    delta: Rational
    width: int
    seeds: int
    step: float | None = None


@dataclass(eq=False)
class Bench:
    """costly: neurons times points beyond which a configuration is not run; heavy: the same times
    seeds beyond which a run has only the seeds that refute a plainly wrong claim.
    """

    store: Store
    costly: float = 2.0**22
    heavy: float = 2.0**23
    _known: dict[Any, Any] = field(default_factory=dict)

    def notices(self, theorem: Theorem, mutant: Mutant | None) -> dict[str, str]:
        """Layer -> what it holds against this version, empty when nothing."""
        theorem = configured(theorem)
        touched = configured(only_changed(theorem, mutant))
        found = {EXACT: "", SIMULATION: ""}
        if theorem.setting is None:
            found[EXACT] = self._about_data(touched)
            return found
        found[EXACT] = self._witness(theorem)
        found[EXACT] = found[EXACT] or self._vacuous(theorem, mutant)
        for case in self._cases(touched):
            _, findings = compare(touched, self._evidence(touched, case))
            found[SIMULATION] = found[SIMULATION] or _against(findings)
        found[SIMULATION] = found[SIMULATION] or self._laws(theorem, mutant)
        return found

    def can(self, theorem: Theorem) -> bool:
        """Whether this statement has a configuration in which a claim can be refuted."""
        return theorem.setting is None or any(True for _ in self._cases(theorem))

    def silence(self, theorem: Theorem) -> str:
        """Why no run speaks about a version of this statement."""
        if theorem.witness is None and (
            trains(theorem) or any(h.hides for h in theorem.hypotheses)
        ):
            return "a hidden constant or a missing witness keeps runs from judging it"
        return (
            "the claims still hold in the runs"
            if self.can(theorem)
            else "its own width is too large for this trial (--own-width)"
        )

    def _about_data(self, theorem: Theorem) -> str:
        inside = False
        own = (_small(theorem).data,) if theorem.practice.own else ()
        for data in (*own, load("digits", POINTS), *(make(4) for make in ADVERSARIES.values())):
            judged, findings = compare(
                theorem, evidence(theorem, data, Rational(1, 2), None, NO_RUNS)
            )
            inside = inside or all(j.status is Decision.HOLDS for j in judged)
            if words := _against(findings):
                return f"{data.name} data: {words}"
        return "" if inside else "no data satisfies the hypotheses"

    def _witness(self, theorem: Theorem) -> str:
        """Whether the configuration that the theorem names still satisfies what can be decided
        beforehand.
        """
        if theorem.witness is None:
            return self._impossible(theorem)
        data, delta = _loaded(theorem.witness.data, theorem.witness.samples), theorem.witness.delta
        wants = at_witness(theorem, data, delta)
        if wants.step_size == 0:
            return "no step size satisfies the hypotheses"
        if wants.unreachable:
            return f"no width certainly satisfies “{wants.unreachable}” at the witness"
        values = exact_values(theorem, data, delta, wants.width, wants.step_size)
        for h in theorem.hypotheses:
            if (
                h.about in (About.SCALE, About.DATA)
                and decide(h.relation, values) is Decision.FAILS
            ):
                return f"the witness no longer satisfies “{h.name}”"
        return ""

    def _vacuous(self, theorem: Theorem, mutant: Mutant | None) -> str:
        """Whether a changed claim says nothing where the true one says something, seen in the
        statement's own run or a small one.
        """
        if (
            mutant is None
            or not isinstance(mutant.changed, Claim)
            or not isinstance(mutant.original, Claim)
        ):
            return ""
        own = next(self._cases(theorem), None) if trains(theorem) else None
        case = own or self._run(theorem, _small(theorem), trains(theorem))

        def empty(claim: Claim) -> bool:
            alone = replace(theorem, claims=(claim,), derivation=(), laws=())
            return compare(alone, self._evidence(alone, case))[1][0].vacuous

        key = ("empty", theorem.statement, mutant.original)
        if key not in self._known:
            self._known[key] = empty(mutant.original)
        return (
            "the bound is vacuous in a run, where the true one is not"
            if not self._known[key] and empty(mutant.changed)
            else ""
        )

    def _impossible(self, theorem: Theorem) -> str:
        """A statement without witness: does a hypothesis about the data fail on well-behaved data,
        or one about delta everywhere?
        """
        data = _small(theorem).data if theorem.practice.own else _loaded("orthonormal", 4)
        values = exact_values(theorem, data, DELTA)
        failing = [
            h.name
            for h in theorem.hypotheses
            if not h.hides
            and h.about in (About.SCALE, About.DATA)
            and decide(h.relation, values) is Decision.FAILS
        ]
        return f"“{failing[0]}” fails on {data.name} data" if failing else ""

    def _cases(self, theorem: Theorem) -> Iterator[Ran]:
        if theorem.setting is None:
            return
        if not trains(theorem) and theorem.witness is None:
            draws = (
                MEANS if any(c.expected for c in theorem.claims) else seeds_by_design(float(DELTA))
            )
            if not any(h.hides for h in theorem.hypotheses):
                yield self._run(theorem, _small(theorem, draws), False)
        elif theorem.witness is not None:
            data, delta = (
                _loaded(theorem.witness.data, theorem.witness.samples),
                theorem.witness.delta,
            )
            wants = at_witness(theorem, data, delta)
            if wants.step_size == 0 or wants.unreachable:
                return
            width = wants.width or self._certified(theorem, data, delta)
            if not width or width * data.samples > self.costly:
                return
            known = {theorem.scale.failure: delta} if theorem.scale.failure else {}
            allowed = max(1 - float(c.probability.subs(known)) for c in theorem.claims)
            seeds = seeds_by_design(float(delta)) if allowed > 0 else WITNESS_SEEDS
            if allowed > 0 and width * data.samples * seeds > self.heavy:
                seeds = seeds_to_refute(allowed, FALSE)
            at = Configuration(data, delta, width, seeds, wants.step_size)
            yield self._run(theorem, at, trains(theorem))
        elif theorem.practice.own and not any(h.hides for h in theorem.hypotheses):
            yield self._run(theorem, _small(theorem, WITNESS_SEEDS), True)

    def _evidence(self, theorem: Theorem, case: Ran) -> Evidence:
        """What is known of a case, shared by the versions whose letters it has."""
        shared = self._known.get(("evidence", id(case)))
        if (
            shared is None
            or not {q for q in theorem.quantities if q.about in (About.SCALE, About.DATA)}
            <= shared.values.keys()
        ):
            shared = evidence(theorem, case.data, case.delta, case.plan, case.frame)
            self._known.setdefault(("evidence", id(case)), shared)
        return shared

    def _certified(self, theorem: Theorem, data: Data, delta: Rational) -> int | None:
        key = ("width", theorem.statement)  # of the true version, which is the first to come
        if key not in self._known:
            self._known[key] = certified_width(theorem, data, delta, self.store).width
        found: int | None = self._known[key]
        return found

    def _run(self, theorem: Theorem, at: Configuration, train: bool) -> Ran:
        """The case, run unless a version with the same setting, scale and observables was."""
        asks = tuple((a.label, str(a.at)) for a in asks_of([theorem]))
        key = (theorem.setting, at.data.digest, at.width, at.seeds, at.step, asks)
        if key not in self._known:
            steps = min(STEPS, theorem.practice.steps or STEPS) if train else None
            plan = make_plan(
                [theorem],
                at.data,
                at.width,
                Options(steps=steps).settled(at.delta, at.seeds, at.step),
            )
            self._known[key] = Ran(at.data, at.delta, plan, trajectories(plan, self.store, train))
        found: Ran = self._known[key]
        return found

    def _laws(self, theorem: Theorem, mutant: Mutant | None) -> str:
        """Whether the declared exponents contradict a ladder of widths; asked when a law or nothing
        is changed.
        """
        if not theorem.laws or (mutant is not None and mutant.changed not in theorem.laws):
            return ""
        key = ("ladder", theorem.setting)
        if key not in self._known:
            data, widths = (
                _small(theorem).data,
                theorem.practice.widths[: len(LADDER)] if theorem.practice.own else LADDER,
            )
            plans = {
                m: make_plan([theorem], data, m, Options(steps=100).settled(DELTA, LADDER_SEEDS))
                for m in widths
            }
            self._known[key] = [
                Rung(m, evidence(theorem, data, DELTA, p, trajectories(p, self.store)))
                for m, p in plans.items()
            ]
        for law in theorem.laws:
            e = law_finding(law, self._known[key]).exponent
            if e.verdict is LawVerdict.INCONSISTENT:
                return f"{law.name}: fitted {e.fitted:.2g} in [{e.low:.2g}, {e.high:.2g}] against {law.exponent}"
        return ""


def _small(theorem: Theorem, seeds: int = LADDER_SEEDS) -> Configuration:
    """Where a run costs little."""
    p = theorem.practice
    data = _loaded(p.data, p.samples or POINTS) if p.own else _loaded("sphere", POINTS)
    return Configuration(data, DELTA, p.widths[0] if p.own else LADDER[0], seeds)


@cache
def _loaded(name: str, samples: int | None) -> Data:
    return load(name, samples)


def only_changed(theorem: Theorem, mutant: Mutant | None) -> Theorem:
    """The version with only the claim that was changed, if it was a claim: the others are judged
    elsewhere.
    """
    if mutant is None or not isinstance(mutant.changed, Claim):
        return theorem
    return replace(theorem, claims=(mutant.changed,), derivation=(), laws=())


def _against(findings: Sequence[Finding]) -> str:
    refuted = [f for f in findings if f.verdict is Verdict.REFUTED]
    if not refuted:
        return ""
    f = refuted[0]
    numbers = (
        ""
        if f.predicted is None or f.observed is None or not np.isfinite(f.observed)
        else f": {f.observed:.3g} against {f.predicted:.3g}"
    )
    return f"“{f.claim.name}” is refuted{numbers}"
