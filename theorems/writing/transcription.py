"""The second typing: every relation of a paper once more, as plain text, compared exactly with the
declarations.

It stands in `transcription/KEY.txt` beside the theorem file, one section [Statement] each:

    let R = sqrt(2 pi) delta lambda_0/(16 n^2)
    wide enough: m >= C_m n^6/(lambda_0^4 delta^3)
    residual decays: r(k)^2 <= (1 - eta lambda_0/2)^k r(0)^2; every k; probability 1 - delta
    movement shrinks: travel ~ m^(-1/2); at most
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sympy
from sympy import Expr, S
from sympy.core.relational import Relational
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

from theorems.language.paper_file import PaperFile
from theorems.writing.card import law_order, quantifier
from theorems.writing.notation import text
from theorems.language.moment import Largest, Last, Moment
from theorems.language.quantifier import QUANTIFIERS, Each, LimitIn
from theorems.language.quantity import At, Observable, Quantity, expanded
from theorems.language.statement import Claim, Hypothesis, Law, Theorem
from theorems.writing.typed_setting import same_setting
from theorems.problem import BadInput, unknown

RULES = (*standard_transformations, implicit_multiplication, convert_xor)
RELATION = re.compile(r"<=|>=|<|>|=")
MADE = {"<=": sympy.Le, ">=": sympy.Ge, "<": sympy.Lt, ">": sympy.Gt, "=": sympy.Eq}
MIRROR = {">=": "<=", ">": "<"}
WORD = {q.typed: q for q in QUANTIFIERS}
BOUND = re.compile(
    rf"(?P<how>{'|'.join(WORD)}) (?P<index>\w+)(?: from (?P<first>\d+))?"
    r"(?: <=? (?P<last>.+?))?(?P<separately> separately)?"
)
WORDS = {
    w: getattr(sympy, w) for w in ("sqrt", "log", "exp", "pi", "Max", "Min", "erf", "oo", "ceiling")
}

MOMENTS = {"Largest": Largest, "Last": Last}


@dataclass(frozen=True)
class Typed:
    """One relation's comparison: what was declared, what was typed, and whether they agree."""

    statement: str
    name: str
    declared: str
    typed: str | None
    agrees: bool


def sections(path: Path) -> dict[str, dict[str, str]]:
    """Statement -> name -> line, as typed; BadInput for a line that is neither a section, a let,
    nor `name: relation`.
    """
    found: dict[str, dict[str, str]] = {}
    for number, raw in enumerate(
        path.read_text(encoding="utf-8").splitlines() if path.is_file() else [], 1
    ):
        line = raw.split("#")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            here = found.setdefault(line[1:-1], {})
        elif line:
            name, mark, rest = line.partition("=" if line.startswith("let ") else ":")
            if not mark or not found:
                raise BadInput(
                    f"{path.name}, line {number}",
                    line,
                    "it must be [Statement], let X = ..., or name: relation",
                )
            here[name.strip()] = rest.strip()
    return found


def second_typing(file: PaperFile) -> tuple[Typed, ...]:
    """Every hypothesis, claim, law and setting of the file against its second typing."""
    typed = sections(path_of(file))
    return tuple(x for t in file.theorems for x in compare_statement(t, typed.get(t.statement, {})))


def path_of(file: PaperFile) -> Path:
    """Where the second typing of a theorem file stands."""
    return file.path.parent / "transcription" / f"{file.path.stem}.txt"


def compare_statement(theorem: Theorem, lines: Mapping[str, str]) -> Iterator[Typed]:
    """One statement against the lines of its section."""
    lets = tuple(
        (name.removeprefix("let ").strip(), body)
        for name, body in lines.items()
        if name.startswith("let ")
    )
    relations: tuple[Hypothesis | Claim | Law, ...] = (
        *theorem.hypotheses,
        *theorem.claims,
        *theorem.laws,
    )
    for x in relations:
        line = lines.get(x.name)
        yield Typed(
            theorem.statement,
            x.name,
            _shown(x),
            line,
            line is not None and agrees(x, line, lets, theorem.quantities),
        )
    known = {x.name for x in relations} | {"setting"}
    for name, line in lines.items():
        if name not in known and not name.startswith("let "):
            yield Typed(theorem.statement, name, "not declared", line, False)
    if theorem.setting is not None:
        line = lines.get("setting")
        agrees_too = line is not None and same_setting(
            theorem.setting,
            line,
            (*theorem.quantities, *filter(None, vars(theorem.scale).values())),
        )
        yield Typed(theorem.statement, "setting", theorem.setting.text, line, agrees_too)


def disagreement(theorem: Theorem, lines: Mapping[str, str]) -> str:
    """The first line that disagrees, or that cannot even be read with the theorem's letters; empty
    when all agree.
    """
    try:
        return next(
            (f"typed: {x.typed}" for x in compare_statement(theorem, lines) if not x.agrees), ""
        )
    except BadInput as error:
        return str(error)


def _shown(x: Any) -> str:
    if isinstance(x, Law):
        return f"{text(x.of)} ~ {law_order(x)}; {x.kind}"
    return "; ".join(filter(None, (text(x.relation), quantifier(x))))


@cache
def agrees(
    x: Hypothesis | Claim | Law,
    line: str,
    lets: tuple[tuple[str, str], ...],
    letters: tuple[Quantity, ...],
) -> bool:
    """Whether the typed line says exactly what is declared; BadInput for a line that cannot be
    read.
    """
    relation, *words = (part.strip() for part in line.split(";"))
    names: dict[str, Any] = {str(q): q for q in letters}
    for name, body in lets:
        names[name] = _parse(body, names)
    if isinstance(x, Law):
        left, _, right = relation.partition("~")
        down = x.to is S.Zero
        order = x.along**x.exponent * sympy.log(1 / x.along if down else x.along) ** x.log_exponent
        return (
            expanded(_parse(left, names)) == expanded(x.of)
            and same(_parse(right, names), order)
            and words == [x.kind, *([f"as {x.along} -> 0"] if down else [])]
        )
    mark = RELATION.search(relation)
    if mark is None:
        raise BadInput("transcription", line, "it holds no relation")
    left, right = _parse(relation[: mark.start()], names), _parse(relation[mark.end() :], names)
    return _same_relation(x.relation, left, mark.group(), right) and _same_words(x, words, names)


def _parse(line: str, names: Mapping[str, Any]) -> Expr:
    words = set(re.findall(r"[^\W\d]\w*", line))
    if strange := sorted(words - names.keys() - WORDS.keys() - MOMENTS.keys()):
        raise unknown("transcription: letter", strange[0], {*names, *WORDS})
    if (
        not re.fullmatch(r"[\w\s+\-*/^().,]*", line)
        or "__" in line
        or re.search(r"\.\s*[^\W\d]", line)
    ):
        raise BadInput(
            "transcription", line, "it may hold letters, numbers, + - * / ^ ( ) and commas"
        )
    called = {q for q in names.values() if isinstance(q, Observable)}
    for q in called:  # r(k) is a value of r, not r times k
        line = re.sub(rf"\b{q}\(", f"{q}_at(", line)
    values = {f"{q}_at": lambda argument, q=q: q(argument) for q in called}
    try:
        return parse_expr(
            line, local_dict={**WORDS, **MOMENTS, **names, **values}, transformations=RULES
        )
    except Exception as error:
        raise BadInput(
            "transcription", line, f"it cannot be read: {type(error).__name__}"
        ) from None


def same(a: Expr, b: Expr) -> bool:
    """Whether two expressions are equal for all values of their letters, as far as SymPy can show."""
    a, b = expanded(a), expanded(b)
    if any(e.has(S.ComplexInfinity, S.NaN, sympy.Float) for e in (a, b)):
        return False
    if a != b and not _near(a, b):
        return False
    return bool(a == b or sympy.simplify(a - b) == 0 or sympy.simplify(sympy.powdenest(a / b)) == 1)


def _near(a: Expr, b: Expr) -> bool:
    """Whether they agree in numbers at one point: a quick no."""
    gap = (a - b).xreplace({c: sympy.Symbol(str(c)) for c in (a - b).atoms(At, Moment)})
    at = {
        s: sympy.Rational(7 + 3 * i, 2 if s.is_integer is not True else 1)
        / (100 if getattr(s, "below", None) else 1)
        for i, s in enumerate(sorted(gap.free_symbols, key=str))
    }
    value = gap.xreplace(at).evalf(30)
    return not value.is_number or bool(abs(value) < 1e-20)


def _same_relation(declared: Relational, left: Expr, op: str, right: Expr) -> bool:
    a, b, mine = declared.lhs, declared.rhs, {"==": "="}.get(declared.rel_op, declared.rel_op)
    if mine in MIRROR:
        a, b, mine = b, a, MIRROR[mine]
    if op in MIRROR:
        left, right, op = right, left, MIRROR[op]
    return mine == op and (
        (same(a, left) and same(b, right)) or (op == "=" and same(a, right) and same(b, left))
    )


def _same_words(x: Claim | Hypothesis, words: list[str], names: Mapping[str, Any]) -> bool:
    """Quantifier, `mean`, `probability P` and `scale S`, in any order, each where it is declared."""
    rest = list(words)
    probability, scale = (_taken(f"{word} ", rest, names) for word in ("probability", "scale"))
    if getattr(x, "expected", False) != ("mean" in rest):
        return False
    bound = [word for word in rest if word != "mean"]
    return (
        same(probability or S.One, getattr(x, "probability", S.One))
        and _same_or_none(scale, x.scale)
        and len(bound) == (x.over is not None)
        and all(_same_bound(x.over, w, names) for w in bound)
    )


def _taken(word: str, rest: list[str], names: Mapping[str, Any]) -> Expr | None:
    """What stands behind a word, which is taken out of the rest; None where it is not there."""
    for found in [w for w in rest if w.startswith(word)]:
        rest.remove(found)
        return _parse(found.removeprefix(word), names)
    return None


def _same_or_none(typed: Expr | None, declared: Expr | None) -> bool:
    if typed is None or declared is None:
        return typed is declared
    return same(typed, declared)


def _same_bound(over: Any, word: str, names: Mapping[str, Any]) -> bool:
    """`every k`, `every k from 1 <= LAST separately`, `average over k < LAST`, `best k <= LAST`,
    `some k <= LAST`, `limit in k`, or `as alpha -> 0`.
    """
    if isinstance(over, LimitIn):
        return word == f"as {over.letter} -> {over.to}"
    found = BOUND.fullmatch(word)
    if not found or WORD[found["how"]] is not type(over) or found["index"] != str(over.index):
        return False
    apart = isinstance(over, Each) and over.separately
    return (
        int(found["first"] or 0) == over.starts
        and (found["separately"] is not None) == apart
        and _same_or_none(_parse(found["last"], names) if found["last"] else None, over.ends)
    )
