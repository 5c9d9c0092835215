"""Cohorts: customers grouped by the month of their first order, and what they do k months later.

The input is always the fact frame ``cohort_cube`` (one row per dimension, value, first_month, month, previous_month).
A cell is one cohort at one age (see `cohort_cells`).
"""

from datetime import date

import pandas as pd

from retention_helpers.errors import ParameterError

from .cohort_cells import Grain, cohort_labels, count_cells, cube_rows, observed_until
from .frames import last_month
from .intervals import is_small, share, wilson

_KEYS = ["dimension", "value", "cohort", "months_since_first"]
_COUNTS = ["month_cohorts", "cohort_customers", "active_customers", "active_on_or_after", "orders"]
_COUNTS += ["cents", "total_cents"]
_DETAILS = [*_KEYS, "month_cohorts", "cohort_customers", "active_customers", "retention_rate", "retention_rate_low"]
_DETAILS += ["retention_rate_high", "active_on_or_after", "on_or_after_rate", "on_or_after_rate_low"]
_DETAILS += ["on_or_after_rate_high", "orders", "revenue", "average_order_value", "cumulative_revenue_per_customer"]
_DETAILS += ["is_small", "is_complete"]
_RETENTION = [*_KEYS, "cohort_customers", "active_customers", "retention_rate", "revenue"]
_RETENTION += ["cumulative_revenue_per_customer", "is_complete"]
_CURVE = ["dimension", "value", "months_since_first", "month_cohorts", "cohort_customers", "active_customers"]
_CURVE += ["retention_rate", "retention_rate_low", "retention_rate_high", "is_small", "cumulative_revenue_per_customer"]


def cohort_retention(
    cohort_cube: pd.DataFrame,
    *,
    as_of: date,
    dimension: str = "all",
    grain: Grain = "month",
    data_through: date | None = None,
) -> pd.DataFrame:
    """Of the customers who first bought in one month, how many order again k months later?

    Rule: ``active_customers`` are those of the cohort with an order in calendar month ``cohort + k``; the base never
    shrinks. Month 0 is everyone. Usual wrong edge: a cell nobody came in is 0 and is here; a cell that lies after
    ``as_of`` is not here, and the running month is here but is not complete. A refund-only month has revenue but nobody
    active. With ``grain="quarter"`` the age still counts from each customer's own first month, and a cell pools only
    the month cohorts of the quarter that have reached the age, so its ``cohort_customers`` may fall with age.

    Parameters: ``as_of`` last day that counts; ``dimension`` a dimension of the cube (channel, category, ...), each
    value with its own cohorts; ``data_through`` last day the source reaches (default: ``as_of``).

    Returns one row for each cohort and observed age (``dimension``, ``value`` before it unless that is "all"):
      cohort                text, month of the first order YYYY-MM (or quarter YYYY-Qn)
      months_since_first    age k >= 0
      cohort_customers      customers of the cohort
      active_customers      customers of the cohort with an order in that month
      retention_rate        rate 0..1, active_customers / cohort_customers
      revenue               money, net revenue of the cohort in that month
      cumulative_revenue_per_customer  money, revenue of months 0..k / cohort_customers
      is_complete           False while the calendar month is still running

    Raises `ParameterError` for an unknown dimension or grain, `CallError` for missing columns, `PeriodError` for an
    ``as_of`` inside a month.
    Source: METRICS section 4; Fader & Hardie on cohort tables.

    >>> from datetime import date
    >>> jan = 2026 * 12
    >>> cube = pd.DataFrame({"dimension": "all", "value": "all", "first_month": jan, "month": [jan, jan + 1],
    ...     "previous_month": [None, jan], "active_customers": [2, 1], "orders": [2, 1], "revenue_cents": [3000, 500]})
    >>> table = cohort_retention(cube, as_of=date(2026, 3, 31))
    >>> table[["cohort", "months_since_first", "active_customers", "retention_rate"]].values.tolist()
    [['2026-01', 0, 2, 1.0], ['2026-01', 1, 1, 0.5], ['2026-01', 2, 0, 0.0]]
    """
    details = cohort_details(cohort_cube, as_of=as_of, dimension=dimension, grain=grain, data_through=data_through)
    return details[[name for name in _RETENTION if name in details]]


def cohort_details(
    cohort_cube: pd.DataFrame,
    *,
    as_of: date,
    dimension: str = "all",
    grain: Grain = "month",
    data_through: date | None = None,
) -> pd.DataFrame:
    """Everything known about each cohort at each age: who came, who came later still, what they spent, how sure we are.

    Rule: as `cohort_retention`; on-or-after k counts customers with an order in month ``cohort + k`` or any later
    observed month, so within one month cohort it never rises with age. Usual wrong edge: that of young cohorts is
    low only because little time has passed; compare cohorts at equal follow-up.

    Parameters as `cohort_retention`. Returns its columns, and
      month_cohorts         month cohorts pooled in the cell (1; up to 3 for quarters)
      retention_rate_low, retention_rate_high  rate 0..1, 95 % Wilson
      active_on_or_after    customers with an order at age k or later
      on_or_after_rate      rate 0..1, active_on_or_after / cohort_customers
      on_or_after_rate_low, on_or_after_rate_high  rate 0..1, 95 % Wilson
      orders                orders in that month
      average_order_value   money, revenue / orders; missing without orders
      is_small              fewer than 30 customers in the cohort

    Raises as `cohort_retention`.
    Source: METRICS section 4; Wilson (1927).
    """
    if grain not in ("month", "quarter"):
        raise ParameterError(f'"{grain}" is not a grain of cohorts. Give "month" or "quarter".')
    last, last_complete = observed_until(as_of, data_through)
    rows = cube_rows(cohort_cube, dimension, last)
    cells = count_cells(rows[rows["first_month"].between(0, rows["month"])], last)
    cells["is_complete"] = cells["first_month"] + cells["months_since_first"] <= last_complete
    cells["cohort"] = cohort_labels(cells["first_month"], grain)
    if grain == "quarter":
        how = dict.fromkeys(_COUNTS, "sum") | {"is_complete": "all"}
        cells = cells.groupby(["value", "cohort", "months_since_first"], as_index=False).agg(how)
    cells["dimension"] = dimension
    return _measured(cells)[_DETAILS if dimension != "all" else _DETAILS[2:]]


def all_cohorts(
    cohort_cube: pd.DataFrame, *, as_of: date, dimension: str = "all", data_through: date | None = None
) -> pd.DataFrame:
    """How many customers order again k months after their first order, whatever their cohort?

    Rule: sum of active / sum of customers over the cohorts whose month k is complete. Usual wrong edge: dividing by all
    customers, young cohorts included, makes every curve fall to nothing. The mix of cohorts changes with age, and the
    interval is that of customers, not of the difference between cohorts.

    Parameters as `cohort_retention`. Returns one row for each age (``dimension``, ``value`` before it unless "all"):
      months_since_first    age k >= 0
      month_cohorts         cohorts matured to k
      cohort_customers      customers of these cohorts
      active_customers      customers of them with an order at age k
      retention_rate        rate 0..1, active_customers / cohort_customers
      retention_rate_low, retention_rate_high  rate 0..1, 95 % Wilson
      is_small              fewer than 30 customers
      cumulative_revenue_per_customer  money, revenue of months 0..k per customer of these cohorts

    Raises as `cohort_retention`.
    Source: METRICS section 4.
    """
    last, last_complete = observed_until(as_of, data_through)
    rows = cube_rows(cohort_cube, dimension, last)
    cells = count_cells(rows[rows["first_month"].between(0, rows["month"])], last)
    cells = cells[cells["first_month"] + cells["months_since_first"] <= last_complete]
    curve = cells.groupby(["value", "months_since_first"], as_index=False)[_COUNTS].sum()
    curve = curve.assign(dimension=dimension, cohort="", is_complete=True)
    return _measured(curve)[_CURVE if dimension != "all" else _CURVE[2:]]


def unassigned_revenue(cohort_cube: pd.DataFrame, *, as_of: date, dimension: str = "all") -> pd.DataFrame:
    """Which revenue belongs to no cohort?

    Rule: refund-only months of customers who had not yet placed a valid order in that month. Cohort revenue plus this
    is all revenue. Usual wrong edge: leaving it out makes cohorts sum to more than the company earned.

    Parameters as `cohort_retention`. Returns one row for each month with such rows (``dimension``, ``value`` before it
    unless "all"):
      month                 text, YYYY-MM
      revenue               money, normally negative

    Raises as `cohort_retention`.
    """
    rows = cube_rows(cohort_cube, dimension, last_month(as_of))
    rows = rows[~rows["first_month"].between(0, rows["month"])]
    loose = rows.groupby(["value", "month"], as_index=False)["revenue_cents"].sum()
    loose = loose.assign(dimension=dimension, revenue=loose["revenue_cents"] / 100)
    loose["month"] = cohort_labels(loose["month"], "month")
    return loose[["month", "revenue"] if dimension == "all" else ["dimension", "value", "month", "revenue"]]


def _measured(cells: pd.DataFrame) -> pd.DataFrame:
    """Counts become rates with intervals, cents become money."""
    customers = cells["cohort_customers"]
    low, high = wilson(cells["active_customers"], customers)
    later_low, later_high = wilson(cells["active_on_or_after"], customers)
    measures = {
        "retention_rate": share(cells["active_customers"], customers),
        "retention_rate_low": low,
        "retention_rate_high": high,
        "on_or_after_rate": share(cells["active_on_or_after"], customers),
        "on_or_after_rate_low": later_low,
        "on_or_after_rate_high": later_high,
        "revenue": cells["cents"] / 100,
        "average_order_value": share(cells["cents"] / 100, cells["orders"]),
        "cumulative_revenue_per_customer": share(cells["total_cents"] / 100, customers),
        "is_small": is_small(customers),
    }
    return cells.assign(**measures).sort_values(["value", "cohort", "months_since_first"], ignore_index=True)
