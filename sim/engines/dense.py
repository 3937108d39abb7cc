"""Every parameter in memory: the setting as it is, differentiated by JAX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sim.data.table import Array
from sim.engines.protocol import Found
from sim.measuring.compiled import compiled, few, remembered
from sim.measuring.evaluate import Evaluation, Known
from sim.measuring.series import (
    A_SUM,
    OUT,
    SAFE,
    ULP,
    along_outputs,
    every_step,
    moves,
    of_outputs,
    parts_of_start,
    perturbed,
)
from sim.measuring.values import values
from sim.plan import SEGMENT, Plan
from sim.setting.methods import euler, heun, runge_kutta
from sim.setting.start import initial
from theorems.language.measurement import Term, step_length
from theorems.language.method import Method
from theorems.language.setting import Setting
from theorems.problem import BadInput

KINKED = frozenset(("relu", "abs", "equilibrium", "sign", "at_least", "exceeds", "most", "least"))


At = Callable[[Any], Evaluation]  # terms where these parameters are


@dataclass(frozen=True)
class Motion:
    """What moves together: parameters, the loss that falls, the method, and the length of its
    steps, None for a flow.
    """

    loss: Term
    trained: tuple[Term, ...]
    method: Method
    step: Term | None

    @cached_property
    def move(self) -> Callable[..., Any]:
        """The step of the method, the better one where the loss has no kinks."""
        if not self.method.flow:
            return euler
        whole = [t.operation for t in self.loss.all_terms()]
        sharp = any(o in KINKED for o in whole) or "mean_absolute_product" in whole
        sharp |= any(t.options == ("relu",) for t in self.loss.all_terms())
        return heun if sharp else runge_kutta

    def field(self, at: At) -> Callable[[Any], Any]:
        """What the parameters move against."""
        plain = jax.grad(lambda p: at(p)(self.loss))
        if getattr(self.method, "log_time", False):
            return partial(_in_log_time, at, self.loss)
        decay = getattr(self.method, "decay", 0)
        if not decay:
            return plain

        def decayed(p: Any) -> Any:
            share = at(p)(Term("number", (), (decay,)))
            return jax.tree.map(lambda g, q: g + share * q, plain(p), p)

        return decayed

    def moved(self, at: At, state: Any, length: Any, substeps: int) -> Any:
        """(p, v) after a recorded step; v is the velocity of a heavy ball."""
        (p, v), field = state, self.field(at)
        momentum = getattr(self.method, "momentum", 0)
        if momentum:
            share = at(p)(Term("number", (), (momentum,)))
            v = jax.tree.map(lambda a, g: share * a - length * g, v, field(p))
            return jax.tree.map(jnp.add, p, v), v
        if substeps == 1 or not self.method.flow:
            return self.move(p, field, length), v
        part = length / substeps
        return jax.lax.fori_loop(0, substeps, lambda _, r: self.move(r, field, part), p), v


def motions(setting: Setting) -> tuple[Motion, ...]:
    """What the setting trains, and what its reference run does, in terms of `w.reference`."""
    own = Motion(setting.loss, setting.trained, setting.method, setting.step)
    other = setting.reference
    if other is None:
        return (own,)
    step = None if other.step is None else other.step.reference
    trained = tuple(p.reference for p in other.trained)
    return own, Motion(other.loss.reference, trained, other.method, step)


@dataclass(frozen=True)
class Recipe:
    """Everything about a plan that decides what is compiled; numbers and arrays come later.

    series: what is recorded at every step that is no function of the outputs alone; folds: numbers
    kept along the run; known: the leaves that are given, aligned with their arrays. Parameters come
    as one tuple a motion.
    """

    motions: tuple[Motion, ...]
    outputs: Term | None
    series: tuple[Term, ...]
    folds: tuple[Term, ...]
    known: tuple[Term, ...]

    def evaluation(self, p: Any, arrays: Any, shaken: Any = None) -> Evaluation:
        """Terms at trained parameters p, and with sums moved by a share of what is summed."""
        found = dict(zip(self.known, arrays, strict=True))
        for motion, mine in zip(self.motions, p, strict=True):
            found |= dict(zip(motion.trained, mine, strict=True))
        return Evaluation(found, shaken=shaken)

    def alone(self, i: int, p: Any, arrays: Any) -> At:
        """Terms as a function of one motion's parameters."""
        return lambda mine: self.evaluation((*p[:i], mine, *p[i + 1 :]), arrays)


def _in_log_time(at: At, loss: Term, p: Any) -> Any:
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


@remembered
def _recorder(recipe: Recipe) -> Callable[..., Any]:
    """record(p, folds, arrays) -> the evaluation at p, the steps' lengths, and the folds after."""

    def record(p: Any, memory: Any, arrays: Any, shaken: Any = None) -> Any:
        e, kept = recipe.evaluation(p, arrays, shaken), dict(zip(recipe.folds, memory, strict=True))

        def fold(some: tuple[Term, ...]) -> None:
            for one in some:
                e.found[one], kept[one] = _fold(one, kept[one], e(one.operands[0]))
                e.known[one] = e.found[one]

        late = tuple(t for t in recipe.folds if step_length in t.all_terms())
        fold(tuple(t for t in recipe.folds if t not in late))  # on which the step may rest
        own, *others = recipe.motions
        length = e(own.step) if own.step is not None else e.known[STEP]
        e.found[step_length] = e.known[step_length] = length
        fold(late)
        # a flow beside descent goes on for as long as the step is
        beside = [length if motion.step is None else e(motion.step) for motion in others]
        return e, (length, *beside), tuple(kept[t] for t in recipe.folds)

    return record


STEP = Term("step_size", (), (), (), True)


def _recorded(recipe: Recipe, e: Evaluation) -> Any:
    u = e(recipe.outputs) if recipe.outputs is not None else jnp.zeros(0)
    return u, tuple(e(t) for t in recipe.series)


@remembered
def _advance(recipe: Recipe, substeps: int, hurried: bool) -> Callable[..., Any]:
    """advance(p, v, folds, arrays, count) -> (p, v, folds, outputs and series) over `count` <=
    SEGMENT recorded steps; v are the velocities of heavy balls.
    """
    record = _recorder(recipe)

    def step(p: Any, v: Any, arrays: Any, lengths: Any) -> Any:
        found = [
            motion.moved(recipe.alone(i, p, arrays), (p[i], v[i]), lengths[i], substeps)
            for i, motion in enumerate(recipe.motions)
        ]
        return tuple(q for q, _ in found), tuple(w for _, w in found)

    def advance(p: Any, v: Any, folds: Any, arrays: Any, count: Any) -> Any:
        empty = jax.eval_shape(lambda: _recorded(recipe, record(p, folds, arrays)[0]))
        rows = jax.tree.map(lambda s: jnp.full((SEGMENT, *s.shape), jnp.nan), empty)

        def body(j: Any, state: Any) -> Any:
            q, w, memory, rows = state
            e, lengths, memory = record(q, memory, arrays)
            now = _recorded(recipe, e)
            rows = jax.tree.map(lambda kept, x: kept.at[j].set(x), rows, now)
            q, w = step(q, w, arrays, lengths)
            return q, w, memory, rows

        return jax.lax.fori_loop(0, count, body, (p, v, folds, rows))

    return compiled(advance, hurried, donate=(0, 1))


@remembered
def _now(recipe: Recipe, hurried: bool) -> Callable[..., Any]:
    def now(p: Any, folds: Any, arrays: Any, shaken: Any) -> Any:
        e, _, _ = _recorder(recipe)(p, folds, arrays, shaken)
        return _recorded(recipe, e)

    return compiled(now, hurried)


@remembered
def _kept(recipe: Recipe) -> Callable[..., Any]:
    """The length of the step about to be taken, and the numbers kept along the run."""

    @jax.jit
    def kept(p: Any, folds: Any, arrays: Any) -> Any:
        e, lengths, _ = _recorder(recipe)(p, folds, arrays)
        return lengths[0], tuple(e.found[t] for t in recipe.folds)

    return kept


class Dense:
    """One seed of a plan, every parameter held."""

    law_error = 0.0

    def __init__(self, plan: Plan, seed: int):
        s = plan.setting
        self.plan, self.drawn = plan, initial(s, plan.sizes, plan.known, seed)
        _possible(plan, self.drawn)
        every = [
            t for t in dict.fromkeys((s.loss, *(a.term for a in plan.asks))) if every_step(t, s)
        ]
        every = [t for t in every if t == s.loss or moves(t)]
        plain = {t: of_outputs(t, s.outputs) for t in every}
        self.outs = {t: v for t, v in plain.items() if v is not None}
        rest = tuple(t for t in every if t not in self.outs)
        folds = _folds(plan)
        self.still = self._still((*rest, *folds))
        self.recipe = Recipe(motions(s), s.outputs, rest, folds, tuple(self.still))
        self.shaken = [(0.0, 0.0)] * len(rest)
        self.arrays = list(self.still.values())
        self.started: dict[tuple[Term, ...], list[Known]] = {}
        self.begin(1)

    def _still(self, recorded: tuple[Term, ...]) -> dict[Term, Any]:
        """What does not change: the plan's knowledge, parameters that are not trained, and of the
        start what the compiled steps speak of.
        """
        s = self.plan.setting
        found = {**self.plan.known, **{p: v for p, v in self.drawn.items() if p not in s.trained}}
        if s.reference is not None:
            moved = s.reference.trained
            found |= {p.reference: v for p, v in self.drawn.items() if p not in moved}
        terms = (*recorded, *(t for run in s.runs for t in run.parts))
        spoken = {leaf for t in terms for leaf in s.resolved(t).leaves()}
        return {**found, **{p.start: v for p, v in self.drawn.items() if p.start in spoken}}

    def begin(self, substeps: int) -> None:
        """Back to the initialization, from now on with so many substeps a recorded step."""
        start = {p.start: v for p, v in self.drawn.items()}
        self.p = tuple(tuple(start[t.start] for t in x.trained) for x in self.recipe.motions)
        self.v: Any = None  # at rest, and the parameters those that were drawn
        self.folds = tuple(jnp.asarray(_first(f)) for f in self.recipe.folds)
        self.substeps = substeps

    @property
    def _trained(self) -> dict[Term, Any]:
        """The trained parameters of every motion."""
        pairs = zip(self.recipe.motions, self.p, strict=True)
        return {t: v for motion, p in pairs for t, v in zip(motion.trained, p, strict=True)}

    def advance(self, count: int) -> Found:
        """Train `count` <= SEGMENT recorded steps; the series before each."""
        if self.v is None:  # what advances gives its arrays away
            self.p = jax.tree.map(jnp.array, self.p)
            self.v = jax.tree.map(jnp.zeros_like, self.p)
        hurried = few(self.p, self.plan.steps * self.substeps)
        train = _advance(self.recipe, self.substeps, hurried)
        self.p, self.v, self.folds, rows = train(self.p, self.v, self.folds, self.arrays, count)
        u, others = rows
        return self._found(np.asarray(u)[:count], [np.asarray(v)[:count] for v in others])

    def ends(self) -> Found:
        """The series at the present step."""
        now = _now(self.recipe, few((self.p, self.arrays)))
        u, others = now(self.p, self.folds, self.arrays, 0.0)
        if others:
            moved = perturbed(self._trained)
            there = tuple(tuple(moved[t] for t in x.trained) for x in self.recipe.motions)
            again = now(there, self.folds, self.arrays, A_SUM)[1]
            self.shaken = [
                (abs(float(v)), abs(float(v) - float(w)))
                for v, w in zip(others, again, strict=True)
            ]
        return self._found(np.asarray(u)[None], [np.asarray(v)[None] for v in others])

    def _found(self, u: Array, others: list[Array]) -> Found:
        found: Found = {}
        if self.outs:
            names = tuple(self.plan.known)
            missing = -len(u) % SEGMENT if len(u) > 1 else 0
            padded = np.concatenate([u, np.zeros((missing, *u.shape[1:]))])
            run = along_outputs(tuple(self.outs.values()), names, few(padded))
            pairs = run(padded, [self.plan.known[t] for t in names])
            for t, (value, error) in zip(self.outs, pairs, strict=True):
                found[t] = np.asarray(value)[: len(u)], np.asarray(error)[: len(u)]
        # how one rounding of the parameters moved a value when last looked at, no less where it grew
        for t, seen, (size, change) in zip(self.recipe.series, others, self.shaken, strict=True):
            with np.errstate(all="ignore"):  # of a run that diverges
                # what was nothing but rounding when looked at, such as a distance of 0, tells nothing
                known = size > SAFE * change
                grown = np.maximum(np.abs(seen) / size, 1.0) if known else 1.0
                found[t] = seen, 2 * SAFE * (ULP * np.abs(seen) + change * grown)
        return found

    def known(self) -> dict[Term, Any]:
        """Everything at the present step and of the start."""
        started = {t.start: v for t, v in self.drawn.items()}
        length, sums = _kept(self.recipe)(self.p, self.folds, self.arrays)
        kept = {step_length: length, **dict(zip(self.recipe.folds, sums, strict=True))}
        return {**self.still, **self._trained, **started, **kept}

    def of_start(self, terms: tuple[Term, ...]) -> tuple[Known, Known]:
        """Parts of these terms, evaluated once a run."""
        parts = parts_of_start(terms)
        if parts and parts not in self.started:
            known = self.known()
            ways = (values(parts, known), values(parts, perturbed(known), A_SUM))
            self.started[parts] = [dict(zip(parts, way, strict=True)) for way in ways]
        plain, moved = self.started.get(parts, ({}, {}))
        return plain, moved

    def blur(self) -> Mapping[Term, float]:
        """Nothing is known to within an interval alone."""
        return {}


def _folds(plan: Plan) -> tuple[Term, ...]:
    """The numbers kept along the run; BadInput beside a flow."""
    steps = [run.step for run in plan.setting.runs if run.step is not None]
    terms = (*(a.term for a in plan.asks), *steps)
    folds = [t for term in terms for t in term.all_terms() if t.operation == "so_far"]
    if folds and plan.setting.method.flow:
        raise BadInput("measured", folds[0].text, "sums over steps are known for descent alone")
    return tuple(dict.fromkeys(folds))


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
