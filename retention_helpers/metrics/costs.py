"""What does it cost to win a customer, and what to keep one?"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retention_helpers.errors import CallError

from .frames import every_month, labels, major, numbers, table, through, total_by_month
from .intervals import Floats, divide, is_small, poisson_interval, share, wilson

CLAIM = (5.0, 25.0)
NO_VERDICT = "cannot tell"


def acquisition_and_retention_cost(
    costs: pd.DataFrame, retention: pd.DataFrame, ledger: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """What did a new, a kept and a returned customer cost, and is winning one 5 to 25 times dearer than keeping one?

    Acquisition cost / new customers; cost of retention and programme / customers kept active, and / customers
    returned. No source says which part of the retention budget brought somebody back: both rows bear all of it, so the
    two do not add up. The usual wrong edge: a month without costs is not a month in which customers were free.

    Parameters: ``costs`` (facts; may be empty); ``retention``, a `monthly_retention`, and ``ledger``, an
    `activity_ledger` of the same ``as_of``.

    Returns one row for every calendar month from the first cost to ``as_of`` (none without costs):
      month                                     text, YYYY-MM
      acquisition_cost, retention_cost          money; the latter with the programme's
      new_customers, kept, returned             customers
      cost_per_new, cost_per_kept, cost_per_returned  money, missing without such customers or without cost,
                                                each with _low, _high (exact Poisson of the customers; kept: Wilson)
      ratio, ratio_low, ratio_high              cost per new / cost per kept; Wilson on kept : new, costs as they are
      verdict                                   "inside", "below", "above" the 5 to 25 times, or "cannot tell"
      is_small                                  new customers below 30
    """
    rows = through(costs, as_of)
    months = every_month(rows, as_of)
    acquisition = _cost(rows, ["acquisition"], months)
    keeping = _cost(rows, ["retention", "programme"], months)
    new = _counts(retention, "new_customers", months)
    start, kept, returned = (_counts(ledger, name, months) for name in ("customers_start", "kept", "returned"))
    kept_low, kept_high = wilson(kept, start)
    ratio, ratio_low, ratio_high = _ratio(divide(acquisition, keeping), kept, new)
    return table(
        months,
        {
            "acquisition_cost": np.nan_to_num(acquisition),
            "retention_cost": np.nan_to_num(keeping),
            "new_customers": new,
            "kept": kept,
            "returned": returned,
            **_per_customer("cost_per_new", acquisition, new, poisson_interval(new)),
            **_per_customer("cost_per_kept", keeping, kept, (kept_low * start, kept_high * start)),
            **_per_customer("cost_per_returned", keeping, returned, poisson_interval(returned)),
            "ratio": ratio,
            "ratio_low": ratio_low,
            "ratio_high": ratio_high,
            "verdict": pd.Series(_verdicts(ratio_low, ratio_high), dtype="str"),
            "is_small": is_small(new),
        },
    )


def payback(
    costs: pd.DataFrame, cohort_cube: pd.DataFrame, *, as_of: date, margin_share: float | None = None
) -> pd.DataFrame:
    """After how many months has a cohort brought back what it cost to win?

    The first month k at which the cohort's cumulative net revenue per customer, times ``margin_share``, reaches the
    acquisition cost per new customer of its first month. Without a margin share revenue stands for profit, which pays
    back too soon: flagged. The usual wrong edge: a young cohort that has not paid back yet is missing, not "never".

    Parameters: ``costs``, ``cohort_cube`` (facts; its dimension "all"); ``as_of``; ``margin_share`` above 0, up to 1.

    Returns one row per cohort with an acquisition cost:
      cohort                      text, YYYY-MM
      cohort_customers            customers
      cost_per_new                money
      revenue_per_customer        money, cumulative up to ``as_of``
      margin_per_customer         money, that times ``margin_share``
      months_observed             int, months after the first that ``as_of`` reaches
      payback_month               months after the first, 0 = in it; missing while not paid back
      is_margin                   False: revenue stands for profit

    Raises `CallError` for a margin share outside 0..1.
    """
    if margin_share is not None and not 0 < margin_share <= 1:
        raise CallError(f"margin_share is {margin_share}; give a share above 0 and up to 1, for example 0.35.")
    rows = through(costs, as_of)
    months = every_month(rows, as_of)
    cost = _cost(rows, ["acquisition"], months)
    cube = through(cohort_cube, as_of)
    cube = cube[cube["dimension"] == "all"]
    first, month = numbers(cube, "first_month"), numbers(cube, "month")
    size, age = len(months), np.nan_to_num(month - first, nan=-1)
    started = age == 0
    customers = total_by_month(first[started], numbers(cube, "active_customers")[started], months)
    inside = (age >= 0) & (first >= months[0]) & (first <= months[-1]) if size else np.zeros(len(cube), dtype=bool)
    place = (first[inside] - months[0]).astype(int) if size else np.zeros(0, dtype=int), age[inside].astype(int)
    cents = np.zeros((size, size))
    np.add.at(cents, place, numbers(cube, "revenue_cents")[inside])
    total = share(cents.cumsum(axis=1), np.broadcast_to(100 * customers[:, None], cents.shape))
    observed = np.arange(size)[::-1]
    margin = total * (1 if margin_share is None else margin_share)
    cost_per_new = share(cost, customers)
    paid = (margin >= cost_per_new[:, None]) & (np.arange(size)[None, :] <= observed[:, None])
    known = ~np.isnan(cost_per_new)
    last = np.arange(size), observed
    frame = {
        "cohort_customers": customers,
        "cost_per_new": cost_per_new,
        "revenue_per_customer": total[last],
        "margin_per_customer": margin[last],
        "months_observed": observed,
        "payback_month": np.where(paid.any(axis=1), paid.argmax(axis=1) if size else 0, np.nan),
        "is_margin": np.full(size, margin_share is not None),
    }
    return pd.DataFrame({"cohort": labels(months[known]), **{name: column[known] for name, column in frame.items()}})


def _cost(rows: pd.DataFrame, purposes: list[str], months: NDArray[np.int64]) -> Floats:
    """Money by month; missing where nothing was spent: then nobody knows the cost, it is not nothing."""
    chosen = rows[rows["purpose"].isin(purposes)]
    cents = total_by_month(numbers(chosen, "month"), numbers(chosen, "amount_cents"), months)
    return np.where(cents > 0, major(cents), np.nan)


def _counts(frame: pd.DataFrame, column: str, months: NDArray[np.int64]) -> NDArray[np.int64]:
    by_month = frame.set_index("month")[column]
    return labels(months).map(by_month).fillna(0).to_numpy(dtype=np.int64)


def _per_customer(name: str, cost: Floats, customers: ArrayLike, expected: tuple[Floats, Floats]) -> dict[str, Floats]:
    """Cost per customer; the interval from the customers that might have come, dearer with fewer."""
    value = share(cost, customers)
    few, many = (np.where(np.isnan(value), np.nan, edge) for edge in expected)
    return {name: value, f"{name}_low": share(cost, many), f"{name}_high": share(cost, few)}


def _ratio(costs: Floats, kept: NDArray[np.int64], new: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """(acquisition / new) / (retention / kept) = (acquisition / retention) x kept / new, and kept : new as odds."""
    low, high = wilson(kept, kept + new)
    value = costs * share(kept, new)
    edges = (costs * divide(edge, 1 - edge) for edge in (low, high))
    ratio_low, ratio_high = (np.where(np.isnan(value) | (value == 0), np.nan, edge) for edge in edges)
    return np.where(value == 0, np.nan, value), ratio_low, ratio_high


def _verdicts(low: Floats, high: Floats) -> list[str]:
    cases = [(low >= CLAIM[0]) & (high <= CLAIM[1]), high < CLAIM[0], low > CLAIM[1]]
    return np.select(cases, ["inside", "below", "above"], NO_VERDICT).tolist()
