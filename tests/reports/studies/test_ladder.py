"""A ladder changes one letter and holds the rest, is run once for all that goes along it, and is never
that of another letter.
"""

from dataclasses import replace

import pytest
from sympy import Eq, Rational, S, oo, sqrt

from reports.judging.findings import Finding
from reports.judging.verdict import LawVerdict, Verdict
from reports.studies import ladder as module
from reports.studies.ladder import Climb
from reports.studies.options import Options
from reports.studies.scale import scale_of
from reports.studies.study import Study
from sim.data.table import load
from sim.run import trajectories
from tests.letters import a, observable, of_draw, w
from tests.letters import f as network
from theorems.language import (
    BadInput,
    Claim,
    Descent,
    Each,
    Hypothesis,
    Last,
    Law,
    LimitIn,
    Practice,
    Scale,
    Setting,
    Theorem,
    count,
    index,
    measured,
    positive,
)
from theorems.language.measurement import inputs, labels, norm, normal, ones, parameter, rows, signs
from theorems.language.term import lifted

n, m, d, k = count("n", "points"), count("m", "width"), count("d", "axes"), index("k", "step")
eta, alpha = positive("eta", "step size"), positive("alpha", "size of the start")
r = measured("r", "residual", norm(labels - 1 / sqrt(m) * network))
move = observable("move", "farthest movement", probe="movement")
start = of_draw("start", "largest output", probe="largest_output")
LADDERS = {
    n: (2, 4, 8, 16),
    d: (4, 8, 16, 32),
    eta: (0.02, 0.04, 0.08, 0.16),
    alpha: (0.001, 0.01, 0.1, 1),
}
practice = Practice(
    data="sphere",
    samples=4,
    widths=(16, 32, 64, 128),
    seeds=4,
    step_size=0.1,
    steps=8,
    ladders=LADDERS,
)
front = 1 / sqrt(m) * network
setting = Setting(
    outputs=front,
    trained=(w,),
    start={w: alpha * normal, a: signs},
    loss=norm(front - labels) ** 2 / 2,
    data=("unit_inputs",),
)
wide = Hypothesis("wide", m >= 10, at="x")
falls = Claim("falls", r(k + 1) <= r(k), at="x", over=Each(k))


def made(laws=(), claims=(), hypotheses=(wide,), **fields):
    whole = {
        "scale": Scale(samples=n, width=m, step_size=eta, dimension=d),
        "choices": {alpha: S.One},
        "practice": practice,
        **fields,
    }
    return Theorem(
        statement="T",
        says="s",
        setting=setting,
        hypotheses=hypotheses,
        claims=(falls, *claims),
        laws=laws,
        **whole,
    )


def climb(theorem, store, **options):
    o = Options(**options)
    data = load(o.data or theorem.practice.data, theorem.practice.samples)
    return Climb((theorem,), o, data, Rational(1, 10), store, lambda what, total: lambda *_: None)


def law(of, along, exponent, **fields):
    name = f"{of} along {along} as {exponent}"
    return Law(name, of=of, along=along, exponent=exponent, at="x", **fields)


def test_descent_without_a_letter_for_its_step_is_no_flow(store):
    """It takes all its widths and all its seeds, and its report speaks of no time."""
    fixed = replace(setting, method=Descent(step=lifted(Rational(1, 10))))
    for own, words in ((fixed, set()), (setting, {"step"})):
        nameless = replace(
            made(),
            setting=own,
            scale=Scale(samples=n, width=m),
            practice=replace(practice, ladders={}),
        )
        up = climb(nameless, store)
        assert (len(up.widths), up.seeds) == (4, 4)
        plan = up.wide[0].plan
        assert {"Δt", "step"} & scale_of(
            nameless, up.data, Rational(1, 10), plan, 4
        ).keys() == words


def test_one_letter_moves_and_all_else_is_held(store):
    base = climb(made(), store)
    for letter, sizes in (*LADDERS.items(), (m, practice.widths)):
        cases = base.cases(letter)
        assert [float(c.size) for c in cases] == pytest.approx(sizes)
        shown = {
            n: [c.plan.data.samples for c in cases],
            d: [c.plan.data.raw.shape[1] for c in cases],
            m: [c.plan.width for c in cases],
            eta: [c.plan.step_size for c in cases],
            alpha: [c.plan.spread for c in cases],
        }
        held = {n: 4, d: 10, m: 128, eta: 0.1, alpha: 1}
        for q, values in shown.items():
            assert values == pytest.approx(list(sizes) if q == letter else [held[q]] * 4)
        assert {(c.plan.steps, c.plan.seeds) for c in cases} == {(8, (0, 1, 2, 3))}


def test_exponents_that_follow_from_the_definition_are_found_along_every_letter(store):
    """The start is of degree one in alpha; the first step moves a neuron by eta times its gradient."""
    theorem = made(
        (
            law(start, alpha, 1, kind="exactly", to=0),
            law(start, alpha, 2, to=0),
            law(move(1), eta, 1, kind="exactly", to=0),
            law(move(1), eta, 2, kind="exactly", to=0),
        )
    )
    found = [w.exponent for w in climb(theorem, store).laws(theorem)]
    good, bad = LawVerdict.CONSISTENT, LawVerdict.INCONSISTENT
    assert [e.verdict for e in found] == [good, bad, good, bad]
    assert [e.fitted for e in found] == pytest.approx([1] * 4, abs=1e-6)


def diagonal():
    """y = 1 fitted by u - v, u and v starting at alpha and alpha/2: nothing is drawn, and there are
    no neurons.
    """
    u, v = parameter("u", inputs), parameter("v", inputs)
    out = rows @ (u - v)
    start = {u: alpha * ones(inputs), v: alpha * ones(inputs) / 2}
    far = measured("far", "distance from the start's own", norm(u.start))
    alone = Setting(outputs=out, trained=(u, v), start=start, loss=norm(out - labels) ** 2 / 2)
    return Theorem(
        statement="T",
        says="s",
        setting=alone,
        scale=Scale(samples=n, step_size=eta),
        practice=Practice(
            data="sphere",
            samples=4,
            seeds=7,
            step_size=0.05,
            steps=8,
            ladders={alpha: LADDERS[alpha]},
        ),
        choices={alpha: S.One},
        hypotheses=(),
        claims=(
            Claim("vanishes", Eq(far, 0), at="x", over=LimitIn(alpha, 0)),
            Claim("stays", Eq(far, 1), at="x", over=LimitIn(alpha, 0)),
        ),
        laws=(law(far, alpha, 1, kind="exactly", to=0), law(far, alpha, 2, kind="exactly", to=0)),
    )


def test_a_start_that_is_not_drawn_is_run_once_and_judged(store):
    """Seeds of one run are no evidence; a network without neurons has no width to speak of."""
    theorem = diagonal()
    at = climb(theorem, store)
    assert {len(c.plan.seeds) for c in at.cases(alpha)} == {1}
    good, bad = LawVerdict.CONSISTENT, LawVerdict.INCONSISTENT
    assert [w.exponent.verdict for w in at.laws(theorem)] == [good, bad]
    asked = [Finding(c, Verdict.VOID) for c in theorem.claims]
    judged = [f.verdict for f in at.judged(theorem, asked)]
    assert judged == [Verdict.APPROACHED, Verdict.RECEDING]
    assert len(at.wide) == 1
    scale = scale_of(theorem, at.data, at.delta, at.wide[0].plan, 1)
    assert "m" not in scale
    assert scale["seeds"] == 1


def test_a_ladder_is_run_once_for_all_that_goes_along_it(store, monkeypatch):
    ran = []

    def counted(plan, *rest, **named):
        ran.append(plan)
        return trajectories(plan, *rest, **named)

    monkeypatch.setattr(module, "trajectories", counted)
    theorem = made(
        (
            law(start, alpha, 1, to=0),
            law(Last(r), alpha, 0, to=0),
            law(move, m, -1),
            law(r(0), m, 0),
        ),
        (Claim("limit", Eq(r(0), 2), at="x", over=LimitIn(alpha, 0)),),
    )
    base = climb(theorem, store)
    for _ in range(2):
        base.laws(theorem)
        assert len(ran) == 8
    base.judged(theorem, [Finding(c, Verdict.VOID) for c in theorem.claims])
    assert len(ran) == 8


def test_a_law_along_a_letter_without_a_ladder_is_void(store):
    """Along n it was once fitted along m."""
    theorem = made((law(move, n, -Rational(1, 2)), law(move, m, -Rational(1, 2))))
    theorem = replace(theorem, practice=replace(practice, ladders={}))
    along_n, along_m = climb(theorem, store).laws(theorem)
    assert along_n.exponent.verdict is LawVerdict.VOID
    assert along_n.exponent.why == "no ladder along n"
    assert along_n.sizes == ()
    assert along_m.sizes == practice.widths
    assert along_m.exponent.verdict is not LawVerdict.VOID


def test_too_short_a_ladder_of_widths_is_void(store):
    theorem = made((law(move, m, -1),))
    found = climb(theorem, store, widths=(16, 32, 64)).laws(theorem)[0].exponent
    assert found.verdict is LawVerdict.VOID
    assert "3 sizes" in found.why


def test_what_follows_the_letter_by_rule_is_said(store):
    theorem = made(
        (law(move, n, 1),), practice=replace(practice, step_size=1 / n, ladders={n: (2, 4, 8, 16)})
    )
    found = climb(theorem, store).laws(theorem)[0].exponent
    assert "the step goes from 0.0625 to 0.5" in found.why
    fixed = made((law(move, n, 1),))
    assert "step" not in climb(fixed, store).laws(fixed)[0].exponent.why


def test_a_dimension_is_only_for_data_that_take_one(store):
    theorem = made(practice=replace(practice, data="orthonormal", ladders={d: (4, 8, 16, 32)}))
    with pytest.raises(BadInput, match=r"orthonormal have a dimension of their own; .*sphere"):
        climb(theorem, store).check()
    climb(made(), store).check()


def test_the_users_data_may_be_too_few_for_a_ladder_and_the_rest_is_checked(store, tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("a,b,label\n1,0,1\n0,1,-1\n0.6,0.8,1\n1,1,-1\n")
    theorem = made((law(move, n, 1), law(move, d, 1), law(move, m, -Rational(1, 2))))
    base = climb(theorem, store, data=str(file))
    base.check()
    along_n, along_d, along_m = (w.exponent for w in base.laws(theorem))
    assert along_n.verdict is along_d.verdict is LawVerdict.VOID
    assert "no ladder along n here" in along_n.why
    assert "few.csv has 4 rows" in along_n.why
    assert "dimension of their own" in along_d.why
    assert along_m.verdict is not LawVerdict.VOID


# Limits ---------------------------------------------------------------------------------------------


def judged(store, relation, over, *hypotheses):
    claim = Claim("c", relation, at="x", over=over)
    theorem = made((), (claim,), (wide, *hypotheses))
    regime = Study(Options(), store, edges=False).practical([theorem])[0]
    return next(f for f in regime.claims if f.claim == claim)


def test_a_limit_is_judged_on_the_ladder_of_its_letter(store):
    """A start of no size predicts nothing: the residual is the length of the labels."""
    over = LimitIn(alpha, 0)
    assert judged(store, Eq(r(0), sqrt(n)), over).verdict is Verdict.APPROACHED
    assert judged(store, Eq(r(0), 2 * sqrt(n)), over).verdict is Verdict.RECEDING
    assert judged(store, Eq(r(0), sqrt(n)), LimitIn(alpha, oo)).verdict is Verdict.RECEDING


def test_a_limit_whose_hypotheses_fail_somewhere_on_the_ladder_is_outside(store):
    large = Hypothesis("not too small", alpha >= Rational(1, 50), at="x")
    found = judged(store, Eq(r(0), sqrt(n)), LimitIn(alpha, 0), large)
    assert found.verdict is Verdict.OUTSIDE_SEEN
    wrong = judged(store, Eq(r(0), 2 * sqrt(n)), LimitIn(alpha, 0), large)
    assert wrong.verdict is Verdict.OUTSIDE_UNSEEN


def test_a_limit_without_a_ladder_is_void(store):
    theorem = made((), (Claim("c", Eq(r(0), 1), at="x", over=LimitIn(alpha, 0)),))
    theorem = replace(theorem, practice=replace(practice, ladders={}))
    regime = Study(Options(), store, edges=False).practical([theorem])[0]
    assert regime.claims[-1].verdict is Verdict.VOID
    assert regime.claims[-1].evidence == "no ladder along α"
