"""Who may leave, as it could be known on a day: each customer's orders up to it, and whether they ordered after it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError
from retention_helpers.periods import month_index

from .btyd_data import MOST_BUCKETS, bucket_values, on_order_days
from .fit import FEWEST_CUSTOMERS, FEWEST_DAYS, Refusal
from .frames import statement
from .relations import keep

SAMPLE = 50_000  # customers from whom it is learnt and on whom it is tried, chosen by a digest of their ids
TRAINING_CUTS = 3
FEATURES = (
    "days_since_last_order", "repeat_orders", "days_observed", "orders_recent", "orders_before", "spend_cents",
    "days_first_to_last_order",
)  # fmt: skip


@dataclass(frozen=True)
class ChurnRules:
    """What is asked: no order within ``horizon_days``; active is who ordered within ``active_days`` (both >= 1)."""

    horizon_days: int = 90
    active_days: int = 180

    def __post_init__(self) -> None:
        for name in ("horizon_days", "active_days"):
            if not getattr(self, name) >= 1:
                raise CallError(f"{name} is {getattr(self, name)}; give at least 1 day.")

    def is_active(self, features: pd.DataFrame) -> np.ndarray:
        """Who ordered within the last ``active_days``, the day of the cut included."""
        return (features["days_since_last_order"] < self.active_days).to_numpy()

    def test_cut(self, as_of: date) -> date:
        """The last day of which it is known by ``as_of`` who ordered within the horizon."""
        return as_of - timedelta(days=self.horizon_days)

    def training_cuts(self, cut: date) -> list[date]:
        """Days to learn from for scores on ``cut``, the latest last: the outcome of each is known by the next one."""
        return [cut - timedelta(days=self.horizon_days * back) for back in range(TRAINING_CUTS, 0, -1)]


@dataclass(frozen=True)
class Cut:
    """The customers of a day, or a sample of them: what was known, and (once it is) who stayed silent."""

    day: date
    features: pd.DataFrame
    is_silent: np.ndarray | None = None


class Cuts:
    """The cuts of one company for one question: many days, made from the same order days of the same customers.

    A sample of at most 50,000 customers by a digest of their ids: the same ones for every cut, at any size. Their order
    days are kept in the database under numbers, so that a cut handles neither ids nor the facts.

    Parameters: ``connection`` to the facts (``orders_valid``, ``customers``); ``as_of``, the last day that counts;
    ``rules``.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: ChurnRules) -> None:
        self.connection, self.as_of, self.rules = connection, as_of, rules
        self._kept: dict[int, tuple[str, pd.Series]] = {}

    def at(self, day: date) -> Cut:
        """What was known of customers on a day, and who of them ordered nothing in the horizon after it?

        The usual wrong edge is a feature that knows what came later; here one statement reads the orders up to the day,
        another the orders after it, and they share nothing. (An order that was cancelled within its own month is none,
        from the start.)

        Parameters: ``day``, any up to ``as_of``. Returns the `Cut`: its ``features``, one row per customer:
          customer_id               text
          orders                    count, >= 1
          repeat_orders             order days after the first
          days_first_to_last_order  days, 0..days_observed
          days_observed             days from the first order to the cut
          days_since_last_order     days
          orders_recent             order days within ``horizon_days`` up to the cut
          orders_before             order days within as many days before those
          spend_cents               minor units, of all orders
          repeat_spend_cents        minor units, of those after the first day
        and ``is_silent``, a bool for each of them, or None where the horizon is not over by ``as_of``.
        """
        days, ids = self._order_days(_sample_buckets(self.connection, day))
        known = on_order_days("churn_features", f"SELECT * FROM {days} WHERE order_day <= $as_of")
        features = self.connection.execute(f"{known} ORDER BY customer_id", feature_values(day, self.rules)).df()
        number = features["customer_id"].to_numpy()
        features["customer_id"] = ids.take(number).reset_index(drop=True)
        until = day + timedelta(days=self.rules.horizon_days)
        if until > self.as_of:
            return Cut(day, features)
        later = f"SELECT DISTINCT customer_id FROM {days} WHERE order_day > ? AND order_day <= ?"
        is_silent = np.ones(len(ids), dtype=bool)
        is_silent[self.connection.execute(later, [day, until]).fetchnumpy()["customer_id"]] = False
        return Cut(day, features, is_silent[number])

    def _order_days(self, buckets: int) -> tuple[str, pd.Series]:
        """The table of order days of the customers of the first of so many buckets, and their ids by number."""
        if buckets not in self._kept:
            name = f"churn_order_days_{self.as_of:%Y%m%d}_{buckets}"
            month = {"as_of": self.as_of, "as_of_month": month_index(self.as_of)}
            values = {**month, "buckets": buckets, "bucket": 0}
            keep(self.connection, f"{name}_by_id", statement("order_days"), values)
            ids = f"SELECT DISTINCT customer_id FROM {name}_by_id ORDER BY customer_id"
            text = f"""
                SELECT
                    CAST(number AS INTEGER) AS customer_id, order_day,
                    CAST(orders AS INTEGER) AS orders, CAST(amount_cents AS BIGINT) AS amount_cents
                FROM {name}_by_id INNER JOIN (
                    SELECT customer_id, ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS number FROM ({ids})
                ) USING (customer_id)
            """
            keep(self.connection, name, text)
            self._kept[buckets] = name, self.connection.execute(ids).df()["customer_id"]
            self.connection.execute(f"DROP TABLE {name}_by_id")
        return self._kept[buckets]


def feature_buckets(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: ChurnRules) -> Iterator[pd.DataFrame]:
    """The features of all customers on a day, bucket by bucket, so that they fit into memory at any size."""
    for values in bucket_values(connection, as_of):
        yield connection.execute(on_order_days("churn_features"), {**values, **feature_values(as_of, rules)}).df()


def too_little(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: ChurnRules) -> Refusal | None:
    """Why nothing can be said of who may leave: no day to learn from and another to try it on, or too few customers.

    Days count from the first order to ``as_of``: one horizon to get to know customers, one to learn from, one to try.
    """
    first, customers = connection.execute(
        "SELECT MIN(CAST(first_order_at AS DATE)), COUNT(*) FROM customers WHERE first_month <= $month",
        {"month": month_index(as_of)},
    ).fetchall()[0]
    if customers < FEWEST_CUSTOMERS:
        return Refusal("too_few_customers", customers, FEWEST_CUSTOMERS)
    days, needed = (as_of - first).days, max(FEWEST_DAYS, 3 * rules.horizon_days)
    return Refusal("too_short", days, needed) if days < needed else None


def feature_values(cut: date, rules: ChurnRules) -> dict[str, date | int]:
    """What the statement of the features takes, save the bucket."""
    span = timedelta(days=rules.horizon_days)
    return {"as_of": cut, "recent_from": cut - span, "before_from": cut - 2 * span}


def _sample_buckets(connection: duckdb.DuckDBPyConnection, cut: date) -> int:
    """In how many parts to divide the customers so that one is a sample; later months do not count, nor this one."""
    query = "SELECT COUNT(*) FROM customers WHERE first_month < $month"
    known = connection.execute(query, {"month": month_index(cut)}).fetchall()[0][0]
    return min(1 << max(math.ceil(math.log2(max(known, 1) / SAMPLE)), 0), MOST_BUCKETS)
