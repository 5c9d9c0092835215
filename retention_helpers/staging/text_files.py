"""Delimited text: its header is read by us, so that the engine guesses nothing and drops no line in silence."""

import codecs
import csv
import gzip
from io import TextIOBase
from pathlib import Path

from retention_helpers.engine import literal
from retention_helpers.errors import ProfileError, SourceError
from retention_helpers.params import Source

DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 24


def read_text_files(table: str, source: Source, files: list[str], scratch: Path) -> list[tuple[str, dict[str, str]]]:
    """Relations of text columns, one per header that occurs, each with its columns and how the file names them."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for number, file in enumerate(files):
        readable = _as_utf8(table, file, source.encoding, scratch / f"{table}-{number}")
        groups.setdefault(_header(table, file, readable, source.delimiter), []).append(readable)
    relations = []
    for (delimiter, names), group in groups.items():
        # Every option is given: a guess could take a title line or a row that is too long for the header.
        columns = {f"c{place}": name for place, name in enumerate(names)}
        typed = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
        relation = (
            f"read_csv([{', '.join(map(literal, group))}], columns = {{{typed}}}, delim = {literal(delimiter)}, "
            "auto_detect = false, header = true, skip = 0, quote = '\"', escape = '\"', nullstr = '', "
            f"max_line_size = {_LONGEST_LINE})"
        )
        relations.append((relation, columns))
    return relations


def _header(table: str, file: str, readable: str, delimiter: str | None) -> tuple[str, tuple[str, ...]]:
    """The delimiter and the column names of the first line; a column without a name is called by its place."""
    try:
        with _open(readable, "utf-8-sig") as lines:
            line = lines.readline()
            found = delimiter or max(DELIMITERS, key=line.count)
            lines.seek(0)
            names = (
                next(csv.reader(lines, delimiter=found), []) if len(found) == 1 else line.rstrip("\r\n").split(found)
            )
    except UnicodeDecodeError as error:
        raise _not_in(table, file, "utf-8", error) from error
    except csv.Error as error:
        raise SourceError(f"{table}: {file} cannot be read as csv: {error}. Export it again.") from error
    if "\0" in line:
        raise SourceError(f"{table}: {file} is no text. Check that it is a CSV file, and its encoding.")
    if not any(name.strip() for name in names):
        raise SourceError(f"{table}: {file} has no header in its first line. Export it with column names.")
    return found, tuple(name if name.strip() else f"unnamed_{place}" for place, name in enumerate(names, 1))


def _as_utf8(table: str, file: str, encoding: str, copy: Path) -> str:
    """The file itself, or its copy in UTF-8 where it is written in something else."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise ProfileError(
            f'tables.{table}: encoding "{encoding}" is not known. Use utf-8, cp1251, latin-1, utf-16, ...'
        ) from error
    if name in ("utf-8", "utf-8-sig"):
        return file
    try:
        with _open(file, encoding) as old, copy.open("w", encoding="utf-8", newline="") as new:
            while block := old.read(_BLOCK):
                new.write(block)
    except UnicodeError as error:
        raise _not_in(table, file, encoding, error) from error
    return str(copy)


def _open(file: str, encoding: str) -> TextIOBase:
    if file.lower().endswith(".gz"):
        return gzip.open(file, "rt", encoding=encoding, newline="")  # type: ignore[return-value]
    return Path(file).open(encoding=encoding, newline="")


def _not_in(table: str, file: str, encoding: str, error: UnicodeError) -> SourceError:
    where = f"{error.reason} at byte {error.start}" if isinstance(error, UnicodeDecodeError) else str(error)
    return SourceError(
        f"{table}: {file} is not in {encoding} ({where}). Set encoding in the profile, or check that it is a CSV."
    )
