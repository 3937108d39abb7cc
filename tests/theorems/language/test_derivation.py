"""Every kind of step says what it relates and names, and everything that reads steps knows it."""

from dataclasses import dataclass

import pytest
from sympy import Float

from theorems.language import (
    BadInput,
    Consistent,
    Grows,
    Hypothesis,
    Identity,
    Implication,
    SameOrder,
    Solved,
    Step,
    count,
    derivation,
    hidden,
    positive,
)
from theorems.reasoning.replay import ENGINES, Outcome, replay
from theorems.writing.card import LINES, step_line

m, n = count("m", "neurons"), count("n", "points")
x, y, z = (positive(name, "a number") for name in "xyz")
C = hidden("C", "the constant of a width")
wide = Hypothesis("wide", m >= C * n, at="T")
STEPS = (
    Identity("square", (x + y) ** 2, x**2 + 2 * x * y + y**2, at="T"),
    Implication("larger", (wide, x >= 2 * y), x >= y, at="T"),
    Consistent("both", (x >= y, wide), at="T"),
    Solved("least", x * y >= 4, x, 4 / y, at="T"),
    Grows("power", x * y, x * y + x**2, along=x, at="T"),
    SameOrder("width", 3 * m * y, C * m * y, (m,), at="T", hidden=C),
)
KINDS = {k for k in Step.__subclasses__() if k.__module__ == derivation.__name__}


def named(step):
    return type(step).__name__


def test_every_kind_is_replayed_and_written():
    assert {type(s) for s in STEPS} == KINDS
    assert set(ENGINES) == KINDS
    assert set(LINES) == KINDS


def test_a_kind_that_does_not_say_what_it_relates_cannot_be_built():
    @dataclass(frozen=True)
    class Silent(Step):
        name: str
        at: str

    with pytest.raises(TypeError, match="abstract"):
        Silent("silent", "T")  # type: ignore[abstract]


@pytest.mark.parametrize("read", [replay, step_line])
def test_a_kind_that_nobody_reads_is_not_taken_for_another(read):
    class Strange(Identity):
        pass

    with pytest.raises(KeyError, match="Strange"):
        read(Strange("square", x * x, x**2, at="T"))


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_exchanging_nothing_changes_nothing_and_a_letter_is_exchanged_everywhere(step):
    assert step.exchanged(lambda e: e) == step

    def renamed(e):
        return e if isinstance(e, Hypothesis) else e.xreplace({y: z})

    before = {q for e in step.sides for q in e.free_symbols}
    after = {q for e in step.exchanged(renamed).sides for q in e.free_symbols}
    assert y in before
    assert after == before - {y} | {z}


@pytest.mark.parametrize("step", STEPS, ids=named)
def test_a_float_anywhere_is_no_exact_number(step):
    def floating(e):
        return e if isinstance(e, Hypothesis) else e.xreplace({y: Float("0.5") * z})

    found = replay(step.exchanged(floating))
    assert (found.outcome, found.engine) == (Outcome.UNKNOWN, "none")
    assert "a float is no exact number" in found.note


def test_steps_name_what_they_link_and_the_constants_that_they_give():
    assert [s.name for s in STEPS if wide in s.named] == ["larger", "both"]
    assert [s.constants for s in STEPS if s.constants] == [(C,)]


def test_only_what_is_named_is_exchanged_by_name():
    other = Hypothesis("wide", m >= C * n**2, at="T")
    step = STEPS[1].exchanged(lambda e: other if e == wide else e)
    assert step.named == (other, x >= 2 * y, x >= y)
    assert step.premises[0] == other.relation
    assert C * n**2 in step.sides


def test_an_identity_is_between_expressions():
    with pytest.raises(BadInput, match="it is no expression"):
        Identity("i", x <= 1, x, at="T")
