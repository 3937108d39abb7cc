"""The whole finding of a claim, pinned: both sides, where it is tightest or fails first, the counts, and
every word that is printed beside them.
"""

import numpy as np
import pandas as pd
import pytest
from sympy import Eq

from reports.judging.evidence import Evidence
from reports.judging.findings import Finding
from reports.judging.verdict import Verdict
from tests.reports.judging.test_judging import delta, found, k, known, x
from theorems.language import Average, Best, Claim, Each, Some

CONFIRMED = Verdict.CONFIRMED
REFUTED = Verdict.REFUTED
INCONCLUSIVE = Verdict.INCONCLUSIVE
SEEN = "; failures in more than 97% of draws would have been seen"


def claimed(relation, over=None, **more):
    return Claim("c", relation, at="x", over=over, **more)


FALLING = [[1, 2, 4], [1, 1, 1]]
LIKELY = {"probability": 1 - delta}  # delta is 1/2
# claim, curves, what else is known, verdict, (predicted, observed, slack, step), failures, unknown, words
CASES = {
    "holds": (
        claimed(x(k) <= 10, Each(k)), FALLING, {}, CONFIRMED, (10, 4, 2.5, 2), 0, 0,
        "holds in all 2 seeds; tightest at k = 2, compared up to k = 2" + SEEN,
    ),
    "at steps that were not all looked at": (
        claimed(x(k) <= 10, Each(k)), FALLING, {"steps": 2, "keep": (0, 2)}, CONFIRMED, (10, 4, 2.5, 2), 0, 0,
        "holds in all 2 seeds; tightest at k = 2, compared up to k = 2; compared at 1 of 2 steps" + SEEN,
    ),
    "fails": (
        claimed(x(k) <= 1.5, Each(k)), FALLING, {}, REFUTED, (1.5, 2, 0.75, 1), 1, 0,
        "fails in 1 of 2 seeds; first at k = 1, compared up to k = 2" + SEEN,
    ),
    "ends before the claim": (
        claimed(x(k) <= 10, Each(k, last=9)), FALLING, {}, INCONCLUSIVE, (None,) * 4, 0, 2,
        "holds in 0 of 2 seeds; unknown in 2 of 2: the run ends at k = 2, the claim at 9",
    ),
    "fails before it ends": (
        claimed(x(k) <= 1.5, Each(k, last=9)), FALLING, {}, REFUTED, (1.5, 2, 0.75, 1), 1, 1,
        "fails in 1 of 2 seeds; first at k = 1, compared up to k = 2; "
        "unknown in 1 of 2: the run ends at k = 2, the claim at 9",
    ),
    "of the first step alone": (
        claimed(x(k) <= 3, Each(k, last=1)), FALLING, {}, CONFIRMED, (3, 2, 1.5, 1), 0, 0,
        "holds in all 2 seeds; tightest at k = 1, compared up to k = 1" + SEEN,
    ),
    "from the second step on": (
        claimed(x(k) >= 2, Each(k, first=2)), [[9, 1, 4], [0, 0, 3]], {}, CONFIRMED, (2, 3, 1.5, 2), 0, 0,
        "holds in all 2 seeds; tightest at k = 2, compared up to k = 2" + SEEN,
    ),
    "conserved": (
        claimed(Eq(x(k), x(0)), Each(k)), [[1, 1 + 1e-13, 1]] * 2, {}, CONFIRMED, (1, 1, 1, 1), 0, 0,
        "holds in all 2 seeds; tightest at k = 1, compared up to k = 2; equal to within 3e-13 of their size" + SEEN,
    ),
    "not conserved": (
        claimed(Eq(x(k), x(0)), Each(k)), [[1, 1.5, 1]] * 2, {}, REFUTED, (1, 1.5, 2 / 3, 1), 2, 0,
        "fails in 2 of 2 seeds; first at k = 1, compared up to k = 2; equal to within 0.3 of their size" + SEEN,
    ),
    "nothing drawn": (
        claimed(x(k) <= 10, Each(k)), [[1, 2]], {"deterministic": True}, CONFIRMED, (10, 2, 5, 1), 0, 0,
        "holds in the one run there is, since nothing is drawn; tightest at k = 1, compared up to k = 1",
    ),
    "nothing drawn, and it fails": (
        claimed(x(k) <= 1.5, Each(k)), [[1, 2]], {"deterministic": True}, REFUTED, (1.5, 2, 0.75, 1), 1, 0,
        "fails in the one run there is, since nothing is drawn; first at k = 1, compared up to k = 1",
    ),
    "nothing drawn, and it is unknown": (
        claimed(x(k) <= 2, Each(k)), [[1, 2]], {"deterministic": True}, INCONCLUSIVE, (None,) * 4, 0, 1,
        "undecided in the one run there is, since nothing is drawn; "
        "unknown in 1 of 1: the sides are nearer than the run can tell",
    ),
    "one seed": (
        claimed(x(k) <= 10, Each(k)), [[1, 2]], {}, CONFIRMED, (10, 2, 5, 1), 0, 0,
        "holds in the one seed; tightest at k = 1, compared up to k = 1",
    ),
    "some step": (
        claimed(x(k) <= 3, Some(k, 2)), [[9, 2, 9], [9, 9, 1]], {}, CONFIRMED, (3, 2, 1.5, 1), 0, 0,
        "holds in all 2 seeds; clearest at k = 1, over k ≤ 2" + SEEN,
    ),
    "no step": (
        claimed(x(k) <= 1, Some(k, 2)), [[9, 2, 9], [9, 9, 3]], {}, REFUTED, (1, 3, 1 / 3, 2), 2, 0,
        "fails in 2 of 2 seeds; nearest at k = 2, over k ≤ 2" + SEEN,
    ),
    "the best step": (
        claimed(x(k) <= 3, Best(k, 2)), [[9, 2, 9], [9, 9, 1]], {}, CONFIRMED, (3, 2, 1.5, 1), 0, 0,
        "holds in all 2 seeds; clearest at k = 1, over k ≤ 2" + SEEN,
    ),
    "on average": (
        claimed(x(k) <= 4, Average(k, 3)), [[3, 3, 3], [1, 2, 3]], {}, CONFIRMED, (4, 3, 4 / 3, 3), 0, 0,
        "holds in all 2 seeds; over k < 3" + SEEN,
    ),
    "not on average": (
        claimed(x(k) <= 1, Average(k, 3)), [[3, 3, 3], [1, 2, 3]], {}, REFUTED, (1, 3, 1 / 3, 3), 2, 0,
        "fails in 2 of 2 seeds; over k < 3" + SEEN,
    ),
    "at the start": (
        claimed(x(0) <= 3), [[1, 9], [2, 9]], {}, CONFIRMED, (3, 2, 1.5, 0), 0, 0,
        "holds in all 2 seeds" + SEEN,
    ),
    "likely": (
        claimed(x(k) <= 2, Each(k), **LIKELY), [[1, 3]] + [[1, 1]] * 19, {}, CONFIRMED, (2, 3, 2 / 3, 1), 1, 0,
        "fails in 1 of 20 seeds; first at k = 1, compared up to k = 1; "
        "failure probability in [0.0013, 0.25], allowed 0.5",
    ),
    "as likely as not": (
        claimed(x(k) <= 2, Each(k), **LIKELY), [[1, 3]] + [[1, 1]] * 2, {}, INCONCLUSIVE, (2, 3, 2 / 3, 1), 1, 0,
        "fails in 1 of 3 seeds; first at k = 1, compared up to k = 1; "
        "failure probability in [0.0084, 0.91], allowed 0.5",
    ),
    "unlikely": (
        claimed(x(k) <= 2, Each(k), **LIKELY), [[1, 3]] * 40, {}, REFUTED, (2, 3, 2 / 3, 1), 40, 0,
        "fails in 40 of 40 seeds; first at k = 1, compared up to k = 1; "
        "failure probability in [0.91, 1], allowed 0.5",
    ),
    "undefined": (
        claimed(x(k) <= 2, Each(k)), [[np.nan] * 3, [1, 1, 1]], {}, INCONCLUSIVE, (2, 1, 2, 1), 0, 1,
        "holds in 1 of 2 seeds; tightest at k = 1, compared up to k = 2; unknown in 1 of 2: a side is undefined",
    ),
    "nearer than can be told": (
        claimed(x(k) <= 1, Each(k)), [[1, 1]] * 2, {"error": 0.1}, INCONCLUSIVE, (None,) * 4, 0, 2,
        "holds in 0 of 2 seeds; unknown in 2 of 2: the sides are nearer than the run can tell",
    ),
    "left the numbers": (
        claimed(x(k) <= 2, Each(k)), [[1], [1, 1]], {"diverged": {0: 1.0}}, REFUTED, (None, None, None, 1), 1, 0,
        "fails in 1 of 2 seeds; the run leaves the numbers at k = 1" + SEEN,
    ),
    "draws of nearly this law": (
        claimed(x(k) <= 2, Each(k)), [[1, 1]] * 2, {"law": 1e-9}, CONFIRMED, (2, 1, 2, 1), 0, 0,
        "holds in all 2 seeds; tightest at k = 1, compared up to k = 1; "
        "the law of the draws is exact up to 2e-09 in total variation" + SEEN,
    ),
    "draws of another law": (
        claimed(x(k) <= 2, Each(k)), [[1, 1]] * 2, {"law": 0.5}, INCONCLUSIVE, (2, 1, 2, 1), 0, 0,
        "holds in all 2 seeds; tightest at k = 1, compared up to k = 1; "
        "the law of the draws is exact up to 1 in total variation" + SEEN,
    ),
}  # fmt: skip


def evidence(curves, keep=None, diverged=None, law=None, **more):
    """What is known of x along these curves, at the steps that are kept."""
    base = known(curves, **more)
    frame = base.frame if keep is None else base.frame[base.frame["step"].isin(keep)]
    rows = [(s, at, "diverged", 1.0, 0.0) for s, at in (diverged or {}).items()]
    rows += [(s, 0.0, "law_error", law, 0.0) for s in range(len(curves))] if law else []
    if rows:
        frame = pd.concat([frame, pd.DataFrame(rows, columns=frame.columns)])
    return Evidence(
        base.values, base.exact, frame, steps=base.steps, deterministic=base.deterministic
    )


@pytest.mark.parametrize("name", CASES)
def test_the_whole_finding(name):
    claim, curves, more, verdict, numbers, failures, unknown, words = CASES[name]
    finding = found(claim, evidence(curves, **more))[1]
    assert isinstance(finding, Finding)
    assert finding.claim is claim
    assert finding.verdict is verdict
    shown = (finding.predicted, finding.observed, finding.slack, finding.step)
    assert shown == tuple(v if v is None else pytest.approx(v, rel=1e-9) for v in numbers)
    assert (finding.seeds, finding.failures, finding.unknown) == (len(curves), failures, unknown)
    assert finding.evidence == words
