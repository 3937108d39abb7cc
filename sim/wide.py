"""Exact simulation of two-layer ReLU networks too wide to hold: only neurons near a kink are followed one by one.

With outputs u = c sum_r a_r relu(w_r.x) and g = dLoss/du, no neuron's preactivation on x_j can have moved farther than
M_j = c sum_i A_i |x_i.x_j|, where A_i is the sum of h |g_i| over the steps. So neurons with |w_r(0).x_j| > R_j for every j
keep their activation patterns as long as M <= R, and together they act as one linear system: their outputs are
u_F(0) - H_F G with G the sum of h g. One pass over the neurons finds u_F(0) and H_F; afterwards a step costs what the
neurons near a kink cost, about sqrt(m). M <= R is verified along the run; when it fails, R is enlarged and the same draws
are passed again. The result equals the dense run of the same draws up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from sim.data import Array
from sim.draws import BLOCK, LAWS, generator
from sim.gram import limiting_gram
from sim.losses import LOSSES
from sim.methods import METHODS
from sim.networks import relu
from sim.plan import SEGMENT, Plan
from sim.probes import DRAW_PROBES, Start, State

MOST_POINTS = 12  # activation patterns of the frozen neurons are counted one by one, 2^n of them
GENEROUS, CAREFUL = 3.0, 1.25  # R over the travel expected before, and after, the start is known
RETRIES, GROUP, STRETCH = 3, 32, 2**14  # enlargements of R; blocks in flight; neurons summed at once
THREADS = 1  # of the pass; the seeds run side by side already
Result = TypeVar("Result")


class TravelledTooFar(Exception):
    """A neuron may have moved beyond R: the run must be repeated with a larger R."""


def applies(plan: Plan) -> bool:
    """Whether this engine knows the plan's network and can answer everything that the plan asks."""
    asked = [a for a in plan.asks if a.probe in DRAW_PROBES]
    early = all(a.argument is None or a.argument.free_symbols <= plan.values.keys() for a in asked)
    signs = plan.setting.drawn["a"] == "rademacher"  # |a| = 1 in every bound above
    simple = signs and plan.setting.network == "two_layer_relu" and plan.data.samples <= MOST_POINTS
    return simple and early and all(a.probe != "certificate_radius" for a in asked)


def verified(plan: Plan, seed: int, run: Callable[[Wide], Result]) -> Result | None:
    """The result of `run` on an engine whose R was large enough to the end; None when the run leaves every such R."""
    generous = GENEROUS
    for _ in range(RETRIES):
        engine = Wide(plan, seed, generous)
        for careful in (CAREFUL, 2 * CAREFUL, generous):
            try:
                engine.follow(careful)
                return run(engine)
            except TravelledTooFar:
                continue
        generous *= 3
    return None


@dataclass
class Crowd:
    """Sums over neurons: outputs / c, (n,); neurons by activation pattern, (2^n,); counts within each asked radius,
    (radii, n); and in full the neurons near a kink, w (near, d) and a (near,)."""

    u: Array
    codes: Array
    within: Array
    w: Array
    a: Array

    @staticmethod
    def merged(parts: list[Crowd]) -> Crowd:
        """The union, summed in the order given."""
        u, codes, within = (sum(getattr(p, name) for p in parts) for name in ("u", "codes", "within"))
        return Crowd(u, codes, within, np.concatenate([p.w for p in parts]), np.concatenate([p.a for p in parts]))


def survey(plan: Plan, seed: int, reach: Array, radii: Array) -> Crowd:
    """One pass over all neurons, in blocks and threads; the order of every sum is that of the blocks."""
    blocks = range(-(-plan.width // BLOCK))
    groups = []
    with ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, len(blocks), GROUP):
            work = partial(_block, plan, seed, reach, radii)
            groups.append(Crowd.merged(list(pool.map(work, blocks[first:first + GROUP]))))
    return Crowd.merged(groups)


def _block(plan: Plan, seed: int, reach: Array, radii: Array, block: int) -> Crowd:
    """One block of neurons, a stretch at a time, so that everything stays in the processor's cache."""
    x, rows = plan.inputs, min(BLOCK, plan.width - block * BLOCK)
    stream = generator(seed, "w", block)
    a = LAWS[plan.setting.drawn["a"]](generator(seed, "a", block), (rows,))
    parts = []
    for first in range(0, rows, STRETCH):
        signs = a[first:first + STRETCH]
        parts.append(_sums(x, LAWS[plan.setting.drawn["w"]](stream, (len(signs), x.shape[1])), signs, reach, radii))
    return Crowd.merged(parts)


def _sums(x: Array, w: Array, a: Array, reach: Array, radii: Array) -> Crowd:
    n = len(x)
    z = np.ascontiguousarray(w.T) if x.shape == (n, n) and (x == np.eye(n)).all() else x @ w.T  # one row a point: columns are slow
    size = np.abs(z)
    close = np.flatnonzero(np.logical_or.reduce(size <= reach[:, None], axis=0))
    within = np.array([[np.count_nonzero(s <= r) for s in size] for r in radii]).reshape(len(radii), n)
    codes = np.bincount(_codes(z), minlength=2**n)
    return Crowd(np.maximum(z, 0) @ a, codes, within, w[close], a[close])


def _codes(z: Array) -> Array:
    """The activation pattern of each neuron as a number, bit j for point j; z is (n, neurons)."""
    code = np.zeros(z.shape[1], np.int16)
    for j, row in enumerate(z):
        code |= (row >= 0).astype(np.int16) << j
    return code


def _apart(x: Any, w: Any) -> Any:
    """x @ w for few points, (n, near): written out, so that it fuses with what follows."""
    return jnp.stack([sum(x[i, j] * w[j] for j in range(w.shape[0])) for i in range(x.shape[0])])


@cache
def _advance(loss: str, method: str, substeps: int) -> Callable[..., Any]:
    """advance(p, a, x, y, u_F, H_F, h, c, factor, count) -> (p, residuals, losses); p holds w (d, near), G and A."""
    total, step = LOSSES[loss], METHODS[method].step

    @partial(jax.jit, donate_argnums=0)
    def advance(p: Any, a: Any, x: Any, y: Any, frozen: Any, gram: Any, h: Any, c: Any, factor: Any, count: Any) -> Any:
        def followed(w: Any) -> Any:
            return c * jnp.sum(a * relu(_apart(x, w)), axis=1)

        def predict(q: Any) -> Any:
            return frozen - gram @ q["G"] + followed(q["w"])

        slope = jax.grad(lambda u: factor * total(u, y))

        def field(q: Any) -> Any:
            mine, back = jax.vjp(followed, q["w"])
            g = slope(frozen - gram @ q["G"] + mine)
            return {"w": back(g)[0], "G": -g, "A": -jnp.abs(g)}  # a method moves against its field

        def record(j: Any, state: Any) -> Any:
            q, residuals, losses = state
            u = predict(q)
            residuals, losses = residuals.at[j].set(jnp.linalg.norm(y - u)), losses.at[j].set(factor * total(u, y))
            q = step(q, field, h) if substeps == 1 else jax.lax.fori_loop(0, substeps, lambda _, s: step(s, field, h / substeps), q)
            return q, residuals, losses

        empty = jnp.full(SEGMENT, jnp.nan)
        return jax.lax.fori_loop(0, count, record, (p, empty, empty))

    return advance


class Wide:
    """One seed of a plan, with the same methods as `Dense`; follow(careful) chooses R before begin."""

    def __init__(self, plan: Plan, seed: int, generous: float):
        self.plan, self.x, self.y = plan, plan.inputs, plan.data.labels
        self.scale, self.factor = plan.factors
        self.angles, n = np.abs(self.x @ self.x.T), len(self.y)
        self.patterns = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        self.radii = _radii(plan)
        self.reach = generous * self._travel(limiting_gram(plan.data.inputs), lambda v: np.abs(v).T @ (np.abs(self.y) + 1.0))
        self.crowd = survey(plan, seed, self.reach, self.radii)

    def _travel(self, gram: Array, split: Callable[[Array], Array]) -> Array:
        """M at the end for a fixed Gram matrix: c |XX^T| sum_k h |g(k)|; `split` gives the start's size along eigenvectors."""
        h, steps = self.plan.step_size, self.plan.steps
        values, vectors = np.linalg.eigh(gram)
        along = split(vectors)
        weight = 2 * self.factor
        shrink = np.abs(1 - np.minimum(h * weight * np.maximum(values, 0), 1.9)) if not self.plan.method.flow else np.exp(-h * weight * values)
        total = np.where(shrink < 1, (1 - shrink**steps) / np.maximum(1 - shrink, 1e-12), steps) * along * weight * h
        return np.asarray(self.scale * self.angles @ (np.abs(vectors) @ total))

    def follow(self, careful: float) -> None:
        """Take the neurons within R of a kink out of the crowd, R being `careful` times the travel that the start suggests."""
        c = self.scale
        expected = self._travel(c**2 * self._pairs(self.crowd.codes) * (self.x @ self.x.T), lambda v: np.abs(v.T @ (self.y - c * self.crowd.u)))
        self.R = np.minimum(careful * expected, self.reach)
        z = self.crowd.w @ self.x.T
        chosen = (np.abs(z) <= self.R).any(axis=1)
        w, a, z = self.crowd.w[chosen], self.crowd.a[chosen], z[chosen]
        self.codes = self.crowd.codes - np.bincount(_codes(z.T), minlength=len(self.patterns))
        self.frozen, self.gram = c * (self.crowd.u - a @ np.maximum(z, 0)), c**2 * self._pairs(self.codes) * (self.x @ self.x.T)
        room = _room(len(a)) - len(a)  # padding with neurons of weight 0 keeps the number of compiled shapes small
        self.w0 = np.concatenate([w, np.zeros((room, w.shape[1]))])
        self.a, self.real = np.concatenate([a, np.zeros(room)]), np.arange(len(a) + room) < len(a)

    def _pairs(self, codes: Array) -> Array:
        return self.patterns.T @ (codes[:, None] * self.patterns)

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""
        n = len(self.y)
        self.p = {"w": jnp.array(self.w0.T), "G": jnp.zeros(n), "A": jnp.zeros(n)}
        self.substeps = substeps

    def start(self) -> Start:
        """What the draw's probes need."""
        gram = self.scale**2 * self._pairs(self.crowd.codes) * (self.x @ self.x.T)
        shares = {float(r): counts / self.plan.width for r, counts in zip(self.radii, self.crowd.within, strict=True)}
        return Start(gram, self.scale * self.crowd.u, self.plan.data, self.plan.width, lambda radius: shares[float(radius)])

    def state(self) -> State:
        """Everything that the trajectory's probes need, at the present step."""
        w, G = np.asarray(self.p["w"]).T, np.asarray(self.p["G"])
        z, z0 = (v @ self.x.T for v in (w, self.w0))
        active = (z >= 0)[self.real].astype(float)
        u = self.frozen - self.gram @ G + self.scale * (self.a @ np.maximum(z, 0))
        gram = self.gram + self.scale**2 * (active.T @ active) * (self.x @ self.x.T)
        flips = np.count_nonzero(((z >= 0) != (z0 >= 0))[self.real]) / self.plan.width
        crowd = self.scale * np.linalg.norm((self.patterns[self.codes > 0] * G) @ self.x, axis=1)
        mine = np.linalg.norm((w - self.w0)[self.real], axis=1)
        loss = float(self.factor * LOSSES[self.plan.setting.loss](jnp.asarray(u), jnp.asarray(self.y)))
        return State(u, loss, gram, float(max(crowd.max(initial=0.0), mine.max(initial=0.0))), float(flips))

    def advance(self, count: int) -> tuple[Array, Array]:
        """Train `count` <= SEGMENT recorded steps; TravelledTooFar when a frozen neuron could have flipped."""
        s, h = self.plan.setting, self.plan.step_size
        train = _advance(s.loss, s.method, self.substeps)
        self.p, residuals, losses = train(self.p, self.a, self.x, self.y, self.frozen, self.gram, h, self.scale, self.factor, count)
        if not (self.scale * self.angles @ np.asarray(self.p["A"]) <= self.R).all():
            raise TravelledTooFar
        return np.asarray(residuals[:count]), np.asarray(losses[:count])


def _radii(plan: Plan) -> Array:
    """The radii at which the draw's probes will ask for shares, known before the draw."""
    from sympy import lambdify
    found = []
    for ask in plan.asks:
        if ask.probe in DRAW_PROBES and ask.argument is not None:
            letters = sorted(ask.argument.free_symbols, key=str)
            found.append(float(lambdify(letters, ask.argument, "numpy")(*(float(plan.values[q]) for q in letters))))
    return np.array(found)


def _room(count: int) -> int:
    """The next of the sizes 16, 24, 32, 48, 64, 96, ... at or above `count`."""
    power = 16
    while 3 * power // 2 < count:
        power *= 2
    return power if power >= count else 3 * power // 2
