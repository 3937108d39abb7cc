"""Plans choose stable steps, and the width at which a certificate can be had."""

import numpy as np
import pytest
from sympy import Rational

import theorems
from reports.judging.draw import observe
from reports.studies.options import Options
from reports.studies.pilot import certified_width
from reports.studies.planning import demands, evidence, exact_values, make_plan, reading
from sim.data.table import load
from sim.plan import label_of
from sim.run import trajectories
from sim.store import Store
from theorems.language import About, expanded


@pytest.mark.parametrize("name", ["digits", "sphere", "orthonormal"])
def test_the_default_step_is_stable_and_the_run_long_enough(statement, name):
    theorem, data = statement("Theorem 4.1"), load(name, 6)
    plan = make_plan([theorem], data, 512, Options(delta=Rational(1, 10), seeds=3))
    assert plan.step_size <= 1 / np.linalg.norm(data.inputs @ data.inputs.T, 2)
    assert 50 <= plan.steps <= 2000
    assert plan.seeds == (0, 1, 2)


def test_what_the_user_asks_for_is_obeyed(statement):
    options = Options(steps=7, step_size=0.03, seed=5).settled(Rational(1, 4), 2)
    plan = make_plan([statement("Theorem 4.1")], load("sphere", 4), 99, options)
    assert (plan.steps, plan.step_size, plan.seeds, plan.width) == (7, 0.03, (5, 6), 99)


def test_the_letters_are_exact(statement):
    theorem = statement("Theorem 4.1, explicit")
    values = {
        q.name: v
        for q, v in exact_values(
            theorem, load("orthonormal", 2), Rational(1, 3), 10**12, 0.1
        ).items()
    }
    assert values["delta"] == Rational(1, 3)
    assert values["delta_1"] == Rational(1, 3 * 10**6)
    assert values["lambda_0"] == (0.5, 0.5)
    assert values["m"] == 10**12


def test_the_certificate_is_reached_at_a_few_thousand_neurons(statement):
    theorem, data = statement("Certificate S"), load("orthonormal", 2)
    width = certified_width(theorem, data, Rational(1, 10), Store()).width
    assert 2**12 <= width <= 2**16
    assert demands(theorem, data, Rational(1, 10)).step_size == 1.0


def test_trivial_bounds_travel_with_the_evidence(statement):
    import pandas as pd

    theorem, data, tenth = (
        statement("Theorem 4.1, explicit"),
        load("orthonormal", 3),
        Rational(1, 10),
    )
    plan = make_plan([theorem], data, 64, Options(steps=2, delta=tenth, seeds=1))
    known = evidence(theorem, data, tenth, plan, pd.DataFrame())
    measured = [q for q in theorem.quantities if q.of is not None]
    by_letter = {str(q): known.trivial.get(label_of(q)) for q in measured}
    assert by_letter["flips"] == 3
    assert by_letter["drift"] == by_letter["gap"] == pytest.approx(1)
    assert by_letter["travel"] is None


@pytest.mark.parametrize("which", range(2))
def test_a_run_of_a_flow_reaches_the_time_that_its_claims_speak_of(which):
    """That of the first statement also where another of its claims does not end."""
    theorem = theorems.find("maennel2018").theorems[which]
    options = Options(step_size=0.001).settled(Rational(1, 10), 1)
    plan = make_plan([theorem], load("separable", 5), 40, options, whole=True)
    end = next(iter({c.over.last for c in theorem.claims if c.over.last is not None}))
    last = float(expanded(end).subs(plan.values))
    assert 0 <= plan.steps * plan.step_size - last < plan.step_size


@pytest.mark.parametrize("of", ["Theorem 4.1, explicit", "Certificate S"])
def test_a_plan_that_reads_a_statement_judges_it_alike(statement, of, store):
    """What a claim or a hypothesis reads is measured, ends and called letters too; nothing else."""
    theorem, data, tenth = statement(of), load("orthonormal", 2), Rational(1, 10)
    plan = make_plan([theorem], data, 256, Options(steps=20, delta=tenth, seeds=2))
    whole = evidence(theorem, data, tenth, plan, trajectories(plan, store))
    for stated in (*theorem.claims, *(h for h in theorem.hypotheses if not h.hides)):
        part = reading(plan, [stated])
        assert set(part.asks) <= set(plan.asks)
        known = evidence(theorem, data, tenth, part, trajectories(part, store))
        if about(stated):
            part_of, of_all = (observe(stated, e, 0) for e in (known, whole))
            assert (part_of.held, part_of.gap) == (of_all.held, of_all.gap)
            np.testing.assert_allclose(part_of.observed, of_all.observed, rtol=1e-9)
    assert any(len(reading(plan, [c]).asks) < len(plan.asks) for c in theorem.claims)


def about(stated):
    """Whether a run can answer it: of the run or the draw, and of no mean."""
    return stated.about in (About.DRAW, About.TRAJECTORY) and not getattr(stated, "expected", 0)
