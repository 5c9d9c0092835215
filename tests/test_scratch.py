"""Folders for what is needed only now: shut to others, gone afterwards, and swept up after whoever was killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retention_helpers import scratch
from retention_helpers.scratch import PREFIX, scratch_folder

HOLDS = "import sys, time\nfrom pathlib import Path\nfrom retention_helpers.scratch import scratch_folder\n"
HOLDS += "with scratch_folder(Path(sys.argv[1])) as folder:\n    print(folder, flush=True)\n    time.sleep(60)"


def test_a_folder_is_its_owners_alone_and_goes_with_what_is_in_it(tmp_path: Path) -> None:
    def fail_in_one() -> None:
        with scratch_folder(tmp_path) as folder:
            assert (folder.parent, folder.name.startswith(PREFIX)) == (tmp_path, True)
            assert folder.stat().st_mode & 0o077 == 0
            (folder / "below").mkdir()
            (folder / "below" / "rows").write_text("a row")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_one()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    holders = [
        subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    dead, living = (Path(holder.stdout.readline().strip()) for holder in holders)
    (dead / "rows").write_text("a customer's row")
    holders[0].send_signal(signal.SIGKILL)
    holders[0].wait()
    assert dead.is_dir()
    with scratch_folder(tmp_path) as mine:
        assert sorted(tmp_path.iterdir()) == sorted([living, mine])
    holders[1].kill()
    holders[1].wait()
    for holder in holders:
        holder.stdout.close()


def test_who_is_killed_while_removing_leaves_what_the_next_one_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def leave_one() -> None:
        with scratch_folder(tmp_path) as folder:
            (folder / "below").mkdir()
            monkeypatch.setattr("shutil.rmtree", dies)

    with pytest.raises(KeyboardInterrupt):
        leave_one()
    monkeypatch.undo()
    assert len(list(tmp_path.iterdir())) == 1
    with scratch_folder(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_folders_of_that_name_that_are_not_ours_stay(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}notes").mkdir()
    (tmp_path / f"{PREFIX}list.csv").write_text("id")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / scratch._LOCK).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.iterdir())
    with scratch_folder(tmp_path):
        pass
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "elsewhere" / scratch._LOCK).exists()
