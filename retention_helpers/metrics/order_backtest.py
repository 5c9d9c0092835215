"""Had we forecast orders and money some months ago, what would we have said, and what came?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError, did_you_mean
from retention_helpers.periods import Period

from .bg_nbd import BgNbd, fit_bg_nbd
from .btyd_data import (
    Histories,
    bucket_values,
    customer_histories,
    on_order_days,
    order_histories,
    spend_histories,
)
from .fit import Fit
from .forecast_errors import Errors, error_interval, expected_curve, rehearse
from .frames import last_month, numbers
from .gamma_gamma import GammaGamma, fit_gamma_gamma
from .history_fit import OrderModel
from .intervals import Floats
from .lifetime_value import expected_orders, repeat_spend_mean
from .net_spend import net_of_refunds, net_spent
from .relations import ask

EVERY = ("week", "month")
HOLDOUT_SHARE = 3  # one month in so many is held out
COLUMNS = {
    "from_day": "datetime64[us]", "to_day": "datetime64[us]", "is_holdout": "bool", "actual_orders": "int64",
    "expected_orders": "float64", "low": "float64", "high": "float64", "actual_so_far": "float64",
    "expected_so_far": "float64", "so_far_low": "float64", "so_far_high": "float64",
}  # fmt: skip


@dataclass(frozen=True)
class OrderBacktest:
    """What `backtest_orders` found: the fits on what was known on ``cut`` (or why there is none), and its tables."""

    cut: date
    fit: Fit[BgNbd]
    spend: Fit[GammaGamma]
    periods: pd.DataFrame
    totals: pd.DataFrame

    @property
    def verdict(self) -> Literal["inside", "above", "below", "cannot tell"]:
        """Whether all orders of the hold-out together lie inside the forecast's interval, or above or below it."""
        held_out = self.periods[self.periods["is_holdout"]]
        if held_out.empty or held_out[["so_far_low", "so_far_high"]].iloc[-1].isna().any():
            return "cannot tell"
        came, low, high = held_out[["actual_so_far", "so_far_low", "so_far_high"]].iloc[-1]
        return "above" if came > high else "below" if came < low else "inside"


def backtest_orders(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    holdout_months: int | None = None,
    every: Literal["week", "month"] = "month",
    seed: int = 0,
) -> OrderBacktest:
    """Had BG/NBD been fitted some months ago, how many orders of the customers of that time would it have foretold?

    Fitted on orders up to the cut, which is ``holdout_months`` before ``as_of`` (default: a third of all months). Up to
    the cut each customer is expected to order as a new one; after it, as one of their history. Whoever came after the
    cut is not counted: the usual wrong edge, for new customers make every forecast of old ones look too low.

    Parameters: ``connection`` to the facts (``orders_valid``); ``as_of``, the last day of a month; ``every``, the
    length of a period: calendar months, or weeks counted from the cut; ``seed`` of the rehearsals. Returns the ``cut``,
    the ``fit`` of orders and of ``spend`` (whose ``refusal`` says why the rest is missing), the ``verdict`` on the
    orders of the hold-out as a whole; ``periods``, one row per whole period from the first order on:
      from_day, to_day   dates, both belong to the period
      is_holdout         bool, after the cut
      actual_orders      order days after each customer's first, by customers known on the cut
      expected_orders    the same expected, missing without a fit
      low, high          95 % for what will happen (see `forecast_errors`); hold-out alone
      actual_so_far, expected_so_far, so_far_low, so_far_high  cumulated from the cut on; hold-out alone
    and ``totals``, one row each for "orders" and "revenue" of the whole hold-out:
      measure            text
      customers          customers known on the cut
      expected, low, high  order days, or money net of refunds as by the cut they had been; 95 % for what will happen
      actual             order days; money as it was booked for these customers, refunds too
    Raises `CallError` for another ``every`` and for hold-outs that leave no month before or after the cut.
    """
    if every not in EVERY:
        raise CallError(f'every "{every}" is none of {", ".join(EVERY)}.{did_you_mean(every, EVERY)}')
    last = last_month(as_of)
    begins = connection.execute("SELECT MIN(month) FROM orders_valid WHERE month <= ?", [last]).fetchall()[0][0]
    months = 0 if begins is None else last - begins + 1
    held_out = max(months // HOLDOUT_SHARE, 1) if holdout_months is None else holdout_months
    if not 1 <= held_out < max(months, 2):
        raise CallError(f"holdout_months is {held_out}; of {months} months give 1 to {max(months - 1, 1)}.")
    cut = (Period(last) - held_out).as_of
    net_share = float(net_spent(connection, as_of=cut, months=1)["net_share"].iloc[0])
    customers = net_of_refunds(customer_histories(connection, as_of=cut), net_share)
    histories = order_histories(customers)
    fits, h = (fit_bg_nbd(histories), fit_gamma_gamma(spend_histories(customers))), Histories.of(histories)
    first_day = cut - timedelta(days=int(h.T.max(initial=0)))
    edges = _edges(first_day, cut, as_of, every)
    actual = _actual(connection, edges, as_of=as_of, cut=cut)
    periods, errors = _table((edges, actual), cut, (fits, h), seed)
    months = {"cut_month": last - held_out, "as_of_month": last}
    spent = float(ask(connection, "spent_after_cut", months)["spent"].iloc[0])
    # Money is booked by the month: of weeks that end before it does nobody knows how much came.
    came = periods["actual_so_far"].iloc[-1], spent if edges[-1] == as_of else np.nan
    each = expected_orders(fits[0], histories, horizon_days=(edges[-1] - cut).days)
    expected = h.customers * each, h.customers * each * fits[1].params.expected_spend(h.x, repeat_spend_mean(histories))
    return OrderBacktest(cut, *fits, periods, _totals(expected, came, errors).assign(customers=int(h.customers.sum())))


def _edges(first: date, cut: date, as_of: date, every: str) -> list[date]:
    """The last days of the periods, before them the day before the first; the cut is one of them."""
    if every == "month":
        inside = range(Period.of(first).index, Period.of(as_of).index + 1)
        return [Period(inside[0] - 1).as_of, *(Period(month).as_of for month in inside)]
    back = -(-((cut - first).days + 1) // 7)
    return [cut + timedelta(weeks=week) for week in range(-back, (as_of - cut).days // 7 + 1)]


def _actual(connection: duckdb.DuckDBPyConnection, edges: list[date], *, as_of: date, cut: date) -> Floats:
    """Repeat orders between the edges by customers known on the cut."""
    text, parts = on_order_days("repeat_order_days"), []
    for values in bucket_values(connection, as_of):
        parts.append(connection.execute(text, {**values, "cut": cut}).df())
    days = pd.concat(parts)
    since = (pd.to_datetime(days["order_day"]) - pd.Timestamp(edges[0])).dt.days.to_numpy()
    ends = np.array([(edge - edges[0]).days for edge in edges])
    inside = since <= ends[-1]
    place = np.searchsorted(ends, since[inside]) - 1
    return np.bincount(place, weights=numbers(days, "repeat_orders")[inside], minlength=len(edges) - 1)


def _table(
    seen: tuple[list[date], Floats], cut: date, fitted: tuple[tuple[Fit[BgNbd], Fit[GammaGamma]], Histories], seed: int
) -> tuple[pd.DataFrame, Errors | None]:
    """The periods, and the errors rehearsed for them (none without a fit)."""
    edges, actual = seen
    (fit, spend), h = fitted
    errors = None
    days = np.array([(edge - cut).days for edge in edges], dtype=float)
    held_out = days[1:] > 0
    missing = np.full(held_out.size, np.nan)
    columns = {name: missing.copy() for name in ("expected_orders", "low", "high", "expected_so_far")}
    columns |= {"so_far_low": missing.copy(), "so_far_high": missing.copy()}
    columns["actual_so_far"] = np.where(held_out, np.cumsum(actual * held_out), np.nan)
    if fit.converged:
        ahead = days[1:][held_out]
        so_far = expected_curve(fit.params, h, ahead)
        by_period = np.diff(so_far, prepend=0.0)
        errors = rehearse((fit, spend if spend.converged else None), h, ahead, seed=seed)
        columns["expected_orders"] = np.concatenate([np.diff(_as_new(fit.params, h, days[days <= 0])), by_period])
        columns["expected_so_far"][held_out] = so_far
        columns["low"][held_out], columns["high"][held_out] = error_interval(by_period, errors.orders, errors.shrink)
        low, high = error_interval(so_far, errors.orders_so_far, errors.shrink)
        columns["so_far_low"][held_out], columns["so_far_high"][held_out] = low, high
    from_day = pd.to_datetime(pd.Series(edges[:-1])) + pd.Timedelta(days=1)
    frame = pd.DataFrame({"from_day": from_day, "to_day": pd.to_datetime(pd.Series(edges[1:])), **columns})
    return frame.assign(is_holdout=held_out, actual_orders=actual)[list(COLUMNS)].astype(COLUMNS), errors


def _totals(expected: tuple[Floats, Floats], came: tuple[float, float], errors: Errors | None) -> pd.DataFrame:
    """All orders and all money of the hold-out: foretold and come."""
    values = np.array([part.sum() for part in expected])
    low, high = np.full((2, 2), np.nan)
    if errors is not None:
        rehearsed = np.stack([errors.orders_so_far[:, -1], errors.spend], axis=1)
        low, high = error_interval(values, rehearsed, errors.shrink)
    columns = {"expected": values, "low": low, "high": high, "actual": np.array(came, dtype=float)}
    return pd.DataFrame({"measure": pd.Series(["orders", "revenue"], dtype="str"), **columns})


def _as_new(model: OrderModel, h: Histories, days: Floats) -> Floats:
    """Orders expected up to each day (counted from the cut, 0 at most) of customers of whom nothing else is known."""
    longest = np.arange(1, h.T.max() + 1)
    new = Histories(*np.zeros((3, 1)), np.ones(1))
    curve = np.concatenate([[0.0], expected_curve(model, new, longest)])
    age = np.maximum(h.T[:, None] + days, 0).astype(int)
    return h.customers @ curve[age]
