"""Every program that writes a page runs at toy size, so that none dies unseen."""

import importlib.util
import json
from pathlib import Path

import pytest

from benchmarks import wide

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_runs_and_writes_its_page(tmp_path):
    wide.main(["--toy", str(tmp_path)])
    found = json.loads((tmp_path / "benchmarks.json").read_text())
    assert {r["name"] for r in found["loops"]} >= {"dense"}
    assert {r["mode"] for r in found["wider"]} == {"streamed", "aggregated"}
    assert all(r["step"] > 0 for r in found["wider"] if r["name"] == "exact")
    assert (tmp_path / "benchmarks.svg").stat().st_size > 0
    assert "## Against dense loops" in (tmp_path / "benchmarks.md").read_text()


def test_every_page_is_generated(generator, tmp_path):
    generator.main(["--toy", str(tmp_path)])
    names = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.md")}
    pages = ("errata", "calibration", "reproduction", "catalogue", "mutants", "report/authoryear")
    assert names == {*(f"{name}.md" for name in pages), "README.md"}
    assert all((tmp_path / name).stat().st_size > 100 for name in names)


def test_a_stale_page_is_named(generator, monkeypatch, capsys):
    """Fresh against the toy pages would be chance; that nothing of the toy size is fresh is not."""
    monkeypatch.setattr(generator, "FULL", generator.TOY)
    monkeypatch.setattr(generator, "FRESH", Path("nowhere.json"))
    assert generator.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "docs/calibration.md is stale" in said
    assert "README.md is stale" in said


def test_a_page_is_made_again_once_it_or_what_is_behind_it_changed(
    generator, monkeypatch, tmp_path
):
    made = []
    checked = generator.Checked(
        ("docs/page.md",), lambda: made.append(1) or {"docs/page.md": "a"}, list
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("a")
    code = tmp_path / "benchmarks" / "made.py"
    code.parent.mkdir()
    code.write_text("1")
    monkeypatch.setattr(generator, "ROOT", tmp_path)
    monkeypatch.setattr(generator, "FRESH", tmp_path / "fresh.json")
    monkeypatch.setattr(generator, "CHECKED", (checked,))
    assert generator.stale() == []
    assert len(made) == 1
    generator.stamped()
    assert generator.stale() == []
    assert len(made) == 1
    code.write_text("2")
    assert generator.stale() == []
    assert len(made) == 2
    generator.stamped()
    (tmp_path / "docs" / "page.md").write_text("b")
    assert generator.stale() == ["docs/page.md"]
