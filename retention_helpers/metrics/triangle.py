"""The cohort table as it was known at a month's end: cohorts down, ages across, missing where nobody could know."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import ParameterError

from .cohort_cells import complete_cells
from .intervals import Floats

FEWEST_COHORTS = 6


@dataclass(frozen=True)
class Triangle:
    """Month cohorts by age 1, 2, ...: customers that ordered, missing where not known up to ``last``."""

    first: NDArray[np.int64]
    size: Floats
    active: Floats
    last: int

    @classmethod
    def of(cls, details: pd.DataFrame, as_of: date) -> "Triangle | None":
        """None where fewer than six cohorts have been seen after their first month."""
        cells = complete_cells(details, as_of)
        if cells.duplicated(["first_month", "months_since_first"]).any():
            raise ParameterError("projection: the table holds several values of a dimension. Filter it to one first.")
        if cells.empty or cells["months_since_first"].max() == 0:
            return None
        ages = range(1, int(cells["months_since_first"].max()) + 1)
        wide = cells.pivot(index="first_month", columns="months_since_first", values="active_customers")
        size = cells.groupby("first_month")["cohort_customers"].max().to_numpy(dtype=float)
        last = int((cells["first_month"] + cells["months_since_first"]).max())
        known = size > 0
        active = wide.reindex(columns=ages).to_numpy(dtype=float)[known]
        triangle = cls(wide.index.to_numpy(dtype="int64")[known], size[known], active, last)
        return triangle if triangle.seen_cohorts >= FEWEST_COHORTS else None

    @property
    def seen_cohorts(self) -> int:
        return int((~np.isnan(self.active)).any(axis=1).sum())

    @property
    def months(self) -> NDArray[np.int64]:
        """The calendar month of every cell."""
        return self.first[:, None] + np.arange(1, self.active.shape[1] + 1)

    def hidden_after(self, month: int) -> "Triangle":
        """What was known at the end of ``month``."""
        started = self.first <= month
        active = np.where(self.months > month, np.nan, self.active)[started]
        return Triangle(self.first[started], self.size[started], active, month)
