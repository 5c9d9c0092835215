"""Calendar months: the only kind of period a report has.

Inside facts and frames a month is one integer, ``year * 12 + month - 1``, so that "k months later" is plain addition.
People and files see ``YYYY-MM``.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .errors import PeriodError

_LABEL = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month, half-open: ``start`` belongs to it, ``end`` does not.

    >>> p = Period.parse("2026-10")
    >>> p.start, p.end, p.as_of
    (datetime.date(2026, 10, 1), datetime.date(2026, 11, 1), datetime.date(2026, 10, 31))
    >>> (p - 12).label, (p + 3).label
    ('2025-10', '2027-01')
    """

    index: int

    @classmethod
    def parse(cls, label: str) -> "Period":
        """Read ``YYYY-MM``; raises `PeriodError` for anything else."""
        found = _LABEL.fullmatch(label)
        if found is None:
            raise PeriodError(f'"{label}" is not a period. Give a month as YYYY-MM, for example 2026-10.')
        return cls(int(found[1]) * 12 + int(found[2]) - 1)

    @classmethod
    def of(cls, day: date) -> "Period":
        """The month that holds ``day``."""
        return cls(month_index(day))

    @property
    def label(self) -> str:
        return month_label(self.index)

    @property
    def start(self) -> date:
        return date(self.index // 12, self.index % 12 + 1, 1)

    @property
    def end(self) -> date:
        return (self + 1).start

    @property
    def as_of(self) -> date:
        """The last day that counts in a report of this month."""
        return self.end - timedelta(days=1)

    def __add__(self, months: int) -> "Period":
        return Period(self.index + months)

    def __sub__(self, months: int) -> "Period":
        return Period(self.index - months)

    def __str__(self) -> str:
        return self.label


def month_index(day: date) -> int:
    """The integer of the month that holds ``day``.

    >>> month_index(date(2011, 11, 30))
    24142
    """
    return day.year * 12 + day.month - 1


def month_label(index: int) -> str:
    """``YYYY-MM`` of a month's integer.

    >>> month_label(24142)
    '2011-11'
    """
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
