"""The layout of random numbers is pinned: a seed gives the same numbers whatever else is drawn."""

import numpy as np
import pytest

from sim.setting import draws
from sim.setting.draws import BLOCK, LAWS, draw
from sim.setting.draws import draw as drawing


@pytest.mark.parametrize("law", LAWS)
def test_a_longer_draw_begins_with_the_shorter_one_block_by_block(law):
    short, long = (draw({"w": law}, {"w": (2,)}, width, 5)["w"] for width in (BLOCK, 2 * BLOCK + 7))
    assert np.array_equal(long[:BLOCK], short)
    assert long.shape == (2 * BLOCK + 7, 2)


def test_coupled_neurons_come_in_pairs_that_cancel():
    drawn = draw({"w": "standard_normal", "a": "coupled"}, {"w": (3,), "a": ()}, 2 * BLOCK + 10, 1)
    assert np.array_equal(drawn["w"][::2], drawn["w"][1::2])
    assert np.array_equal(drawn["a"][::2], -drawn["a"][1::2])
    assert len(np.unique(drawn["w"][:, 0])) == BLOCK + 5


def test_seeds_parameters_and_blocks_are_independent_streams():
    def draw(name, seed):
        return drawing({name: "standard_normal"}, {name: ()}, 2 * BLOCK, seed)[name]

    first = draw("w", 0)
    assert not np.array_equal(first[:BLOCK], first[BLOCK:])
    for other in (draw("w", 1), draw("v", 0)):
        assert abs(np.corrcoef(first, other)[0, 1]) < 6 / np.sqrt(2 * BLOCK)


def test_the_first_numbers_are_these():
    """Pinned values (NumPy's SFC64): a change of layout or of generator must be noticed."""
    drawn = draw({"w": "standard_normal", "a": "rademacher"}, {"w": (), "a": ()}, 100, 0)
    assert drawn["w"][:3] == pytest.approx(PINNED, rel=1e-15)
    assert set(drawn["a"]) == {-1.0, 1.0}


PINNED = [0.14586065407801788, 2.855129156873255, 1.2029776857470054]


@pytest.mark.parametrize(
    "drawn", [{"w": "standard_normal", "a": "rademacher"}, {"w": "standard_normal", "a": "coupled"}]
)
def test_the_generator_of_accelerators_has_the_same_laws_and_layout(monkeypatch, drawn):
    from scipy.stats import kstest

    monkeypatch.setattr(draws, "source", lambda: "threefry")
    short, long = (
        drawing(drawn, {"w": (2,), "a": ()}, width, 5) for width in (BLOCK, 2 * BLOCK + 8)
    )
    for name in drawn:
        assert np.array_equal(long[name][:BLOCK], short[name])
    assert set(long["a"]) == {-1.0, 1.0}
    step = 2 if "coupled" in drawn.values() else 1
    assert kstest(long["w"][::step, 0], "norm").pvalue > 1e-6
    assert np.array_equal(long["w"][::2], long["w"][1::2]) == (step == 2)
    assert not np.array_equal(long["w"][:BLOCK], long["w"][BLOCK : 2 * BLOCK])
