"""Lists of customers of a month: written in private, held against the notebook's record, then part of the version.

    audiences/<name>.csv            whom to contact
    audiences/<name>.control.csv    who was held out

Only their owner can read them; no page leads to them, no mail holds them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from . import versions

FOLDER = "audiences"
# Where a notebook's lists wait in a staged version until it has been judged.
WAITING = ".lists"
_BLOCK = 1 << 20


def fault_in(record: Mapping[str, Any], waiting: Path) -> str | None:
    """Why the lists that a record names are not those that were written; nothing where they are.

    A list is whole when its file is there, holds as many rows as the report says, and nobody else can read it.
    """
    said = {f"{item['name']}.csv": item["rows"] for item in record.get("audiences", ())}
    found = {path.name: path for path in waiting.glob("*")}
    for name, rows in said.items():
        if name not in found:
            return f'its list "{name}" was not written.'
        there = rows_in(found[name])
        if there != rows:
            return f'its list "{name}" holds {there} customers, the report says {rows}.'
        if found[name].stat().st_mode & 0o077:
            return f'its list "{name}" can be read by others. Write it with `report.audience(...)`.'
    unsaid = sorted(set(found) - set(said))
    return f'its list "{unsaid[0]}" is not in its record. Write it with `report.audience(...)`.' if unsaid else None


def accept(waiting: Path, month: Path) -> None:
    """Move the lists of a notebook that was judged into the month. Raises `FileExistsError` where a name is taken."""
    lists, folder = sorted(waiting.glob("*")), month / FOLDER
    taken = [path.stem for path in lists if (folder / path.name).exists()]
    if taken:
        raise FileExistsError(f'another notebook of the month has written the list "{taken[0]}".')
    for path in lists:
        folder.mkdir(exist_ok=True)
        path.rename(folder / path.name)
    discard(waiting)


def discard(waiting: Path) -> None:
    """Remove what a notebook wrote, and the folder where lists wait once it is empty."""
    versions.remove(waiting)
    versions.remove_if_empty(waiting.parent)


def files_of(record: Mapping[str, Any] | None) -> list[str]:
    """The lists of one notebook as they lie in a month's folder."""
    return [f"{FOLDER}/{item['name']}.csv" for item in (record or {}).get("audiences", ())]


def rows_in(path: Path) -> int:
    """How many rows a CSV file holds under its header, whatever line ends its texts hold; not all of it at once."""
    lines, inside = 0, False
    for block in _blocks(path):
        for number, part in enumerate(block.split(b'"')):
            # Every quotation mark opens or closes a text; a doubled one does both.
            inside ^= number > 0
            lines += 0 if inside else part.count(b"\n")
    return max(lines - 1, 0)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
