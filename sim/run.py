"""Plans to trajectories: a tidy frame with one row per seed, step and observable."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from sympy import lambdify

from sim.draws import draw
from sim.losses import LOSSES
from sim.methods import METHODS
from sim.networks import NETWORKS
from sim.plan import Plan
from sim.probes import DRAW_PROBES, Start, gram_matrix, moved
from sim.store import Store

SEGMENT = 512  # steps between looks at the floor
FLOOR = 1e-13  # relative residual below which float64 shows rounding, not training
GROUP = 250  # seeds of a draw without training that are kept together
COLUMNS = ["seed", "step", "observable", "value", "error"]
Rows = list[tuple[float, str, float]]


@cache
def _advance(network: str, loss: str, method: str, substeps: int) -> Callable[..., Any]:
    """advance(w, fixed, x, y, h, scale, factor, count) -> (w, residuals, losses) over `count` <= SEGMENT recorded steps."""
    outputs, total, step = NETWORKS[network].outputs, LOSSES[loss], METHODS[method].step

    @partial(jax.jit, donate_argnums=0)
    def advance(w: Any, fixed: Any, x: Any, y: Any, h: Any, scale: Any, factor: Any, count: Any) -> Any:
        def predict(v: Any) -> Any:
            return scale * outputs({**fixed, "w": v}, x)

        gradient = jax.grad(lambda v: factor * total(predict(v), y))

        def record(j: Any, state: Any) -> Any:
            v, residuals, losses = state
            u = predict(v)
            residuals = residuals.at[j].set(jnp.linalg.norm(y - u))
            losses = losses.at[j].set(factor * total(u, y))
            v = step(v, gradient, h) if substeps == 1 else jax.lax.fori_loop(
                0, substeps, lambda _, q: step(q, gradient, h / substeps), v)
            return v, residuals, losses

        empty = jnp.full(SEGMENT, jnp.nan)
        return jax.lax.fori_loop(0, count, record, (w, empty, empty))

    return advance


@cache
def _measure(network: str, loss: str) -> Callable[..., Any]:
    """measure(w, w0, fixed, x, y, scale, factor) -> outputs, loss, Gram matrix, movement, flips of one state."""
    net, total = NETWORKS[network], LOSSES[loss]

    @jax.jit
    def measure(w: Any, w0: Any, fixed: Any, x: Any, y: Any, scale: Any, factor: Any) -> Any:
        u = scale * net.outputs({**fixed, "w": w}, x)
        return u, factor * total(u, y), gram_matrix(net, w, x, scale), *moved(net, w, w0, x)

    return measure


class _Seed:
    """One seed of a plan: its draw, its state, and how to read both."""

    def __init__(self, plan: Plan, seed: int):
        shapes = NETWORKS[plan.setting.network].shapes(plan.width, plan.inputs.shape[1])
        drawn = {p: draw(law, p, shapes[p], seed) for p, law in plan.setting.drawn.items()}
        self.plan, self.w0 = plan, drawn.pop("w")
        self.fixed = {p: jnp.asarray(v) for p, v in drawn.items()}
        self.x, self.y = jnp.asarray(plan.inputs), jnp.asarray(plan.data.labels)
        self.scale, self.factor = plan.factor(plan.setting.output), plan.factor(plan.setting.factor)

    def measure(self, w: Any) -> dict[str, Any]:
        read = _measure(self.plan.setting.network, self.plan.setting.loss)
        u, loss, gram, movement, flips = read(w, self.w0, self.fixed, self.x, self.y, self.scale, self.factor)
        return {"u": u, "loss": float(loss), "gram": np.asarray(gram), "movement": float(movement), "flips": float(flips)}

    def start(self) -> Start:
        state = self.measure(jnp.asarray(self.w0))
        return Start(self.w0 @ np.asarray(self.x).T, state["gram"], np.asarray(state["u"]), self.plan.data)

    def train(self, substeps: int) -> Rows:
        plan, rows = self.plan, []
        advance = _advance(plan.setting.network, plan.setting.loss, plan.setting.method, substeps)
        unit = plan.step_size if plan.method.flow else 1.0
        w, step, gram0, first, marks = jnp.array(self.w0), 0, None, None, set(plan.checkpoints)
        while True:
            if step in marks:
                state = self.measure(w)
                gram0 = state["gram"] if gram0 is None else gram0
                residual = float(np.linalg.norm(plan.data.labels - np.asarray(state["u"])))
                rows += [(step * unit, name, state[name]) for name in ("movement", "flips")]
                if finite := bool(np.isfinite(state["gram"]).all()):
                    rows.append((step * unit, "gram_floor_along", float(np.linalg.eigvalsh(state["gram"])[0])))
                    rows.append((step * unit, "gram_drift", float(np.linalg.norm(state["gram"] - gram0, 2))))
                first = residual if first is None else first
                if step == plan.steps or not finite or not FLOOR * first < residual < np.inf:
                    return [*rows, (step * unit, "residual", residual), (step * unit, "loss", state["loss"])]
            count = min(SEGMENT, min(c for c in marks if c > step) - step)
            w, residuals, losses = advance(w, self.fixed, self.x, self.y, plan.step_size, self.scale, self.factor, count)
            for name, series in (("residual", residuals), ("loss", losses)):
                rows += [((step + j) * unit, name, float(v)) for j, v in enumerate(np.asarray(series[:count]))]
            step += count


def _arguments(plan: Plan, start: Start) -> Rows:
    """The draw's observables; those with an argument come last, since it may use the ones before."""
    known: dict[str, float] = {}
    for ask in plan.asks:
        if ask.probe in DRAW_PROBES and ask.argument is None:
            known[ask.label] = DRAW_PROBES[ask.probe](start)
        elif ask.probe in DRAW_PROBES:
            letters, function = _argument(ask.argument)
            numbers = [float(plan.values[q]) if q in plan.values else known[q.probe] for q in letters]
            known[ask.label] = DRAW_PROBES[ask.probe](start, float(function(*numbers)))
    return [(0.0, name, value) for name, value in known.items()]


@cache
def _argument(expression: Any) -> tuple[list[Any], Any]:
    letters = sorted(expression.free_symbols, key=str)
    return letters, lambdify(letters, expression, "numpy")


def simulate(plan: Plan, seed: int, train: bool = True) -> pd.DataFrame:
    """One seed's frame: seed, step (or time), observable, value, error (discretization; 0 for gradient descent).

    With train=False only the draw is measured.
    """
    run = _Seed(plan, seed)
    start = run.start()
    rows = _arguments(plan, start)
    if not train:
        state = run.measure(jnp.asarray(run.w0))
        rows += [(0.0, "residual", start.residual), (0.0, "loss", state["loss"])]
    frame = pd.DataFrame([(seed, *r, 0.0) for r in rows], columns=COLUMNS)
    if not train:
        return frame
    fine = run.train(2 if plan.method.flow else 1)
    along = pd.DataFrame([(seed, *r, 0.0) for r in fine], columns=COLUMNS)
    if plan.method.flow:
        coarse = pd.DataFrame(run.train(1), columns=["step", "observable", "coarse"])
        along = along.merge(coarse, on=["step", "observable"], how="left")
        along["error"] = (along["value"] - along.pop("coarse")).abs()
    return pd.concat([frame, along], ignore_index=True)


def trajectories(plan: Plan, store: Store, train: bool = True, tick: Callable[[], None] = lambda: None) -> pd.DataFrame:
    """The frames of all seeds, kept in the store as they are finished: one file a seed, or a group of seeds of mere draws."""
    def batch(seeds: tuple[int, ...]) -> pd.DataFrame:
        frames = []
        for seed in seeds:
            frames.append(simulate(plan, seed, train))
            tick()
        return pd.concat(frames, ignore_index=True)

    size = 1 if train else GROUP
    groups = [plan.seeds[i:i + size] for i in range(0, len(plan.seeds), size)]
    return pd.concat([store.get(plan.key(group, train), partial(batch, group)) for group in groups], ignore_index=True)
