"""What a command takes: for benches that hold one way of doing something against another."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Spent:
    """CPU seconds of a process and of all its children, what a clock on the wall said, memory at its most in MB.

    The memory is that of the process alone, or of its largest child where that one took more.
    """

    cpu: float
    wall: float
    memory: float
    out: str


def spent(*command: str, cwd: Path | None = None, more: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end, with ``more`` in its environment; what it printed comes with what it took."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begin = time.perf_counter()
    # Into files, not pipes: a kernel that somebody left behind would hold a pipe open.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=err, env=os.environ | threads | (more or {}))
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()  # Ctrl-C or SIGTERM: what was begun would go on for minutes
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begin
        out.seek(0), err.seek(0)
        if process.returncode:
            raise SystemExit(f"{command[:4]}: exit code {process.returncode}: {err.read()[-2000:]}")
        return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, out.read())
