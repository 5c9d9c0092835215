"""The customer level of a small shop in a database; apart from the shops, which Hypothesis keeps until the very end."""

from collections.abc import Mapping
from functools import cache

import duckdb
import pandas as pd


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def fact_base(facts: Mapping[str, pd.DataFrame]) -> duckdb.DuckDBPyConnection:
    """A database with the table ``customer_months``, typed as the real one; the next call replaces it."""
    connection = _database()
    connection.register("frame", facts["customer_months"])
    days = ", ".join(f"CAST({name} AS DATE) AS {name}" for name in ("first_day", "last_day", "previous_last_day"))
    connection.execute(f"CREATE OR REPLACE TABLE customer_months AS SELECT * REPLACE ({days}) FROM frame")
    connection.unregister("frame")
    return connection
