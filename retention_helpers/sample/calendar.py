"""Time in the sample company: its months, its season, its week and its opening hours.

Business time runs evenly through orders, not through seconds: ``clock`` 3.25 is the moment at which a quarter of the
orders of month 3 are expected to be in. A uniform draw in ``clock`` therefore falls on Saturdays, in November and at
lunch time as often as a shop's orders do, and "later" stays later after the translation to seconds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..periods import Period

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY = 86_400
SEASON = np.array([0.78, 0.85, 0.95, 0.99, 1.00, 0.95, 0.83, 0.81, 1.00, 1.05, 1.32, 1.47])
WEEK = np.array([1.00, 0.95, 0.97, 1.03, 1.12, 1.32, 0.88])
HOURS = np.array(
    [0.3, 0.15, 0.1, 0.1, 0.1, 0.2, 0.5, 1, 1.8, 2.6, 3.2, 3.4, 3.5, 3.2, 3, 3, 3.2, 3.6, 3.9, 4, 3.9, 3.2, 2, 0.9]
)
HOLIDAYS = {(1, 1): 0.3, (12, 24): 0.55, (12, 25): 0.12, (12, 26): 0.35, (12, 31): 0.6}


@dataclass(frozen=True)
class Calendar:
    """The complete months of the sample: ``months`` of them, the last one ``last_month``.

    >>> calendar = Calendar("2026-10", 36)
    >>> calendar.labels[0], calendar.labels[-1], calendar.season.shape
    ('2023-11', '2026-10', (36,))
    """

    last_month: str
    months: int

    @cached_property
    def periods(self) -> list[Period]:
        """The months, first to last."""
        last = Period.parse(self.last_month)
        return [last - back for back in range(self.months - 1, -1, -1)]

    @cached_property
    def labels(self) -> list[str]:
        """``YYYY-MM`` of each month."""
        return [period.label for period in self.periods]

    @cached_property
    def starts(self) -> Ints:
        """Seconds since 1970 at which each month begins, and the end of the last one."""
        days = [period.start for period in self.periods] + [self.periods[-1].end]
        return np.array(days, dtype="datetime64[s]").astype(np.int64)

    @property
    def end(self) -> int:
        """Seconds since 1970 at which the last month is over."""
        return int(self.starts[-1])

    @cached_property
    def month_of_year(self) -> Ints:
        """0 for January to 11 for December, of each month."""
        return np.array([period.start.month - 1 for period in self.periods])

    @cached_property
    def year(self) -> Ints:
        """The year of each month."""
        return np.array([period.start.year for period in self.periods])

    @cached_property
    def season(self) -> Floats:
        """How busy each month is against a month of average trade."""
        return (SEASON / SEASON.mean())[self.month_of_year]

    @cached_property
    def _grid(self) -> tuple[Floats, Floats]:
        """Hour edges in seconds, and business time at each edge."""
        days = np.arange(self.starts[0], self.end, DAY)
        dates = days.astype("datetime64[s]").astype("datetime64[D]")
        weight = WEEK[(dates.astype(np.int64) + 3) % 7] * _special_days(dates)
        hours = (weight[:, None] * HOURS / HOURS.sum()).ravel()
        month = np.repeat(self.month(days), 24)
        share = hours / np.bincount(month, hours)[month]
        edges = np.arange(self.starts[0], self.end + 1, 3_600)
        return edges.astype(float), np.concatenate([[0.0], np.cumsum(share)])

    def moment(self, clock: Floats) -> Ints:
        """Seconds since 1970 at business time ``clock``; always inside the months of the sample."""
        edges, cumulated = self._grid
        seconds = np.interp(clock, cumulated, edges).astype(np.int64)
        return np.clip(seconds, self.starts[0], self.end - 1)

    def clock(self, seconds: Ints) -> Floats:
        """Business time at ``seconds``: the inverse of `moment`."""
        edges, cumulated = self._grid
        return np.interp(seconds, edges, cumulated)

    def month(self, seconds: Ints) -> Ints:
        """The number of the month, from 0, that holds each of ``seconds``; negative before the first."""
        return np.searchsorted(self.starts, seconds, side="right") - 1

    def month_from_end(self, back: int) -> int:
        """The number of the month ``back`` months before the last one; negative where the sample is too short."""
        return self.months - 1 - back


def _special_days(dates: NDArray[np.datetime64]) -> Floats:
    """Extra trade on and around Black Friday and before Christmas, little on holidays."""
    weight = np.ones(len(dates))
    for position, day in enumerate(dates.astype(object)):
        weight[position] = HOLIDAYS.get((day.month, day.day), 1.0)
        if day.month == 11 and 23 <= day.day <= 29:
            weight[position] = 2.6 if day.weekday() == 4 else 1.5
        if day.month == 12 and day.day <= 20:
            weight[position] = 1.3
    return weight


def stamp(seconds: Ints) -> NDArray[np.str_]:
    """``YYYY-MM-DD HH:MM:SS`` of each of ``seconds``.

    >>> stamp(np.array([0])).tolist()
    ['1970-01-01 00:00:00']
    """
    text = np.datetime_as_string(np.asarray(seconds, dtype=np.int64).astype("datetime64[s]"), unit="s")
    if len(text):
        text.view(np.uint32).reshape(len(text), -1)[:, 10] = ord(" ")
    return text
