"""The words that every rendering shares: a regime's scale in a line, its verdicts counted, the
budget in a sentence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sympy import S
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from reports.judging.findings import Finding, Frontier, Judged, Regime, Span
from reports.judging.statistics import BUDGET, CLAIMS, CONFIRM, REFUTE, TWO_LOOKS
from reports.judging.verdict import Verdict
from reports.studies.demands import rounded
from theorems.language import Law
from theorems.reasoning.demand import round_down, round_up
from theorems.writing.notation import number, text

MARKS = {"holds": "✓", "fails": "✗", "open": "?"}
WORDS = {"in": "in regime", "practical": "at practical scale"}
BUDGET_SENTENCE = (
    f"A claim is refuted when so many failures have probability at most {REFUTE:.0e} if it is true (a run over {CLAIMS} claims accuses "
    f"a true one with probability at most {BUDGET:g}), and confirmed when so few have probability at most {CONFIRM:g} if its failure "
    f"probability is larger than it says ({TWO_LOOKS:g} over the two looks that a run in regime takes: a second, longer one only when something "
    "failed in the first). A claim without a probability is refuted by one failure; confirmed, it held in every seed, and the evidence says how "
    "large a share of failing draws these seeds would have shown. Seeds are fixed beforehand; runs that diverge count as failures. Where the sides are nearer than the numbers are known, where one is undefined, and where a run ends before the claim does, a run neither holds nor fails; such runs count against either decision."
)


def heading(g: Regime) -> str:
    """The theorem and its regime."""
    return f"{g.theorem.statement}, {regime(g)}"


def regime(g: Regime) -> str:
    """The regime in words; a statement about data alone has no scale, so it is either inside or
    outside its hypotheses.
    """
    return (
        "outside its hypotheses"
        if g.theorem.setting is None and g.name == "practical"
        else WORDS[g.name]
    )


def scale_line(g: Regime) -> str:
    """The scale in one line, in the paper's letters."""
    s = dict(g.scale)
    parts = [f"{s.pop('data')} data"]
    for key, value in s.items():
        *also, name = key.split(" ") if key.startswith("also ") else [key]
        letter = pretty_symbol(name) if name.isidentifier() else name
        parts.append(f"{' '.join([*also, letter])} = {number(value, _digits(value))}")
    return ", ".join(parts)


def _digits(x: Any) -> int:
    """As many digits as give the number back, from three to six: a run is repeated from its scale."""
    return next((d for d in range(3, 6) if float(f"{x:.{d}g}") == x), 6)


def verdict_counts(findings: Iterable[Finding]) -> str:
    """How often each verdict was given, in the order of the enum."""
    counts = Counter(f.verdict for f in findings)
    return ", ".join(f"{counts[v]} {v}" for v in Verdict if counts[v])


def status(j: Judged) -> str:
    """The decision on a hypothesis with its mark; the share of draws for a hypothesis about the
    draw.
    """
    if j.held is not None and 0 < j.held < (j.draws or 0):
        return f"✓ in {j.held} of {j.draws} draws"
    return f"{MARKS[j.status]} {j.status}"


def shown_sides(j: Judged) -> tuple[str, str]:
    """What is needed and what is there; of a hypothesis about the draw or the run, where it fails
    first, else where it is tightest.
    """
    way = j.hypothesis.relation.rel_op
    sign = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> "}.get(way, "")
    rounded = _kept_true(j.needed, way)
    needed, actual = apart((j.needed, j.needed_in), (j.actual, j.actual_in), rounded)
    needed = f"{sign}{needed}" if j.needed is not None else j.why or "–"
    return needed, actual + (_where(j) if j.actual is not None else "")


def _kept_true(bound: float | None, way: str) -> float | None:
    """A bound with the digits that a table shows, rounded so that whoever obeys it is inside."""
    whole = bound is not None and float(bound).is_integer() and abs(bound) < 1e7
    if bound is None or whole or way not in ("<=", "<", ">=", ">"):
        return bound
    up = way in (">=", ">")
    if 1e3 <= abs(bound) < 1e5:  # shown to the unit
        return float(math.ceil(bound) if up else math.floor(bound))
    return round_up(bound) if up else round_down(bound)


def _where(j: Judged) -> str:
    if j.held is None:
        return ""
    if j.step is not None and j.hypothesis.over is not None:
        return f" (at {j.hypothesis.over.index.text} = {number(j.step)})"
    return " (tightest)"


def pair(f: Finding) -> tuple[str, str]:
    """Predicted and observed, told apart."""
    return apart((f.predicted, f.predicted_in), (f.observed, f.observed_in))


Known = tuple[float | None, Span | None]


def apart(one: Known, other: Known, rounded: float | None = None) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart; as an interval what is known to fewer
    than three. The first is shown `rounded` where that does not pass the other.
    """
    passes = _passes(one[0], rounded, other[0])
    for digits in range(3, 18):
        first = one if digits > 3 or passes else (rounded, one[1])
        shown = _known(first, digits), _known(other, digits)
        if shown[0] != shown[1] or one[0] == other[0]:
            return shown
    return shown


def _passes(bound: float | None, rounded: float | None, other: float | None) -> bool:
    """Whether rounding moves a bound past what it is compared with, or there is none to round."""
    if bound is None or rounded is None:
        return True
    return other is not None and (bound > other) != (rounded > other)


def _known(known: Known, digits: int) -> str:
    value, bounds = known
    if bounds is not None and bounds[1] - bounds[0] > 1e-3 * max(map(abs, bounds)):
        return f"{number(bounds[0], digits)} to {number(bounds[1], digits)}"
    if value is None or not 1e3 <= abs(value) < 1e10 or digits <= 3:
        return number(value, digits)
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.{max(digits - len(str(int(abs(value)))), 0)}f}"


def letters_line(g: Regime, write: Callable[[Any], str], sign: str = "{}") -> str:
    """The abbreviations in numbers, with their range where the draw decides; empty when there are
    none.
    """

    def one(low: float, median: float, high: float) -> str:
        return (
            number(median) if low == high else f"{number(median)} ({number(low)} to {number(high)})"
        )

    return ", ".join(f"{sign.format(write(d))} = {one(*found)}" for d, found in g.letters.items())


def seeds(f: Finding) -> str:
    """Failures among seeds."""
    if not f.seeds:
        return "–"
    failing = f.failures and not f.claim.expected  # a mean fails in no seed by itself
    return f"{f.failures}/{f.seeds} fail" if failing else f"{f.seeds}"


def verdict(f: Finding) -> str:
    """The verdict, with the flag of a vacuous bound and the seeds that would decide."""
    flag = " (vacuous)" if f.vacuous else ""
    more = f" (needs {f.needs_seeds})" if f.needs_seeds else ""
    return f"{f.verdict}{flag}{more}"


def bounds(quantity: dict[str, Any]) -> str:
    """The certified bounds of a data quantity."""
    return (
        f"[{quantity['low']!r}, {quantity['high']!r}]" if quantity["certified"] else "not certified"
    )


def known(quantity: dict[str, Any], digits: int) -> str:
    """A data quantity in a cell: its value, or the interval where its bounds are wide."""
    low, high = quantity["low"], quantity["high"]
    if quantity["certified"] and high - low > 1e-3 * abs(high):
        return f"{number(low, digits)} to {number(high, digits)}"
    return number(quantity["value"], digits)


def _demanded(e: Frontier) -> str:
    """What is demanded, rounded to the side on which it stays true."""
    assert e.demanded is not None
    if e.of == "least width":
        return number(rounded(int(e.demanded), up=True))
    return number(round_down(e.demanded))


def edge(e: Frontier) -> str:
    """A frontier in one sentence."""
    if e.seen is None:
        found = f"not seen even at {number(e.unseen)}"
    elif e.unseen is None:
        found = (
            f"seen wherever tried, {'down' if e.of == 'least width' else 'up'} to {number(e.seen)}"
        )
    else:
        found = f"seen at {number(e.seen)} and no longer at {number(e.unseen)}"
    demanded = f"; the proof's constants demand {_demanded(e)}" if e.demanded else ""
    tries = f"{e.seeds} {'seed' if e.seeds == 1 else 'seeds'} a try"
    return f"{e.of.capitalize()} for “{e.claim}”: {found} ({tries}, {e.failures_seen} and {e.failures_unseen} failures){demanded}."


def along(law: Law) -> str:
    """The letter of a law, where it goes when that is not up, and the logarithm that goes with it."""
    letter, down = text(law.along), law.to is S.Zero
    power = f", times log({'1/' if down else ''}{letter})^({text(law.log_exponent)})"
    return f"{letter}{' → 0' if down else ''}{power if law.log_exponent else ''}"


def ladders(g: Regime) -> str:
    """The letters that the laws go along, each with its sizes."""
    found = {w.law.along: w.sizes for w in g.laws if w.sizes}
    return "; ".join(f"{text(q)} = {', '.join(map(number, sizes))}" for q, sizes in found.items())
