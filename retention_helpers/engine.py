"""The embedded database: one way to open it, one way to quote a name."""

import os
from pathlib import Path

import duckdb

from .errors import MachineError

MEMORY_LIMIT = "2GB"
THREADS = 2


def connect(
    path: Path | str = ":memory:", *, read_only: bool = False, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB database with this product's limits.

    Memory is capped (``RETENTION_MEMORY`` overrides the 2 GB), what does not fit spills to ``spill``, and row order is
    not kept: no result may depend on it. Time stamps are read as UTC wall clock, so the machine's zone changes nothing.
    """
    settings = {
        "memory_limit": os.environ.get("RETENTION_MEMORY", MEMORY_LIMIT),
        "threads": THREADS,
        "preserve_insertion_order": False,
    }
    if spill is not None:
        settings["temp_directory"] = str(spill)
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=settings)
    except duckdb.IOException as error:
        raise MachineError(f"{path} cannot be opened: {error}") from error
    connection.execute("SET TimeZone = 'UTC'")
    # In a notebook the engine would draw one over each slow statement, and the page would show it.
    connection.execute("SET enable_progress_bar = false")
    return connection


def quote(name: str) -> str:
    """A name from outside as an SQL identifier, never as SQL.

    >>> quote('12" plate')
    '"12"" plate"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text from outside as an SQL string, never as SQL; for statements that take no prepared parameters.

    >>> literal("O'Neil")
    "'O''Neil'"
    """
    return "'" + value.replace("'", "''") + "'"
