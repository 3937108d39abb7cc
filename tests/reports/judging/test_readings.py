"""A number of a whole run is read at its moment, with the error that its parts carry into it."""

import numpy as np
import pandas as pd
import pytest
from sympy import Integer, log

from reports.judging.evidence import Evidence
from reports.judging.readings import readings
from tests.letters import label, observable, of_data, of_draw, w
from theorems.language import Largest, Last, count, positive

m, eta = count("m", "neurons"), positive("eta", "step size")
x = observable("x", "a number", probe="x", nonnegative=None)
y = observable("y", "another", probe="y", nonnegative=None)
out = of_draw("out", "largest output", probe="out")
lam = of_data("lam", "a floor", probe="floor")
COLUMNS = ["seed", "step", "observable", "value", "error"]


def known(rows, values=None, **more):
    return Evidence(values or {}, {}, pd.DataFrame(rows, columns=COLUMNS), **more)


def curve(name, values, seed=0, error=0.0, steps=None):
    steps = range(len(values)) if steps is None else steps
    return [(seed, float(at), label(name), v, error) for at, v in zip(steps, values, strict=True)]


def read(expression, rows, values=None, **more):
    found = readings(expression, known(rows, values, **more))
    return found.values.tolist(), found.errors.tolist()


def test_each_seed_is_read_in_its_order_also_where_all_are_one():
    rows = [*curve("x", [1.0, 5.0, 2.0], 7), *curve("x", [3.0, 4.0], 2)]
    for deterministic in (False, True):
        assert read(Last(x), rows, deterministic=deterministic)[0] == [2.0, 4.0]
        assert read(Largest(x), rows, deterministic=deterministic)[0] == [5.0, 4.0]
        assert read(x(0), rows, deterministic=deterministic)[0] == [1.0, 3.0]
    assert read(Integer(3) * m, rows, {m: 2.0})[0] == [6.0, 6.0]


def test_an_error_is_what_moving_each_part_by_its_own_changes():
    rows = [*curve("x", [4.0, 2.0], error=0.5), *curve("y", [3.0, 8.0], error=0.25)]
    assert read(Last(x), rows) == ([2.0], [0.5])
    assert read(x(0) * Last(y), rows) == ([32.0], [0.5 * 8 + 4 * 0.25])
    assert read(x(0) - Last(y), rows) == ([-4.0], [0.75])
    values, errors = read(1 / Last(x), rows)
    assert (values, errors) == ([0.5], [pytest.approx(0.5 - 1 / 2.5)])
    exact = [*curve("x", [4.0, 2.0]), *curve("y", [3.0, 8.0], error=0.25)]
    assert read(x(0) * Last(y), exact) == ([32.0], [1.0])
    assert read(x(0), exact) == ([4.0], [0.0])


def test_letters_draws_and_moments_are_told_apart():
    rows = [*curve("x", [4.0, 2.0]), (0, 0.0, label("out", w.start), 16.0, 1.0)]
    values = {m: 3.0, eta: 0.5, lam: 7.0}
    assert read(m * Last(x) + eta * x(0) - out + lam, rows, values) == ([6 + 2 - 16 + 7], [1.0])
    assert np.isnan(read(eta * Last(x), rows, {m: 3.0})[0][0])
    assert read(log(Last(x) - 2), rows)[0] == [-np.inf]


@pytest.mark.parametrize(
    ("at", "step", "found"),
    [
        (1, 1 + 5e-10, True),
        (1, 1 + 5e-9, False),
        (0, 5e-13, True),
        (0, 5e-12, False),
    ],
)
def test_a_step_is_met_to_rounding(at, step, found):
    rows = curve("x", [9.0, 5.0], steps=(step, 7))
    value = read(x(at), rows)[0][0]
    assert value == 9.0 if found else np.isnan(value)
    later = curve("x", [5.0, 9.0], steps=(step - 0.5, step))
    value = read(x(at), later)[0][0]
    assert value == 9.0 if found else np.isnan(value)


def test_what_was_not_measured_or_not_followed_has_no_number():
    rows = [*curve("x", [1.0, 2.0]), *curve("x", [3.0, 4.0], 1), (1, 2.0, "lost", 1.0, 0.0)]
    for expression in (Last(y), y(0), out, Last(x) + y(0)):
        values, errors = read(expression, rows)
        assert np.isnan(values).all()
        assert np.isnan(errors).all()
    assert np.isnan(read(Last(x), rows)[0]).tolist() == [False, True]
    assert np.isnan(read(Largest(x), rows)[0]).tolist() == [False, True]
    assert read(x(1), rows)[0] == [2.0, 4.0]
