"""Training sets: built-in recipes and the user's own table, as unit rows with real labels."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.data.parallel import parallel_pairs
from theorems.problem import BadInput, unknown

Array = NDArray[Any]
ROUNDING = 1e-12  # relative: of a row's length, and of a singular value that is 0


@dataclass(frozen=True, eq=False)
class Data:
    """A training set. `raw`: (n, d) rows as given; `labels`: (n,). BadInput for zero rows and
    non-finite values.
    """

    name: str
    raw: Array
    labels: Array
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for what, array in (("inputs", self.raw), ("labels", self.labels)):
            if bad := np.argwhere(~np.isfinite(array)).tolist():
                raise BadInput(
                    f"{self.name}: {what}",
                    f"a non-finite number in row {bad[0][0] + 1}",
                    "every number must be finite",
                )
        zero = np.flatnonzero(~self.raw.any(axis=1))
        if zero.size:
            raise BadInput(
                f"{self.name}: inputs",
                f"row {zero[0] + 1} is all zeros",
                "a zero row cannot be scaled to unit length; drop it",
            )

    @property
    def samples(self) -> int:
        return len(self.labels)

    @cached_property
    def inputs(self) -> Array:
        """The rows scaled to unit length, (n, d)."""
        scaled = self.raw / np.abs(self.raw).max(axis=1, keepdims=True)
        return scaled / np.linalg.norm(scaled, axis=1, keepdims=True)

    @cached_property
    def ball(self) -> Array:
        """The rows as given, or all scaled by one number so that the longest has length one, (n,
        d).
        """
        return self.raw / self.too_long

    @cached_property
    def too_long(self) -> float:
        """The number that brings all rows together into the unit ball, one where they are in it."""
        longest = float(np.linalg.norm(self.raw, axis=1).max())
        return max(1.0, longest * (1 + ROUNDING))

    @cached_property
    def coordinates(self) -> Array:
        """The unit rows in an orthonormal basis of their span, (n, rank): all that
        rotation-invariant draws can see.
        """
        if self.inputs.shape[1] == 1:
            return self.inputs
        left, values, _ = np.linalg.svd(self.inputs, full_matrices=False)
        rank = int((values > ROUNDING * values[0] * max(self.inputs.shape)).sum())
        if np.array_equal(self.inputs, np.eye(*self.inputs.shape)):
            return self.inputs[:, :rank]
        return left[:, :rank] * values[:rank]

    @cached_property
    def digest(self) -> str:
        both = np.ascontiguousarray(np.column_stack([self.raw, self.labels]))
        return hashlib.sha256(str(both.shape).encode() + both.tobytes()).hexdigest()[:16]

    def complaints(self) -> tuple[str, ...]:
        """What a theorist should know of the data before trusting a verdict, one line each."""
        lines = list(self.notes)
        same, opposite = parallel_pairs(self.raw)
        if same:
            i, j = same[0]
            lines.append(
                f"rows {i + 1} and {j + 1} point the same way ({len(same)} such pairs): the limiting Gram matrix is singular"
            )
        if torn := [(i, j) for i, j in same if self.labels[i] != self.labels[j]]:
            i, j = torn[0]
            lines.append(
                f"rows {i + 1} and {j + 1} point the same way and have different labels: once scaled to length one, nothing fits both"
            )
        if opposite:
            i, j = opposite[0]
            lines.append(
                f"rows {i + 1} and {j + 1} are antiparallel ({len(opposite)} such pairs): they count as parallel"
            )
        if self.samples > 1 and np.ptp(self.labels) == 0:
            lines.append(f"all labels are {self.labels[0]:g}: there is little to learn")
        return tuple(lines)


def alternating(samples: int) -> Array:
    """The labels +1, -1, +1, ... of length `samples`."""
    return np.where(np.arange(samples) % 2 == 0, 1.0, -1.0)


def digits(samples: int) -> Data:
    """The first handwritten digits of scikit-learn, raw pixels, +1 for 5-9 and -1 for 0-4, exact
    duplicates dropped.
    """
    pixels, target = _digits_table()
    _, first = np.unique(pixels, axis=0, return_index=True)
    keep = np.sort(first)
    return _first(Data("digits", pixels[keep], np.where(target[keep] >= 5, 1.0, -1.0)), samples)


def _digits_table() -> tuple[Array, Array]:
    """scikit-learn's table, read from its file: importing its loader takes seconds."""
    spec = importlib.util.find_spec("sklearn")
    path = (
        Path(spec.origin if spec and spec.origin else "").parent
        / "datasets"
        / "data"
        / "digits.csv.gz"
    )
    if path.is_file():
        table = np.loadtxt(path, delimiter=",")
        return table[:, :-1], table[:, -1]
    from sklearn.datasets import load_digits

    pixels, target = load_digits(return_X_y=True)
    return pixels, target


def orthonormal(samples: int) -> Data:
    """The unit vectors of R^n with labels +1, -1, +1, ...: the limiting Gram matrix is I/2."""
    return Data("orthonormal", np.eye(samples), alternating(samples))


def sphere(samples: int, dimension: int = 10, seed: int = 0) -> Data:
    """Uniform points on the unit sphere of R^10 with random signs as labels."""
    draw = np.random.Generator(np.random.Philox(seed))
    points = draw.standard_normal((samples, dimension))
    return Data("sphere", points, draw.choice([-1.0, 1.0], samples))


def xor(samples: int = 4) -> Data:
    """The exclusive or in the plane: ±e_1 labelled +1, ±e_2 labelled -1, repeated from the start
    beyond four.
    """
    points = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    rows = np.arange(samples) % 4
    return Data("xor", points[rows], np.array([1.0, 1.0, -1.0, -1.0])[rows])


def xor_tail(samples: int = 4, dimension: int = 66) -> Data:
    """The exclusive or in the first two of 66 coordinates, all others being 1: four points that
    narrow networks do not separate.
    """
    data = xor(samples)
    return Data(
        "xor_tail", np.column_stack([data.raw, np.ones((samples, dimension - 2))]), data.labels
    )


def xor_noise(samples: int = 8) -> Data:
    """The exclusive or in the first two of d coordinates, every sign in all others: 2^d points, in
    d = 3 dimensions for 8.
    """
    dimension = samples.bit_length() - 1
    if samples < 4 or samples != 2**dimension:
        raise BadInput(
            "samples",
            samples,
            "the noisy exclusive or has 4, 8, 16, ... points, 2^d in d dimensions",
        )
    signs = np.array(list(product((1.0, -1.0), repeat=dimension - 2)))
    first = xor(4)
    return Data(
        "xor_noise",
        np.hstack([np.repeat(first.raw, len(signs), axis=0), np.tile(signs, (4, 1))]),
        np.repeat(first.labels, len(signs)),
    )


def separable(samples: int = 5) -> Data:
    """Up to five points in the plane's unit ball that the diagonal separates, two of them (the
    first) support vectors that span it.
    """
    folded = np.array([[0.9, 0.2], [0.25, 0.85], [0.7, 0.65], [0.5, 0.8], [0.8, 0.5]])
    rows, labels = np.arange(samples) % 5, alternating(samples)
    return Data("separable", labels[:, None] * folded[rows], labels)


def teacher(samples: int = 3) -> Data:
    """A teacher's neurons e_1, 1.5 e_2, e_3, 1.5 e_4, ... in five dimensions or more, with output
    weights 1.
    """
    lengths = np.where(np.arange(samples) % 2 == 0, 1.0, 1.5)
    return Data("teacher", np.diag(lengths) @ np.eye(samples, max(samples, 5)), np.ones(samples))


def faint(samples: int = 3) -> Data:
    """The unit vectors of R^n with labels +1/400, -1/400, ...: labels small enough for hypotheses
    that bound them.
    """
    return Data("faint", np.eye(samples), alternating(samples) / 400)


def repeated(samples: int) -> Data:
    """Unit vectors of which the last repeats the first: two parallel inputs."""
    rows = np.eye(max(samples, 2))
    rows[-1] = rows[0]
    return Data("repeated", rows, alternating(len(rows)))


def antipodal(samples: int = 6) -> Data:
    """Three antipodal pairs in the plane: no two equal, and yet a singular limiting Gram matrix."""
    half = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return Data("antipodal", np.concatenate([half, -half]), alternating(6))


RECIPES: dict[str, Callable[[int], Data]] = {
    "digits": digits,
    "orthonormal": orthonormal,
    "sphere": sphere,
    "separable": separable,
    "faint": faint,
    "teacher": teacher,
    "xor": xor,
    "xor_tail": xor_tail,
    "xor_noise": xor_noise,
}
ADVERSARIES: dict[str, Callable[[int], Data]] = {"repeated": repeated, "antipodal": antipodal}
READERS = {".csv": "read_csv", ".parquet": "read_parquet"}


def load(name: str, samples: int | None, label: str = "label") -> Data:
    """The named recipe, or the user's .csv, .parquet or .npz file; its first `samples` rows.

    Raises BadInput for unknown names, unreadable files, missing or non-numeric columns, and too few
    rows.
    """
    if samples is not None and samples < 1:
        raise BadInput("samples", samples, "it must be at least 1")
    if name in RECIPES | ADVERSARIES:
        return (RECIPES | ADVERSARIES)[name](10 if samples is None else samples)
    path = Path(name)
    if path.suffix not in (*READERS, ".npz"):
        raise unknown("data", name, [*RECIPES, "a .csv, .npz or .parquet file"])
    if not path.is_file():
        raise BadInput("data", name, "no such file")
    raw, labels = _arrays(path, label) if path.suffix == ".npz" else _table(path, label)
    if raw.shape[0] == 0 or raw.shape[1] == 0:
        raise BadInput(
            f"data {path.name}",
            f"{raw.shape[0]} rows, {raw.shape[1]} input columns",
            "it needs at least one of each",
        )
    return _first(Data(path.name, raw, labels), len(labels) if samples is None else samples)


def _first(data: Data, samples: int) -> Data:
    if samples > data.samples:
        raise BadInput("samples", samples, f"{data.name} has {data.samples} rows")
    return Data(data.name, data.raw[:samples], data.labels[:samples], data.notes)


def _plainly(error: Exception) -> str:
    """What a table's reader found, without its own preamble."""
    words = " ".join(str(error).split())
    return {"No columns to parse from file": "it is empty"}.get(
        words, words.rpartition("C error: ")[2]
    )


def _table(path: Path, label: str) -> tuple[Array, Array]:
    import pandas as pd

    try:
        table = getattr(pd, READERS[path.suffix])(path)
    except Exception as error:  # pandas and pyarrow raise many kinds for a malformed file
        raise BadInput(
            f"data {path.name}", None, f"cannot be read as a table: {_plainly(error)}"
        ) from None
    table.columns = table.columns.map(str)
    if label not in table.columns:
        raise unknown("label column", label, list(table.columns))
    text = [c for c in table.columns if len(table) and not pd.api.types.is_numeric_dtype(table[c])]
    if text:
        wrong = pd.to_numeric(table[text[0]], errors="coerce").isna() & table[text[0]].notna()
        first = (
            f", row {int(wrong.to_numpy().argmax()) + 1}: {table[text[0]][wrong].iloc[0]!r}"
            if wrong.any()
            else ""
        )
        raise BadInput(
            f"data {path.name}",
            f"column {text[0]!r}{first}",
            "every column must be numeric; encode or drop it",
        )
    values = table.astype(np.float64)
    return values.drop(columns=label).to_numpy(), values[label].to_numpy()


def _arrays(path: Path, label: str) -> tuple[Array, Array]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except Exception as error:
        raise BadInput(f"data {path.name}", None, f"cannot be read: {error}") from None
    if label not in arrays:
        raise unknown("label array", label, list(arrays))
    labels, others = arrays.pop(label), arrays
    if len(others) != 1:
        raise BadInput(
            f"data {path.name}",
            ", ".join(others),
            f"besides {label!r} it must hold exactly one array of inputs",
        )
    ((name, raw),) = others.items()
    for what, array, dims in ((label, labels, 1), (name, raw, 2)):
        if array.ndim != dims or array.dtype.kind not in "fiub":
            raise BadInput(
                f"data {path.name}: {what}",
                f"{array.dtype} array of shape {array.shape}",
                f"it must be numeric with {dims} axes",
            )
    if len(raw) != len(labels):
        raise BadInput(
            f"data {path.name}",
            f"{len(raw)} inputs, {len(labels)} labels",
            "there must be one label a row",
        )
    return raw.astype(np.float64), labels.astype(np.float64)
