"""Where does the revenue come from: how many buyers, how often, for how much, and how much of it came again?"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from retention_helpers.errors import CallError
from retention_helpers.periods import Period

from .buckets import money_columns, ratio_columns, read_buckets
from .frames import major, table
from .intervals import Floats, bucket_draws, draw_interval, filled_groups, is_small, total_bootstrap


def monthly_money(month_buckets: pd.DataFrame, *, as_of: date, seed: int = 0) -> pd.DataFrame:
    """How much came in each month, from how many buyers, in how many orders?

    Revenue is net: refunds within the month of the order reduce it, later ones the month they happen in, whoever
    bought. Revenue = buyers x purchase frequency x average order value, exactly. The usual wrong edge: a refund of an
    older order lowers this month's average order value, and is not a negative order.

    Parameters: ``month_buckets`` (facts); ``as_of``; ``seed`` of the bootstrap.

    Returns one row for every calendar month from the first to ``as_of``:
      month                 text, YYYY-MM
      buyers, orders        customers with an order, orders
      revenue               money, may be negative
      average_order_value   money, revenue / orders, missing without orders
      purchase_frequency    orders / buyers, >= 1
      revenue_per_customer  money, revenue / buyers
      *_low, *_high         of revenue and the three ratios: 95 % bootstrap over buckets of customers
      is_small              buyers below 30

    >>> january = Period.parse("2026-01")  # two customers, three orders, 60.00
    >>> buckets = pd.DataFrame({"month": [january.index] * 2, "bucket": [3, 7], "buyer": "new", "customers": 1,
    ...     "orders": [1, 2], "revenue_cents": [2000, 4000], "revenue_floor_cents": [2000, 4000],
    ...     "retained_floor_cents": 0, "kept_cents": 0})
    >>> monthly_money(buckets, as_of=january.as_of)[["average_order_value", "revenue_per_customer"]].iloc[0].tolist()
    [20.0, 30.0]
    """
    sums = read_buckets(month_buckets, as_of)
    buyers, orders, cents = sums.of("customers"), sums.of("orders"), sums.of("revenue_cents")
    low, high = total_bootstrap(cents, seed=seed)
    many = buyers.sum(axis=1)
    return table(
        sums.months,
        {
            "buyers": many.astype(np.int64),
            "orders": orders.sum(axis=1).astype(np.int64),
            "revenue": major(cents.sum(axis=1)),
            "revenue_low": major(low),
            "revenue_high": major(high),
            **money_columns("average_order_value", cents, orders, seed),
            **ratio_columns("purchase_frequency", orders, buyers, seed),
            **money_columns("revenue_per_customer", cents, buyers, seed),
            "is_small": is_small(many),
        },
    )


def revenue_parts(before: tuple[ArrayLike, ...], after: tuple[ArrayLike, ...]) -> tuple[Floats, Floats, Floats]:
    """Which part of a change of revenue is due to buyers, to frequency, to average order value? Log-mean Divisia.

    Each part is the log mean of both revenues times the log growth of its factor, so that no remainder is left and no
    factor comes first. The usual wrong edge is to move one factor at a time: the answer then depends on the order.
    A revenue that is zero or negative has no log: the parts are missing then, and the change stands alone.

    Parameters: ``before`` and ``after``, each (buyers, orders, revenue), numbers or arrays of any two periods.
    Returns (from buyers, from frequency, from average order value) in the unit of revenue; their sum is the change.
    Source: Ang (2004), Energy Policy 32, 1131-1139.

    >>> [round(float(part), 6) for part in revenue_parts((10, 20, 400.0), (20, 40, 800.0))]
    [400.0, 0.0, 0.0]
    """
    buyers0, orders0, revenue0 = (_positive(values) for values in before)
    buyers1, orders1, revenue1 = (_positive(values) for values in after)
    weight = _log_mean(revenue0, revenue1)
    from_buyers = weight * np.log(buyers1 / buyers0)
    from_frequency = weight * np.log((orders1 / buyers1) / (orders0 / buyers0))
    # The last part is what the other two leave, so that rounding opens no gap.
    return from_buyers, from_frequency, revenue1 - revenue0 - from_buyers - from_frequency


def decompose_revenue(month_buckets: pd.DataFrame, *, as_of: date, months: int = 1, seed: int = 0) -> pd.DataFrame:
    """Why did revenue change: more buyers, more orders each, or dearer orders?

    `revenue_parts` of each month against the one ``months`` earlier (1: the month before, 12: the same month last
    year). Missing parts: one of the two revenues is zero or negative, or there is no such month.

    Parameters: ``month_buckets`` (facts); ``as_of``; ``months`` >= 1; ``seed`` of the bootstrap.

    Returns one row for every calendar month from the first to ``as_of``:
      month, compared_with                text, YYYY-MM; ``compared_with`` missing before the data begin
      revenue_before, revenue, change     money
      from_buyers, from_frequency, from_average_order_value  money; they sum to ``change``
      change_low ... (_low, _high of change and parts)  95 % paired bootstrap over buckets of customers
    """
    if months < 1:
        raise CallError(f"months is {months}; compare with 1 month or more before.")
    sums = read_buckets(month_buckets, as_of)
    known = np.arange(sums.months.size) >= months
    names = ("customers", "orders", "revenue_cents")
    now, earlier = [sums.of(name) for name in names], [sums.before(name, months) for name in names]
    totals = _change([x.sum(axis=1) for x in earlier], [x.sum(axis=1) for x in now])
    drawn = _change([bucket_draws(x, seed=seed) for x in earlier], [bucket_draws(x, seed=seed) for x in now])
    groups = np.minimum(filled_groups(now[0]), filled_groups(earlier[0]))
    columns: dict[str, ArrayLike] = {
        "compared_with": _labels_before(sums.months, months),
        "revenue_before": np.where(known, major(earlier[2].sum(axis=1)), np.nan),
        "revenue": major(now[2].sum(axis=1)),
    }
    for name, value in totals.items():
        columns[name] = np.where(known, major(value), np.nan)
    for name, value in drawn.items():
        low, high = draw_interval(value, groups=groups)
        missing = np.isnan(columns[name])
        columns[f"{name}_low"], columns[f"{name}_high"] = (
            np.where(missing, np.nan, major(edge)) for edge in (low, high)
        )
    return table(sums.months, columns)


def net_and_gross_retention(month_buckets: pd.DataFrame, *, as_of: date, seed: int = 0) -> pd.DataFrame:
    """Of last month's revenue, how much did the same customers bring again, with and without their growth?

    NRR = revenue in X of the customers active in X-1 / revenue in X-1. GRR takes from each at most what the customer
    brought in X-1, so GRR <= min(1, NRR). A customer's monthly revenue is floored at 0 in both: the usual wrong edge
    is a large refund that makes the base small and the rate absurd.

    Parameters: ``month_buckets`` (facts); ``as_of``; ``seed`` of the bootstrap.

    Returns one row for every calendar month from the first to ``as_of``:
      month                    text, YYYY-MM, X
      base_customers           customers active in X-1
      base_revenue             money, their revenue in X-1
      nrr, grr                 rates, >= 0 and 0..1, missing without a base
      nrr_low ... grr_high     95 % bootstrap over buckets of customers
      is_small                 base_customers below 30
    """
    sums = read_buckets(month_buckets, as_of)
    base, customers = sums.before("revenue_floor_cents"), sums.before("customers").sum(axis=1)
    return table(
        sums.months,
        {
            "base_customers": customers.astype(np.int64),
            "base_revenue": major(base.sum(axis=1)),
            **ratio_columns("nrr", sums.of("retained_floor_cents"), base, seed),
            **ratio_columns("grr", sums.of("kept_cents"), base, seed),
            "is_small": is_small(customers),
        },
    )


def _change(before: list[Floats], after: list[Floats]) -> dict[str, Floats]:
    """The change of revenue and its parts, in cents."""
    from_buyers, from_frequency, from_value = revenue_parts(tuple(before), tuple(after))
    return {
        "change": after[2] - before[2],
        "from_buyers": from_buyers,
        "from_frequency": from_frequency,
        "from_average_order_value": from_value,
    }


def _positive(values: ArrayLike) -> Floats:
    amounts = np.asarray(values, dtype=float)
    return np.where(amounts > 0, amounts, np.nan)


def _log_mean(one: Floats, other: Floats) -> Floats:
    """(b - a) / ln(b / a), which is a where both are equal; near there the quotient loses its digits, the mean not."""
    growth = np.log(other / one)
    near = np.abs(growth) < 1e-6
    return np.where(near, np.sqrt(one * other), (other - one) / np.where(near, 1, growth))


def _labels_before(months: NDArray[np.int64], back: int) -> pd.Series:
    known = [Period(int(month) - back).label if place >= back else None for place, month in enumerate(months)]
    return pd.Series(known, dtype="str")
