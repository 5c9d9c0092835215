"""One run at a time per profile. The lock goes with the process that holds it: none can stay behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retention_helpers.errors import LockedError, MachineError


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises `LockedError` at once when another run has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as error:
        raise MachineError(f"{folder} cannot be written: {error.strerror}. Give another folder with --reports.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(f"another run is at work in {folder}. Wait until it ends, then start again.") from error
        yield
