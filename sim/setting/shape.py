"""What the engines recognize in a network by its structure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from theorems.language.measurement import (
    Term,
    absolute,
    argument,
    inputs,
    lifted,
    limiting_gram,
    mean,
    most,
    neurons,
    norm,
    points,
    relu,
    rows,
    tangent_kernel,
    total,
)


@dataclass(frozen=True)
class TwoLayer:
    """f = scale * a @ act(w @ x.T), with its parameters; scale is a number."""

    outputs: Term
    scale: Term
    w: Term
    a: Term
    activation: str

    @property
    def z(self) -> Term:
        """The preactivations, (neurons, points)."""
        return self.w @ rows.T

    # What is looked at in every such network, and what the wide engines supply of it.
    @property
    def kernel(self) -> Term:
        """The tangent kernel of the first layer."""
        return tangent_kernel(self.outputs, self.w)

    @property
    def travel(self) -> Term:
        """The farthest that any neuron has moved."""
        return most(norm(self.w - self.w.start, inputs), neurons)

    @property
    def flips(self) -> Term:
        """Patterns that differ from the start per neuron, over all points."""
        from theorems.language.measurement import differ

        return total(mean(differ(self.z >= 0, (self.z >= 0).start), neurons), points)

    @property
    def near(self) -> Term:
        """The share of neurons within a radius of the kink, by point."""
        return mean(absolute(self.z.start) <= argument, neurons)

    def trivial(self, term: Term, samples: int, norm_: float) -> float | None:
        """What the number of points and the norm of XX^T bound by themselves; None if nothing.

        Of output weights of size one: entries of a kernel are then at most one.
        """
        kernels = {self.kernel, self.kernel.start, limiting_gram(rows)}
        if term in (self.flips, total(self.near)):
            return float(samples)
        inside = term.operands[0] if term.operands else term
        if inside.operation == "abs":
            inside = inside.operands[0]
        if inside.operation != "subtract" or not set(inside.operands) <= kernels:
            return None
        return {"spectral": norm_, "most": 1.0}.get(term.operation)


@cache
def two_layer(outputs: Term) -> TwoLayer | None:
    """The outputs as those of a two-layer network; None where they are something else."""
    scale, inside = lifted(1), outputs
    if inside.operation in ("multiply", "divide"):
        one, two = inside.operands
        if two.operation == "number":
            scale, inside = (two if inside.operation == "multiply" else 1 / two), one
        elif inside.operation == "multiply" and one.operation == "number":
            scale, inside = one, two
    if inside.operation != "matmul" or inside.operands[0].operation != "parameter":
        return None
    a, hidden = inside.operands
    if hidden.operation not in ("relu", "tanh") or a.axes != (neurons,):
        return None
    z = hidden.operands[0]
    if z.operation != "matmul" or z.operands[1] != rows.T or z.operands[0].operation != "parameter":
        return None
    return TwoLayer(outputs, scale, z.operands[0], a, hidden.operation)


def kernel_term(outputs: Term, parameters: tuple[Term, ...]) -> Term | None:
    """The tangent kernel of a two-layer ReLU network, written out; None for other networks."""
    net = two_layer(outputs)
    if net is None or net.activation != "relu" or not set(parameters) <= {net.w, net.a}:
        return None
    parts = []
    if net.w in parameters:
        active = (net.z >= 0) * net.a
        parts.append(net.scale**2 * (active.T @ active) * (rows @ rows.T))
    if net.a in parameters:
        parts.append(net.scale**2 * (relu(net.z).T @ relu(net.z)))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]
