"""A theorem inside its hypotheses: at its witness, at the largest step that they admit and at a
smaller one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from sympy import Rational

from reports.judging.compare import compare
from reports.judging.findings import Finding, Judged, Regime
from reports.judging.statistics import looks
from reports.judging.verdict import Verdict
from reports.studies.closer import closer
from reports.studies.options import Options
from reports.studies.pilot import FoundWidth, certified_width, draws_decide, first_width
from reports.studies.planning import (
    Say,
    at_witness,
    configured,
    evidence_at,
    loaded,
    make_plan,
)
from reports.studies.scale import Ran, scale_of, trains
from sim.data.table import Data
from sim.plan import Plan
from sim.run import NO_RUNS, trajectories
from sim.store import Store
from theorems.language import Theorem
from theorems.reasoning.consistency import excluding
from theorems.reasoning.demand import Demand, round_down
from theorems.reasoning.exact import Decision
from theorems.writing.notation import number, text

DEEPER = (10, 2)  # how many times smaller the other step inside the region is: the first one whose
LONGER = 4  # run has at most so many times the steps
HEAVY = 2**26  # neurons times points times seeds beyond which the run inside begins with few seeds
FIRST = 3  # of which one shows a claim that fails with probability 0.95, but for one time in 8,000
# from the verdict that decides what is reported of two runs to the one that does not
WORST = (
    Verdict.REFUTED,
    Verdict.RECEDING,
    Verdict.INCONCLUSIVE,
    Verdict.OPEN,
    Verdict.OUTSIDE_UNSEEN,
    Verdict.OUTSIDE_SEEN,
    Verdict.APPROACHED,
    Verdict.CONFIRMED,
    Verdict.VOID,
)


class Asking(Protocol):
    """The study that wants to know: its options, where its seeds are kept, who hears of progress,
    the neurons times points that are too many for it, and its report of one run.
    """

    @property
    def options(self) -> Options: ...

    @property
    def store(self) -> Store: ...

    @property
    def say(self) -> Say: ...

    @property
    def costly(self) -> float: ...

    def regime(self, theorem: Theorem, ran: Ran, why: str, began: float) -> Regime: ...


@dataclass(frozen=True, eq=False)
class Inside:
    """The check of one theorem in regime; `user` is the data that the user looks at."""

    study: Asking
    theorem: Theorem
    user: Data

    @property
    def asked(self) -> bool:
        """Whether the user asked for this regime, and with it for sizes of his own."""
        return self.study.options.regime == "in"

    @cached_property
    def at(self) -> Theorem:
        """The theorem with the letters of its witness."""
        return configured(self.theorem)

    @cached_property
    def case(self) -> Data:
        o, witness = self.study.options, self.theorem.witness
        assert witness is not None
        if self.asked and o.data:
            return self.user
        return loaded(witness.data, (self.asked and o.samples) or witness.samples)

    @cached_property
    def delta(self) -> Rational:
        assert self.theorem.witness is not None
        return self.study.options.delta or self.theorem.witness.delta

    @cached_property
    def wants(self) -> Demand:
        return at_witness(self.at, self.case, self.delta)

    @cached_property
    def given_width(self) -> int | None:
        """The width that the user or the witness names."""
        o, witness = self.study.options, self.theorem.witness
        asked = o.widths[-1] if self.asked and o.widths else None
        return asked or (witness.width if witness else None)

    @property
    def given_step(self) -> float | None:
        """The step that the user asks for in this regime."""
        return self.study.options.step_size if self.asked else None

    @cached_property
    def looks(self) -> tuple[int, ...]:
        """Seeds of the first run and, when something failed, of a second: enough to tell a wrong
        claim from bad luck. A claim about a mean needs the draws of a mean.
        """
        o, delta = self.study.options, float(self.delta)
        if o.seeds:
            return (o.seeds,)
        return looks(self.theorem.claims, delta)

    def regime(self) -> Regime:
        """The report of the run, or what keeps it from being made."""
        began, impossible = time.perf_counter(), self._impossible()
        if impossible:
            return self._not_run(None, impossible)
        found = self._width()
        if not found.width:
            return self._not_run(None, found.why)
        if found.width * self.case.samples > self.study.costly:
            why = f"needs {found.width:,} neurons; not run by default, `--regime in` simulates it"
            return self._not_run(found.width, why)
        step = self.given_step or self.wants.step_size
        for seeds in self.looks:
            edge = self._run(found.width, step, seeds, began)
            inner = self._deeper(found.width, edge, seeds)
            both = edge if inner is None else together(edge, inner)
            if not any(f.failures for f in both.claims):
                break
        return replace(both, theorem=self.theorem, why=self._why(both), witness=True)

    def _impossible(self) -> str:
        """Why no configuration can be inside the hypotheses; empty when there may be one."""
        wants, words = self.wants, ""
        if wants.step_size == 0 and self.given_step is None:
            words = f"no step size satisfies “{'” and “'.join(wants.no_step)}” here"
        elif wants.no_width and self.given_width is None:
            words = f"no width certainly satisfies “{wants.unreachable}” here"
        if words and (core := excluding(self.at.hypotheses)):
            return f"the hypotheses exclude each other: {', '.join(text(h.relation) for h in core)}"
        return words

    def _width(self) -> FoundWidth:
        study, wants = self.study, self.wants
        if given := self.given_width:
            return FoundWidth(given)
        if wants.width or not draws_decide(self.at) or not self._wide:
            return FoundWidth(first_width(self.at, wants))
        return certified_width(self.at, self.case, self.delta, study.store, study.say)

    def _plan(self, width: int, step: float | None, seeds: int) -> Plan:
        """The plan of the witness: its steps, or as many as the claims speak of."""
        o, witness = self.study.options, self.theorem.witness
        steps = o.steps or (witness.steps if witness else None)
        settled = replace(o, steps=steps).settled(self.delta, seeds, step)
        return make_plan([self.at], self.case, width, settled, whole=True)

    def _run(self, width: int, step: float | None, seeds: int, began: float) -> Regime:
        plan = self._plan(width, step, seeds)
        where = f"in regime at m = {width:,}" if self._wide else "in regime"
        frame = trajectories(
            plan,
            self.study.store,
            trains(self.theorem),
            self.study.say(f"{self.theorem.statement}: {where}", len(plan.seeds)),
        )
        why = "every explicit hypothesis certainly holds"
        ran = Ran(self.case, self.delta, plan, frame)
        ran = closer([self.at], ran, self.study.store, self.study.say)
        return self.study.regime(self.at, ran, why, began)

    @property
    def _wide(self) -> bool:
        """Whether the network has a width."""
        return self.theorem.setting is not None and self.theorem.setting.has_width

    def _deeper(self, width: int, edge: Regime, seeds: int) -> Regime | None:
        """The same seeds at a smaller step inside the region; None where the theorem bounds no step
        from above, the step is the user's, or a smaller one leaves the hypotheses.

        Where a run is costly, only the first seeds, which see what is plainly wrong, and the others
        when one of them fails.
        """
        step = self._smaller_step(width, edge, seeds)
        if step is None:
            return None
        few = min(seeds, FIRST) if width * self.case.samples * seeds > HEAVY else seeds
        return probed(lambda s: self._run(width, step, s, time.perf_counter()), few, seeds)

    def _smaller_step(self, width: int, edge: Regime, seeds: int) -> float | None:
        bounded = self.wants.step_bound is not None and self.given_step is None
        if edge.name != "in" or not bounded or not trains(self.theorem):
            return None
        largest = self._plan(width, self.wants.step_size, seeds)
        for step in smaller_steps(largest.step_size, self.wants):
            if self._plan(width, step, seeds).steps <= LONGER * largest.steps:
                known = evidence_at(self.at, self.case, self.delta, (width, step), NO_RUNS)
                if all(_admits(j) for j in compare(self.at, known)[0]):
                    return step
        return None

    def _why(self, found: Regime) -> str:
        if found.name != "in":
            out = [f"“{j.hypothesis.name}”" for j in found.hypotheses if not _holds(j)]
            return f"the witness, where {' and '.join(out)} does not certainly hold"
        set_ = [
            f"{text(j.hypothesis.relation)} is set"
            for j in found.hypotheses
            if j.hypothesis.relation.rel_op == "==" and j.draws is None
        ]
        words = ["every explicit hypothesis certainly holds"]
        if any(j.held is not None and j.held < (j.draws or 0) for j in found.hypotheses):
            words = [f"{words[0]} in the draws judged; the others are set aside"]
        return "; ".join([*words, *set_])

    def _not_run(self, width: int | None, why: str) -> Regime:
        """The report of a theorem whose own width was not simulated: what it demands, and that
        nothing was measured.
        """
        step = self.given_step or self.wants.step_size or None
        plan = self._plan(width, step, self.looks[0]) if width else None
        known = evidence_at(
            self.at,
            self.case,
            self.delta,
            (width, plan.step_size if plan else step),
            NO_RUNS,
        )
        judged = tuple(
            replace(j, status=Decision.OPEN, why="nothing was drawn") if j.draws == 0 else j
            for j in compare(self.at, known)[0]
        )
        claims = tuple(Finding(c, Verdict.VOID, evidence="not run") for c in self.theorem.claims)
        scale = scale_of(self.at, self.case, self.delta, plan, 0)
        return Regime("in", self.theorem, scale, why, judged, claims, was_run=False)


def missed(g: Regime) -> bool:
    """Whether it is the run at a witness at which some hypothesis does not certainly hold."""
    return g.witness and g.name != "in"


def _holds(judged: Judged) -> bool:
    """Whether a hypothesis held: certainly, or in some of the draws."""
    return judged.status is Decision.HOLDS or (judged.held or 0) > 0


def _admits(judged: Judged) -> bool:
    """Whether a hypothesis holds, or will be decided by the run."""
    return judged.status is Decision.HOLDS or judged.draws is not None


def smaller_steps(step: float, wants: Demand) -> Iterator[float]:
    """Steps inside the region; in its middle where it ends before a tenth or a half."""
    least = wants.step_least or 0.0
    for share in DEEPER:
        inner = round_down(step / share)
        inner = inner if inner > least else round_down((least * step) ** 0.5)
        if least < inner < step:
            yield inner


def probed(run: Callable[[int], Regime], few: int, seeds: int) -> Regime | None:
    """The run with few seeds, or with all when one of the few fails; None when it is not inside the
    hypotheses.
    """
    found = run(few)
    if few < seeds and any(f.failures for f in found.claims):
        found = run(seeds)
    return found if found.name == "in" else None


def together(edge: Regime, inner: Regime) -> Regime:
    """One report of two runs: of each claim the finding that is worse, with what the other said."""
    letter = edge.theorem.scale.step_size
    name = letter.name if letter is not None else ""
    at = f"{text(letter)} = {number(inner.scale[name])}"
    claims = tuple(_worse(e, i, at) for e, i in zip(edge.claims, inner.claims, strict=True))
    scale = {}
    for key, value in edge.scale.items():
        scale[key] = value
        if key == name:
            scale[f"also {key}"] = inner.scale[name]
    return replace(edge, claims=claims, scale=scale, seconds=edge.seconds + inner.seconds)


def _worse(edge: Finding, inner: Finding, at: str) -> Finding:
    """The worse finding; fewer seeds of which none failed do not make it worse."""
    held = inner.seeds < edge.seeds and not inner.failures
    if not held and WORST.index(inner.verdict) < WORST.index(edge.verdict):
        return replace(inner, evidence=f"at {at}: {inner.evidence}")
    said = f"holds in {inner.seeds} seeds" if held and inner.seeds else str(inner.verdict)
    return replace(edge, evidence=f"{edge.evidence}; {said} at {at}")
