"""A plan refuses what cannot be run, and its key changes with everything that can change a number."""

from dataclasses import replace

import pytest
from sympy import Rational

from sim.data.table import load
from sim.plan import Ask, asks_of
from tests.sim.test_run import DESCENT, plan
from theorems.problem import BadInput


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"network": "two_layer_rely"}, "did you mean 'two_layer_relu'"),
        ({"loss": "sum_of_square"}, "did you mean 'sum_of_squares'"),
        ({"method": "gradient_decent"}, "did you mean 'gradient_descent'"),
        ({"drawn": {"w": "standard_normals", "a": "rademacher"}}, "did you mean 'standard_normal'"),
        ({"drawn": {"w": "standard_normal"}}, "needs an initial law"),
        (
            {"drawn": {"w": "standard_normal", "a": "rademacher", "b": "rademacher"}},
            "setting: drawn",
        ),
        ({"data": ("unit_input",)}, "did you mean 'unit_inputs'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(change, words):
    with pytest.raises(BadInput, match=words):
        plan(replace(DESCENT, **change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 0}, "width"),
        ({"steps": 0}, "steps"),
        ({"seeds": ()}, "seeds"),
        ({"step": 0.0}, "step size"),
        ({"step": -1.0}, "step size"),
        ({"step": float("inf")}, "step size"),
    ],
)
def test_sizes_out_of_range_are_refused(change, words):
    with pytest.raises(BadInput, match=words):
        plan(**change)


def test_the_key_knows_everything_that_matters():
    plans = [
        plan(),
        plan(width=201),
        plan(step=0.2),
        plan(steps=61),
        plan(data=load("sphere", 6)),
        plan(replace(DESCENT, factor=Rational(1, 3))),
        plan(asks=[Ask("gram_gap", "gram_gap")]),
    ]
    keys = {p.key((0,), True) for p in plans} | {plan().key((1,), True), plan().key((0,), False)}
    assert len(keys) == len(plans) + 2
    assert plan().key((0,), True) == plan().key((0,), True)


def test_an_unknown_probe_is_named():
    from theorems.language import Claim, Theorem, observable

    odd = observable("odd", "a thing nobody measures", probe="residuel")
    theorem = Theorem(
        statement="T",
        says="s",
        setting=DESCENT,
        hypotheses=(),
        claims=(Claim("c", odd(0) <= 1, at="x"),),
    )
    with pytest.raises(BadInput, match=r"probe of odd.*did you mean 'residual'"):
        asks_of([theorem])


def test_checkpoints_begin_at_the_start_and_end_at_the_end():
    for steps in (1, 7, 1000):
        marks = plan(steps=steps).checkpoints
        assert marks[0] == 0
        assert marks[-1] == steps
        assert list(marks) == sorted(set(marks))
