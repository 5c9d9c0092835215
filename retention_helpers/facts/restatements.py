"""Restatements: past months whose rows are no longer those that were built before, named with what changed."""

from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import literal
from retention_helpers.periods import Period

from .history import HASHES, History, restatements_of
from .partitions import Partition

_BOOKED = "('counted', 'refund_later', 'cancelled_in_month')"


def restated(
    con: duckdb.DuckDBPyConnection, before: History | None, after: list[Partition], folder: Path, noticed_at: datetime
) -> pd.DataFrame:
    """One row per month that was complete in the facts before and was built from other rows then.

    ``customers`` counts the customers whose booked amount or rows of the month differ; amounts are booked minor units.
    All three are missing where the month's earlier file is gone. A month that got no rows any more counts as restated
    too.
    """
    new_months = {partition.month: partition for partition in after}
    rows = []
    for old in before.partitions if before and before.hashes == HASHES else []:
        new = new_months.get(old.month)
        is_closed = before is not None and Period(old.month).as_of <= before.data_through
        if not is_closed or (new is not None and new.fingerprint == old.fingerprint):
            continue
        rows.append((old.month, noticed_at, old.rows, new.rows if new else 0, *_compared(con, old, new, folder)))
    return restatements_of(rows)


def _compared(con: duckdb.DuckDBPyConnection, old: Partition, new: Partition | None, folder: Path) -> tuple:
    """Customers, amount before and amount now; unknown where the earlier file is gone or cannot be read."""
    try:
        return _compare(con, old, new, folder)
    except duckdb.Error:
        return None, None, None


def _compare(
    con: duckdb.DuckDBPyConnection, old: Partition, new: Partition | None, folder: Path
) -> tuple[int, int, int]:
    def booked(partition: Partition | None) -> str:
        if partition is None:
            return "SELECT '' AS customer_id, 0 AS amount_cents, 0 AS rows WHERE false"
        file = literal(str(partition.path(folder, "order_lines")))
        return f"""
            SELECT customer_id, sum(amount_cents) AS amount_cents, count(*) AS rows
            FROM read_parquet({file}) WHERE reason IN {_BOOKED} GROUP BY customer_id
        """

    row = con.execute(f"""
        SELECT
            count(*) FILTER (a.amount_cents IS DISTINCT FROM b.amount_cents OR a.rows IS DISTINCT FROM b.rows),
            coalesce(sum(a.amount_cents), 0), coalesce(sum(b.amount_cents), 0)
        FROM ({booked(old)}) AS a FULL JOIN ({booked(new)}) AS b ON a.customer_id = b.customer_id
    """).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])
