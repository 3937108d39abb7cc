"""One check of one paper: plan every theorem, run it, compare, and collect the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from sympy import Rational

from reports.judging.compare import compare
from reports.judging.evidence import letters, sides
from reports.judging.findings import Curve, Frontier, Regime, Report
from reports.judging.frontier import Search
from reports.judging.statistics import MEANS, seeds_by_design
from reports.studies.closer import closer
from reports.studies.demands import demand_rows
from reports.studies.errata import examine
from reports.studies.inside import FIRST, LONGER, Inside, probed, smaller_steps, together
from reports.studies.ladder import Climb
from reports.studies.options import Options
from reports.studies.planning import (
    Say,
    data_values,
    demands,
    evidence,
    loaded,
    make_plan,
    reading,
    sharing_a_run,
    silent,
)
from reports.studies.scale import Ran, scale_of, trains
from reports.studies.trust import layers
from reports.studies.versions import versions
from sim.data.promises import refusal
from sim.data.table import ADVERSARIES, Data
from sim.engines.choice import choose
from sim.plan import Plan
from sim.run import NO_RUNS, trajectories
from sim.store import Store
from theorems.language import BadInput, Claim, Each, Erratum, Practice, Theorem, Witness
from theorems.language.paper_file import PaperFile
from theorems.reasoning.demand import Demand
from theorems.reasoning.exact import Decision
from theorems.reasoning.replay import replay
from theorems.writing.transcription import second_typing

# seeds a width or a step is tried with when looking for where a claim stops being seen
EDGE_SEEDS = 6
# neurons times points beyond which a run in regime waits to be asked for by --regime in
COSTLY = 2**28


@dataclass(frozen=True, eq=False)
class Study:
    """What was asked, where finished seeds are kept, and who hears of progress: say(what, how many)
    returns a tick.

    costly: neurons times points beyond which a run in regime is not made; edges: whether to look
    for where a claim stops being seen.
    """

    options: Options
    store: Store
    say: Say = silent
    costly: float = COSTLY
    edges: bool = True
    _loaded: dict[tuple[str, int | None], Data] = field(default_factory=dict)

    def check(self, file: PaperFile, command: str = "") -> Report:
        """The whole report on one paper; BadInput for unknown names and impossible scales, before
        anything runs.
        """
        began, o = time.perf_counter(), self.options
        theorems = file.theorems
        settled = [t for t in theorems if t.setting is not None]
        data = self.data(settled[0].practice if settled else Practice())
        self.foresee(theorems, file.errata)
        typed = second_typing(file)
        tick = self.say("replaying the derivations", sum(len(t.derivation) for t in theorems))
        replays = []
        for theorem in theorems:
            for step in theorem.derivation:
                replays.append((theorem, replay(step)))
                tick()
        errata = tuple(examine(e, self.store) for e in file.errata)
        regimes = [g for t in theorems for g in self.without_training(t)]
        if o.regime != "in":
            for shared in sharing_a_run([t for t in settled if trains(t)], self._alone):
                regimes += self.practical(shared, settled)
        if o.regime != "practical":
            regimes += [self.in_regime(t, data) for t in settled if t.witness is not None]
        regimes.sort(key=lambda g: (theorems.index(g.theorem), g.name != "in"))
        delta = o.delta or Rational(1, 10)
        taught = any(
            "teacher" in t.setting.data for t in settled if t.setting
        )  # whose rows are no inputs and whose labels all are 1
        notes = () if taught else data.complaints()
        return Report(
            key=file.paper.key,
            paper=file.paper,
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
            trust=layers(file, typed, regimes),
            command=command,
            versions=versions(),
            seconds=time.perf_counter() - began,
        )

    def foresee(self, theorems: Sequence[Theorem], errors: Sequence[Erratum]) -> None:
        """BadInput for whatever can be known before anything runs: data of every practice, witness
        and erratum, and plans that no simulator can make.
        """
        o = self.options
        for theorem in theorems:
            data = self.data(theorem.practice)
            if theorem.setting is None:
                continue
            width = min(o.widths or theorem.practice.widths)
            make_plan([theorem], data, width, o.settled(Rational(1, 2), 1))
            Climb((theorem,), o, data, Rational(1, 2), self.store, self.say).check()
            if theorem.witness is not None and not (o.regime == "in" and o.data):
                self._named(theorem, theorem.witness)
        for e in errors:
            if e.witness is not None:
                loaded(e.witness.data, e.witness.samples)

    def _alone(self, theorem: Theorem, end: Callable[[Iterable[int]], int]) -> Plan:
        """The plan of one theorem at an end of its ladder."""
        o = self.options
        width, delta = end(o.widths or theorem.practice.widths), o.delta or Rational(1, 10)
        return make_plan([theorem], self.data(theorem.practice), width, o.settled(delta, 1))

    def _named(self, theorem: Theorem, witness: Witness) -> None:
        """BadInput for a witness whose data do not exist or are not what the setting asks for."""
        assert theorem.setting is not None
        try:
            data = loaded(witness.data, witness.samples)
        except BadInput as error:
            raise BadInput(f"{theorem.statement}: witness", None, str(error)) from None
        if refused := refusal(theorem.setting.data, data):
            raise BadInput(f"{theorem.statement}: witness", None, refused)

    def data(self, practice: Practice) -> Data:
        """The user's data, or else the theorem's; one object for all who ask."""
        o = self.options
        key = (o.data or practice.data, o.samples or (None if o.data else practice.samples))
        if key not in self._loaded:
            self._loaded[key] = loaded(*key, o.label)
        return self._loaded[key]

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
            ran = Ran(case, Rational(1, 2), None, NO_RUNS)
            regimes.append(self.regime(theorem, ran, why, time.perf_counter()))
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
        plan = make_plan([theorem], data, width, o.settled(delta, seeds))
        wide = plan.setting.has_width
        words = f"draws at m = {width}" if wide else "draws"
        tick = self.say(f"{theorem.statement}: {words}", len(plan.seeds))
        frame = trajectories(plan, self.store, False, tick)
        why = f"nothing is trained{'; the narrowest width is the hardest' if wide else ''}"
        return self.regime(theorem, Ran(data, delta, plan, frame), why, began)

    def practical(self, theorems: list[Theorem], beside: Sequence[Theorem] = ()) -> list[Regime]:
        """The user's data at the user's sizes: a ladder of widths, shared by theorems between which
        nothing differs that can change a number (`sharing_a_run`). Theorems `beside` them may state the
        same claim with explicit constants.
        """
        o, began, regimes, practice = self.options, time.perf_counter(), [], theorems[0].practice
        delta, data = o.delta or Rational(1, 10), self.data(practice)
        climb = Climb(tuple(theorems), o, data, delta, self.store, self.say)
        plan, frame = climb.wide[-1].plan, climb.frames[-1]
        why = (
            "the setting that the theorem names"
            if practice.own and not o.data
            else f"{whose(o)} at practical sizes"
        )
        ran = closer(theorems, Ran(data, delta, plan, frame), self.store, self.say)
        for theorem in theorems:
            found = self.regime(theorem, ran, why, began)
            wanted = demanded(theorem, beside or theorems, ran)
            found = replace(
                found,
                laws=climb.laws(theorem),
                frontiers=self._edges(theorem, theorems, ran, wanted),
                claims=climb.judged(theorem, found.claims),
            )
            regimes.append(self._deeper(found, theorems, ran))
            began = time.perf_counter()
        return regimes

    def _deeper(self, edge: Regime, shared: list[Theorem], ran: Ran) -> Regime:
        """A practice that came out inside all hypotheses, at a smaller step too, where the theorem
        bounds it from above and names no witness that is run so.
        """
        o, theorem, data, delta, plan = self.options, edge.theorem, ran.data, ran.delta, ran.plan
        wants = demands(theorem, data, delta)
        told = theorem.witness is not None or o.step_size is not None
        if plan is None or edge.name != "in" or wants.step_bound is None or told:
            return edge
        width = plan.width
        for step in smaller_steps(plan.step_size, wants):

            def run(seeds: int, step: float = step) -> Regime:
                p = make_plan(shared, data, width, o.settled(delta, seeds, step))
                tick = self.say(f"{theorem.statement}: inside the region of steps", seeds)
                frame = trajectories(p, self.store, tick=tick)
                deeper = closer([theorem], Ran(data, delta, p, frame), self.store, self.say)
                return self.regime(theorem, deeper, edge.why, time.perf_counter())

            alone = make_plan(shared, data, width, o.settled(delta, 1, step))
            if alone.steps <= LONGER * plan.steps:
                inner = probed(run, min(FIRST, len(plan.seeds)), len(plan.seeds))
                return edge if inner is None else together(edge, inner)
        return edge

    def _edges(
        self, theorem: Theorem, shared: list[Theorem], ran: Ran, wanted: Demand
    ) -> tuple[Frontier, ...]:
        """Where the first claim about every step stops being seen, of a theorem with laws."""
        o, edge = self.options, watched(theorem)
        if edge is None or not theorem.laws or not self.edges:
            return ()
        seeds = o.seeds or EDGE_SEEDS
        return Search(
            theorem,
            edge,
            lambda m, h: reading(
                make_plan(shared, ran.data, m, o.settled(ran.delta, seeds, h)), [edge]
            ),
            min(o.widths or theorem.practice.widths),
            lambda p, f: evidence(theorem, ran.data, ran.delta, p, f),
            self.store,
            self.say,
        ).frontiers(wanted)

    def in_regime(self, theorem: Theorem, data: Data) -> Regime:
        """A configuration in which every explicit hypothesis certainly holds, at the width that the
        theorem demands.
        """
        return Inside(self, theorem, data).regime()

    def regime(self, theorem: Theorem, ran: Ran, why: str, began: float) -> Regime:
        """The report of one run."""
        plan, known = ran.plan, evidence(theorem, ran.data, ran.delta, ran.plan, ran.frame)
        judged, findings = compare(theorem, known)
        inside = all(j.status is Decision.HOLDS or (j.held or 0) > 0 for j in judged)
        return Regime(
            "in" if inside else "practical",
            theorem,
            scale_of(theorem, ran.data, ran.delta, plan, len(known.seeds)),
            why,
            judged,
            findings,
            curve=_curve(theorem, known) if plan else None,
            seconds=time.perf_counter() - began,
            mode=choose(plan) if plan and len(known.seeds) and trains(theorem) else None,
            letters=letters(theorem, known) if plan else {},
        )


def watched(theorem: Theorem) -> Claim | None:
    """The first claim about every step that can be compared."""
    return next((c for c in theorem.claims if isinstance(c.over, Each) and not c.hides), None)


def demanded(theorem: Theorem, beside: Iterable[Theorem], ran: Ran) -> Demand:
    """What those of the theorems demand that state the watched claim in the same setting."""
    claim = watched(theorem)
    alike = [t for t in beside if t.setting == theorem.setting and claim in t.claims]
    wants = [demands(t, ran.data, ran.delta) for t in alike]
    return Demand(
        next((w.width for w in wants if w.width), None),
        next((w.step_size for w in wants if w.step_size), None),
    )


def whose(options: Options) -> str:
    """Whose data are looked at."""
    return "the user's data" if options.data else "the default data"


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
