"""How far a random quantity strays from its mean: Markov, Hoeffding, binomial and chi-square tails,
matrix Chernoff.
"""

from sympy import Derivative, Rational, Subs, exp, log, sqrt

from theorems.language.derivation import Grows, Identity, Implication
from theorems.language.lemma import Lemma
from theorems.language.quantity import About, Quantity, count, failure, nonnegative, positive

X, mean = (
    nonnegative("X", "a random quantity that is not negative"),
    nonnegative("mean", "a bound on its mean"),
)
p = failure("p", "probability of failure")
a, tail = positive("a", "a threshold"), positive("tail", "P(X ≥ a)")
markov = Lemma(
    "Markov",
    "A quantity that is not negative exceeds its mean 1/p times with probability at most p.",
    letters=(X, mean, p),
    then=p * X <= mean,
    probability=1 - p,
    source="Markov's inequality",
    derivation=(
        Implication(
            "the mean pays for the tail",
            (a * tail <= mean, a * p >= mean),
            tail <= p,
            at="E X ≥ a P(X ≥ a)",
        ),
    ),
)

gap, m, N = (
    nonnegative("gap", "largest distance of a mean from its expectation"),
    count("m", "variables in a mean"),
    count("N", "means"),
)
q, s, t = (
    failure("q", "a mean in [0, 1]"),
    positive("s", "Chernoff's parameter"),
    positive("t", "a distance"),
)
theta = failure("theta", "the tilted mean")
hoeffding = Lemma(
    "Hoeffding",
    "N means of m independent variables in [0, 1] are all close to their expectations.",
    letters=(gap, m, N, p),
    then=gap <= sqrt(log(2 * N / p) / (2 * m)),
    probability=1 - p,
    source="Hoeffding's inequality, both sides, union over N",
    derivation=(
        Identity(
            "the logarithm of the mean of e^(sX) bends like a variance",
            Derivative(log(1 - q + q * exp(s)), (s, 2)),
            (q * exp(s) / (1 - q + q * exp(s))) * (1 - q * exp(s) / (1 - q + q * exp(s))),
            at="Hoeffding's lemma",
        ),
        Implication(
            "which is at most 1/4",
            (theta < 1,),
            theta * (1 - theta) <= Rational(1, 4),
            at="Hoeffding's lemma",
        ),
        Identity(
            "the best parameter",
            Subs(Derivative(s**2 / 8 - s * t, s), s, 4 * t),
            0,
            at="Chernoff's bound",
        ),
        Identity(
            "leaves the exponent",
            Subs(s**2 / 8 - s * t, s, 4 * t),
            -2 * t**2,
            at="Chernoff's bound",
        ),
        Identity(
            "and p in all",
            Subs(2 * N * exp(-2 * m * t**2), t, sqrt(log(2 * N / p) / (2 * m))),
            p,
            at="union over N, two sides",
        ),
    ),
)

excess = Quantity("excess", "largest excess of a mean over its expectation", About.SCALE)
width = positive("width", "length of the interval that holds the variables")
hoeffding_above = Lemma(
    "Hoeffding, one side",
    "N means of m independent variables in an interval are none far above their expectations.",
    letters=(excess, m, N, p, width),
    then=excess <= width * sqrt(log(N / p) / (2 * m)),
    probability=1 - p,
    source="Hoeffding's inequality, one side, union over N",
    derivation=(
        Identity(
            "the best parameter",
            Subs(Derivative(width**2 * s**2 / 8 - s * t, s), s, 4 * t / width**2),
            0,
            at="Chernoff's bound",
        ),
        Identity(
            "and p in all",
            Subs(N * exp(-2 * m * t**2 / width**2), t, width * sqrt(log(N / p) / (2 * m))),
            p,
            at="union over N",
        ),
    ),
)

successes, tau = nonnegative("successes", "number of successes"), positive("tau", "relative excess")
binomial_tail = Lemma(
    "binomial tail",
    "A binomial count rarely exceeds its mean by a factor 1 + τ.",
    letters=(successes, m, q, tau),
    then=successes <= (1 + tau) * m * q,
    probability=1 - exp(-m * q * tau**2 / (2 + tau)),
    source="Chernoff's bound, in Bernstein's form",
    derivation=(
        Grows(
            "the exponent in Bernstein's form",
            tau**2 / (2 + tau),
            (1 + tau) * log(1 + tau) - tau,
            along=tau,
            at="Chernoff's bound",
        ),
    ),
)

square, d, x = (
    nonnegative("square", "squared length of a Gaussian vector"),
    count("d", "degrees of freedom"),
    positive("x", "the exponent"),
)
chi_square = Lemma(
    "chi-square tail",
    "The squared length of a Gaussian vector is rarely far above its dimension.",
    letters=(square, d, p),
    then=square <= d + 2 * sqrt(d * log(1 / p)) + 2 * log(1 / p),
    probability=1 - p,
    source="Laurent and Massart 2000, Lemma 1",
    derivation=(
        Grows(
            "the logarithm of the mean of e^(s(X−d)), a degree",
            -log(1 - 2 * s) / 2 - s,
            s**2 / (1 - 2 * s),
            along=s,
            before=Rational(1, 2),
            at="Chernoff's bound",
        ),
        Identity(
            "leaves the exponent x",
            Subs(
                s * (2 * sqrt(d * x) + 2 * x) - d * s**2 / (1 - 2 * s),
                s,
                sqrt(x) / (sqrt(d) + 2 * sqrt(x)),
            ),
            x,
            at="Chernoff's bound",
        ),
    ),
)

least, mu = (
    nonnegative("least", "least eigenvalue of the sum"),
    positive("mu", "least eigenvalue of its mean"),
)
B = positive("B", "bound on a summand")
epsilon, n = failure("epsilon", "relative loss"), count("n", "dimension")
matrix_chernoff = Lemma(
    "matrix Chernoff",
    "A sum of independent positive matrices keeps most of the least eigenvalue of its mean.",
    letters=(least, mu, B, epsilon, n),
    then=least >= (1 - epsilon) * mu,
    probability=1 - n * exp(-(epsilon**2) * mu / (2 * B)),
    source="Tropp 2012, Theorem 1.1, simplified",
    derivation=(
        Grows(
            "the exponent, simplified",
            epsilon**2 / 2,
            epsilon + (1 - epsilon) * log(1 - epsilon),
            along=epsilon,
            before=1,
            at="Tropp 2012, Theorem 1.1",
        ),
    ),
)
