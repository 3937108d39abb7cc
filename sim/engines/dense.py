"""Every parameter in memory: the setting as it is, differentiated by JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array
from sim.engines.protocol import Found
from sim.measuring.evaluate import Evaluation
from sim.measuring.series import OUT, SAFE, ULP, along_outputs, every_step, of_outputs, perturbed
from sim.plan import SEGMENT, Plan
from sim.setting.methods import euler, heun, runge_kutta
from sim.setting.start import initial
from theorems.language.measurement import Term, step_length
from theorems.language.method import Method
from theorems.problem import BadInput

KINKED = frozenset(("relu", "abs", "equilibrium", "sign", "at_least", "exceeds", "most", "least"))


@dataclass(frozen=True)
class Recipe:
    """Everything about a plan that decides what is compiled; numbers and arrays come later.

    series: what is recorded at every step that is no function of the outputs alone; folds: numbers
    kept along the run; known: the leaves that are given, aligned with their arrays.
    """

    loss: Term
    outputs: Term | None
    trained: tuple[Term, ...]
    method: Method
    step: Term | None
    series: tuple[Term, ...]
    folds: tuple[Term, ...]
    known: tuple[Term, ...]

    @cached_property
    def move(self) -> Callable[..., Any]:
        """The step of the method, the better one where the loss has no kinks."""
        if not self.method.flow:
            return euler
        whole = [t.operation for t in self.loss.all_terms()]
        sharp = any(o in KINKED for o in whole) or "mean_absolute_product" in whole
        sharp |= any(t.options == ("relu",) for t in self.loss.all_terms())
        return heun if sharp else runge_kutta

    def evaluation(self, p: Any, arrays: Any) -> Evaluation:
        """Terms at trained parameters p."""
        known = dict(zip(self.known, arrays, strict=True))
        return Evaluation({**known, **dict(zip(self.trained, p, strict=True))})

    def field(self, arrays: Any) -> Callable[[Any], Any]:
        """What the parameters move against."""
        plain = jax.grad(lambda p: self.evaluation(p, arrays)(self.loss))
        if getattr(self.method, "log_time", False):
            return partial(_in_log_time, lambda p: self.evaluation(p, arrays), self.loss)
        decay = getattr(self.method, "decay", 0)
        if not decay:
            return plain

        def decayed(p: Any) -> Any:
            share = self.evaluation(p, arrays)(Term("number", (), (decay,)))
            return jax.tree.map(lambda g, q: g + share * q, plain(p), p)

        return decayed


def _in_log_time(at: Callable[[Any], Evaluation], loss: Term, p: Any) -> Any:
    """The gradient of the loss's logarithm, slowed down so that this falls at a rate of order one."""
    g = jax.grad(lambda q: at(q)(Term("log", (loss,))))(p)
    energy = sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(g))
    return jax.tree.map(lambda a: a / (1 + jnp.sqrt(energy)), g)


def _fold(fold: Term, memory: Any, value: Any) -> tuple[Any, Any]:
    """What a number kept along the run is now, and what is kept of it."""
    kind, *numbers = fold.options
    if kind == "total":
        return memory, memory + value
    if kind == "most":
        top = jnp.maximum(memory, value)
        return top, top
    slack, lift = (float(x) for x in numbers)  # a radius that grows when the value comes within
    radius = jnp.where(value <= memory - slack, memory, value + lift)
    return radius, radius


def _first(fold: Term) -> float:
    return -np.inf if fold.options[0] == "most" else 0.0


@cache
def _recorder(recipe: Recipe) -> Callable[..., Any]:
    """record(p, folds, arrays) -> the evaluation at p, the step's length, and the folds after."""

    def record(p: Any, memory: Any, arrays: Any) -> Any:
        e, kept = recipe.evaluation(p, arrays), dict(zip(recipe.folds, memory, strict=True))

        def fold(some: tuple[Term, ...]) -> None:
            for one in some:
                e.found[one], kept[one] = _fold(one, kept[one], e(one.operands[0]))
                e.known[one] = e.found[one]

        late = tuple(t for t in recipe.folds if step_length in t.all_terms())
        fold(tuple(t for t in recipe.folds if t not in late))  # on which the step may rest
        length = e(recipe.step) if recipe.step is not None else e.known[STEP]
        e.found[step_length] = e.known[step_length] = length
        fold(late)
        return e, length, tuple(kept[t] for t in recipe.folds)

    return record


STEP = Term("step_size", (), (), (), True)


def _recorded(recipe: Recipe, e: Evaluation) -> Any:
    u = e(recipe.outputs) if recipe.outputs is not None else jnp.zeros(0)
    return u, tuple(e(t) for t in recipe.series)


@cache
def _advance(recipe: Recipe, substeps: int) -> Callable[..., Any]:
    """advance(p, v, folds, arrays, count) -> (p, v, folds, outputs and series) over `count` <=
    SEGMENT recorded steps; v is the velocity of a heavy ball.
    """
    record, move = _recorder(recipe), recipe.move
    momentum = getattr(recipe.method, "momentum", 0)

    def step(p: Any, v: Any, arrays: Any, length: Any) -> Any:
        field = recipe.field(arrays)
        if momentum:
            share = recipe.evaluation(p, arrays)(Term("number", (), (momentum,)))
            v = jax.tree.map(lambda a, g: share * a - length * g, v, field(p))
            return jax.tree.map(jnp.add, p, v), v
        if substeps == 1:
            return move(p, field, length), v
        part = length / substeps
        return jax.lax.fori_loop(0, substeps, lambda _, r: move(r, field, part), p), v

    @partial(jax.jit, donate_argnums=(0, 1))
    def advance(p: Any, v: Any, folds: Any, arrays: Any, count: Any) -> Any:
        empty = jax.eval_shape(lambda: _recorded(recipe, record(p, folds, arrays)[0]))
        rows = jax.tree.map(lambda s: jnp.full((SEGMENT, *s.shape), jnp.nan), empty)

        def body(j: Any, state: Any) -> Any:
            q, w, memory, rows = state
            e, length, memory = record(q, memory, arrays)
            now = _recorded(recipe, e)
            rows = jax.tree.map(lambda kept, x: kept.at[j].set(x), rows, now)
            q, w = step(q, w, arrays, length)
            return q, w, memory, rows

        return jax.lax.fori_loop(0, count, body, (p, v, folds, rows))

    return advance


@cache
def _now(recipe: Recipe) -> Callable[..., Any]:
    @jax.jit
    def now(p: Any, folds: Any, arrays: Any) -> Any:
        e, _, _ = _recorder(recipe)(p, folds, arrays)
        return _recorded(recipe, e)

    return now


@cache
def _kept(recipe: Recipe) -> Callable[..., Any]:
    """The length of the step about to be taken, and the numbers kept along the run."""

    @jax.jit
    def kept(p: Any, folds: Any, arrays: Any) -> Any:
        e, length, _ = _recorder(recipe)(p, folds, arrays)
        return length, tuple(e.found[t] for t in recipe.folds)

    return kept


class Dense:
    """One seed of a plan, every parameter held."""

    law_error = 0.0

    def __init__(self, plan: Plan, seed: int):
        s = plan.setting
        self.plan, self.drawn = plan, initial(s, plan.sizes, plan.known, seed)
        _possible(plan, self.drawn)
        self.fixed = {p: v for p, v in self.drawn.items() if p not in s.trained}
        self.still = {**plan.known, **self.fixed}
        asked = [a.term for a in plan.asks]
        every = [t for t in dict.fromkeys((s.loss, *asked)) if every_step(t, s.loss, s.outputs)]
        every = [t for t in every if t == s.loss or _moves(t)]
        plain = {t: of_outputs(t, s.outputs) for t in every}
        self.outs = {t: v for t, v in plain.items() if v is not None}
        rest = tuple(t for t in every if t not in self.outs)
        method = () if plan.step is None else (plan.step,)
        folds = [
            t for term in (*asked, *method) for t in term.all_terms() if t.operation == "so_far"
        ]
        self.recipe = Recipe(
            s.loss,
            s.outputs,
            s.trained,
            s.method,
            plan.step,
            rest,
            tuple(dict.fromkeys(folds)),
            tuple(self.still),
        )
        if folds and s.method.flow:
            raise BadInput("measured", folds[0].text, "sums over steps are known for descent alone")
        self.shaken = [(0.0, 0.0)] * len(rest)
        self.arrays = [self.still[t] for t in self.recipe.known]
        self.begin(1)

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""
        self.p = tuple(jax.tree.map(jnp.array, self.drawn[t]) for t in self.plan.setting.trained)
        self.v = jax.tree.map(jnp.zeros_like, self.p)
        self.folds = tuple(jnp.asarray(_first(f)) for f in self.recipe.folds)
        self.substeps = substeps

    def advance(self, count: int) -> Found:
        """Train `count` <= SEGMENT recorded steps; the series before each."""
        train = _advance(self.recipe, self.substeps)
        self.p, self.v, self.folds, rows = train(self.p, self.v, self.folds, self.arrays, count)
        u, others = rows
        return self._found(np.asarray(u)[:count], [np.asarray(v)[:count] for v in others])

    def ends(self) -> Found:
        """The series at the present step."""
        u, others = _now(self.recipe)(self.p, self.folds, self.arrays)
        if others:
            trained = self.plan.setting.trained
            moved = perturbed(dict(zip(trained, self.p, strict=True)))
            again = _now(self.recipe)(tuple(moved[t] for t in trained), self.folds, self.arrays)[1]
            self.shaken = [
                (abs(float(v)), abs(float(v) - float(w)))
                for v, w in zip(others, again, strict=True)
            ]
        return self._found(np.asarray(u)[None], [np.asarray(v)[None] for v in others])

    def _found(self, u: Array, others: list[Array]) -> Found:
        found: Found = {}
        if self.outs:
            names = tuple(self.plan.known)
            run = along_outputs(tuple(self.outs.values()), names)
            padded = np.concatenate(
                [u, np.zeros((-len(u) % SEGMENT if len(u) > 1 else 0, u.shape[1]))]
            )
            pairs = run(padded, [self.plan.known[t] for t in names])
            for t, (value, error) in zip(self.outs, pairs, strict=True):
                found[t] = np.asarray(value)[: len(u)], np.asarray(error)[: len(u)]
        # how one rounding of the parameters moved a value when last looked at, no less where it grew
        for t, values, (size, change) in zip(self.recipe.series, others, self.shaken, strict=True):
            with np.errstate(all="ignore"):  # of a run that diverges
                grown = np.maximum(np.abs(values) / max(size, 1e-300), 1.0)
                found[t] = values, 2 * SAFE * (ULP * np.abs(values) + change * grown)
        return found

    def known(self) -> dict[Term, Any]:
        """Everything at the present step and of the start."""
        now = dict(zip(self.plan.setting.trained, self.p, strict=True))
        started = {t.start: v for t, v in self.drawn.items()}
        length, sums = _kept(self.recipe)(self.p, self.folds, self.arrays)
        kept = {step_length: length, **dict(zip(self.recipe.folds, sums, strict=True))}
        return {**self.still, **now, **started, **kept}

    def blur(self) -> Mapping[Term, float]:
        """Nothing is known to within an interval alone."""
        return {}


def _moves(term: Term) -> bool:
    return any(t.moment == "now" or t.operation == "so_far" for t in term.all_terms())


def _possible(plan: Plan, drawn: Mapping[Term, Any]) -> None:
    """BadInput where an implicit layer is no contraction, so that it need not have a state."""
    outputs = plan.setting.outputs
    for term in outputs.all_terms() if outputs is not None else ():
        if term.operation == "equilibrium":
            matrix, factor, _ = term.operands
            e = Evaluation({**plan.known, **drawn})
            norm = float(
                np.abs(np.asarray(e(factor))).max() * np.linalg.norm(np.asarray(e(matrix)), 2)
            )
            if norm >= 1:
                why = "this network has outputs only where its layer is a contraction"
                raise BadInput("setting: equilibrium", f"‖bA‖ = {norm:.3g}", why)


__all__ = ["OUT", "Dense"]
