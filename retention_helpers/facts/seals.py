"""Seals: size, time and digest of every file of the facts, so that one that is no longer as it was written is found.

A write that went wrong moves the time or the size: both are looked at whenever facts are opened. A disk that fails may
move neither: facts up to `READ_BYTES` are read each time, larger ones when a notebook has failed on them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .notes import write_note

FILE = "built.json"
READ_BYTES = 200_000_000  # about 0.2 s


@dataclass(frozen=True)
class Seal:
    """One file as it was written: bytes, nanoseconds since 1970, hexadecimal digits."""

    size: int
    mtime_ns: int
    digest: str


@dataclass(frozen=True)
class Built:
    """Of which source the facts are (``signature``), which facts they are (``digest``), and their files.

    ``seals`` go by the file's place in the folder of the facts.
    """

    signature: str
    digest: str
    seals: Mapping[str, Seal] = field(default_factory=dict)


def read_built(folder: Path) -> Built | None:
    """The note on what was built last; None where there is none that can be read: then no file is trusted."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        seals = {name: Seal(**seal) for name, seal in said["seals"].items()}
        return Built(said["signature"], said["digest"], seals)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_built(folder: Path, built: Built) -> None:
    """Keep the note; raises `OSError`."""
    write_note(folder / FILE, asdict(built))


def sealed(folder: Path, paths: Iterable[Path], known: Mapping[str, Seal]) -> dict[str, Seal]:
    """The seals of files of the folder; those that have the size and the time of a ``known`` seal are not read."""
    found = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        seal, stat = known.get(name), path.stat()
        if seal is None or (seal.size, seal.mtime_ns) != (stat.st_size, stat.st_mtime_ns):
            seal = Seal(stat.st_size, stat.st_mtime_ns, _digest(path))
        found[name] = seal
    return found


def damaged(folder: Path, seals: Mapping[str, Seal], *, read_bytes: float = READ_BYTES) -> list[str]:
    """The sealed files that are gone or are no longer what was written.

    All are read where they have at most ``read_bytes`` together; else those alone whose time has moved.
    """
    is_read = sum(seal.size for seal in seals.values()) <= read_bytes
    return [name for name, seal in sorted(seals.items()) if not _is_as_sealed(folder / name, seal, is_read=is_read)]


def remove_damaged(folder: Path, built: Built, *, read_bytes: float = READ_BYTES) -> list[str]:
    """Remove the files that are `damaged`, so that nothing reads them and a build makes them again; their names."""
    names = damaged(folder, built.seals, read_bytes=read_bytes)
    for name in names:
        (folder / name).unlink(missing_ok=True)
    return names


def _is_as_sealed(path: Path, seal: Seal, *, is_read: bool) -> bool:
    try:
        stat = path.stat()
        if stat.st_size != seal.size:
            return False
        # A copy of the folder has other times, and the same content.
        is_touched = stat.st_mtime_ns != seal.mtime_ns
        return _digest(path) == seal.digest if is_read or is_touched else True
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
