"""A plan: one setting on one data set at one scale, with everything that shall be measured, checked
before it runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from sympy import Expr, lambdify

from sim.data.promises import PROMISES
from sim.data.table import Data
from sim.measuring.probes import ALONG, ALWAYS, DRAW_PROBES, OF_TWO_LAYERS, PROBES, SERIES
from sim.setting.draws import COUPLED, LAWS, ROTATION_INVARIANT, source
from sim.setting.losses import LOSSES
from sim.setting.methods import METHODS, Method
from sim.setting.networks import NETWORKS
from sim.setting.population import POPULATION
from theorems.language import About, At, BadInput, Quantity, Setting, Theorem
from theorems.problem import unknown

SEGMENT = 4096  # steps between looks at the floor of rounding
# states at which the costly probes (Gram matrix, movement, flips) are taken, spaced by factors
CHECKPOINTS = 32


@dataclass(frozen=True)
class Ask:
    """A probe to read, under the label it gets in the frame; `argument` may use scale, data and
    draw letters.
    """

    probe: str
    label: str
    argument: Expr | None = None

    def at(self, known: Mapping[str, float]) -> float | None:
        """The number at which the probe is read, from the letters' values by name; None while one
        is missing or without argument.
        """
        if self.argument is None:
            return None
        letters, function = _function(self.argument)
        names = [str(q) if str(q) in known else q.probe for q in letters]
        return (
            float(function(*(known[name] for name in names)))
            if all(name in known for name in names)
            else None
        )


@cache
def _function(expression: Expr) -> tuple[list[Any], Any]:
    letters = sorted(expression.free_symbols, key=str)
    return letters, lambdify(letters, expression, "numpy")


def asks_of(theorems: Iterable[Theorem]) -> tuple[Ask, ...]:
    """Every draw and trajectory probe that the theorems mention; BadInput for a probe that does not
    exist.
    """
    found: dict[str, Ask] = {}
    for theorem in theorems:
        for quantity in theorem.quantities:
            if quantity.probe and quantity.probe not in PROBES:
                raise unknown(f"probe of {quantity.name}", quantity.probe, PROBES)
        relations = [
            *(h.expanded for h in theorem.hypotheses),
            *(c.expanded for c in theorem.claims),
        ]
        called = set().union(*(r.atoms(At) for r in relations))
        bare = {q for q in theorem.quantities if q.about in (About.DRAW, About.TRAJECTORY)}
        for at in called:
            if at.observable.about is About.DRAW:
                found[str(at)] = Ask(at.observable.probe, str(at), at.argument)
        parametrised = {at.observable for at in called if at.observable.about is About.DRAW}
        for q in bare - parametrised:
            found[q.probe] = Ask(q.probe, q.probe)
    return tuple(sorted(found.values(), key=lambda a: (a.argument is not None, a.label)))


@dataclass(frozen=True, eq=False)
class Plan:
    """What to run. BadInput for names that `sim` does not have, m < 1, steps < 1, and step sizes
    that are not positive.

    depth: layers of weights; step_size: of gradient descent, or the time between records of a flow;
    values: the letters' numbers, for the arguments of probes.
    """

    setting: Setting
    data: Data
    width: int
    step_size: float
    steps: int
    seeds: tuple[int, ...]
    asks: tuple[Ask, ...]
    values: Mapping[Quantity, Any]
    depth: int = 2

    def __post_init__(self) -> None:
        known: dict[str, Mapping[str, Any]] = {
            "network": NETWORKS,
            "loss": {**LOSSES, **POPULATION},
            "method": METHODS,
        }
        for field, names in known.items():
            if (was := getattr(self.setting, field)) not in names:
                raise unknown(f"setting: {field}", was, names)
        network = NETWORKS[self.setting.network]
        if self.depth < network.depth or (self.depth > network.depth and not network.deeper):
            most = "or more" if network.deeper else "exactly"
            raise BadInput(
                "depth",
                self.depth,
                f"{self.setting.network} has {network.depth} layers of weights {most}",
            )
        shapes = network.shapes(1, 1, self.depth)
        for name, law in self.setting.drawn.items():
            if name not in shapes:
                raise unknown("setting: drawn", name, shapes)
            if law not in LAWS:
                raise unknown(f"setting: law of {name}", law, LAWS)
        if missing := sorted(set(shapes) - set(self.setting.drawn)):
            raise BadInput("setting: drawn", missing[0], "this parameter needs an initial law")
        for name in self.setting.data:
            if name not in PROMISES:
                raise unknown("setting: data", name, PROMISES)
            PROMISES[name](self.data)
        if self.setting.loss in POPULATION and network.units is None:
            raise BadInput(
                "setting: loss",
                self.setting.loss,
                f"{self.setting.network} has no closed form over the population",
            )
        if "teacher" in self.setting.data and self.width < self.data.samples:
            raise BadInput(
                "width",
                self.width,
                f"a student needs at least as many neurons as its teacher, {self.data.samples}",
            )
        for field, value in (
            ("width", self.width),
            ("steps", self.steps),
            ("seeds", len(self.seeds)),
        ):
            if value < 1:
                raise BadInput(field, value, "it must be at least 1")
        if not 0 < self.step_size < float("inf"):
            raise BadInput("step size", self.step_size, "it must be positive and finite")
        if not all(
            0 < abs(f) < float("inf")
            for f in (*self.factors, *(self.spread(p) for p in self.setting.spread))
        ):
            raise BadInput(
                "setting: output, factor, spread", self.factors, "they must be finite and not zero"
            )
        if self.width % 2 and COUPLED in self.setting.drawn.values():
            raise BadInput("width", self.width, "coupled neurons come in pairs: it must be even")

    @property
    def method(self) -> Method:
        return METHODS[self.setting.method]

    @property
    def inputs(self) -> Any:
        """(n, d): rows of length one, or at most one where that is the promise; in a basis of their
        span when no draw can tell.
        """
        if "teacher" in self.setting.data:
            return self.data.raw
        if "unit_ball" in self.setting.data:
            return self.data.ball
        return (
            self.data.coordinates
            if self.setting.drawn.get("w") in ROTATION_INVARIANT
            else self.data.inputs
        )

    @cached_property
    def series(self) -> tuple[str, ...]:
        """What is recorded at every step."""
        return (
            *ALWAYS,
            *sorted({a.probe for a in self.asks if a.probe in SERIES and a.probe not in ALWAYS}),
        )

    @cached_property
    def along(self) -> tuple[str, ...]:
        """What is measured at the checkpoints: what was asked for, and of two layers what is always
        looked at.
        """
        usual = OF_TWO_LAYERS if NETWORKS[self.setting.network].patterns else ()
        return tuple(sorted({*usual, *(a.probe for a in self.asks if a.probe in ALONG)}))

    @property
    def checkpoints(self) -> tuple[int, ...]:
        spaced = np.unique(np.round(np.geomspace(1, self.steps, CHECKPOINTS)).astype(int))
        return (0, *spaced.tolist())

    @cached_property
    def factors(self) -> tuple[float, float]:
        """The numbers in front of the network and of the loss; BadInput for a letter that has no
        value at this scale.
        """
        return self._number("output", self.setting.output), self._number(
            "factor", self.setting.factor
        )

    def spread(self, name: str) -> float:
        """The number that the drawn parameter is multiplied by."""
        return (
            self._number(f"spread of {name}", self.setting.spread[name])
            if name in self.setting.spread
            else 1.0
        )

    @cached_property
    def numbers(self) -> Mapping[str, float]:
        """The letters' values by name."""
        return {str(q): float(v) for q, v in self.values.items()}

    @cached_property
    def radii(self) -> Any:
        """The radii, known before the draw, at which its probes will ask for shares of neurons."""
        found = (a.at(self.numbers) for a in self.asks if a.probe in DRAW_PROBES)
        return np.array(sorted({r for r in found if r is not None}))

    def _number(self, field: str, expression: Expr) -> float:
        by_name = {"m": self.width, "n": self.data.samples} | {
            str(q): v for q, v in self.values.items()
        }
        if missing := sorted(str(q) for q in expression.free_symbols if str(q) not in by_name):
            raise BadInput(
                f"setting: {field}",
                str(expression),
                f"{missing[0]} has no value; say which letter it is in scale=Scale(width=..., ...)",
            )
        return float(expression.subs({q: by_name[str(q)] for q in expression.free_symbols}))

    @cached_property
    def untrained(self) -> Plan:
        """The plan of the draw alone: one step, so that hardly any neuron is near a kink."""
        return replace(self, steps=1)

    def only(self, seed: int) -> Plan:
        return replace(self, seeds=(seed,))

    def key(self, seeds: tuple[int, ...], train: bool) -> str:
        """The content address of the seeds' result: everything that can change a number in it."""
        content = {
            "setting": {k: str(v) for k, v in vars(self.setting).items()},
            "data": self.data.digest,
            "width": self.width,
            "step_size": self.step_size.hex(),
            "steps": self.steps,
            "depth": self.depth,
            "seeds": seeds,
            "train": train,
            "asks": [(a.probe, a.label) for a in self.asks],
            "values": {str(q): str(v) for q, v in self.values.items()},
            "code": code_digest(),
            "generator": source(),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


@cache
def code_digest() -> str:
    """A digest of the simulator's own sources and of the versions of its libraries."""
    import jax

    sources = [p.read_bytes() for p in sorted(Path(__file__).parent.rglob("*.py"))]
    return hashlib.sha256(
        b"".join(sources) + jax.__version__.encode() + np.__version__.encode()
    ).hexdigest()[:16]
