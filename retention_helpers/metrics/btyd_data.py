"""What models of buying need to know of customers, in few rows: orders after the first, until when, for how much.

Names of the literature on "buy till you die" (BTYD), in ours:

    repeat_orders             x    days with an order after the first such day (two orders of one day are one)
    days_first_to_last_order  t_x  days, 0 without a repeat order (the literature's misleading "recency")
    days_observed             T    days from the first order to ``as_of``
    repeat_spend_mean         z    money per repeat order, the first day's left out

The unit of time is whatever these columns are in; facts give days, and days they must be: weeks rounded bias a fit.
"""

import math
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError, did_you_mean
from retention_helpers.periods import Period

from .frames import major, numbers, statement
from .intervals import Floats

HISTORY = ("repeat_orders", "days_first_to_last_order", "days_observed")
SPENDING = ("repeat_orders", "repeat_spend_mean")
ORDERS_AT_ONCE = 16_000_000  # what 2 GB group by customer and day without spilling much
MOST_BUCKETS = 1024


def customer_histories(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> duckdb.DuckDBPyRelation:
    """Who are the customers on ``as_of``, and when have they ordered? One row per customer, kept in the database.

    Orders of one day count once, and the first day is no repeat: the usual wrong edges, both of which make customers
    look busier than the models take them to be. Worked bucket by bucket, so that it fits into memory at any size.

    Parameters: ``connection`` to the facts (``orders_valid``); ``as_of``, the last day that counts.
    Returns a relation (a temporary table, one for each ``as_of``):
      customer_id               text
      repeat_orders             int, >= 0
      days_first_to_last_order  int, days, 0..days_observed
      days_observed             int, days, >= 0
      first_day                 date
      repeat_spend_cents        int, minor units, spent on repeat orders in all
    """
    name, text = f"customer_histories_{as_of:%Y%m%d}", on_order_days("customer_histories")
    for values in bucket_values(connection, as_of):
        head = f"INSERT INTO {name}" if values["bucket"] else f"CREATE OR REPLACE TEMP TABLE {name} AS"
        connection.execute(f"{head} {text}", values)
    return connection.table(name)


def order_histories(customers: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Which histories of ordering occur, and how many customers have each? What `fit_bg_nbd` and its like take.

    Parameters: ``customers``, a `customer_histories`. Returns one row per distinct history:
      repeat_orders, days_first_to_last_order, days_observed   as there
      customers      customers
      repeat_spend   money, spent on repeat orders by all of them together
    """
    rows = customers.query("customer_histories", statement("order_histories")).df()
    cents = numbers(rows, "repeat_spend_cents")
    return rows[[*HISTORY, "customers"]].astype("int64").assign(repeat_spend=major(cents))


def spend_histories(customers: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """How much do customers of so many repeat orders spend on one? What `fit_gamma_gamma` takes.

    Means closer than half a percent to each other share a row, at their own mean: tens of thousands of rows however
    many customers there are, and the same fit to more digits than its interval has. Without a repeat order, or with
    nothing paid for all of them, there is no mean to learn from.

    Parameters: ``customers``, a `customer_histories`. Returns one row per number and class of mean spend:
      repeat_orders      int, >= 1
      repeat_spend_mean  money per repeat order, > 0
      customers          customers
    """
    rows = customers.query("customer_histories", statement("spend_histories")).df()
    cents, orders, many = (numbers(rows, name) for name in ("repeat_spend_cents", "repeat_orders", "customers"))
    mean = major(cents) / (orders * many)
    return pd.DataFrame(
        {"repeat_orders": orders.astype("int64"), "repeat_spend_mean": mean, "customers": many.astype("int64")}
    )


def on_order_days(name: str, order_days: str = "") -> str:
    """The statement ``name``, which asks ``order_days``: those that this text selects, else those of the facts.

    Those of the facts take the values of `bucket_values`, ``as_of`` being the last day that counts.
    """
    return f"WITH order_days AS ({order_days or statement('order_days')}) SELECT * FROM ({statement(name)})"


def bucket_values(connection: duckdb.DuckDBPyConnection, as_of: date) -> list[dict[str, date | int]]:
    """The values of one statement after another, each for the customers of one bucket: few enough for the memory."""
    month = Period.of(as_of).index
    orders = connection.execute("SELECT COUNT(*) FROM orders_valid WHERE month <= ?", [month]).fetchall()[0][0]
    buckets = min(1 << max(math.ceil(math.log2(max(orders, 1) / ORDERS_AT_ONCE)), 0), MOST_BUCKETS)
    whole = {"as_of": as_of, "as_of_month": month, "buckets": buckets}
    return [{**whole, "bucket": bucket} for bucket in range(buckets)]


@dataclass(frozen=True)
class Histories:
    """The columns of order histories as arrays, checked: ``x``, ``tx``, ``T`` and how many customers have each."""

    x: Floats
    tx: Floats
    T: Floats
    customers: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Histories":
        """Raises `CallError` for missing columns, and for rows that no customer can have had."""
        x, tx, T = columns(frame, HISTORY)
        impossible = ~((x >= 0) & (tx >= 0) & (tx <= T) & ((x > 0) | (tx == 0)) & (x == np.floor(x)))
        refuse(frame, impossible, "repeat_orders >= 0, whole, and 0 <= days_first_to_last_order <= days_observed")
        return cls(x, tx, T, weights_of(frame))

    def by(self, unit: float) -> "Histories":
        """The same with time counted in units of so many."""
        return Histories(self.x, self.tx / unit, self.T / unit, self.customers)


def columns(frame: pd.DataFrame, names: tuple[str, ...]) -> list[Floats]:
    """The columns as floats; raises `CallError` naming one that is missing."""
    for name in names:
        if name not in frame:
            raise CallError(f'the frame has no column "{name}".{did_you_mean(name, list(frame))}')
    return [numbers(frame, name) for name in names]


def weights_of(frame: pd.DataFrame) -> Floats:
    """How many customers each row stands for: its column ``customers``, else one."""
    if "customers" not in frame:
        return np.ones(len(frame))
    weights = numbers(frame, "customers")
    refuse(frame, ~(weights >= 0), "customers >= 0")
    return weights


def refuse(frame: pd.DataFrame, wrong: np.ndarray, rule: str) -> None:
    """Raise `CallError` with the first five rows that break the rule, if any do."""
    if wrong.any():
        places = ", ".join(map(str, frame.index[wrong][:5]))
        raise CallError(f"{int(wrong.sum())} rows break the rule {rule} (rows {places}). Correct them.")
