"""The sums by month and bucket of customers as arrays, ready to be resampled."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .frames import every_month, numbers, through
from .intervals import BUCKETS, Floats, divide, ratio_bootstrap

BUYERS = ("new", "returning", "none")
SUMS = ("customers", "orders", "revenue_cents", "revenue_floor_cents", "retained_floor_cents", "kept_cents")


@dataclass(frozen=True)
class Buckets:
    """The sums of `month_buckets` as arrays: what, for whom, in which month, in which bucket of customers."""

    months: NDArray[np.int64]
    sums: dict[str, Floats]  # each (buyer, month, bucket)

    def of(self, name: str, *buyers: str) -> Floats:
        """One sum by (month, bucket), over all buyers or those named."""
        return sum((self.sums[name][BUYERS.index(buyer)] for buyer in buyers or BUYERS), np.zeros(1))

    def before(self, name: str, months: int = 1) -> Floats:
        """The same sum as it was ``months`` earlier; zero before the first month."""
        values = self.of(name)
        earlier = np.zeros_like(values)
        earlier[months:] = values[: max(len(values) - months, 0)]
        return earlier

    def trailing(self, months: int) -> "Buckets":
        """Each month's sums replaced by those of the ``months`` months up to it."""
        sums = {}
        for name, values in self.sums.items():
            total = values.cumsum(axis=1)
            total[:, months:] -= values.cumsum(axis=1)[:, :-months]
            sums[name] = total
        return Buckets(self.months, sums)


def read_buckets(month_buckets: pd.DataFrame, as_of: date) -> Buckets:
    """`month_buckets` up to ``as_of``, every month and all 256 buckets, also the empty ones."""
    rows = through(month_buckets, as_of)
    months = every_month(rows, as_of)
    shape = (len(BUYERS), months.size, BUCKETS)
    if rows.empty:
        return Buckets(months, {name: np.zeros(shape) for name in SUMS})
    buyer = rows["buyer"].map({name: place for place, name in enumerate(BUYERS)}).to_numpy(dtype=np.int64)
    month, bucket = (numbers(rows, name).astype(np.int64) for name in ("month", "bucket"))
    place = np.ravel_multi_index((buyer, month - months[0], bucket), shape)
    size = int(np.prod(shape))
    sums = {name: np.bincount(place, weights=numbers(rows, name), minlength=size).reshape(shape) for name in SUMS}
    return Buckets(months, sums)


def ratio_columns(name: str, numerator: Floats, denominator: Floats, seed: int) -> dict[str, Floats]:
    """A ratio of two sums over the last axis, the buckets, with ``_low`` and ``_high`` by resampling buckets."""
    low, high = ratio_bootstrap(numerator, denominator, seed=seed)
    return {name: divide(numerator.sum(axis=-1), denominator.sum(axis=-1)), f"{name}_low": low, f"{name}_high": high}


def money_columns(name: str, cents: Floats, n: Floats, seed: int) -> dict[str, Floats]:
    """Money for each of ``n``, as `ratio_columns`; cents are added up whole and divided once."""
    return ratio_columns(name, cents, 100 * n, seed)
