"""Small shops for property tests: random orders, the fact frames built slowly from their definitions, and each metric
worked out again with sets of customers.

Nothing here shares code with the package: a twin that shares code shares its mistakes.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from numpy.typing import ArrayLike

START = date(2024, 11, 1)
MONTHS = 8
CHANNELS = ("shop", "web")
ORDER_COLUMNS = ["customer_id", "order_id", "ordered_at", "amount_cents", "is_refund", "channel"]

FACT_COLUMNS = {
    name: columns.split()
    for name, columns in {
        "orders_valid": "month customer_id order_id ordered_at amount_cents channel",
        "customer_months": "customer_id month orders revenue_cents first_month previous_month previous_orders"
        " previous_revenue_cents first_day last_day previous_last_day orders_so_far month_before_previous bucket",
        "activity_cube": "month first_month previous_month several_before several_now customers orders revenue_cents",
        "month_buckets": "month bucket buyer customers orders revenue_cents revenue_floor_cents retained_floor_cents"
        " kept_cents",
        "order_gaps": "month is_first_gap gap_days gaps",
        "cohort_cube": "dimension value first_month month previous_month active_customers orders revenue_cents",
    }.items()
}


@st.composite
def shops(draw: st.DrawFn, *, min_orders: int = 0, max_orders: int = 40) -> pd.DataFrame:
    """Order rows of a few customers over eight months, with refunds in the order's month and later.

    Columns: customer_id, order_id, ordered_at, amount_cents (refunds negative), is_refund, channel. A refund carries
    the order_id of the order it takes back, wholly or in part.
    """
    orders = draw(
        st.lists(
            st.tuples(
                st.integers(0, 7),  # customer
                st.integers(0, 30 * MONTHS),  # day
                st.integers(0, 23),  # hour
                st.integers(1, 50_000),  # cents
                st.sampled_from(CHANNELS),
            ),
            min_size=min_orders,
            max_size=max_orders,
        )
    )
    refunds = draw(
        st.lists(
            st.tuples(st.integers(0, 2**16), st.integers(0, 90), st.sampled_from((0.25, 0.5, 1.0))),
            max_size=len(orders) // 3,
        )
    )
    rows = []
    for number, (customer, day, hour, cents, channel) in enumerate(orders):
        at = datetime(START.year, START.month, 1, hour) + timedelta(days=day)
        rows.append((f"c{customer}", f"o{number:03d}", at, cents, False, channel))
    left = {row[1]: row[3] for row in rows}
    for place, delay, part in refunds:
        customer, order, at, cents, _, channel = rows[place % len(orders)]
        back = min(left[order], math.ceil(cents * part))
        left[order] -= back
        if back:
            rows.append((customer, order, at + timedelta(days=delay, minutes=1), -back, True, channel))
    return order_frame(rows)


def order_frame(rows: list[tuple]) -> pd.DataFrame:
    """Rows of (customer, order, time, cents, is_refund, channel) as the frame that `shops` gives."""
    frame = pd.DataFrame(rows, columns=ORDER_COLUMNS)
    types = {"customer_id": "str", "order_id": "str", "amount_cents": "int64", "is_refund": "bool", "channel": "str"}
    return frame.astype({**types, "ordered_at": "datetime64[us]"})


def month_of(moment: date) -> int:
    return moment.year * 12 + moment.month - 1


def month_end(month: int) -> date:
    """The last day of a month, for ``as_of``."""
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)


def label(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


LAST = month_of(START) + MONTHS
AS_OF = month_end(LAST)


@dataclass(frozen=True)
class Order:
    """One valid order, net of the refunds within its month."""

    customer: str
    order: str
    at: datetime
    cents: int
    channel: str

    @property
    def month(self) -> int:
        return month_of(self.at)


@dataclass(frozen=True)
class Shop:
    """What the rules make of the rows: valid orders in order of time, and booked revenue by customer and month."""

    orders: list[Order]
    revenue: dict[tuple[str, int], int]

    @classmethod
    def of(cls, rows: pd.DataFrame, as_of: date = AS_OF) -> "Shop":
        rows = [row for row in rows.itertuples() if row.ordered_at.date() <= as_of]
        placed = {row.order_id: row for row in rows if not row.is_refund}
        net = {order: row.amount_cents for order, row in placed.items()}
        revenue: dict[tuple[str, int], int] = defaultdict(int)
        for row in rows:
            revenue[row.customer_id, month_of(row.ordered_at)] += row.amount_cents
            if row.is_refund and month_of(row.ordered_at) == month_of(placed[row.order_id].ordered_at):
                net[row.order_id] += row.amount_cents
        orders = [
            Order(row.customer_id, order, row.ordered_at.to_pydatetime(), net[order], row.channel)
            for order, row in placed.items()
            if net[order] > 0
        ]
        return cls(sorted(orders, key=lambda order: (order.at, order.order)), dict(revenue))

    @property
    def months(self) -> list[int]:
        return sorted({order.month for order in self.orders})

    def buyers(self, *months: int) -> set[str]:
        return {order.customer for order in self.orders if order.month in months}

    def first(self) -> dict[str, Order]:
        found: dict[str, Order] = {}
        for order in self.orders:
            found.setdefault(order.customer, order)
        return found

    def new(self, *months: int) -> set[str]:
        return {customer for customer, order in self.first().items() if order.month in months}

    def repeaters(self, *months: int) -> set[str]:
        """Who made an order in these months that was not their first."""
        first = self.first()
        return {order.customer for order in self.orders if order.month in months and first[order.customer] != order}

    def spent(self, customer: str, *months: int) -> int:
        return sum(cents for (who, month), cents in self.revenue.items() if who == customer and month in months)


# Whole numbers that may be missing.
_SOMETIMES = {"first_month", "previous_month", "previous_orders", "previous_revenue_cents", "orders_so_far"}
_SOMETIMES |= {"month_before_previous"}

# ---- the fact frames


class SlowFacts(Mapping[str, pd.DataFrame]):
    """The fact frames, customer by customer and month by month; each is made when it is asked for."""

    def __init__(self, rows: pd.DataFrame, as_of: date) -> None:
        self._shop = Shop.of(rows, as_of)
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = _frame(name, getattr(self, f"_{name}")())
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(FACT_COLUMNS)

    def __len__(self) -> int:
        return len(FACT_COLUMNS)

    @cached_property
    def _months(self) -> list[dict]:
        return [_customer_month(self._shop, customer, month) for customer, month in sorted(self._shop.revenue)]

    def _orders_valid(self) -> list[dict]:
        return [
            {
                "month": order.month, "customer_id": order.customer, "order_id": order.order, "ordered_at": order.at,
                "amount_cents": order.cents, "channel": order.channel,
            }
            for order in self._shop.orders
        ]  # fmt: skip

    def _customer_months(self) -> list[dict]:
        return self._months

    def _activity_cube(self) -> list[dict]:
        rows = [
            {
                **row,
                "several_before": (row["previous_orders"] or 0) > 1,
                "several_now": row["orders"] > 1,
                "customers": 1,
            }
            for row in self._months
            if row["orders"]
        ]
        keys = ["month", "first_month", "previous_month", "several_before", "several_now"]
        return _grouped(rows, keys, ["customers", "orders", "revenue_cents"])

    def _month_buckets(self) -> list[dict]:
        sums = ["customers", "orders", "revenue_cents", "revenue_floor_cents", "retained_floor_cents", "kept_cents"]
        return _grouped([_bucket_row(row) for row in self._months], ["month", "bucket", "buyer"], sums)

    def _order_gaps(self) -> list[dict]:
        return _grouped(_gaps(self._shop), ["month", "is_first_gap", "gap_days"], ["gaps"])

    def _cohort_cube(self) -> list[dict]:
        rows = [
            {**row, "dimension": dimension, "value": value, "active_customers": int(row["orders"] > 0)}
            for row in self._months
            for dimension, value in _traits(self._shop, row["customer_id"])
        ]
        keys = ["dimension", "value", "first_month", "month", "previous_month"]
        return _grouped(rows, keys, ["active_customers", "orders", "revenue_cents"])


def slow_facts(rows: pd.DataFrame, as_of: date = AS_OF) -> SlowFacts:
    """The fact frames of the rows up to ``as_of``."""
    return SlowFacts(rows, as_of)


def _customer_month(shop: Shop, customer: str, month: int) -> dict:
    mine = [order for order in shop.orders if order.customer == customer and order.month <= month]
    now = [order for order in mine if order.month == month]
    before = max((order.month for order in mine if order.month < month), default=None) if now else None
    previous = [order for order in mine if order.month == before]
    return {
        "customer_id": customer,
        "month": month,
        "orders": len(now),
        "revenue_cents": shop.revenue[customer, month],
        "first_month": mine[0].month if mine else None,
        "previous_month": before,
        "previous_orders": len(previous) or None,
        "previous_revenue_cents": None if before is None else shop.revenue[customer, before],
        "first_day": now[0].at.date() if now else None,
        "last_day": now[-1].at.date() if now else None,
        "previous_last_day": previous[-1].at.date() if previous else None,
        "orders_so_far": len(mine) if now else None,
        "month_before_previous": max((order.month for order in mine if order.month < before), default=None)
        if before
        else None,
        "bucket": int(hashlib.md5(customer.encode(), usedforsecurity=False).hexdigest()[:2], 16),
    }


def _bucket_row(row: dict) -> dict:
    floor = max(row["revenue_cents"], 0) if row["orders"] else 0
    came_back = row["previous_month"] == row["month"] - 1
    return {
        "month": row["month"],
        "bucket": row["bucket"],
        "buyer": "none" if not row["orders"] else "new" if row["first_month"] == row["month"] else "returning",
        "customers": int(row["orders"] > 0),
        "orders": row["orders"],
        "revenue_cents": row["revenue_cents"],
        "revenue_floor_cents": floor,
        "retained_floor_cents": floor if came_back else 0,
        "kept_cents": min(floor, max(row["previous_revenue_cents"], 0)) if came_back else 0,
    }


def _gaps(shop: Shop) -> list[dict]:
    rows = []
    for customer in shop.first():
        mine = [order for order in shop.orders if order.customer == customer]
        for number, (one, other) in enumerate(pairwise(mine)):
            days = (other.at.date() - one.at.date()).days
            rows.append({"month": other.month, "is_first_gap": number == 0, "gap_days": days, "gaps": 1})
    return rows


def _traits(shop: Shop, customer: str) -> list[tuple[str, str]]:
    first = shop.first().get(customer)
    return [("all", "all"), ("channel", first.channel if first else "unassigned")]


def _grouped(rows: list[dict], keys: list[str], sums: list[str]) -> list[dict]:
    totals: dict[tuple, Counter] = defaultdict(Counter)
    for row in rows:
        for name in sums:
            totals[tuple(row[key] for key in keys)][name] += row[name]
    return [dict(zip(keys, key, strict=True)) | {name: total[name] for name in sums} for key, total in totals.items()]


def _frame(name: str, rows: list[dict]) -> pd.DataFrame:
    columns = FACT_COLUMNS[name]
    return pd.DataFrame({column: _array([row[column] for row in rows], column) for column in columns})


def _array(values: list, column: str) -> ArrayLike:
    if column in _SOMETIMES:
        return pd.array(values, dtype="Int64")
    if column in ("several_before", "several_now", "is_first_gap"):
        return np.array(values, dtype=bool)
    if column in ("customer_id", "order_id", "channel", "buyer", "dimension", "value"):
        return pd.array(values, dtype="str")
    if column.endswith("_day") or column == "ordered_at":
        return np.array(values, dtype="datetime64[us]")
    return np.array(values, dtype="int64")


# ---- what the tests do with both


def assert_rows_equal(frame: pd.DataFrame, expected: list[dict[str, float]]) -> None:
    """Each row of the frame holds what the twin says, missing where it says missing."""
    assert len(frame) == len(expected)
    for found, wanted in zip(frame.to_dict("records"), expected, strict=True):
        for name, value in wanted.items():
            same = math.isclose(found[name], value, rel_tol=1e-9, abs_tol=1e-9)
            assert same or (math.isnan(found[name]) and math.isnan(value)), (name, found[name], value)


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=1).reset_index(drop=True)
