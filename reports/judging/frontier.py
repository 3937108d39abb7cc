"""The least width and the largest step at which a claim is still seen, by bisection on a
logarithmic scale.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from reports.judging.draw import observe
from reports.judging.evidence import Evidence
from reports.judging.findings import Frontier
from sim.plan import Plan
from sim.run import trajectories
from sim.store import Store
from theorems.language import Claim, Theorem
from theorems.reasoning.demand import Demand

TOLERANCE = 1.3  # ratio of the two ends at which a frontier is found
MOST_STEPS = 16  # times the step of the practice, beyond which none is tried
Tick = Callable[..., None]
Make = Callable[[float], Plan]


@dataclass(frozen=True, eq=False)
class Try:
    """What the runs of one plan say: whether the claim is seen (None: not known), and how many
    failed.
    """

    seen: bool | None
    failures: int


@dataclass(frozen=True, eq=False)
class Search:
    """One claim, and how to try it: `plan(width, step)` makes a plan, None being the practice's
    step; `middle` is the width at which the step is varied.

    A value counts as seen when the claim failed in at most the allowed share of the seeds. Where
    runs that say nothing could turn that, the search ends, and what it has is its answer; a frontier
    of which not even both ends are known is left out.
    """

    theorem: Theorem
    claim: Claim
    plan: Callable[[int, float | None], Plan]
    middle: int
    evidence: Callable[[Plan, pd.DataFrame], Evidence]
    store: Store
    say: Callable[[str, int], Tick]

    def frontiers(self, wants: Demand) -> tuple[Frontier, ...]:
        """The least width and the largest step, each beside what the proof demands."""
        step = self._base.step_size
        found = (
            self._frontier(
                "least width",
                lambda x: self.plan(int(x), step),
                (float(self.middle), 1.0),
                wants.width,
            ),
            self._frontier(
                "largest step",
                lambda x: self.plan(self.middle, x),
                (step, MOST_STEPS * step),
                wants.step_size,
            ),
        )
        return tuple(f for f in found if f is not None)

    @cached_property
    def _base(self) -> Plan:
        return self.plan(self.middle, None)

    def _frontier(
        self,
        of: Literal["least width", "largest step"],
        make: Make,
        ends: tuple[float, float],
        demanded: float | None,
    ) -> Frontier | None:
        """Between a value at which the claim should be seen and one at which it need not be."""
        good, bad = ends
        near = self._try(make(good))
        if near.seen is None:
            return None
        if not near.seen:
            return self._found(of, (None, None), (good, near), demanded)
        far = self._try(make(bad))
        if far.seen is None:
            return None
        if far.seen:
            return self._found(of, (bad, far), (None, None), demanded)
        seen, unseen = self._bisect(make, (good, near), (bad, far), whole=of == "least width")
        return self._found(of, seen, unseen, demanded)

    def _bisect(
        self, make: Make, seen: tuple[float, Try], unseen: tuple[float, Try], whole: bool
    ) -> tuple[tuple[float, Try], tuple[float, Try]]:
        """The two closest values of which one is known to be seen, and one not to be."""
        while not _close(seen[0], unseen[0], whole):
            trial = math.sqrt(seen[0] * unseen[0])
            trial = float(round(trial)) if whole else trial
            if trial in (seen[0], unseen[0]):
                break
            found = self._try(make(trial))
            if found.seen is None:
                break
            seen, unseen = ((trial, found), unseen) if found.seen else (seen, (trial, found))
        return seen, unseen

    @cached_property
    def _allowed(self) -> float:
        """The share of the seeds that may fail."""
        known = self.evidence(self._base, pd.DataFrame())
        return 1 - float(self.claim.probability.subs(known.values))

    def _try(self, plan: Plan) -> Try:
        words = f"{self.theorem.statement}: how far “{self.claim.name}” is seen"
        tick, most = self.say(words, len(plan.seeds)), self._allowed * len(plan.seeds)
        failed = unknown = 0
        for seed in plan.seeds:  # one by one: more failures than allowed already decide
            known = self.evidence(plan, trajectories(plan.only(seed), self.store, tick=tick))
            held = observe(self.claim, known, seed).held
            failed, unknown = failed + (held is False), unknown + (held is None)
            if failed > most:
                return Try(False, failed)
        return Try(True if failed + unknown <= most else None, failed)

    def _found(
        self,
        of: Literal["least width", "largest step"],
        seen: tuple[float | None, Try | None],
        unseen: tuple[float | None, Try | None],
        demanded: float | None,
    ) -> Frontier:
        seen_failed, unseen_failed = (t.failures if t else 0 for t in (seen[1], unseen[1]))
        return Frontier(
            self.claim.name,
            of,
            seen[0],
            unseen[0],
            seen_failed,
            unseen_failed,
            len(self._base.seeds),
            demanded,
        )


def _close(seen: float, unseen: float, whole: bool) -> bool:
    ratio = max(seen, unseen) / min(seen, unseen)
    return ratio <= TOLERANCE or (whole and abs(seen - unseen) <= 1)
