"""What is kept of a notebook that failed: all of it or nothing."""

import errno
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retention_helpers.errors import MachineError
from retention_helpers.publishing import failures
from retention_helpers.publishing.execution import CellError
from retention_helpers.publishing.notebook import read
from retention_helpers.publishing.versions import Place
from tests.publishing.tiny import everything_below, loaded, tiny

NOW = datetime(2026, 11, 4, 5, 6, tzinfo=UTC)


def full(*_: object) -> str:
    raise OSError(errno.ENOSPC, "No space left on device", "failure.json")


def test_a_disk_that_fills_leaves_no_half_of_a_failure_and_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path / "reports", "sample", "2026-10", "run-1")
    fault = CellError("risk", 4, "ValueError: x", read(tiny(tmp_path, "risk")))
    with monkeypatch.context() as patch:
        patch.setattr(failures, "as_json", full)
        with pytest.raises(MachineError, match="is on a full disk"):
            failures.keep(place, fault, {}, NOW)
        assert not (place.reports / "_failed").exists()
    folder = failures.keep(place, fault, {}, NOW)
    assert sorted(path.name for path in folder.iterdir()) == ["executed.ipynb", "failure.json"]
    before = everything_below(place.reports)
    later = replace(place, run_id="run-2")
    with monkeypatch.context() as patch:
        patch.setattr(failures, "as_json", full)
        with pytest.raises(MachineError):
            failures.keep(later, fault, {}, NOW)
    assert everything_below(place.reports) == before
    failures.keep(later, fault, {}, NOW)
    assert loaded(folder / "failure.json")["run_id"] == "run-2"
