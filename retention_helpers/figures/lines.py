"""One to three rates over the months: line, 95 % band, the last month against the same month last year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.periods import Period, month_label
from retention_helpers.words import Words

from .columns import flags, numbers, require
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .line_drawing import draw_lines
from .line_plot import LinePlot, Series
from .unit import Unit, write_interval, write_n

MOST_SERIES = 3


@dataclass(frozen=True)
class LineOptions:
    """What to draw of the table, and how.

    series: column -> name in the reader's language, one to three, in the order of the table.
    accent: the column drawn in the accent colour; the first when empty. bases: column -> its column of n.
    unit: of all the series. months: at most so many last months are drawn (the table keeps all).
    """

    series: Mapping[str, str]
    accent: str = ""
    bases: Mapping[str, str] = field(default_factory=dict)
    unit: Unit = "percent"
    months: int = 24


def retention_lines(frame: pd.DataFrame, finding: Finding, words: Words, *, options: LineOptions) -> Figure:
    """How did one to three rates move from month to month, and how sure are we?

    Draws each column of ``options.series`` with the band between its ``_low`` and ``_high`` (where the table has
    them), a dot and the bold value at the last month, a ring and the value at the same month last year. A month that
    the table lacks, or whose value is missing, leaves a gap: a line never bridges what was not observed.

    Columns needed: ``month`` ('YYYY-MM', one row each), the series' columns (rates 0..1 for unit percent).
    Optional: ``<series>_low``, ``<series>_high``, columns of n, ``is_complete`` (bool; False is hatched),
    ``is_left_censored`` (bool; True is shaded: the history starts here, so a "new" customer may be an old one).

    Raises `ParameterError` for a missing column, a month twice, no series or more than three.
    """
    _check(frame, finding, options)
    if frame.empty or not any(numbers(frame, name).notna().any() for name in options.series):
        return compose_without_data(finding, _table(frame, words, options), words)
    monthly = _without_holes(frame)
    shown = monthly.iloc[-options.months :].reset_index(drop=True)
    plot = LinePlot(
        months=list(shown["month"]),
        series=[_series(shown, name, options) for name in options.series],
        incomplete=[index for index, done in enumerate(flags(shown, "is_complete", True)) if not done],
        censored=[index for index, cut in enumerate(flags(shown, "is_left_censored", False)) if cut],
        unit=options.unit,
        words=words,
    )
    return compose(
        finding.noting(*_notes(plot, words)), _table(frame, words, options), partial(draw_lines, plot), words
    )


def _check(frame: pd.DataFrame, finding: Finding, options: LineOptions) -> None:
    if not 1 <= len(options.series) <= MOST_SERIES:
        raise ParameterError(
            f'Figure "{finding.name}": {len(options.series)} series; a line chart takes 1 to {MOST_SERIES}. '
            "Draw ranked bars, or several charts."
        )
    require(frame, ["month", *options.series, *options.bases.values()], finding.name)
    if options.accent and options.accent not in options.series:
        raise ParameterError(f'Figure "{finding.name}": accent "{options.accent}" is not one of the series.')
    twice = frame.loc[frame["month"].duplicated(), "month"]
    if len(twice):
        raise ParameterError(f'Figure "{finding.name}": month {twice.iloc[0]} stands twice; give one row a month.')


def _without_holes(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for every month from the first to the last, so that distance on paper is distance in time."""
    known = frame.assign(month=frame["month"].astype(str)).set_index("month")
    first, last = (Period.parse(label).index for label in (min(known.index), max(known.index)))
    every = pd.Index([month_label(index) for index in range(first, last + 1)], name="month")
    return known.reindex(every).reset_index()


def _series(frame: pd.DataFrame, name: str, options: LineOptions) -> Series:
    value = numbers(frame, name)
    return Series(
        name=options.series[name],
        values=list(value),
        low=list(numbers(frame, f"{name}_low").where(value.notna())),
        high=list(numbers(frame, f"{name}_high").where(value.notna())),
        is_accent=name == (options.accent or next(iter(options.series))),
    )


def _notes(plot: LinePlot, words: Words) -> list[str]:
    notes = []
    if any(series.has_band for series in plot.series):
        notes.append(words.say("The band is a 95% interval."))
    if plot.ringed is not None:
        notes.append(words.say("Ring: the same month last year."))
    if plot.incomplete:
        notes.append(words.say("Hatched: the month is not complete yet."))
    if plot.censored:
        notes.append(words.say("Shaded: the history starts here, so a new customer may be an old one."))
    return notes


def _table(frame: pd.DataFrame, words: Words, options: LineOptions) -> pd.DataFrame:
    months = sorted(frame["month"].astype(str))
    ordered = frame.assign(month=frame["month"].astype(str)).set_index("month").reindex(months)
    complete = flags(ordered, "is_complete", True)
    columns = {
        words.say("Month"): [
            words.month_title(month) if done else words.say("{month} (incomplete)", month=words.month_title(month))
            for month, done in zip(months, complete, strict=True)
        ]
    }
    for name, title in options.series.items():
        value, low, high = (numbers(ordered, name + end) for end in ("", "_low", "_high"))
        columns[title] = [
            write_interval(v, (lo, hi), options.unit, words) for v, lo, hi in zip(value, low, high, strict=True)
        ]
        if name in options.bases:
            counts = numbers(ordered, options.bases[name])
            columns[words.say("{name}: n", name=title)] = [write_n(n, words) for n in counts]
    return pd.DataFrame(columns, dtype="object")
