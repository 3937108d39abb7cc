"""Where the students of a teacher are, by teacher: what array operations do not sort out."""

from __future__ import annotations

import numpy as np

from sim.data.table import Array


def _angles(u: Array, v: Array) -> Array:
    """Angles up to sign in [0, pi/2], (m, r); accurate near zero."""
    a, b = (w / np.maximum(np.linalg.norm(w, axis=1, keepdims=True), 1e-300) for w in (u, v))
    far, near = (np.linalg.norm(a[:, None] + s * b[None, :], axis=2) for s in (-1.0, 1.0))
    return 2 * np.arctan2(np.minimum(far, near), np.maximum(far, near))


def near_angle(w: Array, teachers: Array) -> float:
    """The least angle within which every teacher has students of half its own length in mass
    |w_j|^2; pi/2 where it has not.
    """
    angles, masses, found = _angles(w, teachers), (w**2).sum(axis=1), 0.0
    owner, angle = angles.argmin(axis=1), angles.min(axis=1)
    for i, length in enumerate(np.linalg.norm(teachers, axis=1)):
        mine = np.flatnonzero(owner == i)
        order = mine[np.argsort(angle[mine])]
        enough = np.flatnonzero(np.cumsum(masses[order]) >= length / 2)
        found = max(found, float(angle[order[enough[0]]]) if len(enough) else np.pi / 2)
    return found


def mismatch(w: Array, teachers: Array) -> float:
    """The sum over teachers of |sum of its students' |w_j| w_j, signs aligned, less the teacher|."""
    owner = _angles(w, teachers).argmin(axis=1)
    signs = np.sign(np.einsum("jd,jd->j", w, teachers[owner]))
    flows = (signs * np.linalg.norm(w, axis=1))[:, None] * w
    gaps = (flows[owner == i].sum(axis=0) - v for i, v in enumerate(teachers))
    return float(sum(np.linalg.norm(gap) for gap in gaps))
