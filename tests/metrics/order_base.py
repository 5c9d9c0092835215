"""Orders in a database for models of buying: the CDNOW sample, a small shop, customers made up by a model."""

from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.metrics.btyd_data import Histories, customer_histories, order_histories, spend_histories
from tests.metrics.shops import month_of

CALIBRATION = date(1997, 9, 30)  # 39 weeks


def order_base(orders: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """A database with ``orders_valid`` and ``customer_months`` of these orders: customer_id, ordered_at, amount_cents.

    Without refunds: what a month booked is what was ordered in it.
    """
    connection = duckdb.connect(config={"threads": 1})
    frame = orders.assign(month=[month_of(moment) for moment in orders["ordered_at"]])
    connection.register("frame", frame)
    connection.execute("""
        CREATE TABLE orders_valid AS SELECT
            CAST(month AS SMALLINT) AS month,
            customer_id,
            CAST(ordered_at AS TIMESTAMP) AS ordered_at,
            CAST(amount_cents AS BIGINT) AS amount_cents
        FROM frame
    """)
    connection.unregister("frame")
    connection.execute("""
        CREATE TABLE customer_months AS SELECT
            customer_id,
            month,
            count(*) AS orders,
            CAST(sum(amount_cents) AS BIGINT) AS revenue_cents,
            min(min(month)) OVER (PARTITION BY customer_id) AS first_month,
            CAST(hash(customer_id) % 256 AS SMALLINT) AS bucket
        FROM orders_valid GROUP BY customer_id, month
    """)
    return connection


@cache
def cdnow_sample(folder: Path) -> duckdb.DuckDBPyConnection:
    """The published 1-in-10 sample of CDNOW."""
    rows = pd.read_parquet(folder / "cdnow" / "cdnow_sample_1in10.parquet")
    return order_base(
        pd.DataFrame(
            {
                "customer_id": rows["sample_id"].astype(str),
                "ordered_at": pd.to_datetime(rows["date"].astype(str)),
                "amount_cents": (rows["dollar_value"] * 100).round().astype("int64"),
            }
        )
    )


@cache
def cdnow_histories(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Order and spend histories of the sample after the published 39 weeks, in days."""
    customers = customer_histories(cdnow_sample(folder), as_of=CALIBRATION)
    return order_histories(customers), spend_histories(customers)


def in_weeks(histories: pd.DataFrame) -> pd.DataFrame:
    """The same histories with time in weeks, as the papers print them."""
    days = ["days_first_to_last_order", "days_observed"]
    return histories.assign(**{name: histories[name] / 7 for name in days})


def as_frame(h: Histories) -> pd.DataFrame:
    """Histories as the frame that a fit takes."""
    columns = {"repeat_orders": h.x, "days_first_to_last_order": h.tx, "days_observed": h.T}
    return pd.DataFrame({**columns, "customers": h.customers})


def slopes(objective, theta: np.ndarray) -> np.ndarray:
    """The gradient by central differences."""
    step = 1e-6
    shifts = step * np.eye(theta.size)
    return np.array([(objective(theta + s)[0] - objective(theta - s)[0]) / (2 * step) for s in shifts])
