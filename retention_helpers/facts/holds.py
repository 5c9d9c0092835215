"""Holds: a facts file that a run stands on is not removed under it, however often the facts are built meanwhile."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retention_helpers.errors import MachineError


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Meanwhile builds keep this facts file and its months; a process that dies holds nothing any more."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise MachineError(f"{path}: the facts went while they were being opened. Start again.") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_held(path: Path) -> bool:
    """Whether any process holds the facts file."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
