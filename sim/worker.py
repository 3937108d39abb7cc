"""Who works on a seed: with how many threads, where finished parts are kept, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.store import Store


@dataclass(frozen=True)
class Worker:
    """`store`: where finished parts of a pass are kept and taken up again, None for nowhere;
    tick(share) hears of every share of the pass that is done.
    """

    threads: int = 1
    store: Store | None = None
    tick: Callable[[float], None] = lambda _: None


ALONE = Worker()
