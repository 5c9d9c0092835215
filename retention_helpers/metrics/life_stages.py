"""In which stage of their life with the company is a customer? A pure function of what happened up to a day."""

from dataclasses import dataclass
from datetime import date
from string import Template

import duckdb

from retention_helpers.errors import CallError

from .frames import last_month, statement

# In the order of a life; the rule that comes first in life_stage.sql wins.
STAGES = ("potential", "new", "repeat", "loyal", "advocate", "at_risk", "lapsed", "returned")
OUTSIDE = "outside"
MOST_LOYAL_ORDERS = 12  # the facts count no further


@dataclass(frozen=True)
class LifeRules:
    """What the stages depend on: ``lapse_months`` of the profile, and from how many orders on a customer is loyal."""

    lapse_months: int
    loyal_orders: int = 4

    def __post_init__(self) -> None:
        if self.lapse_months < 1:
            raise CallError(f"lapse_months is {self.lapse_months}; silence lasts 1 month or more.")
        if not 2 <= self.loyal_orders <= MOST_LOYAL_ORDERS:
            raise CallError(f"loyal_orders is {self.loyal_orders}; give 2 to {MOST_LOYAL_ORDERS}.")


def staged_customers(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: LifeRules
) -> duckdb.DuckDBPyRelation:
    """In which stage of their life is each customer at the end of ``as_of``?

    The first rule that holds, of what had happened by then:
      potential  known (registered), no order yet
      returned   ordered in this month after having been lapsed at the end of the month before
      lapsed     no order in the last ``lapse_months`` months
      at_risk    silent for more than half of that
      new        one order
      repeat     2 to ``loyal_orders`` - 1 orders
      advocate   ``loyal_orders`` or more, and an NPS answer of 9 or 10 in the last 12 months or a customer referred
      loyal      ``loyal_orders`` or more
    Months are calendar months: who ordered in it has been silent for 0 months at its end. The usual wrong edge: a
    customer of ten orders who is silent is at risk, not loyal. Who has neither an order nor a date of registration
    cannot be placed in time and is nowhere.

    Parameters: ``connection`` to the facts (tables ``customer_months``, ``customers``, ``advocates``); ``as_of``, the
    last day of a month; ``rules``. Nothing is computed until the relation is asked, and nothing passes through pandas.

    Returns a relation of one row per customer known by then:
      customer_id   text
      life_stage    text, one of `STAGES`
      orders        orders so far
      last_month    month of the last order, as an integer; missing for potential ones

    Raises `PeriodError` for an ``as_of`` inside a month. Source: METRICS section 6.
    """
    return connection.sql(life_statement("staged_customers", as_of=as_of, rules=rules))


def life_statement(name: str, *, as_of: date, rules: LifeRules) -> str:
    """A statement beside the metrics with the rule of the stages put in, or with all staged customers.

    ``${life_stage}`` is the rule as of the month, ``${life_stage_before}`` and ``${life_stage_after}`` it is of the
    columns ``before_*`` and ``after_*`` around a ``month``, ``${life_stage_now}`` of a moment inside the row's own
    ``month``; ``${staged_customers}`` is the SELECT of `staged_customers`.
    Numbers are written into the text, not passed beside it: a relation with parameters would be computed at once.
    """
    numbers = {
        "as_of_month": last_month(as_of),
        "lapse_months": rules.lapse_months,
        "loyal_orders": rules.loyal_orders,
    }
    rule = Template(statement("life_stage"))
    stages = {
        "life_stage": rule.substitute(numbers, at=numbers["as_of_month"], state=""),
        "life_stage_before": rule.substitute(numbers, at="(month - 1)", state="before_"),
        "life_stage_after": rule.substitute(numbers, at="month", state="after_"),
        "life_stage_now": rule.substitute(numbers, at="month", state=""),
    }
    staged = Template(statement("staged_customers")).safe_substitute(numbers, **stages)
    return Template(statement(name)).safe_substitute(numbers, **stages, staged_customers=staged)
