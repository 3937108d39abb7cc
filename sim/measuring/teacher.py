"""What is measured of students w_j whose output weight is their own length, against the teacher's
neurons (the rows of the data).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.data.table import Array, Data
from sim.measuring.gram import Enclosure
from sim.measuring.state import State

ULPS = 64 * np.finfo(float).eps


def _around(value: float) -> Enclosure:
    return Enclosure(value, value * (1 - ULPS), value * (1 + ULPS))


def _lengths(data: Data) -> Array:
    return np.linalg.norm(data.raw, axis=1)


def _angles(u: Array, v: Array) -> Array:
    """Angles up to sign in [0, pi/2], (m, r); accurate near zero."""
    a, b = (w / np.maximum(np.linalg.norm(w, axis=1, keepdims=True), 1e-300) for w in (u, v))
    far, near = (np.linalg.norm(a[:, None] + s * b[None, :], axis=2) for s in (-1.0, 1.0))
    angle = 2 * np.arctan2(far, near)
    return np.minimum(angle, np.pi - angle)


def separation(data: Data) -> Enclosure:
    """The least angle between two teacher neurons, up to sign; pi/2 for a single one."""
    angles = _angles(data.raw, data.raw)[~np.eye(data.samples, dtype=bool)]
    value = float(angles.min(initial=np.pi / 2))
    return Enclosure(value, value - 1e-15 * len(data.raw[0]), value + 1e-15 * len(data.raw[0]))


def feasible_loss(data: Data) -> Enclosure:
    """Delta^36 w_min^80 r^-162 w_max^-78 (Zhou, Ge & Jin 2021, Lemma 8), in logarithms so that it
    does not underflow early.
    """
    lengths = _lengths(data)
    log = (
        36 * np.log(separation(data).value)
        + 80 * np.log(lengths.min())
        - 162 * np.log(data.samples)
        - 78 * np.log(lengths.max())
    )
    value = float(np.exp(log))
    return Enclosure(value, value * (1 - 1e-12), value * (1 + 1e-12))


TEACHER_DATA: dict[str, Callable[[Data], Enclosure]] = {
    "teacher_separation": separation,
    "feasible_loss": feasible_loss,
    "teacher_mass": lambda data: _around(float(_lengths(data).sum())),
    "teacher_longest": lambda data: _around(float(_lengths(data).max())),
    "teacher_overlap": lambda data: Enclosure(
        *3 * (float(np.abs(data.raw @ data.raw.T - np.diag(_lengths(data) ** 2)).max()),)
    ),
}


def _nearest(s: State, data: Data) -> tuple[Array, Array, Array]:
    """Masses a_j = |w_j|^2, the nearest teacher of each student, and the angle to it."""
    w = np.asarray(s.params["w"])
    angles = _angles(w, data.raw)
    return (w**2).sum(axis=1), angles.argmin(axis=1), angles.min(axis=1)


def mass(s: State, _: Data) -> float:
    return float((np.asarray(s.params["w"]) ** 2).sum())


def near_angle(s: State, data: Data) -> float:
    """The least angle within which every teacher has students of half its own length in mass; pi/2
    where it has not.
    """
    masses, owner, angle = _nearest(s, data)
    found = 0.0
    for i, length in enumerate(_lengths(data)):
        mine = np.flatnonzero(owner == i)
        order = mine[np.argsort(angle[mine])]
        enough = np.flatnonzero(np.cumsum(masses[order]) >= length / 2)
        found = max(found, float(angle[order[enough[0]]]) if len(enough) else np.pi / 2)
    return found


def mismatch(s: State, data: Data) -> float:
    """The sum over teachers of |sum of its students' |w_j| w_j, signs aligned, less the teacher|."""
    w = np.asarray(s.params["w"])
    _, owner, _ = _nearest(s, data)
    signs = np.sign(np.einsum("jd,jd->j", w, data.raw[owner]))
    flows = (signs * np.linalg.norm(w, axis=1))[:, None] * w
    return float(
        sum(np.linalg.norm(flows[owner == i].sum(axis=0) - v) for i, v in enumerate(data.raw))
    )


def astray(s: State, data: Data) -> float:
    """sum_j a_j (1 - sum_k cos^4 of the angle to teacher k): nothing when every student points
    along one of orthogonal teachers.
    """
    w = np.asarray(s.params["w"])
    return float(((w**2).sum(axis=1) * (1 - (np.cos(_angles(w, data.raw)) ** 4).sum(axis=1))).sum())


def spread_of_mass(s: State, data: Data) -> float:
    """sum_j a_j delta_j^2, delta_j the angle to the nearest teacher."""
    masses, _, angle = _nearest(s, data)
    return float(masses @ angle**2)


AGAINST_TEACHER: dict[str, Callable[[State, Data], float]] = {
    "student_mass": mass,
    "near_angle": near_angle,
    "mismatch": mismatch,
    "astray": astray,
    "mass_spread": spread_of_mass,
}
