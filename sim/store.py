"""Finished seeds on disk: one Parquet file each, named by content, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.data.table import Array


@dataclass(frozen=True)
class Store:
    """Results by content key under `folder`; without a folder nothing is kept."""

    folder: Path | None = None

    def get(self, key: str, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The frame kept under `key`, or the computed one, which is then kept."""
        if self.folder is None:
            return compute()
        path = self.folder / f"{key}.parquet"
        if path.is_file():
            try:
                return pd.read_parquet(path)
            except Exception:  # a damaged file is a missing one
                path.unlink(missing_ok=True)
        frame = compute()
        self._write(path, lambda out: frame.to_parquet(out, compression="zstd"))
        return frame

    def arrays(self, key: str, compute: Callable[[], dict[str, Array]]) -> dict[str, Array]:
        """The arrays kept under `key` (a part of some seed), or the computed ones, which are then
        kept.
        """
        if self.folder is None:
            return compute()
        path = self.folder / f"{key}.npz"
        if path.is_file():
            try:
                with np.load(path) as kept:
                    return {name: kept[name] for name in kept.files}
            except Exception:  # a damaged file is a missing one
                path.unlink(missing_ok=True)
        found = compute()
        self._write(path, lambda out: np.savez(out, **found))  # type: ignore[arg-type]
        return found

    def forget(self, key: str) -> None:
        """Remove the parts of a seed that is finished."""
        for path in self.folder.glob(f"{key}-*.npz") if self.folder else ():
            path.unlink(missing_ok=True)

    def _write(self, path: Path, save: Callable[[Any], object]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as out:
                save(out)
                out.flush()
                os.fsync(out.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
