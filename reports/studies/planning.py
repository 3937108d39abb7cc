"""From a theorem and the user's wishes to a plan: the letters' values, what is demanded, and the
defaults.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sympy import Expr, Rational, sympify

from reports.judging.evidence import Evidence
from reports.studies.options import Options
from sim.data.sample import Sample
from sim.data.size import fits
from sim.data.table import Data, load
from sim.measuring.gram import Enclosure, limiting_gram
from sim.measuring.of_data import of_data
from sim.plan import Plan, asks_of, label_of
from sim.setting.draws import COUPLED
from theorems.language import About, At, Claim, Hypothesis, Quantity, Theorem, expanded
from theorems.reasoning.demand import Demand, demand, nearest_float, round_down, set_letters

# natural logarithms by which the slowest mode of the residual shall shrink in a default run
DECADES = 7.0
SHORT = 8  # characters of a step that somebody has written as a decimal
LONGEST = 2000  # steps of a default run at most
# time between records of a flow, times the largest eigenvalue of the limiting Gram matrix
FLOW_STEP = 0.4
Say = Callable[[str, int], Callable[..., None]]


def silent(_what: str, _total: int) -> Callable[..., None]:
    """Progress that nobody hears of."""
    return lambda _share=1.0: None


def loaded(name: str, samples: int | None, label: str = "label") -> Data:
    """The data set; BadInput when its matrices of points against points would not fit into memory."""
    data = load(name, samples, label)
    fits(data.name, data.samples)
    return data


def data_values(theorems: Iterable[Theorem], data: Data) -> dict[Quantity, Enclosure]:
    """The value of every data quantity that the theorems mention, with certified bounds where it
    has them, on the rows as each theorem's setting makes them.
    """
    found: dict[Quantity, Enclosure] = {}
    for theorem in theorems:
        sample = Sample(data, theorem.setting.data if theorem.setting else ())
        for q in theorem.quantities:
            if q.about is About.DATA and q.of is not None and q not in found:
                found[q] = of_data(q.of, sample)
    return dict(sorted(found.items(), key=lambda pair: str(pair[0])))


def exact_values(
    theorem: Theorem,
    data: Data,
    delta: Rational,
    width: int | None = None,
    step: float | None = None,
) -> dict[Quantity, Any]:
    """The letters' values as hypotheses are decided on: integers, rationals, exact floats,
    certified intervals, and expressions for letters that are set to one (eta = 1/L).
    """
    scale = theorem.scale
    values: dict[Quantity, Any] = {
        q: (e.low, e.high) for q, e in data_values([theorem], data).items() if e.certified
    }
    for letter, value in (
        (scale.samples, data.samples),
        (scale.dimension, data.raw.shape[1]),
        (scale.width, width),
        (scale.failure, delta),
    ):
        if letter is not None and value is not None:
            values[letter] = value
    for letter, choice in theorem.choices.items():
        if choice.free_symbols <= values.keys():
            inexact = any(
                isinstance(values[q], tuple) or getattr(values[q], "free_symbols", ())
                for q in choice.free_symbols
            )
            values[letter] = choice if inexact else choice.subs(values)
    if scale.step_size is not None and step is not None:
        values[scale.step_size] = _as_set(theorem, scale.step_size, step, values)
    return values | set_letters(theorem, values)


def _as_set(theorem: Theorem, letter: Quantity, step: float, values: Mapping[Quantity, Any]) -> Any:
    """What the step is meant to be, if this float is the nearest to it: the expression to which the
    theorem sets it, or a short decimal such as 0.1; else the float.
    """
    named = (theorem.witness.step if theorem.witness else None, theorem.practice.step_size)
    equation = set_letters(theorem, values).get(letter)
    for expression in (equation, *named):
        if isinstance(expression, Expr) and nearest_float(expression, values) == step:
            return expression
    decimal = repr(step)
    return Rational(decimal) if len(decimal) <= SHORT else step


def as_numbers(values: Mapping[Quantity, Any]) -> dict[Quantity, Any]:
    """The values that are numbers, those of letters set to an expression nearest to it."""
    found = {q: nearest_float(v, values) if isinstance(v, Expr) else v for q, v in values.items()}
    return {
        q: values[q] if getattr(values[q], "is_Rational", False) else v
        for q, v in found.items()
        if v is not None and not isinstance(v, tuple)
    }


def configured(theorem: Theorem) -> Theorem:
    """The theorem with the letters of its witness as its choices."""
    if theorem.witness is None or not theorem.witness.letters:
        return theorem
    return replace(theorem, choices={**theorem.choices, **theorem.witness.letters})


def _depth(theorem: Theorem) -> int:
    letter = theorem.scale.depth
    return 2 if letter is None else int(theorem.choices.get(letter, 2))


def evidence(
    theorem: Theorem, data: Data, delta: Rational, plan: Plan | None, frame: pd.DataFrame
) -> Evidence:
    """Everything known about a theorem at the scale of a plan."""
    at = (plan.width, plan.step_size) if plan else (None, None)
    found = evidence_at(theorem, data, delta, at, frame)
    if plan is None:
        return found
    still = not plan.setting.is_drawn
    return replace(found, trivial=_trivial(plan), steps=plan.steps, deterministic=still)


def evidence_at(
    theorem: Theorem,
    data: Data,
    delta: Rational,
    at: tuple[int | None, float | None],
    frame: pd.DataFrame,
) -> Evidence:
    """Everything known about a theorem at a width and a step, of which either may be missing."""
    exact = exact_values(theorem, data, delta, *at)
    values = {q: e.value for q, e in data_values([theorem], data).items()}
    values |= {q: float(v) for q, v in as_numbers(exact).items() if q.about is About.SCALE}
    return Evidence(values, exact, frame)


def _trivial(plan: Plan) -> dict[str, float]:
    """What the number of points and the norm of XX^T bound by themselves, by label."""
    if plan.network is None:
        return {}
    norm = float(np.linalg.norm(plan.sample.rows @ plan.sample.rows.T, 2))
    bounds = ((a.label, plan.network.trivial(a.term, plan.data.samples, norm)) for a in plan.asks)
    return {label: bound for label, bound in bounds if bound is not None}


def multiple(theorem: Theorem) -> int:
    """What the width is a multiple of: coupled neurons come in pairs."""
    drawn = theorem.setting.laws.values() if theorem.setting else ()
    return 2 if COUPLED in drawn else 1


def demands(theorem: Theorem, data: Data, delta: Rational) -> Demand:
    """What the theorem's explicit hypotheses demand of the width and the step on this data."""
    return demand(theorem, exact_values(theorem, data, delta), multiple(theorem))


def at_witness(theorem: Theorem, data: Data, delta: Rational) -> Demand:
    """The width and the step that the witness names, and what is demanded where it names none."""
    wants, witness = demands(theorem, data, delta), theorem.witness
    if witness is None:
        return wants
    if witness.width is not None:
        wants = replace(wants, width=witness.width, no_width=())
    if witness.step is not None:
        values = exact_values(theorem, data, delta, wants.width)
        wants = replace(wants, step_size=nearest_float(witness.step, values), no_step=())
    return wants


def own_step(theorem: Theorem, data: Data, delta: Rational, width: int) -> float | None:
    """The step size that the theorem's practice names at this scale, or that a hypothesis sets."""
    values = exact_values(theorem, data, delta, width)
    chosen, letter = theorem.practice.step_size, theorem.scale.step_size
    if chosen is None and letter is not None:
        chosen = values.get(letter)
    return None if chosen is None else nearest_float(sympify(chosen), values)


def make_plan(
    theorems: Sequence[Theorem],
    data: Data,
    width: int,
    options: Options,
    whole: bool = False,
) -> Plan:
    """The plan of one width for theorems that share a setting; the options are settled.

    The step is that of the options, the theorems' own practice, or the largest with which no mode
    can grow; as many steps as the theorems' practice has or until the slowest mode has shrunk,
    or (`whole`) as their claims speak of, when they end. A start that is not drawn is run once.
    """
    setting, practice = theorems[0].setting, theorems[0].practice
    delta, seeds = options.delta, options.seeds
    assert setting is not None
    assert delta is not None
    assert seeds is not None
    gram = np.linalg.eigvalsh(limiting_gram(data.inputs))
    step = options.step_size or own_step(theorems[0], data, delta, width)
    if step is None:
        step = _stable_step(data, gram[-1], setting.method.flow)
    numbers: dict[Any, Any] = {}
    for t in theorems:
        numbers |= as_numbers(exact_values(t, data, delta, width, step))
    numbers |= {q: e.value for q, e in data_values(theorems, data).items()}
    spoken, all_end = _horizon(theorems, numbers, step) if whole else (0, False)
    usual = practice.steps or min(
        LONGEST, max(50, math.ceil(DECADES / (step * max(gram[0], 1e-12))))
    )
    return Plan(
        setting,
        data,
        width,
        float(step),
        options.steps or (spoken if all_end else max(spoken, usual)),
        tuple(range(options.seed, options.seed + (seeds if setting.is_drawn else 1))),
        asks_of(theorems),
        numbers,
        _depth(theorems[0]),
    )


def reading(plan: Plan, stated: Iterable[Claim | Hypothesis]) -> Plan:
    """The plan that measures what these statements read, and nothing else."""
    spoken = [x for s in stated for x in _spoken(s) if x is not None]
    found = {x for e in spoken for x in expanded(e).atoms(At, Quantity) if _observed(x)}
    labels = {label_of(x) for x in found}
    called = [a.at for a in plan.asks if a.label in labels and a.at is not None]
    labels |= {label_of(q) for at in called for q in at.free_symbols if _observed(q)}
    return replace(plan, asks=tuple(a for a in plan.asks if a.label in labels))


def _spoken(s: Claim | Hypothesis) -> tuple[Any, ...]:
    """The expressions of a statement."""
    ends = s.over.ends if s.over else None
    return s.relation, s.scale, ends, getattr(s, "probability", None)


def _observed(x: Any) -> bool:
    return isinstance(x, At) or getattr(x, "of", None) is not None


def _stable_step(data: Data, fastest: float, flow: bool) -> float:
    """The largest step with which no mode can grow; of a flow, a share of its fastest time."""
    bound = FLOW_STEP / fastest if flow else 1 / np.linalg.norm(data.inputs @ data.inputs.T, 2)
    return round_down(float(bound))


def _horizon(
    theorems: Sequence[Theorem], numbers: Mapping[Any, Any], step: float
) -> tuple[int, bool]:
    """The steps that the claims which end speak of, and whether all of them end at a number: the
    end of a claim about a flow is a time, which a run may pass but must reach.
    """
    setting = theorems[0].setting
    a_step = step if setting is not None and setting.method.flow else 1.0
    lasts = {getattr(c.over, "last", None) for t in theorems for c in t.claims if c.over}
    ends = [expanded(last).subs(numbers) for last in lasts if last is not None]
    known = [math.ceil(float(e) / a_step) for e in ends if e.is_number]
    return max(known, default=1), None not in lasts and len(known) == len(ends)


def sharing_a_run(
    theorems: Iterable[Theorem], alone: Callable[[Theorem, Callable[[Iterable[int]], int]], Plan]
) -> list[list[Theorem]]:
    """The theorems in groups that one run serves, since their plans alone, at both ends of the
    ladder, differ in nothing that can change a number; `alone(theorem, min)` is the plan at the
    narrow end.
    """
    groups: list[tuple[list[Theorem], list[tuple[Plan, Plan]]]] = []
    for t in theorems:
        plans = alone(t, min), alone(t, max)
        for group, others in groups:
            if group[0].practice == t.practice and all(
                _alike(mine, theirs)
                for ends in others
                for mine, theirs in zip(plans, ends, strict=True)
            ):
                group.append(t)
                others.append(plans)
                break
        else:
            groups.append(([t], [plans]))
    return [group for group, _ in groups]


def _alike(one: Plan, other: Plan) -> bool:
    """Whether two plans are one run: no letter has two values, and everything else agrees but for
    what is asked.
    """
    same = all(
        getattr(one, x) == getattr(other, x)
        for x in ("setting", "width", "step_size", "steps", "seeds", "depth")
    )
    values = [{str(q): float(v) for q, v in p.values.items()} for p in (one, other)]
    return (
        same
        and one.data.digest == other.data.digest
        and all(values[0][x] == values[1][x] for x in values[0].keys() & values[1].keys())
    )
