"""Do the customers of last month come back this month: the new ones, and those who had bought before?"""

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import CallError, did_you_mean
from retention_helpers.periods import month_index

from .frames import every_month, numbers, table, through, total_by_month
from .intervals import is_small, share, wilson

ExistingBaseRule = Literal["non_first_order", "before_month"]
RULES = ("non_first_order", "before_month")


def monthly_retention(
    activity_cube: pd.DataFrame,
    *,
    as_of: date,
    existing_base_rule: ExistingBaseRule = "non_first_order",
    history_starts: date | None = None,
) -> pd.DataFrame:
    """Which share of last month's new customers, and of its existing ones, ordered again this month?

    New: first valid order ever in the month before X. Existing: an order in the month before X that was not the first.
    Retained: at least one order in X. A customer whose first two orders both fall in the month before X is in both
    bases (``overlap_customers``), unless ``existing_base_rule`` is "before_month", which asks for a first order
    before that month. The usual wrong edge: a base of nobody is a missing rate, not 0 %.

    Parameters: ``activity_cube`` (facts); ``as_of``, last day that counts; ``history_starts``, the day from which a
    first order in the data is a first order in life (not given: nothing is marked).

    Returns one row for every calendar month from the first to ``as_of``:
      month                        text, YYYY-MM, X
      new_customers                customers, first order in X
      existing_customers           customers, ordered in X and before X
      new_base, existing_base      customers of the month before X
      new_retained, existing_retained  customers of those who ordered in X
      new_retention_rate, existing_retention_rate  rate 0..1, missing without a base
      overlap_customers            customers in both bases
      *_rate_low, *_rate_high      rate 0..1, 95 % Wilson
      is_small                     one of the two bases is below 30
      is_left_censored             the month counts as new people who may be old

    Raises `CallError` for an unknown rule, `PeriodError` for an ``as_of`` inside a month.
    Source: the CRM retention article; reproduced on CDNOW in the tests.

    >>> from retention_helpers.periods import Period
    >>> jan = Period.parse("2026-01")  # two new customers in January, one of whom orders again in February
    >>> cube = pd.DataFrame({"month": [jan.index, jan.index + 1], "first_month": [jan.index] * 2,
    ...     "previous_month": [None, jan.index], "several_before": False, "several_now": False, "customers": [2, 1]})
    >>> monthly_retention(cube, as_of=(jan + 1).as_of)["new_retention_rate"].tolist()
    [nan, 0.5]
    """
    if existing_base_rule not in RULES:
        hint = did_you_mean(existing_base_rule, RULES)
        raise CallError(f'existing_base_rule "{existing_base_rule}" is none of {", ".join(RULES)}.{hint}')
    cube = through(activity_cube, as_of)
    months = every_month(cube, as_of)
    counts = _counts(cube, months, existing_base_rule)
    new_low, new_high = wilson(counts["new_retained"], counts["new_base"])
    existing_low, existing_high = wilson(counts["existing_retained"], counts["existing_base"])
    return table(
        months,
        {
            "new_customers": counts["new_customers"],
            "existing_customers": counts["existing_customers"],
            "new_base": counts["new_base"],
            "new_retained": counts["new_retained"],
            "new_retention_rate": share(counts["new_retained"], counts["new_base"]),
            "existing_base": counts["existing_base"],
            "existing_retained": counts["existing_retained"],
            "existing_retention_rate": share(counts["existing_retained"], counts["existing_base"]),
            "overlap_customers": counts["overlap_customers"],
            "new_retention_rate_low": new_low,
            "new_retention_rate_high": new_high,
            "existing_retention_rate_low": existing_low,
            "existing_retention_rate_high": existing_high,
            "is_small": is_small(np.minimum(counts["new_base"], counts["existing_base"])),
            "is_left_censored": _left_censored(months, history_starts),
        },
    )


def _counts(cube: pd.DataFrame, months: NDArray[np.int64], rule: str) -> dict[str, NDArray[np.int64]]:
    month, first, previous = (numbers(cube, name) for name in ("month", "first_month", "previous_month"))
    several_before, several_now = (numbers(cube, name) > 0 for name in ("several_before", "several_now"))
    customers = numbers(cube, "customers")

    def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return total_by_month(month[which], customers[which], months)

    is_new = first == month
    came_back = previous == month - 1
    was_new = first == month - 1
    both = rule == "non_first_order"
    return {
        "new_customers": count(is_new),
        "existing_customers": count(~is_new),
        "new_base": _month_before(count(is_new)),
        "new_retained": count(came_back & was_new),
        "existing_base": _month_before(count(~is_new | (is_new & several_now & both))),
        "existing_retained": count(came_back & (~was_new | (several_before & both))),
        "overlap_customers": _month_before(count(is_new & several_now & both)),
    }


def _month_before(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each month's count moved to the next month; before the first month there was nobody."""
    return np.concatenate([np.zeros(1, dtype=np.int64), counts])[: counts.size]


def _left_censored(months: NDArray[np.int64], history_starts: date | None) -> NDArray[np.bool_]:
    """Months that count as new (in X, or in its base X-1) customers whose first order the data may not hold."""
    if history_starts is None:
        return np.zeros(months.size, dtype=bool)
    start = month_index(history_starts)
    return (months < start) | ((months == start) & (months > months[:1].min(initial=start)))
