"""Files read as they are, and replaced whole with the rights that they had."""

import os
from collections.abc import Iterable
from pathlib import Path


def files_below(folders: Iterable[Path]) -> list[Path]:
    """Every file, none through a link."""
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [path for path in files if path.is_file() and not path.is_symlink()]


def text_of(path: Path) -> str:
    """With its line ends, and with the bytes that are no text, as they are."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def replace_file(path: Path, content: bytes) -> None:
    """On the disk before it takes the place of the old one; raises `OSError`."""
    new = beside(path)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def beside(path: Path) -> Path:
    """An empty file to write into, with the rights of another: from its first byte nobody else can read it."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    new.chmod(path.stat().st_mode & 0o777)
    return new
