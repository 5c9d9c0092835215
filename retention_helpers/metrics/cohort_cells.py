"""The cells of cohorts, counted exactly: one cell is one cohort at one age.

Cells up to the last observed month all exist, with 0 where nobody came; later cells do not exist at all, because
"nobody came" and "nobody can know yet" are different answers.
"""

from datetime import date, datetime
from typing import Literal

import numpy as np
import pandas as pd

from retention_helpers.errors import CallError, ParameterError, did_you_mean
from retention_helpers.periods import Period, month_index, month_label

from .frames import last_month

Grain = Literal["month", "quarter"]

_NEVER = -1  # stands for "no month" where a month index is missing
_CUBE = ("dimension", "value", "first_month", "month", "previous_month", "active_customers", "orders", "revenue_cents")
_CELL = ("cohort", "months_since_first", "cohort_customers", "active_customers", "is_complete")


def observed_until(as_of: date, data_through: date | None) -> tuple[int, int]:
    """The last month of which anything is known, and the last that is known whole."""
    if isinstance(data_through, datetime):
        data_through = data_through.date()
    last_month(as_of)  # refuses a day inside a month
    through = as_of if data_through is None else min(as_of, data_through)
    last = month_index(through)
    return last, last if through == Period(last).as_of else last - 1


def cube_rows(cohort_cube: pd.DataFrame, dimension: str, last: int) -> pd.DataFrame:
    """The cube's rows of one dimension up to the last month, as plain int64 (facts hold SMALLINT, and gaps)."""
    missing = [name for name in _CUBE if name not in cohort_cube]
    if missing:
        hint = did_you_mean(missing[0], cohort_cube.columns)
        raise CallError(f"cohort_cube: no column {', '.join(missing)}.{hint} Pass the fact frame cohort_cube.")
    known = sorted(cohort_cube["dimension"].astype(str).unique())
    if known and dimension not in known:
        raise ParameterError(
            f'cohort_cube has no dimension "{dimension}".{did_you_mean(dimension, known)} It has: {", ".join(known)}.'
        )
    wanted = (cohort_cube["dimension"] == dimension) & (cohort_cube["month"] <= last)
    rows = cohort_cube.loc[wanted, list(_CUBE[1:])]
    numbers = {name: pd.to_numeric(rows[name]).fillna(_NEVER).astype("int64") for name in _CUBE[2:]}
    return rows.assign(value=rows["value"].astype(str) if dimension != "all" else "all", **numbers)


def count_cells(rows: pd.DataFrame, last: int) -> pd.DataFrame:
    """One row per value, month cohort and observed age, with exact counts."""
    cohorts = rows[["value", "first_month"]].drop_duplicates().sort_values(["value", "first_month"], ignore_index=True)
    ages = (last - cohorts["first_month"] + 1).to_numpy(dtype="int64")
    start = np.cumsum(ages) - ages
    cells = cohorts.loc[cohorts.index.repeat(ages)].reset_index(drop=True)
    cells["months_since_first"] = np.arange(len(cells)) - np.repeat(start, ages)

    place = pd.MultiIndex.from_frame(cohorts).get_indexer(pd.MultiIndex.from_frame(rows[["value", "first_month"]]))
    age = (rows["month"] - rows["first_month"]).to_numpy()
    here = start[place] + age
    names = ["active_customers", "orders", "revenue_cents"]
    for column, name in zip(("active_customers", "orders", "cents"), names, strict=True):
        cells[column] = _placed(len(cells), here, rows[name].to_numpy())
    cells["cohort_customers"] = np.repeat(cells["active_customers"].to_numpy()[start], ages)

    # Whoever came at age a after last coming at age b is the next visit seen from each age b + 1 .. a.
    active = rows["active_customers"].to_numpy()
    since = np.where(rows["previous_month"] == _NEVER, 0, rows["previous_month"] - rows["first_month"] + 1)
    steps = _placed(len(cells) + 1, start[place] + since, active) - _placed(len(cells) + 1, here + 1, active)
    cells["active_on_or_after"] = np.cumsum(steps[:-1])

    total = np.cumsum(cells["cents"].to_numpy())
    before = np.concatenate([[0], total])[start] if len(start) else total
    cells["total_cents"] = total - np.repeat(before, ages)
    return cells.assign(month_cohorts=1)


def _placed(size: int, where: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Sums of integers by place, exact (bincount would go through floats)."""
    sums = np.zeros(size, dtype="int64")
    np.add.at(sums, where, amounts)
    return sums


def cohort_labels(months: pd.Series, grain: Grain) -> pd.Series:
    """Month indices as text; far fewer distinct months than rows."""
    names = {m: month_label(m) if grain == "month" else f"{m // 12:04d}-Q{m % 12 // 3 + 1}" for m in months.unique()}
    return months.map(names).astype("str")


def complete_cells(details: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The cells of month cohorts that are known whole as of ``as_of``, with ``first_month`` as an index.

    Raises `CallError` for missing columns, `ParameterError` for quarter cohorts.
    """
    missing = [name for name in _CELL if name not in details]
    if missing:
        hint = did_you_mean(missing[0], details.columns)
        raise CallError(f"cohorts: no column {', '.join(missing)}.{hint} Pass the table of cohort_details.")
    if details["cohort"].str.contains("Q").any():
        raise ParameterError('cohorts: this needs month cohorts, not quarters. Call cohort_details with grain="month".')
    names = details["cohort"].unique()
    indices = {name: int(name[:4]) * 12 + int(name[5:]) - 1 for name in names}
    cells = details.assign(first_month=details["cohort"].map(indices).astype("int64"))
    known = cells["is_complete"] & (cells["first_month"] + cells["months_since_first"] <= last_month(as_of))
    return cells[known].reset_index(drop=True)
