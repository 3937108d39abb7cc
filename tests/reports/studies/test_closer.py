"""A bound that is crossed between two checkpoints is seen, and no run is repeated for nothing."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Eq, Rational, S

from reports.judging.compare import compare
from reports.judging.verdict import Verdict
from reports.studies import closer as closer_look
from reports.studies.closer import closer
from reports.studies.options import Options
from reports.studies.planning import evidence, make_plan
from reports.studies.scale import Ran
from sim.data.table import load
from sim.run import trajectories
from theorems.language import (
    Claim,
    Descent,
    Each,
    Practice,
    Scale,
    Setting,
    Some,
    Theorem,
    count,
    gradient_flow,
    index,
    measured,
    positive,
)
from theorems.language.measurement import inputs, labels, norm, normal, parameter, rows

k, eta, n = index("k", "step"), positive("eta", "step size"), count("n", "points")
TENTH = Rational(1, 10)
w = parameter("w", inputs)
size = measured("size", "length of w", norm(w))  # of a parameter: measured at checkpoints alone
SETTING = Setting(
    outputs=rows @ w,
    trained=(w,),
    start={w: normal},
    loss=norm(rows @ w - labels) ** 2 / 2,
    method=Descent(momentum=Rational(99, 100)),
)


def theorem(*claims, setting=SETTING):
    return Theorem(
        statement="T",
        says="s",
        setting=setting,
        scale=Scale(samples=n, step_size=eta),
        practice=Practice(data="orthonormal", samples=1, seeds=1, step_size=0.00035, steps=400),
        hypotheses=(),
        claims=claims,
    )


def ran(stated):
    """The run at its own checkpoints, and the same with every step measured."""
    points, options = load("orthonormal", 1), Options().settled(TENTH, 1)
    plan = make_plan([stated], points, 1, options)
    return Ran(points, TENTH, plan, None)


def run(ran, store, **changes):
    plan = replace(ran.plan, **changes)
    return replace(ran, plan=plan, frame=trajectories(plan, store))


def sizes(ran):
    return ran.frame[ran.frame.observable == norm(w).text].set_index("step").value


def verdict(stated, ran):
    return compare(stated, evidence(stated, ran.data, ran.delta, ran.plan, ran.frame))[1][0].verdict


def silent(_what, _total):
    return lambda *_: None


def between(store):
    """A number that w exceeds at some step, and at no checkpoint; and one that it never reaches."""
    whole = ran(theorem(Claim("c", size(k) <= 10**6, at="x", over=Each(k))))
    every = sizes(run(whole, store, also=tuple(range(401))))
    seen = every[list(whole.plan.checkpoints)]
    assert every.max() > seen.max() * (1 + 1e-4)
    middle = Rational(float(every.max() + seen.max()) / 2)
    return middle, Rational(float(every.max()) * (1 + 1e-6))


def test_a_bound_that_is_crossed_between_checkpoints_is_refuted(store):
    crossed, never = between(store)
    wrong = theorem(Claim("stays", size(k) <= crossed, at="x", over=Each(k)))
    true = theorem(Claim("stays", size(k) <= never, at="x", over=Each(k)))
    coarse = run(ran(wrong), store)
    assert verdict(wrong, coarse) is not Verdict.REFUTED
    assert verdict(wrong, closer([wrong], coarse, store, silent)) is Verdict.REFUTED
    near = closer([true], run(ran(true), store), store, silent)
    assert verdict(true, near) is not Verdict.REFUTED
    assert 0 < len(near.plan.also) <= closer_look.MOST
    assert sizes(near)[list(coarse.plan.checkpoints)].equals(
        sizes(coarse)[list(coarse.plan.checkpoints)]
    )


def test_no_run_is_repeated_where_no_bound_comes_near(store, monkeypatch):
    far = theorem(
        Claim("far below", size(k) <= 10**9, at="x", over=Each(k)),
        Claim("an equation", Eq(size(k), size(0)), at="x", over=Each(k)),
        Claim("at a step", size(k) <= 10**8, at="x", over=Each(k, last=S(3))),
    )
    coarse = run(ran(far), store)
    monkeypatch.setattr(closer_look, "trajectories", None)  # which would be called
    assert closer([far], coarse, store, silent) is coarse


@pytest.mark.parametrize("most", [1, 5, 40])
def test_steps_are_added_where_the_bound_comes_nearest(store, monkeypatch, most):
    crossed, _ = between(store)
    wrong = theorem(Claim("stays", size(k) <= crossed, at="x", over=Each(k)))
    coarse = run(ran(wrong), store)
    monkeypatch.setattr(closer_look, "MOST", most)
    also = closer([wrong], coarse, store, silent).plan.also
    assert len(also) == most
    assert not set(also) & set(coarse.plan.checkpoints)
    seen = sizes(coarse)
    top = seen.index.get_loc(seen.idxmax())
    beside = (seen.index[top - 1], seen.index[top + 1])
    assert any(beside[0] < a < beside[1] for a in also)


def test_some_step_is_looked_for_at_every_step(store):
    crossed, _ = between(store)
    exists = theorem(Claim("once", size(k) >= crossed, at="x", over=Some(k, last=S(250))))
    coarse = run(ran(exists), store)
    near = closer([exists], coarse, store, silent)
    assert set(range(251)) <= {*near.plan.also, *near.plan.checkpoints}
    before, after = (len(np.unique(r.frame.step)) for r in (coarse, near))
    assert after >= before


@pytest.mark.parametrize("last", [S.Zero, S.One])
def test_a_claim_about_one_step_has_nothing_between(store, last):
    stated = theorem(Claim("once", size(k) <= 10**6, at="x", over=Each(k, last=last)))
    coarse = run(ran(stated), store)
    assert closer([stated], coarse, store, silent) is coarse
    never = theorem(Claim("never", size(k) <= Rational(1, 10**9), at="x", over=Each(k)))
    coarse = run(ran(never), store)
    assert closer([never], coarse, store, silent) is coarse


def test_a_flow_is_left_as_it_is(store):
    flows = replace(SETTING, method=gradient_flow)
    stated = theorem(Claim("stays", size(k) <= 1, at="x", over=Each(k)), setting=flows)
    whole = replace(ran(stated), frame=None)
    assert closer([stated], whole, store, silent) is whole
