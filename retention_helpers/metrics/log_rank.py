"""Do groups differ in how long they wait? The log-rank test on weighted histograms, so that no customer is held."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from .cohort_tests import FALSE_DISCOVERY_RATE, q_values
from .intervals import SMALL_SAMPLE, Floats, is_small, share


def log_rank(waits: pd.DataFrame, *, fewest: int = SMALL_SAMPLE) -> pd.DataFrame:
    """Does the event come equally soon in all groups? The log-rank test of all of them at once.

    Groups of fewer than ``fewest`` are left out: the chi-squared would not hold. The usual wrong edge: the test weighs
    all days alike, so curves that cross may differ and pass it.

    Parameters: ``waits`` with ``value`` (the group), ``days``, ``events``, ``censored`` (counts); ``fewest``
    customers of a group.

    Returns one row:
      groups       groups compared
      customers    customers in them
      chi_square   >= 0; missing with fewer than two groups, or without an event
      freedom      degrees of freedom, groups - 1
      p_value      0..1

    Source: Mantel (1966), Peto and Peto (1972); the two-group case is tested against scipy.stats.logrank.

    >>> waits = pd.DataFrame({"value": ["a"] * 30 + ["b"] * 30, "days": [*range(1, 31), *range(11, 41)], "events": 1,
    ...     "censored": 0})
    >>> log_rank(waits)[["groups", "customers", "chi_square", "freedom"]].round(4).values.tolist()
    [[2.0, 60.0, 16.4579, 1.0]]
    """
    counts = _large(waits, fewest)
    groups, excess, variance = _excess(counts)
    freedom = len(groups) - 1
    chi_square = np.nan
    if freedom > 0 and variance.any():
        # One group's excess follows from the others': the last one is left out.
        chi_square = float(excess[:-1] @ np.linalg.pinv(variance[:-1, :-1]) @ excess[:-1])
    return pd.DataFrame(
        {
            "groups": [len(groups)],
            "customers": [int((counts["events"] + counts["censored"]).sum())],
            "chi_square": [chi_square],
            "freedom": [max(freedom, 0)],
            "p_value": [float(stats.chi2.sf(chi_square, freedom)) if freedom > 0 else np.nan],
        }
    )


def log_rank_against_others(waits: pd.DataFrame, *, fewest: int = SMALL_SAMPLE) -> pd.DataFrame:
    """In which groups does the event come sooner or later than in all the others together?

    The two-sided log-rank test of each group against the others, with Benjamini-Hochberg over the groups.

    Parameters as `log_rank`. Returns one row per group, the small ones too:
      value                  text
      customers, events      customers, and those with the event
      expected_events        events, had they come as in all groups together; missing for a group left out
      ratio                  events / expected_events, above 1: sooner than in all groups together
      p_value, q_value       0..1, missing where the group cannot be compared
      is_different           q_value <= 0.05
      is_small               fewer than 30 customers
    """
    sizes = waits.groupby("value", sort=True)[["events", "censored"]].sum()
    groups, excess, variance = _excess(_large(waits, fewest))
    known = np.diag(variance)
    statistic = excess**2 / np.where(known > 0, known, np.nan)
    compared = pd.DataFrame({"excess": excess, "p_value": stats.chi2.sf(statistic, 1)}, index=groups)
    compared = compared.reindex(sizes.index).astype("float64")
    q_value = q_values(compared["p_value"])
    events = sizes["events"].to_numpy()
    expected = events - compared["excess"].to_numpy()
    customers = sizes.sum(axis=1).to_numpy()
    return pd.DataFrame(
        {
            "value": sizes.index.astype("str").to_series().array,
            "customers": customers.astype(np.int64),
            "events": events.astype(np.int64),
            "expected_events": expected,
            "ratio": share(events, np.nan_to_num(expected)),
            "p_value": compared["p_value"].to_numpy(),
            "q_value": q_value,
            "is_different": q_value <= FALSE_DISCOVERY_RATE,
            "is_small": is_small(customers),
        }
    )


def _large(waits: pd.DataFrame, fewest: int) -> pd.DataFrame:
    sizes = (waits["events"] + waits["censored"]).groupby(waits["value"]).transform("sum")
    return waits[sizes >= fewest]


def _excess(waits: pd.DataFrame) -> tuple[NDArray[np.object_], Floats, Floats]:
    """Groups, their events beyond those expected, and the covariance of that (hypergeometric, day by day)."""
    groups, group = np.unique(waits["value"].to_numpy(dtype=object), return_inverse=True)
    days, day = np.unique(waits["days"].to_numpy(dtype=np.int64), return_inverse=True)
    events, censored = (np.zeros((len(days), len(groups))) for _ in range(2))
    for counts, name in ((events, "events"), (censored, "censored")):
        np.add.at(counts, (day, group), waits[name].to_numpy(dtype=float))
    at_risk = (events + censored)[::-1].cumsum(axis=0)[::-1]
    all_events, everybody = events.sum(axis=1), at_risk.sum(axis=1)
    parts = at_risk / everybody[:, None]
    excess = (events - all_events[:, None] * parts).sum(axis=0)
    scale = all_events * (everybody - all_events) / np.maximum(everybody - 1, 1)
    variance = np.diag((scale[:, None] * parts).sum(axis=0)) - np.einsum("d,di,dj->ij", scale, parts, parts)
    return groups, excess, variance
