"""Small companies with campaigns: their facts in a database, and every count worked out again, customer by customer.

The twin shares no code with the package: it reads the rules as sentences.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise

import duckdb
import pandas as pd

from retention_helpers.metrics.campaign_checks import balance, campaign_checks
from retention_helpers.metrics.campaign_effects import campaign_effects
from retention_helpers.metrics.campaign_units import campaign_units
from retention_helpers.metrics.experiments import Experiments, contact_experiments
from retention_helpers.metrics.life_stages import LifeRules
from retention_helpers.params import Audiences
from retention_helpers.params.audiences import over_house

AS_OF = date(2026, 10, 31)
BEGIN = datetime(2026, 8, 3, 10)
WINDOW = 28
RULES = LifeRules(6)
COLUMNS = {
    "contacts": 'campaign_id VARCHAR, customer_id VARCHAR, "at" TIMESTAMP, arm VARCHAR, purpose VARCHAR, step INTEGER,'
    " channel VARCHAR, cost_cents BIGINT, opened_at TIMESTAMP, clicked_at TIMESTAMP, month SMALLINT",
    "orders_valid": "customer_id VARCHAR, ordered_at TIMESTAMP, amount_cents BIGINT, margin_cents BIGINT,"
    " month SMALLINT",
    "customer_months": "customer_id VARCHAR, month SMALLINT, previous_month SMALLINT",
    "advocates": "customer_id VARCHAR, start_month INTEGER, end_month INTEGER",
    "outcomes": "campaign_id VARCHAR, arm VARCHAR, unit_id VARCHAR",
}


def month_of(moment: date) -> int:
    return moment.year * 12 + moment.month - 1


@dataclass(frozen=True)
class Contact:
    campaign: str
    customer: str | None
    at: datetime = BEGIN
    arm: str | None = "treatment"
    step: int | None = 1
    purpose: str | None = "win_back"
    channel: str | None = "email"
    cents: int | None = 5
    opened: datetime | None = None


@dataclass(frozen=True)
class Order:
    customer: str
    at: datetime
    cents: int = 1000


@dataclass(frozen=True)
class Shop:
    contacts: Sequence[Contact] = ()
    orders: Sequence[Order] = ()
    advocates: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def base(self) -> duckdb.DuckDBPyConnection:
        """The facts of the shop; the next call replaces them."""
        con = _database()
        months = sorted({(order.customer, month_of(order.at)) for order in self.orders})
        before = {now: last[1] for last, now in pairwise(months) if last[0] == now[0]}
        rows = {
            "contacts": [
                (c.campaign, c.customer, c.at, c.arm, c.purpose, c.step, c.channel, c.cents, c.opened, None,
                 month_of(c.at))
                for c in self.contacts
            ],
            "orders_valid": [(o.customer, o.at, o.cents, None, month_of(o.at)) for o in self.orders],
            "customer_months": [(*pair, before.get(pair)) for pair in months],
            "advocates": [(who, *span) for who, span in self.advocates.items()],
            "outcomes": [],
        }  # fmt: skip
        for table, columns in COLUMNS.items():
            con.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
            if rows[table]:
                given = pd.DataFrame(rows[table], dtype="object")
                con.register("given", given)
                con.execute(f"INSERT INTO {table} SELECT * FROM given")
                con.unregister("given")
        return con


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "preserve_insertion_order": False})


def settings(**changes: object) -> Audiences:
    return Audiences.model_validate(over_house({"window_days": WINDOW, **changes}))


def measured(shop: Shop, wanted: Audiences | None = None, *, months: int = 12, as_of: date = AS_OF) -> Experiments:
    wanted = wanted or settings()
    units = campaign_units(shop.base(), as_of=as_of, months=months, settings=wanted, rules=RULES)
    return contact_experiments(units, settings=wanted)


def effects(shop: Shop, wanted: Audiences | None = None, **more: object) -> pd.DataFrame:
    known = measured(shop, wanted, **more)  # type: ignore[arg-type]
    return campaign_effects(known, campaign_checks(known, balance(known)))


def campaign(
    name: str = "spring",
    *,
    contacted: tuple[int, int] = (400, 60),
    held: tuple[int, int] = (200, 15),
    at: datetime = BEGIN,
    arm: str = "treatment",
    purpose: str = "win_back",
) -> Shop:
    """One campaign: so many contacted of whom so many came back a week later, each for 20; the same of the hold-out."""
    contacts, orders = [], []
    for kind, (n, back), cents in ((arm, contacted, 5), ("control", held, 0)):
        who = [f"{name}-{kind}-{place}" for place in range(n)]
        contacts += [Contact(name, customer, at, kind, purpose=purpose, cents=cents) for customer in who]
        orders += [Order(customer, at + timedelta(days=7), 2000) for customer in who[:back]]
    return Shop(contacts, orders)


def together(*shops: Shop) -> Shop:
    return Shop([c for shop in shops for c in shop.contacts], [o for shop in shops for o in shop.orders])


def asked(shop: Shop) -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation, pd.DataFrame]:
    """Connection, units and checks of a shop."""
    con = shop.base()
    units = campaign_units(con, as_of=AS_OF, months=12, settings=settings(), rules=RULES)
    known = contact_experiments(units, settings=settings())
    return con, units, campaign_checks(known, balance(known))


# ---- the twin


def twin(
    shop: Shop, wanted: Audiences, *, months: int, as_of: date = AS_OF
) -> dict[tuple[str, str], dict[str, int | None]]:
    """(campaign, arm) -> its counts, by the rules, one customer after the other."""
    ends_at = datetime(as_of.year, as_of.month, as_of.day) + timedelta(days=1)
    known = [
        c for c in shop.contacts if c.customer and c.arm and c.at < ends_at and c.purpose not in wanted.not_marketing
    ]
    found: dict[tuple[str, str], dict[str, int | None]] = {}
    for name in {c.campaign for c in known}:
        firsts: dict[str, Contact] = {}
        for c in sorted((c for c in known if c.campaign == name), key=lambda c: _order(c, wanted)):
            firsts.setdefault(str(c.customer), c)
        starts = [c.at for c in firsts.values()]
        if month_of(max(starts)) <= month_of(as_of) - months:
            continue
        window = timedelta(days=wanted.window_of(name))
        is_standing = max(starts) - min(starts) > window
        for who, first in firsts.items():
            is_over = ends_at - (first.at if is_standing else max(starts)) >= window
            after = [
                o for o in shop.orders if o.customer == who and o.at < ends_at and first.at < o.at <= first.at + window
            ]
            mine = [c for c in known if c.campaign == name and c.customer == who]
            counts = found.setdefault((name, str(first.arm)), dict.fromkeys(COUNTED, 0))
            counts["customers"] += 1
            if is_over:
                counts["n"] += 1
                counts["back"] += bool(after)
                counts["revenue"] += sum(o.cents for o in after)
                made = [c for c in mine if c.arm not in wanted.control_arms]
                counts["contacts"] += len(made)
                is_known = counts["cost_cents"] is not None and all(c.cents is not None for c in made)
                counts["cost_cents"] = counts["cost_cents"] + sum(c.cents or 0 for c in mine) if is_known else None
                counts["orders_before"] += sum(o.customer == who and o.at <= first.at for o in shop.orders)
    return found


COUNTED = ("customers", "n", "back", "revenue", "cost_cents", "contacts", "orders_before")


def _order(contact: Contact, wanted: Audiences) -> tuple:
    return (contact.at, contact.step or 1, contact.arm not in wanted.control_arms, contact.arm, contact.channel or "~")
