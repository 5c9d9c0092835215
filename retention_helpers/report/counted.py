"""Who is counted: every row of the source, by what became of it."""

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
