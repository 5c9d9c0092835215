"""Whom did each campaign reach, whom did it leave alone, and what did they do within its window?"""

from datetime import date, timedelta

import duckdb
import pandas as pd

from retention_helpers.errors import CallError
from retention_helpers.params import Audiences
from retention_helpers.periods import Period

from .audience_settings import write_lists
from .frames import last_month, statement
from .life_stages import LifeRules, life_statement
from .relations import ask, keep

# What becomes of a row.
CONTACTS = ("counted", "experiment", "earlier", "service", "no_customer", "no_arm")


def campaign_units(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, months: int, settings: Audiences, rules: LifeRules
) -> duckdb.DuckDBPyRelation:
    """Who was in which arm of which campaign, and what did they order within its window?

    A customer is in the arm of the first contact, whatever came later. An order counts when it comes after the first
    contact and within the campaign's window, of both arms alike; the hold-out's window begins when it would have been
    contacted. The usual wrong edges: counting from the last contact, or those alone who opened, for both are chosen
    by what customers did. A campaign is measured when the window of its last customer is over; a standing one (it
    begins with new customers for longer than its window) on those whose own window is over. Surveys and support are no
    campaigns (``not_marketing``).

    Parameters: ``connection`` to the facts (``contacts``, ``orders_valid``, ``customer_months``, ``advocates``);
    ``as_of``, last day of a month; ``months``, campaigns whose last customer began in so many months up to it;
    ``settings``, the windows and the names of the control arms; ``rules``, the stages of life.

    Returns the table ``campaign_units``, made anew by each call (`campaign_firsts` is left behind, too): one row per
    campaign and customer
      campaign_id, customer_id, arm  text
      is_control                     0 or 1: held out
      purpose, channel               text of the first contact, or "unassigned"; of a hold-out that of those contacted,
                                     where they have just one
      life_stage                     text, at the moment of the first contact; see `staged_customers`
      first_at                       time of the first contact
      window_days                    days
      is_over                        0 or 1: counted; 0 still waits
      is_standing                    0 or 1, of the campaign
      steps, contacts, cost_cents    the last step, contacts made (none of a hold-out), their cost in hundredths
                                     (missing where that of one of them is)
      is_opened, is_clicked          0 or 1
      is_reached                     0 or 1: written to at all; of a hold-out it should be 0
      is_back                        0 or 1: ordered within the window
      days_to_order                  days from the first contact to the first such order, missing without
      revenue_cents                  net revenue of such orders, hundredths
      orders_before, orders_180_days, spend_before_cents, days_since_last_order  before the first contact

    Raises `CallError` for ``months`` below 1, `PeriodError` for an ``as_of`` inside a month.
    """
    if months < 1:
        raise CallError(f"months is {months}; campaigns of 1 month or more are shown.")
    until = {"as_of_month": last_month(as_of), "ends_at": as_of + timedelta(days=1)}
    write_lists(connection, settings, Period.of(as_of).label, frozenset())
    keep(connection, "campaign_firsts", statement("campaign_firsts"), until)
    _write_rules(connection, settings)
    text = life_statement("campaign_units", as_of=as_of, rules=rules)
    values = {"ends_at": until["ends_at"], "after_month": until["as_of_month"] - months}
    return keep(connection, "campaign_units", text, values)


def campaign_ledger(connection: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> pd.DataFrame:
    """Which rows count, and why do the others not?

    Every contact up to ``as_of`` counts once, for the first reason that holds, and every unit of an experiment: so the
    rows add up to all that there are.

    Parameters: ``connection`` on which `campaign_units` was asked last, of the same ``as_of`` and ``months``.

    Returns one row per reason, zeros too: ``reason`` (counted; experiment: a unit of the outcomes; earlier: of a
    campaign that is not shown any more; service: a survey or support; no_customer; no_arm), ``rows``.
    """
    month = last_month(as_of)
    found = ask(connection, "campaign_contacts", {"as_of_month": month, "after_month": month - months})
    counts = found.set_index("reason")["contacts"].to_dict()
    counts["experiment"] = connection.execute("SELECT COUNT(*) FROM outcomes").fetchall()[0][0]
    rows = [int(counts.get(reason, 0)) for reason in CONTACTS]
    return pd.DataFrame({"reason": pd.Series(CONTACTS, dtype="str"), "rows": pd.Series(rows, dtype="int64")})


def _write_rules(connection: duckdb.DuckDBPyConnection, settings: Audiences) -> None:
    """Make ``campaign_rules``: the window of each campaign, by its name."""
    names = [name for (name,) in connection.execute("SELECT DISTINCT campaign_id FROM campaign_firsts").fetchall()]
    rules = pd.DataFrame({"campaign_id": names, "window_days": [settings.window_of(name) for name in names]})
    connection.register("given_rules", rules.astype({"campaign_id": "str", "window_days": "int32"}))
    keep(connection, "campaign_rules", "SELECT campaign_id, window_days FROM given_rules")
    connection.unregister("given_rules")
