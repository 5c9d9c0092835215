"""Month partitions: one Parquet file per month and table, named by the fingerprint of the rows it was made from."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pandas as pd

from retention_helpers.engine import literal, quote
from retention_helpers.params import Profile

from . import sql

# Columns of staged orders that say how a value looked before the cast; they change no fact.
_NOT_FACTS = {
    "ordered_at_text",
    "amount_text",
    "product_name_raw",
    "has_decimal_id",
    "recoded",
    "date_problem",
    "month",
}


@dataclass(frozen=True)
class Partition:
    """One month's rows: how many, the fingerprint of the data, the key of the facts made from them (data and rules)."""

    month: int
    rows: int
    fingerprint: str
    key: str

    def path(self, folder: Path, table: str) -> Path:
        return folder / table / f"{self.month}-{self.key}.parquet"

    def paths(self, folder: Path) -> list[Path]:
        """All files of the month."""
        return [self.path(folder, table) for table in sql.MONTHLY]


def fingerprint_months(con: duckdb.DuckDBPyConnection, profile: Profile, hidden: str = "") -> list[Partition]:
    """One partition per month that the staged orders reach, in one scan.

    The fingerprint is independent of row order: count, sum and xor of a hash over every column that makes facts, plus
    the orders of other months that refunds name; the key adds the rules, the identities and who is ``hidden``, because
    they say whose the rows are and what they are booked as.
    """
    for table in sql.BEFORE:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql.text(table)}")
    digest = f"hash({', '.join(map(quote, _columns(con)))})"
    identities = con.execute(
        "SELECT count(*), coalesce(sum(hash(alias_id, customer_id)), 0) FROM identities"
    ).fetchone()
    settings = {**profile.orders.model_dump(), "currency": profile.currency}
    rules = json.dumps([settings, identities, sql.digest(), duckdb.__version__, *filter(None, [hidden])], default=str)
    found = con.execute(f"""
        SELECT month, count(*), sum({digest}) % 18446744073709551557, bit_xor({digest})
        FROM staged_orders WHERE month IS NOT NULL GROUP BY month ORDER BY month
    """).fetchall()
    named = dict(con.execute("SELECT month, sum(hash(order_id)) FROM earlier_orders GROUP BY month").fetchall())
    partitions = []
    for month, rows, total, mixed in found:
        fingerprint = _short(f"{rows} {total} {mixed} {named.get(month, 0)}")
        partitions.append(Partition(month, rows, fingerprint, _short(f"{fingerprint} {rules}")))
    return partitions


def write_partition(con: duckdb.DuckDBPyConnection, partition: Partition, folder: Path, profile: Profile) -> None:
    """Write the month's files, in the place of those that may be there."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE month_lines AS {_month_lines(con, partition.month, profile)}")
    for table in sql.MONTHLY:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql.text(table)}")
        if table == sql.MONTHLY[0]:
            con.execute("DROP TABLE month_lines")  # no other reads it, and it is as large
        path = partition.path(folder, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".tmp")
        con.execute(f"COPY (FROM {table} ORDER BY ALL) TO {literal(str(beside))} (FORMAT parquet, COMPRESSION zstd)")
        beside.replace(path)
    for table in sql.MONTHLY:
        con.execute(f"DROP TABLE {table}")


def _month_lines(con: duckdb.DuckDBPyConnection, month: int, profile: Profile) -> str:
    """The month's rows; each knows which copy of a duplicate it is, and its number among rows that name no order.

    Rows are numbered apart and joined by their place: a window that carries whole rows costs ten times as much.
    """
    digest = f"hash({', '.join(map(quote, _columns(con)))})"
    texts = ", ".join(sorted(_NOT_FACTS - {"month"}))
    # Rows are duplicates for certain only where they have an identity; the profile may say otherwise.
    among = {None: "order_id IS NOT NULL", "drop": "true", "keep": "false"}[profile.orders.duplicates]
    return f"""
        WITH copies AS (
            SELECT rowid AS place, row_number() OVER (PARTITION BY {digest}, order_id) AS copy_number
            FROM staged_orders WHERE month = {month} AND {among} QUALIFY copy_number > 1
        ),
        numbers AS (
            SELECT rowid AS place, row_number() OVER (
                PARTITION BY customer_id, ordered_at ORDER BY amount_cents, quantity, product_id, {digest}
            ) AS line_number
            FROM staged_orders WHERE month = {month} AND order_id IS NULL
        )
        SELECT
            lines.* EXCLUDE ({texts}),
            coalesce(copies.copy_number, 1) AS copy_number,
            coalesce(numbers.line_number, 1) AS line_number,
            earlier_orders.order_id IS NOT NULL AS names_earlier_order
        FROM staged_orders AS lines
        LEFT JOIN copies ON copies.place = lines.rowid
        LEFT JOIN numbers ON numbers.place = lines.rowid
        LEFT JOIN earlier_orders ON earlier_orders.month = lines.month AND earlier_orders.order_id = lines.order_id
        WHERE lines.month = {month}
    """


def relation(partitions: list[Partition], folder: Path, table: str) -> str:
    """The SELECT over all months of a partitioned table."""
    files = ", ".join(literal(str(partition.path(folder, table))) for partition in partitions)
    return f"SELECT * FROM read_parquet([{files}])"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def as_frame(partitions: list[Partition]) -> pd.DataFrame:
    """One row per partition, typed also when there is none."""
    kinds = {"month": "int16", "rows": "int64", "fingerprint": "str", "key": "str"}
    return pd.DataFrame([asdict(partition) for partition in partitions], columns=list(kinds)).astype(kinds)


def _columns(con: duckdb.DuckDBPyConnection) -> list[str]:
    names = con.execute("SELECT column_name FROM (DESCRIBE staged_orders)").fetchall()
    return [name for (name,) in names if name not in _NOT_FACTS]
