"""Is a new customer worth what it cost to win one?"""

import numpy as np
import pandas as pd

from .frames import numbers
from .intervals import Floats, divide

ALL = "all"


def value_against_cost(
    by_cohort: pd.DataFrame, paid_back: pd.DataFrame, *, margin_share: float | None, cohorts: int = 12
) -> pd.DataFrame:
    """What do the customers of each month bring, so far and from now on, for each unit of money they were won with?

    Profit per customer so far plus that expected in the horizon, over the cost per new customer of their month. The
    usual wrong edge: revenue in the place of profit, which makes any customer look worth its cost; without a margin
    there is no ratio.

    Parameters: ``by_cohort``, a `value_by_cohort`; ``paid_back``, a `payback` of the same ``as_of``; ``margin_share``,
    None where it is not known; ``cohorts``, the last so many with a cost. Returns one row per cohort, and a last row
    "all" over them (none without costs):
      cohort           text, YYYY-MM or "all"
      customers        customers whose first order came in it
      cost_per_new     money
      profit_to_date   money per customer, net, so far
      expected_profit  money per customer in the horizon, missing without a fit
      ratio, ratio_low, ratio_high  (profit so far + expected) / cost; 95 % bootstrap over customers, the costs and the
                       forecast taken as they are
      payback_month    months after the first, 0 = in it; missing while not paid back, and for all
    Of "all" the interval is that of the cohorts taken as independent. Everything of profit is missing without a margin.
    """
    margin = np.nan if margin_share is None else margin_share
    known = paid_back.merge(by_cohort, on="cohort").tail(cohorts).reset_index(drop=True)
    customers, cost = numbers(known, "customers"), numbers(known, "cost_per_new")
    spent, ahead, worth, low, high = (
        margin * numbers(known, name)
        for name in ("spend_to_date_mean", "expected_spend_mean", "worth_mean", "worth_mean_low", "worth_mean_high")
    )
    months = numbers(known, "payback_month") if margin_share is not None else np.full(len(known), np.nan)
    frame = _rows(known["cohort"], customers, (cost, spent, ahead), (worth, low, high)).assign(payback_month=months)
    if frame.empty:
        return frame
    weight = customers / customers.sum()
    middle = [np.array([weight @ part]) for part in (cost, spent, ahead, worth)]
    half = [np.array([np.sqrt(((weight * (edge - worth)) ** 2).sum())]) for edge in (low, high)]
    whole = _rows(
        pd.Series([ALL], dtype="str"),
        np.array([customers.sum()]),
        (middle[0], middle[1], middle[2]),
        (middle[3], middle[3] - half[0], middle[3] + half[1]),
    )
    return pd.concat([frame, whole.assign(payback_month=np.nan)], ignore_index=True)


def _rows(
    cohort: pd.Series, customers: Floats, money: tuple[Floats, Floats, Floats], worth: tuple[Floats, Floats, Floats]
) -> pd.DataFrame:
    cost, spent, ahead = money
    value, low, high = (divide(part, cost) for part in worth)
    return pd.DataFrame(
        {
            "cohort": cohort.astype("str"),
            "customers": customers.astype("int64"),
            "cost_per_new": cost,
            "profit_to_date": spent,
            "expected_profit": ahead,
            "ratio": value,
            "ratio_low": low,
            "ratio_high": high,
        }
    )
