"""Declarations refuse nonsense when built, and there is room for every kind of statement that is
coming.
"""

from dataclasses import replace

import pytest
from sympy import Eq, Function, Integer, Ne, Rational, Symbol, ceiling, exp, log, oo, sin, sqrt

from tests.letters import SETTING, a, observable, of_data, of_draw, w
from theorems.language import (
    About,
    Average,
    BadInput,
    Best,
    Claim,
    Each,
    Erratum,
    Hypothesis,
    Identity,
    Implication,
    Law,
    Limit,
    Paper,
    Some,
    Theorem,
    Witness,
    count,
    defined,
    expanded,
    failure,
    hidden,
    index,
    positive,
    time,
)
from theorems.language.grammar import level
from theorems.language.measurement import Axis, neurons, norm, normal, ones, parameter, points
from theorems.writing.card import quantifier

n, m, k, t = count("n", "points"), count("m", "neurons"), index("k", "step"), time("t", "time")
eta, eps, delta = (
    positive("eta", "step size"),
    positive("eps", "accuracy"),
    failure("delta", "failure"),
)
loss = observable("L", "loss", probe="loss")
r = observable("r", "residual", probe="residual")
alpha, beta = (
    of_draw("alpha", "least singular value of the Jacobian", probe="jacobian_min"),
    of_draw("beta", "its norm", probe="jacobian_norm"),
)


# One statement of each kind that the catalogue will hold ------------------------------------------


def test_deterministic_with_explicit_constants():
    """Oymak and Soltanolkotabi 2019, Theorem 2.1, case (b)."""
    lipschitz = of_data("Lam", "Lipschitz constant of the Jacobian", probe="jacobian_lipschitz")
    path = observable("path", "length of the path", probe="path")
    theorem = Theorem(
        statement="Theorem 2.1",
        says="Few steps away lies a solution.",
        setting=SETTING,
        hypotheses=(
            Hypothesis("small step", eta <= 1 / (2 * beta**2), at="(2.3)"),
            Hypothesis(
                "smooth enough", eta <= alpha**2 / (2 * beta**2 * lipschitz * r(0)), at="(2.3)"
            ),
        ),
        claims=(
            Claim(
                "decay",
                r(k) ** 2 <= (1 - eta * alpha**2 / 2) ** k * r(0) ** 2,
                at="(2.4)",
                over=Each(k),
            ),
            Claim("short path", path(k) <= 4 * r(0) / alpha, at="(2.6)", over=Each(k)),
        ),
    )
    assert {h.about for h in theorem.hypotheses} == {About.DRAW}
    assert all(c.probability == 1 for c in theorem.claims)


def test_a_limit_without_a_rate():
    """Ji and Telgarsky 2019, Theorem 1: alignment of adjacent layers tends to 1."""
    alignment = observable("align", "|<v_{k+1}, u_k>|", probe="alignment")
    claim = Claim("layers align", Eq(alignment(t), 1), at="Theorem 1", over=Limit(t))
    assert quantifier(claim) == "as t → ∞"


def test_a_two_sided_law_in_time():
    """Lyu and Li 2020, Theorem 4.3: the loss is of order 1/(t (log t)^(2 - 2/depth)), here depth 2."""
    law = Law(
        "loss", of=loss, along=t, exponent=-1, log_exponent=-1, kind="exactly", at="Theorem 4.3"
    )
    assert (law.exponent, law.log_exponent) == (-1, -1)


def test_an_average_over_steps_and_the_best_step():
    """Ji and Telgarsky 2020, Theorem 2.2: the mean risk up to T(eps) is at most eps."""
    margin = of_data("gamma", "margin", probe="ntk_margin")
    scale = 4 * (sqrt(2 * log(4 * n / delta)) + log(4 / eps)) / margin
    steps = ceiling(2 * scale**2 / (eta * eps))
    claim = Claim(
        "mean risk",
        loss(k) <= eps,
        at="Theorem 2.2",
        over=Average(k, steps),
        probability=1 - 3 * delta,
    )
    assert "on average over k" in quantifier(claim)
    assert "best" in quantifier(
        Claim("best risk", loss(k) <= eps, at="Theorem 2.2", over=Best(k, steps))
    )
    with pytest.raises(BadInput, match="must not vary with the step"):
        Claim("wrong", loss(k) <= loss(k + 1), at="nowhere", over=Average(k, steps))


def test_a_flow_a_region_and_an_identity():
    """Du et al. 2019, Theorem 3.2; a hypothesis on the trajectory; a conserved quantity."""
    floor = of_data("lambda_0", "floor", probe="gram_floor")
    norm = observable("norm", "largest layer norm", probe="layer_norm")
    balance = observable("D", "difference of squared layer norms", probe="balance")
    assert Claim(
        "decay", r(t) ** 2 <= exp(-floor * t) * r(0) ** 2, at="Theorem 3.2", over=Each(t)
    ).over.index.is_nonnegative
    assert Hypothesis("bounded region", norm(k) <= 3, at="Assumption 5").about is About.TRAJECTORY
    assert Claim("conserved", Eq(balance(t), balance(0)), at="Lemma 1", over=Each(t)).is_identity


def test_a_hypothesis_on_the_draw_counts_the_start_as_drawn():
    assert Hypothesis("small start", r(0) <= 1, at="Assumption 2").about is About.DRAW
    assert level(r(k) + r(0)) is About.TRAJECTORY


def test_one_paper_several_theorems_and_variants_as_printed_and_as_corrected():
    printed, corrected = (
        Identity("as printed", n + 1, n, at="Lemma 1"),
        Identity("as corrected", n + 1, 1 + n, at="Lemma 1"),
    )
    claims = (Claim("start", r(0) <= n, at="Lemma 1"),)
    both = tuple(
        Theorem(statement=s, says="It starts.", setting=SETTING, hypotheses=(), claims=claims)
        for s in ("Lemma 1", "Lemma 1'")
    )
    assert len(set(both)) == 2
    assert (
        Erratum(at="Lemma 1", printed=printed, corrected=corrected, remark="off by one").kind
        == "gap"
    )
    with pytest.raises(BadInput, match="witness"):
        Erratum(
            at="Lemma 1",
            printed=both[0],
            corrected=both[1],
            remark="a statement called false needs its witness",
        )
    assert Paper("a2000", "A", ("A. A.",), 2000, "Journal").arxiv == ""


def test_letters_that_are_written_differently_are_different_letters():
    """SymPy caches by equality: if these were equal, one paper's sign would appear in another
    paper's report.
    """
    one = observable("r", "residual", probe="residual", text="‖y−u({})‖")
    assert one != r
    assert (one(k) ** 2).atoms(type(one)) == {one}
    assert positive("x", "a") != positive("x", "b")


def test_abbreviations_are_written_out():
    short = defined("R", 3 * n, "three n")
    again = defined("Q", short**2 / m, "its square by m")
    assert expanded(again >= 2) == (9 * n**2 / m >= 2)
    theorem = Theorem(
        statement="A",
        says="B.",
        setting=SETTING,
        hypotheses=(),
        claims=(Claim("c", r(0) <= again, at="x"),),
    )
    assert [str(a) for a in theorem.abbreviations] == ["R", "Q"]
    assert short not in theorem.quantities


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Hypothesis("h", m >= n, at=" "), "address"),
        (lambda: Hypothesis("h", n >= 1, at="x"), "already decide"),
        (lambda: Hypothesis("h", m * n, at="x"), "must be a relation"),
        (lambda: Hypothesis("h", Symbol("z") >= n, at="x"), "declared as a quantity"),
        (lambda: Claim("c", r(k) <= 1, at="x"), "quantifier must agree"),
        (lambda: Claim("c", r(0) <= 1, at="x", over=Each(k)), "quantifier must agree"),
        (lambda: Claim("c", r(k) <= r(1), at="x", over=Each(k)), "plus a whole number"),
        (lambda: Claim("c", r(2 * k) <= r(k), at="x", over=Each(k)), "plus a whole number"),
        (lambda: Claim("c", r(k) <= r(m), at="x", over=Each(k)), "plus a whole number"),
        (lambda: Claim("c", r(0) <= 1, at="x", probability=1 - r(0)), "scale alone"),
        (lambda: Claim("c", r(0) <= 1, at="x", probability=-delta), "never positive"),
        (lambda: Claim("c", r(0) <= 1, at="x", probability=1 - 1 / delta), "never positive"),
        (lambda: Claim("c", r(0) <= 1, at="x", probability=1 + delta), "always above 1"),
        (lambda: Claim("c", r(0) <= 1, at="x", probability=0), "never positive"),
        (lambda: Claim("c", r(0) <= 1, at="x", form="as we like"), "form"),
        (lambda: Claim("c", Ne(r(0), 1), at="x"), "sign"),
        (lambda: Claim("c", Eq(r(0), 0), at="x"), "scale=1"),
        (lambda: Claim("c", Eq(r(0), 0), at="x", scale=r(0)), "scale or the data alone"),
        (lambda: Claim("c", Eq(r(0), 0), at="x", scale=-1), "positive"),
        (lambda: Claim("c", r(0) <= 1, at="x", scale=1), "only an equation"),
        (lambda: Claim("c", Eq(r(k), 0), at="x", over=Limit(k), scale=1), "only an equation"),
        (lambda: Claim("c", r(0) <= Function("f")(n), at="x"), "may hold"),
        (lambda: Claim("c", r(0) <= sin(eta), at="x"), "may hold"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(k, last=oo)), "finite"),
        (lambda: Claim("c", r <= 1, at="x"), r"r\(k\) or r\(0\)"),
        (lambda: Claim("c", alpha(k) <= 1, at="x", over=Each(k)), "does not vary"),
        (lambda: Claim("c", r(k - 1) <= 1, at="x", over=Each(k)), "no step -1"),
        (lambda: Claim("c", r(t + 1) <= 1, at="x", over=Each(t)), "plus a whole number"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(k, first=-1)), "at least 0"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(k, first=3, last=2)), "at least 3"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(k, last=k)), "may not depend"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(k, last=r(0) + r(k))), "may not depend"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(n)), "a step or a time"),
        (lambda: Claim("c", r(k) <= 1, at="x", over="every k"), "one of Each"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Each(k, separately=True)), "below 1"),
        (lambda: Claim("c", r(k) < 1, at="x", over=Limit(k)), "strict"),
        (lambda: Claim("c", r(k) <= k, at="x", over=Average(k, 5)), "vary with the step"),
        (lambda: Claim("c", r(k) >= 1, at="x", over=Best(k, 5)), "Some or Each"),
        (lambda: Claim("c", r(t) <= 1, at="x", over=Average(t, 5)), "over steps"),
        (lambda: Claim("c", r(0) <= 1, at="x", expected=True, probability=1 - delta), "no prob"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Some(k, 5), expected=True), "Average"),
        (lambda: Claim("c", r(k) <= 1, at="x", over=Limit(k), expected=True), "Average"),
        (lambda: Claim("c", m >= n, at="x", expected=True), "nothing in it is drawn"),
        (lambda: Hypothesis("h", r(k) <= 1, at="x", over=Limit(k)), "no finite run"),
        (lambda: Hypothesis("h", r(k) <= r(t), at="x"), "must agree"),
        (lambda: Hypothesis("h", r(0) <= 1, at="x", over=Each(k)), "must agree"),
        (
            lambda: Hypothesis("h", r(k) <= 1, at="x", over=Each(k, separately=True)),
            "no probability",
        ),
        (lambda: Hypothesis("h", Eq(alpha, 0), at="x"), "scale=1"),
        (lambda: Hypothesis("h", Eq(eta, 1 / n), at="x", scale=1), "only an equation"),
        (lambda: Law("l", of=loss, along=m, exponent=Function("f")(n), at="x"), "rational"),
        (
            lambda: Law("l", of=loss, along=m, exponent=1, at="x", kind="about"),
            "'at most' or 'at least' or 'exactly'",
        ),
        (lambda: replace(SETTING, trained=(parameter("v", neurons),)), "initial law"),
        (lambda: replace(SETTING, loss=SETTING.outputs), "one number"),
        (lambda: replace(SETTING, loss=norm(w.reference)), "no part of a network or a loss"),
        (lambda: norm(w - w.reference).reference, "on the reference run already"),
        (lambda: replace(SETTING, start={w: "normal"}), "a term, a number or a letter"),
        (lambda: replace(SETTING, start={w: normal, a: ones(points)}), "not those drawn"),
        (lambda: Theorem(statement="T", says="s", hypotheses=(), claims=()), "says nothing"),
        (
            lambda: Theorem(
                statement="T", says="s", hypotheses=(), claims=(Claim("c", r(0) <= 1, at="x"),)
            ),
            "needs a setting",
        ),
        (lambda: hidden("C m", "x"), "identifier"),
        (lambda: count("n", " "), "meaning"),
        (lambda: Implication("i", (n,), m >= n, at="x"), "link relations"),
    ],
)
def test_nonsense_is_refused_in_one_line(build, words):
    with pytest.raises(BadInput, match=words) as error:
        build()
    assert "\n" not in str(error.value)


def test_a_step_may_not_rest_on_what_the_theorem_does_not_state():
    wide, small = Hypothesis("wide", m >= n, at="x"), Hypothesis("small", eta <= 1, at="x")
    claims = (Claim("c", r(0) <= 1, at="x"),)
    step = Implication("uses both", (wide, small), m >= eta, at="x")
    Theorem(
        statement="T",
        says="s",
        setting=SETTING,
        hypotheses=(wide, small),
        claims=claims,
        derivation=(step,),
    )
    with pytest.raises(BadInput, match="does not state"):
        Theorem(
            statement="T",
            says="s",
            setting=SETTING,
            hypotheses=(wide,),
            claims=claims,
            derivation=(step,),
        )


def test_a_derivation_is_made_of_steps():
    claim = Claim("c", m >= n, at="T")
    with pytest.raises(BadInput, match=r"T: derivation: got 'Claim'; a step is"):
        Theorem("T", "It holds.", (), (claim,), derivation=(claim,))


def test_names_in_a_theorem_differ():
    twice = (Claim("c", r(0) <= 1, at="x"), Claim("c", r(0) <= 2, at="x"))
    with pytest.raises(BadInput, match="must differ"):
        Theorem(statement="T", says="s", setting=SETTING, hypotheses=(), claims=twice)


def test_declarations_do_not_change():
    with pytest.raises(TypeError):
        SETTING.start[w] = "another"
    assert hash(SETTING)
    assert Witness("orthonormal", 2).delta == Rational(1, 2)


def test_a_choice_may_be_a_plain_number():
    claim = Claim("c", r(0) <= eps, at="x")
    chosen = Theorem("T", "s", (), (claim,), setting=SETTING, choices={eps: 1}).choices
    assert chosen[eps].free_symbols == set()


def test_a_hypothesis_over_steps_holds_at_every_one_unless_it_says_otherwise():
    assert Hypothesis("h", r(k) <= 1, at="x").over == Each(k)
    some = Hypothesis("h", r(k) <= 1, at="x", over=Some(k, 5))
    assert quantifier(some) == "for some k ≤ 5"
    assert Hypothesis("h", m >= n, at="x").over is None
    assert quantifier(Hypothesis("h", m >= n, at="x")) == ""


def test_a_quantifier_says_its_own_words():
    for over, words in (
        (Each(k, first=1, last=n), "for every 1 ≤ k ≤ n"),
        (Some(k, n), "for some k ≤ n"),
        (Best(k, n), "for the best k ≤ n"),
        (Average(k, n), "on average over k < n"),
    ):
        assert quantifier(Claim("c", r(k) <= 1, at="x", over=over)) == words
    each = Claim("c", r(k) <= 1, at="x", over=Each(k, separately=True), probability=1 - delta)
    assert quantifier(each) == "for every k ≥ 0 separately, with probability at least 1 − δ"
    assert quantifier(Claim("c", Eq(r(0), 0), at="x", scale=n)) == "on the scale of n"


def test_an_average_or_a_best_step_may_be_measured_by_the_start():
    for over in (Average(k, n), Best(k, n)):
        assert Claim("c", r(k) <= r(0) / 2, at="x", over=over).over is over


@pytest.mark.parametrize("size", [0, -3, Rational(5, 2), 2.5])
def test_the_length_of_an_axis_is_a_positive_whole_number(size):
    with pytest.raises(BadInput, match=r"axis kinds.*positive whole number"):
        Axis("kinds", size)


def test_an_axis_may_have_a_plain_length():
    assert Axis("kinds", 3) == Axis("kinds", Integer(3))
