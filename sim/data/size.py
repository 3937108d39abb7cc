"""What the arrays of a data set take, known before any of them is made."""

from __future__ import annotations

from sim.engines.choice import memory_free
from theorems.problem import BadInput

COPIES = 6  # matrices of points against points that are held at once: Gram, cosines, eigenvectors


def fits(name: str, samples: int) -> None:
    """BadInput when the matrices of points against points would not fit into the free memory."""
    needed, free = 8.0 * COPIES * samples**2, memory_free()
    if needed <= free:
        return
    most = int((free / (8 * COPIES)) ** 0.5)
    fewer = int(f"{most:.1e}".split(".")[0]) * 10 ** (len(str(most)) - 1)  # a round number below
    raise BadInput(
        f"data {name}",
        f"{samples:,} points",
        f"its {samples:,} x {samples:,} matrices take {needed / 1e9:,.0f} GB and {free / 1e9:,.0f} GB "
        f"are free; --samples {fewer} takes the first rows",
    )
