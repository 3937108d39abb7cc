"""Initial parameters: shapes from the axes' lengths, random numbers from pinned streams, laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from sim.data.table import Array
from sim.measuring.evaluate import Evaluation, NotKnown
from sim.setting.draws import COUPLED, LAWS, draw
from theorems.language.measurement import Axis, Term, inputs, layers, neurons, units
from theorems.language.setting import Setting
from theorems.problem import BadInput

Shape = tuple[int, ...]
LAYER = "by_layer"  # the operation whose value is another in the last layer
Sizes = Mapping[Axis, int]


def shapes(of: Term, sizes: Sizes) -> list[Shape]:
    """The shape of a parameter, or those of its layers: (m, d), (m, m), ..., (1, m)."""
    if of.axes != (layers, units, units):
        return [tuple(_length(of, axis, sizes) for axis in of.axes)]
    depth, width, d = sizes[layers], sizes[neurons], sizes[inputs]
    last = sizes[of.options[1]] if len(of.options) > 1 else 1
    widths = [d, *[width] * (depth - 1), last]
    return [(widths[k + 1], widths[k]) for k in range(depth)]


def _length(of: Term, axis: Axis, sizes: Sizes) -> int:
    if axis not in sizes:
        raise BadInput(f"parameter {of.text}", str(axis), "this axis has no length in the setting")
    return sizes[axis]


def initial(
    setting: Setting, sizes: Sizes, known: Mapping[Term, Any], seed: int
) -> dict[Term, Any]:
    """Every parameter as it starts, (m, ...) or the list of its layers; `known`: rows, labels and
    letters, which laws may use.
    """
    numbers, have = _random(setting, sizes, seed), dict(known)
    ready: dict[Term, Any] = {}
    waiting = list(setting.start)
    while waiting:
        for p in waiting:
            found = _settled(setting.start[p], shapes(p, sizes), numbers.get(p, []), have)
            if found:
                ready[p] = have[p.start] = found if p.axes[:1] == (layers,) else found[0]
        later = [p for p in waiting if p not in ready]
        if len(later) == len(waiting):
            raise BadInput("setting: start", later[0].text, "its law rests on what is not drawn")
        waiting = later
    return {p: ready[p] for p in setting.start}


def _settled(
    law: Term, every: list[Shape], numbers: list[Array], have: Mapping[Term, Any]
) -> list[Array]:
    """The parameter by layer, from its random numbers; empty while its law rests on what is not
    there.
    """
    drawn = next((t for t in law.leaves() if t.operation == "drawn"), None)
    found = []
    for k, shape in enumerate(every):
        mine = {drawn: jnp.asarray(numbers[k])} if drawn is not None else {}
        own = {t: t.operands[k == len(every) - 1] for t in law.all_terms() if t.operation == LAYER}
        try:
            value = Evaluation({**have, **mine})(law.replaced(own))
        except NotKnown:
            return []
        found.append(np.asarray(jnp.broadcast_to(value, shape)))
    return found


def _random(setting: Setting, sizes: Sizes, seed: int) -> dict[Term, list[Array]]:
    """The random numbers of each parameter, layer by layer; those of the neurons are drawn
    together, block by block.
    """
    found: dict[Term, list[Array]] = {}
    laws = setting.laws
    mine = [p for p in setting.start if p.axes[:1] == (neurons,) and laws[_name(p)] in LAWS]
    if mine:
        features = {_name(p): shapes(p, sizes)[0][1:] for p in mine}
        drawn = {_name(p): laws[_name(p)] for p in mine}
        arrays = draw(drawn, features, sizes[neurons], seed)
        found |= {p: [arrays[_name(p)]] for p in mine}
    for p in setting.start:
        law = laws[_name(p)]
        if p in found or not law:
            continue
        if law == COUPLED:
            raise BadInput(f"start of {p.text}", law, "only neurons come in pairs")
        many = shapes(p, sizes)
        names = [_name(p)] if len(many) == 1 else [f"{_name(p)}_{k + 1}" for k in range(len(many))]
        found[p] = [_one(n, law, s, seed) for n, s in zip(names, many, strict=True)]
    return found


def _name(p: Term) -> str:
    return str(p.options[0])


def _one(name: str, law: str, shape: Shape, seed: int) -> Array:
    rule: Callable[[Array], Array] = SHAPED.get(law, lambda a: a)
    plain = "standard_normal" if law in SHAPED else law
    whole = shape or (1,)
    return rule(draw({name: plain}, {name: whole[1:]}, whole[0], seed)[name].reshape(shape))


def _orthogonal(gauss: Array) -> Array:
    """Uniform among matrices with orthonormal rows or columns, from independent Gaussians."""
    tall = gauss if gauss.shape[0] >= gauss.shape[1] else gauss.T
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return q if gauss.shape[0] >= gauss.shape[1] else q.T


def _unit(gauss: Array) -> Array:
    return np.eye(*gauss.shape)


SHAPED: dict[str, Callable[[Array], Array]] = {"orthogonal": _orthogonal, "unit_matrix": _unit}
