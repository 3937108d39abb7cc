"""What is run, and inside which hypotheses: planted statements about the two-layer network."""

from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Eq, Rational, sqrt

from reports.judging.statistics import MEANS
from reports.judging.verdict import Verdict
from reports.studies import pilot
from reports.studies.demands import demand_rows
from reports.studies.options import Options
from reports.studies.planning import make_plan, sharing_a_run
from reports.studies.study import Study
from sim.data import size
from sim.data.table import load
from sim.store import Store
from tests.letters import a, of_data, of_draw, w
from tests.letters import f as network
from theorems.language import (
    BadInput,
    Claim,
    Each,
    Hypothesis,
    Paper,
    Practice,
    Scale,
    Setting,
    Theorem,
    Witness,
    count,
    index,
    measured,
    positive,
)
from theorems.language.measurement import labels, norm, normal, paired_signs, signs, training_loss
from theorems.language.paper_file import PaperFile

n, m, k, eta = (
    count("n", "points"),
    count("m", "neurons"),
    index("k", "step"),
    positive("eta", "step"),
)
alpha, N = positive("alpha", "size of the start"), count("N", "layers")
L = of_data("L", "largest eigenvalue of XX^T", probe="input_gram_norm")
floor = of_data("lambda_0", "least eigenvalue of the limiting Gram matrix", probe="gram_floor")
front = 1 / sqrt(m) * network
f = measured("f", "loss", training_loss, nonnegative=True)
r = measured("r", "residual", norm(labels - front))
SETTING = Setting(
    outputs=front,
    trained=(w,),
    start={w: alpha * normal, a: signs},
    loss=norm(front - labels) ** 2 / 2,
    data=("unit_inputs",),
)
SMALL = Practice(data="orthonormal", samples=3, widths=(64,), seeds=2, steps=8)
WITNESS = Witness("orthonormal", samples=2)
monotone = Claim("monotone", r(k + 1) <= r(k), at="T", over=Each(k))
wide = Hypothesis("wide", m >= 1000, at="T")


def stated(name, *relations, claims=(monotone,), **more):
    hypotheses = tuple(Hypothesis(f"h{i}", x, at="T") for i, x in enumerate(relations))
    fields = {
        "setting": SETTING,
        "practice": SMALL,
        "witness": WITNESS,
        "scale": Scale(samples=n, width=m, step_size=eta),
        "choices": {alpha: Rational(1)},
    }
    return Theorem(
        statement=name, says="x.", hypotheses=(*hypotheses,), claims=claims, **{**fields, **more}
    )


def file_of(*theorems):
    paper = Paper(key="planted", title="P", authors=("A",), year=2026, venue="v")
    return PaperFile(Path("planted.py"), paper, theorems)


def checked(*theorems, store=None, say=None, **options):
    study = Study(Options(**options), store or Store(), edges=False)
    return (study if say is None else replace(study, say=say)).check(file_of(*theorems))


def inside(theorem):
    """The regime of one statement at its witness."""
    study = Study(Options(), Store(), edges=False)
    return study.in_regime(theorem, load("orthonormal", 2))


def test_theorems_whose_letters_have_other_values_are_other_runs():
    """Checked beside each other or alone: the same numbers."""
    one = stated("one", m >= 10)
    two = replace(one, statement="two", choices={alpha: Rational(1, 2000)})
    three = replace(one, statement="three")
    four = replace(one, statement="four", hypotheses=(Hypothesis("h", Eq(eta, alpha), at="T"),))
    five = replace(two, statement="five", claims=(replace(monotone, relation=r(k) <= L * n),))

    def alone(theorem, end):
        width = end(theorem.practice.widths)
        data = load("orthonormal", 3)
        return make_plan([theorem], data, width, Options(delta=Rational(1, 10), seeds=1))

    assert sharing_a_run([one, two, three, four, five], alone) == [[one, three, four], [two, five]]
    other = replace(four, hypotheses=(Hypothesis("h", Eq(eta, alpha / 3), at="T"),))
    assert sharing_a_run([one, other], alone) == [[one], [other]]
    both = checked(one, two, regime="practical").regimes
    apart = [g for t in (one, two) for g in checked(t, regime="practical").regimes]
    assert [g.claims for g in both] == [g.claims for g in apart]
    assert both[0].claims[0].observed != both[1].claims[0].observed
    assert [g.scale["alpha"] for g in both] == [1.0, 0.0005]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"witness": Witness("orthonormel")}, "Theorem: witness: .*did you mean 'orthonormal'"),
        ({"witness": Witness("none.csv")}, "Theorem: witness: .*no such file"),
        ({"practice": Practice(data="sphera")}, "did you mean 'sphere'"),
        ({"setting": replace(SETTING, data=("separable",)), "practice": Practice(data="separable"),
          "witness": Witness("xor", samples=4)}, "Theorem: witness: .*separates"),
    ],
)  # fmt: skip
def test_what_is_known_when_the_file_is_read_is_said_before_anything_runs(change, words, tmp_path):
    said = []
    with pytest.raises(BadInput, match=words):
        checked(
            stated("Theorem", m >= 10, **change),
            store=Store(tmp_path / "kept"),
            say=lambda *words: said.append(words),
        )
    assert not said
    assert not (tmp_path / "kept").exists()


def test_a_rate_of_the_largest_step_alone_is_refuted_inside_the_region():
    """f(k) ≤ 0.7ᵏ f(0) is so at η = 1/L and false at a tenth of it."""
    rate = Claim("rate", f(k) <= Rational(7, 10) ** k * f(0), at="T", over=Each(k))
    up_to = inside(stated("T", m >= 4000, eta <= 1 / L, claims=(rate, monotone)))
    exactly = inside(stated("T", m >= 4000, Eq(eta, 1 / L), claims=(rate, monotone)))
    assert [x.verdict for x in up_to.claims] == [Verdict.REFUTED, Verdict.CONFIRMED]
    assert up_to.claims[0].evidence.startswith("at η = 0.1:")
    assert "confirmed at η = 0.1" in up_to.claims[1].evidence
    assert up_to.scale["also eta"] == pytest.approx(0.1)
    assert [x.verdict for x in exactly.claims] == [Verdict.CONFIRMED] * 2
    assert "also eta" not in exactly.scale
    assert "η = 1/L is set" in exactly.why


def test_a_practice_inside_all_hypotheses_is_probed_too():
    rate = Claim("rate", f(k) <= Rational(7, 10) ** k * f(0), at="T", over=Each(k))
    own = replace(SMALL, widths=(4000,), seeds=4)
    theorem = stated(
        "T", m >= 4000, eta <= 1 / L, claims=(rate, monotone), practice=own, witness=None
    )
    (found,) = checked(theorem).regimes
    assert [x.verdict for x in found.claims] == [Verdict.REFUTED, Verdict.CONFIRMED]
    assert found.claims[0].evidence.startswith("at η = 0.1: fails in 4 of 4 seeds")


@pytest.mark.parametrize(
    ("relations", "more", "scale"),
    [
        ((m <= 1, eta <= 1), {}, {"m": 1}),
        ((m <= 50, eta <= 1), {}, {"m": 50}),
        ((m >= 101, eta <= 1), {"setting": replace(SETTING, start={w: alpha * normal, a: paired_signs})}, {"m": 102}),
        ((m >= 10, eta >= Rational(1, 20), eta <= Rational(1, 10)), {}, {"eta": 0.1, "also eta": 0.0707}),
        ((m >= 10, eta <= 1), {"witness": Witness("orthonormal", 2, width=77, step=Rational(1, 3), steps=9)},
         {"m": 77, "eta": 1 / 3, "steps": 9, "also eta": 0.0333}),
        ((m >= 10, eta <= alpha), {"witness": Witness("orthonormal", 2, letters={alpha: Rational(1, 4)})},
         {"alpha": 0.25, "eta": 0.25}),
    ],
)  # fmt: skip
def test_a_point_inside_all_hypotheses_is_run(relations, more, scale):
    found = inside(stated("T", *relations, **more))
    assert found.name == "in"
    assert {key: found.scale[key] for key in scale} == pytest.approx(scale, rel=1e-3)
    assert found.claims[0].verdict is Verdict.CONFIRMED


def test_a_mean_has_the_draws_of_a_mean_in_regime_too():
    mean = Claim("mean", Eq(r(0) ** 2, 3), at="T", expected=True)  # 1 + 1/2 a point
    found = inside(stated("T", m >= 10, claims=(mean,)))
    assert found.scale["seeds"] == MEANS
    assert found.claims[0].verdict is Verdict.CONFIRMED


def test_feasible_is_said_only_of_what_was_run_inside():
    """With unit inputs λ₀ is at most 1/2."""
    good, never = stated("good", m >= 10, eta <= 1), stated("never", floor > Rational(6, 10))
    torn = stated("torn", m >= 100 * n, m <= 50)
    report = checked(good, never, torn)
    lines = [x.says for x in report.trust]
    (witness,) = [x for x in lines if x.startswith("witness")]
    assert "1 of 3 statements" in witness
    assert "never (the witness, where “h0” does not certainly hold)" in witness
    assert [x for x in lines if x.startswith("torn")] == [
        "torn: the hypotheses exclude each other: m ≥ 100·n, m ≤ 50"
    ]
    verdicts = {g.theorem.statement: g.claims[0].verdict for g in report.regimes if g.name == "in"}
    assert verdicts == {"good": Verdict.CONFIRMED, "torn": Verdict.VOID}


def test_a_search_for_a_width_ends_names_what_blocks_it_and_is_heard(monkeypatch):
    """A deep linear start never comes near an output of a million."""
    said, out = [], of_draw("out", "largest output", probe="largest_output")
    never = stated("T", out >= 10**6, eta <= 1)

    def say(what, _total):
        said.append(what)
        return lambda _share=1.0: None

    monkeypatch.setattr(pilot, "NUMBERS", 10.0 * 10**5)
    found = pilot.certified_width(never, load("orthonormal", 2), Rational(1, 2), Store(), say)
    assert found.width is None
    assert "satisfies “h0” (in 0 of 10 draws at m = " in found.why
    assert "m = 64" in said[0]
    monkeypatch.setattr(pilot, "memory_free", lambda: 1000.0)
    tight = pilot.certified_width(never, load("orthonormal", 2), Rational(1, 2), Store())
    assert "GB are free" in tight.why


def test_what_needs_more_memory_than_is_free_is_said_before_it_is_made(monkeypatch):
    with pytest.raises(BadInput, match=r"10,000,000 points.*GB are free; --samples \d+ takes"):
        size.fits("mine.csv", 10**7)
    monkeypatch.setattr(size, "memory_free", lambda: 8.0 * size.COPIES * 100)
    size.fits("mine.csv", 10)
    with pytest.raises(BadInput, match="--samples 10 takes"):
        size.fits("mine.csv", 11)
    with pytest.raises(BadInput, match="--samples 10 takes"):
        checked(stated("T", m >= 10), data="sphere", samples=40)


def test_demands_are_rounded_to_the_side_on_which_they_stay_true():
    rows = demand_rows(
        [
            stated("a", eta <= Rational(1, 10), m >= 12345678901234),
            stated("b", eta <= Rational(99999, 10**6), m <= 98765432109876),
            stated("c", m >= 100 * n, m <= 50),
        ],
        load("orthonormal", 2),
        Rational(1, 10),
    )
    assert [row["says"] for row in rows] == [
        ["m ≥ 1.24·10¹³", "η ≤ 0.1"],
        ["m ≤ 9.87·10¹³", "η ≤ 0.0999"],
        ["m ≥ 200", "m ≤ 50", "nothing satisfies “h0” and “h1”"],
    ]
