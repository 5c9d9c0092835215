"""One run at a time, and no trace of the lock afterwards."""

import os
from pathlib import Path

import pytest

from retention_helpers.errors import LockedError, MachineError
from retention_helpers.pipeline.lock import lock


def test_a_second_holder_is_refused_at_once_and_told_where(tmp_path: Path) -> None:
    told = r"another run is at work in .*Wait until it ends"
    with lock(tmp_path), pytest.raises(LockedError, match=told), lock(tmp_path):
        pytest.fail("two runs at once")


def test_profiles_do_not_lock_each_other(tmp_path: Path) -> None:
    with lock(tmp_path / "one"), lock(tmp_path / "other"):
        assert (tmp_path / "one" / ".lock").is_file()


def test_a_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    with lock(tmp_path / "reports" / "shop"):
        assert (tmp_path / "reports" / "shop" / ".lock").is_file()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_leaves_nothing_behind_when_its_run_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path / "reports" / "shop"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_folders_that_are_in_use_stay(tmp_path: Path) -> None:
    (tmp_path / "empty-before").mkdir()
    with lock(tmp_path / "reports" / "shop"), lock(tmp_path / "empty-before"):
        (tmp_path / "reports" / "shop" / "page.html").touch()
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["empty-before", "reports", "reports/shop", "reports/shop/page.html"]


def test_a_lock_can_be_taken_again_and_over_the_file_of_a_run_that_died(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    for _ in range(2):
        with lock(tmp_path), pytest.raises(LockedError), lock(tmp_path):
            pytest.fail("two runs at once")


def test_a_lock_that_was_removed_while_we_opened_it_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, removed = os.fstat, []

    def removes_the_file_once(handle: int) -> os.stat_result:
        if not removed:
            removed.append((tmp_path / ".lock").unlink())
        return real(handle)

    monkeypatch.setattr("os.fstat", removes_the_file_once)
    with lock(tmp_path):
        assert removed == [None]
        assert (tmp_path / ".lock").is_file()
        with pytest.raises(LockedError), lock(tmp_path):
            pytest.fail("two runs at once")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = r"file/shop cannot be written: .*--reports"
    with pytest.raises(MachineError, match=told), lock(tmp_path / "file" / "shop"):
        pytest.fail("a lock in a file")
