"""Which way a plan is simulated, and why: every neuron in memory, every neuron drawn once, or the
crowd by its sums.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from sim.data.table import Array
from sim.engines.wide import aggregated
from sim.engines.wide.engine import FEW, Pilot
from sim.plan import Plan

# neurons times points times steps up to which nothing else is worth its compilation: a second
SMALL = 2**28
MOST_DENSE = 2**28  # neurons times points that fit into memory, about 12 GB
# Gaussian numbers that are drawn one by one for a seed when there is another way: ten seconds of
# one core
MOST_DRAWN = 2**30
PER_NEURON = 6  # copies of a followed neuron that are held at once


@dataclass(frozen=True)
class Mode:
    """The way and its reason, as a report prints it."""

    name: Literal["dense", "streamed", "aggregated"]
    why: str


def choose(plan: Plan) -> Mode:
    """The fastest way that is exact, or the aggregated one where drawing every neuron would take
    minutes a seed.
    """
    numbers = plan.width * plan.data.samples
    if not plan.setting.has_width:
        return Mode("dense", "every parameter in memory")
    if plan.wide is None:
        return Mode(
            "dense",
            "every neuron in memory: the wide engine knows two-layer ReLU networks with signs ±1 and Gaussian weights",
        )
    if numbers * plan.steps <= SMALL and numbers <= MOST_DENSE:
        return Mode("dense", "every neuron in memory")
    pilot = Pilot(plan)
    share = pilot.share(pilot.generous())
    if share > FEW and numbers <= MOST_DENSE:
        return Mode("dense", f"every neuron in memory: {min(share, 1):.0%} may come to a kink")
    if plan.width * plan.inputs.shape[1] <= MOST_DRAWN:
        return Mode(
            "streamed",
            "every neuron drawn, those near a kink followed one by one, all others as one linear system; exact",
        )
    if reason := aggregated.refuses(plan):
        return Mode("streamed", f"every neuron drawn, which takes long; {reason}")
    return Mode(
        "aggregated",
        "too many neurons to draw: those near a kink are drawn, the counts and sums of all others follow their joint law",
    )


def memory_needed(plan: Plan, reach: Array) -> float:
    """Bytes that the neurons within reach of a kink take."""
    return (
        PER_NEURON
        * 8
        * (plan.inputs.shape[1] + 1)
        * plan.width
        * min(Pilot(plan).share(reach), 1.0)
    )


def memory_free() -> float:
    """Bytes of memory that can still be had; infinite where the system does not say."""
    try:
        with open("/proc/meminfo") as file:
            return next(
                1024.0 * int(line.split()[1]) for line in file if line.startswith("MemAvailable")
            )
    except (OSError, StopIteration):
        try:
            return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        except (ValueError, OSError, AttributeError):
            return float("inf")
