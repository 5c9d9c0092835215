"""How small an effect could a hold-out show, and how many customers would a smaller one need?"""

from collections.abc import Mapping
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from retention_helpers.engine import quote
from retention_helpers.params import Audiences

from .frames import last_month
from .intervals import CONFIDENCE, Floats, normal_quantile, share, wilson

POWER = 0.8


def smallest_effect(base: ArrayLike, treated: ArrayLike, control: ArrayLike, *, power: float = POWER) -> Floats:
    """Which rise of a share could a campaign of this size show, four times in five?

    The difference that a two-sided test at 5 % finds with this ``power``, by the normal approximation with the
    variance of each arm: d = z sqrt(p1 (1 - p1) / treated + p0 (1 - p0) / control), p1 = p0 + d, solved for d. The
    usual wrong edge: counting all customers as if they were halved; a small hold-out is what limits it.

    Parameters: ``base``, share without the campaign, 0..1; ``treated`` and ``control``, customers. Returns the rise,
    0..1; missing where an arm is empty, or no rise up to 100 % could be seen.

    >>> round(float(smallest_effect(0.05, 37981, 4220)), 4)
    0.01
    """
    z2 = _z(power) ** 2
    p0 = np.asarray(base, dtype=float)
    n1, n0 = (np.where(np.asarray(n) > 0, np.asarray(n, dtype=float), np.nan) for n in (treated, control))
    a, b = 1 + z2 / n1, -z2 * (1 - 2 * p0) / n1
    rise = (-b + np.sqrt(b**2 + 4 * a * z2 * p0 * (1 - p0) * (1 / n1 + 1 / n0))) / (2 * a)
    return np.where(p0 + rise <= 1, rise, np.nan)


def needed_customers(base: ArrayLike, effect: ArrayLike, holdout_share: ArrayLike, *, power: float = POWER) -> Floats:
    """How many customers, both arms together, does it take to show such a rise of a share, four times in five?

    Parameters: ``base`` and ``effect``, 0..1; ``holdout_share``, above 0 and below 1. Returns whole customers.

    >>> needed_customers(0.05, 0.01, [0.1, 0.2, 0.5]).tolist()
    [42201.0, 24175.0, 16310.0]
    """
    p0, rise, held = (np.asarray(values, dtype=float) for values in (base, effect, holdout_share))
    p1 = p0 + rise
    return np.ceil(_z(power) ** 2 * (p1 * (1 - p1) / (1 - held) + p0 * (1 - p0) / held) / rise**2)


def holdout_power(
    before: Mapping[str, duckdb.DuckDBPyRelation],
    ledger: pd.DataFrame,
    *,
    as_of: date,
    settings: Audiences,
) -> pd.DataFrame:
    """Which effect could the hold-out of each list show by itself, in one month?

    The base is what the list's kind of customers did last: of those who had its label a month before ``as_of``, the
    share with an order in the month. The usual wrong edge: these were not all left alone, so with other campaigns
    under way the share is higher than that of a hold-out.

    Parameters: ``before``, by name the labels of the month before (see `audience_rows`), relations of a connection to
    the facts (``customer_months``); ``ledger``, an `audience_ledger` of ``as_of``; ``settings``.

    Returns one row per list:
      list                                     text
      treatment, control                       customers to be contacted, and held out
      base_customers, base_ordered             customers with the label a month ago; those of them who ordered since
      order_rate, order_rate_low, ..._high     0..1, 95 % Wilson interval; missing without a base
      smallest_effect                          0..1, rise of that share which 80 % of such campaigns would show
    """
    month = last_month(as_of)
    counts = {label: _ordered(relation, label, month) for label, relation in before.items()}
    rows = []
    for name, wanted in settings.lists.items():
        mine = counts[wanted.label].reindex(list(wanted.values), fill_value=0).sum()
        rows.append((name, int(mine["customers"]), int(mine["ordered"])))
    base = pd.DataFrame(rows, columns=["list", "base_customers", "base_ordered"])
    frame = ledger[["list", "treatment", "control"]].merge(base, on="list", validate="one_to_one")
    rate = share(frame["base_ordered"], frame["base_customers"])
    low, high = wilson(frame["base_ordered"], frame["base_customers"])
    effect = smallest_effect(rate, frame["treatment"], frame["control"])
    return frame.assign(order_rate=rate, order_rate_low=low, order_rate_high=high, smallest_effect=effect)


def _ordered(relation: duckdb.DuckDBPyRelation, label: str, month: int) -> pd.DataFrame:
    """By value of a label: customers, and those with an order in the month."""
    text = f"""
        SELECT labelled.{quote(label)} AS value, count(*) AS customers, count(months.customer_id) AS ordered
        FROM labelled
        LEFT JOIN customer_months AS months
            ON months.customer_id = labelled.customer_id AND months.month = {month} AND months.orders > 0
        GROUP BY labelled.{quote(label)}
    """
    return relation.query("labelled", text).df().set_index("value")


def _z(power: float) -> float:
    return normal_quantile(CONFIDENCE) + normal_quantile(2 * power - 1)
