"""The frontier is bracketed: seen at one end, not at the other, within the tolerance."""

from types import SimpleNamespace

import pandas as pd
import pytest

from reports.judging import frontier
from theorems.reasoning.demand import Demand


def searched(monkeypatch, theorem, truth):
    """Both frontiers of a made-up truth: truth(width, step) is what every seed answers."""
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
        lambda claim, e, seed: SimpleNamespace(held=truth(e.plan.width, e.plan.step_size)),
    )

    def evidence(p, frame):
        return SimpleNamespace(
            values={delta: 0.1}, plan=frame if not isinstance(frame, pd.DataFrame) else p
        )

    search = frontier.Search(
        theorem,
        theorem.claims[0],
        plan,
        1024,
        evidence,
        None,
        lambda what, total: lambda: None,
    )
    return search.frontiers(Demand(10**6, 1e-4))


@pytest.mark.parametrize(("least", "largest"), [(37, 0.4), (1, 100.0), (2000, 0.01)])
def test_the_true_edge_lies_between_seen_and_unseen(monkeypatch, statement, least, largest):
    """The claim is seen from `least` neurons on and up to a step of `largest`."""
    width, step = searched(
        monkeypatch, statement("Theorem 4.1"), lambda m, eta: m >= least and eta <= largest
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


def test_what_is_not_known_is_neither_seen_nor_unseen(monkeypatch, statement):
    """Between 37 and 200 neurons nothing can be compared: the bracket stays open around it."""

    def truth(m, eta):
        return None if 37 <= m < 200 else m >= 200

    width, _ = searched(monkeypatch, statement("Theorem 4.1"), truth)
    assert width.seen >= 200
    assert width.unseen < 37


@pytest.mark.parametrize("known", [1024, 1])
def test_a_frontier_without_two_ends_is_left_out(monkeypatch, statement, known):
    found = searched(
        monkeypatch, statement("Theorem 4.1"), lambda m, eta: True if m == known else None
    )
    assert "least width" not in [f.of for f in found]
