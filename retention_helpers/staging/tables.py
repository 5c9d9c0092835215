"""Staged tables: every table of the contract as ``staged_<table>``, typed, one row per row of the source."""

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
    they came. The other tables carry ``<column>_text`` of what is required; all carry ``is_filtered`` and ``recoded``
    (which codes the profile replaced).
    ``written_at`` is when the source was written: rows dated later lie in the future. Raises `SourceError`.
    """
    files: dict[str, tuple[str, ...]] = {}
    tidied: dict[str, tuple[str, ...]] = {}
    for name, table in CONTRACT.items():
        source = profile.tables.get(name)
        if source is None:
            _empty(con, table)
            continue
        opened = open_source(con, name, source, profile.path_of(source), scratch)
        if source.unpivot is not None:
            opened = _unpivot(con, name, source, opened)
        columns = Columns(profile, name, source, opened)
        rows = _order_rows(columns, opened, written_at) if name == "orders" else _rows(table, columns, opened, source)
        try:
            # Read once and kept: a file of any format may be slow to parse, and larger than memory.
            con.execute(f"CREATE OR REPLACE TABLE staged_{name} AS {rows}")
        except duckdb.Error as error:
            raise unreadable(name, opened.form, opened.files, error) from error
        files[name], tidied[name] = opened.files, opened.tidied
        if con.execute(f"SELECT count(*) FROM staged_{name}").fetchone() == (0,):
            raise SourceError(f"{name}: {opened.files[0]} has no rows. Export it again.")
    latest = con.execute("SELECT max(ordered_at) FROM staged_orders WHERE month IS NOT NULL").fetchone()
    return Staged(tuple(profile.tables), files, {k: v for k, v in tidied.items() if v}, latest[0] if latest else None)


def _order_rows(columns: Columns, opened: Opened, written_at: datetime) -> str:
    table = CONTRACT["orders"]
    casts = [
        f"{columns.amount() if column.name == 'amount' else columns.cast(column)} AS {_named(column.name, column.kind)}"
        for column in table.columns
    ]
    extras = [
        f"NOT ({columns.is_kept()}) AS is_filtered",
        f"{columns.recoded()} AS recoded",
        rf"coalesce(regexp_matches({columns.text_of('customer_id')}, '^\d+\.0+$'), false) AS has_decimal_id",
        f"{columns.text_of('ordered_at')} AS ordered_at_text",
        f"coalesce({columns.text_of('amount')}, {columns.text_of('unit_price')}) AS amount_text",
        f"{columns.raw_of('product_name')} AS product_name_raw",
    ]
    # date_problem: who asks for a month of an unusable date gets none, and the reason.
    return f"""
        WITH cast_rows AS (SELECT {", ".join(casts + extras)} FROM {opened.view}),
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


def _rows(table: Table, columns: Columns, opened: Opened, source: Source) -> str:
    casts = [f"{columns.cast(column)} AS {_named(column.name, column.kind)}" for column in table.columns]
    if table.name == "outcomes":
        measures = [name for name in source.columns if name not in table.names]
        casts += [f"{columns.measure(name)} AS {quote(name)}" for name in measures]
    extras = [f"NOT ({columns.is_kept()}) AS is_filtered", f"{columns.recoded()} AS recoded"]
    extras += [f"{columns.text_of(name)} AS {quote(name + '_text')}" for name in table.required]
    return f"SELECT {', '.join(casts + extras)} FROM {opened.view}"


def _unpivot(con: duckdb.DuckDBPyConnection, name: str, source: Source, opened: Opened) -> Opened:
    turn = source.unpivot
    assert turn is not None
    missing = [column for column in turn.columns if column not in opened.types]
    if missing:
        raise SourceError(f"{name}: {opened.files[0]} has no column {', '.join(missing)} to unpivot.")
    columns = ", ".join(map(quote, turn.columns))
    same_type = ", ".join(f"CAST({quote(column)} AS VARCHAR) AS {quote(column)}" for column in turn.columns)
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW turned_{name} AS
        UNPIVOT (SELECT * REPLACE ({same_type}) FROM {opened.view}) ON {columns}
        INTO NAME {quote(turn.name)} VALUE {quote(turn.value)}
    """)
    types = dict(con.execute(f"SELECT column_name, column_type FROM (DESCRIBE turned_{name})").fetchall())
    return replace(opened, view=f"turned_{name}", types=types)


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
    con.execute(
        f"CREATE OR REPLACE TABLE staged_{table.name} ({', '.join(f'{name} {kind}' for name, kind in names.items())})"
    )
