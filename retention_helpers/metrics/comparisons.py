"""Does a share differ, or is it chance? Between groups, each against all the others; and from month to month."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .cohort_tests import FALSE_DISCOVERY_RATE, q_values, two_proportions
from .intervals import Floats, is_small, newcombe_difference, share, wilson


def against_others(counts: pd.DataFrame, *, within: Sequence[str] = ()) -> pd.DataFrame:
    """Which groups have a clearly larger or smaller share than the others?

    Each group against all others of the same ``within`` pooled, with Benjamini-Hochberg over all rows compared. A group
    of fewer than 30 has no share and is compared with nobody, but it is among the others. The usual wrong edge: a group
    differs from the others in more than its name; the difference describes, it explains nothing.

    Parameters: ``counts``, a row a group, with ``customers`` (those of the group who have it) and ``n`` (all of it);
    ``within``, columns of which each combination is a comparison of its own.

    Returns the rows given, with
      rate, rate_low, rate_high                    rate 0..1, customers / n, 95 % Wilson; missing below 30
      others_rate                                  rate 0..1, of all others together
      difference, difference_low, difference_high  -1..1, rate - others_rate, 95 % Newcombe
      p_value, q_value                             0..1, of the two-proportion test, and corrected over all rows
      is_different                                 q_value <= 0.05
      is_small                                     n is below 30

    >>> counts = pd.DataFrame({"value": ["web", "app"], "customers": [40, 20], "n": 100})
    >>> against_others(counts)[["value", "difference", "is_different"]].values.tolist()
    [['web', 0.2, True], ['app', -0.2, True]]
    """
    customers, n = counts["customers"].to_numpy(), counts["n"].to_numpy()
    groups = counts.groupby(list(within), sort=False) if within else counts.groupby(np.zeros(len(counts)), sort=False)
    others, others_n = (
        groups[name].transform("sum").to_numpy() - mine for name, mine in (("customers", customers), ("n", n))
    )
    small = is_small(n)
    known, base = np.where(small, 0, customers), np.where(small, 0, n)
    low, high = wilson(known, base)
    difference, difference_low, difference_high = newcombe_difference(known, base, others, others_n)
    p_value = two_proportions(known, base, others, others_n)
    q_value = q_values(p_value)
    return counts.assign(
        rate=share(known, base),
        rate_low=low,
        rate_high=high,
        others_rate=share(others, others_n),
        difference=difference,
        difference_low=difference_low,
        difference_high=difference_high,
        p_value=p_value,
        q_value=q_value,
        is_different=q_value <= FALSE_DISCOVERY_RATE,
        is_small=small,
    )


def with_trend(customers: NDArray[np.int64], n: NDArray[np.int64]) -> dict[str, ArrayLike]:
    """Which share is it in each month, and is that more or less than the month before and a year before?

    Parameters: ``customers`` and ``n``, counts of consecutive months. The months are taken as independent.

    Returns columns:
      rate, rate_low, rate_high             rate 0..1, customers / n, 95 % Wilson; missing where n is 0
      change, change_low, change_high       on the month before, 95 % Newcombe
      last_year_change, ..._low, ..._high   on the same month last year, likewise; missing before the data
      is_small                              n is below 30
    """
    low, high = wilson(customers, n)
    return {
        "rate": share(customers, n),
        "rate_low": low,
        "rate_high": high,
        **_against(customers, n, 1, "change"),
        **_against(customers, n, 12, "last_year_change"),
        "is_small": is_small(n),
    }


def _against(customers: NDArray[np.int64], n: NDArray[np.int64], months: int, name: str) -> dict[str, Floats]:
    """The difference to the rate so many months earlier; before the first month the base is nobody."""
    nobody = np.zeros(months, dtype=np.int64)
    earlier = [np.concatenate([nobody, counts])[: counts.size] for counts in (customers, n)]
    difference, low, high = newcombe_difference(customers, n, *earlier)
    return {name: difference, f"{name}_low": low, f"{name}_high": high}
