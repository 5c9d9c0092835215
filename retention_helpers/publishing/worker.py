"""A process that runs one notebook after another for the process that publishes: `python -m ..worker JOBS [KERNELS]`.

Over the socket JOBS comes a line of JSON a job (`workers` writes it); back go {"cell": 3, "cells": 12} whenever a cell
starts, and at the end of each job one of

    {"executed": "/tmp/../executed.ipynb"}
    {"executed": .. or null, "fault": {"cell": 4, "reason": "..", "is_dead": false}}
    {"machine": ".."}

The executed notebook lies there until the next job. When the socket closes, because the run ended or died, the worker
ends with what it has begun, and leaves nothing. KERNELS is a socket of `warm.fork_server`.
"""

import errno
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

from retention_helpers.errors import MachineError
from retention_helpers.scratch import scratch_folder

from .execution import CellError, DeadError, Run, execute
from .notebook import write
from .warm import warm_kernels

LEAVE_SECONDS = 5


def main(jobs: int, kernels: int | None = None) -> None:
    """Run what comes over the socket until it is closed."""
    signal.signal(signal.SIGTERM, _leave)
    channel = socket.socket(fileno=jobs)
    warm = warm_kernels(None if kernels is None else socket.socket(fileno=kernels))
    with warm, scratch_folder() as folder:
        for job in _jobs(channel):
            _tell(channel, _outcome(job, folder / "executed.ipynb", channel))


def _leave(number: int, frame: FrameType | None) -> None:
    # What was waiting for a kernel ends without one, and would say so in many lines.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    sys.exit(0)


def _jobs(channel: socket.socket) -> Iterator[dict[str, Any]]:
    """What there is to do; a thread listens meanwhile, so that the end is heard while a notebook runs."""
    waiting: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        # Of a run that was killed while something was on its way to it, the end is a reset.
        with suppress(OSError), channel.makefile(encoding="utf-8") as lines:
            for line in lines:
                waiting.put(line)
        # The signal ends whatever is being done, with its kernel and its files.
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LEAVE_SECONDS)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(waiting.get())


def _outcome(job: Mapping[str, Any], executed: Path, channel: socket.socket) -> dict[str, Any]:
    try:
        return _ran(job, executed, channel)
    except MachineError as error:
        return {"machine": str(error)}
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        # No other worker would find more room, so it is no death to try again after.
        where, name = error.filename or executed.parent, Path(job["notebook"]).stem
        told = f"{where}: {error.strerror} while {name} ran. Free the disk, or name other places"
        return {"machine": f"{told} with TMPDIR and --reports. What was published before is unchanged."}


def _ran(job: Mapping[str, Any], executed: Path, channel: socket.socket) -> dict[str, Any]:
    run = Run(
        Path(job["notebook"]),
        job["parameters"],
        Path(job["tables"]),
        Path(job["lists"]),
        job["cell_seconds"],
        Path(job["facts"]) if job["facts"] else None,
    )
    try:
        write(execute(run, lambda _, cell, cells: _tell(channel, {"cell": cell, "cells": cells})), executed)
    except CellError as fault:
        told = {"cell": fault.cell, "reason": fault.reason, "is_dead": isinstance(fault, DeadError)}
        if fault.executed is None:
            return {"executed": None, "fault": told}
        write(fault.executed, executed)
        return {"executed": str(executed), "fault": told}
    return {"executed": str(executed)}


def _tell(channel: socket.socket, message: Mapping[str, Any]) -> None:
    # Where nobody listens any more, the thread that listens has heard of it.
    with suppress(OSError):
        channel.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
