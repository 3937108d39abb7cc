"""The records a theorem is made of: frozen, checked when built, each relation with its address in
the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sympy import Dummy, Eq, Expr, Integer, Rational, S, Tuple, oo, sympify
from sympy.core.relational import Relational

from theorems.language.configuration import Practice, Scale, Witness
from theorems.language.derivation import Step
from theorems.language.frozen import Frozen
from theorems.language.moment import Moment, read, readable
from theorems.language.quantifier import Average, Best, LimitIn, Quantifier
from theorems.language.quantity import About, At, Defined, Quantity, expanded
from theorems.problem import BadInput, unknown

Form = Literal["as printed", "as corrected", "ours"]
KINDS = ("at most", "at least", "exactly")
LEVELS = (About.INDEX, About.SCALE, About.HIDDEN, About.DATA, About.DRAW, About.TRAJECTORY)


def quantities_in(*expressions: Any) -> frozenset[Quantity]:
    """The quantities in SymPy expressions, abbreviations written out; BadInput for a bare Symbol,
    whose meaning nobody knows.
    """
    found = frozenset().union(*(expanded(e).free_symbols for e in expressions))
    for symbol in found:
        if not isinstance(symbol, Quantity):
            raise BadInput(
                "relation",
                str(symbol),
                "every letter must be declared as a quantity with a meaning",
            )
    return found


def levels(expression: Any) -> set[About]:
    """The levels an expression mentions; an observable at step 0 is a function of the draw."""
    expression = expanded(expression)
    started = {a: Dummy() for a in expression.atoms(At) if a.argument == 0}
    rest = expression.subs(started).atoms(Quantity)
    return {q.about for q in rest} | ({About.DRAW} if started else set())


def level(expression: Any) -> About:
    """The latest level among the quantities of an expression: where its truth becomes known."""
    return max(levels(expression), key=LEVELS.index, default=About.SCALE)


def _relation(field_name: str, relation: Any) -> None:
    if relation in (True, S.true, False, S.false):
        raise BadInput(
            field_name,
            str(relation),
            "the declared domains already decide this relation; it says nothing",
        )
    if not isinstance(relation, Relational):
        raise BadInput(field_name, str(relation), "it must be a relation such as m >= n**2")
    quantities_in(relation)


def _measurable(field_name: str, relation: Any, index: Quantity | None) -> None:
    """An observable of the run is read at the start, or at the bound index shifted by a whole
    number; nowhere else.
    """
    _momentless(field_name, relation)
    for call in expanded(relation).atoms(At):
        shift = call.argument if index is None else call.argument - index
        if (
            call.observable.about is About.TRAJECTORY
            and call.argument != 0
            and (index is None or not shift.is_Integer)
        ):
            raise BadInput(
                field_name,
                str(call),
                "an observable may be taken at 0, at the claim's index, or at the index plus a whole number",
            )


def _momentless(field_name: str, relation: Any) -> None:
    if found := expanded(relation).atoms(Moment):
        raise BadInput(
            field_name, str(min(found, key=str)), "laws and limits in a letter alone read it"
        )


def _address(field_name: str, at: str) -> None:
    if not at.strip():
        raise BadInput(
            f"{field_name}: at", at, "every relation needs its address, e.g. at='Theorem 4.1'"
        )


@dataclass(frozen=True)
class Setting:
    """What is trained on what: five interchangeable nouns that `sim` implements by name, with the
    paper's factors.

    network: forward map; output: the factor in front of it (a function of the scale, e.g.
    1/sqrt(m)).
    trained: the parameters that move; drawn: initial law of each parameter; spread: the number it
    is multiplied by, if not 1.
    loss: by name; factor: the number in front of the sum over points (1/2, 1/n, ...).
    method: training method; data: promises about the inputs and labels.
    """

    network: str
    trained: tuple[str, ...]
    drawn: Mapping[str, str]
    loss: str
    method: str
    data: tuple[str, ...] = ()
    output: Expr = S.One
    factor: Expr = S.One
    spread: Mapping[str, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "drawn", Frozen(self.drawn))
        object.__setattr__(self, "spread", Frozen({k: sympify(v) for k, v in self.spread.items()}))
        for name in ("output", "factor"):
            object.__setattr__(self, name, sympify(getattr(self, name)))
        for name, value in (
            ("output", self.output),
            ("factor", self.factor),
            *((f"spread of {k}", v) for k, v in self.spread.items()),
        ):
            if level(value) is not About.SCALE:
                raise BadInput(
                    f"setting: {name}", str(value), "it may depend on the scale alone (n, m, ...)"
                )
        if strange := sorted(set(self.spread) - set(self.drawn)):
            raise unknown("setting: spread", strange[0], self.drawn)
        missing = [p for p in self.trained if p not in self.drawn]
        if not self.trained or missing:
            raise BadInput(
                "setting: trained",
                self.trained,
                f"each needs its initial law in drawn={{...}}; missing: {missing}",
            )


@dataclass(frozen=True)
class Hypothesis:
    """A condition of the theorem; `about` (the latest level it mentions) says when and how it can
    be decided.
    """

    name: str
    relation: Relational
    at: str
    form: Form = "as printed"

    def __post_init__(self) -> None:
        _relation(f"hypothesis {self.name!r}", self.relation)
        _momentless(f"hypothesis {self.name!r}", self.relation)
        _address(f"hypothesis {self.name!r}", self.at)

    @property
    def expanded(self) -> Relational:
        return expanded(self.relation)

    @property
    def about(self) -> About:
        return max(levels(self.relation) - {About.HIDDEN}, key=LEVELS.index, default=About.SCALE)

    @property
    def hides(self) -> tuple[Quantity, ...]:
        """The hidden constants that keep this hypothesis open, by name."""
        return tuple(
            sorted((q for q in quantities_in(self.relation) if q.about is About.HIDDEN), key=str)
        )


@dataclass(frozen=True)
class Claim:
    """What then holds: `over` binds the step or time, `probability` is over the initialization (1:
    always).

    An equation is an identity, tested to the accuracy of the run. `expected=True` says that the
    relation is about the mean over the initialization, not about each draw.
    """

    name: str
    relation: Relational
    at: str
    over: Quantifier | None = None
    probability: Expr = S.One
    form: Form = "as printed"
    expected: bool = False

    def __post_init__(self) -> None:
        what = f"claim {self.name!r}"
        _relation(what, self.relation)
        _address(what, self.at)
        object.__setattr__(self, "probability", sympify(self.probability))
        if isinstance(self.over, LimitIn):
            self._in_the_limit(what)
            return
        bound = {q for q in quantities_in(self.relation) if q.about is About.INDEX}
        allowed = {self.over.index} if self.over else set()
        if bound != allowed:
            raise BadInput(
                what,
                ", ".join(sorted(map(str, bound))) or "no index",
                "its index and its quantifier must agree, e.g. over=Each(k)",
            )
        _measurable(what, self.relation, self.over.index if self.over else None)
        if level(self.probability) not in (About.SCALE,):
            raise BadInput(
                f"{what}: probability",
                str(self.probability),
                "it may depend on the scale alone, e.g. 1 - delta",
            )
        if isinstance(self.over, Average | Best) and self.expanded.rhs.has(At):
            raise BadInput(
                what,
                str(self.relation),
                "the right side of an average or a best step must not vary with the step",
            )

    def _in_the_limit(self, what: str) -> None:
        """A limit in a letter is judged by the mean gap of all draws, between numbers of a run."""
        if self.relation.rel_op not in ("==", "<=", ">="):
            raise BadInput(what, str(self.relation), "a limit keeps no strict inequality")
        if self.expected or self.probability != S.One:
            raise BadInput(what, "LimitIn", "it takes no probability and no mean: not judged")
        readable(what, Tuple(*self.relation.args))

    @property
    def expanded(self) -> Relational:
        return expanded(self.relation)

    @property
    def hides(self) -> tuple[Quantity, ...]:
        """The hidden constants that keep this claim from being compared, by name."""
        last = getattr(self.over, "last", None)
        found = quantities_in(self.relation, *(() if last is None else (last,)))
        return tuple(sorted((q for q in found if q.about is About.HIDDEN), key=str))

    @property
    def is_identity(self) -> bool:
        return isinstance(self.relation, Eq)


@dataclass(frozen=True)
class Law:
    """A scaling exponent: `of` behaves like along**exponent, at most (an upper bound), at least (a
    lower one) or exactly (two-sided), as `along` goes `to` oo or 0.

    of: an observable of the run, read at its largest, a quantity of the draw, or an expression in
    both that says when each is read: Largest(r), Last(r), r(0), r(100).
    to: need not be said of whole numbers, which grow. log_exponent: the power of log(along), or of
    log(1/along) towards 0, that goes with it.
    BadInput for what no run has a number for.
    """

    name: str
    of: Expr
    along: Quantity
    exponent: Rational
    at: str
    kind: Literal["at most", "at least", "exactly"] = "at most"
    log_exponent: Rational = Integer(0)
    to: Expr | None = None

    def __post_init__(self) -> None:
        where = f"law {self.name!r}"
        _address(where, self.at)
        quantities_in(self.of)
        readable(f"{where}: of", read(self.of))
        for name in ("exponent", "log_exponent"):
            value = sympify(getattr(self, name))
            object.__setattr__(self, name, value)
            if not value.is_Rational:
                raise BadInput(f"{where}: {name}", str(value), "it must be a rational number")
        if self.kind not in KINDS:
            raise BadInput(
                f"{where}: kind", self.kind, f"it may be {' or '.join(map(repr, KINDS))}"
            )
        grows = self.along.is_integer or self.along.about is About.INDEX
        end = oo if self.to is None and grows else sympify(self.to)
        object.__setattr__(self, "to", end)
        if end not in (S.Zero, oo):
            raise BadInput(f"{where}: to", end, f"say where {self.along} goes: to=0 or to=oo")

    @property
    def read(self) -> Expr:
        """What is read of a run, its moments written out."""
        return read(self.of)


@dataclass(frozen=True)
class Paper:
    """Where the statements stand: citation key, title, authors, year, venue, arXiv number with its
    version.

    beside: whole citations of other texts that statements are taken from.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    year: int
    venue: str
    arxiv: str = ""
    beside: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """Authors, venue and number in a line, and the texts beside it."""
        here = f"{', '.join(self.authors)}. {self.venue}{f', arXiv:{self.arxiv}' if self.arxiv else ''}."
        return " ".join([here, *(f"With {other}." for other in self.beside)])


@dataclass(frozen=True)
class Theorem:
    """One statement with its setting, hypotheses, claims, laws and the steps that link them."""

    statement: str
    says: str
    hypotheses: tuple[Hypothesis, ...]
    claims: tuple[Claim, ...]
    setting: Setting | None = None
    laws: tuple[Law, ...] = ()
    derivation: tuple[Step, ...] = ()
    witness: Witness | None = None
    form: Form = "as printed"
    scale: Scale = Scale()
    practice: Practice = Practice()
    choices: Mapping[Quantity, Expr] = field(
        default_factory=Frozen
    )  # letters left free by the statement: the value a check uses

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", Frozen(self.choices))
        if not self.claims:
            raise BadInput(
                f"{self.statement}: claims", self.claims, "a theorem without a claim says nothing"
            )
        if (
            any(q.about in (About.DRAW, About.TRAJECTORY) for q in self.quantities)
            and self.setting is None
        ):
            raise BadInput(
                f"{self.statement}: setting", None, "it speaks of training, so it needs a setting"
            )
        self._varied()
        names = [
            *(h.name for h in self.hypotheses),
            *(c.name for c in self.claims),
            *(w.name for w in self.laws),
        ]
        if twice := sorted({x for x in names if names.count(x) > 1}):
            raise BadInput(
                f"{self.statement}: name",
                twice[0],
                "names of hypotheses, claims and laws must differ",
            )
        for step in self.derivation:
            for x in (*getattr(step, "given", ()), getattr(step, "then", None)):
                if isinstance(x, Hypothesis | Claim) and x not in (*self.hypotheses, *self.claims):
                    raise BadInput(
                        f"{self.statement}: step {step.name!r}",
                        x.name,
                        "it rests on this, which the theorem does not state",
                    )

    def _varied(self) -> None:
        """BadInput for a letter that something goes along and no experiment can set."""
        sizes = (getattr(self.scale, x) for x in ("samples", "width", "step_size", "depth"))
        settable = {*sizes, self.scale.dimension, *self.choices} - {None}
        along = [(f"law {w.name!r}: along", w.along) for w in self.laws]
        along += [
            (f"claim {c.name!r}: over", c.over.letter)
            for c in self.claims
            if isinstance(c.over, LimitIn)
        ]
        along += [("practice: ladders", letter) for letter in self.practice.ladders]
        for where, letter in along:
            if letter not in settable:
                raise BadInput(
                    f"{self.statement}: {where}",
                    str(letter),
                    "no experiment can set it; name it in scale=Scale(...) or choices={...}",
                )
        if self.scale.width in self.practice.ladders:
            raise BadInput(
                f"{self.statement}: practice: ladders",
                str(self.scale.width),
                "the ladder of widths is practice: widths",
            )

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every quantity that the hypotheses, claims and laws mention, in order of level and
        letter.
        """
        relations = [*(h.relation for h in self.hypotheses), *(c.relation for c in self.claims)]
        found = quantities_in(*relations, *(c.probability for c in self.claims))
        found |= quantities_in(*(law.of for law in self.laws)) | {w.along for w in self.laws}
        found |= {c.over.letter for c in self.claims if isinstance(c.over, LimitIn)}
        found |= set(self.choices)
        return tuple(sorted(found, key=lambda q: (LEVELS.index(q.about), q.name)))

    @property
    def abbreviations(self) -> tuple[Defined, ...]:
        """The abbreviations that the hypotheses and claims use, those that others rest on first."""
        found: list[Defined] = []

        def visit(expression: Any) -> None:
            for short in sorted(sympify(expression).atoms(Defined), key=str):
                if short not in found:
                    visit(short.definition)
                    found.append(short)

        lasts = (last for c in self.claims if (last := getattr(c.over, "last", None)) is not None)
        for expression in (
            *(h.relation for h in self.hypotheses),
            *(c.relation for c in self.claims),
            *lasts,
        ):
            visit(expression)
        return tuple(found)
