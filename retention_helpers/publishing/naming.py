"""Where files name a person: in the columns of customers of tables, lists and pages."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from retention_helpers.engine import connect, literal, quote

from .person import Person
from .replacing import files_below, text_of


def names_in(folders: Iterable[Path], person: Person) -> bool:
    """Whether a column of customers names the person, in a table, a list or on a page below the folders.

    Running text proves nothing: "retention" stands on every page, and is nobody.
    """
    return any(_is_named(path, person) for path in files_below(folders) if path.suffix in _NAMING)


def _is_named(path: Path, person: Person) -> bool:
    # What cannot be read tells nothing; whoever is named elsewhere is found there.
    with suppress(csv.Error, duckdb.Error):
        return _NAMING[path.suffix](path, person)
    return False


def _page_names(path: Path, person: Person) -> bool:
    return person.stands_in(text_of(path))


def _table_names(path: Path, person: Person) -> bool:
    rows = csv.reader(io.StringIO(text_of(path), newline=""))
    ids = id_columns(next(rows, []), person)
    return any(person.renamed(row[place]) != row[place] for row in rows for place in ids if place < len(row))


def _parquet_names(path: Path, person: Person) -> bool:
    with connect() as con:
        return bool(columns_naming(con, f"read_parquet({literal(str(path))})", person))


def id_columns(header: list[str], person: Person) -> set[int]:
    """Places of the columns that hold customers."""
    return {place for place, name in enumerate(header) if name in person.columns}


def columns_naming(con: duckdb.DuckDBPyConnection, rows: str, person: Person) -> list[str]:
    """The columns of customers, quoted, in which the person stands."""
    kinds = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {rows})").fetchall()
    columns = [quote(name) for name, kind in kinds if kind == "VARCHAR" and name in person.columns]
    known = ", ".join(map(literal, person.names))
    counts = [f"count(*) FILTER ({column} IN ({known}))" for column in columns]
    if not counts:
        return []
    (found,) = con.execute(f"SELECT {', '.join(counts)} FROM {rows}").fetchall()
    return [column for column, number in zip(columns, found, strict=True) if number]


# Where ids stand in columns of their own.
_NAMING: Mapping[str, Callable[[Path, Person], bool]] = {
    ".html": _page_names,
    ".csv": _table_names,
    ".parquet": _parquet_names,
}
