"""Which month a report is of: the one asked for, if the data carry it; else the last complete one."""

from datetime import date

from retention_helpers.errors import PeriodError
from retention_helpers.periods import Period


def resolve_period(label: str, months: list[int], data_through: date, *, allow_incomplete: bool = False) -> Period:
    """The period to report: ``label`` (YYYY-MM), or the last complete month when it is empty.

    ``months`` are the month indexes that have rows. Raises `PeriodError` for a month before or after the data, and
    for one that the data do not cover to its last day unless ``allow_incomplete``.
    """
    wanted = Period.parse(label) if label else None
    end = Period.of(data_through)
    first, last = (Period(min(months)), Period(max(months))) if months else (None, end)
    if wanted is None:
        period = _last_complete(last, data_through)
        if first is not None and period < first:
            raise PeriodError(
                f"no month is complete: the data run from {first} to {data_through}. Name one with --allow-incomplete."
            )
        return period
    if wanted > max(last, end) or (first is not None and wanted < first):
        reach = f"they run from {first} to {last}" if first is not None else f"they end on {data_through}"
        raise PeriodError(f"{wanted} has no data: {reach}. Choose a month that they cover.")
    if data_through < wanted.as_of and not allow_incomplete:
        earlier = _last_complete(wanted, data_through)
        instead = f"Report {earlier}, wait" if first is None or earlier >= first else "Wait"
        raise PeriodError(
            f"{wanted} is not complete: the data end on {data_through}. {instead} for the rest, "
            "or pass --allow-incomplete to get the month marked as incomplete."
        )
    return wanted


def _last_complete(last: Period, data_through: date) -> Period:
    end = min(last, Period.of(data_through))
    return end if data_through >= end.as_of else end - 1
