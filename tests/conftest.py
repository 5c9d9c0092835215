"""Shared by all tests: where the real data sets are, how Hypothesis runs, a small company in a folder."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("RETENTION_DATA") or ROOT.parent / "shared" / "data").resolve()

LEFT_OUT = pytest.StashKey[list[str]]()

# As publishing does, but before any test imports nbformat.
sys.modules.setdefault("rfc3987_syntax", None)

# `make check` tries a few examples of each property, `make test` many: --hypothesis-profile=thorough.
for name, examples in (("quick", 10), ("thorough", 60)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Outside CI, tests on the real data sets are left out by name where the data are not; in CI they fail."""
    if DATA.is_dir() or os.environ.get("CI"):
        return
    needing = [item for item in items if "retention_data" in getattr(item, "fixturenames", ())]
    if needing:
        config.hook.pytest_deselected(items=needing)
        items[:] = [item for item in items if item not in needing]
        config.stash[LEFT_OUT] = sorted(item.nodeid for item in needing)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the process that prints what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker collects all tests, so each one names the same."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    names = config.stash.get(LEFT_OUT, [])
    if names:
        terminalreporter.section(f"left out, no data at {DATA} (set RETENTION_DATA)")
        terminalreporter.write_line("\n".join(names))


@pytest.fixture(scope="session")
def retention_data() -> Path:
    """The folder of the real data sets."""
    assert DATA.is_dir(), f"{DATA} is missing; set RETENTION_DATA"
    os.environ["RETENTION_DATA"] = str(DATA)
    return DATA
