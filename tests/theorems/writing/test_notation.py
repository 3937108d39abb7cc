"""Mathematics reads as a theorist writes it, in one line and in LaTeX."""

import pytest
from sympy import Rational, exp, log, pi, sqrt

from tests.letters import observable, of_data
from theorems.language import count, index, positive
from theorems.writing.notation import number, tex, text

n, k, eta = count("n", "points"), index("k", "step"), positive("eta", "step size")
lam = of_data("lambda_0", "floor", probe="gram_floor")
r = observable("r", "residual", probe="residual", text="‖y−u({})‖", tex=r"\lVert y-u({})\rVert")


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        (r(k) ** 2 <= (1 - eta * lam / 2) ** k * r(0) ** 2, "‖y−u(k)‖² ≤ (1 − η·λ₀/2)ᵏ·‖y−u(0)‖²"),
        (4 * sqrt(n) * r(0) / (sqrt(eta) * lam), "4·√n·‖y−u(0)‖/(√η·λ₀)"),
        (sqrt(2 * pi) * lam / (16 * n**2), "λ₀·√(2·π)/(16·n²)"),
        (sqrt(log(n / eta)), "√(log(n/η))"),
        (exp(-lam * eta), "exp(−η·λ₀)"),
        (n ** Rational(3, 2) - n, "n^(3/2) − n"),
        (r(k + 1), "‖y−u(k + 1)‖"),
    ],
)
def test_one_line(expression, line):
    assert text(expression) == line


def test_latex_puts_the_index_where_the_paper_does_and_has_no_pipe():
    assert tex(r(k) ** 2) == r"\lVert y-u(k)\rVert^{2}"
    assert tex(sqrt(2 * pi) * n) == r"\sqrt{2 \pi} n"
    assert "|" not in tex(abs(positive("x", "a number") - n))


def test_a_sum_under_a_joined_root_keeps_its_brackets_and_words_are_words():
    x, words = positive("x", "a number"), positive("near", "a number")
    assert (
        tex(sqrt(2 * x + 1) * sqrt(3 * eta + x))
        == r"\sqrt{\left(3 \eta + x\right) \left(2 x + 1\right)}"
    )
    assert tex(sqrt(x) * sqrt(pi)) == r"\sqrt{\pi x}"
    assert tex(words) == r"\mathrm{near}"
    assert tex(eta) == r"\eta"


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (54071244, "54,071,244"),
        (9.4e16, "9.40·10¹⁶"),
        (0.00915, "0.00915"),
        (1e-7, "1.00·10⁻⁷"),
        (0.5, "0.5"),
        (12345.6, "12,346"),
        (0, "0"),
        (float("inf"), "∞"),
        (-0.4381, "-0.438"),
    ],
)
def test_numbers(x, shown):
    assert number(x) == shown
