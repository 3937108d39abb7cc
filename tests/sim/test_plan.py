"""A plan refuses what cannot be run, and its key changes with everything that can change a number."""

from dataclasses import replace

import pytest
from sympy import Integer, Rational

from sim.data.table import load
from sim.plan import Ask, asks_of
from sim.run import simulate
from tests.sim.settings import (
    BOTH_LAYERS,
    COUPLED,
    DESCENT,
    FLOW,
    HALF,
    LINEAR,
    H,
    H_inf,
    W,
    a,
    f,
    gap,
    layered,
    near,
    other,
    plan,
    squares,
    travel,
    w,
)
from theorems.language import BadInput, Claim, Descent, Theorem, measured, positive
from theorems.language.measurement import (
    Axis,
    algorithm,
    inputs,
    labels,
    neurons,
    norm,
    normal,
    paired_signs,
    parameter,
    rows,
    signs,
    step_size,
)

b = parameter("b", neurons)
BAD = {
    "no start": (lambda: replace(DESCENT, start={w: normal}), "a.*needs an initial law"),
    "nothing trained": (lambda: replace(DESCENT, trained=()), "something must be trained"),
    "trained at the start": (lambda: replace(DESCENT, trained=(w.start,)), "are parameters"),
    "axes of a law": (
        lambda: replace(DESCENT, start={w: normal, a: norm(rows, inputs)}),
        "start of a.*not those drawn",
    ),
    "loss of many numbers": (lambda: replace(DESCENT, loss=f - labels), "one number"),
    "loss of the reference": (
        lambda: replace(DESCENT, loss=travel.reference),
        "no part of a network or a loss",
    ),
    "promise": (lambda: plan(replace(DESCENT, data=("unit_input",))), "did you mean 'unit_inputs'"),
    "law of nothing": (
        lambda: simulate(
            plan(replace(DESCENT, start={w: a.start * normal, a: norm(w.start, inputs)})), 0
        ),
        "rests on what is not drawn",
    ),
    "step of many numbers": (lambda: Descent(step=labels), "one number"),
    "another network's": (lambda: plan(asks=[Ask(norm(b), "b")]), "it speaks of b"),
    "letter": (lambda: plan(asks=[Ask(norm(w) * positive("q", "q"), "q")]), "no value"),
    "odd pairs": (lambda: plan(COUPLED, width=7), "even"),
    "pairs of matrices": (
        lambda: simulate(other(replace(LINEAR, start={W: paired_signs}), load("sphere", 3), 4), 0),
        "only neurons come in pairs",
    ),
}


@pytest.mark.parametrize(("build", "words"), BAD.values(), ids=BAD)
def test_what_cannot_be_a_setting_is_refused_in_one_line(build, words):
    with pytest.raises(BadInput, match=words) as found:
        build()
    assert "\n" not in str(found.value)


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


def _with_feature(axis):
    """The network beside a parameter that nothing uses, of an axis whose length its name hides."""
    return replace(DESCENT, start={w: normal, a: signs, parameter("c", axis): normal})


def test_the_key_knows_everything_that_matters():
    plans = [
        plan(),
        plan(width=201),
        plan(step=0.2),
        plan(steps=61),
        layered(plan(), 3),
        plan(data=load("sphere", 6)),
        plan(FLOW),
        plan(COUPLED),
        plan(BOTH_LAYERS),
        plan(replace(DESCENT, loss=Rational(1, 3) * squares)),
        plan(replace(DESCENT, outputs=2 * f)),
        plan(replace(DESCENT, method=Descent(momentum=HALF))),
        plan(replace(DESCENT, method=Descent(decay=HALF))),
        plan(replace(DESCENT, method=Descent(step=step_size / 2))),
        plan(replace(DESCENT, data=("unit_ball",))),
        *(plan(_with_feature(Axis("k", Integer(size)))) for size in (2, 3)),
        plan(asks=[Ask(gap, "gap")]),
        plan(asks=[Ask(norm(H.start - H_inf), "gap")]),
        plan(asks=[Ask(near, "near", Rational(1, 2))]),
        plan(asks=[Ask(near, "near", Rational(1, 3))]),
    ]
    keys = {p.key((0,), True) for p in plans} | {plan().key((1,), True), plan().key((0,), False)}
    assert len(keys) == len(plans) + 2
    assert plan().key((0,), True) == plan().key((0,), True)


def test_an_unknown_algorithm_is_named():
    odd = measured("odd", "a thing nobody measures", of=algorithm("gram_marginn", H, labels))
    theorem = Theorem(
        statement="T",
        says="s",
        setting=DESCENT,
        hypotheses=(),
        claims=(Claim("c", odd(0) <= 1, at="x"),),
    )
    with pytest.raises(BadInput, match=r"measured odd.*did you mean 'gram_margin'"):
        asks_of([theorem])


def test_checkpoints_begin_at_the_start_and_end_at_the_end():
    for steps in (1, 7, 1000):
        marks = plan(steps=steps).checkpoints
        assert marks[0] == 0
        assert marks[-1] == steps
        assert list(marks) == sorted(set(marks))
