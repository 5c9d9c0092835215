"""Statements over relations: a table of many rows stays in the database while several metrics ask it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pandas as pd

from .frames import statement


def query(
    con: duckdb.DuckDBPyConnection,
    name: str,
    values: Mapping[str, object] | None = None,
    **relations: duckdb.DuckDBPyRelation | pd.DataFrame,
) -> pd.DataFrame:
    """The rows of ``name``.sql, which may name the facts of ``con`` and the given relations."""
    with named(con, **relations):
        return con.execute(statement(name), dict(values or {})).df()


@contextmanager
def named(con: duckdb.DuckDBPyConnection, **relations: duckdb.DuckDBPyRelation | pd.DataFrame) -> Iterator[None]:
    """Meanwhile statements on ``con`` may name the relations as tables."""
    con.complete()  # a result that nobody read to its end would be in the way
    for name, relation in relations.items():
        con.register(name, relation)
    try:
        yield
    finally:
        for name in relations:
            con.unregister(name)
