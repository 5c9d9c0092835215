"""Staged tables: every table of the contract as ``staged_<table>``, typed, one row per row of the source."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb

from retention_helpers.engine import quote
from retention_helpers.errors import SourceError
from retention_helpers.params import Profile, Source
from retention_helpers.schema import CONTRACT, SQL_TYPES, Table

from .columns import Columns
from .sources import Opened, open_source, unreadable

# Spreadsheets and databases write these years where they know no date.
FIRST_YEAR = 1980


@dataclass(frozen=True)
class Staged:
    """What was staged: the tables that the profile maps, their files, headers that were tidied, the last time stamp."""

    tables: tuple[str, ...]
    files: dict[str, tuple[str, ...]]
    tidied: dict[str, tuple[str, ...]] = field(default_factory=dict)
    latest: datetime | None = None


def stage(con: duckdb.DuckDBPyConnection, profile: Profile, *, written_at: datetime, scratch: Path) -> Staged:
    """Make ``staged_<table>`` for every table of the contract; tables without a source are empty.

    ``staged_orders`` carries beside the contract's columns: ``month`` (null where the date is unusable, then
    ``date_problem`` says why), ``has_decimal_id``, ``ordered_at_text``, ``amount_text`` and ``product_name_raw`` as
    they came. The other tables carry ``<column>_text`` of what is required (``staged_feedback`` also ``score_code``,
    the score as the source codes it); all carry ``is_filtered`` and ``recoded`` (which codes the profile replaced).
    The sources of a table of several are read one below the other.
    ``written_at`` is when the source was written: rows dated later lie in the future. Raises `SourceError`.
    """
    files: dict[str, tuple[str, ...]] = {}
    tidied: dict[str, tuple[str, ...]] = {}
    for name, table in CONTRACT.items():
        if name not in profile.tables:
            _empty(con, table)
            continue
        opened, selects = [], []
        for number, source in enumerate(profile.tables[name]):
            label = name if len(profile.tables[name]) == 1 else f"{name}.{number}"
            opened.append(_open(con, label, source, profile.path_of(source), scratch))
            columns = Columns(profile, label, source, opened[-1])
            rows = _order_rows(columns, written_at) if name == "orders" else _rows(table, columns)
            selects.append(f"SELECT * FROM ({rows})")
        _keep(con, name, selects, opened)
        files[name] = tuple(file for one in opened for file in one.files)
        tidied[name] = tuple(dict.fromkeys(header for one in opened for header in one.tidied))
    latest = con.execute("SELECT max(ordered_at) FROM staged_orders WHERE month IS NOT NULL").fetchone()
    return Staged(tuple(profile.tables), files, {k: v for k, v in tidied.items() if v}, latest[0] if latest else None)


def _open(con: duckdb.DuckDBPyConnection, label: str, source: Source, path: str, scratch: Path) -> Opened:
    opened = open_source(con, label, source, path, scratch)
    return opened if source.unpivot is None else _unpivot(con, label, source, opened)


def _keep(con: duckdb.DuckDBPyConnection, name: str, selects: Sequence[str], opened: Sequence[Opened]) -> None:
    """Read the sources of a table once and keep them: a file of any format may be slow, and larger than memory."""
    try:
        con.execute(f"CREATE OR REPLACE TABLE staged_{name} AS {' UNION ALL BY NAME '.join(selects)}")
    except duckdb.Error as error:
        forms = {one.form for one in opened}
        read = opened[0].files if len(opened) == 1 else [", ".join(file for one in opened for file in one.files)]
        raise unreadable(name, " or ".join(sorted(forms)), read, error) from error
    for one in opened:
        if con.execute(f"SELECT 1 FROM {one.view} LIMIT 1").fetchone() is None:
            raise SourceError(f"{name}: {one.files[0]} has no rows. Export it again.")


def _order_rows(columns: Columns, written_at: datetime) -> str:
    table = CONTRACT["orders"]
    casts = [
        f"{columns.amount() if column.name == 'amount' else columns.cast(column)} AS {_named(column.name, column.kind)}"
        for column in table.columns
    ]
    extras = [
        f"NOT ({columns.is_kept()}) AS is_filtered",
        f"{columns.recoded()} AS recoded",
        f"{columns.has_decimals('customer_id')} AS has_decimal_id",
        f"{columns.text_of('ordered_at')} AS ordered_at_text",
        f"coalesce({columns.text_of('amount')}, {columns.text_of('unit_price')}) AS amount_text",
        f"{columns.raw_of('product_name')} AS product_name_raw",
    ]
    # date_problem: who asks for a month of an unusable date gets none, and the reason.
    return f"""
        WITH cast_rows AS (SELECT {", ".join(casts + extras)} FROM {columns.view}),
        judged AS (
            SELECT *, CASE
                WHEN ordered_at IS NULL THEN 'unreadable_date'
                WHEN year(ordered_at) < {FIRST_YEAR} THEN 'placeholder_date'
                WHEN ordered_at > TIMESTAMP '{written_at:%Y-%m-%d %H:%M:%S}' THEN 'future_date'
            END AS date_problem
            FROM cast_rows
        )
        SELECT *, CASE WHEN date_problem IS NULL
            THEN CAST(year(ordered_at) * 12 + month(ordered_at) - 1 AS SMALLINT) END AS month
        FROM judged
    """


def _rows(table: Table, columns: Columns) -> str:
    casts = [f"{columns.cast(column)} AS {_named(column.name, column.kind)}" for column in table.columns]
    if table.name == "outcomes":
        casts += [f"{columns.measure(name)} AS {quote(name)}" for name in columns.mapped if name not in table.names]
    extras = [f"NOT ({columns.is_kept()}) AS is_filtered", f"{columns.recoded()} AS recoded"]
    extras += [f"{columns.text_of(name)} AS {quote(name + '_text')}" for name in table.required]
    if table.name == "feedback":
        extras.append(f"{columns.code_of('score')} AS score_code")
    return f"SELECT {', '.join(casts + extras)} FROM {columns.view}"


def _unpivot(con: duckdb.DuckDBPyConnection, name: str, source: Source, opened: Opened) -> Opened:
    turn = source.unpivot
    assert turn is not None
    missing = [column for column in turn.columns if column not in opened.types]
    if missing:
        raise SourceError(f"{name}: {opened.files[0]} has no column {', '.join(missing)} to unpivot.")
    columns = ", ".join(map(quote, turn.columns))
    same_type = ", ".join(f"CAST({quote(column)} AS VARCHAR) AS {quote(column)}" for column in turn.columns)
    turned = quote(f"turned_{name}")
    # A question left blank is a row too: an answer that is missing is counted, not lost.
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW {turned} AS
        FROM (SELECT * REPLACE ({same_type}) FROM {opened.view})
        UNPIVOT INCLUDE NULLS ({quote(turn.value)} FOR {quote(turn.name)} IN ({columns}))
    """)
    types = dict(con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {turned})").fetchall())
    return replace(opened, view=turned, types=types)


def _named(name: str, kind: str) -> str:
    return quote(f"{name}_cents" if kind == "money" else name)


def _empty(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    names = {_named(column.name, column.kind): SQL_TYPES[column.kind] for column in table.columns}
    names |= {"is_filtered": "BOOLEAN", "recoded": "VARCHAR"}
    if table.name == "orders":
        names |= dict.fromkeys(("ordered_at_text", "amount_text", "product_name_raw", "date_problem"), "VARCHAR")
        names |= {"has_decimal_id": "BOOLEAN", "month": "SMALLINT"}
    else:
        names |= {f"{name}_text": "VARCHAR" for name in table.required}
    if table.name == "feedback":
        names |= {"score_code": "VARCHAR"}
    con.execute(
        f"CREATE OR REPLACE TABLE staged_{table.name} ({', '.join(f'{name} {kind}' for name, kind in names.items())})"
    )
