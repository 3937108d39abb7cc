"""Whatever loads is judged: for every combination of fields, a true and a false statement get
different verdicts.

The relation is always the same, `r(k) OP 1`; the frames make it true or false in the very way that
its quantifier, probability or mean is about.
"""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from sympy import Eq, Ge, Gt, Integer, Le, Lt, Ne, S

from reports.judging.compare import compare
from reports.judging.draw import judged
from reports.judging.evidence import Evidence
from reports.judging.hypotheses import judge
from reports.judging.verdict import Verdict
from tests.letters import SETTING, label, observable
from theorems.language import (
    Average,
    BadInput,
    Best,
    Claim,
    Each,
    Hypothesis,
    Limit,
    Some,
    Theorem,
    failure,
    index,
)
from theorems.language.quantifier import QUANTIFIERS
from theorems.reasoning.exact import Decision

k, delta = index("k", "step"), failure("delta", "failure")
r = observable("r", "a number", probe="balance", nonnegative=None)
STEPS = 8  # of a run
LAST = 4  # step of a claim that ends
FIRST = 2  # step of a claim that begins later
DRAWS = 500  # behind a statement about a mean
OPS = {"<=": Le, "<": Lt, ">=": Ge, ">": Gt, "==": Eq, "!=": Ne}
OVERS = {
    "none": None,
    "each": Each(k),
    "first": Each(k, first=FIRST),
    "last": Each(k, last=Integer(LAST)),
    "separately": Each(k, last=Integer(LAST), separately=True),
    "average": Average(k, Integer(LAST)),
    "best": Best(k, Integer(LAST)),
    "some": Some(k, Integer(LAST)),
    "limit": Limit(k),
}
RIGHT = {"one": Integer(1), "zero": Integer(0), "start": 2 * r(0)}


def values(op, right, true, tie=False):
    """A number for which `r OP right` is plainly true or false; a tie is one that is exact."""
    base = {"one": 1.0, "zero": 0.0, "start": 2.0}[right]
    below, above = base - 0.5, base + 0.5
    yes = {"<=": below, "<": below, ">=": above, ">": above, "==": base, "!=": above}[op]
    no = {"<=": above, "<": above, ">=": below, ">": below, "==": above, "!=": base}[op]
    return yes if true else base if tie and op in ("<", ">") else no


def pattern(name, op, right, true):
    """(steps,): where the relation holds is what this quantifier is about, and nowhere else."""
    tie = right == "zero" and name != "average"
    good, bad = values(op, right, True), values(op, right, False, tie)
    k_ = np.arange(STEPS, dtype=float)
    if name == "first":
        return np.where((k_ < FIRST) if true else (k_ == FIRST + 1), bad, good)
    if name in ("last", "separately"):
        return np.where((k_ > LAST) if true else (k_ == LAST), bad, good)
    if name in ("best", "some"):
        return np.where((k_ == LAST) if true else (k_ > LAST), good, bad)
    if name == "average":
        early = k_ < LAST
        mean = values(op, right, true)
        swing = np.where(k_ % 2 == 0, 0.75, -0.75)  # no single step says what the mean says
        return np.where(early, mean + swing, bad if true else good)
    return np.full(STEPS, good if true else bad)


def limit(op, right, true):
    base = {"one": 1.0, "zero": 0.0, "start": 2.0}[right]
    k_ = np.arange(400.0)
    sign = -1.0 if op == ">=" else 1.0
    return base + sign * (0.5 * (not true) + 1 / (1 + k_))


def runs(said, true, probability=1, expected=False):
    """(draws, steps): the pattern in every draw, disturbed as probability or mean allows; `said`:
    quantifier, relation and right side.
    """
    name, op, right = said
    rng = np.random.default_rng(0)
    if name == "limit":
        curve = np.tile(limit(op, right, true), (5, 1))
    elif expected:
        noise = 0.2 * rng.standard_normal((DRAWS, STEPS))
        if op in ("<", ">") and right == "zero" and not true:
            noise += values(op, right, False)  # the mean of draws cannot tell a tie
        curve = pattern(name, op, right, true) + noise
    elif probability == 1:
        curve = np.tile(pattern(name, op, right, true), (5, 1))
    else:
        good, bad = (pattern(name, op, right, x) for x in (True, False))
        if name == "separately":  # no step fails often, though most runs fail somewhere
            curve = np.tile(good, (40, 1))
            fails = np.arange(40) % (LAST + 1)
            curve[np.arange(40), fails] = values(op, right, False)
            curve = curve if true else np.where(rng.random((40, 1)) < 0.95, bad, good)
        else:
            curve = np.where(rng.random((40, 1)) < (0.05 if true else 0.95), bad, good)
    if right == "start":  # every run starts at 1, so that 2 r(0) is 2
        curve = np.hstack([np.ones((len(curve), 1)), curve])
    return curve


def evidence(curves, right):
    """The frame of these runs; beside `start`, r(0) is a row of its own."""
    seeds, steps = np.indices(curves.shape)
    frame = pd.DataFrame(
        {
            "seed": seeds.ravel(),
            "step": steps.ravel().astype(float),
            "observable": label("balance"),
            "value": curves.ravel(),
            "error": np.where(curves.ravel() == 0, 0.0, 1e-13),
        }
    )
    return Evidence({delta: 0.5}, {delta: S.Half}, frame)


def relation(name, op, right):
    at = 0 if name == "none" else k + 1 if right == "start" else k
    return OPS[op](r(at), RIGHT[right])


def claims():
    """Every combination that loads."""
    for name, op, right, probability, expected, scale in product(
        OVERS, OPS, RIGHT, (S.One, 1 - delta), (False, True), (None, Integer(1))
    ):
        try:
            made = Claim(
                "c",
                relation(name, op, right),
                "x",
                OVERS[name],
                probability,
                "ours",
                expected,
                scale,
            )
        except BadInput:
            continue
        if name == "none" and right == "start":
            continue  # r(0) against 2 r(0) depends on no frame
        yield name, op, right, made


def words(case):
    name, op, right, c = case
    more = f"{c.probability}{', mean' if c.expected else ''}{', scale' if c.scale else ''}"
    return f"{name} {op} {right} {more}"


CLAIMS = list(claims())
GOOD = {False: Verdict.CONFIRMED, True: Verdict.APPROACHED}
BAD = {False: Verdict.REFUTED, True: Verdict.RECEDING}


@pytest.mark.parametrize("case", CLAIMS, ids=words)
def test_a_true_and_a_false_claim_get_different_verdicts(case):
    name, op, right, claim = case
    theorem = Theorem(statement="T", says="s", setting=SETTING, hypotheses=(), claims=(claim,))
    for true, verdicts in ((True, GOOD), (False, BAD)):
        known = evidence(runs((name, op, right), true, claim.probability, claim.expected), right)
        found = compare(theorem, known)[1][0]
        assert found.verdict is verdicts[name == "limit"], found


def hypotheses():
    for name, op, right, scale in product(OVERS, OPS, RIGHT, (None, Integer(1))):
        try:
            made = Hypothesis("h", relation(name, op, right), "x", "ours", OVERS[name], scale)
        except BadInput:
            continue
        if name == "none" and right == "start":
            continue
        yield name, op, right, made


@pytest.mark.parametrize(
    "case",
    list(hypotheses()),
    ids=lambda c: f"{c[0]} {c[1]} {c[2]}{' scale' if c[3].scale else ''}",
)
def test_a_true_hypothesis_holds_and_a_false_one_fails(case):
    name, op, right, hypothesis = case
    for true, decision in ((True, Decision.HOLDS), (False, Decision.FAILS)):
        known = evidence(runs((name, op, right), true), right)
        found, held = judge(hypothesis, known)
        if op == "!=" and not true and (right != "zero" or name == "average"):
            decision = Decision.OPEN  # that two measured numbers are one cannot be seen
        assert found.status is decision, found
        assert held == (set(known.seeds) if true else set())


def test_every_quantifier_is_planted_and_has_a_judge():
    assert {type(o) for o in OVERS.values() if o} == set(QUANTIFIERS)
    for kind in QUANTIFIERS:
        assert kind is Limit or judged.dispatch(kind) is not judged.dispatch(object)
    seen = {(name, op) for name, op, _, _ in CLAIMS}
    assert {("some", "=="), ("average", ">"), ("separately", "<"), ("limit", ">=")} <= seen
    assert len(CLAIMS) > 100
