"""How long must a customer be silent before silence means gone, and how long does a customer stay?"""

import math
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import CallError
from retention_helpers.periods import Period

from .frames import numbers, statement, through
from .intervals import CONFIDENCE, Floats, is_small, share
from .survival import greenwood, kaplan_meier, log_log_interval, quantile_days

AGAIN_AT_MOST = 0.10
WATCHED_AT_LEAST = 0.5


def open_gaps(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> pd.DataFrame:
    """For how long have customers been silent on ``as_of``? The gaps that no order has closed yet.

    Parameters: ``connection`` to the facts (table ``customer_months``). Returns one row per length:
      gap_days   int, days from the last order up to ``as_of`` to ``as_of``
      customers  customers
    """
    values = {"as_of": as_of, "as_of_month": Period.of(as_of).index}
    return connection.execute(statement("open_gaps"), values).df().astype({"gap_days": "int64", "customers": "int64"})


def gap_survival(order_gaps: pd.DataFrame, open_gaps: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """After how many silent days have customers ordered again? Kaplan-Meier over closed and open gaps.

    Each gap counts once, so a customer of many orders speaks often; the intervals take gaps as independent.

    Parameters: ``order_gaps`` (facts), ``open_gaps`` as of the same day (see `open_gaps`).
    Returns the columns of `kaplan_meier`, an event being the next order.
    """
    closed = through(order_gaps, as_of)
    histogram = pd.DataFrame(
        {
            "days": np.concatenate([numbers(closed, "gap_days"), numbers(open_gaps, "gap_days")]),
            "events": np.concatenate([numbers(closed, "gaps"), np.zeros(len(open_gaps))]),
            "censored": np.concatenate([np.zeros(len(closed)), numbers(open_gaps, "customers")]),
        }
    )
    return kaplan_meier(histogram)


def lapse_curve(survival: pd.DataFrame) -> pd.DataFrame:
    """Of customers silent for W days, which share orders again within what the data can see?

    (S(W) - S(max)) / S(W), S the Kaplan-Meier curve of the gaps and max the longest gap seen. Near max it falls to 0
    for want of time, not of customers: the usual wrong edge, in short histories. Hence ``watched_days``.

    Parameters: ``survival``, a `gap_survival`. Returns one row per number of silent days from 0 to the longest gap:
      silent_days          int, W
      returns_later_share  rate 0..1, missing once nobody is left
      low, high            log-log interval with Greenwood's variance from W to max
      n                    gaps longer than W
      watched_days         int, days after W in which a return could be seen at most
      is_small             n is below 30
    """
    longest = int(survival["days"].max()) if len(survival) else -1
    silent = np.arange(longest + 1)
    row = np.searchsorted(survival["days"], silent, side="right") - 1
    at, n = _from_row(survival, row)
    tail_survival, tail_variance = at[0][-1:], at[1][-1:]
    with np.errstate(invalid="ignore"):
        variance = tail_variance - at[1]
    stays = share(np.broadcast_to(tail_survival, at[0].shape), at[0])
    low, high = log_log_interval(stays, variance, CONFIDENCE)
    return pd.DataFrame(
        {
            "silent_days": silent,
            "returns_later_share": 1 - stays,
            "low": 1 - high,
            "high": 1 - low,
            "n": n,
            "watched_days": longest - silent,
            "is_small": is_small(n),
        }
    )


def suggest_lapse_days(
    survival: pd.DataFrame, *, again_at_most: float = AGAIN_AT_MOST, watched_at_least: float = WATCHED_AT_LEAST
) -> int | None:
    """After how many silent days do at most 10 % of customers still order again? The smallest such W.

    A suggestion for the parameter ``lapse_days``, which is frozen: a definition that moves with each month's data
    would move every churn rate. The usual wrong edge: at the end of every history nobody is seen to return, so even a
    shop whose customers all come back reaches the share in its last days. So the smallest W counts only where the data
    go on for at least half of W after it (``watched_days`` of `lapse_curve`); else the answer is None: the history is
    too short to tell, and a larger W, watched even less, would tell no better.

    Parameters: ``survival``, a `gap_survival`; ``again_at_most``, share between 0 and 1; ``watched_at_least``, days
    watched after W as a share of W.
    Raises `CallError` for another share.

    >>> waits = pd.DataFrame({"days": [5, 30, 400], "events": [60, 39, 0], "censored": [0, 0, 100]})
    >>> suggest_lapse_days(kaplan_meier(waits))
    30
    """
    if not 0 < again_at_most < 1:
        raise CallError(f"again_at_most is {again_at_most}; give a share between 0 and 1, for example 0.10.")
    curve = lapse_curve(survival)
    # A share of exactly 10 % comes out a rounding error above it.
    reached = curve[curve["returns_later_share"] <= again_at_most + 1e-12]
    if reached.empty:
        return None
    first = reached.iloc[0]
    return int(first["silent_days"]) if first["watched_days"] >= watched_at_least * first["silent_days"] else None


def lapse_months(lapse_days: int) -> int:
    """The same silence in calendar months, rounded up: a month has 365.25 / 12 days.

    >>> lapse_months(90), lapse_months(92), lapse_months(1)
    (3, 4, 1)
    """
    if lapse_days < 1:
        raise CallError(f"lapse_days is {lapse_days}; silence lasts 1 day or more.")
    return math.ceil(lapse_days * 12 / 365.25)


def lifetime_histogram(connection: duckdb.DuckDBPyConnection, *, as_of: date, lapse_days: int) -> pd.DataFrame:
    """How long has each customer lasted so far, and is it over?

    From the first order to the lapse, which is ``lapse_days`` after the last order; for whoever has not lapsed, to
    ``as_of`` (censored). A customer who lapsed and returned has not lapsed.

    Parameters: ``connection`` to the facts (table ``customer_months``); ``lapse_days`` >= 1. Returns one row per
    duration and state: ``duration_days`` int, ``is_lapsed`` bool, ``customers``.
    """
    values = {"as_of": as_of, "as_of_month": Period.of(as_of).index, "lapse_days": lapse_days}
    frame = connection.execute(statement("customer_lifetime"), values).df()
    return frame.astype({"duration_days": "int64", "is_lapsed": "bool", "customers": "int64"})


def lifetime_survival(histogram: pd.DataFrame) -> pd.DataFrame:
    """Which share of customers is still there so many days after their first order? `kaplan_meier` of the lifetimes."""
    lapsed, customers = histogram["is_lapsed"].to_numpy(dtype=bool), numbers(histogram, "customers")
    return kaplan_meier(
        pd.DataFrame(
            {
                "days": histogram["duration_days"],
                "events": np.where(lapsed, customers, 0),
                "censored": np.where(lapsed, 0, customers),
            }
        )
    )


def customer_lifetime(histogram: pd.DataFrame) -> pd.DataFrame:
    """After how many days has half of the customers lapsed? Kaplan-Meier median with its interval.

    Parameters: ``histogram``, a `lifetime_histogram`. Returns one row:
      median_days                         days, missing while more than half is still there
      median_days_low, median_days_high   where the 95 % band of the curve falls to a half (Brookmeyer-Crowley)
      customers, lapsed                   customers, all and those lapsed
    """
    curve = lifetime_survival(histogram)
    bounds = {"median_days": "survival", "median_days_low": "survival_low", "median_days_high": "survival_high"}
    row = {name: [quantile_days(curve, 0.5, column)] for name, column in bounds.items()}
    lapsed = int(curve["events"].sum())
    return pd.DataFrame({**row, "customers": [lapsed + int(curve["censored"].sum())], "lapsed": [lapsed]})


def _from_row(survival: pd.DataFrame, row: NDArray[np.int64]) -> tuple[tuple[Floats, Floats], NDArray[np.int64]]:
    """Survival, Greenwood sum and number left at each row; row -1 is the time before the first."""
    events, at_risk = (survival[name].to_numpy(dtype=np.int64) for name in ("events", "at_risk"))
    left = at_risk - events - survival["censored"].to_numpy(dtype=np.int64)
    curve = np.concatenate([[1.0], survival["survival"]])
    variance = np.concatenate([[0.0], np.cumsum(greenwood(events, at_risk))])
    n = np.concatenate([at_risk[:1], left])
    return (curve[row + 1], variance[row + 1]), n[row + 1]
