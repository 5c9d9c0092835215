"""Restatements: past months whose rows are no longer those that were built before, named with what changed."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import connect, literal
from retention_helpers.errors import MachineError
from retention_helpers.periods import Period

from .partitions import Partition

COLUMNS = {
    "month": "int16",
    "noticed_at": "datetime64[us]",
    "rows_before": "int64",
    "rows_after": "int64",
    "customers": "int64",
    "amount_before_cents": "int64",
    "amount_after_cents": "int64",
}
# Hashes of the engine may change with its version.
HASHES = f"duckdb {duckdb.__version__}"
_BOOKED = "('counted', 'refund_later', 'cancelled_in_month')"


@dataclass(frozen=True)
class Previous:
    """The facts that are in use before a build: their partitions, how far their data reached, what they named restated.

    ``hashes`` says how fingerprints were made; those of another way cannot be held against ours.
    """

    digest: str
    partitions: list[Partition]
    data_through: date
    hashes: str
    restatements: pd.DataFrame


def previous_facts(link: Path) -> Previous | None:
    """Read what the facts behind ``link`` were made from; None where there are none, or they are damaged."""
    if not link.exists():
        return None
    try:
        with connect(link.resolve(), read_only=True) as old:
            partitions = _partitions(old)
            said = dict(old.execute("SELECT name, value FROM description").fetchall())
            known = old.execute(f"SELECT {', '.join(COLUMNS)} FROM restatements").df().astype(COLUMNS)
    except (duckdb.Error, MachineError):
        return None  # a damaged facts file is no loss: all of it is made from the source again
    through = date.fromisoformat(said["data_through"])
    return Previous(said["digest"], partitions, through, said.get("hashes", ""), known)


def partitions_in(path: Path) -> list[Partition]:
    """The months that a facts file was made over; none of one that is damaged."""
    try:
        with connect(path, read_only=True) as facts:
            return _partitions(facts)
    except (duckdb.Error, MachineError):
        return []


def _partitions(facts: duckdb.DuckDBPyConnection) -> list[Partition]:
    rows = facts.execute("SELECT month, rows, fingerprint, key FROM partitions ORDER BY month").fetchall()
    return [Partition(*row) for row in rows]


def restated(
    con: duckdb.DuckDBPyConnection, before: Previous | None, after: list[Partition], folder: Path, noticed_at: datetime
) -> pd.DataFrame:
    """One row per month that was complete in the facts before and was built from other rows then.

    ``customers`` counts the customers whose booked amount or rows of the month differ; amounts are booked minor units.
    A month that got no rows any more counts as restated too.
    """
    new_months = {partition.month: partition for partition in after}
    rows = []
    for old in before.partitions if before and before.hashes == HASHES else []:
        new = new_months.get(old.month)
        is_closed = before is not None and Period(old.month).as_of <= before.data_through
        if not is_closed or (new is not None and new.fingerprint == old.fingerprint):
            continue
        if not old.path(folder, "order_lines").is_file():
            continue
        amounts = _compare(con, old, new, folder)
        rows.append((old.month, noticed_at, old.rows, new.rows if new else 0, *amounts))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


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
