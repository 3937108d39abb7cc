"""The frontier is bracketed: seen at one end, not at the other, within the tolerance."""

from types import SimpleNamespace

import pandas as pd
import pytest

from reports.judging import frontier
from theorems.reasoning.demand import Demand


@pytest.mark.parametrize(("least", "largest"), [(37, 0.4), (1, 100.0), (2000, 0.01)])
def test_the_true_edge_lies_between_seen_and_unseen(monkeypatch, statement, least, largest):
    """A made-up truth: the claim is seen from `least` neurons on and up to a step of `largest`."""
    theorem = statement("Theorem 4.1")
    delta = theorem.scale.failure

    def plan(m, step):
        step = 0.1 if step is None else step
        made = SimpleNamespace(width=m, step_size=step, seeds=(0, 1, 2))
        made.only = lambda seed: SimpleNamespace(width=m, step_size=step, seeds=(seed,))
        return made

    monkeypatch.setattr(frontier, "trajectories", lambda p, store, tick: p)
    monkeypatch.setattr(
        frontier,
        "observe",
        lambda claim, e, seed: SimpleNamespace(
            held=e.plan.width >= least and e.plan.step_size <= largest
        ),
    )

    def evidence(p, frame):
        return SimpleNamespace(
            values={delta: 0.1}, plan=frame if not isinstance(frame, pd.DataFrame) else p
        )

    width, step = frontier.frontiers(
        theorem,
        theorem.claims[0],
        plan,
        1024,
        evidence,
        Demand(10**6, 1e-4),
        None,
        lambda what, total: lambda: None,
    )
    assert (width.demanded, step.demanded) == (10**6, 1e-4)
    if least == 1:
        assert (width.seen, width.unseen) == (1, None)
    elif least > 1024:
        assert (width.seen, width.unseen) == (None, 1024)
    else:
        assert width.unseen < least <= width.seen <= width.unseen * 1.3 + 1
    if least > 1024:
        return
    if largest > 1.6:
        assert (step.seen, step.unseen) == (1.6, None)
    elif largest < 0.1:
        assert step.seen is None
    else:
        assert step.seen <= largest < step.unseen <= 1.31 * step.seen
