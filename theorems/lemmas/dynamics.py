"""What a linear rate implies for the distance travelled, and how a step contracts."""

from theorems.language.derivation import Identity, Implication
from theorems.language.lemma import Lemma
from theorems.language.quantity import index, nonnegative, positive

travel, first = (
    nonnegative("travel", "distance travelled"),
    nonnegative("first", "length of the first step"),
)
x = positive("x", "decay of the square a step")
h, k, j = positive("h", "decay of a step's length"), index("k", "steps"), index("j", "a step")
travel_sum = Lemma(
    "travel sum",
    "Steps whose squares decay by 1 − x go no farther than 2/x times the first.",
    letters=(travel, first, x),
    given=(x <= 1,),
    then=travel <= 2 * first / x,
    source="geometric series",
    derivation=(
        Identity("the sum telescopes", (1 - h) * h**j, h**j - h ** (j + 1), at="series"),
        Implication(
            "bounded by its limit",
            (h < 1, (1 - h) * travel <= first * (1 - h**k), h**k >= 0),
            travel <= first / (1 - h),
            at="series",
        ),
        Implication(
            "and the limit", (x <= 1, h**2 <= 1 - x, h < 1), 1 / (1 - h) <= 2 / x, at="series"
        ),
    ),
)

factor, eta, s = (
    nonnegative("factor", "|1 − ηs|"),
    positive("eta", "step size"),
    positive("s", "an eigenvalue"),
)
low, high = (
    nonnegative("low", "bound on the eigenvalues from below"),
    positive("high", "bound from above"),
)
contraction = Lemma(
    "contraction",
    "A step no longer than 1/high shrinks every mode by at least 1 − η low.",
    letters=(factor, eta, s, low, high),
    given=(low <= s, s <= high, eta * high <= 1, factor**2 <= (1 - eta * s) ** 2),
    then=factor <= 1 - eta * low,
    source="|1 − ηs| is largest at s = low",
    derivation=(
        Implication(
            "the slowest mode",
            (low <= s, s <= high, eta * high <= 1, factor**2 <= (1 - eta * s) ** 2),
            factor <= 1 - eta * low,
            at="monotone in s",
        ),
    ),
)
