"""Cohorts as a triangle: one row for each, months across."""

import pandas as pd

from retention_helpers.errors import ParameterError, did_you_mean


def cohort_grid(
    table: pd.DataFrame, *, measure: str = "retention_rate", cohorts: int = 12, months: int = 12
) -> pd.DataFrame:
    """The cells of cohorts as a triangle for a figure: the last cohorts down, months 1..12 across.

    Rule: the last ``cohorts`` cohorts of a table from `cohort_retention` or `cohort_details` (or the values of a
    dimension from `all_cohorts`). No month 0, which is 100 % everywhere. Usual wrong edge: an unobserved cell is
    missing, never 0.

    Parameters: ``table``; ``measure`` a column of it; ``cohorts`` how many rows; ``months`` how many ages.

    Returns one row for each cohort (or value):
      cohort                text (or ``value``)
      cohort_customers      customers at age 0
      month_1 .. month_12   the measure at that age; missing where not observed

    Raises `ParameterError` when the table lacks the measure, or holds several values of a dimension at once.
    """
    row = "cohort" if "cohort" in table else "value"
    if measure not in table or row not in table:
        hint = did_you_mean(measure, table.columns)
        raise ParameterError(f'cohort_grid: the table has no "{measure}" by cohort.{hint}')
    if table.duplicated([row, "months_since_first"]).any():
        raise ParameterError("cohort_grid: the table holds several values of a dimension. Filter it to one first.")
    grid = table.pivot(index=row, columns="months_since_first", values=measure).astype(float)
    grid = grid.reindex(columns=range(1, months + 1)).add_prefix("month_").rename_axis(columns=None)
    sizes = table[table["months_since_first"] == 0].set_index(row)["cohort_customers"]
    grid.insert(0, "cohort_customers", sizes.reindex(grid.index))
    return (grid.tail(cohorts) if row == "cohort" else grid).reset_index()
