"""The one facts file that all kernels of a run read, though an export that arrives meanwhile may bring others."""

from dataclasses import dataclass
from pathlib import Path

from retention_helpers.errors import MachineError

# What tells a kernel which file it is; `report.source` reads it.
VARIABLE = "RETENTION_FACTS"


@dataclass(frozen=True)
class Pin:
    """A facts file as it was when the run began."""

    path: Path
    identity: tuple[int, int, int]

    @classmethod
    def of(cls, path: Path) -> "Pin":
        """Raises `MachineError` where the file is not there."""
        return cls(path, _identity(path))

    def check(self) -> None:
        """Raise `MachineError` when it is another file by now: then notebooks of one month may have read two."""
        if _identity(self.path) != self.identity:
            raise MachineError(_gone(self.path))


def _identity(path: Path) -> tuple[int, int, int]:
    try:
        stat = path.stat()
    except OSError as error:
        raise MachineError(_gone(path)) from error
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _gone(path: Path) -> str:
    return (
        f"{path}: these facts were removed or replaced while notebooks read them, so the month is not published and "
        "stays as it was. Start again."
    )
