"""Shared by all tests: what some need of the machine (real data sets, a browser), how Hypothesis runs."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from retention_helpers.publishing.browser import VARIABLE, find_chromium

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("RETENTION_DATA") or ROOT.parent / "shared" / "data").resolve()
CHROMIUM = find_chromium()

# The fixture that a test needs -> whether the machine has it, and what to say where it has not.
NEEDS = {
    "retention_data": (DATA.is_dir(), f"no data at {DATA} (set RETENTION_DATA)"),
    "chromium": (CHROMIUM is not None, f"no Chromium (install it, or set {VARIABLE})"),
}
LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()

# In the background of a shell Ctrl-C is ignored, and the runs that tests start would ignore it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# As publishing does, but before any test imports nbformat.
sys.modules.setdefault("rfc3987_syntax", None)

# `make check` tries a few examples of each property, `make test` many (--hypothesis-profile=thorough), `make fuzz` as
# many as it is told. All are derived from the test itself: another run tries the same ones.
for name, examples in (("quick", 6), ("thorough", 20), ("fuzz", int(os.environ.get("EXAMPLES") or 10_000))):
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
    """Outside CI, tests are left out by name where the machine has not what they need; in CI they fail."""
    if os.environ.get("CI"):
        return
    config.stash[LEFT_OUT] = {}
    for fixture, (is_there, why) in NEEDS.items():
        needing = [item for item in items if fixture in getattr(item, "fixturenames", ())]
        if needing and not is_there:
            config.hook.pytest_deselected(items=needing)
            items[:] = [item for item in items if item not in needing]
            config.stash[LEFT_OUT][why] = sorted(item.nodeid for item in needing)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the process that prints what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker collects all tests, so each one names the same."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", {})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for why, names in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.section(f"left out, {why}")
        terminalreporter.write_line("\n".join(names))


@pytest.fixture(scope="session")
def retention_data() -> Path:
    """The folder of the real data sets."""
    assert DATA.is_dir(), f"{DATA} is missing; set RETENTION_DATA"
    os.environ["RETENTION_DATA"] = str(DATA)
    return DATA


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's browser."""
    assert CHROMIUM is not None, f"Chromium is missing; install it, or set {VARIABLE}"
    return CHROMIUM
