"""Small shops with all that segments are made from, and the segments worked out again customer by customer.

Nothing here shares code with the package: a twin that shares code shares its mistakes.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import duckdb
import pandas as pd

from tests.metrics.database import fact_base
from tests.metrics.shops import AS_OF, Shop, month_of, order_frame, slow_facts

PEOPLE = "customer_id VARCHAR, city VARCHAR, country VARCHAR, source VARCHAR, gender VARCHAR, birth_year INTEGER"
LINES = """month INTEGER, customer_id VARCHAR, order_id VARCHAR, ordered_at TIMESTAMP, amount_cents BIGINT,
    is_refund BOOLEAN, channel VARCHAR, reason VARCHAR, category VARCHAR, product_id VARCHAR, product_name VARCHAR"""


def bought(*orders: tuple[str, date, int]) -> pd.DataFrame:
    """Order rows of (customer, day, cents), one order each."""
    rows = [
        (customer, f"o{number:05d}", pd.Timestamp(day) + pd.Timedelta(hours=12), cents, False, "web")
        for number, (customer, day, cents) in enumerate(orders)
    ]
    return order_frame(rows)


def base(
    orders: pd.DataFrame, *, people: list[tuple] = (), goods: list[tuple] | None = None, as_of: date = AS_OF
) -> duckdb.DuckDBPyConnection:
    """The facts of the rows up to ``as_of``: customer_months, order_lines, orders_valid, customers.

    ``people`` are rows of `PEOPLE`, ``goods`` (category, product_id, product_name) of each order row.
    """
    connection = fact_base(slow_facts(orders, as_of))
    lines = [
        (month_of(row.ordered_at), row.customer_id, row.order_id, row.ordered_at, row.amount_cents, row.is_refund,
         row.channel, reason, *((goods[place] if goods else None) or (None, None, None)))
        for place, (row, reason) in enumerate(zip(orders.itertuples(), _reasons(orders, as_of), strict=True))
        if reason
    ]  # fmt: skip
    for table, columns, rows in (("order_lines", LINES, lines), ("customers", PEOPLE, people)):
        connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
        if rows:
            connection.register("frame", pd.DataFrame(rows).set_axis([f"c{n}" for n in range(len(rows[0]))], axis=1))
            connection.execute(f"INSERT INTO {table} SELECT * FROM frame")
            connection.unregister("frame")
    connection.execute("""
        CREATE OR REPLACE TABLE orders_valid AS
        SELECT month, customer_id, order_id, min(CASE WHEN NOT is_refund THEN ordered_at END) AS ordered_at
        FROM order_lines WHERE reason = 'counted' GROUP BY month, customer_id, order_id
    """)
    return connection


def _reasons(orders: pd.DataFrame, as_of: date) -> list[str]:
    """What each row is booked as; nothing after ``as_of``."""
    valid = {order.order for order in Shop.of(orders, as_of).orders}
    placed = {row.order_id: month_of(row.ordered_at) for row in orders.itertuples() if not row.is_refund}
    found = []
    for row in orders.itertuples():
        if row.ordered_at.date() > as_of:
            found.append("")
        elif row.is_refund and month_of(row.ordered_at) != placed[row.order_id]:
            found.append("refund_later")
        else:
            found.append("counted" if row.order_id in valid else "cancelled_in_month")
    return found


# ---- the twins


@dataclass(frozen=True)
class Scored:
    """One customer as the definition scores them."""

    days: int
    orders: int
    cents: int
    scores: tuple[int, int, int] = (0, 0, 0)
    segment: str = ""


def twin_scores(orders: pd.DataFrame, as_of: date, window_days: int | None = None) -> dict[str, Scored]:
    """Every scored customer."""
    people = _people(orders, as_of, window_days)
    found = {}
    for customer, one in people.items():
        r = _score([other.days > one.days for other in people.values()], [o.days == one.days for o in people.values()])
        f = _score([o.orders < one.orders for o in people.values()], [o.orders == one.orders for o in people.values()])
        m = _score([o.cents < one.cents for o in people.values()], [o.cents == one.cents for o in people.values()])
        found[customer] = Scored(one.days, one.orders, one.cents, (r, f, m), twin_segment(r, f, m, one.orders))
    return found


def _people(orders: pd.DataFrame, as_of: date, window_days: int | None) -> dict[str, Scored]:
    shop = Shop.of(orders, as_of)
    first = date.min if window_days is None else as_of - timedelta(days=window_days - 1)
    mine: dict[str, list] = {}
    for order in shop.orders:
        if order.at.date() >= first:
            mine.setdefault(order.customer, []).append(order)
    # Refunds after the month of their order are booked on their own day.
    placed = {row.order_id: month_of(row.ordered_at) for row in orders.itertuples() if not row.is_refund}
    later: Counter = Counter()
    for row in orders.itertuples():
        day = row.ordered_at.date()
        if row.is_refund and first <= day <= as_of and month_of(day) != placed[row.order_id]:
            later[row.customer_id] += row.amount_cents
    return {
        customer: Scored(
            (as_of - max(order.at.date() for order in made)).days,
            len(made),
            sum(order.cents for order in made) + later[customer],
        )
        for customer, made in mine.items()
    }


def _score(worse: list[bool], same: list[bool]) -> int:
    share = (Fraction(sum(worse)) + Fraction(sum(same), 2)) / len(worse)
    return min(5, 1 + int(5 * share))


def twin_segment(r: int, f: int, m: int, orders: int) -> str:
    """The default rules, in the words of their definition."""
    if r >= 4 and f == 5 and m == 5:
        return "VIP"
    if r >= 3 and f >= 4:
        return "Loyal"
    if r >= 4 and orders == 1:
        return "New"
    if r >= 4:
        return "Promising"
    if r == 3:
        return "Needs attention"
    if f >= 4:
        return "Lost loyal"
    return "Sleeping" if r == 2 else "Lost"
