"""Cohorts down, months since the first purchase across: who came back, and when."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from retention_helpers.errors import ParameterError, PeriodError
from retention_helpers.periods import Period
from retention_helpers.words import Words

from .columns import flags, numbers, require
from .cut_points import round_cuts
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .grid_plot import GridPlot
from .month_axis import month_name
from .theme import STEPS
from .unit import Unit, write, write_interval, write_n

_NEEDED = ("cohort", "months_since_first", "cohort_customers")


@dataclass(frozen=True)
class GridOptions:
    """What to draw of the cohort table, and how.

    value: the column in the cells. legend: what the cells say, in the reader's language ("Share buying again").
    unit: of the value. cohorts, months: at most so many last cohorts and first months. cuts: six increasing cut points
    of the colours; chosen from the data when empty. header: over the names of the cohorts.
    """

    value: str = "retention_rate"
    legend: str = ""
    unit: Unit = "percent"
    cohorts: int = 12
    months: int = 12
    cuts: tuple[float, ...] = ()
    header: str = ""


def cohort_grid(frame: pd.DataFrame, finding: Finding, words: Words, *, options: GridOptions | None = None) -> Figure:
    """Of those who first bought in a month, how many came back one, two, ... twelve months later?

    Month 0 is left out: it is everyone. A cell that cannot be observed yet stays empty, never 0; a month that is not
    complete is hatched; a projected cell is an outline with an italic number.

    Columns needed: ``cohort`` ('YYYY-MM', or the name of a channel, a category, ...), ``months_since_first`` (int),
    ``cohort_customers`` (int), and the value column (``retention_rate`` 0..1 unless asked otherwise).
    Optional: ``is_complete`` (bool; False is hatched), ``is_projected`` (bool), ``<value>_low`` and ``<value>_high``
    for the data table. A row without a flag is complete and observed, so observed and projected tables may be joined.

    Raises `ParameterError` for a missing column, a cell twice, or cut points that are not six rising numbers.
    """
    options = options or GridOptions()
    require(frame, [*_NEEDED, options.value], finding.name)
    _check(frame, finding, options)
    later = frame.loc[numbers(frame, "months_since_first") >= 1]
    if later.empty or numbers(later, options.value).isna().all():
        return compose_without_data(finding, _table(later, words, options), words)
    shown = _shown(later, options)
    if len(shown) < len(later):
        finding = finding.noting(words.say("Older cohorts and later months are in the CSV."))
    plot = _plot(shown, words, options)
    return compose(finding, _table(shown, words, options), plot.draw, words)


def _check(frame: pd.DataFrame, finding: Finding, options: GridOptions) -> None:
    twice = frame.loc[frame.duplicated(["cohort", "months_since_first"])]
    if len(twice):
        row = twice.iloc[0]
        raise ParameterError(
            f'Figure "{finding.name}": cohort {row["cohort"]}, month {row["months_since_first"]} stands twice; '
            "give one row a cell."
        )
    rising = all(low < high for low, high in pairwise(options.cuts))
    if options.cuts and (len(options.cuts) != STEPS - 1 or not rising):
        raise ParameterError(f'Figure "{finding.name}": cuts must be {STEPS - 1} rising numbers, found {options.cuts}.')


def _shown(frame: pd.DataFrame, options: GridOptions) -> pd.DataFrame:
    """The cells that are drawn, and so stand in the data table: the last cohorts, the first months."""
    cohorts = _order(frame)[-options.cohorts :]
    return frame.loc[frame["cohort"].isin(cohorts) & (numbers(frame, "months_since_first") <= options.months)]


def _plot(shown: pd.DataFrame, words: Words, options: GridOptions) -> GridPlot:
    cohorts = _order(shown)
    ages = range(1, int(numbers(shown, "months_since_first").max()) + 1)

    def matrix(values: pd.Series, missing: object) -> np.ndarray:
        cells = pd.DataFrame({"cohort": shown["cohort"], "age": shown["months_since_first"], "value": values})
        wide = cells.pivot(index="cohort", columns="age", values="value")
        return wide.reindex(index=cohorts, columns=list(ages)).fillna(missing).to_numpy()

    values = matrix(numbers(shown, options.value), float("nan")).astype(float)
    sizes = shown.groupby("cohort")["cohort_customers"].first().reindex(cohorts)
    least = 0.01 if options.unit in ("percent", "points") else 1.0
    return GridPlot(
        cohorts=[str(cohort) for cohort in cohorts],
        sizes=[write(size, "integer", words) for size in sizes],
        values=values,
        open=~matrix(flags(shown, "is_complete", True), True).astype(bool),
        projected=matrix(flags(shown, "is_projected", False), False).astype(bool),
        cuts=options.cuts or round_cuts(values[np.isfinite(values)], least),
        options=options,
        words=words,
    )


def _order(frame: pd.DataFrame) -> list:
    """Months in time; other cohorts as the table has them."""
    cohorts = list(dict.fromkeys(frame["cohort"]))
    return sorted(cohorts) if all(_is_month(cohort) for cohort in cohorts) else cohorts


def _is_month(cohort: object) -> bool:
    try:
        Period.parse(str(cohort))
    except PeriodError:  # any other text is a name
        return False
    return True


def cohort_name(cohort: object, words: Words, short_year: bool = False) -> str:
    """A month as people write it, any other cohort as it is."""
    return month_name(str(cohort), words, short_year) if _is_month(cohort) else str(cohort)


def _table(frame: pd.DataFrame, words: Words, options: GridOptions) -> pd.DataFrame:
    """The cells drawn, wide, each with its interval."""
    cohorts, ages = _order(frame), sorted({int(age) for age in frame["months_since_first"]})
    low, high = (numbers(frame, options.value + end) for end in ("_low", "_high"))
    texts = {
        (cohort, int(age)): _marked(write_interval(value, edges, options.unit, words), done, projected, words)
        for cohort, age, value, edges, done, projected in zip(
            frame["cohort"],
            frame["months_since_first"],
            numbers(frame, options.value),
            zip(low, high, strict=True),
            flags(frame, "is_complete", True),
            flags(frame, "is_projected", False),
            strict=True,
        )
    }
    sizes = frame.groupby("cohort")["cohort_customers"].first()
    columns = {
        options.header or words.say("First purchase"): [cohort_name(cohort, words) for cohort in cohorts],
        words.say("Customers"): [write_n(sizes[cohort], words) for cohort in cohorts],
    }
    for age in ages:
        columns[words.integer(age)] = [texts.get((cohort, age), "") for cohort in cohorts]
    return pd.DataFrame(columns, dtype="object")


def _marked(text: str, done: bool, projected: bool, words: Words) -> str:
    if projected:
        return words.say("{value} (projected)", value=text)
    return text if done else words.say("{value} (incomplete)", value=text)
