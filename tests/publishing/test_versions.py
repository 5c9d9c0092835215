"""Folders of a month: staged, swapped, left alone."""

import errno
import os
import shutil

import pytest

from retention_helpers.errors import CallError, MachineError, PeriodError
from retention_helpers.publishing import versions
from retention_helpers.publishing.versions import Place, check_name, periods_in, publish, staging, write_whole
from tests.publishing.tiny import everything_below


def place(tmp_path, run_id="run-1", period="2026-10"):
    return Place(tmp_path / "reports", "sample", period, run_id)


def published(where, content):
    with staging(where) as staged:
        (staged / "tables").mkdir()
        (staged / "index.html").write_text(content)
        (staged / "manifest.json").write_text("{}")
        publish(where)


def test_a_version_is_published_by_one_relative_link(tmp_path):
    where = place(tmp_path)
    published(where, "one")
    assert str(where.published.readlink()) == ".versions/2026-10/run-1"
    assert (where.published / "index.html").read_text() == "one"
    assert sorted(path.name for path in where.profile_folder.iterdir()) == [".versions", "2026-10"]


def test_a_second_run_swaps_the_link_and_keeps_the_first_version(tmp_path):
    published(place(tmp_path), "one")
    with (place(tmp_path).published / "index.html").open() as open_before:
        published(place(tmp_path, "run-2"), "two")
        assert open_before.read() == "one"
    assert (place(tmp_path).published / "index.html").read_text() == "two"
    assert (place(tmp_path).version / "index.html").read_text() == "one"


def test_what_is_staged_but_not_published_is_gone(tmp_path):
    published(place(tmp_path), "one")
    before = everything_below(tmp_path)
    with staging(place(tmp_path, "run-2")) as staged:
        (staged / "index.html").write_text("half")
    assert everything_below(tmp_path) == before


def test_a_failed_first_run_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="stop"), staging(place(tmp_path)):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_dead_runs_are_tidied_up_and_versions_are_not(tmp_path):
    where = place(tmp_path)
    published(where, "one")
    dead = place(tmp_path, "run-0", "2026-09").staged
    dead.mkdir(parents=True)
    (dead / "half.html").write_text("half")
    (where.profile_folder / ".swap-run-0").symlink_to(".versions/2026-09/run-0")
    (where.profile_folder / ".index.html.new").write_text("half")
    published(place(tmp_path, "run-2"), "two")
    names = {str(path.relative_to(where.profile_folder)) for path in where.profile_folder.rglob("*")}
    assert not [name for name in names if "run-0" in name or name.endswith(".new")]
    assert ".versions/2026-10/run-1/index.html" in names


def test_a_death_between_rename_and_swap_leaves_the_last_good_month(tmp_path, monkeypatch):
    published(place(tmp_path), "one")
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            published(place(tmp_path, "run-2"), "two")
    assert (place(tmp_path).published / "index.html").read_text() == "one"
    published(place(tmp_path, "run-3"), "three")
    assert (place(tmp_path).published / "index.html").read_text() == "three"


def test_a_run_id_is_used_once(tmp_path):
    published(place(tmp_path), "one")
    with pytest.raises(CallError, match="a run of this name exists"):
        published(place(tmp_path), "two")
    assert (place(tmp_path).published / "index.html").read_text() == "one"


def test_a_folder_that_is_no_version_is_never_replaced(tmp_path):
    where = place(tmp_path)
    where.published.mkdir(parents=True)
    (where.published / "mine.txt").write_text("mine")
    with pytest.raises(MachineError, match="is no link to a version"):
        published(where, "one")
    assert (where.published / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "/etc", ".hidden", "_failed", "a b", "a\n", "a\x00", "é", "x.staged", "a" * 81],
)
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path, name):
    with pytest.raises(CallError, match="cannot name a file"):
        check_name(name)
    with pytest.raises(CallError):
        Place(tmp_path, name, "2026-10", "run")
    with pytest.raises(CallError):
        Place(tmp_path, "sample", "2026-10", name)


@pytest.mark.parametrize("period", ["", "..", "2026-13", "2026-10/..", "latest"])
def test_a_period_is_a_month(tmp_path, period):
    with pytest.raises(PeriodError):
        Place(tmp_path, "sample", period, "run")


def test_a_reports_folder_that_is_a_file_is_told_and_left(tmp_path):
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(MachineError, match="is no folder"), staging(place(tmp_path)):
        pytest.fail("nothing may be staged")
    assert everything_below(tmp_path) == {"reports": b"a file"}


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.EACCES, "is not writable"), (errno.EROFS, "read-only disk"), (errno.ENOSPC, "full disk")],
)
def test_what_the_machine_refuses_is_one_clear_message(tmp_path, monkeypatch, code, said):
    def refuse(path, *_, **__):
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(MachineError, match=said) as caught, staging(place(tmp_path)):
        pytest.fail("nothing may be staged")
    assert caught.value.exit_code == 6
    assert "--reports" in str(caught.value)


def test_too_little_space_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(versions.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(MachineError, match="full disk"), staging(place(tmp_path)):
        pytest.fail("nothing may be staged")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_whole(tmp_path):
    write_whole(tmp_path / "index.html", "one")
    write_whole(tmp_path / "index.html", "two")
    assert everything_below(tmp_path) == {"index.html": b"two"}


def test_published_periods_are_found_latest_first(tmp_path):
    for period in ("2025-12", "2026-02", "2026-01"):
        published(place(tmp_path, period=period), period)
    assert periods_in(tmp_path / "reports" / "sample") == ["2026-02", "2026-01", "2025-12"]
