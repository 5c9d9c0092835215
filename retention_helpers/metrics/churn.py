"""How many customers are kept, lost and returned, and what do the two churn rates say?"""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retention_helpers.errors import CallError, Fault

from .frames import every_month, last_month, numbers, statement, table, through, total_by_month
from .intervals import Floats, count_bootstrap, is_small, share, wilson

Counts = dict[str, NDArray[np.int64]]


def customer_retention_rate(start: ArrayLike, end: ArrayLike, new: ArrayLike) -> float | Floats:
    """Which share of the customers at the start does the end hold, new ones left aside? CRR = (E - N) / S.

    E holds customers who had lapsed and returned, so CRR can exceed 100 %: the usual wrong edge is to call 1 - CRR
    "the share of customers lost" (see `activity_ledger`). Nobody at the start: missing.

    Parameters: S, E and N as numbers, or arrays of them. Returns the rate, >= 0. Source: Dynamics 365.

    >>> customer_retention_rate(1000, 900, 200)
    0.7
    >>> customer_retention_rate(0, 10, 10)
    nan
    """
    rate = share(np.asarray(end, dtype=float) - np.asarray(new, dtype=float), start)
    return rate if rate.ndim else float(rate)


def crr_complement(start: ArrayLike, end: ArrayLike, new: ArrayLike) -> float | Floats:
    """What the Dynamics article calls churn: 1 - CRR. Below 0 where more returned than were lost.

    >>> round(crr_complement(1000, 900, 200), 12)
    0.3
    """
    return 1 - customer_retention_rate(start, end, new)


def activity_ledger(activity_cube: pd.DataFrame, *, as_of: date, active_months: int, seed: int = 0) -> pd.DataFrame:
    """Of the customers active when the month began, who stayed, who was lost, and who came back or came new?

    Active at the end of X: ordered in one of the last ``active_months`` months up to X. S and E are those active at
    the end of X-1 and of X; N had their first order in X; ``lost`` were active and are not; ``returned`` were not and
    ordered in X. S - lost + returned + N = E in every month, or a `Fault` is raised.
    The usual wrong edge: ``crr_complement`` (1 - CRR) equals ``churn_rate`` (lost / S) only where nobody returned.

    Parameters: ``activity_cube`` (facts); ``as_of``; ``active_months`` >= 1; ``seed`` of the bootstrap.

    Returns one row for every calendar month from the first to ``as_of``:
      month                                   text, YYYY-MM, X
      customers_start, customers_end          customers, S and E
      lost, returned, new_customers, kept     customers; kept = active at both ends
      crr, crr_complement                     rate, >= 0, and 1 - that
      crr_low, crr_high                       Bayesian bootstrap on the counts kept, lost, returned
      strict_retention, churn_rate            rate 0..1, kept / S and lost / S, with _low and _high (95 % Wilson)
      is_small                                S is below 30

    Raises `CallError` for ``active_months`` below 1. Sources: Dynamics 365 (CRR), the retention department (churn).

    >>> from retention_helpers.periods import Period
    >>> jan = Period.parse("2026-01")  # two customers in January, one of whom orders again in February
    >>> cube = pd.DataFrame({"month": [jan.index, jan.index + 1], "first_month": [jan.index] * 2,
    ...     "previous_month": [None, jan.index], "several_before": False, "several_now": False, "customers": [2, 1]})
    >>> ledger = activity_ledger(cube, as_of=(jan + 1).as_of, active_months=1)
    >>> ledger[["customers_start", "lost", "crr"]].iloc[-1].tolist()
    [2.0, 1.0, 0.5]
    """
    _check_active_months(active_months)
    cube = through(activity_cube, as_of)
    months = every_month(cube, as_of)
    return table(months, _with_rates(_ledger_counts(cube, months, active_months), seed))


def trailing_ledger(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, months: int, active_months: int, seed: int = 0
) -> pd.DataFrame:
    """The ledger over several months at once: between the end of X - ``months`` and the end of X.

    Monthly ledgers do not add up to it: who is lost in one month and returns in the next was never lost over both. It
    asks the customer level, in one GROUP BY. N counts the new customers still active at the end, so that the ledger
    balances; those who came and lapsed inside the window are ``new_gone``.

    Parameters: ``connection`` to the facts (table ``customer_months``); ``months`` >= 1, 3 for a quarter, 12 for a
    year. Returns one row with the columns of `activity_ledger`, then ``months`` and ``new_gone``.
    Raises `CallError` for windows below 1, `Fault` should the ledger not balance.
    """
    _check_active_months(active_months)
    if months < 1:
        raise CallError(f"months is {months}; a trailing ledger looks back 1 month or more.")
    end = last_month(as_of)
    values = {"as_of_month": end, "months": months, "active_months": active_months}
    row = connection.execute(statement("trailing_ledger"), values).fetchall()[0]
    names = ("customers_start", "lost", "returned", "new_customers", "customers_end", "kept", "new_gone")
    counts = {name: np.array([int(value)]) for name, value in zip(names, row, strict=True)}
    gone = counts.pop("new_gone")
    return table([end], {**_with_rates(counts, seed), "months": np.array([months]), "new_gone": gone})


def _ledger_counts(cube: pd.DataFrame, months: NDArray[np.int64], active_months: int) -> Counts:
    """The ledger from the cube alone: who was last seen in month m moves on when an order names m as previous month."""
    month, first, previous, customers = (
        numbers(cube, name) for name in ("month", "first_month", "previous_month", "customers")
    )
    size = months.size
    active = total_by_month(month, customers, months)
    new = total_by_month(month[first == month], customers[first == month], months)
    moved = np.zeros((size, size), dtype=np.int64)  # from the month last seen (row) to this month (column)
    again = ~np.isnan(previous)
    origin = months[0] if size else 0
    if (previous[again] < origin).any():
        raise Fault("The activity cube names a previous month that it has no row for: it is not the whole cube.")
    places = (previous[again] - origin).astype(int), (month[again] - origin).astype(int)
    np.add.at(moved, places, customers[again].astype(np.int64))
    # last_seen[m, x]: customers whose latest order up to the end of x lies in m
    last_seen = np.triu(active[:, None] - np.cumsum(moved, axis=1))
    age = np.arange(size)[None, :] - np.arange(size)[:, None]
    end = np.where((age >= 0) & (age < active_months), last_seen, 0).sum(axis=0)
    start = np.concatenate([[0], end])[:size]
    lost = np.where(age == active_months, last_seen, 0).sum(axis=0)
    returned = np.where(age > active_months, moved, 0).sum(axis=0)
    return {
        "customers_start": start,
        "lost": lost,
        "returned": returned,
        "new_customers": new,
        "customers_end": end,
        "kept": start - lost,
    }


def _with_rates(counts: Counts, seed: int) -> dict[str, ArrayLike]:
    start, lost, returned, new, end, kept = (
        counts[name] for name in ("customers_start", "lost", "returned", "new_customers", "customers_end", "kept")
    )
    _check_balance(counts)
    low, high = count_bootstrap(np.stack([kept, lost, returned], axis=-1), crr_of_states, seed=seed)
    nobody = start == 0
    kept_low, kept_high = wilson(kept, start)
    lost_low, lost_high = wilson(lost, start)
    return {
        **counts,
        "crr": customer_retention_rate(start, end, new),
        "crr_low": np.where(nobody, np.nan, low),
        "crr_high": np.where(nobody, np.nan, high),
        "crr_complement": crr_complement(start, end, new),
        "strict_retention": share(kept, start),
        "strict_retention_low": kept_low,
        "strict_retention_high": kept_high,
        "churn_rate": share(lost, start),
        "churn_rate_low": lost_low,
        "churn_rate_high": lost_high,
        "is_small": is_small(start),
    }


def crr_of_states(states: Floats) -> Floats:
    """CRR of (kept, lost, returned) on the last axis."""
    kept, lost, returned = np.moveaxis(states, -1, 0)
    return (kept + returned) / (kept + lost)


def _check_balance(counts: Counts) -> None:
    start, end = counts["customers_start"], counts["customers_end"]
    gap = start - counts["lost"] + counts["returned"] + counts["new_customers"] - end
    if gap.any() or any((column < 0).any() for column in counts.values()):
        raise Fault(f"The customer ledger does not balance (off by {gap.tolist()}): the facts do not belong together.")


def _check_active_months(active_months: int) -> None:
    if active_months < 1:
        raise CallError(f"active_months is {active_months}; a customer is active for 1 month or more.")
