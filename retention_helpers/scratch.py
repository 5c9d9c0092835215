"""Folders for what is needed only now. They may hold customers' rows, so those of a killed process are removed too."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "retention-"
_LOCK = ".held"  # not ".lock": facts that are built in such a folder take that one


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder that only this user may read, gone afterwards; what killed processes left beside it goes first.

    ``parent``: where it is made, else where the machine keeps temporary files.
    """
    place = parent or Path(tempfile.gettempdir())
    _sweep(place)
    # It gets its name with its lock in it: a folder of that name whose lock can be had belongs to nobody any more.
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=place))
    with (made / _LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        folder = made.rename(place / made.name.removeprefix("."))
        try:
            yield folder
        finally:
            _remove(folder)


def _sweep(place: Path) -> None:
    for folder in place.glob(f"{PREFIX}*"):
        # Another process may sweep as well; and a folder may be somebody else's.
        with suppress(OSError):
            if folder.stat().st_uid == os.geteuid() and not folder.is_symlink() and _is_left(folder):
                _remove(folder)


def _remove(folder: Path) -> None:
    """The lock last: who is killed meanwhile leaves a folder that still says that it is nobody's."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _LOCK:
                path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    with (folder / _LOCK).open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
