"""Lists of customers to act on: who is on each, at which step, in which arm, and who is left out and why."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import duckdb
import pandas as pd

from retention_helpers.params import Audiences
from retention_helpers.periods import Period, month_index

from .audience_settings import write_labels, write_lists
from .frames import last_month, statement
from .relations import keep

# Why somebody is not on a list, in the order in which it is asked: the first that holds counts.
REASONS = (
    "came_back",
    "chain_done",
    "no_consent",
    "consent_unknown",
    "no_address",
    "not_yet_due",
    "contacted_lately",
    "on_another_list",
)
ARMS = ("treatment", "control")


def audience_rows(
    connection: duckdb.DuckDBPyConnection,
    labels: Mapping[str, duckdb.DuckDBPyRelation],
    *,
    as_of: date,
    settings: Audiences,
    reachable: frozenset[str] = frozenset(),
) -> duckdb.DuckDBPyRelation:
    """Who is on this month's lists, at which step of its chain, in which arm, and who is left out for which reason?

    Asked is everybody who has a list's label on ``as_of``, and everybody who is under way in its chain. A chain is
    read from the contacts of a campaign of the list (``<list>-<YYYY-MM>``, the month in which its customers began):
    whoever ordered after its first contact has come back; whoever had all its steps rests for ``rest_days``; else the
    next step is due so many days after the last. The usual wrong edge: a hold-out drawn anew each month. Here the arm
    is a digest of customer and campaign, and a chain keeps both to its end, so that it can be measured as a whole.

    Parameters: ``connection`` to the facts (``contacts``, ``orders_valid``, ``customers``, ``addresses``); ``labels``,
    by name (``rfm_segment``, ``life_stage``) a relation with a row per customer: ``customer_id`` and a column of that
    name; ``as_of``, last day of a month; ``settings``; ``reachable``, channels (email, sms) whose addresses the
    company gives, so that who has none is left out. Consents and addresses are those of today, in any month.

    Returns the table ``audience_rows``, made anew by each call: one row per list and customer asked
      list         text
      customer_id  id
      segment      text, the label on ``as_of``; missing where there is none
      is_member    whether the label is one of the list's; else the customer is there as one under way
      left_out     text, one of `REASONS`; missing for those on the list, and only they have what follows
      campaign_id  text, the campaign in which the customer began
      step         1 is the first
      step_name    text
      arm          treatment, or control: held out, not to be contacted

    Raises `CallError` for a list whose label is not given, `PeriodError` for an ``as_of`` inside a month.
    """
    month = last_month(as_of)
    write_lists(connection, settings, Period(month).label, reachable)
    write_labels(connection, settings, labels)
    longest = max((wanted.min_days_since_contact for wanted in settings.lists.values()), default=0)
    until = {"as_of": as_of, "as_of_month": month}
    keep(connection, "audience_chains", statement("audience_chains"), until | {"rest_days": settings.rest_days})
    rules = {
        "consent_assumed": settings.consent == "assumed",
        "earliest_month": month_index(as_of - timedelta(days=longest)),
    }
    return keep(connection, "audience_rows", statement("audience_rows"), until | rules)


def audience_ledger(rows: duckdb.DuckDBPyRelation, *, lists: Sequence[str]) -> pd.DataFrame:
    """How many customers does each list ask, how many are on it, and how many are left out for which reason?

    A customer who is left out counts once, for the first reason that holds, so asked = listed + left out, on every
    list. The usual wrong edge: several reasons counted for one customer, so that they add up to more than were left.

    Parameters: ``rows``, an `audience_rows`; ``lists``, names of all lists: one that asks nobody has its row too.

    Returns one row per list, in the order of ``lists``:
      list                 text
      asked                customers: with the label, or under way
      members, under_way   those with the label; those without it, who are under way in the chain
      listed               customers on the list
      treatment, control   those to be contacted; those held out
      came_back, chain_done, no_consent, consent_unknown, no_address, not_yet_due, contacted_lately, on_another_list
                           customers left out, by first reason
    """
    counts = rows.aggregate("list, is_member, left_out, arm, count(*) AS customers").df()
    what = counts["left_out"].fillna(counts["arm"])
    table = counts.assign(what=what).pivot_table("customers", "list", "what", aggfunc="sum", fill_value=0)
    table = table.reindex(index=list(lists), columns=[*ARMS, *REASONS], fill_value=0).astype("int64")
    member = counts[counts["is_member"].astype(bool)].groupby("list")["customers"].sum()
    asked, listed = table.sum(axis=1), table[list(ARMS)].sum(axis=1)
    members = member.reindex(table.index, fill_value=0).astype("int64")
    leading = {"asked": asked, "members": members, "under_way": asked - members, "listed": listed}
    whole = pd.concat([pd.DataFrame(leading), table], axis=1).rename_axis("list").reset_index()
    return whole.rename_axis(columns=None).astype({"list": "str"})


def audience_steps(rows: duckdb.DuckDBPyRelation, *, settings: Audiences) -> pd.DataFrame:
    """At which step of its chain is who is on a list?

    Parameters: ``rows``, an `audience_rows` of the same ``settings``. Steps that nobody is at have their row too.

    Returns one row per list and step, in order:
      list                         text
      step, step_name, days_after  number from 1, text, days since the step before
      treatment, control           customers
    """
    listed = rows.filter("left_out IS NULL").aggregate("list, step, arm, count(*) AS customers").df()
    counted = listed.set_index(["list", "step", "arm"])["customers"].to_dict()
    found = [
        (name, number, step.name, step.days_after, *(int(counted.get((name, number, arm), 0)) for arm in ARMS))
        for name, wanted in settings.lists.items()
        for number, step in enumerate(wanted.steps, start=1)
    ]
    kinds = {"list": "str", "step": "int64", "step_name": "str", "days_after": "int64"} | dict.fromkeys(ARMS, "int64")
    return pd.DataFrame(found, columns=list(kinds)).astype(kinds)


def favourites(
    connection: duckdb.DuckDBPyConnection, customers: duckdb.DuckDBPyRelation, *, as_of: date
) -> duckdb.DuckDBPyRelation:
    """Which category do customers buy most often, and through which channel?

    Counted are orders up to ``as_of``; of two that are equal the one of the later order wins, then the first by name.
    The usual wrong edge: what nobody assigned to a category is not a category, and is nobody's favourite.

    Parameters: ``connection`` to the facts (``orders_valid``); ``customers``, a relation with ``customer_id``.

    Returns the table ``favourites``, made anew by each call: one row per customer
      customer_id                            id
      favourite_category, favourite_channel  text, missing where the orders name none
    """
    distinct = "CREATE OR REPLACE TEMP TABLE favourite_customers AS SELECT DISTINCT customer_id FROM wanted"
    customers.query("wanted", distinct)
    return keep(connection, "favourites", statement("favourites"), {"as_of_month": last_month(as_of)})


def listed_customers(
    connection: duckdb.DuckDBPyConnection, *, liked: duckdb.DuckDBPyRelation, offers: duckdb.DuckDBPyRelation
) -> duckdb.DuckDBPyRelation:
    """Who is on the lists, with everything that their files may hold?

    Parameters: ``connection``, where `audience_rows` was asked last; ``liked``, `favourites` of those listed;
    ``offers``, their `next_products`.

    Returns the table ``listed_customers``, made anew by each call: one row per list and customer on it; ``list`` and
    the fields of `params.audiences.FIELDS`; e-mail and phone only of the list's own channel.
    """
    for name, relation in (("favourites", liked), ("offers", offers)):
        relation.query("given", f"CREATE OR REPLACE TEMP TABLE audience_{name} AS SELECT * FROM given")
    return keep(connection, "listed_customers", statement("listed_customers"))
