"""What has changed between two locks of a paper, and whether that is a change of meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# relative difference that another machine's rounding may make to the statistics of the same draws
NEAR = 1e-6


@dataclass(frozen=True)
class Change:
    """One difference: where, what it was, what it is, and whether the meaning changed."""

    where: str
    was: str
    now: str
    meaning: bool


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Every difference between two locks; versions and rounding are none."""
    found = list(_symbolic(old["theorems"], new["theorems"]))
    for part, name in (("typing", "second typing"), ("verdicts", "verdict")):
        found += _flat(
            name,
            {k: str(v) for k, v in old[part].items()},
            {k: str(v) for k, v in new[part].items()},
        )
    for field in ("outcome", "values"):
        found += _flat(
            "derivation" if field == "outcome" else "the relations of a step",
            *(
                {f"{s['statement']}: {s['step']}": str(s[field]) for s in side["derivation"]}
                for side in (old, new)
            ),
        )
    found += _flat(
        "erratum",
        {f"{e['at']}: {e['printed']}": str(e["stands"]) for e in old["errata"]},
        {f"{e['at']}: {e['printed']}": str(e["stands"]) for e in new["errata"]},
    )
    return found + list(_numbers(old["statistics"], new["statistics"]))


def _flat(name: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield Change(
                f"{name}, {key}", old.get(key, "not there"), new.get(key, "no longer there"), True
            )


def _symbolic(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Change]:
    before, after = ({t["statement"]: t for t in side} for side in (old, new))
    for statement in dict.fromkeys([*before, *after]):
        if statement not in before or statement not in after:
            yield Change(
                statement,
                *(("a theorem", "gone") if statement in before else ("not there", "a theorem")),
                True,
            )
            continue
        yield from theorem_differences(before[statement], after[statement])


def theorem_differences(a: dict[str, Any], b: dict[str, Any]) -> Iterator[Change]:
    """What differs between two locked forms of one statement."""
    statement = a["statement"]
    for field in ("form", "letters", "scale"):
        if a[field] != b[field]:
            parts = (
                [k for k in {*a[field], *b[field]} if a[field].get(k) != b[field].get(k)]
                if isinstance(a[field], dict)
                else []
            )
            before, after = (
                str({k: side[field].get(k) for k in sorted(parts)} if parts else side[field])
                for side in (a, b)
            )
            yield Change(f"{statement}, {field}", before, after, True)
    if a["setting"] != b["setting"]:
        same = a["setting"].get("values") == b["setting"].get("values") and a["setting"].get(
            "nouns"
        ) == b["setting"].get("nouns")
        yield Change(f"{statement}, setting", _set(a["setting"]), _set(b["setting"]), not same)
    olds, news = ({(r["kind"], r["name"]): r for r in side["relations"]} for side in (a, b))
    for kind, name in dict.fromkeys([*olds, *news]):
        was, now = olds.get((kind, name)), news.get((kind, name))
        if was is None or now is None:
            yield Change(
                f"{statement}, {kind} “{name}”",
                was["relation"] if was else "not there",
                now["relation"] if now else "gone",
                True,
            )
        elif any(was.get(f) != now.get(f) for f in ("words", "values", "form", "at")):
            yield Change(f"{statement}, {kind} “{name}”", _read(was), _read(now), True)
        elif was["relation"] != now["relation"]:
            yield Change(f"{statement}, {kind} “{name}”", was["relation"], now["relation"], False)


def _set(s: dict[str, Any]) -> str:
    return f"{s.get('nouns')}; {s.get('factors')}" if s else "none"


def _read(r: dict[str, Any]) -> str:
    return f"{r['relation']} ({', '.join(x for x in (r['words'], r.get('form'), r['at']) if x)})"


def _numbers(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            yield Change(
                f"statistics, {name}",
                "measured" if a else "not there",
                "measured" if b else "no longer there",
                True,
            )
            continue
        same_draws = a["draws"] == b["draws"]
        close = abs(a["mean"] - b["mean"]) <= NEAR * max(abs(a["mean"]), abs(b["mean"]))
        overlap = a["low"] <= b["high"] and b["low"] <= a["high"]
        was, now = (f"{x['mean']:.9g} in [{x['low']:.4g}, {x['high']:.4g}]" for x in (a, b))
        if same_draws and not close:
            yield Change(f"statistics, {name} (the draws are the same)", was, now, True)
        elif not same_draws and not close:
            yield Change(f"statistics, {name} (other draws)", was, now, not overlap)
