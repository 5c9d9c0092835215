"""Statements over relations: a table of many rows stays in the database while several metrics ask it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pandas as pd

from .frames import statement


def ask(
    con: duckdb.DuckDBPyConnection,
    name: str,
    values: Mapping[str, object] | None = None,
    **tables: str | duckdb.DuckDBPyRelation | pd.DataFrame,
) -> pd.DataFrame:
    """The answer to ``name``.sql, which may name the facts of ``con`` and the given tables."""
    with named(con, **tables):
        return con.execute(statement(name), dict(values or {})).df()


@contextmanager
def named(con: duckdb.DuckDBPyConnection, **tables: str | duckdb.DuckDBPyRelation | pd.DataFrame) -> Iterator[None]:
    """Meanwhile statements on ``con`` may use these names for tables: for other tables, relations or frames."""
    con.complete()  # a result that nobody read to its end would be in the way
    for name, given in tables.items():
        con.register(name, con.sql(f"SELECT * FROM {given}") if isinstance(given, str) else given)
    try:
        yield
    finally:
        for name in tables:
            con.unregister(name)


def keep(
    con: duckdb.DuckDBPyConnection, table: str, text: str, values: Mapping[str, object] | None = None
) -> duckdb.DuckDBPyRelation:
    """Keep the answer to an SQL text as a temporary table, made anew; it is gone with the connection."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {text}", dict(values or {}))
    return con.table(table)
