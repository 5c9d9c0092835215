"""What each customer brought so far and will bring: the models of one month, and a row per customer."""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError
from retention_helpers.periods import Period

from .bg_nbd import BgNbd, fit_bg_nbd
from .btyd_data import customer_histories, order_histories, spend_histories
from .fit import Fit, Refusal, parameter_table
from .frames import last_month, numbers, statement
from .gamma_gamma import GammaGamma, fit_gamma_gamma
from .intervals import divide
from .lifetime_value import Outlook, score_customers, score_histories
from .net_spend import net_of_refunds, net_spent
from .relations import ask, keep, named

TOP_SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True)
class CustomerValue:
    """What `customer_value` found: the fits (or why there is none), the histories they were made of, the customers.

    ``table`` names a temporary table with a row per customer, see `customer_value`; ``net_share`` as in `net_spent`.
    """

    outlook: Outlook
    orders: Fit[BgNbd]
    spend: Fit[GammaGamma]
    histories: pd.DataFrame
    spending: pd.DataFrame
    net_share: float
    table: str

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing is foretold, else None."""
        return self.orders.refusal or self.spend.refusal

    @property
    def parameters(self) -> pd.DataFrame:
        """The `parameter_table` of the orders' model, below it that of the spend's."""
        return pd.concat([parameter_table(fit) for fit in (self.orders, self.spend)], ignore_index=True)


def horizon_days(as_of: date, months: int) -> int:
    """How many days do the next so many months have?

    Parameters: ``as_of``, last day of a month; ``months``, 1 or more. Raises `CallError` for fewer.

    >>> horizon_days(date(2026, 10, 31), 12)
    365
    """
    if months < 1:
        raise CallError(f"horizon_months is {months}; look ahead by 1 month or more.")
    return ((Period(last_month(as_of)) + months).as_of - as_of).days


def customer_value(connection: duckdb.DuckDBPyConnection, *, as_of: date, outlook: Outlook) -> CustomerValue:
    """What did each customer bring so far, and what is to be expected of them?

    BG/NBD on the days of ordering and Gamma-Gamma on the money of repeat orders, both fitted to the distinct histories.
    Money is net: so far as it was booked, from now on order amounts times the share that refunds left of all so far.
    The usual wrong edge: a forecast of order amounts beside net revenue, too high by all refunds.

    Parameters: ``connection`` to the facts (``orders_valid``, ``customer_months``); ``as_of``, last day of a month;
    ``outlook``. Returns a `CustomerValue`; its ``table`` has one row per customer with a valid order:
      customer_id        text
      bucket             0..255, random but fixed group of customers, for resampling
      first_month        int, month of the first order
      orders             valid orders so far
      repeat_orders      int, days with an order after the first such day
      spend_cents        minor units, net, so far
      expected_orders    order days in the horizon; missing, like all below, without a fit
      expected_spend     money in the horizon
      discounted_spend   money over the whole relationship, discounted
      probability_alive  0..1, missing where the model says nothing: without a repeat order
    """
    net_share = float(net_spent(connection, as_of=as_of, months=1)["net_share"].iloc[0])
    customers = net_of_refunds(customer_histories(connection, as_of=as_of), net_share)
    histories, spending = order_histories(customers), spend_histories(customers)
    orders, spend = fit_bg_nbd(histories), fit_gamma_gamma(spending)
    scored = score_histories(orders, spend, histories, outlook=outlook)
    month = last_month(as_of)
    name = f"customer_values_{month}"
    with named(connection, expected=score_customers(connection, customers, scored, spend)):
        keep(connection, name, statement("customer_values"), {"as_of_month": month})
    return CustomerValue(outlook, orders, spend, histories, spending, net_share, name)


def listed_values(connection: duckdb.DuckDBPyConnection, value: CustomerValue) -> duckdb.DuckDBPyRelation:
    """Which customers are to be expected to spend most? A relation to be written, not read.

    Parameters: ``value``, a `customer_value`. Returns one row per customer, in no order:
      place              1 is who is expected to spend most in the horizon; without a fit who has spent most so far
      customer_id        text
      orders             valid orders so far
      spend_to_date      money, net, so far
      expected_orders, expected_spend, discounted_spend, probability_alive  as in `customer_value`
    """
    return connection.sql(f"""
        SELECT
            ROW_NUMBER() OVER (ORDER BY expected_spend DESC NULLS LAST, spend_cents DESC, customer_id) AS place,
            customer_id, orders, spend_cents / 100 AS spend_to_date, expected_orders, expected_spend, discounted_spend,
            probability_alive
        FROM {value.table}
    """)


def value_concentration(connection: duckdb.DuckDBPyConnection, value: CustomerValue) -> pd.DataFrame:
    """Which part of what is expected will the best customers bring, and which part did they bring so far?

    Ranked by what is expected of them in the horizon. The usual wrong edge: nobody knows who will be the best; the best
    by expectation bring less than the best will have brought.

    Parameters: ``value``, a `customer_value`. Returns one row per share of the customers (1, 5, 10, 20, 50 %):
      top_share              0..1 of the customers, at least one of them
      customers              customers
      spend_to_date_share    rate, of the net spend of all so far
      expected_spend_share   rate 0..1, of what is expected of all
      expected_spend_from    money, the least that is expected of one of them
    Shares and money are missing without a fit, the spend so far too: it has no best by expectation then.
    """
    columns = ["customers", "spend_cents", "expected_spend", "expected_spend_from", "all_spend_cents", "all_expected"]
    wanted = pd.DataFrame({"top_share": TOP_SHARES})
    rows = ask(connection, "value_concentration", customer_values=value.table, shares=wanted)
    of = {name: numbers(rows, name) for name in columns}
    unknown = value.refusal is not None or not len(rows)
    missing = np.full(len(rows), np.nan)
    return pd.DataFrame(
        {
            "top_share": numbers(rows, "top_share"),
            "customers": of["customers"].astype("int64"),
            "spend_to_date_share": missing if unknown else divide(of["spend_cents"], of["all_spend_cents"]),
            "expected_spend_share": missing if unknown else divide(of["expected_spend"], of["all_expected"]),
            "expected_spend_from": missing if unknown else of["expected_spend_from"],
        }
    )


def alive_summary(connection: duckdb.DuckDBPyConnection, value: CustomerValue) -> pd.DataFrame:
    """For how many customers does the model say whether they are still there, and how many of these are?

    BG/NBD lets nobody leave before a repeat order, so of one-time buyers it says nothing. The usual wrong edge: its
    formula gives them 1.

    Parameters: ``value``, a `customer_value`. Returns one row:
      customers        customers
      with_repeat      those with a repeat order, of whom the model speaks
      expected_alive   customers of these expected to be still there (sum of their chances), missing without a fit
    """
    rows = ask(connection, "alive_customers", customer_values=value.table)
    return rows.astype({"customers": "int64", "with_repeat": "int64", "expected_alive": "float64"})
