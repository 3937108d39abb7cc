"""The records a theorem is made of: frozen, checked when built, each relation with its address in
the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sympy import Dummy, Eq, Expr, Integer, Rational, S, sympify
from sympy.core.relational import Relational

from theorems.language.configuration import Practice, Scale, Witness
from theorems.language.derivation import Step
from theorems.language.frozen import Frozen
from theorems.language.quantifier import Average, Best, Quantifier
from theorems.language.quantity import About, At, Defined, Quantity, expanded
from theorems.language.setting import Setting
from theorems.problem import BadInput

Form = Literal["as printed", "as corrected", "ours"]
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


def _address(field_name: str, at: str) -> None:
    if not at.strip():
        raise BadInput(
            f"{field_name}: at", at, "every relation needs its address, e.g. at='Theorem 4.1'"
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
    """A scaling exponent: `of` behaves like along**exponent, at most (an upper bound) or exactly
    (two-sided).

    `log_exponent` is the power of log(along) that goes with it.
    """

    name: str
    of: Quantity
    along: Quantity
    exponent: Rational
    at: str
    kind: Literal["at most", "exactly"] = "at most"
    log_exponent: Rational = Integer(0)

    def __post_init__(self) -> None:
        _address(f"law {self.name!r}", self.at)
        for name in ("exponent", "log_exponent"):
            value = sympify(getattr(self, name))
            object.__setattr__(self, name, value)
            if not value.is_Rational:
                raise BadInput(
                    f"law {self.name!r}: {name}", str(value), "it must be a rational number"
                )
        if self.kind not in ("at most", "exactly"):
            raise BadInput(
                f"law {self.name!r}: kind", self.kind, "it may be 'at most' or 'exactly'"
            )


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
        if self.witness is not None:
            self.witness.check(self.statement, self.scale, self._letters)
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

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every quantity that the hypotheses, claims and laws mention, in order of level and
        letter.
        """
        relations = [*(h.relation for h in self.hypotheses), *(c.relation for c in self.claims)]
        found = quantities_in(*relations, *(c.probability for c in self.claims))
        found |= {q for law in self.laws for q in (law.of, law.along)} | set(self.choices)
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

        lasts = (last for c in self.claims if (last := getattr(c.over, "last", None)) is not None)
        for expression in (
            *(h.relation for h in self.hypotheses),
            *(c.relation for c in self.claims),
            *lasts,
        ):
            visit(expression)
        return tuple(found)
