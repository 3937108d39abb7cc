"""One check of one paper: plan every theorem, run it, compare, and collect the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np
import pandas as pd
from sympy import Rational

from reports.judging.compare import compare
from reports.judging.evidence import letters, sides
from reports.judging.findings import Curve, Finding, Frontier, LawFinding, Regime, Report
from reports.judging.frontier import Search
from reports.judging.statistics import MEANS, seeds_by_design, seeds_to_confirm
from reports.judging.verdict import Verdict
from reports.studies.errata import examine
from reports.studies.ladder import Climb
from reports.studies.options import Options
from reports.studies.planning import (
    certified_width,
    data_values,
    demand_rows,
    demands,
    evidence,
    make_plan,
)
from reports.studies.trust import layers
from reports.studies.versions import versions
from sim.data.table import ADVERSARIES, Data, load
from sim.engines.choice import choose
from sim.plan import Plan
from sim.run import NO_RUNS, trajectories
from sim.store import Store
from theorems.language import Each, Practice, Theorem
from theorems.reasoning.demand import Demand
from theorems.reasoning.exact import Decision
from theorems.reasoning.replay import replay
from theorems.writing.transcription import compare as compare_typing

EDGE_SEEDS = (
    6  # seeds a width or a step is tried with when looking for where a claim stops being seen
)
CERTAIN = 20  # seeds behind a claim without probability
COSTLY = (
    2**28
)  # neurons times points beyond which a run in regime waits to be asked for by --regime in
Say = Callable[[str, int], Callable[..., None]]


@dataclass(frozen=True, eq=False)
class Study:
    """What was asked, where finished seeds are kept, and who hears of progress: say(what, how many)
    returns a tick.

    costly: neurons times points beyond which a run in regime is not made; edges: whether to look
    for where a claim stops being seen.
    """

    options: Options
    store: Store
    say: Say = lambda _what, _total: lambda _share=1.0: None
    costly: float = COSTLY
    edges: bool = True

    def check(self, module: ModuleType, command: str = "") -> Report:
        """The whole report on one paper; BadInput for unknown names and impossible scales, before
        anything runs.
        """
        began, o = time.perf_counter(), self.options
        theorems: Sequence[Theorem] = tuple(module.theorems)
        settled = [t for t in theorems if t.setting is not None]
        data = self.data(settled[0].practice if settled else Practice())
        for theorem in settled:
            make_plan(
                [theorem],
                self.data(theorem.practice),
                min(o.widths or theorem.practice.widths),
                Rational(1, 2),
                1,
                o,
            )
            Climb(
                (theorem,), o, self.data(theorem.practice), Rational(1, 2), self.store, self.say
            ).check()
        typed = compare_typing(module)
        tick = self.say("replaying the derivations", sum(len(t.derivation) for t in theorems))
        replays = []
        for theorem in theorems:
            for step in theorem.derivation:
                replays.append((theorem, replay(step)))
                tick()
        errata = tuple(examine(e, self.store) for e in getattr(module, "errata", ()))
        regimes = [g for t in theorems for g in self.without_training(t)]
        if o.regime != "in":
            for shared in dict.fromkeys((t.setting, t.practice) for t in settled if trains(t)):
                regimes += self.practical(
                    [t for t in settled if trains(t) and (t.setting, t.practice) == shared]
                )
        if o.regime != "practical":
            regimes += [self.in_regime(t, data) for t in settled if t.witness is not None]
        regimes.sort(key=lambda g: (theorems.index(g.theorem), g.name != "in"))
        delta = o.delta or Rational(1, 10)
        taught = any(
            "teacher" in t.setting.data for t in settled if t.setting
        )  # whose rows are no inputs and whose labels all are 1
        notes = () if taught else data.complaints()
        return Report(
            key=module.paper.key,
            paper=module.paper,
            data=f"{data.name}, {data.samples} points",
            notes=notes,
            quantities={
                q.name: {
                    "value": e.value,
                    "low": e.low,
                    "high": e.high,
                    "certified": e.certified,
                    "text": q.text,
                    "meaning": q.meaning,
                }
                for q, e in data_values(theorems, data).items()
            },
            demands=tuple(demand_rows(settled, data, delta)),
            replays=tuple(replays),
            errata=errata,
            regimes=tuple(regimes),
            typing=typed,
            trust=layers(module, typed),
            command=command,
            versions=versions(),
            seconds=time.perf_counter() - began,
        )

    def data(self, practice: Practice) -> Data:
        """The user's data, or else the theorem's."""
        o = self.options
        return load(
            o.data or practice.data, o.samples or (None if o.data else practice.samples), o.label
        )

    def without_training(self, theorem: Theorem) -> list[Regime]:
        """A statement about data or about draws alone, judged; nothing for a statement about
        training.
        """
        data = self.data(theorem.practice)
        if theorem.setting is None:
            return self._about_data(theorem, data)
        return [] if trains(theorem) else [self._draws(theorem, data)]

    def _about_data(self, theorem: Theorem, data: Data) -> list[Regime]:
        """A statement about data alone: on the user's data, and on data made to break it if a
        hypothesis were missing.
        """
        regimes = []
        for case in (data, *(make(4) for make in ADVERSARIES.values())):
            why = (
                whose(self.options)
                if case is data
                else "data made to show what the hypotheses are for"
            )
            regimes.append(
                self._regime(theorem, case, Rational(1, 2), None, NO_RUNS, why, time.perf_counter())
            )
        return regimes

    def _draws(self, theorem: Theorem, data: Data) -> Regime:
        """A statement about the initialization alone: no training, many draws, at the narrowest
        width of the ladder.
        """
        o, began = self.options, time.perf_counter()
        width, delta = min(o.widths or theorem.practice.widths), o.delta or Rational(1, 10)
        seeds = o.seeds or (
            MEANS if any(c.expected for c in theorem.claims) else seeds_by_design(float(delta))
        )
        plan = make_plan([theorem], data, width, delta, seeds, o)
        frame = trajectories(
            plan, self.store, False, self.say(f"{theorem.statement}: draws at m = {width}", seeds)
        )
        return self._regime(
            theorem,
            data,
            delta,
            plan,
            frame,
            "nothing is trained; the narrowest width is the hardest",
            began,
        )

    def practical(self, theorems: list[Theorem]) -> list[Regime]:
        """The user's data at the user's sizes: a ladder of widths, shared by the theorems of one
        setting.
        """
        o, began, regimes, practice = self.options, time.perf_counter(), [], theorems[0].practice
        delta, data = o.delta or Rational(1, 10), self.data(practice)
        climb = Climb(tuple(theorems), o, data, delta, self.store, self.say)
        plan, frame = climb.wide[-1].plan, climb.frames[-1]
        wants = [demands(t, data, delta) for t in theorems]
        wanted = Demand(
            next((w.width for w in wants if w.width), None),
            next((w.step_size for w in wants if w.step_size), None),
        )
        for theorem in theorems:
            laws = climb.laws(theorem)
            edge = next(
                (c for c in theorem.claims if isinstance(c.over, Each) and not c.hides), None
            )
            edges = (
                Search(
                    theorem,
                    edge,
                    lambda m, h: make_plan(theorems, data, m, delta, o.seeds or EDGE_SEEDS, o, h),
                    climb.widths[0],
                    lambda p, f, t=theorem: evidence(t, data, delta, p, f),  # type: ignore[misc]
                    self.store,
                    self.say,
                ).frontiers(wanted)
                if theorem.laws and self.edges and edge
                else ()
            )
            why = (
                "the setting that the theorem names"
                if practice.own and not o.data
                else f"{whose(o)} at practical sizes"
            )
            found = self._regime(theorem, data, delta, plan, frame, why, began, laws, edges)
            regimes.append(replace(found, claims=climb.judged(theorem, found.claims)))
            began = time.perf_counter()
        return regimes

    def in_regime(self, theorem: Theorem, data: Data) -> Regime:
        """A configuration in which every explicit hypothesis certainly holds, at the width that the
        theorem demands.
        """
        o, began, witness = self.options, time.perf_counter(), theorem.witness
        assert witness is not None
        asked = o.regime == "in"
        case = (
            data
            if asked and o.data
            else load(witness.data, (asked and o.samples) or witness.samples)
        )
        delta = o.delta or witness.delta
        wants = demands(theorem, case, delta)
        if wants.step_size == 0:
            return self._not_run(
                theorem,
                case,
                delta,
                None,
                0,
                f"no step size satisfies “{(wants.binding or {})['step_size']}” here",
            )
        if wants.unreachable and not (asked and o.widths):
            return self._not_run(
                theorem,
                case,
                delta,
                None,
                0,
                f"no width certainly satisfies “{wants.unreachable}” here",
            )
        certain = all(c.probability == 1 for c in theorem.claims)
        looks = (
            (o.seeds,)
            if o.seeds
            else (CERTAIN,)
            if certain
            else (seeds_to_confirm(float(delta)), seeds_by_design(float(delta)))
        )
        width = (
            (asked and o.widths and o.widths[-1])
            or wants.width
            or certified_width(theorem, case, delta, o, self.store)
        )
        if not width or width * case.samples > self.costly:
            why = (
                f"needs {width:,} neurons; not run by default, `--regime in` simulates it"
                if width
                else "no width up to 2^20 satisfies the hypotheses about the draw"
            )
            return self._not_run(theorem, case, delta, width, looks[0], why)
        # a second look only when something failed: enough seeds to tell a wrong claim from bad luck
        for seeds in looks:
            plan = make_plan(
                [theorem],
                case,
                width,
                delta,
                seeds,
                o,
                (asked and o.step_size) or wants.step_size,
                whole=True,
            )
            frame = trajectories(
                plan,
                self.store,
                trains(theorem),
                self.say(f"{theorem.statement}: in regime at m = {width}", seeds),
            )
            found = self._regime(
                theorem,
                case,
                delta,
                plan,
                frame,
                "every explicit hypothesis certainly holds",
                began,
            )
            if not any(f.failures for f in found.claims):
                break
        if found.name != "in":
            return replace(
                found, why="asked for in regime, but a hypothesis does not certainly hold here"
            )
        some = any(j.held is not None and j.held < (j.draws or 0) for j in found.hypotheses)
        return (
            replace(
                found,
                why="every explicit hypothesis certainly holds in the draws judged; the others are set aside",
            )
            if some
            else found
        )

    def _not_run(
        self, theorem: Theorem, data: Data, delta: Rational, width: int | None, seeds: int, why: str
    ) -> Regime:
        """The report of a theorem whose own width was not simulated: what it demands, and that
        nothing was measured.
        """
        plan = make_plan(
            [theorem],
            data,
            width or 1,
            delta,
            max(seeds, 1),
            self.options,
            demands(theorem, data, delta).step_size or None,
            whole=True,
        )
        judged, _ = compare(theorem, evidence(theorem, data, delta, plan, NO_RUNS))
        claims = tuple(Finding(c, Verdict.VOID, evidence="not run") for c in theorem.claims)
        return Regime(
            "in",
            theorem,
            _scale(theorem, data, delta, plan if width else None, 0),
            why,
            judged,
            claims,
        )

    def _regime(
        self,
        theorem: Theorem,
        data: Data,
        delta: Rational,
        plan: Plan | None,
        frame: pd.DataFrame,
        why: str,
        began: float,
        laws: tuple[LawFinding, ...] = (),
        edges: tuple[Frontier, ...] = (),
    ) -> Regime:
        known = evidence(theorem, data, delta, plan, frame)
        judged, findings = compare(theorem, known)
        inside = all(j.status is Decision.HOLDS or (j.held or 0) > 0 for j in judged)
        return Regime(
            "in" if inside else "practical",
            theorem,
            _scale(theorem, data, delta, plan, len(known.seeds)),
            why,
            judged,
            findings,
            laws,
            edges,
            _curve(theorem, known) if plan else None,
            time.perf_counter() - began,
            choose(plan) if plan and len(known.seeds) and trains(theorem) else None,
            letters(theorem, known) if plan else {},
        )


def whose(options: Options) -> str:
    """Whose data are looked at."""
    return "the user's data" if options.data else "the default data"


def trains(theorem: Theorem) -> bool:
    """Whether the theorem speaks of training, not of the data or the draw alone."""
    return any(c.over is not None for c in theorem.claims) or bool(theorem.laws)


def _scale(
    theorem: Theorem, data: Data, delta: Rational, plan: Plan | None, seeds: int
) -> dict[str, object]:
    scale: dict[str, object] = {"data": data.name, "n": data.samples, "d": data.raw.shape[1]}
    if plan is not None:
        letters = theorem.scale
        trained = (
            {
                (letters.step_size.name if letters.step_size else "Δt"): plan.step_size,
                "steps": plan.steps,
            }
            if trains(theorem)
            else {}
        )
        scale |= {(letters.width.name if letters.width else "m"): plan.width, **trained}
        scale |= {"seeds": seeds, "first seed": plan.seeds[0]} if seeds else {}
        scale |= {q.name: float(v) for q, v in theorem.choices.items() if v.is_number}
        if letters.failure is not None:
            scale[letters.failure.name] = float(delta)
    return scale


def _curve(theorem: Theorem, known: object) -> Curve | None:
    """The first claim over steps, as bands over the seeds against its bound."""
    claim = next((c for c in theorem.claims if isinstance(c.over, Each)), None)
    if claim is None:
        return None
    each = [sides(claim.relation, claim.over.index, known, s) for s in known.seeds]  # type: ignore[union-attr,attr-defined,arg-type]
    table = pd.DataFrame({i: pd.Series(s.left, s.steps) for i, s in enumerate(each)}).dropna()
    bound = (
        pd.DataFrame({i: pd.Series(s.right, s.steps) for i, s in enumerate(each)})
        .loc[table.index]
        .median(axis=1)
    )
    if len(table) < 3 or not np.isfinite(bound).all():
        return None
    keep = np.unique(np.round(np.geomspace(1, len(table), 200)).astype(int)) - 1
    table, bound = table.iloc[keep], bound.iloc[keep]
    columns = (table.quantile(q, axis=1) for q in (0.0, 0.5, 1.0))
    low, median, high = (tuple(float(v) for v in c) for c in columns)
    return Curve(
        f"{theorem.statement}: {claim.name}",
        claim.over.index.text,  # type: ignore[union-attr]
        tuple(float(s) for s in table.index),
        low,
        median,
        high,
        tuple(float(b) for b in bound),
    )
