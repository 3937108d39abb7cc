"""Ladders: one letter varied, all else held, each run once for every law and limit along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import signature
from typing import Any

import pandas as pd
from sympy import Expr, Rational

from reports.judging.compare import compare
from reports.judging.findings import Finding, Judged, LawFinding
from reports.judging.laws import law_finding
from reports.judging.limits import limit_finding
from reports.judging.readings import Rung
from reports.judging.verdict import Verdict
from reports.studies.options import Options
from reports.studies.planning import evidence, make_plan
from sim.data.table import RECIPES, Data, load
from sim.plan import Plan
from sim.run import trajectories
from sim.store import Store
from theorems.language import Claim, LimitIn, Quantity, Setting, Theorem
from theorems.problem import BadInput
from theorems.reasoning.exact import Decision
from theorems.writing.notation import number, text

Say = Callable[[str, int], Callable[..., None]]
OUTSIDE = {
    Verdict.APPROACHED: Verdict.OUTSIDE_SEEN,
    Verdict.RECEDING: Verdict.OUTSIDE_UNSEEN,
}


@dataclass(frozen=True, eq=False)
class Case:
    """One size of a ladder: the theorems with that value of the letter, their data and their plan."""

    size: Expr | int
    theorems: tuple[Theorem, ...]
    data: Data
    plan: Plan


@dataclass(frozen=True, eq=False)
class Climb:
    """The practice of theorems that share a setting, ready to be varied in one letter at a time.

    Along another letter than the width the network is as wide as the table of the practice says,
    which is the widest of its ladder.
    """

    theorems: tuple[Theorem, ...]
    options: Options
    data: Data
    delta: Rational
    store: Store
    say: Say
    _done: dict[Quantity, tuple[pd.DataFrame, ...]] = field(default_factory=dict)

    @property
    def _setting(self) -> Setting:
        setting = self.theorems[0].setting
        assert setting is not None
        return setting

    @cached_property
    def flow(self) -> bool:
        return self._setting.method.flow

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """From narrow to wide; a flow, and a network without neurons, takes the first alone."""
        widths = sorted(set(self.options.widths or self.theorems[0].practice.widths))
        return tuple(widths[:1] if self.flow or not self._setting.has_width else widths)

    @cached_property
    def seeds(self) -> int:
        """A flow, whose runs cost more, takes half of them."""
        seeds = self.theorems[0].practice.seeds
        return self.options.seeds or (seeds // 2 or 1 if self.flow else seeds)

    @cached_property
    def wide(self) -> tuple[Case, ...]:
        """The ladder of widths."""
        return tuple(
            Case(m, self.theorems, self.data, self._plan(self.theorems, self.data, m))
            for m in self.widths
        )

    @cached_property
    def frames(self) -> tuple[pd.DataFrame, ...]:
        """The runs of the ladder of widths."""
        sized = self._setting.has_width
        return tuple(self._run(c, f"m = {c.size}" if sized else "") for c in self.wide)

    def cases(self, letter: Quantity) -> tuple[Case, ...]:
        """The ladder along a letter, planned; BadInput for a size that its setting or its data do
        not have.
        """
        scale = self.theorems[0].scale
        if letter == scale.width:
            return self.wide
        sizes = self.theorems[0].practice.ladders.get(letter, ())
        if letter == scale.step_size:
            return tuple(
                Case(x, self.theorems, self.data, self._plan(self.theorems, self.data, step=x))
                for x in sizes
            )
        found = []
        for size in sizes:
            data = self._data(letter, size)
            theorems = tuple(_with(t, letter, size) for t in self.theorems)
            found.append(Case(size, theorems, data, self._plan(theorems, data)))
        return tuple(found)

    def check(self) -> None:
        """BadInput for a ladder of the theorem's own that its setting or its data do not have."""
        for letter in () if self.options.data else self.theorems[0].practice.ladders:
            self.cases(letter)

    def laws(self, theorem: Theorem) -> tuple[LawFinding, ...]:
        """Every law of the theorem on its ladder."""
        found = []
        for law in theorem.laws:
            rungs, why = self._rungs(theorem, law.along)
            finding = law_finding(law, rungs, why)
            words = "; ".join(filter(None, (finding.exponent.why, why if rungs else "")))
            found.append(replace(finding, exponent=replace(finding.exponent, why=words)))
        return tuple(found)

    def judged(self, theorem: Theorem, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings, with those of limits in a letter made on their ladders."""
        return tuple(
            self._limit(theorem, f.claim, f.claim.over) if isinstance(f.claim.over, LimitIn) else f
            for f in findings
        )

    def _limit(self, theorem: Theorem, claim: Claim, over: LimitIn) -> Finding:
        rungs, why = self._rungs(theorem, over.letter)
        found = limit_finding(claim, rungs, why)
        if found.verdict is Verdict.VOID:
            return found
        at, cases = self.theorems.index(theorem), self.cases(over.letter)
        both = zip(cases, rungs, strict=True)
        return _standing(
            found, [j for c, r in both for j in compare(c.theorems[at], r.evidence)[0]]
        )

    def _rungs(self, theorem: Theorem, letter: Quantity) -> tuple[list[Rung], str]:
        """The rungs along the letter, and what there is to say of them: why there are none, or what
        else changes from one to the next.
        """
        try:
            cases = self.cases(letter)
        except BadInput as error:  # of the theorem's own data it was said before anything ran
            return [], f"no ladder along {text(letter)} here: {error}"
        if not cases:
            return [], f"no ladder along {text(letter)}"
        if letter == theorem.scale.width:
            frames = self.frames
        else:
            if letter not in self._done:
                self._done[letter] = tuple(
                    self._run(c, f"{letter} = {number(float(c.size))}") for c in cases
                )
            frames = self._done[letter]
        at = self.theorems.index(theorem)
        rungs = [
            Rung(float(c.size), evidence(c.theorems[at], c.data, self.delta, c.plan, f))
            for c, f in zip(cases, frames, strict=True)
        ]
        return rungs, _moves(theorem, letter, cases)

    def _plan(
        self, theorems: Sequence[Theorem], data: Data, width: int = 0, step: Any = None
    ) -> Plan:
        step = None if step is None else float(step)
        width = width or self.widths[-1]
        settled = self.options.settled(self.delta, self.seeds, step)
        return make_plan(theorems, data, width, settled)

    def _run(self, case: Case, where: str) -> pd.DataFrame:
        statement = self.theorems[0].statement
        tick = self.say(f"{statement}: {where}" if where else statement, len(case.plan.seeds))
        return trajectories(case.plan, self.store, tick=tick)

    def _data(self, letter: Quantity, size: Expr) -> Data:
        """The practice's data with so many points, or so many coordinates."""
        scale, o, practice = self.theorems[0].scale, self.options, self.theorems[0].practice
        if letter == scale.samples:
            return load(o.data or practice.data, int(size), o.label)
        if letter != scale.dimension:
            return self.data
        name = o.data or practice.data
        takes = sorted(
            r for r, make in RECIPES.items() if "dimension" in signature(make).parameters
        )
        if name not in takes:
            raise BadInput(
                "practice: ladders",
                str(letter),
                f"the data {name} have a dimension of their own; {', '.join(takes)} take one",
            )
        make: Any = RECIPES[name]
        return make(self.data.samples, dimension=int(size))


def _with(theorem: Theorem, letter: Quantity, size: Expr) -> Theorem:
    """The theorem with another value of a letter that it leaves free."""
    if letter not in theorem.choices and letter != theorem.scale.depth:
        return theorem
    return replace(theorem, choices={**theorem.choices, letter: size})


def _moves(theorem: Theorem, letter: Quantity, cases: Sequence[Case]) -> str:
    """What follows the letter by the practice's own rule: the step, and how many there are."""
    words = []
    steps = {c.plan.step_size for c in cases}
    if len(steps) > 1 and letter != theorem.scale.step_size:
        words.append(f"the step goes from {number(min(steps))} to {number(max(steps))}")
    counts = {c.plan.steps for c in cases}
    if len(counts) > 1:
        words.append(f"the steps taken from {number(min(counts))} to {number(max(counts))}")
    return f"along the ladder {' and '.join(words)}" if words else ""


def _standing(found: Finding, judged: Sequence[Judged]) -> Finding:
    """The finding of a limit under what is known of the hypotheses at every size."""
    if any(j.status is Decision.FAILS for j in judged):
        return replace(found, verdict=OUTSIDE.get(found.verdict, found.verdict))
    if all(j.status is Decision.HOLDS or 0 < (j.held or 0) == j.draws for j in judged):
        return found
    why = next(j for j in judged if j.status is not Decision.HOLDS)
    words = f"“{why.hypothesis.name}” is not decided at every size; {found.evidence}"
    return replace(found, verdict=Verdict.OPEN, evidence=words)
