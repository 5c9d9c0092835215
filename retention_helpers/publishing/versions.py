"""Folders of a published month: staged beside, swapped in by one rename, never half there.

    <reports>/<profile>/<period>  ->  .versions/<period>/<run>      a symlink, replaced atomically

Call these only under the profile's lock: what is staged by another run is taken for the leftover of a dead one.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from retention_helpers.errors import CallError, MachineError
from retention_helpers.periods import Period

MIN_FREE_BYTES = 50_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_STAGED = ".staged"
_SWAP = ".swap-"
_MACHINE = {
    errno.EACCES: "is not writable",
    errno.EPERM: "is not writable",
    errno.EROFS: "is on a read-only disk",
    errno.ENOSPC: "is on a full disk",
    errno.EDQUOT: "has used up its disk quota",
    errno.EFBIG: "allows no file of this size",
    errno.ENOTDIR: "is no folder",
    errno.EEXIST: "is no folder",
    errno.EIO: "cannot be read or written",
}


@dataclass(frozen=True)
class Place:
    """Where one run of one month lives. Every name is checked, so that nothing lands outside the reports folder."""

    reports: Path
    profile: str
    period: str
    run_id: str

    def __post_init__(self) -> None:
        Period.parse(self.period)
        for name in (self.profile, self.run_id):
            check_name(name)

    @property
    def profile_folder(self) -> Path:
        return self.reports / self.profile

    @property
    def published(self) -> Path:
        """The symlink that readers open."""
        return self.profile_folder / self.period

    @property
    def version(self) -> Path:
        return self.profile_folder / ".versions" / self.period / self.run_id

    @property
    def staged(self) -> Path:
        return self.version.with_name(self.run_id + _STAGED)


def check_name(name: str) -> str:
    """The name, when it can be that of a file in the reports folder; raises `CallError` for any other."""
    if not _NAME.fullmatch(name) or name.endswith(_STAGED):
        raise CallError(f'"{name}" cannot name a file: use letters, digits, "-" and "_", at most 80.')
    return name


@contextmanager
def staging(place: Place) -> Iterator[Path]:
    """An empty folder to build a version in; it is gone afterwards unless it was published.

    Raises `MachineError`, before anything else happens, when the reports folder cannot take it.
    """
    made = [folder for folder in (*place.version.parents, place.staged) if not folder.exists()]
    with machine_errors(place.reports):
        if place.published.exists() and not place.published.is_symlink():
            raise MachineError(
                f"{place.published} is no link to a version. Move it away: a run would not overwrite it."
            )
        if place.version.exists():
            raise CallError(f"{place.version}: a run of this name exists. Start again with another run_id.")
        tidy(place.profile_folder)
        place.staged.mkdir(parents=True)
        if shutil.disk_usage(place.staged).free < MIN_FREE_BYTES:
            _remove_empty(made)
            raise OSError(errno.ENOSPC, "less than 50 MB are free")
        try:
            yield place.staged
        finally:
            shutil.rmtree(place.staged, ignore_errors=True)
            _remove_empty(made)


def publish(place: Place) -> None:
    """Make the staged folder the published version: on disk first, then one rename of the symlink."""
    with machine_errors(place.reports):
        _sync_tree(place.staged)
        place.staged.rename(place.version)
        _sync(place.version.parent)
        swap = place.profile_folder / f"{_SWAP}{place.run_id}"
        swap.symlink_to(place.version.relative_to(place.profile_folder))
        swap.replace(place.published)
        _sync(place.profile_folder)


def tidy(profile_folder: Path) -> None:
    """Remove what runs left that died before they published."""
    for staged in profile_folder.glob(f".versions/*/*{_STAGED}"):
        shutil.rmtree(staged, ignore_errors=True)
    for leftover in (*profile_folder.glob(f"{_SWAP}*"), *profile_folder.glob(".*.new")):
        leftover.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def periods_in(profile_folder: Path) -> list[str]:
    """The published months of a profile, the latest first."""
    links = [
        path for path in profile_folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]") if (path / "manifest.json").is_file()
    ]
    return sorted((path.name for path in links), reverse=True)


@contextmanager
def machine_errors(folder: Path) -> Iterator[None]:
    """Turn what the machine refuses into `MachineError`; other errors of files stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in _MACHINE:
            raise
        where = error.filename or folder
        detail = f" ({error.strerror})" if error.strerror else ""
        raise MachineError(
            f"The reports folder {folder} {_MACHINE[error.errno]}: {where}{detail}. "
            "Repair it, or choose another with --reports. What was published before is unchanged."
        ) from error


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder into a staged version; nothing where the source is not there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy2(source, target)


def is_same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files to the byte."""
    contents = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    ]
    return contents[0] == contents[1]


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; nothing where there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_if_empty(*folders: Path) -> None:
    _remove_empty(list(folders))


def _remove_empty(folders: list[Path]) -> None:
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        with suppress(OSError):
            folder.rmdir()


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            _sync(path)
    for path in sorted((folder, *(p for p in folder.rglob("*") if p.is_dir())), reverse=True):
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
