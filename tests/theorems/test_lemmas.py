"""Each shared lemma holds where it is tightest, a version with half its bound does not, and its
algebra is replayed.
"""

import numpy as np
import pytest
from scipy.stats import binom

from reports.judging.statistics import REFUTE
from tests.letters import observable
from theorems.language import BadInput, Implication
from theorems.lemmas import (
    LEMMAS,
    anti_concentration,
    binomial_tail,
    chi_square,
    contraction,
    hoeffding,
    markov,
    matrix_chernoff,
    travel_sum,
)
from theorems.reasoning.replay import Outcome, replay


def bound(lemma, **values):
    """The right side of a lemma's relation, in numbers."""
    return float(
        lemma.then.rhs.subs({q: values[str(q)] for q in lemma.letters if str(q) in values})
    )


def fails(lemma, **values):
    """The probability with which a lemma allows its relation to fail."""
    return float(
        (1 - lemma.probability).subs({q: values[str(q)] for q in lemma.letters if str(q) in values})
    )


STEPS = [pytest.param(s, id=f"{lemma.name}-{s.name}") for lemma in LEMMAS for s in lemma.derivation]
TRIALS = 40_000


@pytest.mark.parametrize("step", STEPS)
def test_the_algebra_of_a_lemma_is_proved(step):
    assert replay(step).outcome is Outcome.PROVED


def draws(name, rng):
    """(failures of the relation, failures with a smaller margin, declared probability of failure),
    of variables that come near the bound.
    """
    if (
        name == "Markov"
    ):  # two points: 0, and mean/p with probability p; just above the bound counts
        p, x = 0.2, (rng.random(TRIALS) < 0.2) * (1 / 0.2)
        return (
            (x * p > bound(markov, mean=1) + 1e-12).sum(),
            (x * p > 0.5).sum() + (rng.random(TRIALS) < p / 4).sum(),
            fails(markov, p=p),
        )
    if name == "Hoeffding":
        p, m, n = 0.2, 40, 3
        gap = np.abs(rng.binomial(m, 0.5, (TRIALS, n)) / m - 0.5).max(axis=1)
        far = bound(hoeffding, m=m, N=n, p=p)
        return (gap > far).sum(), (gap > far / 2).sum(), fails(hoeffding, p=p)
    if name == "binomial tail":
        m, q, tau = 200, 0.1, 0.4
        x, given = rng.binomial(m, q, TRIALS), {"m": m, "q": q, "tau": tau}
        return (
            (x > bound(binomial_tail, **given)).sum(),
            (x > m * q * (1 + tau / 4)).sum(),
            fails(binomial_tail, **given),
        )
    if name == "chi-square tail":
        p, d = 0.1, 5
        x, far = rng.chisquare(d, TRIALS), bound(chi_square, d=d, p=p)
        return (x > far).sum(), (x > d + (far - d) / 4).sum(), fails(chi_square, p=p)
    n, per, eps = (
        4,
        60,
        0.5,
    )  # matrix Chernoff: sums of coordinate projections, tight up to the union over eigenvalues
    counts, given = (
        rng.multinomial(n * per, [1 / n] * n, TRIALS).min(axis=1),
        {"mu": per, "B": 1, "epsilon": eps, "n": n},
    )
    return (
        (counts < bound(matrix_chernoff, **given)).sum(),
        (counts < (1 - eps / 8) * per).sum(),
        fails(matrix_chernoff, **given),
    )


@pytest.mark.parametrize(
    "name", ["Markov", "Hoeffding", "binomial tail", "chi-square tail", "matrix Chernoff"]
)
def test_a_tail_bound_holds_in_simulation_and_a_tighter_one_does_not(name):
    failures, tighter, allowed = draws(name, np.random.default_rng(7))
    assert binom.sf(failures - 1, TRIALS, allowed) > REFUTE
    assert binom.sf(tighter - 1, TRIALS, allowed) < REFUTE, (
        "a smaller margin must be refuted, else this test has no power"
    )


def test_a_gaussian_near_zero_is_as_rare_as_the_lemma_says():
    rng, radius, sigma = np.random.default_rng(8), 0.05, 2.0
    near = (np.abs(sigma * rng.standard_normal(10**6)) <= radius).mean()
    most = bound(anti_concentration, R=radius, sigma=sigma)
    assert near <= most + 5 * np.sqrt(most / 10**6)
    assert near > 0.9 * most


@pytest.mark.parametrize("x", [1e-4, 0.1, 0.5, 1.0])
def test_the_travel_is_below_its_bound_and_near_it_for_slow_rates(x):
    total = sum((1 - x) ** (j / 2) for j in range(200_000))
    most = bound(travel_sum, first=1, x=x)
    assert total <= most
    assert x > 1e-3 or total > 0.99 * most


def test_no_mode_is_slower_than_the_contraction_says():
    rng = np.random.default_rng(9)
    for _ in range(1000):
        low, s, high = np.sort(rng.random(3))
        eta = rng.random() / high
        assert abs(1 - eta * s) <= bound(contraction, eta=eta, low=low) + 1e-15


def test_a_lemma_used_without_what_it_needs_is_not_a_premise():
    from theorems.language import failure, positive

    X, total = observable("X", "a number", probe="residual"), positive("total", "a number")
    delta, part = failure("delta", "a failure"), failure("part", "a part")
    use = markov(X=X(0), mean=total, p=delta - part)
    conclusion = X(0) * (delta - part) <= total
    assert (
        replay(Implication("without", (use,), conclusion, at="here")).outcome is not Outcome.PROVED
    )
    assert (
        replay(Implication("with", (use, part < delta), conclusion, at="here")).outcome
        is Outcome.PROVED
    )


def test_a_lemma_asks_for_its_letters_by_name():
    with pytest.raises(BadInput, match="did you mean 'mean'"):
        markov(X=1, maen=1, p=1)
    with pytest.raises(BadInput, match="needs p"):
        markov(X=1, mean=1)
