"""Calling the product as a scheduler does, what it leaves on disk, and folders made once for all test processes."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import pytest

from retention_helpers import cli
from tests.conftest import DATA
from tests.publishing.tiny import everything_below

SECONDS = 1200  # a guard against hanging; a month of all notebooks takes minutes on a busy machine


@dataclass(frozen=True)
class Call:
    """What a call came to: exit code, results, messages."""

    code: int
    out: str
    err: str


def run_cli(*words: object) -> int:
    """The exit code of a command; argparse ends a call that it cannot read by SystemExit."""
    try:
        return cli.main([*map(str, words)])
    except SystemExit as stop:
        return int(stop.code or 0)


def environment(cache: Path, folder: Path) -> dict[str, str]:
    """As on a machine that was set up and nothing else: the package is found because it is installed.

    Places are relative to the ``folder`` of the call, as people type them; kernels work in another one.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    places = {"RETENTION_CACHE": os.path.relpath(cache, folder), "RETENTION_DATA": os.path.relpath(DATA, folder)}
    return kept | places | {"OPENBLAS_NUM_THREADS": "1"}


def started(*words: object, cache: Path, folder: Path, program: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """A command begun in ``folder``, in a process group of its own; without a ``program`` it is ours."""
    command = [*(program or (sys.executable, "-m", "retention_helpers")), *map(str, words)]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(cache, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> Call:
    out, err = process.communicate(timeout=SECONDS)
    return Call(process.returncode, out, err)


def call(*words: object, cache: Path, folder: Path, program: tuple[str, ...] = ()) -> Call:
    """A command from its start to its end."""
    return ended(started(*words, cache=cache, folder=folder, program=program))


@dataclass(frozen=True)
class Place:
    """A folder with a cache and published reports of its own."""

    folder: Path

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def run(self, profile: object, *words: object) -> Call:
        words = ("run", "--profile", profile, "--reports", self.reports.name, *words)
        return call(*words, cache=self.cache, folder=self.folder)

    def published(self, profile: str, period: str) -> Path:
        return self.reports / profile / period

    def table(self, profile: str, period: str, name: str) -> pd.DataFrame:
        """A published table, by ``notebook/table``."""
        return pd.read_csv(self.published(profile, period) / "tables" / f"{name}.csv", keep_default_na=True)

    def content(self) -> dict[str, bytes | str]:
        """Every file and link below: equal before and after means that nothing changed."""
        return everything_below(self.folder)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Place], list[Call]]) -> tuple[Place, list[Call]]:
    """A place that is made once, whichever of the test processes comes first; the others wait for it."""
    base = factory.getbasetemp()
    # Processes of one session have folders beside each other.
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, done = base / name, base / f"{name}.json"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            done.write_text(json.dumps([asdict(made) for made in make(Place(folder))]), encoding="utf-8")
    return Place(folder), [Call(**made) for made in json.loads(done.read_text(encoding="utf-8"))]
