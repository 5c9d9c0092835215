"""Histories of customers: the SQL against a slow twin, and what a frame of them must not hold."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given

from retention_helpers.errors import CallError
from retention_helpers.metrics import btyd_data
from retention_helpers.metrics.btyd_data import (
    Histories,
    bucket_values,
    customer_histories,
    order_histories,
    spend_histories,
)
from retention_helpers.metrics.frames import HERE
from tests.metrics.order_base import CALIBRATION, cdnow_histories, cdnow_sample, order_base
from tests.metrics.shops import LAST, Shop, month_end, shops

SQL = ("customer_histories", "customer_scores", "order_days", "order_histories", "repeat_order_days", "spend_histories")


def twin(shop: Shop, as_of: date) -> dict[str, tuple[int, int, int, int]]:
    """Each customer's repeat days, days to the last, days observed, cents of repeat days; with dictionaries of days."""
    days: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for order in shop.orders:
        if order.at.date() <= as_of:
            days[order.customer][order.at.date()] += order.cents
    found = {}
    for customer, spent in days.items():
        first, last = min(spent), max(spent)
        repeat = sum(spent.values()) - spent[first]
        found[customer] = (len(spent) - 1, (last - first).days, (as_of - first).days, repeat)
    return found


def valid_orders(shop: Shop) -> pd.DataFrame:
    rows = [(order.customer, order.at, order.cents) for order in shop.orders]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    return frame.astype({"customer_id": "str", "ordered_at": "datetime64[us]", "amount_cents": "int64"})


@given(shops())
def test_histories_equal_their_twin_as_of_any_day(orders: pd.DataFrame) -> None:
    shop = Shop.of(orders)
    connection = order_base(valid_orders(shop))
    for as_of in (month_end(LAST), month_end(LAST - 3), month_end(LAST - 3) - timedelta(days=10)):
        expected = twin(shop, as_of)
        customers = customer_histories(connection, as_of=as_of)
        rows = customers.df().drop(columns="first_day")
        assert {row[0]: tuple(row[1:]) for row in rows.itertuples(index=False)} == expected
        histories = order_histories(customers)
        assert histories["customers"].sum() == len(expected)
        assert histories["repeat_spend"].sum() == pytest.approx(sum(row[3] for row in expected.values()) / 100)
        spent = spend_histories(customers)
        bought = [row for row in expected.values() if row[0] > 0 and row[3] > 0]
        assert spent["customers"].sum() == len(bought)
        total = (spent["customers"] * spent["repeat_orders"] * spent["repeat_spend_mean"]).sum()
        assert total == pytest.approx(sum(row[3] for row in bought) / 100)


def test_customers_in_buckets_are_the_same_customers(monkeypatch: pytest.MonkeyPatch, retention_data: Path) -> None:
    whole, _ = cdnow_histories(retention_data)
    connection = cdnow_sample(retention_data)
    monkeypatch.setattr(btyd_data, "ORDERS_AT_ONCE", 700)
    assert len(bucket_values(connection, CALIBRATION)) == 8
    pieces = order_histories(customer_histories(connection, as_of=CALIBRATION))
    pd.testing.assert_frame_equal(whole, pieces)


def test_the_sample_of_cdnow_has_its_published_histories(retention_data: Path) -> None:
    histories, spent = cdnow_histories(retention_data)
    published = pd.read_csv(retention_data / "cdnow" / "cdnow_customers_summary.csv")
    assert histories["customers"].sum() == len(published) == 2357
    assert spent["customers"].sum() == (published["frequency"] > 0).sum() == 946
    expected = published.assign(recency=published["recency"] * 7, T=published["T"] * 7).round().astype(int)
    counted = expected.groupby(["frequency", "recency", "T"]).size()
    found = histories.set_index(["repeat_orders", "days_first_to_last_order", "days_observed"])["customers"]
    pd.testing.assert_series_equal(found.sort_index(), counted.sort_index(), check_names=False)


def test_nobody_has_no_history_and_the_same_columns(retention_data: Path) -> None:
    full, spent = cdnow_histories(retention_data)
    customers = customer_histories(cdnow_sample(retention_data), as_of=date(1996, 12, 31))
    for frame, like in ((order_histories(customers), full), (spend_histories(customers), spent)):
        assert frame.empty
        assert (frame.dtypes == like.dtypes).all()


def histories(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["repeat_orders", "days_first_to_last_order", "days_observed"])


@pytest.mark.parametrize(
    "row", [(-1, 0, 9), (1.5, 3, 9), (1, 10, 9), (1, -1, 9), (0, 3, 9), (np.nan, 0, 9), (0, 0, np.nan)]
)
def test_a_history_that_nobody_can_have_is_named_by_its_row(row: tuple[float, float, float]) -> None:
    with pytest.raises(CallError, match=r"1 rows break the rule .* \(rows 1\)"):
        Histories.of(histories((0, 0, 9), row))


def test_a_missing_column_is_named_with_the_nearest() -> None:
    with pytest.raises(CallError, match='no column "repeat_orders"'):
        Histories.of(histories((0, 0, 9)).rename(columns={"repeat_orders": "repeats"}))
    with pytest.raises(CallError, match="customers >= 0"):
        Histories.of(histories((0, 0, 9)).assign(customers=-1))


@pytest.mark.parametrize("name", SQL)
def test_the_text_says_its_grain_and_can_be_said_in_spark(name: str) -> None:
    text = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    assert text.startswith("-- One row per ")
    said = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(said[0], read="spark")
