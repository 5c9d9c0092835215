"""What a step changed, month by month before and after it."""

from dataclasses import dataclass

import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.words import Words

from .columns import flags, numbers, require, untaken
from .event_drawing import Events, draw_events
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .unit import Unit, write_difference_interval


@dataclass(frozen=True)
class EventOptions:
    """What to draw of the table, and how.

    x: months from the step (negative before it, 0 and more after). y: the difference, with ``<y>_low``, ``<y>_high``
    for each month by itself; together: the columns ``<together>_low``, ``<together>_high`` of the band that holds for
    all months at once. unit: of y; of a difference of rates "percent", drawn in percentage points. digits: of y in the
    data table and the label of the mean. mean: the average after the step, NaN for none; mean_label: its words
    ("average after: +0.31"). joined_label, before_label: over the two sides. not_comparable_label: why marked months
    say nothing ("joined because of these months"). x_title: under the axis. y_title: of y in the data table.
    """

    x: str = "months_since_joining"
    y: str = "effect"
    together: str = "effect_band"
    unit: Unit = "number"
    digits: int | None = None
    mean: float = float("nan")
    mean_label: str = ""
    joined_label: str = ""
    before_label: str = ""
    not_comparable_label: str = ""
    x_title: str = ""
    y_title: str = ""


def event_study(frame: pd.DataFrame, finding: Finding, words: Words, *, options: EventOptions | None = None) -> Figure:
    """How far apart were those who took the step and those they are compared with, before it and after?

    Before the step the line should lie at zero: it is grey, and no effect. After it the line is in the accent colour,
    with the dashed mean. A month that cannot be compared (the last ones before joining are the reason why people join)
    is hatched and drawn as a ring. A missing month leaves a gap.

    Columns needed: ``options.x`` (whole months, one row each) and ``options.y`` (float). Optional: ``<y>_low``,
    ``<y>_high``, ``<together>_low``, ``<together>_high``, ``is_comparable`` (bool; False is marked).

    Raises `ParameterError` for a missing column or a month that stands twice.
    """
    options = options or EventOptions()
    require(frame, [options.x, options.y], finding.name)
    tidy = _tidy(frame, options)
    if tidy.index.has_duplicates:
        twice = tidy.index[tidy.index.duplicated()][0]
        raise ParameterError(f'Figure "{finding.name}": month {twice} stands twice; give one row a month.')
    table = _table(tidy, words, options)
    if tidy["y"].isna().all():
        return compose_without_data(finding, table, words)
    whole = tidy.reindex(range(int(tidy.index.min()), int(tidy.index.max()) + 1))
    whole["is_comparable"] = flags(whole, "is_comparable", True)
    events = Events(whole, options, words)
    return compose(finding.noting(*_notes(events, words)), table, lambda width: draw_events(events, width), words)


def _tidy(frame: pd.DataFrame, options: EventOptions) -> pd.DataFrame:
    """By month in order; edges are missing where the value is."""
    names = {
        "y": options.y,
        "low": f"{options.y}_low",
        "high": f"{options.y}_high",
        "together_low": f"{options.together}_low",
        "together_high": f"{options.together}_high",
    }
    columns = {key: numbers(frame, name) for key, name in names.items()}
    tidy = pd.DataFrame({"month": numbers(frame, options.x), **columns}).assign(
        is_comparable=flags(frame, "is_comparable", True)
    )
    tidy = tidy.loc[tidy["month"].notna()].astype({"month": int}).set_index("month").sort_index()
    edges = ["low", "high", "together_low", "together_high"]
    tidy[edges] = tidy[edges].where(tidy["y"].notna(), axis=0)
    return tidy


def _notes(events: Events, words: Words) -> list[str]:
    notes = []
    if events.has("low", "high"):
        notes.append(words.say("The band is a 95% interval of each month."))
    if events.has("together_low", "together_high"):
        notes.append(words.say("The paler band holds for all months together."))
    if events.uncompared:
        notes.append(words.say("Hatched months are not comparable: they say nothing about the effect."))
    return notes


def _table(tidy: pd.DataFrame, words: Words, options: EventOptions) -> pd.DataFrame:
    def intervals(low: str, high: str) -> list[str]:
        rows = zip(tidy["y"], zip(tidy[low], tidy[high], strict=True), strict=True)
        return [write_difference_interval(value, edges, options.unit, words, options.digits) for value, edges in rows]

    columns = {options.x_title or words.say("Month"): [_signed(month, words) for month in tidy.index]}
    columns[untaken(options.y_title or words.say("Difference"), columns)] = intervals("low", "high")
    if tidy["together_low"].notna().any():
        columns[untaken(words.say("All months together"), columns)] = intervals("together_low", "together_high")
    if not tidy["is_comparable"].all():
        columns[untaken(words.say("Comparable"), columns)] = [
            words.say("yes") if comparable else words.say("no") for comparable in tidy["is_comparable"]
        ]
    return pd.DataFrame(columns, dtype="object")


def _signed(month: int, words: Words) -> str:
    return ("+" if month > 0 else "") + words.integer(month)
