"""Notebooks side by side: the same results as one after another, a dead process tried once more, nothing left over."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retention_helpers.publishing import worker
from retention_helpers.publishing.execution import CellError, DeadError, Run
from retention_helpers.publishing.notebook import record_of
from retention_helpers.publishing.workers import Crew, Ended, Team
from tests.publishing.tiny import cell, tiny

pytestmark = pytest.mark.slow

VALUES = {"profile": "sample", "period": "2026-10", "locale": "", "allow_incomplete": False}
TWO = Team(workers=2, is_cold=True)
# Dies the first time, and only then.
ONCE = "import os\nfrom pathlib import Path\nmark = Path('{mark}')\nwas_there = mark.exists()\nmark.touch()\n"


def run(folder: Path, name: str, *sources: str, seconds: int = 60) -> Run:
    path = tiny(folder / "notebooks", name, *map(cell, sources))
    return Run(path, VALUES, folder / "tables" / name, folder / "lists" / name, seconds)


def all_of(jobs: list) -> dict[int, Ended]:
    with Crew(TWO) as crew:
        return dict(crew.run_all(jobs))


def test_a_crew_works_on_one_batch_after_another(tmp_path: Path) -> None:
    with Crew(Team(workers=1, is_cold=True)) as crew:
        assert list(crew.run_all([])) == []
        who = [
            ended.outcome.cells[-2].outputs[0].text
            for name in ("first", "second")
            for _, ended in crew.run_all([(run(tmp_path, name, "import os; print(os.getppid())"), None)])
        ]
    assert who[0] == who[1] != f"{os.getpid()}\n"


def test_results_come_with_their_numbers_and_faults_with_their_cells(tmp_path: Path) -> None:
    told = []
    runs = [
        run(tmp_path, "good"),
        run(tmp_path, "bad", "1 / 0"),
        run(tmp_path, "slow", "import time; time.sleep(60)", seconds=2),
    ]
    jobs = [(one, lambda *now: told.append(now)) for one in runs]
    ended = all_of(jobs)
    assert record_of(ended[0].outcome)["period"] == "2026-10"
    assert (tmp_path / "tables" / "good" / "monthly.csv").is_file()
    for number, reason in ((1, "ZeroDivisionError"), (2, "longer than 2 seconds")):
        fault = ended[number].outcome
        assert isinstance(fault, CellError)
        assert (fault.cell, fault.executed is not None) == (4, True)
        assert reason in fault.reason
    assert [now for now in told if now[0] == "good"] == [("good", number, 4) for number in (1, 2, 3, 4)]
    assert all(one.seconds > 0 for one in ended.values())


@pytest.mark.parametrize("victim", ["os.getpid()", "os.getppid()"], ids=["kernel", "worker"])
def test_a_process_that_dies_is_tried_once_more(tmp_path: Path, victim: str) -> None:
    dies = f"{ONCE.format(mark=tmp_path / 'mark')}os.kill({victim}, 9) if not was_there else None"
    jobs = [(run(tmp_path, "unlucky", dies), None), (run(tmp_path, "other"), None)]
    ended = all_of(jobs)
    assert record_of(ended[0].outcome)["notebook"] == "unlucky"
    assert record_of(ended[1].outcome)["notebook"] == "other"


def test_what_dies_twice_has_failed(tmp_path: Path) -> None:
    dies = "import os, time; os.kill(os.getppid(), 9); time.sleep(60)"
    ended = all_of([(run(tmp_path, "dies", dies), None)])[0]
    assert isinstance(ended.outcome, DeadError)
    assert (ended.outcome.cell, "died" in ended.outcome.reason) == (4, True)


@pytest.mark.parametrize("where", ["write", "execute"])
def test_a_full_disk_is_told_by_the_worker_and_is_no_death(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], where: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "executed.ipynb")

    monkeypatch.setattr(worker, "execute", lambda *_: None)
    monkeypatch.setattr(worker, where, full)
    job = {"notebook": "risk.ipynb", "parameters": {}, "tables": "t", "lists": "l", "cell_seconds": 60}
    job |= {"facts": ""}
    ours, theirs = socket.socketpair()
    with ours, theirs:
        told = worker._outcome(job, tmp_path / "executed.ipynb", theirs)
    assert told["machine"].startswith("executed.ipynb: No space left on device while risk ran. Free the disk")
    assert capfd.readouterr().err == ""


def test_the_end_of_a_run_is_the_end_of_its_workers_and_kernels(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "pids"
    note = f"import os, time\nopen('{mark}', 'a').write(f'{{os.getpid()}} {{os.getppid()}}\\n')\ntime.sleep(60)"
    jobs = [(run(tmp_path, "good"), None), (run(tmp_path, "long", note), None)]
    with Crew(TWO) as crew:
        ended = crew.run_all(jobs)
        next(ended)
        wait_for(mark.exists)
    assert_gone(mark)
    assert capfd.readouterr().err == ""


def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    note = f"import os, time\nopen('{mark}', 'a').write(f'{{os.getpid()}} {{os.getppid()}}\\n')\ntime.sleep(60)"
    paths = [str(run(tmp_path, name, note).notebook) for name in ("one", "two")]
    script = (
        "from pathlib import Path\n"
        "from retention_helpers.publishing.execution import Run\n"
        "from retention_helpers.publishing.workers import Crew, Team\n"
        f"runs = [Run(Path(p), {VALUES!r}, Path(p + '-t'), Path(p + '-l')) for p in {paths}]\n"
        "with Crew(Team(2)) as crew: list(crew.run_all([(one, None) for one in runs]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    wait_for(lambda: mark.exists() and len(mark.read_text().split()) == 4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert_gone(mark)


def assert_gone(mark: Path) -> None:
    pids = [int(word) for word in mark.read_text().split()]
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def wait_for(is_so) -> None:
    end = time.perf_counter() + 60
    while not is_so():
        assert time.perf_counter() < end, "waited in vain"
        time.sleep(0.1)
