"""Opening a source: files become one relation with tidy column names, whatever their format."""

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import literal, quote
from retention_helpers.errors import ProfileError, SourceError
from retention_helpers.params import Source

from .text_files import read_text_files

_FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".gz": "csv", ".parquet": "parquet", ".pq": "parquet",
    ".xlsx": "excel", ".xls": "excel", ".duckdb": "duckdb", ".db": "duckdb",
}  # fmt: skip
_BOM = "\ufeff"


@dataclass(frozen=True)
class Opened:
    """An opened source: the view's name, its columns with their types, its format, its files, headers tidied."""

    view: str
    types: dict[str, str]
    form: str
    files: tuple[str, ...]
    tidied: tuple[str, ...] = field(default=())


def open_source(con: duckdb.DuckDBPyConnection, table: str, source: Source, path: str, scratch: Path) -> Opened:
    """Make the source readable as view ``source_<table>``; a table of several sources has them numbered.

    Headers lose outer blanks and the byte order mark (and are named in ``tidied``). Raises `SourceError` when nothing
    is there, a file is empty or is not of its format.
    """
    files = source_files(table, path)
    form = source.format or _FORMATS.get(Path(files[0]).suffix.lower())
    if form is None:
        raise ProfileError(
            f"tables.{table}: the format of {files[0]} is not known by its ending. "
            "Set format: csv, parquet, excel or duckdb."
        )
    for file in files:
        if Path(file).stat().st_size == 0:
            raise SourceError(f"{table}: {file} is empty (0 bytes). Export it again.")
    try:
        if form == "csv":
            groups = read_text_files(table, source, files, scratch)
        else:
            groups = _read(con, table, source, form, files)
    except duckdb.Error as error:
        raise unreadable(table, form, files, error) from error
    view = quote(f"source_{table}")
    tidied: list[str] = []
    selects = []
    for relation, named in groups:
        tidy = {column: name.replace(_BOM, "").strip() for column, name in named.items()}
        tidied += [name for column, name in named.items() if name != tidy[column]]
        _refuse_twins(table, files, list(tidy.values()))
        columns = ", ".join(f"{quote(column)} AS {quote(clean)}" for column, clean in tidy.items())
        selects.append(f"SELECT {columns} FROM {relation}")
    union = " UNION ALL BY NAME ".join(selects)
    try:
        con.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {union}")
        types = dict(con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {view})").fetchall())
    except duckdb.Error as error:
        raise unreadable(table, form, files, error) from error
    return Opened(view, types, form, tuple(files), tuple(dict.fromkeys(tidied)))


def source_files(table: str, path: str) -> list[str]:
    """The files behind a path or glob, in order of name; raises `SourceError` when there is none."""
    # A folder may have brackets in its name: what exists is no pattern.
    files = sorted(glob.glob(path)) if glob.has_magic(path) and not Path(path).exists() else [path]
    if not files:
        raise SourceError(f"{table}: no file matches {path}. Check the path in the profile.")
    for file in files:
        if not Path(file).is_file():
            what = "is a folder" if Path(file).is_dir() else "does not exist"
            raise SourceError(f"{table}: {file} {what}. Check the path in the profile.")
    return files


def _read(
    con: duckdb.DuckDBPyConnection, table: str, source: Source, form: str, files: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """Relations to be united, each with its columns and the names that stand in the file."""
    if form == "parquet":
        relation = f"read_parquet([{', '.join(map(literal, files))}], union_by_name = true)"
        return [(relation, _names(con, relation))]
    if form == "excel":
        return [_read_excel(con, table, source, file, number) for number, file in enumerate(files)]
    if len(files) > 1:
        raise ProfileError(f"tables.{table}: give one DuckDB file, not {len(files)}.")
    if source.table is None:
        raise ProfileError(f"tables.{table}: a DuckDB file holds many tables. Set table: NAME.")
    con.execute(f"ATTACH IF NOT EXISTS {literal(files[0])} AS {quote('from_' + table)} (READ_ONLY)")
    relation = f"{quote('from_' + table)}.{'.'.join(quote(part) for part in source.table.split('.'))}"
    return [(relation, _names(con, relation))]


def _read_excel(
    con: duckdb.DuckDBPyConnection, table: str, source: Source, file: str, number: int
) -> tuple[str, dict[str, str]]:
    try:
        # The header is a row like any other here: pandas would rename what stands there twice.
        cells = pd.read_excel(file, sheet_name=source.sheet or 0, dtype=object, header=None)
    except Exception as error:
        raise SourceError(f"{table}: {file} cannot be read as a workbook: {error}") from error
    if cells.empty:
        raise SourceError(f"{table}: {file} has no header in its first row. Export it with column names.")
    texts = cells.map(lambda cell: _cell_text(cell, source.decimal)).astype("str")
    names = texts.iloc[0].fillna("")
    columns = {f"c{place}": name or f"unnamed_{place + 1}" for place, name in enumerate(names)}
    frame = texts.iloc[1:].set_axis(list(columns), axis="columns")
    name = quote(f"workbook_{table}_{number}")
    con.register("workbook_frame", frame)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM workbook_frame")
    con.unregister("workbook_frame")
    return name, columns


def _cell_text(cell: object, decimal: str) -> str | None:
    """A cell as text, which is what every column can be; a true number gets the decimal mark that typed ones have."""
    if pd.isna(cell):
        return None
    return str(cell).replace(".", decimal) if isinstance(cell, float) else str(cell)


def _names(con: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    found = con.execute(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {relation})").fetchall()
    return {name: name for (name,) in found}


def _refuse_twins(table: str, files: list[str], names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise SourceError(f"{table}: {files[0]} has two columns named {', '.join(twins)}. Rename one in the export.")


def unreadable(table: str, form: str, files: Sequence[str], error: Exception) -> SourceError:
    """The error of a source whose content the engine refused: which file, the engine's own words, what to do."""
    said = str(error).strip()
    place = re.search(r"^\s*file = (.+)$", said, re.MULTILINE)
    first = " ".join(said.partition("Possible ")[0].split())[:300].rstrip(".")
    advice = {
        "csv": "Check delimiter and encoding in the profile, or export it again.",
        "parquet": "Export it again.",
        "duckdb": "Check the table's name.",
    }.get(form, "")
    return SourceError(
        f"{table}: {place[1] if place else files[0]} cannot be read as {form}: {first}. {advice}".rstrip()
    )
