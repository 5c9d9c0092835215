"""What of the money of orders stays with the company: after refunds, and after what the goods cost."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
import pandas as pd

from retention_helpers.errors import CallError

from .frames import last_month
from .relations import ask

MARGIN_MONTHS = 12
KNOWN_MARGIN = 0.95  # of what was sold: below that, the margin of the rest would be a guess


@dataclass(frozen=True)
class Margin:
    """Which share of revenue is profit, and who says so; ``share`` is None where nobody does."""

    share: float | None
    source: Literal["parameter", "profile", "orders", "unknown"]


def net_spent(connection: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> pd.DataFrame:
    """How much did customers spend so far, in the last months, and what of an order's amount do refunds leave?

    Net money as it was booked. The usual wrong edge: a refund long after its order belongs to the month in which it
    happened, so the share that stays is told of all orders and all refunds so far, not month by month.

    Parameters: ``connection`` to the facts (``orders_valid``, ``customer_months``); ``as_of``, last day of a month;
    ``months``, 1 or more. Returns one row:
      customers     customers with a valid order so far
      spent         money, net, so far
      spent_before  money, net, in the last ``months``
      net_share     net money / amounts of valid orders, so far; 1 without an order
    """
    if months < 1:
        raise CallError(f"months is {months}; give 1 or more.")
    month = last_month(as_of)
    found = ask(connection, "net_spent", {"as_of_month": month, "from_month": month - months + 1})
    return found.astype({"customers": "int64", "spent": "float64", "spent_before": "float64", "net_share": "float64"})


def net_of_refunds(customers: duckdb.DuckDBPyRelation, net_share: float) -> duckdb.DuckDBPyRelation:
    """A `customer_histories` whose repeat spend is less by what refunds will take of it; see `net_spent`."""
    net = f"CAST(ROUND(repeat_spend_cents * {float(net_share)!r}) AS BIGINT) AS repeat_spend_cents"
    return customers.project(f"* REPLACE ({net})")


def margin_of(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, parameter: float = 0.0, profile: float | None = None
) -> Margin:
    """Which share of revenue is profit?

    What the analyst sets, else what the profile says, else what the orders of the last 12 months themselves say, where
    those that name their margin make 95 % of the money. Never a guess: else it is unknown, and so is all profit.

    Parameters: ``connection`` to the facts (``orders_valid``); ``as_of``; ``parameter``, 0 for none; ``profile``, its
    ``margin_share``. Returns a `Margin`. Raises `CallError` for a parameter outside 0..1.
    """
    if not 0 <= parameter <= 1:
        raise CallError(f"margin_share is {parameter}; give a share above 0 and up to 1, like 0.35, or 0 for none.")
    if parameter > 0:
        return Margin(parameter, "parameter")
    if profile is not None:
        return Margin(profile, "profile")
    month = last_month(as_of)
    found = ask(connection, "known_margin", {"as_of_month": month, "from_month": month - MARGIN_MONTHS + 1}).iloc[0]
    is_known = found["known_share"] >= KNOWN_MARGIN and 0 < found["margin_share"] <= 1
    return Margin(float(found["margin_share"]), "orders") if is_known else Margin(None, "unknown")
