"""Finished seeds on disk: one Parquet file each, named by content, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd


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
        self._write(path, frame)
        return frame

    def _write(self, path: Path, frame: pd.DataFrame) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as out:
                frame.to_parquet(out, compression="zstd")
                out.flush()
                os.fsync(out.fileno())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
