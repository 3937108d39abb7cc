"""A setting typed a second time: read as arithmetic and a few words, compared part by part.

`f = a @ relu(w @ x.T) / sqrt(m); train w; w ~ normal; a ~ signs; loss norm(f - y)**2 / 2; METHOD`
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, S

from theorems.language import measurement as words
from theorems.language.initialization import bound_laws
from theorems.language.measurement import Term, lifted
from theorems.language.setting import Setting, short
from theorems.language.term import ELEMENTWISE, SIGNS
from theorems.problem import BadInput, unknown

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": words.relu, "tanh": words.tanh, "softplus": words.softplus, "norm": words.norm, "sum": words.total,
    "exp": words.exponential, "deep": words.feed_forward, "equilibrium": words.equilibrium,
    "kernel": words.mean_absolute_product, "by_layer": words.by_layer, "min": words.smaller,
    "linearized": words.linearized, "indicator": words.indicator, "cos": words.cosine_of,
    "gradient": words.gradient, "spectral": words.spectral, "identity": words.identity,
    "least_eigenvalue": words.least_eigenvalue, "right_vector": words.right_vector,
    "ratchet": lambda term, *numbers: words.so_far("ratchet", term, *numbers), "max": words.most,
}  # fmt: skip
NAMES: dict[str, Any] = {
    "x": words.rows, "y": words.labels, "normal": words.normal, "signs": words.signs,
    "paired_signs": words.paired_signs, "orthogonal": words.orthogonal, "eta_k": words.step_size,
    "inputs": words.inputs, "layers": words.layers, "neurons": words.neurons,
    "points": words.points, "unit_matrix": words.unit_matrix, "loss": words.training_loss,
}  # fmt: skip
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b, ast.Pow: lambda a, b: a**b, ast.MatMult: lambda a, b: a @ b,
}  # fmt: skip


# operations of the language that are no words of it
OWN = {"transpose", *SIGNS, *ELEMENTWISE, *words.ENTRYWISE}


@dataclass(frozen=True)
class Part:
    """An operation of a file of parts, written as a call; what axes it has, the setting tells."""

    uses: tuple[Term, ...]

    def __call__(self, *operands: Any) -> Term:
        given = tuple(map(lifted, operands))
        axes = [o.axes for o in given]
        like = next((t for t in self.uses if [o.axes for o in t.operands] == axes), self.uses[0])
        return Term(like.operation, given, like.options, like.axes, like.nonnegative)


def parts_of(s: Setting) -> dict[str, Part]:
    """What a setting uses of a file of parts, by name."""
    terms = [*s.start.values(), s.loss, *([s.outputs] if s.outputs is not None else [])]
    found: dict[str, tuple[Term, ...]] = {}
    for t in (t for term in terms for t in term.all_terms()):
        if t.operands and t.operation not in OWN and not hasattr(words, t.operation):
            found[t.operation] = (*found.get(t.operation, ()), t)
    return {name: Part(uses) for name, uses in found.items()}


def parsed(text: str, names: Mapping[str, Any]) -> Any:
    """A term or an expression from its text; nothing in it is executed. BadInput for what is none."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise BadInput("transcription: setting", text, "it is no arithmetic") from None
    return _read(tree, {**NAMES, **names})


def _read(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() as number):
            return sympy.Integer(number)
        case ast.Constant(value=str() as word):
            return word
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Name(id=name):
            raise unknown("transcription: setting", name, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            return BINARY[type(op)](_read(left, names), _read(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_read(operand, names)
        case ast.Attribute(value=value, attr="T" | "start" as which):
            return getattr(_read(value, names), which)
        case ast.Call(func=ast.Name(id="sqrt"), args=[one]):
            return sympy.sqrt(_read(one, names))
        case ast.Call(func=ast.Name(id=name), args=args) if called := _function(name, names):
            return called(*(_read(a, names) for a in args))
    raise BadInput("transcription: setting", ast.unparse(node), "only arithmetic may stand here")


def _function(name: str, names: Mapping[str, Any]) -> Callable[..., Any] | None:
    """What a name that is called stands for: a word of the language, or an operation of a part."""
    part = names.get(name)
    return FUNCTIONS.get(name, part if isinstance(part, Part) else None)


def same_setting(s: Setting, line: str, letters: tuple[Any, ...]) -> bool:
    """Whether the typed line says what the setting declares, its reference run after `beside`."""
    names: dict[str, Any] = {**parts_of(s), **{str(q): q for q in letters}}
    names |= {str(p.options[0]): p for p in s.parameters}
    own, _, other = line.partition("; beside ")
    laws = {str(p.options[0]): (p, law) for p, law in s.start.items()}
    typed = _typed(own)
    same = set(typed) == {*_heads(s), *laws} and _same_run(s, typed, names)
    same = same and all(equal(_law(typed[n], p, names), law) for n, (p, law) in laws.items())
    if not same or s.reference is None:
        return same and not other
    beside = _typed(other)
    return set(beside) == _heads(s.reference) and _same_run(s.reference, beside, names, s.outputs)


def _typed(line: str) -> dict[str, str]:
    """What is typed for each head; the last part is the method."""
    parts = [part.strip() for part in line.split(";")]
    typed: dict[str, str] = {"method": parts.pop()}
    for part in parts:
        head, sign, rest = part.partition(" = " if part.startswith("f = ") else " ~ ")
        if not sign:
            head, _, rest = part.partition(" ")
        typed[head] = rest
    return typed


def _heads(s: Setting) -> set[str]:
    return {"train", "loss", "method", *({"f"} if s.outputs is not None else ())}


def _same_run(
    s: Setting, typed: Mapping[str, str], names: Mapping[str, Any], f: Term | None = None
) -> bool:
    """Whether outputs, loss and method are those typed; f: of the run that this one is beside."""
    loss = s.loss if s.outputs is None else s.loss.replaced({s.outputs: short(s.outputs)})
    outputs = s.outputs if s.outputs is None or f is None else s.outputs.replaced({f: short(f)})
    inside = names if s.outputs is None else {**names, "f": short(s.outputs)}
    beside = names if f is None else {**names, "f": short(f)}
    return (
        typed["train"] == ", ".join(str(p.options[0]) for p in s.trained)
        and equal(parsed(typed["loss"], inside), loss)
        and _same_method(typed["method"], s, inside)
        and (outputs is None or equal(parsed(typed["f"], beside), outputs))
    )


def _law(text: str, of: Term, names: Mapping[str, Any]) -> Term:
    return bound_laws(lifted(parsed(text, names)), of)


def _same_method(text: str, s: Setting, names: Mapping[str, Any]) -> bool:
    name, _, step = text.partition(", step ")
    if not step:
        return text == s.method.text
    return name == "gradient descent" and equal(
        parsed(step, names), getattr(s.method, "step", None)
    )


def equal(a: Any, b: Any) -> bool:
    """Whether two terms are the same but for how their numbers are written and where they stand."""
    if b is None:
        return False
    (p, one), (q, two) = factored(lifted(a)), factored(lifted(b))
    if sympy.simplify(p - q) != 0:
        return False
    if (one is None) or (two is None):
        return one is two
    same = (one.operation, one.options, one.moment) == (two.operation, two.options, two.moment)
    if not same or len(one.operands) != len(two.operands):
        return False
    return all(equal(x, y) for x, y in zip(one.operands, two.operands, strict=True))


def factored(term: Term) -> tuple[Expr, Term | None]:
    """The number in front of a term, and the rest; None where the term is a number."""
    op, args = term.operation, term.operands
    if op == "number":
        return term.options[0], None
    if op in ("multiply", "divide"):
        (p, one), (q, two) = map(factored, args)
        number = p * q if op == "multiply" else p / q
        if two is None:
            return number, one
        if one is None and op == "multiply":
            return number, two
        return number, Term(op, (lifted(1) if one is None else one, two), (), term.axes)
    if op == "matmul":
        (p, one), (q, two) = map(factored, args)
        if one is not None and two is not None:
            return p * q, Term(op, (one, two), (), term.axes)
    return S.One, term
