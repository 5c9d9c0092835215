"""Tables as files: exact, the same bytes for the same numbers, and no formula for a spreadsheet to run."""

import os
import re
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import literal, quote

MOST_CSV_ROWS = 1_000_000  # more than this no spreadsheet opens
OWNER_ALONE = 0o600

_LINE_END = re.compile(r"\r\n?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# To a spreadsheet a number and nothing else; with an apostrophe in front no phone would ring.
_PHONE = "^[+][0-9]{7,15}$"


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as UTF-8 CSV; texts that a spreadsheet would run as a formula get an apostrophe in front."""
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]) and not pd.api.types.is_bool_dtype(safe[column]):
            safe[column] = safe[column].map(_neutral, na_action="ignore")
    safe = safe.rename(columns=_neutral)
    path.parent.mkdir(parents=True, exist_ok=True)
    safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_relation(folder: Path, name: str, relation: duckdb.DuckDBPyRelation, *, by: str) -> Path:
    """Write a relation with a row per customer, in order of a column, without taking it into memory; gives the file.

    CSV like that of `write_csv`, Parquet above a million rows (which no spreadsheet runs). For the owner's eyes alone.
    """
    rows = relation.count("*").fetchall()[0][0]
    path = folder / f"{name}.{'csv' if rows <= MOST_CSV_ROWS else 'parquet'}"
    if path.suffix == ".csv":
        write_private_csv(path, relation, by=by)
    else:
        _make_private(path)
        relation.order(quote(by)).to_parquet(str(path), compression="zstd", use_tmp_file=False)
    return path


def write_private_csv(path: Path, relation: duckdb.DuckDBPyRelation, *, by: str) -> None:
    """Write a relation as CSV in order of a column, however long it is, for the owner's eyes alone."""
    _make_private(path)
    # Ordered last: the engine keeps no order through another step. In place: a file beside it would be for everybody.
    ordered = _neutral_columns(relation).order(quote(str(_neutral(by))))
    ordered.write_csv(str(path), header=True, use_tmp_file=False)


def _make_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE))


def _neutral_columns(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The relation with the names and texts of its columns made harmless."""
    starts = ", ".join(f"chr({ord(start)})" for start in _FORMULA_STARTS)
    shown = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        column = quote(name)
        if str(kind) == "VARCHAR":
            is_formula = f"substr({column}, 1, 1) IN ({starts}) AND NOT regexp_matches({column}, {literal(_PHONE)})"
            column = f"CASE WHEN {is_formula} THEN {literal(chr(39))} || {column} ELSE {column} END"
        shown.append(f"{column} AS {quote(str(_neutral(name)))}")
    return relation.project(", ".join(shown))


def _neutral(value: object) -> object:
    """The value, or the text made harmless; its lines end as those of the file do, for a bare return stands unquoted.

    >>> _neutral("=1+1"), _neutral("web"), _neutral("+380441234567")
    ("'=1+1", 'web', '+380441234567')
    """
    if not isinstance(value, str):
        return value
    is_formula = value.startswith(_FORMULA_STARTS) and not re.fullmatch(_PHONE, value)
    text = _LINE_END.sub("\n", value)
    return f"'{text}" if is_formula else text
