"""Killed at any moment: no month is torn, nobody is left behind, and the next start heals (`make chaos`: 100 kills)."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from retention_helpers.publishing import parts
from tests.calls import Place, started
from tests.end_to_end.conftest import shop_rows, write_shop

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("KILLS") or 2)
MARK = "RETENTION_TEST_MARK"


def test_killed_at_random_moments_a_run_tears_no_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, str(tmp_path))
    place = Place(tmp_path)
    profile = write_shop(place, shop_rows())
    words = ("--notebooks", "summary,cohorts", "--force")
    start = time.perf_counter()
    assert place.run(profile, *words).code == 0
    seconds = time.perf_counter() - start
    (month,) = (path for path in (place.reports / "company").iterdir() if path.is_symlink())
    chance = np.random.default_rng(KILLS)
    killed = 0
    for _ in range(KILLS):
        run = ("run", "--profile", profile, "--reports", place.reports, *words)
        process = started(*run, cache=place.cache, folder=place.folder)
        time.sleep(float(chance.uniform(0, seconds)))
        process.send_signal(signal.SIGKILL)
        # Whoever is left holds the pipes open: this waits for the last of them.
        process.communicate(timeout=60)
        assert process.returncode in (-signal.SIGKILL, 0)  # never sent away by the lock of one that is dead
        killed += process.returncode != 0
        made = json.loads((month / "manifest.json").read_text(encoding="utf-8"))
        assert set(made["notebooks"]) == {"summary", "cohorts"}
        for files in (made["files"], *(notebook["files"] for notebook in made["notebooks"].values())):
            assert files
            assert parts.damaged(month, files) == []
        wait_for_nobody(tmp_path)
    assert killed > 0
    healed = place.run(profile, *words)
    assert (healed.code, healed.err) == (0, "")
    versions = {path.name for path in (place.reports / "company" / ".versions" / month.name).iterdir()}
    assert month.readlink().name in versions
    assert not [name for name in versions if "." in name]  # what was staged and never published is gone


def wait_for_nobody(mark: Path) -> None:
    """Every process of the run has ended, kernels too."""
    wanted, end = f"{MARK}={mark}".encode(), time.perf_counter() + 60
    while left := [path for path in Path("/proc").glob("[0-9]*/environ") if wanted in environ(path)]:
        left = [path for path in left if path.parent.name != str(os.getpid())]
        if not left:
            return
        assert time.perf_counter() < end, [(path.parent / "cmdline").read_text() for path in left]
        time.sleep(0.1)


def environ(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
