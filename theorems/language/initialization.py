"""The laws of the start: which random numbers a parameter is drawn as, each a value."""

from __future__ import annotations

from typing import Any

from theorems.language.term import Term, lifted, make, shapes
from theorems.problem import BadInput


def _law(name: str) -> Term:
    return Term("law", (), (name,), (), name == "unit_matrix")


normal = _law("standard_normal")  # independent standard Gaussians
signs = _law("rademacher")  # independent fair signs
paired_signs = _law("coupled")  # neurons in pairs, opposite here and equal in all else
orthogonal = _law("orthogonal")  # uniform among matrices with orthonormal rows or columns
unit_matrix = _law("unit_matrix")  # ones on the diagonal, zeros elsewhere, of every layer


def by_layer(others: Any, last_one: Any) -> Term:
    """In the law of a deep network's layers: one number, and another for the last layer."""
    others, last_one = lifted(others), lifted(last_one)
    if others.axes or last_one.axes:
        raise BadInput("by_layer", shapes("by_layer", others, last_one), "it takes two numbers")
    both = others.nonnegative and last_one.nonnegative
    return make("by_layer", (others, last_one), (), (), both)


def bound_laws(law: Term, of: Term) -> Term:
    """A law with its random numbers bound to the parameter that is drawn by it."""
    name = of.options[0]
    own = {
        leaf: Term("drawn", (), (name, leaf.options[0]), of.axes, leaf.nonnegative)
        for leaf in law.leaves()
        if leaf.operation == "law"
    }
    if len(own) > 1:
        raise BadInput(f"start of {name}", law.text, "its random numbers have one law")
    found = law.replaced(own)
    if found.axes not in ((), of.axes):
        raise BadInput(f"start of {name}", shapes("as", found, of), "its axes are not those drawn")
    return found
