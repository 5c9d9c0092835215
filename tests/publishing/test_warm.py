"""Kernels split off a warm process: the same results as cold ones, and nothing that outlives a run."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from retention_helpers.publishing.execution import DeadError, Run, execute
from retention_helpers.publishing.warm import KernelSource, WarmProvisioner, fork_server, warm_kernels
from tests.publishing.tiny import cell, tiny

pytestmark = pytest.mark.slow

VALUES = {"profile": "sample", "period": "2026-10", "locale": "", "allow_incomplete": False}
WHO = "import os, sys; print(os.getppid(), 'seaborn' in sys.modules, 'retention_helpers' in sys.modules)"


def printed(folder: Path, name: str, source: str = WHO) -> list[str]:
    """What a notebook with one more cell prints there."""
    path = tiny(folder / "notebooks", name, cell(source))
    node = execute(Run(path, VALUES, folder / name, folder / f"{name}-lists"))
    return node.cells[-2].outputs[0].text.split()


@dataclass
class Server:
    """What a worker has of its server, and the server's process."""

    source: KernelSource
    pid: int


@pytest.fixture
def server() -> Iterator[Server]:
    before = children()
    with fork_server(1) as (channel,), warm_kernels(channel):
        (pid,) = children() - before
        assert WarmProvisioner.source is not None
        assert WarmProvisioner.source.is_ready
        yield Server(WarmProvisioner.source, pid)


def children() -> set[int]:
    """The processes of which this one is the parent."""
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def is_gone_soon(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_warm_kernel_has_the_slow_imports_behind_it_and_nothing_of_this_package(
    server: Server, tmp_path: Path
) -> None:
    parent, has_imports, has_package = printed(tmp_path, "warm")
    assert (int(parent), has_imports, has_package) == (server.pid, "True", "False")


def test_kernels_share_nothing_but_their_start(server: Server, tmp_path: Path) -> None:
    mark = "import os, sys, pandas; os.environ['MARK'] = pandas.mark = 'x'; print(os.getpid())"
    look = "import os, sys, pandas; print(os.getpid(), os.environ.get('MARK'), hasattr(pandas, 'mark'))"
    (first,) = printed(tmp_path, "first", mark)
    second, *seen = printed(tmp_path, "second", look)
    assert first != second
    assert seen == ["None", "False"]


def test_a_warm_kernel_that_dies_is_told_of_and_the_next_one_starts(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DeadError, match="the kernel died"):
        printed(tmp_path, "dies", "import os; os.kill(os.getpid(), 9)")
    assert int(printed(tmp_path, "next")[0]) == server.pid


def test_without_its_warm_process_a_run_goes_on_cold(server: Server, tmp_path: Path) -> None:
    os.kill(server.pid, signal.SIGKILL)
    assert printed(tmp_path, "cold") == [str(os.getpid()), "False", "False"]


def test_a_client_that_leaves_takes_its_own_kernels_with_it(tmp_path: Path) -> None:
    before = children()
    with fork_server(2) as channels:
        (pid,) = children() - before
        one, two = map(KernelSource, channels)
        kernels = [
            source.start(["-f", str(tmp_path / "none.json")], str(tmp_path), os.environ) for source in (one, two)
        ]
        one.close()
        assert is_gone_soon(kernels[0])
        assert two.code(kernels[1]) is None
        two.close()
    assert is_gone_soon(kernels[1])
    assert is_gone_soon(pid)


def test_cold_is_cold(tmp_path: Path) -> None:
    with fork_server(0) as channels, warm_kernels(None):
        assert channels == []
        assert printed(tmp_path, "asked") == [str(os.getpid()), "False", "False"]
