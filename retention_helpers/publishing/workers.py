"""Notebooks run side by side, each by a process that has nothing else to do: one kernel a worker."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from nbformat import NotebookNode

from retention_helpers.errors import MachineError

from . import versions
from .execution import CellError, DeadError, Progress, Run, execute
from .notebook import read
from .warm import fork_server

LEAVE_SECONDS = 10

# A run, and who is told how far it is.
Job = tuple[Run, Progress | None]
Outcome = NotebookNode | CellError


@dataclass(frozen=True)
class Team:
    """How many processes run notebooks side by side, and whether their kernels start cold."""

    workers: int = 1
    is_cold: bool = False


@dataclass(frozen=True)
class Ended:
    """A run that came to an end: its executed notebook, or why it failed, and how long it took."""

    outcome: Outcome
    seconds: float


class Crew:
    """The workers of a whole batch of months: started when there is first something to do, ended with the batch."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._stack = ExitStack()
        self._workers: list[_Worker] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run_all(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Ended]]:
        """The number of each job and what came of it, as they come to an end.

        After a dead kernel or a dead worker a notebook is tried once more; after nothing else. Raises `MachineError`
        where no kernel can start. Left early, the crew has come to its end.
        """
        waiting: SimpleQueue[int | None] = SimpleQueue()
        events: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        for number in range(len(jobs)):
            waiting.put(number)
        if jobs and not self._workers:
            self._workers = self._stack.enter_context(_workers(self._team.workers, is_cold=self._team.is_cold))
        threads = [threading.Thread(target=_keep_busy, args=(one, jobs, waiting, events)) for one in self._workers]
        is_done = False
        try:
            for thread in threads:
                thread.start()
            yield from _told(jobs, events)
            is_done = True
        finally:
            for worker in self._workers:
                waiting.put(None)
                if not is_done:
                    worker.leave()
            for thread in threads:
                thread.join()


def run_in_turn(jobs: Sequence[Job]) -> Iterator[tuple[int, Ended]]:
    """As `Crew.run_all`, in this process, one after another: for a single notebook no other is worth its start."""
    for number, (run, progress) in enumerate(jobs):
        yield number, _tried(run, partial(_here, run, progress))


def _told(jobs: Sequence[Job], events: SimpleQueue) -> Iterator[tuple[int, Ended]]:
    """What the threads tell, until every job has ended."""
    left = len(jobs)
    while left:
        number, told = events.get()
        run, progress = jobs[number]
        if isinstance(told, Ended):
            left -= 1
            yield number, told
        elif isinstance(told, Exception):
            raise told
        elif progress is not None:
            progress(run.notebook.stem, *told)


def _tried(run: Run, once: Callable[[], Outcome]) -> Ended:
    start = time.perf_counter()
    outcome = once()
    if isinstance(outcome, DeadError):
        for folder in (run.tables, run.lists):
            versions.remove(folder)
        outcome = once()
    return Ended(outcome, time.perf_counter() - start)


def _here(run: Run, progress: Progress | None) -> Outcome:
    try:
        return execute(run, progress)
    except CellError as fault:
        return fault


def _keep_busy(worker: "_Worker", jobs: Sequence[Job], waiting: SimpleQueue, events: SimpleQueue) -> None:
    """A thread a worker: hands it the next job and passes on what it tells, as (cell, cells), outcome or error."""
    for number in iter(waiting.get, None):
        try:
            told = _tried(jobs[number][0], partial(worker.run, jobs[number][0], partial(_tell, events, number)))
        except Exception as error:  # noqa: BLE001 (raised again by the thread that waits for it)
            told = error
        events.put((number, told))


def _tell(events: SimpleQueue, number: int, cell: int, cells: int) -> None:
    events.put((number, (cell, cells)))


@contextmanager
def _workers(count: int, *, is_cold: bool) -> Iterator[list["_Worker"]]:
    with fork_server(0 if is_cold else count) as kernels:
        workers: list[_Worker] = []
        try:
            for number in range(count):
                workers.append(_Worker(kernels[number] if kernels else None))
            yield workers
        finally:
            for worker in workers:
                worker.leave()
            for worker in workers:
                worker.close()


class _Worker:
    """The other end of a `worker` process; one that died is followed by another, whose kernels start cold."""

    def __init__(self, kernels: socket.socket | None) -> None:
        self._is_leaving = False
        self._start(kernels)

    def run(self, run: Run, tell: Callable[[int, int], None]) -> Outcome:
        """The outcome of a run; tells each cell's number and how many there are."""
        job = {
            "notebook": str(run.notebook.resolve()),
            "parameters": dict(run.parameters),
            "tables": str(run.tables.resolve()),
            "lists": str(run.lists.resolve()),
            "cell_seconds": run.cell_seconds,
            "facts": str(run.facts) if run.facts else None,
        }
        cell = None
        with suppress(OSError):
            self._lines.write(json.dumps(job) + "\n")
            self._lines.flush()
            for line in self._lines:
                message = json.loads(line)
                if "cell" not in message:
                    return _outcome(run, message)
                cell = message["cell"]
                tell(cell, message["cells"])
        if not self._is_leaving:
            self.close()
            self._start(None)
        return DeadError(run.notebook.stem, cell, "the process that ran it died (killed, or out of memory).", None)

    def leave(self) -> None:
        """Ask it to end, now."""
        self._is_leaving = True
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Wait for its end."""
        with suppress(OSError):
            self._lines.close()
        self._channel.close()
        try:
            self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, kernels: socket.socket | None) -> None:
        self._channel, theirs = socket.socketpair()
        passed = [theirs.fileno(), *([kernels.fileno()] if kernels else [])]
        command = [sys.executable, "-m", f"{__package__}.worker", *map(str, passed)]
        with theirs:
            # Ctrl-C reaches the whole group of a terminal: the run decides what ends.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=passed, start_new_session=True, env=dict(os.environ)
            )
        if kernels is not None:
            kernels.close()
        self._lines = self._channel.makefile("rw", encoding="utf-8")


def _outcome(run: Run, message: dict[str, Any]) -> Outcome:
    if "machine" in message:
        raise MachineError(message["machine"])
    executed = read(Path(message["executed"])) if message["executed"] else None
    if "fault" not in message:
        return executed
    fault = message["fault"]
    kind = DeadError if fault["is_dead"] else CellError
    return kind(run.notebook.stem, fault["cell"], fault["reason"], executed)
