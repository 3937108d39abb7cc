"""What a law or a limit in a letter may say, and along what: everything else is refused when the file
loads.
"""

from dataclasses import replace

import pytest
from sympy import Eq, Rational, S, oo, sqrt

from tests.letters import SETTING as setting
from tests.letters import observable, of_data, of_draw
from theorems.language import (
    BadInput,
    Claim,
    Each,
    Hypothesis,
    Largest,
    Last,
    Law,
    LimitIn,
    Practice,
    Scale,
    Theorem,
    count,
    hidden,
    index,
    positive,
)
from theorems.writing.card import law_order, quantifier
from theorems.writing.notation import tex, text
from theorems.writing.transcription import agrees

n, m, d, k = count("n", "points"), count("m", "width"), count("d", "axes"), index("k", "step")
eta, alpha, other = positive("eta", "step"), positive("alpha", "scale"), positive("beta", "another")
C = hidden("C", "a constant")
Y = of_data("Y", "norm of the labels", probe="label_norm")
r = observable("r", "residual", probe="residual", text="‖y−u({})‖", tex=r"\lVert y-u({})\rVert")
travel = observable("travel", "movement", probe="movement")
start = of_draw("start", "largest output", probe="largest_output")
near = of_draw("near", "near a kink", probe="near_kink")
falls = Claim("falls", r(k + 1) <= r(k), at="x", over=Each(k))


def law(of=travel, along=m, **fields):
    return Law("l", of=of, along=along, at="x", **{"exponent": -Rational(1, 2), **fields})


def limit(relation, letter=alpha, to=0, **fields):
    return Claim("c", relation, at="x", over=LimitIn(letter, to), **fields)


def theorem(laws=(), claims=(falls,), **fields):
    whole = {
        "scale": Scale(samples=n, width=m, step_size=eta, dimension=d),
        "choices": {alpha: S.One},
        **fields,
    }
    return Theorem(
        statement="T", says="s", hypotheses=(), claims=claims, setting=setting, laws=laws, **whole
    )


def ladder(letter, *sizes):
    return Practice(ladders={letter: sizes})


# What is read ---------------------------------------------------------------------------------------


def test_an_observable_alone_stands_for_its_largest_value():
    assert law(travel).read == law(Largest(travel)).read == Largest(travel)
    assert law(start).read == start
    for of in (Last(r), r(0), r(100), Last(r) / r(0), Y * Largest(travel) + sqrt(n) * start):
        assert law(of).read == of


def test_a_moment_is_written_as_it_is_meant():
    assert text(Last(r)) == "‖y−u(end)‖"
    assert tex(Last(r)) == r"\lVert y-u(\mathrm{end})\rVert"
    assert text(Largest(r)) == "largest ‖y−u‖"
    assert tex(Largest(r)) == r"\max_k \lVert y-u(k)\rVert"
    assert text(Last(travel) / r(0)) == "travel(end)/‖y−u(0)‖"


def test_a_law_says_where_its_letter_goes():
    assert law().to is oo
    down = law(along=alpha, to=0, exponent=2, log_exponent=1)
    assert down.to is S.Zero
    assert law_order(down) == "α^(2) log(1/α)^(1) as α → 0"
    assert law_order(law()) == "m^(-1/2)"
    assert quantifier(limit(Eq(Last(r), 0))) == "as α → 0"


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        (law(), "travel ~ m^(-1/2); at most"),
        (law(kind="at least"), "travel ~ m^(-1/2); at least"),
        (law(Last(r) / r(0)), "Last(r)/r(0) ~ m^(-1/2); at most"),
        (
            law(along=alpha, to=0, log_exponent=1),
            "travel ~ log(1/alpha)/sqrt(alpha); at most; as alpha -> 0",
        ),
        (limit(Eq(Last(r), Y)), "Last(r) = Y; as alpha -> 0"),
    ],
)
def test_a_second_typing_sees_every_part(declared, line):
    letters = (n, m, r, travel, alpha, Y)
    assert agrees(declared, line, (), letters)
    changed = [
        line.replace("Last(r)", "r(0)").replace("travel", "Last(travel)"),
        line.replace("at most", "exactly").replace("at least", "exactly")
        if "at " in line
        else "r(0) = Y",
        line.partition("; as")[0] if "; as" in line else f"{line}; as m -> 0",
    ]
    assert not any(agrees(declared, other, (), letters) for other in changed)


# What nobody reads is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: law(travel / r(0)), "say at which moment"),
        (lambda: law(r(k)), "no step is bound"),
        (lambda: law(r(-1)), "no step is bound"),
        (lambda: law(r(Rational(1, 2))), "no step is bound"),
        (lambda: law(C * Last(r)), "C.*has no value here"),
        (lambda: law(k * Last(r)), "k.*has no value here"),
        (lambda: law(Y * n), "observes no run"),
        (lambda: law(near(1)), "only an observable of the run"),
        (lambda: law(Last(start)), "only an observable of the run"),
        (lambda: law(along=alpha), "say where alpha goes"),
        (lambda: law(to=1), "say where m goes"),
        (lambda: law(kind="about"), "'at most' or 'at least' or 'exactly'"),
        (lambda: LimitIn(alpha, 1), "0 or oo"),
        (lambda: limit(Last(r) < Y), "no strict inequality"),
        (lambda: limit(Eq(r, 0)), "say at which moment"),
        (lambda: limit(Eq(r(k), 0)), "no step is bound"),
        (lambda: limit(Eq(Last(r), C)), "C.*has no value here"),
        (lambda: limit(Eq(Last(r), 0), probability=Rational(1, 2)), "no probability"),
        (lambda: limit(Eq(Last(r), 0), expected=True), "no mean"),
        (lambda: Claim("c", Last(r) <= r(k), at="x", over=Each(k)), "laws and limits in a letter"),
        (lambda: Claim("c", Last(r) <= 1, at="x"), "laws and limits in a letter"),
        (lambda: Hypothesis("h", Largest(travel) <= 1, at="x"), "laws and limits in a letter"),
    ],
)
def test_what_nobody_reads_is_refused(build, words):
    with pytest.raises(BadInput, match=words) as error:
        build()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("letter", [Y, C, k, other])
def test_only_what_an_experiment_can_set_has_a_ladder(letter):
    for build in (
        lambda: theorem((law(along=letter, to=0),)),
        lambda: theorem(claims=(limit(Eq(Last(r), 0), letter),)),
        lambda: theorem(practice=ladder(letter, 1, 2, 4, 8)),
    ):
        with pytest.raises(BadInput, match="no experiment can set it"):
            build()


def test_a_law_needs_no_ladder_to_load():
    for letter in (n, m, d, eta, alpha):
        loaded = theorem((law(along=letter, to=0),))
        assert {letter, travel} <= set(loaded.quantities)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: ladder(n, 1, 2, 4), "at least 4 sizes"),
        (lambda: ladder(n, 1, 2, 4, 4), "all different"),
        (lambda: ladder(n, 0, 1, 2, 4), "positive"),
        (lambda: ladder(n, 1, 2, 4, 7.5), "whole"),
        (lambda: ladder(alpha, 1, 2, 4, oo), "positive"),
        (lambda: ladder(alpha, 1, 2, 4, n), "positive numbers"),
        (lambda: theorem(practice=ladder(m, 8, 16, 32, 64)), "practice: widths"),
    ],
)
def test_a_ladder_has_four_sizes_of_its_letter(build, words):
    with pytest.raises(BadInput, match=words):
        build()


def test_a_ladder_is_kept_in_order_and_is_part_of_the_practice():
    practice = ladder(alpha, 0.1, 1, 0.001, Rational(1, 100))
    assert [float(x) for x in practice.ladders[alpha]] == [0.001, 0.01, 0.1, 1]
    assert practice != Practice()
    assert hash(practice) == hash(replace(practice))
