"""The walls of the house: imports point one way, declarations have no control flow, the door is
light.
"""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = {"theorems": 0, "sim": 1, "reports": 2, "cli": 3}


def files(room):
    return [ROOT / "cli.py"] if room == "cli" else sorted((ROOT / room).rglob("*.py"))


SOURCES = [p for room in ORDER for p in files(room)]
PARTS = sorted((ROOT / "theorems").glob("*_parts.py"))  # beside a theorem, and of the simulator
PAPERS = [
    p
    for p in sorted((ROOT / "theorems").glob("*.py"))
    if p.stem not in ("__init__", "problem") and p not in PARTS
]
BESIDE = [p for room in ("benchmarks", "docs", "tests") for p in files(room)]
EVERY = [p for p in (*SOURCES, *BESIDE) if p not in PAPERS]
NUMBER = re.compile(r"(?:Rational|Integer)?[-+*/\d.e_, ()]+")  # an expression of digits alone


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{a.name}" for a in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path):
    room = "sim" if path in PARTS else path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imported(path):
        assert ORDER.get(name.split(".")[0], -1) <= ORDER[room], f"{path.name} imports {name}"


def test_no_imports_run_in_a_circle():
    """Nor those of types alone, nor those inside a function."""
    names = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p
        for p in SOURCES
    }
    graph = {
        name: {x for x in imported(path) if x in names} - {name} for name, path in names.items()
    }
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if "theorems" in p.parts and p not in PARTS],
    ids=lambda p: p.name,
)
def test_theorems_know_no_arrays(path):
    assert not {n.split(".")[0] for n in imported(path)} & {"jax", "numpy", "pandas", "scipy"}


@pytest.mark.parametrize("path", PAPERS, ids=lambda p: p.stem)
def test_a_theorem_file_is_data(path):
    banned = (
        ast.For,
        ast.While,
        ast.If,
        ast.Try,
        ast.With,
        ast.FunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.IfExp,
    )
    assert not [
        type(n).__name__ for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, banned)
    ]


@pytest.mark.parametrize("path", PARTS, ids=lambda p: p.stem)
def test_a_file_of_parts_stands_beside_its_theorem(path):
    assert path.with_name(f"{path.stem.removesuffix('_parts')}.py").is_file()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_short_and_named_for_what_they_hold(path):
    assert len(path.read_text().splitlines()) <= 450
    assert path.stem not in {"utils", "helpers", "misc", "common"}
    assert ast.get_docstring(ast.parse(path.read_text())), (
        "a file says in one sentence what it is for"
    )


def assigned(path):
    """The names that a line of a module assigns, and what."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
            yield names, node


@pytest.mark.parametrize("path", EVERY, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_constant_has_a_line_of_its_own(path):
    for names, _ in assigned(path):
        assert len(names) < 2 or not all(n.isupper() for n in names), names


@pytest.mark.parametrize(
    "path", [p for p in EVERY if "tests" not in p.parts], ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_number_with_a_name_says_what_it_is_of(path):
    """Beside it or right above it: a unit or a reason."""
    lines = path.read_text().splitlines()
    for names, node in assigned(path):
        if names[0].isupper() and NUMBER.fullmatch(ast.unparse(node.value or node)):
            assert "#" in lines[node.lineno - 1] or lines[node.lineno - 2].startswith("#"), names


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["theorem", "--help"]])
def test_the_door_opens_without_heavy_imports(arguments):
    heavy = {"jax", "sympy", "pandas", "numpy", "scipy", "matplotlib", "rich", "flint", "z3"}
    code = (
        f"import sys; sys.argv = ['check', *{arguments}]; import cli\ntry: cli.main()\nexcept SystemExit: pass\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip().endswith("[]"), done.stdout[-200:]


def test_the_four_names_come_from_one_root():
    import cli
    import reports
    import sim
    import theorems

    assert {Path(m.__file__).parent.parent for m in (theorems, sim, reports)} == {
        Path(cli.__file__).parent
    }


@pytest.mark.parametrize("name", ["requirements-dev.txt", "requirements-build.txt"])
def test_pins_name_no_host(name):
    assert not re.search(r"http|index-url|find-links", (ROOT / name).read_text())


def test_no_file_names_a_path_of_some_machine():
    tracked = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT
    ).stdout.split()
    pattern = re.compile(
        "/(?:" + "|".join(("ho" + "me", "ro" + "ot", "Us" + "ers", "wo" + "rk")) + r")/\w"
    )
    for name in tracked:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".txt", ".json", ".yml", ".cff", ""}
            and path.is_file()
        ):
            assert not pattern.search(path.read_text()), name
