"""Do cohorts really differ, or is it chance? Each against all the others at the same age."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from retention_helpers.errors import ParameterError

from .cohort_cells import complete_cells
from .intervals import Floats, newcombe_difference, share

FALSE_DISCOVERY_RATE = 0.05
FEWEST_EXPECTED = 5  # below this the normal approximation of a two-by-two table is not trusted (Cochran)


def cohort_differences(
    details: pd.DataFrame,
    *,
    as_of: date,
    ages: Sequence[int] = (1, 3, 6, 12),
    last: int | None = None,
    between: Literal["cohort", "value"] = "cohort",
) -> pd.DataFrame:
    """Which cohorts keep clearly more or fewer customers than the others of the same age?

    Rule: at each age of ``ages`` every cohort whose month is complete is tested against all other such cohorts pooled:
    two-proportion z test with pooled variance (Fisher's exact test where an expected count is below 5), Newcombe
    interval of the difference, and q values by Benjamini-Hochberg over all rows returned. Usual wrong edge: at the same
    age cohorts stand in different calendar months, so a cohort whose month 1 is December is compared with Decembers of
    nobody else. A difference here says that the cells differ, not that the customers of that cohort are better: season,
    a campaign or a day the shop was shut in that calendar month look the same. With ``between="value"`` the values of a
    dimension (channels, ...) are compared instead, over the same calendar months but perhaps in another mix.

    Parameters: ``details`` month cohorts from `cohort_details` or `cohort_retention`; ``as_of`` last day that counts;
    ``last`` only the last so many cohorts matured to each age are shown and corrected for (all others still are "the
    others"); ``between`` compare cohorts (within each value, if the table holds several) or values.

    Returns one row for each cohort and age (``value`` before the cohort if the table has it, or instead of it with
    ``between="value"``):
      cohort              text, YYYY-MM
      months_since_first  age
      cohort_customers    customers of the cohort
      retention_rate      rate 0..1, of the cohort
      others_rate         rate 0..1, of all others pooled
      difference          -1..1, retention_rate - others_rate; missing where there are no others
      difference_low, difference_high  -1..1, 95 % Newcombe interval of this one difference, not corrected for many
      p_value             0..1, of the test
      q_value             0..1, corrected over the family shown
      is_different        q_value <= 0.05

    Raises `CallError` for missing columns, `ParameterError` for quarters, or ``between`` what the table lacks.
    Source: METRICS section 4; Newcombe (1998); Benjamini & Hochberg (1995).

    >>> from datetime import date
    >>> table = pd.DataFrame({"cohort": ["2026-01", "2026-02"], "months_since_first": 1, "cohort_customers": 100,
    ...     "active_customers": [40, 20], "is_complete": True})
    >>> found = cohort_differences(table, as_of=date(2026, 3, 31))
    >>> found[["cohort", "difference", "q_value", "is_different"]].round(4).values.tolist()
    [['2026-01', 0.2, 0.002, True], ['2026-02', -0.2, 0.002, True]]
    """
    cells = complete_cells(details, as_of)
    if between not in ("cohort", "value") or between not in cells:
        raise ParameterError(
            f'cohort_differences: cannot compare between "{between}". Give "cohort", or "value" of a dimension.'
        )
    cells = cells[cells["months_since_first"].isin(list(ages))]
    within = ["value", "months_since_first"] if between == "cohort" and "value" in cells else ["months_since_first"]
    counts = ["cohort_customers", "active_customers"]
    groups = cells.groupby([*within, between], as_index=False)[counts].sum()
    others = groups.groupby(within)[counts].transform("sum") - groups[counts]
    groups[["others_customers", "others_active"]] = others
    if last is not None and between == "cohort":
        place = groups.groupby(within)[between].rank(ascending=False)
        groups = groups[place <= last].reset_index(drop=True)
    order = [*(["value"] if "value" in within else []), between, "months_since_first"]
    return _tested(groups)[_columns(order)].sort_values(order, ignore_index=True)


def _tested(groups: pd.DataFrame) -> pd.DataFrame:
    active, size = groups["active_customers"].to_numpy(), groups["cohort_customers"].to_numpy()
    others_active, others_size = groups["others_active"].to_numpy(), groups["others_customers"].to_numpy()
    difference, low, high = newcombe_difference(active, size, others_active, others_size)
    p_value = two_proportions(active, size, others_active, others_size)
    q_value = q_values(p_value)
    return groups.assign(
        retention_rate=share(active, size),
        others_rate=share(others_active, others_size),
        difference=difference,
        difference_low=low,
        difference_high=high,
        p_value=p_value,
        q_value=q_value,
        is_different=q_value <= FALSE_DISCOVERY_RATE,
    )


def q_values(p_values: ArrayLike) -> Floats:
    """How many of the differences found would be false, were each as clear as this? Benjamini-Hochberg.

    A comparison that could not be made (missing) belongs to no family.

    >>> q_values([0.01, np.nan, 0.04]).round(3).tolist()
    [0.02, nan, 0.04]
    """
    values = np.asarray(p_values, dtype=float)
    corrected = np.full(values.shape, np.nan)
    tested = ~np.isnan(values)
    if tested.any():
        corrected[tested] = stats.false_discovery_control(values[tested], method="bh")
    return corrected


def two_proportions(
    active: np.ndarray, size: np.ndarray, others_active: np.ndarray, others_size: np.ndarray
) -> np.ndarray:
    """How likely is so large a difference by chance? Two-sided p values, one for each pair of proportions.

    Rule: z test with pooled variance; Fisher's exact test where an expected count is below 5; missing without a base.

    >>> two_proportions(np.array([15, 1]), np.array([100, 5]), np.array([30, 5]), np.array([100, 5])).round(4).tolist()
    [0.0111, 0.0476]
    """
    active, size, others_active, others_size = (
        np.asarray(x, dtype=float) for x in (active, size, others_active, others_size)
    )
    pooled = share(active + others_active, size + others_size)
    known = (size > 0) & (others_size > 0)
    fewest = np.minimum(size, others_size) * np.minimum(pooled, 1 - pooled)
    exact = known & (fewest < FEWEST_EXPECTED)
    normal = known & ~exact
    p_value = np.full(active.shape, np.nan)
    spread = np.sqrt(pooled * (1 - pooled) * (share(1, size) + share(1, others_size)))
    z = (share(active, size) - share(others_active, others_size))[normal] / spread[normal]
    p_value[normal] = 2 * stats.norm.sf(np.abs(z))
    for i in np.flatnonzero(exact):
        came, stayed_away = (active[i], others_active[i]), (size[i] - active[i], others_size[i] - others_active[i])
        p_value[i] = stats.fisher_exact(np.array([came, stayed_away], dtype=int)).pvalue
    return np.clip(p_value, 0, 1)


def _columns(order: list[str]) -> list[str]:
    measures = ["cohort_customers", "retention_rate", "others_rate", "difference", "difference_low", "difference_high"]
    return [*order, *measures, "p_value", "q_value", "is_different"]
