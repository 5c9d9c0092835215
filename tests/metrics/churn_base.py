"""Facts for tests of who may leave: order rows in a database, CDNOW as a whole, customers made up by a model."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.metrics.bg_nbd import BgNbd
from tests.metrics.order_base import order_base

MADE_UP = BgNbd(0.8, 60.0, 0.8, 2.5)
AS_OF = date(2026, 10, 31)


def churn_base(orders: pd.DataFrame, managers: dict[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """A database with ``orders_valid`` of these orders (customer_id, ordered_at, amount_cents), ``customers``, and
    empty ``touchpoints`` and ``contacts``."""
    connection = order_base(orders.astype({"customer_id": "str"}))
    named = pd.DataFrame({"customer_id": list(managers or {}), "manager": list((managers or {}).values())}, dtype="str")
    connection.register("named", named)
    connection.execute("""
        CREATE TABLE customers AS
        SELECT customer_id, MIN(ordered_at) AS first_order_at, MIN(month) AS first_month,
            ANY_VALUE(named.manager) AS manager
        FROM orders_valid LEFT JOIN named USING (customer_id) GROUP BY customer_id
    """)
    connection.unregister("named")
    connection.execute("""
        CREATE TABLE touchpoints (customer_id VARCHAR, "at" TIMESTAMP, stage VARCHAR, month SMALLINT);
        CREATE TABLE contacts (customer_id VARCHAR, opened_at TIMESTAMP, clicked_at TIMESTAMP, month SMALLINT);
    """)
    return connection


@cache
def cdnow_orders(folder: Path) -> pd.DataFrame:
    """Every order row of CDNOW's master file."""
    rows = pd.read_parquet(folder / "cdnow" / "cdnow_master.parquet")
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "ordered_at": pd.to_datetime(rows["date"].astype(str)),
            "amount_cents": (rows["dollar_value"] * 100).round().astype("int64"),
        }
    )


@cache
def cdnow_master(folder: Path) -> duckdb.DuckDBPyConnection:
    """All of CDNOW as facts."""
    return churn_base(cdnow_orders(folder))


def made_up_orders(customers: int = 900, days: int = 700, *, seed: int = 0) -> pd.DataFrame:
    """Orders of customers as BG/NBD has them, who came over the first two thirds of ``days`` up to `AS_OF`."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, days * 2 // 3, customers)
    rate, leave = rng.gamma(MADE_UP.r, 1 / MADE_UP.alpha, customers), rng.beta(MADE_UP.a, MADE_UP.b, customers)
    spend = 20_000 / rng.gamma(4.0, 1.0, customers)
    rows = []
    for number in range(customers):
        day, gone = float(first[number]), False
        while day < days:
            rows.append(
                (
                    f"c{number:04d}",
                    AS_OF - timedelta(days=days - int(day) - 1),
                    int(rng.gamma(6, spend[number] / 6)) + 1,
                )
            )
            gone = gone or (day > first[number] and rng.random() < leave[number])
            day += rng.exponential(1 / max(rate[number], 1e-6)) + 1 if not gone else days
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]))
