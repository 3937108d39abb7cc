"""Results are written whole or not at all, and a damaged file is computed anew."""

import pandas as pd
import pytest

from sim.store import Store

FRAME = pd.DataFrame(
    {
        "seed": [0, 0],
        "step": [0.0, 1.0],
        "observable": ["loss", "loss"],
        "value": [1.0, float("inf")],
        "error": [0.0, 0.0],
    }
)


def test_a_result_is_computed_once(tmp_path):
    calls = []
    for _ in range(2):
        found = Store(tmp_path).get("key", lambda: calls.append(1) or FRAME)
        pd.testing.assert_frame_equal(found, FRAME, check_dtype=False)
    assert len(calls) == 1


def test_a_damaged_file_is_computed_anew(tmp_path):
    (tmp_path / "key.parquet").write_bytes(b"half a file")
    assert len(Store(tmp_path).get("key", lambda: FRAME)) == 2
    assert len(pd.read_parquet(tmp_path / "key.parquet")) == 2


def test_an_interruption_leaves_nothing_half_written(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pd.DataFrame, "to_parquet", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path).get("key", lambda: FRAME)
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_kept():
    assert len(Store().get("key", lambda: FRAME)) == 2
