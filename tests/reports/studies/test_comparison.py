"""Orders are compared letter by letter, logarithms included, and the numbers are those of the
demands.
"""

import shutil
from pathlib import Path

import pytest

import theorems
from reports.studies import comparison
from sim.data.table import load
from theorems.language import BadInput, count, failure
from theorems.reasoning.order import Order, order


@pytest.fixture(scope="module")
def rows(du2019):
    from sympy import Rational

    return {r.statement: r for r in comparison.rows([du2019], load("digits", 10), Rational(1, 10))}


def test_the_paper_and_its_explicit_form_have_the_same_orders(rows):
    assert rows["Theorem 4.1"].orders == rows["Theorem 4.1, explicit"].orders
    width = rows["Theorem 4.1"].orders["width"]
    assert {k: int(v.power) for k, v in width.items()} == {"n": 6, "lambda_0": -4, "delta": -3}


def test_the_iterations_follow_from_rate_and_step(rows):
    assert {
        k: int(v.power) for k, v in rows["Theorem 4.1, explicit"].orders["iterations"].items()
    } == {"n": 2, "lambda_0": -2}
    numbers = rows["Theorem 4.1, explicit"].numbers
    assert numbers["iterations"] == pytest.approx(2 / (numbers["step"] * 0.0914270294), rel=1e-2)


def test_the_ranking_says_who_is_smaller_in_which_letter(rows):
    line = next(
        x
        for x in comparison.ranking(list(rows.values()))
        if x.startswith("iterations as lambda_0 → 0")
    )
    assert line.index("Certificate S") < line.index("Theorem 4.1")


def test_logarithms_count_in_an_order():
    from sympy import log

    n, delta = count("n", "points"), failure("delta", "failure")
    assert order(n**2 * log(n / delta), n) == Order(2, 1)
    assert order(n**2 * log(n / delta) ** 2 / delta, delta) == Order(-1, 2)
    assert order(n**2 + n**2 * log(n), n) == Order(2, 1)
    assert order(log(1 / delta) + 1 / delta, delta) == Order(-1, 0)


def test_two_files_are_put_side_by_side(tmp_path):
    shutil.copy(Path(theorems.__file__).parent / "du2019.py", tmp_path / "other.py")
    files = [theorems.find("du2019"), theorems.find(str(tmp_path / "other.py"))]
    assert len(comparison.rows(files, load("orthonormal", 4), 0.5)) == 10


def test_one_statement_alone_is_refused():
    with pytest.raises(BadInput, match="at least two"):
        comparison.rows(
            [theorems.load(theorems.HERE / "skeleton" / "authoryear.py")],
            load("orthonormal", 4),
            0.5,
        )
