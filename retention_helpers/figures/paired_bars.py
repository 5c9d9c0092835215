"""Two bars a group: its share of one thing against its share of another, and what changed since."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention_helpers.words import MISSING, Words, capital

from .canvas import Box, Canvas, Ink, Stroke
from .change import Change, read_changes
from .columns import labels, numbers, ordered, refuse_twice, require, untaken
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .key import Entry, Key
from .measure import text_width, widest, wrap_most
from .scale import Scale
from .theme import is_narrow
from .unit import Unit, write, write_interval, write_n

_BAR = 13.0
_SIZE = 12.5
_COLORS, _TEXTS = ("context", "accent"), ("muted", "accent")

Plot = tuple[pd.DataFrame, Sequence[Change | None]]


@dataclass(frozen=True)
class PairedOptions:
    """What to draw of the table, and how.

    label: the column of groups; names: group -> its name for the reader, in the order of the rows (groups that it
    lacks follow in the order of the table). first, second: the two values, the first in grey, the second in the accent
    colour; first_name, second_name: what they are ("customers", "revenue"). unit: of both. n: a column of counts for
    the data table. change: the column at the right, with its ``_low`` and ``_high``; change_title: over it ("since
    Sep 2026"); change_unit: of it (the unit of the values when None). better: a column saying per row whether a rise
    ("up") or a fall ("down") is better; without it no change is coloured. header: over the groups in the data table.
    """

    label: str = "segment"
    first: str = "customers_share"
    second: str = "revenue_share"
    first_name: str = ""
    second_name: str = ""
    unit: Unit = "percent"
    n: str = "customers"
    change: str = "customers_share_change"
    change_title: str = ""
    change_unit: Unit | None = None
    better: str = "better"
    names: Mapping[str, str] = field(default_factory=dict)
    header: str = ""


def paired_bars(frame: pd.DataFrame, finding: Finding, words: Words, *, options: PairedOptions | None = None) -> Figure:
    """Which groups have more of one thing than of the other (few customers, much revenue), and what changed?

    Both bars of a group start at zero and share one scale. A change whose interval holds zero is grey with "≈"; one
    that is more than noise is dark, and coloured with an arrow only where the table says which direction is better.

    Columns needed: the label (text), first and second (floats). Optional: ``<first>_low``, ``<first>_high``,
    ``<second>_low``, ``<second>_high`` for the data table, n (int), change with ``_low`` and ``_high``, better.

    Raises `ParameterError` for a missing column or a group that stands twice.
    """
    options = options or PairedOptions()
    require(frame, [options.label, options.first, options.second], finding.name)
    rows = _rows(frame, finding, words, options)
    changes = read_changes(rows, options.change, options.better, options.change_unit or options.unit, words)
    table = _table(rows, changes, words, options)
    if numbers(rows, options.first).isna().all() and numbers(rows, options.second).isna().all():
        return compose_without_data(finding, table, words)
    if any(change is not None and "≈" in change.text for change in changes):
        finding = finding.noting(words.say("≈ is a change within noise: its interval holds no change."))
    return compose(finding, table, lambda width: _Drawing((rows, changes), width, words, options).canvas, words)


def _rows(frame: pd.DataFrame, finding: Finding, words: Words, options: PairedOptions) -> pd.DataFrame:
    """The rows in order, their shown names in ``_name``."""
    keys = labels(frame, options.label, words)
    refuse_twice(keys, finding.name)
    names = ordered(keys, options.names)
    return frame.set_axis(keys).loc[list(names)].assign(_name=list(names.values()))


def _table(rows: pd.DataFrame, changes: Sequence[Change | None], words: Words, options: PairedOptions) -> pd.DataFrame:
    columns = {options.header or words.say("Group"): list(rows["_name"])}
    if options.n in rows.columns:
        columns[untaken(words.say("n"), columns)] = [write_n(n, words) for n in numbers(rows, options.n)]
    for name, title in ((options.first, options.first_name), (options.second, options.second_name)):
        value, low, high = (numbers(rows, name + end) for end in ("", "_low", "_high"))
        columns[untaken(capital(title) or name, columns)] = [
            write_interval(v, (lo, hi), options.unit, words) for v, lo, hi in zip(value, low, high, strict=True)
        ]
    if any(changes):
        columns[untaken(capital(options.change_title) or words.say("Change"), columns)] = [
            change.spoken(words) if change else MISSING for change in changes
        ]
    return pd.DataFrame(columns, dtype="object")


class _Drawing:
    """One sheet in the making."""

    def __init__(self, plot: Plot, width: float, words: Words, options: PairedOptions) -> None:
        self.rows, self.changes = plot
        self.words, self.options, self.narrow = words, options, is_narrow(width)
        self.changes_width = widest([change.text for change in self.changes if change], 12, True)
        self.values = self.rows.assign(
            first=numbers(self.rows, options.first), second=numbers(self.rows, options.second)
        )[["first", "second"]].to_numpy(dtype=float)
        self.texts = [[write(value, options.unit, words) for value in pair] for pair in self.values]
        self._lay_out(width)
        self.named = next((row for row in range(len(self.rows)) if self._has_room(row)), None)
        key = Key(self._entries(), 0.0, width) if self.named is None else None
        above = key.height + 8 if key else 0.0
        self.title = wrap_most(options.change_title, width * (1.0 if self.narrow else 0.4), 2)
        self.top = above + (len(self.title) * 16 + 8 if any(self.changes) and options.change_title else 2)
        self.canvas = Canvas(width, self.top + self.row_height * len(self.rows) + 2)
        if key:
            key.draw(self.canvas, 0)
        if any(self.changes):
            self.canvas.texts(width, above + 10, self.title, Ink("muted", align="right"))
        for row in range(len(self.rows)):
            self._row(row)

    def _lay_out(self, width: float) -> None:
        names = list(self.rows["_name"])
        if self.narrow:
            room, self.left, self.edge, self.row_height = width - self.changes_width - 12, 0.0, width, 62.0
        else:
            room = min(widest(names, _SIZE, True), width * 0.26)
            self.left, self.edge = room + 16, width - self.changes_width - 16 * bool(self.changes_width)
            self.row_height = 46.0
        self.names = [wrap_most(name, room, 1 if self.narrow else 2, _SIZE, True) for name in names]
        ends = np.append(self.values[np.isfinite(self.values)], 0.0)
        right = self.edge - widest([text for pair in self.texts for text in pair], 12, True) - 8
        self.x = Scale(ends.min(), ends.max() if ends.max() > ends.min() else ends.min() + 1, self.left, right)

    def _end(self, value: float) -> float:
        return self.x(max(value, 0.0)) if np.isfinite(value) else self.x(0.0)

    def _named_text(self, row: int, side: int) -> str:
        name = (self.options.first_name, self.options.second_name)[side]
        return f"{self.texts[row][side]}  {name}".rstrip()

    def _has_room(self, row: int) -> bool:
        """Whether both values of a row have room for the names of what they are."""
        return all(
            self._end(self.values[row][side]) + 7 + text_width(self._named_text(row, side), 12, True) <= self.edge
            for side in (0, 1)
        )

    def _entries(self) -> list[Entry]:
        def bar(color: str) -> Callable[[Canvas, float, float], None]:
            return lambda canvas, x, y: canvas.rect(Box(x, y - 5, 20, 10), color)

        names = (self.options.first_name, self.options.second_name)
        return [Entry(name, bar(color)) for name, color in zip(names, _COLORS, strict=True) if name]

    def _row(self, row: int) -> None:
        canvas, width = self.canvas, self.canvas.width
        top = self.top + row * self.row_height
        canvas.line([0, width], [top, top], Stroke("grid"))
        middle = top + (40 if self.narrow else self.row_height / 2)
        name_y = top + 14 if self.narrow else middle - (len(self.names[row]) - 1) * _SIZE * 0.65
        canvas.texts(0, name_y, self.names[row], Ink("ink", _SIZE, bold=True))
        for side, (value, color) in enumerate(zip(self.values[row], _COLORS, strict=True)):
            y = middle + (side - 0.5) * (_BAR + 3)
            text = self._named_text(row, side) if row == self.named else self.texts[row][side]
            known = bool(np.isfinite(value))
            if known:
                start = self.x(min(value, 0.0))
                canvas.rect(Box(start, y - _BAR / 2, max(self._end(value) - start, 1.5), _BAR), color)
            canvas.text(self._end(value) + 7, y, text, Ink(_TEXTS[side] if known else "muted", 12, known and side == 1))
        change = self.changes[row]
        if change:
            y = name_y if self.narrow else middle
            canvas.text(width, y, change.text, Ink(change.ink, 12, change.ink in ("accent", "warn"), align="right"))
