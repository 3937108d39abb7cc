"""What a sample supplies to a term, and the numbers of the data that are remembered."""

import numpy as np
import pytest

from sim.data.sample import Sample
from sim.data.table import Data
from sim.measuring import algorithms
from sim.measuring.gram import Enclosure
from sim.measuring.of_data import data_terms, of_data
from theorems.language import BadInput
from theorems.language.measurement import (
    algorithm,
    identity,
    inputs,
    labels,
    neurons,
    ones,
    points,
    rows,
    sign,
    size,
    total,
)

RAW = np.array([[3.0, 4.0, 0.0], [0.0, -2.0, 0.0]])
DATA = Data("two", RAW, np.array([1.0, -3.0]))
UNIT = ("unit_inputs",)
GIVEN = ("teacher",)
EVERY = [rule(axis) for rule in (size, ones, identity) for axis in (points, inputs)]


def numbers(found):
    return {term: np.asarray(value).tolist() for term, value in found.items()}


def test_a_sample_supplies_its_rows_as_promised_and_its_labels():
    for promise, wanted in ((GIVEN, RAW), (UNIT, [[0.6, 0.8, 0], [0, -1, 0]])):
        found = data_terms(total(labels), Sample(DATA, promise))
        assert found.keys() == {rows, labels}
        assert np.asarray(found[rows]) == pytest.approx(np.asarray(wanted))
        assert found[labels].tolist() == [1, -3]


def test_lengths_of_axes_are_those_of_the_data_or_of_the_run():
    term = sum((total(t) for t in EVERY), total(labels))
    found = numbers(data_terms(term, Sample(DATA, GIVEN)))
    for axis, n in ((points, 2), (inputs, 3)):
        assert found[size(axis)] == n
        assert found[ones(axis)] == [1] * n
        assert found[identity(axis)] == np.eye(n).tolist()
    sizes = {inputs: 2, neurons: 7}  # a run in a basis of the span of two rows
    run = numbers(data_terms(term + total(ones(neurons)), Sample(DATA, GIVEN), sizes))
    assert run[ones(inputs)] == [1, 1]
    assert run[identity(inputs)] == [[1, 0], [0, 1]]
    assert run[ones(neurons)] == [1] * 7
    assert run[size(inputs)] == 3  # the dimension of the theorem is that of the data
    assert {t: run[t] for t in EVERY if t.options[0] == points} == {
        t: found[t] for t in EVERY if t.options[0] == points
    }
    assert numbers(data_terms(size(points), Sample(DATA, GIVEN), {points: 9}))[size(points)] == 9
    with pytest.raises(BadInput, match="points and inputs alone"):
        data_terms(ones(neurons), Sample(DATA, GIVEN))


def test_a_number_is_found_once_for_a_sample_and_anew_for_another(monkeypatch):
    calls = []

    def counted(sample):
        calls.append(sample)
        return Enclosure(1.0, 1.0, 1.0)

    monkeypatch.setitem(algorithms.CERTIFIED, "test_counted", counted)
    term, again = (algorithm("test_counted", labels) for _ in range(2))
    one, other = Sample(DATA, GIVEN), Sample(DATA, UNIT)
    for sample in (one, one, other, one, other):
        assert of_data(term, sample) == of_data(again, sample) == Enclosure(1.0, 1.0, 1.0)
    assert calls == [one, other]


def test_a_float_without_bounds_is_the_number():
    found = of_data(total(sign(labels) * 3 * labels), Sample(DATA, GIVEN))
    assert found.value == 12
    assert np.isnan([found.low, found.high]).all()
    assert not found.certified
