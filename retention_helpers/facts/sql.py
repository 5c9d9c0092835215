"""The SQL files of this room: one file, one table."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent

# Small, made before the partitions: which of their refunds name an order of another month.
BEFORE = ("earlier_orders",)
# Depend on the rows of one month (and on the above) alone: written as one Parquet file a month.
MONTHLY = ("order_lines", "orders_valid", "customer_orders", "row_sums")
# Straight from their staged tables.
PASSED_ON = ("memberships", "contacts", "outcomes", "feedback", "touchpoints", "costs")
# Depend on all months (each row only on its own month and earlier ones) and on the tables passed on, in order of need.
DERIVED = (
    "customer_months",
    "customers",
    "addresses",
    "advocates",
    "life_cube",
    "activity_cube",
    "month_buckets",
    "cohort_cube",
    "order_gaps",
    "refund_matches",
    "row_ledger",
)


@cache
def text(table: str) -> str:
    """The SELECT of a table."""
    return (FOLDER / f"{table}.sql").read_text(encoding="utf-8")


def grain(table: str) -> str:
    """What one row of the table is: the file's first line.

    >>> grain("costs")
    'One row per month, purpose and channel: what was spent.'
    """
    return text(table).splitlines()[0].removeprefix("-- ")


@cache
def digest() -> str:
    """A digest of all SQL here: facts made by other SQL are other facts."""
    joined = "\0".join(text(table) for table in (*BEFORE, *MONTHLY, *PASSED_ON, *DERIVED))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
