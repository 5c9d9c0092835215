"""The machine fails under a run: a signal, a source that goes, a full disk, a folder that is shut. Nothing is lost."""

import errno
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from retention_helpers.errors import MachineError, NotebookError, SourceError
from retention_helpers.params import load_profile
from retention_helpers.pipeline import run
from retention_helpers.pipeline.writable import check_writable
from retention_helpers.report import ensure_facts, source
from tests.calls import SECONDS, environment
from tests.company import company
from tests.pipeline.four_orders import HEADER, NOW, ROWS, run_of
from tests.publishing.tiny import cell, everything_below, tiny

# The program as it is, over other notebooks than those of the house.
OVER_OTHERS = """
import sys
from dataclasses import replace
from pathlib import Path
from retention_helpers import cli, pipeline
whole = pipeline.run_months
pipeline.run_months = lambda request, *more: whole(replace(request, folder=Path(sys.argv[1])), *more)
sys.exit(cli.main(sys.argv[2:]))
"""
WAITS = (
    "import os, pathlib, time; pathlib.Path(os.environ['HERE'], 'pid').write_text(str(os.getpid())); time.sleep(600)"
)


@pytest.fixture
def asked(tmp_path: Path) -> run.RunRequest:
    tiny(tmp_path / "notebooks", "summary")
    return run_of(tmp_path)


# ---- signals


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "names"), [(signal.SIGTERM, ["summary"]), (signal.SIGINT, ["summary", "tea"]), (signal.SIGTERM, ["tea"])]
)
def test_a_run_that_is_told_to_end_puts_everything_away(tmp_path: Path, number: int, names: list[str]) -> None:
    """The last name waits in a cell; with two the kernels are split off a warm process."""
    for name in names:
        tiny(tmp_path / "notebooks", name, *([cell(WAITS)] if name == names[-1] else []))
    company(tmp_path / "shop", "\n".join([HEADER, *ROWS]))
    (tmp_path / "scratch").mkdir()
    words = ("run", "--profile", tmp_path / "shop" / "company.yaml", "--reports", tmp_path / "reports")
    here = {"HERE": str(tmp_path), "TMPDIR": str(tmp_path / "scratch")}
    run = subprocess.Popen(
        [sys.executable, "-c", OVER_OTHERS, *map(str, (tmp_path / "notebooks", *words))],
        cwd=tmp_path,
        env=environment(tmp_path / "cache", tmp_path) | here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert run.poll() is None, run.communicate()
            time.sleep(0.05)
        run.send_signal(number)
        _, told = run.communicate(timeout=SECONDS)
    finally:
        run.kill()
    assert (run.returncode, told) == (128 + number, "stopped: what was not published by then stays as it was.\n")
    assert not (tmp_path / "reports").exists()
    assert list((tmp_path / "scratch").iterdir()) == []
    assert_ends(int((tmp_path / "pid").read_text()))


def assert_ends(pid: int) -> None:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail(f"the kernel {pid} is still there")


# ---- the source


@pytest.mark.parametrize("step", ["_written_at", "stage"])
def test_a_source_that_goes_while_it_is_read_is_told_and_nothing_has_changed(
    asked: run.RunRequest, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    orders = tmp_path / "shop" / "orders.csv"
    real = getattr(source, step)

    def goes_first(*words: object, **more: object) -> object:
        orders.unlink()
        return real(*words, **more)

    monkeypatch.setattr(source, step, goes_first)
    with pytest.raises(SourceError, match=r"orders\.csv"):
        run.run_months(asked, print)
    assert not asked.reports.exists()
    assert list(own_cache.iterdir()) == []


def test_a_source_file_that_goes_after_it_was_found_is_told(
    asked: run.RunRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = str(tmp_path / "shop" / "orders.csv")
    monkeypatch.setattr(source, "source_files", lambda name, path: [f"{orders}.gone"])
    with pytest.raises(SourceError, match=r"orders\.csv\.gone cannot be read: No such file"):
        run.run_months(asked, print)


# ---- the disk


def test_facts_that_were_damaged_are_made_again_and_said(asked: run.RunRequest, own_cache: Path) -> None:
    run.run_months(asked, print)
    (file,) = (own_cache / "company").glob("facts-*.duckdb")
    content = bytearray(file.read_bytes())
    content[-200_000:-100_000] = b"\1" * 100_000
    file.write_bytes(content)
    said: list[str] = []
    run.run_months(replace(asked, now=NOW.replace(hour=6), force=True), said.append)
    assert said == [
        "Facts: reading the source.",
        f"Facts: gone or damaged, and made again: {file.name}.",
        "Facts: months built: 0, unchanged: 4.",
    ]


@pytest.mark.slow
def test_facts_on_which_a_notebook_failed_are_looked_through(
    asked: run.RunRequest, own_cache: Path, tmp_path: Path
) -> None:
    """As a disk that fails: the bytes are others, and nothing of the file's time or size says so."""
    damage = (
        "import os, pathlib\n"
        "for file in pathlib.Path(os.environ['RETENTION_CACHE'], 'company', 'order_lines').glob('*.parquet'):\n"
        "    stat = file.stat(); file.write_bytes(bytes(stat.st_size)); os.utime(file, ns=(1, stat.st_mtime_ns))\n"
        "raise ValueError('no such row')"
    )
    tiny(tmp_path / "notebooks", "summary", cell(damage))
    said: list[str] = []
    with pytest.raises(NotebookError, match="no such row"):
        run.run_months(asked, said.append)
    assert said[-1].startswith("Facts: gone or damaged: order_lines/24288-")
    assert list((own_cache / "company" / "order_lines").iterdir()) == []
    tiny(tmp_path / "notebooks", "summary")
    run.run_months(replace(asked, now=NOW.replace(hour=6)), said.append)
    assert "Facts: months built: 4, unchanged: 0." in said[-2:]


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As a full disk does it: a write that goes beyond ends in an error of the system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_facts_that_find_no_room_are_told_and_the_next_run_makes_them(
    asked: run.RunRequest, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = source.build_facts

    def build_facts(*words: object, **more: object) -> object:
        with no_file_longer_than(5_000):
            return real(*words, **more)

    monkeypatch.setattr(source, "build_facts", build_facts)
    with pytest.raises(MachineError, match="Free the disk or set RETENTION_CACHE"):
        run.run_months(asked, print)
    monkeypatch.setattr(source, "build_facts", real)
    assert not asked.reports.exists()
    assert not (own_cache / "company" / "facts.duckdb").exists()
    with ensure_facts(load_profile(asked.profile)).con as con:
        assert con.execute("SELECT sum(amount_cents) FROM order_lines").fetchall() == [(10_000,)]


@pytest.mark.slow
def test_a_month_that_finds_no_room_is_told_and_the_last_one_stays(asked: run.RunRequest) -> None:
    run.run_months(asked, print)
    before = everything_below(asked.reports)
    later = replace(asked, now=NOW.replace(hour=6), force=True)
    # The kernel is there by then: it is our own page that finds no room.
    with pytest.raises(MachineError, match=r"allows no file of this size.*What was published before is unchanged"):
        run.run_months(later, print, lambda *_: resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, -1)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    assert everything_below(asked.reports) == before


@pytest.mark.slow
def test_a_disk_that_fills_while_the_month_is_swapped_in_loses_nothing(
    asked: run.RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.run_months(asked, print)
    before = everything_below(asked.reports)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "manifest.json")

    monkeypatch.setattr("retention_helpers.publishing.versions._sync_tree", full)
    with pytest.raises(MachineError, match="is on a full disk"):
        run.run_months(replace(asked, now=NOW.replace(hour=6), force=True), print)
    assert everything_below(asked.reports) == before


# ---- rights


@pytest.fixture
def shut() -> Iterator[Path]:
    """A folder that we may look into and not write to; whoever may everything is nobody meanwhile."""
    with tempfile.TemporaryDirectory(prefix="retention-shut-") as name:
        folder = Path(name)
        (folder / "inner").mkdir(mode=0o700)
        folder.chmod(0o555)
        may_everything = os.geteuid() == 0
        if may_everything:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if may_everything:
                os.seteuid(0)
            folder.chmod(0o755)


@pytest.mark.parametrize("place", [".", "reports", "inner/reports"])
def test_a_folder_that_is_shut_is_told_before_anything_is_built(shut: Path, place: str) -> None:
    if place.startswith("inner") and os.geteuid() != 65534:
        (shut / "inner").chmod(0)
    with pytest.raises(MachineError, match=r"cannot be written: Permission denied.*--reports"):
        check_writable(shut / place)


# ---- memory


@pytest.mark.slow
def test_a_notebook_that_finds_no_memory_has_failed_and_the_last_month_stays(tmp_path: Path) -> None:
    """The whole run under a limit of its address space, as a scheduler may set it."""
    company(tmp_path / "shop", "\n".join([HEADER, *ROWS]))
    tiny(tmp_path / "notebooks", "summary")
    words = ("run", "--profile", tmp_path / "shop" / "company.yaml", "--reports", tmp_path / "reports")

    def run_once() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", OVER_OTHERS, *map(str, (tmp_path / "notebooks", *words))],
            cwd=tmp_path,
            env=environment(tmp_path / "cache", tmp_path),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**33, -1)),
        )

    assert run_once().returncode == 0
    published = everything_below(tmp_path / "reports")
    tiny(tmp_path / "notebooks", "summary", cell("rows = []\nwhile True: rows.append(bytes(2**26))"))
    failed = run_once()
    assert failed.returncode == 1
    assert "summary: cell 4: MemoryError" in failed.stderr
    after = everything_below(tmp_path / "reports")
    assert {name: after[name] for name in published if not name.endswith("index.html")} == {
        name: content for name, content in published.items() if not name.endswith("index.html")
    }
    assert [name for name in after if "_failed" in name]
