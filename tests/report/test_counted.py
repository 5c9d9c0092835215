"""Rows in = rows counted + rows left out, by reason."""

import pandas as pd

from retention_helpers.report.counted import REASONS, who_is_counted

COLUMNS = ["month", "reason", "rows", "orders", "customers", "amount_cents", "customers_first"]


def ledger(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS).astype({"reason": "str"})


def test_months_are_summed_and_a_customer_is_counted_once() -> None:
    counted = who_is_counted(ledger((1, "counted", 3, 2, 2, 1050, 2), (2, "counted", 2, 2, 2, 25, 1)))
    assert counted.values.tolist() == [["counted", 5, 4, 3, 10.75]]
    assert list(counted) == ["reason", "rows", "orders", "customers", "amount"]


def test_booked_reasons_come_first_and_unknown_ones_last() -> None:
    rows = [(1, reason, 1, 1, 1, 0, 1) for reason in ("a_new_one", *sorted(REASONS))]
    assert who_is_counted(ledger(*rows))["reason"].tolist() == [*REASONS, "a_new_one"]


def test_an_empty_ledger_has_the_same_columns_and_types() -> None:
    full = who_is_counted(ledger((1, "counted", 1, 1, 1, 1, 1)))
    empty = who_is_counted(ledger().astype({name: "int64" for name in COLUMNS if name != "reason"}))
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
