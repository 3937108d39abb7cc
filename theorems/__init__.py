"""The catalogue: one paper a file, found by its citation key, by entry point, or by path."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from theorems.problem import BadInput, unknown

if TYPE_CHECKING:
    from theorems.language.paper_file import PaperFile

HERE = Path(__file__).parent
GROUP = "theorycheck.theorems"  # entry points of other packages: name = key, value = module


@dataclass(frozen=True)
class Entry:
    """A paper in the catalogue, as its file's header tells without being run."""

    key: str
    title: str
    year: int
    statement: str
    path: Path


def catalogue() -> Iterator[Entry]:
    """Every file here, and of installed packages of theorems, that declares a paper; no file is
    run. What cannot be read is left out, and named by `unreadable`.
    """
    yield from (x for _, x in _shelf() if isinstance(x, Entry))


def unreadable() -> tuple[BadInput, ...]:
    """A line for every file here and every plug-in that cannot be read, or takes a key twice."""
    return tuple(x for _, x in _shelf() if isinstance(x, BadInput))


def papers(complain: Callable[[BadInput], None]) -> Iterator[PaperFile]:
    """Every paper of the catalogue that can be read and imported; of the others one is told."""
    for _, x in _shelf():
        try:
            if isinstance(x, BadInput):
                raise x
            yield load(x.path)
        except BadInput as broken:
            complain(broken)


def _shelf() -> Iterator[tuple[str, Entry | BadInput]]:
    """(key, what its header tells or why it cannot be read), the first of each key."""
    taken: set[str] = set()
    for name, find in (*_files(), *_plugins()):
        found = _read(name, find)
        if isinstance(found, Entry) and found.key in taken:
            found = BadInput(name, found.key, "this key is taken by another paper")
        if found is not None:
            taken |= {found.key} if isinstance(found, Entry) else set()
            yield (found.key if isinstance(found, Entry) else name.split()[-1]), found


def _files() -> Iterator[tuple[str, Callable[[], Path]]]:
    for path in sorted(HERE.glob("*.py")):
        yield path.stem, lambda p=path: p  # type: ignore[misc]


def _plugins() -> Iterator[tuple[str, Callable[[], Path]]]:
    for point in entry_points(group=GROUP):
        yield f"plug-in {point.name}", lambda p=point: _origin(p.module)  # type: ignore[misc]


def _origin(module: str) -> Path:
    """Where a module's source stands; its parent packages are imported on the way."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        raise ModuleNotFoundError(f"no module {module!r} in Python")
    return Path(spec.origin)


def _read(name: str, find: Callable[[], Path]) -> Entry | BadInput | None:
    """The header; None for a file here that declares no paper."""
    try:
        path = find()
        found = header(path)
    except (Exception, SystemExit) as error:  # whatever a stranger's package does when imported
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        return BadInput(name, None, f"cannot be read: {type(error).__name__}: {error}{line}")
    if found is None and path.parent != HERE:
        return BadInput(name, None, "declares no paper = Paper(key=..., title=..., ...)")
    return found


def header(path: Path) -> Entry | None:
    """Key, title and year from the literals of `paper = Paper(...)`, the statement from the file's
    first line.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    fields: dict[str | None, Any] = {}
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and getattr(node.value.func, "id", "") == "Paper"
        ):
            fields = {
                k.arg: ast.literal_eval(k.value)
                for k in node.value.keywords
                if isinstance(k.value, ast.Constant)
            }
    if not fields:
        return None
    says = (ast.get_docstring(tree) or "").split("\n")[0]
    return Entry(
        fields.get("key", path.stem), fields.get("title", ""), fields.get("year", 0), says, path
    )


def find(name: str) -> PaperFile:
    """What the file of a key, or at a path to a .py file, declares.

    Raises BadInput for an unknown key (with the nearest ones) and for a file that does not import
    or declares no theorem.
    """
    if name.endswith(".py") or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise BadInput("theorem", name, "no such file")
    else:
        entries = dict(_shelf())
        if name not in entries:
            raise unknown("theorem", name, entries)
        found = entries[name]
        if isinstance(found, BadInput):
            raise found
        path = found.path
    return load(path)


def load(path: Path) -> PaperFile:
    """What the file at `path` declares; BadInput for a file that does not import or declares
    anything else than a paper, its theorems and its errata.

    A file of parts beside it (`mine_parts.py` beside `mine.py`) is run first: it registers what
    cannot be said in a theorem file.
    """
    from theorems.language.paper_file import PaperFile, parts_beside

    parts = parts_beside(path)
    if parts.is_file():
        _executed(parts)
    declared = vars(_executed(path))
    return PaperFile(
        path,
        declared.get("paper"),  # type: ignore[arg-type]  # whatever it is, the record checks it
        declared.get("theorems", ()),
        declared.get("errata", ()),
    )


def _executed(path: Path) -> ModuleType:
    """The file, imported; BadInput for one that does not import."""
    name = f"theorems.{path.stem}" if path.parent == HERE else f"theorem_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BadInput as error:
        raise BadInput(path.name, None, str(error)) from None
    except (Exception, SystemExit) as error:
        words = f"{type(error).__name__}: {error}{_line_of(error, path)}"
        raise BadInput(path.name, None, f"does not import: {words}") from None
    return module


def write_skeleton(key: str, folder: Path) -> Path:
    """Write a commented theorem file named after its key; BadInput for a key that cannot be one and
    for a file that exists.
    """
    if not key.isidentifier() or not key.islower():
        raise BadInput(
            "key",
            key,
            "it must be a citation key in lower case such as du2019, which names the file",
        )
    path = folder / f"{key}.py"
    if path.exists():
        raise BadInput("key", key, f"{path.name} exists already and is not overwritten")
    path.write_text(
        (HERE / "skeleton" / "authoryear.py")
        .read_text(encoding="utf-8")
        .replace("authoryear", key),
        encoding="utf-8",
    )
    return path


def _line_of(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f" (line {error.lineno})"
    trace, line = error.__traceback__, None
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).resolve() == path.resolve():
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {line})" if line else ""
