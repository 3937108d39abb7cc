"""Terms at random, well typed by construction."""

from hypothesis import strategies as st
from sympy import Rational, sqrt

from tests.sim.measuring.second_opinion import A, a, c, m, q, w
from theorems.language import measurement as words
from theorems.language.measurement import (
    argument,
    identity,
    inputs,
    labels,
    neurons,
    norm,
    ones,
    points,
    relu,
    rows,
    size,
    step_size,
)

FREE = (points, inputs, neurons)
LEAVES = {
    (): (step_size, argument, size(points), words.lifted(Rational(-3, 2)), words.lifted(q / sqrt(m))),
    (points,): (labels, ones(points)),
    (inputs,): (c, c.start, ones(inputs)),
    (neurons,): (a, a.start, ones(neurons)),
    (points, inputs): (rows,),
    (neurons, inputs): (w, w.start),
    (neurons, neurons): (A, A.start, identity(neurons)),
    (points, points): (identity(points), words.limiting_gram(rows), words.cosines(rows), words.feature_gram(rows)),
    (neurons, points): (words.line_angles(w, rows), words.mean_absolute_product(w, rows)),
}  # fmt: skip
BOUNDED = (words.tanh, words.cosine_of, lambda t: words.arccosine(words.tanh(t) / 2))
PLAIN = (
    words.absolute,
    relu,
    words.softplus,
    lambda t: words.exponential(words.tanh(t)),
    lambda t: words.root(words.absolute(t) + Rational(1, 4)),
    lambda t: words.logarithm(words.absolute(t) + Rational(1, 4)),
    lambda t: t**2,
    lambda t: (words.absolute(t) + 1) ** Rational(-1, 2),
    lambda t: -t,
    *BOUNDED,
)
BINARY = (
    lambda s, t: s + t,
    lambda s, t: s - t,
    lambda s, t: s * t,
    lambda s, t: s / (words.absolute(t) + Rational(1, 2)),
    words.smaller,
    words.larger,
)
SHARP = (
    lambda s, t: s >= t,
    lambda s, t: s > t,
    lambda s, t: s <= t,
    lambda s, t: s < t,
    words.differ,
    lambda s, t: words.sign(s),
)
REDUCED = (words.total, words.mean, words.most, words.least, norm)


@st.composite
def leaf(draw, axes):
    """A leaf, or the simplest term, of these axes."""
    if axes in LEAVES:
        return draw(st.sampled_from(LEAVES[axes]))
    if axes[::-1] in LEAVES:
        return draw(st.sampled_from(LEAVES[axes[::-1]])).T
    one, two = (draw(leaf((axis,))) for axis in axes)
    return words.outer(one, two)


def fewer(axes):
    """The axes that a second operand may have beside one of these."""
    if len(set(axes)) < len(axes):
        return [axes, ()]
    return [axes, (), *((axis,) for axis in axes), *([axes[::-1]] if len(axes) == 2 else [])]


@st.composite
def terms(draw, axes, depth=3):
    """A term of these axes."""
    if depth == 0:
        return draw(leaf(axes))
    kind = draw(st.sampled_from(("unary", "binary", "sharp", "product", "reduced", "special")))
    if kind == "unary":
        return draw(st.sampled_from(PLAIN))(draw(terms(axes, depth - 1)))
    if kind == "binary":
        other = draw(terms(draw(st.sampled_from(fewer(axes))), depth - 1))
        return draw(st.sampled_from(BINARY))(draw(terms(axes, depth - 1)), other)
    if kind == "sharp":
        rule = draw(st.sampled_from(SHARP))
        return rule(draw(leaf(axes)), draw(leaf(draw(st.sampled_from(fewer(axes))))))
    if kind == "product":
        through = draw(st.sampled_from(FREE))
        cut = draw(st.integers(0, len(axes)))
        if cut not in (0, 1) or len(axes) - cut > 1:
            cut = 1
        left = draw(terms((*axes[:cut], through), depth - 1))
        return left @ draw(terms((through, *axes[cut:]), depth - 1))
    if kind == "reduced" and len(axes) < 2:
        free = [axis for axis in FREE if axis not in axes]
        axis, rule = draw(st.sampled_from(free)), draw(st.sampled_from(REDUCED))
        order = draw(st.permutations((axis, *axes)))
        return rule(draw(terms(tuple(order), depth - 1)), axis)
    return draw(special(axes, depth))


@st.composite
def special(draw, axes, depth):
    """What only some axes have."""
    if len(axes) == 2:
        return draw(terms(axes[::-1], depth - 1)).T
    if len(axes) == 1:
        square = draw(terms((*axes, draw(st.sampled_from(FREE))), depth - 1))
        return norm(square @ square.T @ draw(leaf(axes)) * draw(leaf(axes))) * draw(leaf(axes))
    matrix = draw(terms((draw(st.sampled_from(FREE)), draw(st.sampled_from(FREE))), depth - 1))
    rules = (
        words.spectral,
        lambda t: words.least_eigenvalue(t @ t.T),
        lambda t: words.greatest_eigenvalue(t.T @ t),
        lambda t: -words.least_eigenvalue(-(t @ t.T)),
        norm,
        words.most,
        lambda t: words.inner(t, t),
    )
    return draw(st.sampled_from(rules))(matrix)


ANY = st.sampled_from([(), *((p,) for p in FREE), *((p, r) for p in FREE for r in FREE)])
