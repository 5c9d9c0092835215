"""Small multiples: one tiny line a group over the same months, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.periods import Period, month_label
from retention_helpers.words import Words

from .change import Change, read_change
from .columns import flags, labels, numbers, ordered, require, untaken
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .multiples_drawing import Panel, Panels, draw_panels
from .unit import Unit, is_missing, write_interval

_NAN = float("nan")


@dataclass(frozen=True)
class MultiplesOptions:
    """What to draw of the table, and how.

    panel: the column of groups; names: group -> its name for the reader, in the order of the panels (groups that it
    lacks follow). value: the column drawn; unit: of it. months: at most so many last months (the table keeps all).
    scale: each panel on its own scale, or all on one; both begin at zero. highlight: groups drawn in the accent
    colour, the others grey; all in accent when empty. better: a column saying whether a rise ("up") or a fall ("down")
    of the group is better; without it no change is coloured.
    """

    panel: str = "life_stage"
    value: str = "customers"
    unit: Unit = "integer"
    months: int = 24
    names: Mapping[str, str] = field(default_factory=dict)
    scale: Literal["own", "shared"] = "own"
    highlight: tuple[str, ...] = ()
    better: str = "better"


def small_multiples(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: MultiplesOptions | None = None
) -> Figure:
    """How did many groups move over the same months: which rose, which fell, where does each stand now?

    A panel a group: its name, the value of the last month, the change on the month before, and the line from zero with
    a ring at the same month last year. A missing month leaves a gap, and a group without the last month shows "–".

    Columns needed: the panel (text), ``month`` ('YYYY-MM') and the value (float), one row per panel and month.
    Optional: ``<value>_low``, ``<value>_high`` (a band), ``change``, ``change_low``, ``change_high`` (read at the last
    month; the difference to the month before where absent), better, ``is_complete`` (bool; False is an open end).

    Raises `ParameterError` for a missing column, or a month of a panel that stands twice.
    """
    options = options or MultiplesOptions()
    require(frame, [options.panel, "month", options.value], finding.name)
    tidy = _tidy(frame, words, options)
    _check(tidy, finding)
    names = ordered(tidy["panel"], options.names)
    table = _table(tidy, names, words, options)
    if tidy["value"].isna().all():
        return compose_without_data(finding, table, words)
    panels = _panels(tidy, names, words, options)
    finding = finding.noting(*_notes(panels, words, options))
    return compose(finding, table, lambda width: draw_panels(panels, width), words)


def _tidy(frame: pd.DataFrame, words: Words, options: MultiplesOptions) -> pd.DataFrame:
    columns = {name: numbers(frame, name) for name in ("change", "change_low", "change_high")}
    return pd.DataFrame(
        {
            "panel": labels(frame, options.panel, words),
            "month": frame["month"].astype(str),
            "value": numbers(frame, options.value),
            "low": numbers(frame, f"{options.value}_low"),
            "high": numbers(frame, f"{options.value}_high"),
            **columns,
            "better": frame[options.better] if options.better in frame.columns else None,
            "is_complete": flags(frame, "is_complete", True),
        }
    )


def _check(tidy: pd.DataFrame, finding: Finding) -> None:
    twice = tidy.loc[tidy.duplicated(["panel", "month"])]
    if len(twice):
        row = twice.iloc[0]
        raise ParameterError(
            f'Figure "{finding.name}": month {row["month"]} of "{row["panel"]}" stands twice; give one row a month.'
        )


def _panels(tidy: pd.DataFrame, names: Mapping[str, str], words: Words, options: MultiplesOptions) -> Panels:
    last = max(Period.parse(month).index for month in tidy["month"])
    first = max(min(Period.parse(month).index for month in tidy["month"]), last - options.months + 1)
    months = [month_label(index) for index in range(first, last + 1)]
    return Panels(
        panels=[
            _panel(key, name, tidy.loc[tidy["panel"] == key].set_index("month").reindex(months), (words, options))
            for key, name in names.items()
        ],
        months=months,
        unit=options.unit,
        is_shared=options.scale == "shared",
        words=words,
    )


def _panel(key: str, name: str, rows: pd.DataFrame, said: tuple[Words, MultiplesOptions]) -> Panel:
    words, options = said
    values = rows["value"].to_numpy(dtype=float)
    known = np.isfinite(values)
    return Panel(
        name=name,
        values=values,
        low=np.where(known, rows["low"].to_numpy(dtype=float), np.nan),
        high=np.where(known, rows["high"].to_numpy(dtype=float), np.nan),
        change=_change(rows, words, options),
        is_accent=not options.highlight or key in options.highlight,
        is_open=not flags(rows, "is_complete", True).iloc[-1],
    )


def _change(rows: pd.DataFrame, words: Words, options: MultiplesOptions) -> Change | None:
    row, size = rows.iloc[-1], rows["change"].iloc[-1]
    if is_missing(size) and len(rows) > 1:
        size = row["value"] - rows["value"].iloc[-2]
    if is_missing(size):
        return None
    return read_change(size, (row["change_low"], row["change_high"]), row["better"], options.unit, words)


def _notes(panels: Panels, words: Words, options: MultiplesOptions) -> list[str]:
    notes = []
    if options.scale == "own":
        notes.append(words.say("Each panel has its own scale, from zero."))
    if any(np.isfinite(panel.low).any() for panel in panels.panels):
        notes.append(words.say("The band is a 95% interval."))
    if panels.ringed is not None:
        notes.append(words.say("Ring: the same month last year."))
    return notes


def _table(tidy: pd.DataFrame, names: Mapping[str, str], words: Words, options: MultiplesOptions) -> pd.DataFrame:
    cells = {(row.panel, row.month): (row.value, (row.low, row.high)) for row in tidy.itertuples()}
    months = sorted(set(tidy["month"]))
    columns = {words.say("Month"): [words.month_title(month) for month in months]}
    for key, name in names.items():
        columns[untaken(name, columns)] = [
            write_interval(*cells.get((key, month), (_NAN, (_NAN, _NAN))), options.unit, words) for month in months
        ]
    return pd.DataFrame(columns, dtype="object")
