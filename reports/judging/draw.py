"""What one run says of a statement: it held, it failed, or that is unknown; by the quantifier's
type.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from functools import cache, cached_property, singledispatch
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import S
from sympy.core.relational import Relational

from reports.judging.evidence import Evidence, Sides, number, sides
from reports.judging.interval import ULPS, Interval
from sim.plan import label_of as label
from theorems.language import About, At, Average, Best, Claim, Each, Hypothesis, Quantity, Some
from theorems.language.quantifier import Quantifier
from theorems.language.quantity import expanded
from theorems.language.term import none_at_start
from theorems.writing.notation import number as written

Array = NDArray[Any]
Stated = Claim | Hypothesis
NAN = float("nan")  # what a number is that is not known
ABSURD = 1e12  # a bound so many times above what was seen says nothing
EQUAL = 1e-12  # share of their scale by which two sides of an equation differ in rounding alone
# of that which a record adds: in a flow, 8 substeps of 4 slopes, each rounded once
A_STEP = 32 * float(np.finfo(float).eps)
RESOLUTION = 1e-3  # share of their scale to which both must be known to call them equal


class Told(IntEnum):
    """What the numbers say of a relation at one step."""

    FAILED = -1
    UNKNOWN = 0
    HELD = 1


class Gap(StrEnum):
    """Why a run says nothing."""

    MISSING = "something it speaks of was not measured"
    UNDEFINED = "a side is undefined"
    FINE = "the sides are nearer than the run can tell"
    SHORT = "the run ends before the claim does"
    SPARSE = "not every step was measured"
    LOST = "its neurons moved too far to be followed"
    UNMOVED = "there is no step beyond the start"


@dataclass(frozen=True)
class Seen:
    """One run's answer (None: unknown, and `gap` says why), and both sides at the step that failed
    first, else where it was tightest.

    compared: steps beyond the start at which both sides were told apart; upto: the last of them;
    reach: where the run ends; wanted: where the claim ends.
    """

    held: bool | None
    gap: Gap | None = None
    predicted: tuple[float, float] = (NAN, NAN)
    observed: tuple[float, float] = (NAN, NAN)
    slack: float = NAN
    step: float = NAN
    compared: int = 0
    upto: float = NAN
    reach: float = NAN
    wanted: float = NAN
    vacuous: bool = False
    diverged: bool = False
    accuracy: float = NAN


@dataclass(frozen=True, eq=False)
class Run:
    """One seed's view of a statement."""

    stated: Stated
    evidence: Evidence
    seed: int
    sides: Sides

    @property
    def op(self) -> str:
        return str(self.stated.relation.rel_op)

    @cached_property
    def scale(self) -> float | None:
        """The named size beside which an equation is read."""
        scale = self.stated.scale
        return None if scale is None else number(scale, self.evidence, self.seed)

    @cached_property
    def told(self) -> Array:
        """What the numbers say at every step; at step 0 what the formula says, if it decides."""
        found = tell(self.op, self.sides.lhs, self.sides.rhs, self.scale, self._equal)
        return np.where(self.settled, begun(self.stated.relation, self._index), found)

    @property
    def _equal(self) -> Array:
        """The share of their size by which equal sides may differ in rounding, which a conserved
        number keeps and adds up from step to step.
        """
        last = np.max(self.sides.steps, initial=0.0)
        share = self.sides.steps / last if 0 < last < np.inf else np.zeros(self.sides.steps.shape)
        return EQUAL + A_STEP * share * (self.evidence.steps or 0)

    @cached_property
    def settled(self) -> Array:
        """Where the formula alone decides: at step 0, where r(k) and r(0) are one number."""
        known = begun(self.stated.relation, self._index) is not Told.UNKNOWN
        return (self.sides.steps == 0) & known

    @property
    def _index(self) -> Quantity | None:
        return self.stated.over.index if self.stated.over else None

    @cached_property
    def ends(self) -> float:
        """The last step that the statement speaks of; infinite when there is none, NaN when it is
        not known.
        """
        last = self.stated.over.ends if self.stated.over else None
        found = np.inf if last is None else number(last, self.evidence, self.seed)
        whole = self._index is not None and self._index.is_integer and np.isfinite(found)
        return float(np.floor(found * (1 + 1e-12))) if whole else float(found)

    @property
    def starts(self) -> int:
        """The first step that the statement speaks of."""
        return self.stated.over.starts if self.stated.over else 0

    @cached_property
    def reach(self) -> float:
        """Where the run ends."""
        return float(self.sides.steps[-1]) if self.sides.steps.size else NAN

    @cached_property
    def diverged(self) -> float:
        """The step at which the run left the numbers; infinite for one that kept them."""
        at = self.evidence.diverged(self.seed)
        return np.inf if at is None else at

    @cached_property
    def slack(self) -> Array:
        """The bound over what was seen, in the good direction; NaN where that has no sense."""
        small, big = self._ordered
        with np.errstate(all="ignore"):
            if self.op in ("==", "!="):
                return 1 - np.nan_to_num(np.abs(small - big) / np.maximum(abs(small), abs(big)))
            return np.where(
                small > 0, np.where(big > 0, big / small, NAN), np.where(big >= small, np.inf, NAN)
            )

    @cached_property
    def room(self) -> Array:
        """How far a step is from failing, to find the tightest: below 1 where it fails."""
        small, big = self._ordered
        with np.errstate(all="ignore"):
            size = np.maximum(abs(small), abs(big))
            shifted = 1 + np.nan_to_num((big - small) / size)
            return np.where(np.isfinite(self.slack), self.slack, shifted)

    @property
    def _ordered(self) -> tuple[Array, Array]:
        s = self.sides
        return (s.right, s.left) if self.op in (">=", ">") else (s.left, s.right)

    def unknown(self, gap: Gap) -> Seen:
        """That this run says nothing, and why."""
        return Seen(None, gap, reach=self.reach, wanted=self.ends)

    def answer(self, held: bool, at: int, compared: Array) -> Seen:
        """The answer with both sides at one step."""
        s = self.sides
        left, right = ((float(x.low[at]), float(x.high[at])) for x in (s.lhs, s.rhs))
        steps = s.steps[compared]
        return Seen(
            bool(held),
            None,
            right,
            left,
            float(self.slack[at]),
            float(s.steps[at]),
            int((steps > 0).sum()),
            float(steps[-1]) if steps.size else NAN,
            self.reach,
            self.ends,
            bool(held) and self._vacuous(compared, float(self.slack[at])),
            accuracy=self._accuracy(compared),
        )

    def _accuracy(self, compared: Array) -> float:
        """To what share of their size both sides of an equation are equal."""
        if self.op != "==" or not compared.any():
            return NAN
        lhs, rhs = (Interval(x.low[compared], x.high[compared]) for x in self.both)
        size = _size(lhs, rhs, self.scale)
        off = np.maximum(lhs.high - rhs.low, rhs.high - lhs.low)
        return float(np.divide(off, size, out=np.zeros_like(off), where=size > 0).max())

    @property
    def both(self) -> tuple[Interval, Interval]:
        return self.sides.lhs, self.sides.rhs

    def _vacuous(self, compared: Array, slack: float) -> bool:
        """Whether the bound says nothing here: above what n and the inputs bound by themselves,
        absurdly above what was seen, or a decay that never begins.
        """
        if self.op not in ("<=", "<"):
            return False
        if ABSURD <= slack < np.inf:
            return True
        left, right = self.stated.relation.lhs, self.stated.expanded.rhs
        known = isinstance(left, At) or getattr(left, "of", None) is not None
        trivial = self.evidence.trivial.get(label(left)) if known else None
        bound = self.sides.right[compared]
        if trivial is not None:
            return bool((bound >= trivial).all())
        starts = {a.observable for a in right.atoms(At) if a.argument == 0}
        same = starts & {a.observable for a in expanded(left).atoms(At)}
        decays = bool(same) and self._index is not None and right.has(self._index)
        return bool(decays and len(bound) > 1 and bound[-1] >= bound[0] * (1 - 1e-6))


@cache
def begun(relation: Relational, index: Quantity | None) -> Told:
    """What the formula alone says at step 0, where nothing has moved yet."""
    if index is None:
        return Told.UNKNOWN
    try:
        found = expanded(relation).subs(index, 0)
        found = found.subs({a: S.Zero for a in found.atoms(At) if _unmoved(a)})
    except (TypeError, ValueError):  # it does not exist there, or what a Min is taken of does not
        return Told.UNKNOWN
    return Told.HELD if found is S.true else Told.FAILED if found is S.false else Told.UNKNOWN


def _unmoved(reading: At) -> bool:
    """Whether it is read at step 0 and zero there, as a distance from the start is."""
    observable = reading.observable
    along = observable.about is About.TRAJECTORY and reading.argument == 0
    return bool(along and none_at_start(observable.of))


def _size(left: Interval, right: Interval, scale: float | None) -> Array:
    return np.maximum(left.size, right.size) if scale is None else np.full(left.low.shape, scale)


def tell(
    op: str,
    left: Interval,
    right: Interval,
    scale: float | None = None,
    equal: float | Array = EQUAL,
) -> Array:
    """What two intervals say of a relation, element by element; unknown where they overlap or a
    side is undefined, and of an equation beside a scale that is not positive.

    An equation holds where both sides are known well enough and no difference can be told; it fails
    where they certainly differ.
    """
    if op in (">=", ">"):
        return tell({">=": "<=", ">": "<"}[op], right, left)
    with np.errstate(all="ignore"):
        if op == "<=":
            # one number that is known and read twice, as of a run at rest, is no larger than itself
            same = (left.low == right.low) & (left.high == right.high)
            same &= left.radius < RESOLUTION * left.size
            held, failed = (left.high <= right.low) | same, left.low > right.high
        elif op == "<":
            held, failed = left.high < right.low, left.low >= right.high
        else:
            off = np.maximum(left.low - right.high, right.low - left.high)
            blur = 2 * (left.radius + right.radius)
            size = _size(left, right, scale)
            there = np.ones_like(size, bool) if scale is None else size > 0
            failed = there & (off > equal * size)
            held = there & (off <= equal * size) & (blur <= RESOLUTION * size)
            if op == "!=":
                held, failed = off > 0, (off == 0) & (blur == 0)
    return np.where(held, Told.HELD, np.where(failed, Told.FAILED, Told.UNKNOWN)).astype(int)


def observe(stated: Stated, evidence: Evidence, seed: int) -> Seen:
    """What one run says of a statement."""
    over = stated.over
    found = sides(stated.relation, over.index if over else None, evidence, seed)
    run = Run(stated, evidence, seed, found)
    if np.isnan(run.ends):
        return run.unknown(Gap.MISSING)
    return judged(over, run)


@singledispatch
def judged(over: Quantifier | None, run: Run) -> Seen:
    """A run's answer, by the type of the quantifier; TypeError for one that no run can answer."""
    raise TypeError(f"no run answers {type(over).__name__}")


@judged.register(NoneType)
def _(over: None, run: Run) -> Seen:
    told = run.told[0]
    if told == Told.UNKNOWN:
        return run.unknown(_why(run, np.array([0])))
    return run.answer(told == Told.HELD, 0, np.ones(1, dtype=bool))


def _why(run: Run, where: Array) -> Gap:
    """Why the relation is unknown at these steps."""
    if run.sides.missing:
        return Gap.MISSING
    lhs, rhs = run.both
    undefined = np.isnan(lhs.low[where]) | np.isnan(rhs.low[where])
    return Gap.UNDEFINED if undefined.any() else Gap.FINE


@judged.register
def _(over: Each, run: Run) -> Seen:
    s, told = run.sides, run.told
    inside = (s.steps >= over.first) & (s.steps <= run.ends * (1 + 1e-12))
    failed = inside & (told == Told.FAILED)
    broken = _broken(run, over.first)
    if failed.any() and not (s.steps[failed][0] > broken):
        return run.answer(False, int(np.argmax(failed)), inside & (told != Told.UNKNOWN))
    if broken < np.inf:
        return Seen(False, step=broken, reach=broken, wanted=run.ends, diverged=True)
    if run.evidence.lost(run.seed):
        return run.unknown(Gap.LOST)
    return _throughout(run, inside)


def _broken(run: Run, first: float) -> float:
    """The step within the statement's range at which the run left the numbers; infinite if none."""
    at = max(run.diverged, first) if run.diverged < np.inf else np.inf
    literal = run.told[run.sides.steps >= at] if run.sides.steps.size else np.array([])
    return at if at <= run.ends and not (literal.size and (literal == Told.HELD).all()) else np.inf


def _throughout(run: Run, inside: Array) -> Seen:
    """The answer of a run in which nothing failed: held, where everything up to its end was told."""
    s, told = run.sides, run.told
    where = np.flatnonzero(inside)
    floor = _floor(where, (told == Told.UNKNOWN) & s.rough)
    compared = np.zeros(s.steps.shape, dtype=bool)
    compared[where[:floor]] = True
    numbers = compared & ~run.settled
    if s.missing:
        return run.unknown(Gap.MISSING)
    if (open_ := compared & (told == Told.UNKNOWN)).any() or (where.size and not floor):
        return run.unknown(_why(run, np.flatnonzero(open_) if open_.any() else where))
    if run.ends < np.inf and run.reach < run.ends * (1 - 1e-12):
        return replace(run.unknown(Gap.SHORT), upto=run.reach)
    if run.ends < np.inf and floor < len(where):
        return run.unknown(Gap.FINE)
    if not where.size:
        return replace(run.unknown(Gap.SHORT), wanted=float(run.starts))
    if not numbers.any() or (run.ends > 0 and not (s.steps[numbers] > 0).any()):
        return run.unknown(Gap.UNMOVED if run.reach == 0 else Gap.FINE)
    later = numbers & (s.steps > 0)
    ahead = np.flatnonzero(later if later.any() else numbers)
    return run.answer(True, int(ahead[np.argmin(run.room[ahead])]), compared)


def _floor(where: Array, drowned: Array) -> int:
    """How many of these steps there are before the numbers drown in their own rounding for good."""
    clear = np.flatnonzero(~drowned[where])
    return int(clear[-1]) + 1 if clear.size else 0


@judged.register(Best)
@judged.register(Some)
def _(over: Best | Some, run: Run) -> Seen:
    s = run.sides
    inside = s.steps <= run.ends * (1 + 1e-12)
    held = inside & (run.told == Told.HELD)
    where = np.flatnonzero(held if held.any() else inside)
    if not where.size or s.missing:
        return run.unknown(Gap.MISSING)
    room = np.nan_to_num(run.room, nan=-np.inf)
    best = int(where[np.argmax(room[where])])
    if held.any():
        return run.answer(True, best, inside)
    if run.reach < run.ends * (1 - 1e-12) and run.diverged == np.inf:
        return run.unknown(Gap.LOST if run.evidence.lost(run.seed) else Gap.SHORT)
    if (run.told[where] == Told.UNKNOWN).any():
        return run.unknown(_why(run, where[run.told[where] == Told.UNKNOWN]))
    if over.index.is_integer and len(where) < min(run.ends, run.reach) + 1:
        return run.unknown(Gap.SPARSE)
    return run.answer(False, best, inside)


@judged.register
def _(over: Average, run: Run) -> Seen:
    last = number(over.last, run.evidence, run.seed)
    inside = run.sides.steps < last
    count = int(np.ceil(last))
    if run.sides.missing or not inside.any():
        return run.unknown(Gap.MISSING)
    if run.diverged < last:
        return Seen(False, step=run.diverged, reach=run.diverged, wanted=last, diverged=True)
    if run.reach < count - 1:
        return run.unknown(Gap.LOST if run.evidence.lost(run.seed) else Gap.SHORT)
    if inside.sum() < count:
        return run.unknown(Gap.SPARSE)
    return judged(None, replace(run, sides=averaged(run.sides, inside, last)))


def averaged(s: Sides, inside: Array, last: float) -> Sides:
    """The mean of the left side over some steps, beside the right side."""
    low, high = (np.atleast_1d(x[inside].mean()) for x in s.lhs)
    slip = 4 * ULPS * s.lhs.size[inside].mean()
    mean = Interval(low - slip, high + slip)
    right = Interval(s.rhs.low[:1], s.rhs.high[:1])
    return Sides(np.array([last]), mean, right, np.zeros(1, dtype=bool))


def where(seen: Seen, letter: str) -> str:
    """Why a run says nothing, in words."""
    if seen.gap is Gap.SHORT:
        return (
            f"the run ends at {letter} = {written(seen.reach)}, the claim at {written(seen.wanted)}"
        )
    return str(seen.gap)
