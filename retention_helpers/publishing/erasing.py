"""Taking a person out of files: lists lose the row, tables and pages name a pseudonym, numbers stay.

Every file is replaced whole, with the rights that it had.
"""

import csv
import email
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import duckdb

from retention_helpers.engine import connect, literal, quote

from .audiences import FOLDER as LISTS
from .notebook import MIME
from .person import Person
from .versions import machine_errors

# Who has which mail: recipients, not customers.
_KEPT = "sent.json"


@dataclass(frozen=True)
class Erased:
    """The files that were changed or removed, and those that could not be cleaned, each with why."""

    touched: list[Path]
    left: dict[Path, str]


def erase(folders: Iterable[Path], person: Person) -> Erased:
    """Take the person out of every file below the folders.

    A letter that names the person is removed: it is a copy of what went out, and can be written again. What is wrong
    with one file never keeps the person in another.
    """
    done = Erased([], {})
    for path in _files_below(folders):
        try:
            if _erased(path, person):
                done.touched.append(path)
            if path.suffix in _JSONS and person.may_be_in(_text(path)) and _parsed(_text(path)) is None:
                done.left[path] = "it is damaged, and the id may still stand in it"
        except Exception as error:  # noqa: BLE001 (a damaged file can fail in any way, and the others must be cleaned)
            done.left[path] = " ".join(str(error).split()) or type(error).__name__
    return done


def _files_below(folders: Iterable[Path]) -> list[Path]:
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [path for path in files if path.is_file() and not path.is_symlink()]


def names_in(folders: Iterable[Path], person: Person) -> bool:
    """Whether a column of customers names the person, in a table, a list or on a page below the folders.

    Running text proves nothing: "retention" stands on every page, and is nobody.
    """
    return any(_is_named(path, person) for path in _files_below(folders) if path.suffix in _NAMING)


def _is_named(path: Path, person: Person) -> bool:
    # What cannot be read tells nothing; whoever is named elsewhere is found there.
    with suppress(csv.Error, duckdb.Error):
        return _NAMING[path.suffix](path, person)
    return False


def _page_names(path: Path, person: Person) -> bool:
    return person.stands_in(_text(path))


def _table_names(path: Path, person: Person) -> bool:
    rows = csv.reader(io.StringIO(_text(path), newline=""))
    ids = _id_columns(next(rows, []), person)
    return any(person.renamed(row[place]) != row[place] for row in rows for place in ids if place < len(row))


def _parquet_names(path: Path, person: Person) -> bool:
    with connect() as con:
        return bool(_columns_naming(con, f"read_parquet({literal(str(path))})", person))


def _id_columns(header: list[str], person: Person) -> set[int]:
    return {place for place, name in enumerate(header) if name in person.columns}


def printed_letters(folder: Path) -> list[Path]:
    """The letters that enclose printed pages, into which nobody can look."""
    letters = sorted(folder.glob("*.eml"))
    return [path for path in letters if any(part.get_content_type() == "application/pdf" for part in _parts(path))]


def _erased(path: Path, person: Person) -> bool:
    with machine_errors(path.parent):
        if path.suffix == ".parquet":
            return _parquet(path, person)
        if path.suffix == ".eml":
            is_theirs = any(person.is_in(text) for text in _texts(path))
            if is_theirs:
                path.unlink()
            return is_theirs
        how = _FORMS.get(path.suffix)
        if how is None or path.name == _KEPT:
            return False
        before = _text(path)
        after = how(before, path, person)
        if after != before:
            _replace(path, after.encode(errors="surrogateescape"))
        return after != before


def _text(path: Path) -> str:
    """With its line ends, and with the bytes that are no text, as they are."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _page(text: str, _: Path, person: Person) -> str:
    return person.page(text)


def _table(text: str, path: Path, person: Person) -> str:
    """A CSV file. Rows that stay keep their bytes: an empty text is written otherwise than a missing one."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    rows = csv.reader(lines())
    header = next(rows, [])
    ids = _id_columns(header, person)
    told = ["".join(taken)]
    taken.clear()
    for row in rows:
        new = [person.renamed(cell) if place in ids else person.free(cell) for place, cell in enumerate(row)]
        is_on_a_list = path.parent.name == LISTS and any(new[place] != row[place] for place in ids if place < len(row))
        if not is_on_a_list:
            told.append("".join(taken) if new == row else _line(new))
        taken.clear()
    return "".join(told)


def _line(row: list[str]) -> str:
    told = io.StringIO(newline="")
    csv.writer(told, lineterminator="\n").writerow(row)
    return told.getvalue()


def _json(text: str, _: Path, person: Person) -> str:
    content = _parsed(text)
    if content is None:
        return person.page(text)
    new = _walk(content, person)
    return text if new == content else json.dumps(new, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _notebook(text: str, _: Path, person: Person) -> str:
    node = _parsed(text)
    if node is None:
        return person.page(text)
    for cell in node.get("cells", ()):
        for output in cell.get("outputs", ()):
            _bundle(output.get("data", {}), person)
    new = _walk(node, person)
    return text if new == json.loads(text) else json.dumps(new, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _parsed(text: str) -> dict[str, Any] | None:
    """What a file of JSON says; None for one that was cut off or emptied: a text like any other."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _bundle(data: dict[str, Any], person: Person) -> None:
    """One result in all its forms: the cells of its page tell in which columns of its data customers stand."""
    html = "".join(data.get("text/html", ""))
    new, places = person.cells(html)
    if new == html:
        return
    data["text/html"] = new.splitlines(keepends=True)  # as notebooks keep their texts
    part = data.get(MIME, {})
    for row in part.get("table", {}).get("rows", ()):
        for place in places:
            row[place] = person.renamed(row[place])
    # The table as bare text, where columns cannot be told apart, serves nobody.
    said = "\n".join(filter(None, (part.get("headline"), part.get("sentence"))))
    data["text/plain"] = said.splitlines(keepends=True)


def _walk(value: Any, person: Person) -> Any:
    if isinstance(value, str):
        return person.without(value)
    if isinstance(value, list):
        return [_walk(item, person) for item in value]
    if isinstance(value, dict):
        return {name: _walk(item, person) for name, item in value.items()}
    return value


def _parts(letter: Path) -> list[Message | EmailMessage]:
    return list(email.message_from_bytes(letter.read_bytes(), policy=policy.default).walk())


def _texts(letter: Path) -> Iterator[str]:
    """What a letter says, and the pages that it encloses."""
    for part in _parts(letter):
        body = part.get_payload(decode=True) if not part.is_multipart() else None
        if not isinstance(body, bytes):
            continue
        if part.get_content_type() == "application/zip":
            with zipfile.ZipFile(io.BytesIO(body)) as pages:
                yield from (pages.read(name).decode("utf-8", "replace") for name in pages.namelist())
        elif part.get_content_maintype() == "text":
            yield body.decode("utf-8", "replace")


def _parquet(path: Path, person: Person) -> bool:
    with connect() as con:
        rows = f"read_parquet({literal(str(path))})"
        columns = _columns_naming(con, rows, person)
        if not columns:
            return False
        pairs = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in person.names.items())
        new = ", ".join(f"CASE {column} {pairs} ELSE {column} END AS {column}" for column in columns)
        beside = _beside(path)
        con.execute("SET preserve_insertion_order = true")
        con.execute(
            f"COPY (SELECT * REPLACE ({new}) FROM {rows}) TO {literal(str(beside))} "
            "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )
        beside.replace(path)
    return True


def _columns_naming(con: duckdb.DuckDBPyConnection, rows: str, person: Person) -> list[str]:
    """The columns of customers, quoted, in which the person stands."""
    kinds = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {rows})").fetchall()
    columns = [quote(name) for name, kind in kinds if kind == "VARCHAR" and name in person.columns]
    known = ", ".join(map(literal, person.names))
    counts = [f"count(*) FILTER ({column} IN ({known}))" for column in columns]
    if not counts:
        return []
    (found,) = con.execute(f"SELECT {', '.join(counts)} FROM {rows}").fetchall()
    return [column for column, number in zip(columns, found, strict=True) if number]


def _replace(path: Path, content: bytes) -> None:
    beside = _beside(path)
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _beside(path: Path) -> Path:
    """An empty file to write into, with the rights of another: from its first byte nobody else can read it."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    beside.chmod(path.stat().st_mode & 0o777)
    return beside


_JSONS = (".json", ".ipynb")
# Where ids stand in columns of their own.
_NAMING: Mapping[str, Callable[[Path, Person], bool]] = {
    ".html": _page_names,
    ".csv": _table_names,
    ".parquet": _parquet_names,
}
_FORMS: Mapping[str, Callable[[str, Path, Person], str]] = {
    ".html": _page,
    ".csv": _table,
    ".json": _json,
    ".ipynb": _notebook,
}
