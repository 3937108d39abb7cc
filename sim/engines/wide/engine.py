"""Exact simulation of two-layer ReLU networks too wide to hold: only neurons near a kink are
followed one by one.

With outputs u = c sum_r a_r relu(w_r.x) and g = dLoss/du, no neuron's preactivation on x_j can have
moved farther than M_j = c sum_i A_i |x_i.x_j|, where A_i is the sum of h |g_i| over the steps; and
while it is negative, x_j itself does not move it, so that the sum goes over i != j. So neurons that
are farther than R_j from the kink of every x_j, with an R for either side of it, keep their
activation patterns as long as M <= R, and together they act as one linear system: their outputs
move by -H_far G, with G the sum of h g. This is used twice. Over the whole run, R is the reach of
the crowd, and only neurons within reach are held, about sqrt(m) of them. Over a stretch of steps, R
is what the stretch can travel, and only those of them that are within it are followed step by step.
M <= R is verified along the run; when it fails, the stretch, or the whole run, is repeated with a
larger R. The result equals the dense run of the same draws up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax.numpy as jnp
import numpy as np
from scipy.special import erf, erfinv

from sim.data.table import Array
from sim.engines.protocol import Found
from sim.engines.wide.crowd import Crowd, bits, numbered, paired
from sim.engines.wide.kernel import Neurons, Split, compare, look, near, put, stepper, take
from sim.measuring.compiled import few
from sim.measuring.evaluate import Known
from sim.measuring.gram import limiting_gram
from sim.measuring.series import OUT, SAFE, ULP, along_outputs, of_outputs
from sim.plan import SEGMENT, Plan
from sim.setting.draws import COUPLED
from theorems.language.measurement import Term

CAREFUL = 1.25  # R over the travel that the linear system alone predicts, for a run
CLOSE = 1.1  # the same for a stretch, which costs less to repeat
# standard deviations of u(0) towards the wrong label that the reach of the crowd provides for
SPREAD = 4.0
STAGES = 2  # a stage of Heun's method looks at most twice as far as its step goes
LOOK = 4.0  # what splitting costs, in steps of all held neurons
OVERHEAD = 2e5  # and what it costs besides, in steps of one neuron
SMALLEST = 512  # neurons followed at once, at least
ROOMY = 2**20  # neurons held from which memory matters more than compiling
RETRIES = 3  # enlargements of the reach
FEW = 0.25  # share of the neurons that may come to a kink
HOPELESS = 2**-6  # share up to which a run that exceeds it is followed all the same
Survey = Callable[[Array], Crowd]
Result = TypeVar("Result")


class TravelledTooFar(Exception):
    """A neuron may have moved beyond the reach of the crowd: the run must be repeated with one that
    many times as large.
    """

    def __init__(self, times: float = 2.0):
        super().__init__()
        self.times = times


class Pilot:
    """The linear system alone: how far neurons can travel if no pattern changes."""

    def __init__(self, plan: Plan):
        self.plan, self.x, self.y = plan, plan.inputs, plan.data.labels
        self.mix = None if np.array_equal(self.x, np.eye(*self.x.shape)) else self.x
        self.scale = plan.scale
        self.flow = plan.setting.method.flow
        assert plan.setting.outputs is not None
        self.loss = plan.setting.loss.replaced({plan.setting.outputs: OUT})
        self.names = tuple(plan.known)
        self.numbers = [plan.known[t] for t in self.names]
        angles = abs(self.scale) * np.abs(self.x @ self.x.T)
        # (n, 2n): where active, where not
        self.angles = np.concatenate([angles, angles - np.diag(np.diag(angles))], axis=1)
        self.stages = STAGES if self.flow else 1
        # of a preactivation at the start
        self.deviation = plan.spread * np.linalg.norm(self.x, axis=1)

    def travels(self, u: Array, gram: Array, steps: int, substeps: int = 1) -> Array:
        """M on either side after each of the steps from outputs u, (steps, 2n); infinite where the
        system diverges.
        """
        n, d = self.x.shape
        train = stepper(self.loss, self.names, self.flow, substeps)
        p, nobody, found = _still(n, np.zeros((d, SMALLEST))), np.zeros(SMALLEST), []
        split = Split(nobody, self.mix, u, gram, self.scale)
        for first in range(0, steps, SEGMENT):
            count = min(SEGMENT, steps - first)
            p, _, A = train(p, split, self.numbers, self.plan.step_size, count)
            found.append(np.asarray(A)[:count])
        with np.errstate(all="ignore"):  # infinities
            return np.nan_to_num(self.stages * np.concatenate(found) @ self.angles, nan=np.inf)

    def generous(self) -> Array:
        """The reach before the draw is known, from a start SPREAD deviations off the labels."""
        n, plan = len(self.y), self.plan
        norms, plain = self.deviation / plan.spread, COUPLED in plan.drawn.values()
        start = (
            np.zeros(n)
            if plain
            else -np.where(self.y >= 0, 1.0, -1.0)
            * SPREAD
            * abs(self.scale)
            * np.sqrt(plan.width / 2)
            * self.deviation
        )
        gram = (
            self.scale**2
            * plan.width
            * limiting_gram(self.x / norms[:, None])
            * np.outer(norms, norms)
        )
        return CAREFUL * self.travels(start, gram, plan.steps)[-1, :n]

    def certified(self) -> float:
        """A radius that certificates hardly exceed: that of an extreme start, by the limiting Gram
        matrix.
        """
        norms, n = self.deviation / self.plan.spread, len(self.y)
        least = np.linalg.eigvalsh(limiting_gram(self.x / norms[:, None]) * np.outer(norms, norms))[
            0
        ]
        start = (
            abs(self.scale)
            * np.sqrt(self.plan.width / 2)
            * float(np.linalg.norm(self.deviation))
            * (1 + SPREAD / np.sqrt(n))
        )
        return float(
            np.linalg.norm(self.x, 2)
            * (np.linalg.norm(self.y) + start)
            / (np.sqrt(self.plan.width) * max(0.75 * least, 1e-12))
        )

    def share(self, reach: Array) -> float:
        """A bound on the expected share of neurons within reach of a kink."""
        return float(erf(reach / (np.sqrt(2) * self.deviation)).sum())

    def holding(self, share: float) -> Array:
        """The reach within which there is at most that share of the neurons."""
        return np.sqrt(2) * self.deviation * erfinv(share / len(self.y))


class Wide:
    """One seed of a plan, with the same methods as `Dense`, on a crowd that holds all neurons
    within `reach` of a kink.
    """

    def __init__(self, plan: Plan, crowd: Crowd, reach: Array):
        self.plan, self.crowd, self.reach, self.pilot = plan, crowd, reach, Pilot(plan)
        self.x, self.y, self.scale = plan.inputs, plan.data.labels, self.pilot.scale
        self.law_error = crowd.error
        self._blur = 0.0
        assert plan.wide is not None
        self.network = plan.wide
        asked = [plan.setting.loss, *(a.term for a in plan.asks)]
        plain = {t: of_outputs(t, plan.setting.outputs) for t in dict.fromkeys(asked)}
        self.outs = {t: v for t, v in plain.items() if v is not None and OUT in v.leaves()}
        self.radii = plan.radii
        self.hold(CAREFUL)

    def hold(self, careful: float) -> None:
        """Hold the neurons that the run can bring to a kink, now that the start is known."""
        c, crowd = self.scale, self.crowd
        z, n = self.x @ crowd.w, len(self.y)
        expected = self.pilot.travels(c * crowd.u, self._gram(crowd.pairs), self.plan.steps)[-1]
        self.limit = np.minimum(
            np.multiply(careful, expected, out=np.zeros(2 * n), where=expected > 0),
            np.tile(self.reach, 2),
        )
        held = ((z <= self.limit[:n, None]) & (z >= -self.limit[n:, None])).any(axis=0)
        self.present = None
        if crowd.patterns is not None:
            far = crowd.patterns - np.bincount(
                numbered(z[:, held] >= 0), minlength=len(crowd.patterns)
            )
            self.present = bits(len(self.y))[far > 0].astype(float)
        self.count = int(held.sum())
        room = (
            int(_room(self.count + 1, 2))
            if self.count < ROOMY
            else -(-(self.count + 1) // ROOMY) * ROOMY
        )
        # the last column is nobody: a = 0 never moves
        self.w0, self.a = np.zeros((self.x.shape[1], room)), np.zeros(room)
        self.w0[:, : self.count], self.a[: self.count] = crowd.w[:, held], crowd.a[held]
        self.longest = float(np.sqrt((self.w0**2).sum(axis=0).max(initial=0.0)))
        self.placed = tuple(jnp.asarray(v) for v in (self.w0, self.x @ self.w0 >= 0, self.a))
        self.begin(1)

    def _gram(self, pairs: Array) -> Array:
        return self.scale**2 * pairs * (self.x @ self.x.T)

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""
        n, self.substeps = len(self.y), substeps
        self.u, self.pairs = self.scale * self.crowd.u, self.crowd.pairs
        z = None if self.pilot.mix is None else jnp.array(self.x @ self.w0)
        self.held = Neurons(jnp.array(self.w0), z)
        self.G, self.A = np.zeros(n), np.zeros(n)
        self.moved: tuple[Array, Array, Array] | None = (
            None  # columns followed in the last stretch, where they are now, and its G
        )
        self.close, self.last = CLOSE, 8

    def _within(self, radius: float) -> Array:
        """The share of neurons within a radius of the kink, by point."""
        if np.isnan(radius):
            return np.full(len(self.y), np.nan)
        known = np.flatnonzero(self.radii == radius)
        if len(known):
            counts = self.crowd.within[known[0]]
        elif (radius <= self.reach).all():
            counts = (np.abs(self.x @ self.crowd.w) <= radius).sum(axis=1)
        else:
            raise TravelledTooFar(float((radius / self.reach).max()))
        return np.asarray(counts / self.plan.width)

    def known(self) -> dict[Term, Any]:
        """Outputs, kernel, travel and flips at the present step and at the start; shares of neurons
        near a kink as a function of the radius.
        """
        self._settle()
        net = self.network
        mine, flips = compare(self.held, *self.placed[:2])
        low, high = self._travelled(float(mine))
        self._blur = (high - low) / 2 + SAFE * ULP * self.longest
        return {
            **self.plan.known,
            net.outputs.start: self.scale * self.crowd.u,
            net.kernel.start: self._gram(self.crowd.pairs),
            net.near: self._within,
            net.outputs: np.asarray(self.u),
            net.kernel: self._gram(self.pairs),
            net.travel: (low + high) / 2,
            net.flips: float(flips) / self.plan.width,
        }

    def of_start(self, terms: tuple[Term, ...]) -> tuple[Known, Known]:
        """What the crowd supplies of the start is known already."""
        return {}, {}

    def blur(self) -> dict[Term, float]:
        """The travel is enclosed where there are too many patterns to go through, and known to the
        rounding of a neuron.
        """
        return {self.network.travel: self._blur}

    def _travelled(self, mine: float) -> tuple[float, float]:
        """Bounds on the farthest movement, `mine` being that of the neurons held."""
        c, size = abs(self.scale), np.linalg.norm
        if self.present is not None:
            crowd = c * size((self.present * self.G) @ self.x, axis=1)
            farthest = max(mine, float(crowd.max(initial=0.0)))
            return farthest, farthest
        # too many patterns to go through: no pattern moves farther than the whole of G does in one
        # direction
        by_rows = c * float(size(self.x, axis=1) @ np.abs(self.G))
        by_norm = c * float(size(self.x, 2) * size(self.G))
        return mine, max(mine, min(by_rows, by_norm))

    def ends(self) -> Found:
        """The series at the present step."""
        return self._series(np.asarray(self.u)[None])

    def _series(self, u: Array) -> Found:
        room = -(-len(u) // SEGMENT) * SEGMENT if len(u) > 1 else 1
        padded = np.concatenate([u, np.zeros((room - len(u), u.shape[1]))])
        run = along_outputs(tuple(self.outs.values()), self.pilot.names, few(padded))
        pairs = run(padded, self.pilot.numbers)
        return {
            t: (np.asarray(v)[: len(u)], np.asarray(e)[: len(u)])
            for t, (v, e) in zip(self.outs, pairs, strict=True)
        }

    def advance(self, count: int) -> Found:
        """Train at most `count` <= SEGMENT recorded steps; TravelledTooFar when in the first
        stretch a neuron beyond reach could flip.
        """
        outputs: list[Array] = []
        while count:
            steps, radius = self._horizon(count)
            try:
                found = self._stretch(steps, radius)
            except TravelledTooFar:
                if outputs:
                    break
                raise
            outputs.append(found)
            count -= steps
        return self._series(np.concatenate(outputs))

    def _horizon(self, most: int) -> tuple[int, Array]:
        """How many steps to take in one stretch, and its R: a longer stretch costs fewer looks, but
        follows more neurons.
        """
        travels = self.close * self.pilot.travels(
            self.u, self._gram(self.pairs), min(most, SEGMENT, 4 * self.last), self.substeps
        )
        share = np.minimum((travels / np.maximum(self.limit, 1e-300)).max(axis=1), 1.0)
        steps = np.arange(1, len(share) + 1)
        best = int(
            np.argmin((LOOK * self.count + OVERHEAD + steps * _room(share * self.count)) / steps)
        )
        self.last = best + 1
        return self.last, travels[best]

    def _settle(self) -> None:
        """Bring every held neuron up to date."""
        if self.moved is not None:
            columns, w, G = self.moved
            self.held = look(self.held, self.placed[2], self.pilot.mix, G, self.scale)
            self.held = put(self.held, columns, w, self.pilot.mix)
            self.moved = None

    def _stretch(self, steps: int, radius: Array) -> Array:
        c, pilot = self.scale, self.pilot
        train = stepper(pilot.loss, pilot.names, pilot.flow, self.substeps)
        self._settle()
        while True:
            close = np.flatnonzero(near(self.held.preactivations, self.placed[2], radius))
            columns = np.concatenate(
                [close, np.full(int(_room(len(close))) - len(close), self.w0.shape[1] - 1)]
            )
            w, a = np.asarray(take(self.held.w, columns)), self.a[columns]
            z = self.x @ w
            here, apart = paired(z[:, : len(close)] >= 0), self.u - c * (np.maximum(z, 0) @ a)
            gram = self._gram(self.pairs - here)
            split, still = Split(a, pilot.mix, apart, gram, c), _still(len(self.y), w)
            p, outputs, _ = train(still, split, pilot.numbers, self.plan.step_size, steps)
            G, A = np.asarray(p["G"]), np.asarray(p["A"])
            if (self.pilot.stages * A @ self.pilot.angles <= radius).all() or len(
                close
            ) == self.count:
                break
            radius, self.close = 1.5 * np.maximum(radius, 1e-300), min(2 * CLOSE, 1.1 * self.close)
        total = self.A + A
        if not (self.pilot.stages * total @ self.pilot.angles <= self.limit).all():
            raise TravelledTooFar
        self.A, self.moved = total, (columns, np.asarray(p["w"]), G)
        z = self.x @ self.moved[1]
        self.u = apart - gram @ G + c * (np.maximum(z, 0) @ a)
        self.pairs, self.G = self.pairs - here + paired(z[:, : len(close)] >= 0), self.G + G
        return np.asarray(outputs)[:steps]


def verified(
    plan: Plan,
    survey: Survey,
    run: Callable[[Wide, bool], Result],
    most: float = np.inf,
    tries: int = RETRIES,
) -> Result | None:
    """The result of run(engine, last) on an engine whose reach was large enough to the end; None
    when there is none.

    last: no larger reach will be tried. most: the share of neurons within reach beyond which the
    run is only followed as far as HOPELESS of them reach. tries: of ever larger reaches, which must
    see the same draw.
    """
    pilot = Pilot(plan)
    reach = pilot.generous()
    if tries == 1 and _climbs(plan):
        reach = np.maximum(reach, pilot.certified())
    if pilot.share(reach) > most:
        reach, tries = pilot.holding(HOPELESS), 1
    for k in range(tries):
        engine = Wide(plan, survey(reach), reach)
        for careful in (CAREFUL, 2 * CAREFUL, np.inf):
            try:
                if careful != CAREFUL:
                    engine.hold(careful)
                return run(engine, k == tries - 1 and careful == np.inf)
            except TravelledTooFar as short:
                times = short.times
        reach = 1.5 * times * reach
    return None


def _climbs(plan: Plan) -> bool:
    """Whether shares of neurons are asked for at radii that only the draw decides."""
    climb = "least_fixed_point"
    return any(t.operation == climb for a in plan.asks for t in a.term.all_terms())


def _still(n: int, w: Any) -> dict[str, Any]:
    """The state of `stepper` before the first step."""
    return {"w": w, "G": np.zeros(n), "A": np.zeros(n)}


def _room(count: Any, factor: int = 8) -> Any:
    """The next of the sizes 512, 4096, 32768, ... at or above `count`: few shapes to compile."""
    return SMALLEST * factor ** np.ceil(
        np.log2(np.maximum(count / SMALLEST, 1)) / np.log2(factor) - 1e-12
    ).astype(int)
