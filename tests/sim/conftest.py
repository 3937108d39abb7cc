"""Files of parts, written and registered for one test."""

import importlib.util
from types import SimpleNamespace

import pytest

from sim import parts, sources
from sim.data.promises import PROMISES
from sim.data.sample import ROWS
from sim.data.table import RECIPES
from sim.measuring import algorithms, arrays, balls
from sim.measuring.compiled import forget


@pytest.fixture
def registered(tmp_path):
    """registered(text) -> the module of a file of parts with this text; all forgotten after."""

    def load_file(text, name="mine_parts.py"):
        path = tmp_path / name
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return SimpleNamespace(path=path, **vars(module))

    tables = (arrays.ARRAYS, algorithms.ALGORITHMS, sources.SOURCES, balls.WHOLE)
    tables += (parts.PROMISED, parts.MADE, PROMISES, ROWS, RECIPES)
    kept = [(t, dict(t)) for t in tables]
    yield load_file
    for table, before in kept:
        table.clear()
        table.update(before)
    forget()
