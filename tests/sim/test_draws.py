"""The layout of random numbers is pinned: a seed gives the same numbers whatever else is drawn."""

import numpy as np
import pytest

from sim.draws import BLOCK, LAWS, draw


@pytest.mark.parametrize("law", LAWS)
def test_a_longer_draw_begins_with_the_shorter_one_block_by_block(law):
    short, long = draw(law, "w", (BLOCK, 2), 5), draw(law, "w", (2 * BLOCK + 7, 2), 5)
    assert np.array_equal(long[:BLOCK], short)
    assert long.shape == (2 * BLOCK + 7, 2)


def test_seeds_parameters_and_blocks_are_independent_streams():
    first = draw("standard_normal", "w", (2 * BLOCK,), 0)
    assert not np.array_equal(first[:BLOCK], first[BLOCK:])
    for other in (draw("standard_normal", "w", (2 * BLOCK,), 1), draw("standard_normal", "v", (2 * BLOCK,), 0)):
        assert abs(np.corrcoef(first, other)[0, 1]) < 6 / np.sqrt(2 * BLOCK)


def test_the_first_numbers_are_these():
    """Pinned values (NumPy's SFC64): a change of layout or of generator must be noticed."""
    assert draw("standard_normal", "w", (3,), 0) == pytest.approx(PINNED, rel=1e-15)
    assert set(draw("rademacher", "a", (100,), 0)) == {-1.0, 1.0}


PINNED = [0.14586065407801788, 2.855129156873255, 1.2029776857470054]
