"""Rotating, permuting, relabelling or duplicating what does not matter leaves the findings
unchanged.
"""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Rational

from reports.judging.compare import compare
from reports.studies.options import Options
from reports.studies.planning import evidence, make_plan
from sim.data.sample import UNIT, Sample
from sim.data.table import Data, load
from sim.measuring.of_data import of_data
from sim.measuring.values import values
from sim.run import trajectories
from sim.store import Store
from tests import letters
from theorems import du2019
from theorems.language.measurement import rows

POINTS = np.array([[1.0, 0, 0], [0, 1, 0], [1, 2, 2], [-2, 1, 2]])
LABELS = np.array([1.0, -1, 1, -1])
ROTATION = np.array([[3.0, -4, 0], [4, 3, 0], [0, 0, 5]])  # five times a rotation, exact in floats


def data(points=POINTS, labels=LABELS, name="mine"):
    return Data(name, points, labels)


SAME = {
    "rotated": data(POINTS @ ROTATION.T),
    "permuted": data(POINTS[::-1].copy(), LABELS[::-1].copy()),
    "relabelled": data(labels=-LABELS),
    "rescaled": data(POINTS * np.array([[1.0], [2], [0.5], [8]])),
}


@pytest.mark.parametrize("change", SAME)
@pytest.mark.parametrize("letter", ["lambda_0", "L", "cosine", "facing"])
def test_certified_numbers_of_the_same_data_overlap(letter, change):
    term = getattr(du2019, letter).of
    a, b = (of_data(term, Sample(d, (UNIT,))) for d in (data(), SAME[change]))
    assert a.low <= b.high
    assert b.low <= a.high


def findings(theorem, case, seeds=20):
    delta = Rational(1, 2)
    plan = make_plan([theorem], case, 512, Options(steps=30).settled(delta, seeds))
    return compare(theorem, evidence(theorem, case, delta, plan, trajectories(plan, Store())))


@pytest.mark.parametrize("change", SAME)
@pytest.mark.parametrize("name", ["Theorem 4.1", "Certificate S", "Lemmas 3.1 and 4.1"])
def test_the_findings_on_the_same_data_are_the_same(name, change, statement):
    theorem = statement(name)
    theorem = replace(theorem, claims=tuple(c for c in theorem.claims if not c.expected))
    (hypotheses, claims), (others, again) = (
        findings(theorem, data()),
        findings(theorem, SAME[change]),
    )
    assert [j.status for j in hypotheses if j.held is None] == [
        j.status for j in others if j.held is None
    ]
    assert [f.verdict for f in claims] == [f.verdict for f in again]


def test_permuting_the_points_gives_the_very_same_run(statement):
    theorem = statement("Theorem 4.1")
    a, b = (
        findings(theorem, case)[1]
        for case in (load("orthonormal", 3), replace(load("orthonormal", 3), name="again"))
    )
    assert a == b


def test_duplicated_neurons_at_half_the_square_of_the_output_are_the_same_network():
    rng = np.random.default_rng(3)
    w, a = rng.standard_normal((16, 3)), rng.choice([-1.0, 1.0], 16)
    known = {rows: data().inputs}
    once = {**known, letters.w: w, letters.a: a}
    twice = {**known, letters.w: np.concatenate([w, w]), letters.a: np.concatenate([a, a])}
    for term, shares in ((letters.f, (4, 8)), (letters.H, (16, 32))):
        (one,), (two,) = values((term,), once), values((term,), twice)
        assert np.allclose(np.asarray(one) / shares[0], np.asarray(two) / shares[1], rtol=1e-14)


@pytest.mark.parametrize("turn", range(4))
def test_three_antipodal_pairs_in_the_plane_never_have_a_positive_floor(turn):
    """A true zero eigenvalue: exactly zero when it is recognised, and an interval around zero when
    it is not.
    """
    angle = np.array([[3.0, -4], [4, 3]])
    half = np.array([[1.0, 0], [0, 1], [1, 1]]) @ np.linalg.matrix_power(angle, turn)
    found = of_data(
        letters.TERMS["gram_floor"],
        Sample(data(np.concatenate([half, -half]), np.resize([1.0, -1], 6)), (UNIT,)),
    )
    assert found.low <= 0 <= found.high
