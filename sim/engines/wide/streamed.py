"""The crowd by drawing every neuron: one pass in blocks and threads, bounded memory, resumable."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from sim.data.table import Array
from sim.engines.wide import device
from sim.engines.wide.crowd import MOST_PATTERNS, Crowd, from_patterns, numbered, paired
from sim.engines.wide.engine import Pilot
from sim.plan import Plan
from sim.setting.draws import BLOCK, draw_block, source
from sim.worker import ALONE, Worker

CHUNK = 2**10  # blocks between two savings: seconds
Arrays = dict[str, Array]


def survey(plan: Plan, seed: int, reach: Array, worker: Worker = ALONE) -> Crowd:
    """The crowd of one seed; finished chunks are kept in the worker's store and taken up again.

    Counts are integers and the sums of the blocks are added exactly, so no grouping of the blocks
    can change a bit.
    """
    blocks = range(-(-plan.width // BLOCK))
    chunks = [blocks[i : i + CHUNK] for i in range(0, len(blocks), CHUNK)]
    key = f"{plan.key((seed,), True)}-{hashlib.sha256(reach.tobytes()).hexdigest()[:8]}"
    store, parts = worker.store, []
    with ThreadPoolExecutor(worker.threads) as pool, threadpool_limits(1, "blas"):
        for i, chunk in enumerate(chunks):
            if source() == "threefry":
                work = partial(
                    _chunk,
                    lambda which: device.blocks(plan, seed, reach, which, Pilot(plan).share(reach)),
                    chunk,
                )
            else:
                work = partial(
                    _chunk, lambda which: pool.map(partial(_block, plan, seed, reach), which), chunk
                )
            parts.append(
                work() if store is None or len(chunks) == 1 else store.arrays(f"{key}-{i}", work)
            )
            worker.tick(1 / len(chunks))
    found = {
        k: np.concatenate([p[k] for p in parts], axis=-1 if k == "w" else 0)
        for k in ("u", "w", "a")
    }
    found |= {k: np.sum([p[k] for p in parts], axis=0) for k in ("counts", "within")}
    u = np.array([math.fsum(column) for column in found["u"].T])
    few = plan.data.samples <= MOST_PATTERNS
    counts = found["counts"]
    return Crowd(
        u,
        from_patterns(counts) if few else counts,
        counts if few else None,
        found["within"],
        found["w"],
        found["a"],
    )


def _chunk(work: Callable[[range], Iterable[Arrays]], blocks: range) -> Arrays:
    counts, within, u, w, a = np.zeros((), np.int64), np.zeros((), np.int64), [], [], []
    for part in work(blocks):
        counts, within = counts + part["counts"], within + part["within"]
        u.append(part["u"])
        w.append(part["w"])
        a.append(part["a"])
    return {
        "u": np.array(u),
        "w": np.concatenate(w, axis=1),
        "a": np.concatenate(a),
        "counts": counts,
        "within": within,
    }


def _block(plan: Plan, seed: int, reach: Array, block: int) -> Arrays:
    """One block of neurons; 2 relu(z) = |z| + z."""
    x, n, rows = plan.inputs, plan.data.samples, min(BLOCK, plan.width - block * BLOCK)
    features = dict(zip(plan.drawn, ((x.shape[1],), ()), strict=True))
    w, a = draw_block(plan.drawn, features, seed, block, rows).values()
    if (spread := plan.spread) != 1:
        w *= spread
    z = w if np.array_equal(x, np.eye(*x.shape)) else x @ w
    size, active = np.abs(z), z >= 0
    near = np.flatnonzero(np.logical_or.reduce(size <= reach[:, None], axis=0))
    counts = np.bincount(numbered(active), minlength=2**n) if n <= MOST_PATTERNS else paired(active)
    within = np.array(
        [[np.count_nonzero(s <= r) for s in size] for r in plan.radii], np.int64
    ).reshape(-1, n)
    return {
        "u": (size @ a + z @ a) / 2,
        "w": w[:, near],
        "a": a[near],
        "counts": counts,
        "within": within,
    }
