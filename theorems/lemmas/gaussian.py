"""How Gaussian weights meet a kink."""

from sympy import erf, pi, sqrt

from theorems.language.derivation import Grows
from theorems.language.lemma import Lemma
from theorems.language.quantity import nonnegative, positive

share, R, sigma = (
    nonnegative("share", "P(|g| ≤ R)"),
    positive("R", "distance from the kink"),
    positive("sigma", "standard deviation of g"),
)
z = positive("z", "R/σ")
anti_concentration = Lemma(
    "anti-concentration",
    "A Gaussian is near zero with a probability at most proportional to the distance.",
    letters=(share, R, sigma),
    then=share <= 2 * R / (sqrt(2 * pi) * sigma),
    source="the density is at most 1/(√(2π) σ)",
    derivation=(
        Grows(
            "the share is below its tangent",
            erf(z / sqrt(2)),
            2 * z / sqrt(2 * pi),
            along=z,
            at="P(|g| ≤ z) = erf(z/√2)",
        ),
    ),
)
