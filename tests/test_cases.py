"""Small inputs that were once judged wrongly, each one of a kind, with the right answer."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sympy import Eq, Rational, log, sqrt

import theorems
from reports.judging.verdict import LawVerdict, Verdict
from reports.studies.options import Options
from reports.studies.proof import uncovered
from reports.studies.study import Study
from sim.data.table import Data
from sim.store import Store
from tests.cases import usual
from tests.cases.usual import (
    SETTING,
    SIZES,
    delta,
    drift,
    eta,
    floor,
    gap,
    k,
    m,
    n,
    out,
    r,
    small,
    travel,
    wide,
)
from theorems.language import (
    BadInput,
    Claim,
    Each,
    Hypothesis,
    Implication,
    Law,
    Practice,
    Scale,
    Setting,
    Theorem,
    Witness,
    count,
    measured,
)
from theorems.language.measurement import (
    Axis,
    deep,
    feed_forward,
    greatest_eigenvalue,
    indicator,
    inputs,
    labels,
    least_eigenvalue,
    linearized,
    neurons,
    norm,
    normal,
    paired_signs,
    parameter,
    relu,
    rows,
    training_loss,
)
from theorems.language.paper_file import PaperFile
from theorems.reasoning.exact import Decision

V = Verdict
MONOTONE = Claim("monotone", r(k + 1) <= r(k), at="T", over=Each(k))


def stated(claims, hypotheses=(wide, small), data="orthonormal", samples=4, **more):
    fields = {
        "statement": "T",
        "says": "An attack.",
        "setting": SETTING,
        "scale": SIZES,
        "witness": Witness(data, samples=samples, delta=Rational(1, 2)),
        "practice": Practice(widths=(256,), seeds=3),
        **more,
    }
    return Theorem(hypotheses=tuple(hypotheses), claims=tuple(claims), **fields)


def inside(theorem, store, **options):
    """The regime at the theorem's witness."""
    study = Study(Options(regime="in", **options), store, edges=False)
    return study.in_regime(theorem, None)


def verdicts(regime):
    return [f.verdict for f in regime.claims]


@pytest.mark.parametrize(
    ("hypothesis", "status"),
    [
        (Hypothesis("no neuron ever moves", travel(k) <= Rational(1, 10**9), at="T"), "fails"),
        (Hypothesis("H never drifts", drift(k) <= Rational(1, 10**12), at="T"), "fails"),
        (Hypothesis("start is 0 exactly", Eq(out, 0), at="T", scale=1), "fails"),
        (Hypothesis("Gram gap is 1e-9", Eq(gap, Rational(1, 10**9)), at="T"), "fails"),
    ],
)
def test_hypotheses_of_the_run_and_equations_of_the_draw_fail_where_they_fail(
    hypothesis, status, store
):
    found = inside(stated((MONOTONE,), (wide, small, hypothesis)), store, steps=40, widths=(1024,))
    judged = {j.hypothesis.name: j for j in found.hypotheses}[hypothesis.name]
    assert judged.status == status
    assert found.name != "in"
    assert V.CONFIRMED not in verdicts(found)


def test_strict_is_strict(store):
    """Neurons in pairs start at exactly 0, which is not above 0."""
    pairs = replace(SETTING, start={usual.w: normal, usual.a: paired_signs})
    above = Hypothesis("starts strictly above 0", out > 0, at="T")
    theorem = stated((MONOTONE,), (wide, small, above), setting=pairs)
    found = inside(theorem, store, steps=20, widths=(1024,))
    assert found.hypotheses[-1].status is Decision.FAILS


def test_a_hypothesis_over_steps_sets_aside_the_runs_that_leave_it(store):
    stays = Hypothesis("stays", r(k) >= Rational(1, 2), at="a")
    found = inside(stated((MONOTONE,), (wide, small, stays)), store, widths=(1024,))
    judged = found.hypotheses[-1]
    assert judged.status is Decision.FAILS
    assert "k = " in judged.why


def test_means_have_inequalities(store):
    low = Claim("mean start is below 1000 n", r(0) ** 2 <= 1000 * n, at="T", expected=True)
    high = Claim("mean start is above 1000 n", r(0) ** 2 >= 1000 * n, at="T", expected=True)
    theorem = stated((low, high), (wide,), witness=None)
    (found,) = Study(
        Options(widths=(1024,), data="orthonormal", samples=4), store
    ).without_training(theorem)
    assert verdicts(found) == [V.CONFIRMED, V.REFUTED]


def test_a_mean_at_every_step_is_read_at_every_step(store):
    same = Claim(
        "the mean is always that of the start",
        Eq(r(k) ** 2, Rational(3, 2) * n),
        at="T",
        over=Each(k),
        expected=True,
    )
    found = inside(stated((same,)), store, steps=6, widths=(1024,))
    assert verdicts(found) == [V.REFUTED]


def test_a_rate_nearer_than_the_arithmetic_can_tell_is_not_confirmed(store):
    """Steps of 1e-12 cannot contract by 1 - 1e-10."""
    tiny = Hypothesis("tiny steps", eta <= Rational(1, 10**12), at="T")
    rate = (1 - Rational(1, 10**10)) * r(k)
    claim = Claim("rate 1e-10 a step", r(k + 1) <= rate, at="T", over=Each(k))
    found = inside(stated((claim,), (wide, tiny)), store, steps=20, widths=(1024,))
    assert verdicts(found)[0] in (V.REFUTED, V.INCONCLUSIVE)


@pytest.mark.parametrize("share", [2, 4])
def test_a_probability_of_nothing_claims_nothing(share, store):
    claim = Claim(
        "fails almost always", r(0) <= Rational(1, 1000), at="T", probability=1 - share * delta
    )
    found = inside(stated((claim,)), store, widths=(1024,))
    assert verdicts(found) == [V.VOID]
    assert found.claims[0].needs_seeds is None


def test_a_draw_in_which_the_bound_is_undefined_is_not_one_in_which_it_holds(store):
    bound = 1000 * sqrt(Rational(35, 10) - r(0) ** 2)  # the root of a negative in most draws
    claim = Claim("undefined mostly", r(0) <= bound, at="T", probability=1 - delta)
    found = inside(stated((claim,)), store, widths=(1024,))
    assert verdicts(found)[0] in (V.INCONCLUSIVE, V.VOID, V.REFUTED)


def test_the_floor_of_rounding_neither_confirms_nor_refutes(store):
    ratio = Claim("ratio", r(k + 1) / r(k) <= 1, at="T", over=Each(k))
    found = inside(stated((ratio,), samples=1), store, widths=(1024,))
    assert V.REFUTED not in verdicts(found)


def test_hoeffding_holds_on_the_rows_that_the_setting_trains_on(store):
    """Rows in the unit ball: the limit of H(0) is taken on them, not on rows of length one."""
    points = np.array([[0.5, 0, 0], [0, 1, 0], [0, 0.3, 0.3]])
    half = Data("half", points, np.array([1.0, -1.0, 1.0]))
    ball = replace(SETTING, data=("unit_ball",))
    bound = n * sqrt(log(2 * n**2 / delta) / (2 * m))
    claim = Claim("concentration", gap <= bound, at="Hoeffding", probability=1 - delta)
    theorem = stated((claim,), (), setting=ball, witness=None)
    study = Study(Options(widths=(1024,), seeds=108), store)
    found = study._draws(theorem, half)
    assert verdicts(found) == [V.CONFIRMED]


@pytest.mark.parametrize("letter", [travel, usual.near])
def test_what_needs_neurons_does_not_load_on_a_network_without_them(letter, store):
    W = deep("W")
    layered = Setting(
        outputs=feed_forward(W, "relu"),
        trained=(W,),
        start={W: normal / sqrt(m)},
        loss=norm(feed_forward(W, "relu") - labels) ** 2 / 2,
    )
    relation = letter(k) <= 1 if letter is travel else letter(Rational(1, 1000)) <= 1
    claim = Claim("little", relation, at="T", over=Each(k) if letter is travel else None)
    theorem = stated(
        (claim,), (), setting=layered, scale=Scale(width=m, step_size=eta), witness=None
    )
    file = PaperFile(Path("deep.py"), usual.paper("deep"), (theorem,))
    with pytest.raises(BadInput, match="the network has W"):
        Study(Options(), store).check(file)


def test_hypotheses_that_exclude_each_other_are_said_to(store):
    narrow, broad = Hypothesis("narrow", m <= 50, at="T"), Hypothesis("broad", m >= 100 * n, at="T")
    found = inside(stated((MONOTONE,), (broad, narrow, small)), store)
    assert V.CONFIRMED not in verdicts(found)
    assert "broad" in found.why or "exclude" in found.why


L = measured("L", "largest eigenvalue of XXᵀ", greatest_eigenvalue(rows @ rows.T))
mu = measured("mu", "least eigenvalue of XXᵀ", least_eigenvalue(rows @ rows.T))
b = parameter("b", inputs)
line = rows @ b
F = measured("F", "loss", norm(line - labels) ** 2 / 2)
LINEAR = Setting(
    outputs=line,
    trained=(b,),
    start={b: normal},
    loss=norm(line - labels) ** 2 / 2,
    data=("unit_inputs",),
)
RATE = Claim("rate", F(k) <= (1 - mu / L) ** k * F(0), at="Theorem 1", over=Each(k))


def test_least_squares_says_what_it_means_and_its_rate_holds_at_the_edge_alone(store):
    """Inside eta <= 1/L the printed rate is false; at eta = 1/L it holds."""
    scale = Scale(samples=n, step_size=eta)
    kept = {"setting": LINEAR, "scale": scale}
    region = Hypothesis("step at most 1/L", eta <= 1 / L, at="Theorem 1")
    edge = Hypothesis("step 1/L", Eq(eta, 1 / L), at="Theorem 1")
    inner = inside(stated((RATE,), (region,), "sphere", 3, **kept), store)
    assert verdicts(inner) == [V.REFUTED]
    exactly = inside(stated((RATE,), (edge,), "sphere", 3, **kept), store)
    assert verdicts(exactly) == [V.CONFIRMED]


def test_a_relation_that_fails_at_the_start_shows_the_start(store):
    claim = Claim("below its start", r(k) < r(0), at="T", over=Each(k))
    found = inside(stated((claim,)), store, steps=20, widths=(1024,))
    assert verdicts(found) == [V.REFUTED]
    assert found.claims[0].step == 0


def test_a_run_that_ends_before_the_claim_does_decides_nothing_beyond(store):
    claim = Claim("stays large", r(k) >= Rational(1, 100), at="T", over=Each(k, last=1000))
    found = inside(stated((claim,)), store, steps=5, widths=(1024,))
    assert verdicts(found)[0] not in (V.CONFIRMED, V.REFUTED)


def test_a_law_along_n_is_not_fitted_along_m(store):
    law = Law("movement along n", of=travel, along=n, exponent=-Rational(1, 2), at="a")
    practice = Practice(
        data="orthonormal", samples=3, widths=(64, 128, 256, 512), seeds=3, step_size=0.1, steps=10
    )
    theorem = stated((MONOTONE,), (wide,), witness=None, practice=practice, laws=(law,))
    (found,) = Study(Options(), store, edges=False).practical([theorem])
    assert found.laws[0].exponent.verdict is LawVerdict.VOID
    assert "no ladder along n" in found.laws[0].exponent.why


def test_code_beside_a_theorem_is_part_of_the_key_of_its_runs(tmp_path):
    """A power changed from 1 to 3 in the file of parts: other numbers under another key."""
    here = Path(__file__).parent / "cases"
    for name in ("outside.py", "outside_parts.py"):
        shutil.copy(here / name, tmp_path)
    store, found = Store(tmp_path / "kept"), []
    for power in ("POWER = 1", "POWER = 3"):
        parts = tmp_path / "outside_parts.py"
        parts.write_text(parts.read_text().replace("POWER = 1", power))
        file = theorems.load(tmp_path / "outside.py")
        (regime,) = Study(Options(), store, edges=False).practical(list(file.theorems))
        found.append(regime.claims[1].observed)
    assert found[0] != found[1]


def test_a_letter_shows_what_it_is(store):
    assert training_loss.text == "loss"
    assert mu.of.text == "least_eigenvalue(x @ x.T)"
    assert floor.of.text.startswith("least_eigenvalue(tangent_kernel(")


MODEL = linearized(SETTING.outputs, usual.w)
BESIDE = replace(
    SETTING,
    reference=replace(SETTING, outputs=MODEL, loss=norm(MODEL - labels) ** 2 / 2),
)
apart = measured("apart", "distance from the linear model", norm(SETTING.outputs - MODEL.reference))
fitted = measured("fitted", "the linear model's distance", norm(MODEL.reference - labels))


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (Claim("near", apart(k) <= fitted(0) / 10, at="T", over=Each(k)), V.CONFIRMED),
        (Claim("nearer", apart(k) <= fitted(0) / 10**6, at="T", over=Each(k)), V.REFUTED),
        (Claim("falls", fitted(k + 1) <= fitted(k), at="T", over=Each(k)), V.CONFIRMED),
        (Claim("rises", fitted(k + 1) >= fitted(k), at="T", over=Each(k)), V.REFUTED),
        (Claim("begins alike", Eq(apart(0), 0), at="T", scale=n), V.CONFIRMED),
        (Claim("is alike", Eq(apart(k), 0), at="T", over=Each(k), scale=n), V.REFUTED),
    ],
)
def test_a_reference_run_is_judged_as_the_run_is(claim, verdict, store):
    found = inside(stated((claim,), setting=BESIDE), store, steps=20, widths=(1024,))
    assert verdicts(found) == [verdict]


K = count("K", "classes")
kinds = Axis("kinds", size=K)
rowed = relu(rows @ usual.w.T) @ parameter("V", neurons, kinds) / m
aims = indicator(labels, kinds)
MANY = Setting(
    outputs=rowed,
    trained=(usual.w,),
    start={usual.w: normal, parameter("V", neurons, kinds): normal},
    loss=norm(rowed - aims) ** 2 / 2,
    data=("unit_inputs",),
)
far = measured("far", "distance from the unit vectors", norm(rowed - aims))


@pytest.mark.parametrize(
    ("relation", "verdict"),
    [(far(k + 1) <= far(k), V.CONFIRMED), (far(k + 1) >= far(k), V.REFUTED)],
)
def test_several_outputs_are_judged_as_one_is(relation, verdict, store, tmp_path):
    file = tmp_path / "kinds.csv"
    file.write_text("a,b,label\n1,0,0\n0,1,1\n1,1,2\n")
    claim = Claim("monotone", relation, at="T", over=Each(k))
    theorem = stated((claim,), (), str(file), 3, setting=MANY, choices={K: 3})
    found = inside(theorem, store, steps=20, widths=(64,), step_size=0.1)
    assert verdicts(found) == [verdict]


def test_labels_that_are_no_class_are_one_line(store):
    claim = Claim("monotone", far(k + 1) <= far(k), at="T", over=Each(k))
    theorem = stated((claim,), (), "orthonormal", 4, setting=MANY, choices={K: 3})
    with pytest.raises(BadInput, match="the kinds are 0"):
        inside(theorem, store, steps=20, widths=(64,))


@pytest.mark.parametrize(("step", "status"), [(0.1, "holds"), (0.1 + 1e-16, "fails")])
def test_a_short_decimal_step_is_that_decimal(step, status, store):
    found = inside(stated((MONOTONE,)), store, steps=5, widths=(1024,), step_size=step)
    assert found.hypotheses[-1].status == status


def test_a_false_step_links_nothing():
    wrong = Implication("wrong", (small,), eta <= Rational(1, 20), at="T")
    right = Implication("right", (small,), eta <= Rational(1, 5), at="T")
    for step, bare in ((wrong, ("wide", "small steps", "monotone")), (right, ("wide", "monotone"))):
        assert uncovered(stated((MONOTONE,), derivation=(step,))) == bare
