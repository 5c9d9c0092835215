"""Who is counted: every row of the source, by what became of it."""

import duckdb
import pandas as pd

# Booked rows first (they make up revenue), then those left out, in the order in which they are judged.
REASONS = (
    "counted",
    "cancelled_in_month",
    "refund_later",
    "refund_unmatched",
    "filtered",
    "duplicate",
    "unreadable_amount",
    "other_currency",
    "test_order",
    "no_customer",
    "void_status",
    "non_product",
    "zero_amount",
)
BOOKED = REASONS[:4]

# What shows only when rows are booked: where to find it, an example of it, what was done.
_SEEN_IN_BOOKING = {
    "exact_duplicate": (
        "order_lines WHERE reason = 'duplicate'",
        "left out: the row stands before it, equal in every mapped column",
    ),
    "cancelled_in_month": (
        "order_lines WHERE reason = 'cancelled_in_month' AND NOT is_refund",
        "no order: cancelled or wholly refunded within its month",
    ),
    "refund_unmatched": (
        "refund_matches WHERE is_matched = 0",
        "booked when it happened: no earlier order of its customer can be named",
    ),
}


def who_is_counted(row_ledger: pd.DataFrame) -> pd.DataFrame:
    """Which rows count, and why do the others not?

    Sums the ledger of rows over its months. A customer is counted once per reason, however many months they appear in.

    Returns one row per reason that occurs: ``reason`` (text), ``rows``, ``orders``, ``customers`` (int), ``amount``
    (major units). The rows add up to the rows of the source that lie in these months.
    """
    sums = row_ledger.groupby("reason")[["rows", "orders", "customers_first", "amount_cents"]].sum()
    order = [reason for reason in REASONS if reason in sums.index]
    order += sorted(set(sums.index) - set(order))
    sums = sums.loc[order].rename(columns={"customers_first": "customers"}).reset_index()
    sums["amount"] = sums.pop("amount_cents") / 100
    return sums.astype({"reason": "str", "rows": "int64", "orders": "int64", "customers": "int64", "amount": "float64"})


def booking_problems(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Which problems show only when rows are booked against each other?

    Returns ``table, check, rows, examples (first five), done``, as the problems of staging; none found is no row.
    """
    problems = []
    for check, (where, done) in _SEEN_IN_BOOKING.items():
        found = f"SELECT concat_ws(' ', source_order_id, product_id, ordered_at) AS example FROM {where}"
        rows, examples = con.execute(
            f"SELECT count(*), list(DISTINCT example ORDER BY example)[:5] FROM ({found})"
        ).fetchall()[0]
        if rows:
            problems.append(("orders", check, rows, ", ".join(examples), done))
    return pd.DataFrame(problems, columns=["table", "check", "rows", "examples", "done"])
