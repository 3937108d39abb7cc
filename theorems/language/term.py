"""A term: an expression over arrays with named axes, its arithmetic, and how it is written.

A term knows its axes, when its value becomes known (data, draw, trajectory), whether it can be
negative, and how it is written. It is evaluated by `sim`. Shapes are checked when it is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from sympy import Expr, sympify

from theorems.problem import BadInput


@dataclass(frozen=True)
class Axis:
    """What an array is indexed by; `size` is its length, in letters of the scale, where the run
    does not already know it.
    """

    name: str
    size: Expr | int | None = None

    def __post_init__(self) -> None:
        if self.size is not None:
            object.__setattr__(self, "size", sympify(self.size))
            self.length(self.size)

    def length(self, size: Any) -> Any:
        """The length, where letters have these values; BadInput for a number that is none."""
        if size.is_number and not (size.is_integer and size.is_positive):
            raise BadInput(f"axis {self.name}", size, "its length is a positive whole number")
        return size

    def __str__(self) -> str:
        return self.name


points = Axis("points")  # one a row of the data
inputs = Axis("inputs")  # coordinates of a row
neurons = Axis("neurons")  # of the one hidden layer
layers = Axis("layers")  # matrices of a deep network; always the first axis, and ragged
units = Axis("units")  # rows or columns of such a matrix

Moment = Literal["now", "start", "reference", ""]


@dataclass(frozen=True, eq=False)
class Term:
    """An operation by name on operands, with options that are no arrays, and the axes it has.

    Two terms are equal when they say the same.
    """

    operation: str
    operands: tuple[Term, ...] = ()
    options: tuple[Any, ...] = ()
    axes: tuple[Axis, ...] = ()
    nonnegative: bool = False
    moment: Moment = ""  # of a leaf that changes while training

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Everything that tells the term from others."""
        return (self.operation, tuple(o.key for o in self.operands), self.options, self.moment)

    @cached_property
    def _hash(self) -> int:
        return hash((self.operation, self.operands, self.options, self.moment))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Term) and self._hash == other._hash and self.key == other.key

    def __reduce__(self) -> Any:  # without what is cached: another process hashes otherwise
        said = (self.operation, self.operands, self.options)
        return Term, (*said, self.axes, self.nonnegative, self.moment)

    # Walking ----------------------------------------------------------------------------------

    def leaves(self) -> tuple[Term, ...]:
        """The leaves below, each once, or the term itself when it is one."""
        return self._leaves

    @cached_property
    def _leaves(self) -> tuple[Term, ...]:
        if not self.operands:
            return (self,)
        return tuple(dict.fromkeys(leaf for o in self.operands for leaf in o.leaves()))

    def all_terms(self) -> Iterator[Term]:
        """The term and all below it, operands first, each once."""
        seen: set[Term] = set()

        def visit(term: Term) -> Iterator[Term]:
            if term not in seen:
                seen.add(term)
                for operand in term.operands:
                    yield from visit(operand)
                yield term

        yield from visit(self)

    def replaced(self, table: dict[Term, Term]) -> Term:
        """The term with other terms in the place of some."""
        if self in table:
            return table[self]
        if not self.operands:
            return self
        operands = tuple(o.replaced(table) for o in self.operands)
        return self if operands == self.operands else rebuild(self, operands)

    @cached_property
    def start(self) -> Term:
        """The same of the initialization, which the reference run shares."""
        return self._read(("now", "reference"), "start")

    @cached_property
    def reference(self) -> Term:
        """The same of the setting's reference run, at the same step; BadInput for what is read on it
        already.
        """
        if any(leaf.moment == "reference" for leaf in self.leaves()):
            raise BadInput("reference", self.text, "it is read on the reference run already")
        return self._read(("now",), "reference")

    def _read(self, moments: tuple[Moment, ...], moment: Moment) -> Term:
        moved = {leaf: _at(leaf, moment) for leaf in self.leaves() if leaf.moment in moments}
        return self.replaced(moved) if moved else self

    @cached_property
    def called(self) -> bool:
        """Whether the value depends on the argument with which the measurement is called."""
        if self.operation == "least_fixed_point":
            return False
        return self.operation == "argument" or any(o.called for o in self.operands)

    # Arithmetic -------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Term:
        return elementwise("add", self, other)

    def __radd__(self, other: Any) -> Term:
        return elementwise("add", other, self)

    def __sub__(self, other: Any) -> Term:
        return elementwise("subtract", self, other)

    def __rsub__(self, other: Any) -> Term:
        return elementwise("subtract", other, self)

    def __mul__(self, other: Any) -> Term:
        return elementwise("multiply", self, other)

    def __rmul__(self, other: Any) -> Term:
        return elementwise("multiply", other, self)

    def __truediv__(self, other: Any) -> Term:
        return elementwise("divide", self, other)

    def __rtruediv__(self, other: Any) -> Term:
        return elementwise("divide", other, self)

    def __neg__(self) -> Term:
        return elementwise("multiply", -1, self)

    def __pow__(self, exponent: Any) -> Term:
        power = lifted(exponent)
        even = power.operation == "number" and bool((power.options[0] / 2).is_integer)
        if power.axes not in ((), self.axes):
            raise BadInput("measurement", shapes("**", self, power), "their axes do not match")
        return make("power", (self, power), (), self.axes, self.nonnegative or even)

    def __ge__(self, other: Any) -> Term:
        return elementwise("at_least", self, other, True)

    def __le__(self, other: Any) -> Term:
        return elementwise("at_least", other, self, True)

    def __gt__(self, other: Any) -> Term:
        return elementwise("exceeds", self, other, True)

    def __lt__(self, other: Any) -> Term:
        return elementwise("exceeds", other, self, True)

    def __bool__(self) -> bool:
        raise BadInput(
            "measurement", self.text, "an array of comparisons is neither true nor false"
        )

    def __matmul__(self, other: Any) -> Term:
        other = lifted(other)
        a, b = own_axes(self.axes), own_axes(other.axes)
        if not a or not b or a[-1] != b[0]:
            raise BadInput("measurement", shapes("@", self, other), "the axes in the middle differ")
        many = (layers,) if layers in (*self.axes, *other.axes) else ()
        return make("matmul", (self, other), (), (*many, *a[:-1], *b[1:]))

    @property
    def T(self) -> Term:
        """The transposed matrix, or matrices."""
        own = own_axes(self.axes)
        if len(own) != 2:
            raise BadInput("measurement", shapes("T", self), "only a matrix can be transposed")
        many = self.axes[: len(self.axes) - 2]
        return make("transpose", (self,), (), (*many, own[1], own[0]), self.nonnegative)

    # Writing ----------------------------------------------------------------------------------

    @cached_property
    def text(self) -> str:
        """The definition as it stands in a theorem file."""
        return written(self)

    @cached_property
    def identity(self) -> str:
        """The definition with the meanings of its letters: two papers' m are not one letter."""
        numbers = [t.options[0] for t in self.leaves() if t.operation == "number"]
        sizes = [a.size for t in self.leaves() for a in t.axes if a.size is not None]
        letters = set().union(*(e.free_symbols for e in (*numbers, *sizes)))
        words = sorted(f"{q}: {getattr(q, 'meaning', '')}" for q in letters)
        return "; ".join([self.text, *words])

    def __repr__(self) -> str:
        return self.text


def own_axes(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The axes of one layer's array."""
    return axes[1:] if axes[:1] == (layers,) else axes


def shapes(sign: str, *terms: Term) -> str:
    return f" {sign} ".join(f"({', '.join(map(str, t.axes))})" for t in terms)


def make(
    operation: str,
    operands: tuple[Term, ...],
    options: tuple[Any, ...],
    axes: tuple[Axis, ...],
    nonnegative: bool = False,
) -> Term:
    return Term(operation, tuple(map(lifted, operands)), options, axes, nonnegative)


def lifted(value: Any) -> Term:
    """A number, or an expression in letters of the scale, as a term; BadInput for anything else."""
    if isinstance(value, Term):
        return value
    try:
        expression = sympify(value, strict=True)
    except Exception:
        raise BadInput("measurement", value, "it must be a term, a number or a letter") from None
    return Term("number", (), (expression,), (), bool(expression.is_nonnegative))


KEEPS_SIGN = frozenset(("add", "multiply", "divide", "smaller", "larger"))


def elementwise(operation: str, a: Any, b: Any, nonnegative: bool = False) -> Term:
    """Both operands entry by entry; axes are matched by name, and the larger one has them all."""
    a, b = lifted(a), lifted(b)
    big, small = (a, b) if len(a.axes) >= len(b.axes) else (b, a)
    twice = len(set(big.axes)) < len(big.axes)
    fits = small.axes in ((), big.axes) or (small.axes == (layers,) and big.axes[:1] == (layers,))
    if not fits and (twice or not set(small.axes) <= set(big.axes)):
        raise BadInput("measurement", shapes(operation, a, b), "their axes do not match by name")
    both = operation in KEEPS_SIGN and a.nonnegative and b.nonnegative
    same = operation == "multiply" and a == b
    return make(operation, (a, b), (), big.axes, nonnegative or both or same)


def _at(leaf: Term, moment: Moment) -> Term:
    return Term(leaf.operation, leaf.operands, leaf.options, leaf.axes, leaf.nonnegative, moment)


def rebuild(term: Term, operands: tuple[Term, ...]) -> Term:
    """The same operation on other operands of the same axes."""
    axes = term.axes
    if len(operands) == 2 and term.operation in ELEMENTWISE:
        return elementwise(term.operation, *operands, nonnegative=term.nonnegative)
    return Term(term.operation, operands, term.options, axes, term.nonnegative, term.moment)


ELEMENTWISE = frozenset(
    ("add", "subtract", "multiply", "divide", "at_least", "exceeds", "differ", "smaller", "larger")
)  # entry by entry, two operands

OF_ZERO = frozenset(
    ("transpose", "total", "mean", "most", "least", "norm", "abs", "sqrt", "relu", "tanh", "sign",
     "spectral", "least_singular_value", "least_eigenvalue", "greatest_eigenvalue", "below",
     "above", "first", "last")
)  # fmt: skip  # which are zero where their operand is


def none_at_start(term: Term) -> bool:
    """Whether the structure shows that it is zero at the start: what has moved since then, and the
    sum of the steps so far.
    """
    return _zero(term.start)


def _zero(term: Term) -> bool:
    op, args = term.operation, term.operands
    if op == "number":
        return bool(term.options[0].is_zero)
    if op == "so_far":
        return bool(term.options[0] == "total")
    if op in ("multiply", "matmul"):
        return any(map(_zero, args))
    if op == "subtract" and args[0] == args[1]:
        return True
    if op in ("divide", "power") and args[1].operation == "number":
        number = args[1].options[0]
        return _zero(args[0]) and bool(number.is_positive or (op == "divide" and number.is_nonzero))
    return bool(args) and (op in OF_ZERO or op in ("add", "subtract")) and all(map(_zero, args))


# Writing --------------------------------------------------------------------------------------

SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "matmul": "@",
         "at_least": ">=", "exceeds": ">", "power": "**"}  # fmt: skip
BINDS = {"at_least": 0, "exceeds": 0, "add": 1, "subtract": 1, "multiply": 2, "divide": 2,
         "matmul": 2, "power": 3}  # fmt: skip
READ = {"now": "", "start": "(0)", "reference": "(ref)"}  # at which moment a leaf is read
LAWS = {"standard_normal": "normal", "rademacher": "signs", "coupled": "paired_signs"}


def written(term: Term) -> str:
    """The term in the words of a theorem file."""
    op, args = term.operation, term.operands
    if op == "number":
        return str(term.options[0])
    if op in ("parameter", "loss"):
        return f"{term.options[0] if term.options else op}{READ[term.moment]}"
    if op in ("rows", "labels"):
        return {"rows": "x", "labels": "y"}[op]
    if op in ("law", "drawn"):
        return LAWS.get(term.options[-1], str(term.options[-1]))
    if op == "transpose":
        return f"{_inside(args[0], 4)}.T"
    if op in SIGNS:
        level = BINDS[op]
        return f"{_inside(args[0], level)} {SIGNS[op]} {_inside(args[1], level + 1)}"
    words = [a.text for a in args] + [str(o) for o in term.options if o is not None]
    return f"{op}({', '.join(words)})" if words else op


def _inside(term: Term, level: int) -> str:
    here = BINDS.get(term.operation, 5)
    if term.operation == "number" and not term.options[0].is_Atom:
        here = 1
    return f"({term.text})" if here < level else term.text
