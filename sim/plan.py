"""A plan: one setting on one data set at one scale, with everything that shall be measured, checked
before it runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Expr

from sim.data.promises import PROMISES
from sim.data.sample import UNIT, Sample
from sim.data.table import Array, Data
from sim.measuring.algorithms import ALGORITHMS, CERTIFIED
from sim.measuring.arrays import ARRAYS, ONE, REDUCE, TWO
from sim.measuring.evaluate import WHOLE, Evaluation, NotKnown, number_of
from sim.measuring.of_data import data_terms
from sim.setting.draws import COUPLED, source
from sim.setting.shape import TwoLayer, two_layer
from sim.setting.start import Sizes, shapes
from sim.sources import digest
from theorems.language import About, At, BadInput, Quantity, Setting, Theorem
from theorems.language.measurement import (
    Term,
    cosines,
    feature_gram,
    inputs,
    labels,
    layers,
    lifted,
    limiting_gram,
    neurons,
    norm,
    points,
    rows,
    size,
    spectral,
    step_length,
    step_size,
)
from theorems.language.quantity import about
from theorems.problem import unknown

SEGMENT = 4096  # steps between looks at the floor of rounding
SHORT = 64  # steps of a run in which everything is measured at each
CHECKPOINTS = 32  # states, spaced by factors, at which what costs more than a step is measured


@dataclass(frozen=True)
class Ask:
    """A term to measure, under the label it gets in the frame; `at`: what it is called with, an
    expression in scale, data and draw letters.
    """

    term: Term
    label: str
    at: Expr | None = None

    @property
    def level(self) -> About:
        return about(self.term)

    def number(self, known: Mapping[Any, float]) -> float | None:
        """The number it is called with; None without one, or while a letter of it is missing."""
        if self.at is None or not self.at.free_symbols <= known.keys():
            return None
        letters, function = number_of(Term("number", (), (self.at,)))
        return float(function(*(known[q] for q in letters)))


def label_of(observed: Any) -> str:
    """The name of a measured quantity in the frame, or of a call of it."""
    if isinstance(observed, At):
        term, drawn = observed.observable.of, observed.observable.about is About.DRAW
        return f"{term.text} at {observed.argument}" if drawn else str(term.text)
    return str(observed.of.text)


def asks_of(theorems: Iterable[Theorem]) -> tuple[Ask, ...]:
    """Everything of the draw and of the trajectory that the theorems, all of one setting, mention;
    BadInput for an algorithm that does not exist.
    """
    found: dict[str, Ask] = {}
    for theorem in theorems:
        assert theorem.setting is not None
        resolved = theorem.setting.resolved
        for q in theorem.quantities:
            if q.of is not None:
                _exists(q)
        relations = [
            *(h.expanded for h in theorem.hypotheses),
            *(c.expanded for c in theorem.claims),
        ]
        called = set().union(*(r.atoms(At) for r in relations))
        for at in called:
            if at.observable.about is About.DRAW:
                found[label_of(at)] = Ask(resolved(at.observable.of), label_of(at), at.argument)
        parametrised = {at.observable for at in called if at.observable.about is About.DRAW}
        bare = {q for q in theorem.quantities if q.about in (About.DRAW, About.TRAJECTORY)}
        for q in bare - parametrised:
            if q.of.called:
                raise BadInput(f"measured {q.name}", q.name, f"call it: {q.name}(R)")
            found[label_of(q)] = Ask(resolved(q.of), label_of(q))
    return tuple(sorted(found.values(), key=lambda a: (a.at is not None, a.label)))


def _exists(q: Quantity) -> None:
    rules = (*ARRAYS, *ONE, *REDUCE, *TWO, *WHOLE, *ALGORITHMS, *CERTIFIED, "so_far")
    for term in q.of.all_terms():
        if term.operands and term.operation not in rules:
            raise unknown(f"measured {q.name}", term.operation, rules)


@dataclass(frozen=True, eq=False)
class Plan:
    """What to run. BadInput for what `sim` does not have, m < 1, steps < 1, and step sizes that are
    not positive.

    depth: layers of weights; step_size: of gradient descent, or the time between records of a flow;
    values: the letters' numbers; also: steps at which to measure what costs more than a step,
    beside the usual ones.
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
    also: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in self.setting.data:
            if name not in PROMISES:
                raise unknown("setting: data", name, PROMISES)
            PROMISES[name](self.data)
        if "teacher" in self.setting.data and self.width < self.data.samples:
            least = f"a student needs at least as many neurons as its teacher, {self.data.samples}"
            raise BadInput("width", self.width, least)
        for field in ("width", "steps", "depth"):
            if getattr(self, field) < 1:
                raise BadInput(field, getattr(self, field), "it must be at least 1")
        if not self.seeds:
            raise BadInput("seeds", 0, "it must be at least 1")
        if not 0 < self.step_size < float("inf"):
            raise BadInput("step size", self.step_size, "it must be positive and finite")
        if self.width % 2 and COUPLED in self.setting.laws.values():
            raise BadInput("width", self.width, "coupled neurons come in pairs: it must be even")
        self._applies()

    def _applies(self) -> None:
        """BadInput for a letter without a value, and for what this network does not have."""
        s = self.setting
        for step in (run.step for run in s.runs):
            if step is not None and step_length in step.all_terms():
                raise BadInput("method: step", step.text, "a step does not rest on its own length")
        parts = [t for run in s.runs for t in (run.loss, run.step) if t is not None]
        for term in (*s.start.values(), *parts, *(a.term for a in self.asks)):
            for leaf in term.leaves():
                self._there(leaf, term)
                if leaf.operation == "number":
                    self._valued(leaf)
        for p in self.setting.parameters:
            shapes(p, self.sizes)
        for term in {t for whole in self._terms for t in whole.all_terms()}:
            self._indicates(term)

    def _indicates(self, term: Term) -> None:
        """BadInput for labels that are none of the classes that a term tells apart."""
        if term.operation == "indicator" and term.operands[0] == labels:
            axis = term.axes[-1]
            if axis not in self.sizes:
                raise BadInput(
                    "measured", term.text, f"the axis {axis} has no length; Axis(size=...)"
                )
            strange = sorted(set(self.data.labels.tolist()) - set(range(self.sizes[axis])))
            if strange:
                why = f"the {axis} are 0, ..., {self.sizes[axis] - 1}"
                raise BadInput(f"{self.data.name}: labels", f"{strange[0]:g}", why)

    def _there(self, leaf: Term, term: Term) -> None:
        """BadInput for a parameter that the network does not have, or a run that is not declared."""
        of_reference, named = leaf.moment == "reference", leaf.operation == "parameter"
        if of_reference and self.setting.reference is None:
            why = "nothing runs beside it; say Setting(reference=...)"
        elif of_reference and not named:
            why = "of a reference run there are the parameters and what is made of them"
        elif named and leaf.start not in {p.start for p in self.setting.parameters}:
            why = f"the network has {', '.join(p.text for p in self.setting.parameters)}"
        else:
            return
        raise BadInput("measured", term.text, f"it speaks of {leaf.text}; {why}")

    def _valued(self, number: Term) -> None:
        for letter in number.options[0].free_symbols:
            if letter not in self.values:
                which = "say which letter it is in scale=Scale(width=..., ...) or give it a choice"
                raise BadInput("setting", str(letter), f"this letter has no value; {which}")

    @cached_property
    def sample(self) -> Sample:
        """The rows as trained."""
        return Sample(self.data, self.setting.data)

    @cached_property
    def inputs(self) -> Array:
        """(n, d): the rows as trained; in a basis of their span where nothing could tell."""
        if self.sample.kind == UNIT and self.wide is not None:
            return self.data.coordinates
        return self.sample.rows

    @cached_property
    def sizes(self) -> Sizes:
        """The lengths of the axes."""
        own = {neurons: self.width, points: self.data.samples, layers: self.depth}
        found = {**own, inputs: self.inputs.shape[1]}
        for p in self.setting.parameters:
            for axis in (*p.axes, *p.options[1:]):
                if (size := axis.size) is not None:
                    self._valued(lifted(size))
                    found[axis] = int(axis.length(size.subs(self.values)))
        return found

    @cached_property
    def network(self) -> TwoLayer | None:
        """The network as a two-layer one, if it is."""
        return two_layer(self.setting.outputs) if self.setting.outputs is not None else None

    @cached_property
    def wide(self) -> TwoLayer | None:
        """The network as the wide engines know it: two layers of ReLUs, signs above, Gaussians
        below, descent or flow of a function of the outputs, and nothing asked that needs every
        neuron; None for all else.
        """
        s, net = self.setting, self.network
        if net is None or net.activation != "relu" or s.trained != (net.w,):
            return None
        laws, plain = s.laws, (s.start[net.a].operation == "drawn")
        known = laws[str(net.w.options[0])] == "standard_normal" and _scaled(s.start[net.w])
        fair = plain and laws[str(net.a.options[0])] in ("rademacher", COUPLED)
        usual = not getattr(s.method, "log_time", False) and (s.method.flow or _constant(s.method))
        if not (known and fair and usual and s.loss_of_outputs):
            return None
        looked_at = (s.loss, *(a.term for a in self.asks))
        return net if all(_follows(t, net) for t in looked_at) else None

    @cached_property
    def letters(self) -> dict[Term, float]:
        """The letters' values, as terms."""
        return {Term("letter", (), (q,)): float(v) for q, v in self.values.items()}

    @cached_property
    def known(self) -> dict[Term, Any]:
        """What every evaluation in this plan knows: rows, labels, lengths, letters, the step."""
        found: dict[Term, Any] = {**self.letters, step_size: self.step_size}
        found |= {rows: np.asarray(self.inputs), labels: self.data.labels}
        for term in self._terms:
            sized = data_terms(term, self.sample, self.sizes)
            found |= {t: v for t, v in sized.items() if t not in found}
        return found

    def constant(self, term: Term) -> float:
        """The number that a term without arrays is at this scale."""
        return float(Evaluation(self.letters)(term))

    @cached_property
    def spread(self) -> float:
        """The number by which the wide engine's Gaussian neurons are multiplied."""
        assert self.wide is not None
        law = self.setting.start[self.wide.w]
        ones = {t: lifted(1) for t in law.leaves() if t.operation == "drawn"}
        return self.constant(law.replaced(ones))

    @cached_property
    def scale(self) -> float:
        """The number in front of a two-layer network."""
        assert self.network is not None
        return self.constant(self.network.scale)

    @cached_property
    def drawn(self) -> dict[str, str]:
        """The laws of a two-layer network's neurons, by parameter: first below, then above."""
        assert self.network is not None
        laws = self.setting.laws
        return {
            str(p.options[0]): laws[str(p.options[0])] for p in (self.network.w, self.network.a)
        }

    @cached_property
    def checkpoints(self) -> tuple[int, ...]:
        """Every step of a short run; of a longer one so many, spaced by factors."""
        if self.steps <= SHORT:
            return tuple(range(self.steps + 1))
        spaced = np.round(np.geomspace(1, self.steps, CHECKPOINTS)).astype(int).tolist()
        return tuple(sorted({0, *spaced, *(k for k in self.also if k <= self.steps)}))

    @cached_property
    def numbers(self) -> dict[Any, float]:
        """The letters' values by letter."""
        return {q: float(v) for q, v in self.values.items()}

    @cached_property
    def labels(self) -> dict[Term, tuple[str, ...]]:
        """The labels under which a term is asked for; the loss always is."""
        found: dict[Term, tuple[str, ...]] = {self.setting.loss: ("loss",)}
        for ask in self.asks:
            before = found.get(ask.term, ())
            found[ask.term] = (*before, *(() if ask.label in before else (ask.label,)))
        return found

    @cached_property
    def drawn_letters(self) -> tuple[Quantity, ...]:
        """The letters of the draw in what measurements are called with."""
        letters = {q for a in self.asks if a.at is not None for q in a.at.free_symbols}
        return tuple(q for q in sorted(letters, key=str) if q.about is About.DRAW)

    @cached_property
    def radii(self) -> Any:
        """The radii, known before the draw, at which shares of neurons will be asked for."""
        found = (a.number(self.numbers) for a in self.asks)
        return np.array(sorted({r for r in found if r is not None}))

    @cached_property
    def untrained(self) -> Plan:
        """The plan of the draw alone: one step, so that hardly any neuron is near a kink."""
        return replace(self, steps=1)

    def only(self, seed: int) -> Plan:
        return replace(self, seeds=(seed,))

    @property
    def _terms(self) -> list[Term]:
        """Everything that is evaluated: a text may leave out what tells two terms apart."""
        s = self.setting
        every = [*s.start, *s.start.values()]
        for run in s.runs:
            every += [t for t in (*run.trained, run.loss, run.outputs, run.step) if t is not None]
        return [*every, *(a.term for a in self.asks)]

    def key(self, seeds: tuple[int, ...], train: bool) -> str:
        """The content address of the seeds' result: everything that can change a number in it."""
        content = {
            "setting": self.setting.text,
            "terms": [f"{t.key} {t.axes}" for t in self._terms],
            "data": self.data.digest,
            "rows": self.sample.kind,
            "width": self.width,
            "step_size": self.step_size.hex(),
            "steps": self.steps,
            "also": self.also,
            "depth": self.depth,
            "seeds": seeds,
            "train": train,
            "asks": [(a.label, str(a.at)) for a in self.asks],
            "values": {str(q): str(v) for q, v in self.values.items()},
            "code": digest(self._terms),
            "generator": source(),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


def _scaled(law: Term) -> bool:
    """Whether a law is a number times independent draws."""
    if law.operation == "multiply":
        return {o.operation for o in law.operands} == {"number", "drawn"}
    return law.operation == "drawn"


def _constant(method: Any) -> bool:
    """Whether every step of a descent is the experimenter's, and nothing else moves it."""
    return method.step == step_size and not method.momentum and not method.decay


# what rotating all rows does not change: the wide engine holds them in a basis of their span
TURNED = frozenset(
    (
        *(rows @ rows.T, norm(rows), norm(rows, inputs), spectral(rows)),
        *(limiting_gram(rows), feature_gram(rows), cosines(rows), size(inputs)),
    )
)
GIVEN = frozenset(("labels", "number", "argument", "step_size"))


def _follows(term: Term, net: TwoLayer) -> bool:
    """Whether a term can be told from what the wide engines supply."""
    supplied = {net.outputs, net.kernel, net.travel, net.flips}
    supplied |= {t.start for t in supplied} | {net.near, net.near.start}
    if term in supplied or term in TURNED or term.operation in GIVEN:
        return True
    if not term.operands:
        return term.operation in ("size", "ones", "identity") and term.options == (points,)
    return term.operation not in ("gradient", "so_far") and all(
        _follows(o, net) for o in term.operands
    )


__all__ = ["Ask", "NotKnown", "Plan", "asks_of", "label_of"]
