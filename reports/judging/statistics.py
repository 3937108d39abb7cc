"""Designed tests: exact binomial decisions, the number of seeds they need, and exponents with
intervals over seeds.

One error budget: a run of the whole catalogue accuses some true claim with probability at most
BUDGET, split evenly over CLAIMS claims, so each is refuted at REFUTE. A claim is confirmed at
CONFIRM. A run in regime is looked at twice: after the seeds that confirm when none fails, and, if
one failed, after the seeds that could refute. Only the second look refutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import (
    bdtr,
    bdtrc,
    bdtrik,
    betaincinv,
    ndtri,
    stdtr,
    stdtrit,
)  # scipy.stats takes seconds to import

from reports.judging.verdict import LawVerdict
from theorems.language import Claim

BUDGET, CLAIMS = 1e-3, 1000
REFUTE = BUDGET / CLAIMS
CONFIRM = 1e-3
MEAN_DRAWS, REFUTE_MEAN = (
    500,
    REFUTE / 10**4,
)  # Student's test on skewed draws errs more often than it says: this much is kept in hand
MEANS = 600  # draws behind a statement about a mean
CONFIRM_MEAN = CONFIRM / 10  # and so much is kept in hand when a mean is confirmed
CERTAIN = 20  # runs behind a claim without probability
MOST = 10**9  # seeds beyond which a number is none
INTERVAL = 0.95  # two-sided confidence of printed intervals
MARGIN = 0.1  # exponents closer than this are called equal
WIDE = 5  # margins beyond which an interval says nothing
TWO_LOOKS = (
    2 * CONFIRM
)  # probability of a false confirmation over the two looks of a run in regime, at most
FALSE = 0.95  # failure probability of a claim that is plainly wrong
EQUIVALENCE = 0.125  # relative margin within which two means are called equal


@dataclass(frozen=True)
class Binomial:
    """x failures among n independent seeds, against an allowed failure probability delta.

    lost: seeds of which it is not known whether they fail; blur: how far the seeds' joint law may
    be from the theorem's, in total variation. Both are held against the decision. comparisons: how
    many such tests are made at once, any of which may refute (union bound); to confirm, all must.
    """

    failures: int
    seeds: int
    delta: float
    lost: int = 0
    blur: float = 0.0
    comparisons: int = 1

    @property
    def refutes(self) -> bool:
        """P(Bin(n, delta) >= x) <= REFUTE over the comparisons."""
        return self.failures > 0 and bool(
            bdtrc(self.failures - 1, self.seeds, self.delta) + self.blur
            <= REFUTE / self.comparisons
        )

    @property
    def confirms(self) -> bool:
        """P(Bin(n, delta) <= x) <= CONFIRM."""
        return bool(bdtr(self.failures + self.lost, self.seeds, self.delta) + self.blur <= CONFIRM)

    @property
    def interval(self) -> tuple[float, float]:
        """The two-sided Clopper-Pearson interval of the failure probability."""
        return clopper_pearson(self.failures, self.seeds)[0], clopper_pearson(
            self.failures + self.lost, self.seeds
        )[1]

    @property
    def needs(self) -> int | None:
        """About how many seeds decide if they go on like these, with even chances; None where no
        number does.
        """
        seen, most = self.failures / self.seeds, (self.failures + self.lost) / self.seeds
        if seen > self.delta:
            return seeds_to_refute(self.delta, seen, 0.5)
        return seeds_at_rate(self.delta, most) if most < self.delta else None


def clopper_pearson(failures: int, seeds: int, confidence: float = INTERVAL) -> tuple[float, float]:
    """Exact two-sided confidence bounds of a binomial probability."""
    tail = (1 - confidence) / 2
    low = 0.0 if failures == 0 else float(betaincinv(failures, seeds - failures + 1, tail))
    high = 1.0 if failures == seeds else float(betaincinv(failures + 1, seeds - failures, 1 - tail))
    return low, high


def seeds_to_confirm(delta: float, failures: int = 0, level: float = CONFIRM) -> int:
    """The least n such that `failures` failures among n seeds confirm a failure probability below
    delta.
    """
    n = max(failures, 1)
    while bdtr(failures, n, delta) > level:
        n += 1
    return n


def seeds_at_rate(delta: float, rate: float) -> int | None:
    """About the least n that confirms a failure probability below delta when a share `rate` < delta
    of the seeds fails; None beyond MOST.
    """

    def confirms(n: int) -> bool:
        return bool(bdtr(np.ceil(rate * n), n, delta) <= CONFIRM)

    low, high = 1, seeds_to_confirm(delta)
    while not confirms(high):
        low, high = high, 2 * high
        if high > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if confirms(middle) else (middle, high)
    return high


def seeds_for(claim: Claim, delta: float) -> tuple[int, ...]:
    """The numbers of seeds at which a run in regime is looked at for this claim, delta being the
    value of every failure letter: one number, or a first and a second for a probability.

    A claim that promises no probability above 0 at this delta needs one run to be told so.
    """
    if claim.expected:
        return (MEANS,)
    letters = {q: delta for q in claim.probability.free_symbols if getattr(q, "below", None) == 1}
    promised = claim.probability.subs(letters)
    allowed = 1 - float(promised) if promised.is_number else delta
    if allowed <= 0:
        return (CERTAIN,)
    return (seeds_to_confirm(allowed), seeds_by_design(allowed)) if allowed < 1 else (1,)


def looks(claims: Sequence[Claim], delta: float) -> tuple[int, ...]:
    """The numbers of seeds at which a run in regime is looked at for all of these claims; those
    without a probability take what the others need.
    """
    wanted = [seeds_for(c, delta) for c in claims if c.expected or c.probability != 1]
    if not wanted:
        return (CERTAIN,)
    return tuple(dict.fromkeys((max(w[0] for w in wanted), max(w[-1] for w in wanted))))


def seeds_by_design(delta: float, true: float | None = None, power: float = 0.9) -> int:
    """The least n that confirms with the given power when the true failure probability is delta/10,
    and that refutes with the given power a claim that fails with probability FALSE.
    """
    true = delta / 10 if true is None else true
    allowed = 0
    while bdtr(allowed, n := seeds_to_confirm(delta, allowed), true) < power:
        allowed += 1
    return max(n, seeds_to_refute(delta, FALSE, power))


def seeds_to_refute(delta: float, true: float, power: float = 0.9) -> int:
    """The least n that refutes a failure probability of at most delta, with the given power >= 1/2,
    when it is `true` > delta.

    No n is skipped that could do: the failures that refute are at most n true + 1, by the median,
    and at least n delta + z sqrt(n delta (1 - delta)) for delta <= 1/4, z the normal quantile
    (Slud, Ann. Probab. 5 (1977) 404).
    """
    first, chunk = max(int(np.log(REFUTE) / np.log(delta)), 1), 256
    spread, gap = float(ndtri(1 - REFUTE)) * np.sqrt(delta * (1 - delta)), true - delta
    if delta <= 1 / 4 and spread**2 > 4 * gap:
        low, high = ((spread + sign * np.sqrt(spread**2 - 4 * gap)) / (2 * gap) for sign in (-1, 1))
        first = int(high**2) if low**2 < first < high**2 else first
    while True:
        n = np.arange(first, first + chunk)
        x = least_refuting(n, delta)
        enough = (x <= n) & (bdtrc(np.minimum(x, n) - 1, n, true) >= power)
        if enough.any():
            return int(n[np.argmax(enough)])
        first, chunk = first + chunk, min(2 * chunk, 2**16)


def least_refuting(n: np.ndarray, delta: float) -> np.ndarray:
    """For each number of seeds, the fewest failures that refute."""
    x = np.maximum(np.floor(bdtrik(1 - REFUTE, n, delta)), 1)
    while (low := bdtrc(x - 1, n, delta) > REFUTE).any():
        x = x + low
    while (high := (x > 1) & (bdtrc(x - 2, n, delta) <= REFUTE)).any():
        x = x - high
    return x


@dataclass(frozen=True)
class Exponent:
    """A fitted exponent with its interval over seeds, and what it says about the declared one."""

    fitted: float
    low: float
    high: float
    verdict: LawVerdict


NOTHING = Exponent(float("nan"), float("nan"), float("nan"), LawVerdict.VOID)


def slopes(sizes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Least-squares slopes of log values (seeds, sizes) on log sizes, one a seed."""
    x = np.log(sizes) - np.log(sizes).mean()
    return np.asarray(np.log(values) @ x / (x @ x))


def mean_is_zero(sample: np.ndarray) -> float:
    """The two-sided p-value of Student's test that the mean is 0; a normal approximation for large
    samples.
    """
    above = mean_is_above(sample, 0.0)
    return 2 * min(above, mean_is_above(-sample, 0.0)) if sample.any() else 1.0


def mean_is_above(sample: np.ndarray, bound: float) -> float:
    """The one-sided p-value of Student's test that the mean is at most `bound`; 0 or 1 where the
    sample does not vary.
    """
    spread = sample.std(ddof=1)
    if spread == 0:
        return 0.0 if sample.mean() > bound else 1.0
    score = (sample.mean() - bound) / (spread / np.sqrt(len(sample)))
    return float(stdtr(len(sample) - 1, -score))


def mean_interval(sample: np.ndarray, confidence: float = INTERVAL) -> tuple[float, float, float]:
    """Mean and its two-sided Student interval."""
    mean, error = float(sample.mean()), float(sample.std(ddof=1) / np.sqrt(len(sample)))
    reach = float(stdtrit(len(sample) - 1, 0.5 + confidence / 2)) * error
    return mean, mean - reach, mean + reach


def fit_exponent(sizes: np.ndarray, values: np.ndarray, declared: float, kind: str) -> Exponent:
    """Fit value ~ size**a per seed on the upper half of the sizes and compare with `declared`.

    values: (seeds, sizes), at least 3 seeds and 3 sizes. 'at most' is one-sided: a smaller exponent
    is better than the bound; 'exactly' asks for equality within MARGIN. A slope that still moves
    from the lower half to the upper gives no verdict against the law.
    """
    good = values[(np.isfinite(values) & (values > 0)).all(axis=1)]
    if len(good) < 3 or len(sizes) < 3:
        return NOTHING
    half = (len(sizes) + 1) // 2
    upper = slopes(sizes[-half:], good[:, -half:])
    fitted, low, high = mean_interval(upper)
    _, bend_low, bend_high = mean_interval(upper - slopes(sizes[:half], good[:, :half]))
    drifting = bend_low > 0 or bend_high < 0
    if low > declared + MARGIN or (kind == "exactly" and high < declared - MARGIN):
        verdict = LawVerdict.DRIFTING if drifting else LawVerdict.INCONSISTENT
    elif high - low > WIDE * MARGIN:
        verdict = LawVerdict.INCONCLUSIVE
    elif high < declared - MARGIN:
        verdict = LawVerdict.STEEPER
    else:
        verdict = LawVerdict.CONSISTENT
    return Exponent(fitted, low, high, verdict)
