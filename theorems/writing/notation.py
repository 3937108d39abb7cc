"""Expressions as a theorist writes them: one line of Unicode for the terminal, LaTeX for a page."""

from __future__ import annotations

import re
from typing import Any

import sympy
from sympy import Expr, Integer
from sympy.core.relational import Relational
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from theorems.language.quantity import At, Quantity

SUPERSCRIPT = str.maketrans("0123456789-+kt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵏᵗ")
SIGNS = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "==": "=", "!=": "≠"}


class _Unicode(StrPrinter):
    """SymPy's string printer with √, ·, superscripts and the quantities' own signs."""

    printmethod = "_unicode"

    def _print_Quantity(self, q: Quantity) -> str:
        return q.text.replace("({})", "")

    _print_Observable = _print_Defined = _print_Quantity

    def _print_At(self, at: At) -> str:
        inside = self._print(at.argument)
        text = at.observable.text
        return text.replace("{}", inside) if "{}" in text else f"{text}({inside})"

    def _print_Pi(self, _: Any) -> str:
        return "π"

    def _print_Infinity(self, _: Any) -> str:
        return "∞"

    def _print_Relational(self, r: Relational) -> str:
        return f"{self._print(r.lhs)} {SIGNS[r.rel_op]} {self._print(r.rhs)}"

    def _print_Pow(self, e: Expr, rational: bool = False) -> str:
        base, power = e.as_base_exp() if e.exp.is_negative is not True else (e.base, e.exp)
        if power.is_Rational and power.is_negative:
            return f"1/{self._factor(1 / e)}"
        if power == sympy.Rational(1, 2):
            inner = self._print(base)
            return f"√{inner}" if base.is_Atom and len(inner) <= 3 else f"√({inner})"
        inner = self._base(base)
        exponent = self._print(power)
        raised = exponent.translate(SUPERSCRIPT)
        return (
            inner + raised
            if all(c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵏᵗ" for c in raised)
            else f"{inner}^({exponent})"
        )

    def _base(self, base: Expr) -> str:
        text = self._print(base)
        plain = isinstance(base, Quantity | At) or (base.is_Integer and base.is_nonnegative)
        return text if plain and not text.endswith("²") else f"({text})"

    def _factor(self, e: Expr) -> str:
        text = self._print(e)
        return f"({text})" if precedence(e) <= PRECEDENCE["Mul"] and not e.is_Pow else text

    def _print_Mul(self, e: Expr) -> str:
        sign, e = ("-", -e) if e.could_extract_minus_sign() and e.args[0].is_number else ("", e)
        top, bottom = [], []
        for factor in e.as_ordered_factors():
            power = factor.exp if factor.is_Pow else Integer(1)
            if factor.is_Rational:
                top += [Integer(factor.p)] if factor.p != 1 else []
                bottom += [Integer(factor.q)] if factor.q != 1 else []
            elif power.is_Rational and power.is_negative and factor.base is not sympy.E:
                bottom.append(1 / factor)
            else:
                top.append(factor)
        over = "·".join(self._inside(f) for f in _joined(top)) or "1"
        bottom = _joined(bottom)
        under = "·".join(self._inside(f) for f in bottom)
        if not under:
            return sign + over
        return f"{sign}{over}/({under})" if len(bottom) > 1 else f"{sign}{over}/{under}"

    def _print_Add(self, e: Expr, order: Any = None) -> str:
        terms = sorted(
            e.args, key=lambda t: (bool(t.could_extract_minus_sign()), bool(t.is_number))
        )
        parts = [
            (" - ", self._print(-t)) if t.could_extract_minus_sign() else (" + ", self._print(t))
            for t in terms
        ]
        first = ("-" if parts[0][0] == " - " else "") + parts[0][1]
        return first + "".join(sign + part for sign, part in parts[1:])

    def _inside(self, f: Expr) -> str:
        text = self._print(f)
        return f"({text})" if f.is_Add else text

    def _print_Derivative(self, e: Expr) -> str:
        return f"d/d{self._print(e.variables[0])}[{self._print(e.expr)}]"

    def _print_Subs(self, e: Expr) -> str:
        return f"{self._print(e.expr)} at {', '.join(f'{self._print(v)} = {self._print(p)}' for v, p in zip(e.variables, e.point))}"

    def _print_Integral(self, e: Expr) -> str:
        ((x, low, high),) = e.limits
        return f"∫[{self._print(low)}, {self._print(high)}] {self._print(e.function)} d{self._print(x)}"

    def _print_Max(self, e: Expr) -> str:
        return f"max({', '.join(self._print(a) for a in e.args)})"

    def _print_Min(self, e: Expr) -> str:
        return f"min({', '.join(self._print(a) for a in e.args)})"


def _joined(factors: list[Expr]) -> list[Expr]:
    """Square roots of a product as one root: √2·√π is √(2·π)."""
    roots = [f.base for f in factors if f.is_Pow and f.exp == sympy.Rational(1, 2)]
    if len(roots) < 2:
        return factors
    rest = [f for f in factors if not (f.is_Pow and f.exp == sympy.Rational(1, 2))]
    return [
        *rest,
        sympy.Pow(sympy.Mul(*roots, evaluate=False), sympy.Rational(1, 2), evaluate=False),
    ]


class _Latex(LatexPrinter):
    """SymPy's LaTeX with positive terms first."""

    def _as_ordered_terms(self, e: Expr, order: Any = None) -> list[Expr]:
        return sorted(
            super()._as_ordered_terms(e, order), key=lambda t: bool(t.could_extract_minus_sign())
        )


def _one_root(two: re.Match[str]) -> str:
    """Two roots beside each other as the root of their product; a sum keeps its brackets."""
    inside = [rf"\left({g}\right)" if re.search(" [+-] ", g) else g for g in two.groups()]
    return rf"\sqrt{{{' '.join(inside)}}}"


def text(expression: Any) -> str:
    """The expression or relation in one line of Unicode."""
    return (
        str(_Unicode().doprint(sympy.sympify(expression))).replace(" - ", " − ").replace("-", "−")
    )


def tex(expression: Any) -> str:
    """The expression or relation as LaTeX, without | so that it survives in a Markdown table."""
    page = str(_Latex().doprint(sympy.sympify(expression)))
    page = re.sub(r"\\sqrt\{([^{}]*)\} \\sqrt\{([^{}]*)\}", _one_root, page)
    return page.replace(r"\left|", r"\left\lvert ").replace(r"\right|", r"\right\rvert ")


def number(x: float | int | None, digits: int = 3) -> str:
    """A number for a table: integers with thousands separators, otherwise `digits` significant
    digits; a dash for none.
    """
    if x is None or x != x:
        return "–"
    if isinstance(x, int) or (float(x).is_integer() and abs(x) < 10**7):
        return f"{int(x):,}" if abs(x) < 10**10 else _power(float(x), digits)
    if x in (float("inf"), float("-inf")):
        return "∞" if x > 0 else "−∞"
    if 1e-3 <= abs(x) < 1e5:
        return f"{x:.{digits}g}" if abs(x) < 1000 else f"{x:,.0f}"
    return _power(x, digits)


def _power(x: float, digits: int) -> str:
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(SUPERSCRIPT)}"
