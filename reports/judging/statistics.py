"""Designed tests: exact binomial decisions, the number of seeds they need, and exponents with
intervals over seeds.

One error budget: a run of the whole catalogue accuses some true claim with probability at most
BUDGET, split evenly over CLAIMS claims, so each is refuted at REFUTE. A claim is confirmed at
CONFIRM. A run in regime is looked at twice: after the seeds that confirm when none fails, and, if
one failed, after the seeds that could refute. Only the second look refutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import (
    bdtr,
    bdtrc,
    bdtrik,
    betaincinv,
    fdtrc,
    ndtri,
    stdtr,
    stdtrit,
)  # scipy.stats takes seconds to import

from reports.judging.verdict import LawVerdict
from theorems.language import Claim
from theorems.language.configuration import RUNGS

BUDGET = 1e-3  # probability that a run accuses a true claim, at most
CLAIMS = 1000  # claims of the run that the budget is for
REFUTE = BUDGET / CLAIMS  # probability of a false refutation, at most
CONFIRM = 1e-3  # probability of a false confirmation, at most
# Student's test on skewed draws errs more often than it says: so much is kept in hand
MEAN_DRAWS = 500  # from which it is asked at all
REFUTE_MEAN = REFUTE / 10**4  # level at which a mean is refuted
CONFIRM_MEAN = CONFIRM / 10  # and confirmed
MEANS = 600  # draws behind a statement about a mean
CERTAIN = 20  # runs behind a claim without probability
MOST = 10**9  # seeds beyond which a number is none
INTERVAL = 0.95  # two-sided confidence of printed intervals
MARGIN = 0.1  # exponents closer than this are called equal
WIDE = 5  # margins beyond which an interval says nothing
# a bound towards 0 is one on the exponent from the other side
TOWARDS_ZERO = {"at most": "at least", "at least": "at most", "exactly": "exactly"}
ROUGH = 0.98  # two-sided confidence that sizes which scatter must give before a law is contradicted
LEAST_SEEDS = 3  # behind an exponent
SAME = 1e-9  # relative difference below which two seeds are one run
# more halves of the ladder in which a drift may still reach the declared exponent: the slope of a
# power with a logarithm has five times as far to go as it went on a ladder from 1024 to 16384
HALVES_AHEAD = 10
# probability of a false confirmation over the two looks of a run in regime, at most
TWO_LOOKS = 2 * CONFIRM
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
        against, for_ = REFUTE / self.comparisons - self.blur, CONFIRM - self.blur
        if seen > self.delta:
            return seeds_to_refute(self.delta, seen, 0.5, against) if against > 0 else None
        return seeds_at_rate(self.delta, most, for_) if most < self.delta and for_ > 0 else None


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


def seeds_at_rate(delta: float, rate: float, level: float = CONFIRM) -> int | None:
    """About the least n that confirms a failure probability below delta when a share `rate` < delta
    of the seeds fails; None beyond MOST.
    """

    def confirms(n: int) -> bool:
        return bool(bdtr(np.ceil(rate * n), n, delta) <= level)

    low, high = 1, seeds_to_confirm(delta, level=level)
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


def seeds_to_refute(delta: float, true: float, power: float = 0.9, level: float = REFUTE) -> int:
    """The least n that refutes a failure probability of at most delta, with the given power >= 1/2,
    when it is `true` > delta.

    No n is skipped that could do: the failures that refute are at most n true + 1, by the median,
    and at least n delta + z sqrt(n delta (1 - delta)) for delta <= 1/4, z the normal quantile
    (Slud, Ann. Probab. 5 (1977) 404).
    """
    if delta <= 0:  # one failure refutes
        return seeds_to_confirm(true, 0, 1 - power)
    first, chunk = max(int(np.log(level) / np.log(delta)), 1), 256
    spread, gap = float(ndtri(1 - level)) * np.sqrt(delta * (1 - delta)), true - delta
    if delta <= 1 / 4 and spread**2 > 4 * gap:
        low, high = ((spread + sign * np.sqrt(spread**2 - 4 * gap)) / (2 * gap) for sign in (-1, 1))
        first = int(high**2) if low**2 < first < high**2 else first
    while True:
        n = np.arange(first, first + chunk)
        x = least_refuting(n, delta, level)
        enough = (x <= n) & (bdtrc(np.minimum(x, n) - 1, n, true) >= power)
        if enough.any():
            return int(n[np.argmax(enough)])
        first, chunk = first + chunk, min(2 * chunk, 2**16)


def least_refuting(n: np.ndarray, delta: float, level: float = REFUTE) -> np.ndarray:
    """For each number of seeds, the fewest failures that refute."""
    x = np.maximum(np.floor(bdtrik(1 - level, n, delta)), 1)
    while (low := bdtrc(x - 1, n, delta) > level).any():
        x = x + low
    while (high := (x > 1) & (bdtrc(x - 2, n, delta) <= level)).any():
        x = x - high
    return x


@dataclass(frozen=True)
class Exponent:
    """A fitted exponent with its interval, and what it says about the declared one; NaN where there
    is none.

    drift: how much larger the slope is on the last half of the ladder than on the first; seeds: how
    many were fitted; why: what there is to say beside the numbers.
    """

    fitted: float
    low: float
    high: float
    verdict: LawVerdict
    drift: float = float("nan")
    seeds: int = 0
    why: str = ""


NOTHING = Exponent(float("nan"), float("nan"), float("nan"), LawVerdict.VOID)


def slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least-squares slopes of y (seeds, sizes) on x, one a seed."""
    x = x - x.mean()
    return np.asarray(y @ x / (x @ x))


def bends(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How much steeper y (seeds, sizes) rises on the last half of x than on the first, one a seed;
    an odd number of sizes shares the middle one.
    """
    half = (len(x) + 1) // 2
    return slopes(x[-half:], y[:, -half:]) - slopes(x[:half], y[:, :half])


def one_run(y: np.ndarray) -> bool:
    """Whether all seeds (rows) are one run: nothing that was drawn tells them apart."""
    return bool(np.ptp(y, axis=0).max() <= SAME * max(1.0, float(np.abs(y).max())))


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


def fit_exponent(
    sizes: np.ndarray, values: np.ndarray, declared: float, kind: str, least: int = LEAST_SEEDS
) -> Exponent:
    """Fit value ~ size**a and compare with `declared`; sizes in the order in which they go to the limit.

    values: (seeds, sizes), at least `least` seeds and 4 sizes. 'at most' and 'at least' are one-sided,
    'exactly' asks for equality within MARGIN. The slope is that of the whole ladder, or of its last
    half where the two halves differ. A value that is not positive and finite is unmeasured; its
    seed is left out, said, and no law is contradicted then.
    """
    measured = (np.isfinite(values) & (values > 0)).all(axis=1)
    lost, seeds = int((~measured).sum()), int(measured.sum())
    said = [f"unmeasured in {lost} of {len(values)} seeds"] if lost else []
    if len(sizes) < RUNGS:
        said.append(f"{len(sizes)} sizes, and an exponent needs {RUNGS}")
    if seeds < least:
        said.append(f"{seeds} seeds were measured, and an exponent needs {least}")
    if seeds < least or len(sizes) < RUNGS or lost > seeds:
        return replace(NOTHING, seeds=seeds, why="; ".join(said))
    x, y = np.log(sizes), np.log(values[measured])
    bend = bends(x, y)
    drift = float(bend.mean()) if _drifts(bend) else 0.0
    if one_run(slopes(x, y)[:, None]):
        slope = _along_ladder(x, y)
        none = "" if np.isfinite(slope[1]) else ", and there is none, since the sizes lie on a line"
        said.append(f"no seed differs in its slope: the interval is that of the ladder alone{none}")
    else:
        slope = _over_seeds(x, y, last=(len(x) + 1) // 2 if drift else len(x))
    if drift:
        said.append(
            f"the slope drifts by {drift:+.2g} from the first half of the ladder to the last"
        )
    rising = sizes[-1] > sizes[0]
    verdict = _law_verdict(slope, drift, declared, kind if rising else TOWARDS_ZERO[kind])
    against = verdict in (LawVerdict.INCONSISTENT, LawVerdict.DRIFTING)
    if against and (lost or not _certain(x, y, declared)):
        verdict = LawVerdict.INCONCLUSIVE
    return Exponent(*slope, verdict, float(bend.mean()), seeds, "; ".join(said))


def _drifts(bend: np.ndarray) -> bool:
    """Whether the halves of the ladder have different slopes: by Student's test over the seeds, or
    by more than the margin in a single run.
    """
    if one_run(bend[:, None]):
        return bool(abs(bend.mean()) > MARGIN)
    _, low, high = mean_interval(bend)
    return low > 0 or high < 0


def _over_seeds(x: np.ndarray, y: np.ndarray, last: int) -> tuple[float, float, float]:
    """The mean slope over the last sizes, with Student's interval; no narrower than the ladder's own
    when the sizes scatter about a line more than the seeds do.
    """
    at, low, high = mean_interval(slopes(x[-last:], y[:, -last:]))
    reach = _reach(x, y) if _rough(x, y) else 0.0
    return at, min(low, at - reach), max(high, at + reach)


def _along_ladder(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """The slope that all seeds have, with the interval from their scatter about a line; NaN for one
    of no width.
    """
    at, reach = float(slopes(x, y).mean()), _reach(x, y)
    reach = reach if reach > SAME else float("nan")
    return at, at - reach, at + reach


def _certain(x: np.ndarray, y: np.ndarray, declared: float) -> bool:
    """Whether the seeds exclude the declared slope at level CONFIRM: along the whole ladder, or on
    its last half when it bends as certainly. Sizes that scatter more than the seeds must exclude
    it too, at ROUGH. Seeds that do not differ leave it to the ladder's interval.
    """
    if one_run(slopes(x, y)[:, None]):
        return True
    off = abs(float(slopes(x, y).mean()) - declared)
    if _rough(x, y) and off <= _reach(x, y, ROUGH):
        return False
    half = (len(x) + 1) // 2
    last, bend = slopes(x[-half:], y[:, -half:]) - declared, bends(x, y)
    whole = mean_is_zero(slopes(x, y) - declared)
    return bool(min(whole, max(mean_is_zero(last), mean_is_zero(bend))) / 2 <= CONFIRM)


def _residuals(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What is left of each row after its own line."""
    y = y - y.mean(axis=1, keepdims=True)
    return np.asarray(y - np.outer(slopes(x, y), x - x.mean()))


def _reach(x: np.ndarray, y: np.ndarray, confidence: float = INTERVAL) -> float:
    """Half the interval of the slope of the mean over the seeds, from its scatter about a line."""
    rest, free = _residuals(x, y).mean(axis=0), len(x) - 2
    error = np.sqrt(rest @ rest / free / ((x - x.mean()) @ (x - x.mean())))
    return float(stdtrit(free, 0.5 + confidence / 2) * error)


def _rough(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether the mean over the seeds leaves a line by more than the seeds leave the mean (F-test)."""
    rest, free = _residuals(x, y), len(x) - 2
    mean = rest.mean(axis=0)
    within = ((rest - mean) ** 2).sum() / ((len(y) - 1) * free)
    ratio = len(y) * (mean @ mean) / free / max(within, np.finfo(float).tiny)
    return bool(fdtrc(free, (len(y) - 1) * free, ratio) <= 1 - INTERVAL)


def _on_good_side(low: float, high: float, declared: float, kind: str) -> bool:
    """Whether a bound from one side holds wherever in its interval the slope is."""
    below, above = high <= declared + MARGIN, low >= declared - MARGIN
    return (kind == "at most" and below) or (kind == "at least" and above)


def _law_verdict(
    slope: tuple[float, float, float], drift: float, declared: float, kind: str
) -> LawVerdict:
    """Contradicted is a law that the interval clears by the margin on the wrong side. Where the
    slope drifts it has only drifted if that leads back to the law and may get there, and nothing
    speaks for it while the slope itself is on the wrong side. An interval too wide to say anything
    still says that a bound from one side holds, where all of it is on the good side.
    """
    at, low, high = slope if np.isfinite(slope[1]) else 3 * slope[:1]

    def wrong(least: float, most: float) -> bool:
        above, below = least > declared + MARGIN, most < declared - MARGIN
        return (above and kind != "at least") or (below and kind != "at most")

    against, back = wrong(low, high), drift * (declared - at) > 0
    if against or (drift and wrong(at, at)):
        near = abs(drift) * HALVES_AHEAD >= abs(declared - at)
        away = LawVerdict.INCONSISTENT if against else LawVerdict.INCONCLUSIVE
        return LawVerdict.DRIFTING if back and near else away
    if high - low > WIDE * MARGIN and not _on_good_side(low, high, declared, kind):
        return LawVerdict.INCONCLUSIVE
    loose = low > declared + MARGIN or high < declared - MARGIN
    return LawVerdict.LOOSE if loose else LawVerdict.CONSISTENT
