"""Strict arithmetic and a fixed effort for every test."""

import jax
import pytest
from hypothesis import HealthCheck, settings

import sim  # noqa: F401  (switches JAX to float64)

jax.config.update("jax_numpy_dtype_promotion", "strict")

settings.register_profile(
    "default",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=1000)
settings.load_profile("default")


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run the tests that take minutes")
    parser.addoption(
        "--effort",
        choices=["default", "thorough"],
        default="default",
        help="examples per property test",
    )


def pytest_configure(config):
    settings.load_profile(config.getoption("--effort"))


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs --slow"))


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    """Finished seeds, shared by all workers of the test run as by all checks of a user."""
    from sim.store import Store

    base = tmp_path_factory.getbasetemp()
    return Store((base.parent if "popen" in base.name else base) / "finished")


@pytest.fixture(scope="session")
def du2019():
    import theorems

    return theorems.find("du2019")


@pytest.fixture(scope="session")
def statement(du2019):
    """statement("Theorem 4.1") -> the theorem of that name."""
    by_name = {t.statement: t for t in du2019.theorems}
    return by_name.__getitem__
