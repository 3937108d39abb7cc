"""What changed since the lock, for a person, for JUnit, and for GitHub."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from reports.regress import lock
from reports.regress.changes import Change, differences
from sim.store import Store
from theorems.language.paper_file import PaperFile


@dataclass(frozen=True)
class Regression:
    """One paper against its lock: how many things were compared, what differs, and versions that
    are no longer the same.
    """

    key: str
    path: Path
    compared: tuple[str, ...]
    changes: tuple[Change, ...]
    versions: tuple[str, ...]
    repeated: bool = True  # whether what was run was run again, and not taken from the lock

    @property
    def meaning(self) -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.meaning)


def against_lock(file: PaperFile, store: Store, runs: bool = False) -> Regression:
    """Recompute the lock of a paper and compare; BadInput when there is none.

    runs: repeat the runs too where nothing that they rest on has changed.
    """
    old = lock.committed(file)
    new = lock.content(file, store, None if runs else old)
    moved = tuple(
        f"{k} {v} → {new['versions'].get(k)}"
        for k, v in old["versions"].items()
        if new["versions"].get(k) != v
    )
    names = [
        f"{t['statement']}, {r['kind']} “{r['name']}”"
        for t in old["theorems"]
        for r in t["relations"]
    ]
    names += [f"{t['statement']}, setting" for t in old["theorems"] if t["setting"]]
    names += [f"derivation, {s['statement']}: {s['step']}" for s in old["derivation"]]
    names += [
        *(f"verdict, {v}" for v in old["verdicts"]),
        *(f"statistics, {v}" for v in old["statistics"]),
    ]
    names += [
        *(f"second typing, {v}" for v in old["typing"]),
        *(f"erratum, {e['at']}: {e['printed']}" for e in old["errata"]),
    ]
    return Regression(
        file.paper.key,
        file.path,
        tuple(names),
        tuple(differences(old, new)),
        moved,
        runs or old.get("sources") != new["sources"],
    )


def as_text(found: Iterable[Regression]) -> Iterator[str]:
    """A reviewable difference."""
    for r in found:
        yield f"{r.key}: {len(r.compared)} things compared, {len(r.meaning)} changed in meaning, {len(r.changes) - len(r.meaning)} only in form"
        if not r.repeated:
            yield "· runs not repeated: no source and no version behind them has changed since they were locked; --runs repeats them"
        for c in sorted(r.changes, key=lambda c: not c.meaning):
            yield f"{'✗' if c.meaning else '·'} {c.where}{'' if c.meaning else ' (same meaning)'}"
            yield f"    was  {c.was}"
            yield f"    now  {c.now}"
        if r.versions:
            yield f"· other versions than when it was locked: {', '.join(r.versions)}"


def tree(found: Iterable[Regression]) -> list[dict[str, Any]]:
    """The difference for a program."""
    return [
        {
            "theorem": r.key,
            "compared": len(r.compared),
            "versions": list(r.versions),
            "runs_repeated": r.repeated,
            "changes": [
                {"where": c.where, "was": c.was, "now": c.now, "meaning": c.meaning}
                for c in r.changes
            ],
        }
        for r in found
    ]


def as_junit(found: Iterable[Regression]) -> str:
    """One suite a paper, one case a locked thing; a change of meaning is a failure."""
    suites = Xml.Element("testsuites", name="check regress")
    for r in found:
        failed = {c.where: c for c in r.meaning}
        cases = list(dict.fromkeys([*r.compared, *failed]))
        suite = Xml.SubElement(
            suites,
            "testsuite",
            name=r.key,
            tests=str(len(cases)),
            failures=str(len(failed)),
            errors="0",
        )
        for name in cases:
            case = Xml.SubElement(suite, "testcase", classname=r.key, name=name, file=r.path.name)
            change = failed.get(name)
            if change is not None:
                Xml.SubElement(
                    case, "failure", message="the meaning changed"
                ).text = f"was {change.was}\nnow {change.now}"
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def as_annotations(found: Iterable[Regression]) -> Iterator[str]:
    """Workflow commands that GitHub shows beside the file."""
    for r in found:
        file = os.path.relpath(r.path)
        for c in r.changes:
            words = (
                f"{c.where}: was {c.was}, now {c.now}".replace("%", "%25")
                .replace("\r", "%0D")
                .replace("\n", "%0A")
            )
            yield f"::{'error' if c.meaning else 'notice'} file={file},title=check regress {r.key}::{words}"
