"""The records a theorem is made of: frozen, checked when built, each relation with its address in
the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sympy import Eq, Expr, Integer, Rational, S, Tuple, oo, sympify
from sympy.core.relational import Relational

from theorems.language.configuration import Practice, Scale, Witness
from theorems.language.derivation import Step
from theorems.language.frozen import Frozen
from theorems.language.grammar import (
    FORMS,
    LEVELS,
    OPS,
    address,
    agreeing,
    bound,
    indices,
    is_relation,
    latest,
    promised,
    quantities_in,
    scaled,
    unlimited,
)
from theorems.language.moment import read, readable
from theorems.language.quantifier import Each, Limit, LimitIn, Quantifier
from theorems.language.quantity import About, Defined, Quantity, expanded
from theorems.language.setting import Setting
from theorems.problem import BadInput, unknown

Form = Literal["as printed", "as corrected", "ours"]
KINDS = ("at most", "at least", "exactly")
MEASURED = (About.DRAW, About.TRAJECTORY)


@dataclass(frozen=True)
class Hypothesis:
    """A condition of the theorem; `about` (the latest level it mentions) says when and how it can
    be decided.

    over: how its step is bound; every step from 0 on, unless it says otherwise. scale: the size
    beside which a measured equation with 0 is read.
    """

    name: str
    relation: Relational
    at: str
    form: Form = "as printed"
    over: Quantifier | None = None
    scale: Expr | None = None

    def __post_init__(self) -> None:
        what = f"hypothesis {self.name!r}"
        is_relation(what, self.relation)
        address(what, self.at)
        _form(what, self.form)
        here = sorted(indices(self.relation), key=str)
        if self.over is None and len(here) == 1:
            object.__setattr__(self, "over", Each(here[0]))
        bound(what, self.relation, self.over)
        unlimited(what, self.over)
        object.__setattr__(self, "scale", None if self.scale is None else sympify(self.scale))
        scaled(what, self.relation, self.scale, self.about in MEASURED)

    @property
    def expanded(self) -> Relational:
        return expanded(self.relation)

    @property
    def about(self) -> About:
        return latest(self.relation)

    @property
    def hides(self) -> tuple[Quantity, ...]:
        """The hidden constants that keep this hypothesis open, by name."""
        return _hidden(self)


@dataclass(frozen=True)
class Claim:
    """What then holds: `over` binds the step or time, `probability` is over the initialization (1:
    always).

    An equation is an identity, tested to the accuracy of the run; `scale` is the size beside which
    one with 0 is read. `expected=True` says that the relation is about the mean over the
    initialization, not about each draw.
    """

    name: str
    relation: Relational
    at: str
    over: Quantifier | None = None
    probability: Expr = S.One
    form: Form = "as printed"
    expected: bool = False
    scale: Expr | None = None

    def __post_init__(self) -> None:
        what = f"claim {self.name!r}"
        is_relation(what, self.relation, OPS)
        address(what, self.at)
        _form(what, self.form)
        object.__setattr__(self, "probability", sympify(self.probability))
        if isinstance(self.over, LimitIn):
            self._in_the_limit(what)
            return
        bound(what, self.relation, self.over)
        promised(what, self.probability)
        agreeing(what, self.over, self.probability, self.expected)
        object.__setattr__(self, "scale", None if self.scale is None else sympify(self.scale))
        measured = latest(self.relation) in MEASURED and not isinstance(self.over, Limit)
        scaled(what, self.relation, self.scale, measured)
        if self.expected and latest(self.relation) not in MEASURED:
            raise BadInput(f"{what}: expected", str(self.relation), "nothing in it is drawn")

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
    def about(self) -> About:
        """The latest level it mentions."""
        return latest(self.relation)

    @property
    def hides(self) -> tuple[Quantity, ...]:
        """The hidden constants that keep this claim from being compared, by name."""
        return _hidden(self)

    @property
    def is_identity(self) -> bool:
        return isinstance(self.relation, Eq)


def _form(field: str, form: str) -> None:
    if form not in FORMS:
        raise unknown(f"{field}: form", form, FORMS)


def _hidden(stated: Hypothesis | Claim) -> tuple[Quantity, ...]:
    last = None if stated.over is None else stated.over.ends
    found = quantities_in(stated.relation, *(e for e in (last, stated.scale) if e is not None))
    return tuple(sorted((q for q in found if q.about is About.HIDDEN), key=str))


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
        address(where, self.at)
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
        chosen = {q: sympify(v) for q, v in self.choices.items()}
        object.__setattr__(self, "choices", Frozen(chosen))
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
        if self.witness is not None:
            self.witness.check(self.statement, self.scale, self._letters)
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
            self._rests(step)

    def _rests(self, step: Step) -> None:
        """BadInput for what is no step, and for one that names what the theorem does not state."""
        if not isinstance(step, Step):
            raise BadInput(
                f"{self.statement}: derivation",
                type(step).__name__,
                "a step is an Identity, an Implication, ...",
            )
        for x in step.named:
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
    def _letters(self) -> frozenset[Quantity]:
        """Every letter that an experimenter could mean: of the relations, the scale, the setting."""
        s = self.setting
        numbers = () if s is None else s.numbers
        sizes = {q for q in vars(self.scale).values() if q is not None}
        return frozenset({*self.quantities, *sizes, *quantities_in(*numbers)})

    @property
    def abbreviations(self) -> tuple[Defined, ...]:
        """The abbreviations that the hypotheses and claims use, those that others rest on first."""
        found: list[Defined] = []

        def visit(expression: Any) -> None:
            for short in sorted(sympify(expression).atoms(Defined), key=str):
                if short not in found:
                    visit(short.definition)
                    found.append(short)

        lasts = (
            last for c in self.claims if (last := (c.over.ends if c.over else None)) is not None
        )
        for expression in (
            *(h.relation for h in self.hypotheses),
            *(c.relation for c in self.claims),
            *lasts,
        ):
            visit(expression)
        return tuple(found)
