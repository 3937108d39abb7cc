"""The least width and the largest step at which a claim is still seen, by bisection on a
logarithmic scale.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from reports.judging.compare import observe
from reports.judging.evidence import Evidence
from reports.judging.findings import Frontier
from sim.plan import Plan
from sim.run import trajectories
from sim.store import Store
from theorems.language import Claim, Theorem
from theorems.reasoning.demand import Demand

TOLERANCE = 1.3  # ratio of the two ends at which a frontier is found
Tick = Callable[..., None]
Counts = dict[float, int]


def frontiers(
    theorem: Theorem,
    claim: Claim,
    plan: Callable[[int, float | None], Plan],
    middle: int,
    evidence: Callable[[Plan, pd.DataFrame], Evidence],
    wants: Demand,
    store: Store,
    say: Callable[[str, int], Tick],
) -> tuple[Frontier, ...]:
    """Both frontiers of one claim. `plan(m, step)` makes a plan, `middle` is the width at which the
    step is varied.

    A value counts as seen when the claim failed in at most the allowed share of the seeds. Where
    runs that say nothing could turn that, the search ends, and what it has is its answer; a frontier
    of which not even both ends are known is left out.
    """
    base = plan(middle, None)
    allowed = 1 - float(claim.probability.subs(evidence(base, pd.DataFrame()).values))
    most = allowed * len(base.seeds)

    def tried(p: Plan) -> tuple[int, bool | None]:
        """Failures, and whether the claim is seen: unknown where the seeds that say nothing could
        turn the answer.
        """
        tick = say(f"{theorem.statement}: how far “{claim.name}” is seen", len(p.seeds))
        failed = unknown = 0
        for seed in p.seeds:  # one by one: more failures than allowed already decide
            known = evidence(p, trajectories(p.only(seed), store, tick=tick))
            held = observe(claim, known, seed).held
            failed, unknown = failed + (held is False), unknown + (held is None)
            if failed > most:
                return failed, False
        return failed, True if failed + unknown <= most else None

    def search(
        make: Callable[[float], Plan], good: float, bad: float, whole: bool
    ) -> tuple[float | None, float | None, Counts]:
        counts: Counts = {}

        def seen(x: float) -> bool | None:
            counts[x], answer = tried(make(x))
            return answer

        near, far = seen(good), None
        if near is False:
            return None, good, counts
        if near is None or (far := seen(bad)) is None:
            return None, None, counts
        if far:
            return bad, None, counts
        while (good / bad if good > bad else bad / good) > TOLERANCE and not (
            whole and abs(good - bad) <= 1
        ):
            trial = math.sqrt(good * bad)
            trial = float(round(trial)) if whole else trial
            if trial in counts or (answer := seen(trial)) is None:
                break
            good, bad = (trial, bad) if answer else (good, trial)
        return good, bad, counts

    step = base.step_size
    searches = (
        ("least width", lambda x: plan(int(x), step), float(middle), 1.0, True, wants.width),
        ("largest step", lambda x: plan(middle, x), step, 16 * step, False, wants.step_size),
    )
    found = []
    for what, make, good, bad, whole, demanded in searches:
        seen_at, unseen_at, counts = search(make, good, bad, whole)
        if seen_at is None and unseen_at is None:
            continue
        found.append(
            Frontier(
                claim.name,
                what,  # type: ignore[arg-type]
                seen_at,
                unseen_at,
                counts.get(seen_at, 0) if seen_at else 0,
                counts.get(unseen_at, 0) if unseen_at else 0,
                len(base.seeds),
                demanded,
            )
        )
    return tuple(found)
