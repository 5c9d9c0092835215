"""What a line chart shows, before it is drawn: months, series, and the marks on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retention_helpers.words import Words

from .scale import round_ticks
from .unit import Unit

_YEAR = 12


@dataclass(frozen=True)
class Series:
    """One line: values per month with their interval, NaN where nothing is known."""

    name: str
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    is_accent: bool

    @property
    def has_band(self) -> bool:
        return bool((np.isfinite(self.low) & np.isfinite(self.high)).any())

    @property
    def upper(self) -> np.ndarray:
        """Upper edge of what is drawn: the interval, or the line itself."""
        return np.where(np.isfinite(self.high), self.high, self.values)

    @property
    def lower(self) -> np.ndarray:
        return np.where(np.isfinite(self.low), self.low, self.values)

    @property
    def last(self) -> int | None:
        known = np.flatnonzero(np.isfinite(self.values))
        return int(known[-1]) if len(known) else None


@dataclass(frozen=True)
class LinePlot:
    """Months, series, and which months are incomplete or left-censored (their positions)."""

    months: Sequence[str]
    series: Sequence[Series]
    incomplete: Sequence[int]
    censored: Sequence[int]
    unit: Unit
    words: Words

    @cached_property
    def ticks(self) -> list[float]:
        edges = np.concatenate([np.r_[series.upper, series.lower] for series in self.series])
        # 4 % of air above the highest band keeps its label inside the plot.
        return round_ticks(min(0.0, float(np.nanmin(edges))), float(np.nanmax(edges)) * 1.04)

    @property
    def ringed(self) -> int | None:
        """The same month last year, where the picture reaches back to it."""
        index = len(self.months) - 1 - _YEAR
        known = index >= 0 and any(np.isfinite(series.values[index]) for series in self.series)
        return index if known else None
