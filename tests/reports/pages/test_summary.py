"""Numbers of a table do not say more, or other, than was computed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.judging.findings import Judged
from reports.pages.summary import apart, shown_sides
from theorems.language import Hypothesis, positive
from theorems.reasoning.exact import Decision

x, y = positive("x", "there"), positive("y", "needed")


def shown(relation, needed, actual):
    judged = Judged(Hypothesis("h", relation, at="here"), Decision.HOLDS, needed, actual)
    needed_words, actual_words = shown_sides(judged)
    return read(needed_words.split(" ", 1)[1]), read(actual_words)


def read(words):
    digits, _, power = words.replace(",", "").partition("·10")
    exponents = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return float(f"{digits}e{power.translate(exponents)}" if power else digits)


@given(st.floats(1e-12, 1e18), st.floats(1e-12, 1e18))
def test_whoever_obeys_a_needed_number_that_is_far_away_is_inside(bound, actual):
    if abs(bound - actual) > 0.02 * bound:
        assert shown(x >= y, bound, actual)[0] >= bound * (1 - 1e-15)
        assert shown(x <= y, bound, actual)[0] <= bound * (1 + 1e-15)


@given(st.floats(1e-6, 1e12), st.floats(-1e-2, 1e-2))
def test_what_is_shown_is_ordered_as_what_was_computed(bound, share):
    actual = bound * (1 + share)
    needed, there = shown(x >= y, bound, actual)
    assert (needed > there) <= (bound > actual)
    assert (needed < there) <= (bound < actual)


def test_a_count_beside_a_number_that_is_near_has_no_decimals():
    assert apart((13_517_810.94, None), (13_517_811.0, None)) == ("13,517,810.9", "13,517,811")


@pytest.mark.parametrize("relation", [x >= y, x <= y])
def test_a_whole_bound_is_shown_whole(relation):
    assert shown(relation, 2123.0, 5e7)[0] == 2123
