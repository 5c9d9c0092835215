"""One run at a time per profile. The lock goes with the process that holds it: none can stay behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from retention_helpers.errors import LockedError, MachineError


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises `LockedError` at once when another run has it.

    Its file goes at the end, and so do folders that were made for it and stayed empty: a refused run changes nothing.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    path = folder / ".lock"
    with _locked(path):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            for place in made:
                with suppress(OSError):  # not empty: it is in use
                    place.rmdir()


def _locked(path: Path) -> TextIO:
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("w")
        except OSError as error:
            raise MachineError(
                f"{path.parent} cannot be written: {error.strerror}. Give another folder with --reports."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise LockedError(
                f"another run is at work in {path.parent}. Wait until it ends, then start again."
            ) from error
        # The run before us may have removed the file after we opened it: then we hold the lock of nothing.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()
