"""Small shops whose customers register, answer and refer too; the facts of their lives; and the stages once more, from
the words of the definition.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb
import pandas as pd
from hypothesis import strategies as st

from retention_helpers.facts import sql
from tests.company import LATE
from tests.metrics.database import fact_base
from tests.metrics.shops import AS_OF, START, Shop, month_of, shops, slow_facts

PEOPLE = {
    "customer_id": "VARCHAR", "registered_at": "TIMESTAMP", "gender": "VARCHAR", "birth_year": "INTEGER",
    "city": "VARCHAR", "country": "VARCHAR", "source": "VARCHAR", "email": "VARCHAR", "phone": "VARCHAR",
    "referred_by": "VARCHAR", "consent_email": "BOOLEAN", "consent_sms": "BOOLEAN", "consent_push": "BOOLEAN",
    "manager": "VARCHAR",
}  # fmt: skip
ANSWERS = {"customer_id": "VARCHAR", "question": "VARCHAR", "score": "DOUBLE", "month": "SMALLINT"}


@dataclass(frozen=True)
class World:
    """Order rows as `shops` gives them, the list of customers, and answers (customer, day, score)."""

    orders: pd.DataFrame
    people: list[dict] = field(default_factory=list)
    answers: list[tuple[str, date, float]] = field(default_factory=list)

    def until(self, as_of: date) -> "World":
        """What was known then: later rows, registrations and answers have not come yet."""
        return World(
            self.orders[self.orders["ordered_at"].dt.date <= as_of].reset_index(drop=True),
            [one for one in self.people if one["registered_at"] is None or one["registered_at"].date() <= as_of],
            [answer for answer in self.answers if answer[1] <= as_of],
        )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Customers c0 to c7 who order, and up to c9 who are listed; some registered long before, some never."""
    names = [f"c{number}" for number in range(10)]
    people = [
        {
            "customer_id": name,
            "registered_at": _moment(draw(st.integers(-60, 250))) if draw(st.booleans()) else None,
            "referred_by": draw(st.sampled_from([None, None, *names])),
        }
        for name in names
        if draw(st.booleans())
    ]
    answer = st.tuples(st.sampled_from(names), st.integers(-400, 250), st.sampled_from([3.0, 8.0, 9.0, 10.0, 11.0]))
    answers = [(name, _moment(day).date(), score) for name, day, score in draw(st.lists(answer, max_size=6))]
    return World(draw(shops()), people, answers)


def _moment(day: int) -> datetime:
    return datetime(START.year, START.month, 1) + timedelta(days=day)


def life_base(world: World) -> duckdb.DuckDBPyConnection:
    """A database with the facts that the life cycle is made of, by the SQL of the house; the next call replaces it."""
    facts = slow_facts(world.orders, LATE)
    con = fact_base(facts)
    con.register("frame", facts["orders_valid"])
    con.execute("""
        CREATE OR REPLACE TABLE orders_valid AS
        SELECT * REPLACE (CAST(ordered_at AS TIMESTAMP) AS ordered_at), NULL AS category FROM frame
    """)
    con.unregister("frame")
    _fill(con, "people", PEOPLE, [[one.get(name) for name in PEOPLE] for one in world.people])
    answers = [[name, "NPS", score, month_of(day)] for name, day, score in world.answers]
    _fill(con, "feedback", ANSWERS, answers)
    for table in ("customers", "advocates", "life_cube"):
        con.execute(f"CREATE OR REPLACE TABLE {table} AS {sql.text(table)}")
    _fill(con, "description", {"name": "VARCHAR", "value": "VARCHAR"}, [["data_through", AS_OF.isoformat()]])
    return con


def _fill(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[list]) -> None:
    con.register("frame", pd.DataFrame(rows, columns=list(columns), dtype="object"))
    casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {casts} FROM frame")
    con.unregister("frame")


# ---- the twin


@dataclass(frozen=True)
class Life:
    """What is known of one customer, in months: each order, the registration, praise, friends who came."""

    orders: list[int]
    registered: int | None = None
    promoted: tuple[int, ...] = ()
    referred: tuple[int, ...] = ()

    def stage(self, month: int, lapse_months: int, loyal_orders: int) -> str:
        """METRICS, section 6, word by word; "outside" for who is not known yet."""
        orders = [m for m in self.orders if m <= month]
        if not orders:
            return "potential" if self.registered is not None and self.registered <= month else "outside"
        if month in orders and self._lapsed(month - 1, lapse_months):
            return "returned"
        if self._lapsed(month, lapse_months):
            return "lapsed"
        if (month - max(orders)) > lapse_months / 2:
            return "at_risk"
        if len(orders) == 1:
            return "new"
        if len(orders) < loyal_orders:
            return "repeat"
        praise = any(month - 12 < m <= month for m in self.promoted)
        return "advocate" if praise or any(m <= month for m in self.referred) else "loyal"

    def _lapsed(self, month: int, lapse_months: int) -> bool:
        """No order in the last ``lapse_months`` months, but an earlier one."""
        orders = [m for m in self.orders if m <= month]
        return bool(orders) and not any(m in orders for m in range(month - lapse_months + 1, month + 1))


def lives(world: World) -> dict[str, Life]:
    """Everybody who ordered or is listed."""
    shop = Shop.of(world.orders, LATE)
    listed = {one["customer_id"]: one for one in world.people}
    orders = {name: [order.month for order in shop.orders if order.customer == name] for name in shop.first()}
    registered = {
        name: month_of(one["registered_at"]) for name, one in listed.items() if one["registered_at"] is not None
    }
    known = {
        name: min([*orders.get(name, []), *([registered[name]] if name in registered else [])])
        for name in {*orders, *registered}
    }
    return {
        name: Life(
            orders.get(name, []),
            registered.get(name),
            tuple(month_of(day) for who, day, score in world.answers if who == name and score in (9, 10)),
            tuple(
                known[friend]
                for friend, one in listed.items()
                if one.get("referred_by") == name and friend != name and friend in known
            ),
        )
        for name in {*orders, *listed}
    }


def twin_moves(people: Iterable[Life], months: Iterable[int], lapse_months: int, loyal_orders: int) -> Counter:
    """Month, stage before and stage now -> customers; who is outside at both ends is nobody's business."""
    found: Counter = Counter()
    for month in months:
        for one in people:
            before, now = (one.stage(m, lapse_months, loyal_orders) for m in (month - 1, month))
            if now != "outside":
                found[month, before, now] += 1
    return found
