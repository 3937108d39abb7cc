"""Letters for made-up statements: the usual network, and terms by a short name."""

from theorems.language import Setting, measured
from theorems.language.measurement import (
    above,
    absolute,
    algorithm,
    argument,
    below,
    deep,
    differ,
    gradient,
    greatest_eigenvalue,
    inner,
    inputs,
    labels,
    layers,
    least,
    least_eigenvalue,
    left_vector,
    limiting_gram,
    mean,
    most,
    neurons,
    norm,
    normal,
    parameter,
    points,
    relu,
    right_vector,
    root,
    rows,
    signs,
    so_far,
    spectral,
    step_length,
    tangent_kernel,
    total,
    training_loss,
)

w, a = parameter("w", neurons, inputs), parameter("a", neurons)
z = w @ rows.T
f = a @ relu(z)
H = tangent_kernel(f, w)
near = mean(absolute(z.start) <= argument, neurons)
SETTING = Setting(
    outputs=f, trained=(w,), start={w: normal, a: signs}, loss=norm(f - labels) ** 2 / 2
)
TERMS = {
    "residual": norm(labels - f),
    "loss": training_loss,
    "movement": most(norm(w - w.start, inputs), neurons),
    "flips": total(mean(differ(z >= 0, (z >= 0).start), neurons), points),
    "gram_floor_along": least_eigenvalue(H),
    "gram_drift": spectral(H - H.start),
    "gram_floor": least_eigenvalue(limiting_gram(rows)),
    "input_gram_norm": greatest_eigenvalue(rows @ rows.T),
    "label_energy": total(labels**2),
    "label_norm": norm(labels),
    "ntk_margin": algorithm("ntk_margin", rows, labels),
    "gram_floor_at_start": least_eigenvalue(H.start),
    "gram_gap": spectral(H.start - limiting_gram(rows)),
    "near_kink": total(near),
    "largest_output": most(absolute(f.start)),
    "jacobian_min": root(least_eigenvalue(H.start)),
    "jacobian_norm": root(greatest_eigenvalue(H.start)),
    "jacobian_lipschitz": spectral(rows),
    "path": so_far("total", step_length * norm(gradient(training_loss, w))),
    "alignment": least(
        absolute(inner(left_vector(below(deep("W"))), right_vector(above(deep("W"))))), layers
    ),
    "layer_norm": most(norm(deep("W")), layers),
    "balance": norm(w) ** 2 - norm(a) ** 2,
}


NO_MEASUREMENTS = {"loss", "lost", "law_error", "diverged"}


def _term(probe, leaf):
    return TERMS[probe] if probe in TERMS else algorithm(probe, leaf)


def observable(name, meaning, probe, **words):
    """A letter of the run."""
    return measured(name, meaning, _term(probe, w), **{"nonnegative": True, **words})


def of_draw(name, meaning, probe, **words):
    """A letter of the draw."""
    return measured(name, meaning, _term(probe, w.start), **{"nonnegative": True, **words})


def of_data(name, meaning, probe, **words):
    """A letter of the data."""
    return measured(name, meaning, _term(probe, rows), **{"nonnegative": True, **words})


def label(name, leaf=w):
    """How a term is called in a frame; rows that are no measurements keep their names."""
    known = name in NO_MEASUREMENTS or not name.isidentifier()
    return name if known else _term(name, leaf).text
