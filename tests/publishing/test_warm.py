"""Kernels split off a warm process: the same results as cold ones, and nothing that outlives a run."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from retention_helpers.publishing.execution import CellError, Run, execute
from retention_helpers.publishing.warm import ForkServer, WarmProvisioner, warm_kernels
from tests.publishing.tiny import cell, tiny

pytestmark = pytest.mark.slow

VALUES = {"profile": "sample", "period": "2026-10", "locale": "", "allow_incomplete": False}
WHO = "import os, sys; print(os.getppid(), 'seaborn' in sys.modules, 'retention_helpers' in sys.modules)"


def printed(folder: Path, name: str, source: str = WHO) -> list[str]:
    """What a notebook with one more cell prints there."""
    path = tiny(folder / "notebooks", name, cell(source))
    node = execute(Run(path, VALUES, folder / name, folder / f"{name}-lists"))
    return node.cells[-2].outputs[0].text.split()


@pytest.fixture
def server() -> Iterator[ForkServer]:
    with warm_kernels():
        assert WarmProvisioner.server is not None
        assert WarmProvisioner.server.is_ready
        yield WarmProvisioner.server


def test_a_warm_kernel_has_the_slow_imports_behind_it_and_nothing_of_this_package(
    server: ForkServer, tmp_path: Path
) -> None:
    parent, has_imports, has_package = printed(tmp_path, "warm")
    assert (int(parent), has_imports, has_package) == (server.pid, "True", "False")


def test_kernels_share_nothing_but_their_start(server: ForkServer, tmp_path: Path) -> None:
    mark = "import os, sys, pandas; os.environ['MARK'] = pandas.mark = 'x'; print(os.getpid())"
    look = "import os, sys, pandas; print(os.getpid(), os.environ.get('MARK'), hasattr(pandas, 'mark'))"
    (first,) = printed(tmp_path, "first", mark)
    second, *seen = printed(tmp_path, "second", look)
    assert first != second
    assert seen == ["None", "False"]


def test_a_warm_kernel_that_dies_is_told_of_and_the_next_one_starts(server: ForkServer, tmp_path: Path) -> None:
    with pytest.raises(CellError, match="the kernel died"):
        printed(tmp_path, "dies", "import os; os.kill(os.getpid(), 9)")
    assert int(printed(tmp_path, "next")[0]) == server.pid


def test_without_its_warm_process_a_run_goes_on_cold(server: ForkServer, tmp_path: Path) -> None:
    os.kill(server.pid, signal.SIGKILL)
    assert printed(tmp_path, "cold") == [str(os.getpid()), "False", "False"]


def test_nothing_is_left_when_a_run_ends(tmp_path: Path) -> None:
    with warm_kernels():
        server = WarmProvisioner.server
        assert server is not None
        pid = server.start(["-f", str(tmp_path / "none.json")], str(tmp_path), os.environ)
    assert WarmProvisioner.server is None
    for ended in (pid, server.pid):
        with pytest.raises(ProcessLookupError):
            os.kill(ended, 0)


def test_cold_is_cold(tmp_path: Path) -> None:
    with warm_kernels(is_cold=True):
        assert printed(tmp_path, "asked") == [str(os.getpid()), "False", "False"]
