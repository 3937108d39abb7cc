"""The frontier is bracketed: seen at one end, not at the other, within the tolerance."""

from types import SimpleNamespace

import pandas as pd
import pytest

from reports.judging import frontier
from reports.judging.findings import Frontier
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


# What a search tries and counts -------------------------------------------------------------------------


@pytest.fixture
def search(monkeypatch, statement):
    """search(answer, seeds) -> a search whose runs answer answer(width, step, seed), and what it tried."""
    theorem, tried, heard = statement("Theorem 4.1"), [], []
    delta = theorem.scale.failure

    def made(m, step, seeds):
        plan = SimpleNamespace(width=m, step_size=0.25 if step is None else step, seeds=seeds)
        plan.only = lambda seed: SimpleNamespace(width=m, step_size=plan.step_size, seeds=(seed,))
        return plan

    def begin(answer, seeds=(5, 6, 7, 8), allowed=0.25, middle=64):
        def observe(claim, known, seed):
            tried.append((known.plan.width, known.plan.step_size, seed))
            assert known.plan.seeds == (seed,)
            return SimpleNamespace(held=answer(*tried[-1]))

        def evidence(plan, frame):
            assert plan.seeds
            assert frame is not None
            ran = plan if isinstance(frame, pd.DataFrame) else frame
            return SimpleNamespace(values={delta: allowed}, plan=ran)

        monkeypatch.setattr(frontier, "observe", observe)
        monkeypatch.setattr(frontier, "trajectories", lambda plan, store, tick: tick() or plan)
        claim = SimpleNamespace(name="falls", probability=1 - delta)
        return frontier.Search(
            theorem,
            claim,
            lambda m, step: made(m, step, seeds),
            middle,
            evidence,
            None,
            lambda words, total: lambda: heard.append((words, total)),
        )

    return SimpleNamespace(begin=begin, tried=tried, heard=heard)


DEMANDS = Demand(10**6, 1e-4)


@pytest.mark.parametrize(
    ("answers", "seen", "failures", "runs"),
    [
        ([True, True, True, True], True, 0, 4),
        ([False, True, True, True], True, 1, 4),
        ([False, False, True, True], False, 2, 2),
        ([None, True, True, True], True, 0, 4),
        ([False, None, True, True], None, 1, 4),
        ([None, None, True, True], None, 0, 4),
        ([None, None, False, False], False, 2, 4),
    ],
)
def test_a_value_is_seen_where_no_more_than_the_allowed_share_fails(
    search, answers, seen, failures, runs
):
    at = search.begin(lambda m, step, seed: answers[seed - 5])
    found = at._try(at.plan(64, None))
    assert (found.seen, found.failures) == (seen, failures)
    assert len(search.tried) == runs
    assert search.heard == [("Theorem 4.1: how far “falls” is seen", 4)] * runs


def test_a_frontier_is_recorded_with_its_ends_and_their_failures(search):
    """Below 20 neurons two of four seeds fail, below 40 one; beyond a step of 1 all do."""

    def answer(m, step, seed):
        return seed > 6 and step <= 1 if m < 20 else seed > 5 and step <= 1 if m < 40 else step <= 1

    width, step = search.begin(answer).frontiers(DEMANDS)
    assert width == Frontier("falls", "least width", width.seen, width.unseen, 1, 2, 4, 10**6)
    assert width.unseen < 20 <= width.seen <= 1.3 * width.unseen
    assert (width.seen, width.unseen) == (round(width.seen), round(width.unseen))
    assert step == Frontier("falls", "largest step", step.seen, step.unseen, 0, 2, 4, 1e-4)
    assert step.seen <= 1 < step.unseen <= 1.3 * step.seen
    assert {s for m, s, _ in search.tried if m != 64} == {0.25}
    assert max(s for _, s, _ in search.tried) == 16 * 0.25


def test_the_ends_of_a_search_are_those_of_the_practice(search):
    everywhere = search.begin(lambda m, step, seed: True).frontiers(DEMANDS)
    assert everywhere == (
        Frontier("falls", "least width", 1.0, None, 0, 0, 4, 10**6),
        Frontier("falls", "largest step", 4.0, None, 0, 0, 4, 1e-4),
    )
    search.tried.clear()
    nowhere = search.begin(lambda m, step, seed: False).frontiers(DEMANDS)
    assert nowhere == (
        Frontier("falls", "least width", None, 64.0, 0, 2, 4, 10**6),
        Frontier("falls", "largest step", None, 0.25, 0, 2, 4, 1e-4),
    )
    assert search.tried == [(64, 0.25, 5), (64, 0.25, 6)] * 2


def test_widths_are_whole_and_end_side_by_side(search):
    at = search.begin(lambda m, step, seed: m >= 3, middle=5)
    width = at.frontiers(DEMANDS)[0]
    assert (width.seen, width.unseen) == (3.0, 2.0)
    assert all(isinstance(m, int) for m, _, _ in search.tried)


@pytest.mark.parametrize(
    ("seen", "unseen", "whole", "close"),
    [
        (1.3, 1.0, False, True),
        (1.0, 1.3, False, True),
        (1.31, 1.0, False, False),
        (3.0, 2.0, True, True),
        (2.0, 3.0, True, True),
        (3.0, 2.0, False, False),
        (4.0, 2.0, True, False),
        (130.0, 100.0, True, True),
        (132.0, 100.0, True, False),
    ],
)
def test_two_ends_are_close_within_the_tolerance_or_a_neuron(seen, unseen, whole, close):
    assert frontier._close(seen, unseen, whole) is close
