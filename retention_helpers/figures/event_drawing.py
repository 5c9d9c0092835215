"""The drawing of an event study: grey before the step, the accent colour after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .key import Entry, Key
from .measure import fit, text_width, widest, wrap_most
from .place import Labels, Ribbon
from .scale import Scale, round_ticks
from .theme import is_narrow
from .unit import tick_digits, write_difference

if TYPE_CHECKING:
    from .event_study import EventOptions

_JOINED = -0.5  # months: the line stands between the last month before and the first after
_STRIP = 20.0  # px above the plot for the names of the two sides
_EVERY = (1, 2, 3, 6, 12)


@dataclass(frozen=True, eq=False)
class Events:
    """The months in order with y, low, high, together_low, together_high, is_comparable; NaN where nothing is known."""

    rows: pd.DataFrame
    options: "EventOptions"
    words: Words

    def has(self, low: str, high: str) -> bool:
        return bool(self.rows[[low, high]].notna().all(axis=1).any())

    @cached_property
    def uncompared(self) -> list[tuple[int, int]]:
        """First and last month of each stretch that says nothing."""
        months = [int(month) for month in self.rows.index[~self.rows["is_comparable"]]]
        stretches = [list(stretch) for _, stretch in groupby(months, key=lambda month: month - months.index(month))]
        return [(stretch[0], stretch[-1]) for stretch in stretches]

    @cached_property
    def ticks(self) -> list[float]:
        edges = self.rows[["y", "low", "high", "together_low", "together_high"]].to_numpy(dtype=float)
        low, high = min(0.0, float(np.nanmin(edges))), max(0.0, float(np.nanmax(edges)))
        return round_ticks(low, high * 1.05 if high > low else low + 1)

    @property
    def mean_text(self) -> str:
        options, words = self.options, self.words
        if options.mean_label or not np.isfinite(options.mean):
            return options.mean_label if np.isfinite(options.mean) else ""
        value = write_difference(options.mean, options.unit, words, options.digits)
        return words.say("average after: {value}", value=value)


def draw_events(plot: Events, width: float) -> Canvas:
    return _Drawing(plot, width).canvas


class _Drawing:
    """One sheet in the making."""

    def __init__(self, plot: Events, width: float) -> None:
        self.plot, self.rows, self.words = plot, plot.rows, plot.words
        digits = tick_digits(plot.ticks, plot.options.unit)
        texts = [self._tick(tick, digits) for tick in plot.ticks]
        self.key = Key(self._entries(), 0.0, width)
        above = self.key.height + 8 if self._entries() else 0.0
        left = widest(texts) + 10
        height = (220 if is_narrow(width) else 246) + above + _STRIP + 46
        self.area = Box(left, above + _STRIP, width - left - 8, height - above - _STRIP - 46)
        self.canvas = Canvas(width, height)
        first, last = float(self.rows.index.min()), float(self.rows.index.max())
        self.x = Scale(min(first, 0.0) - 0.6, max(last, 0.0) + 0.4, self.area.left, self.area.right)
        self.y = Scale(plot.ticks[0], plot.ticks[-1], self.area.bottom, self.area.top)
        self.key.draw(self.canvas, 0)
        self._ground(texts)
        before = self.rows.index < 0
        self._side(self.rows.loc[before], "muted", "context-pale")
        self._side(self.rows.loc[~before], "accent", "band")
        self._sides()
        self._mean()
        self._months()

    def _tick(self, tick: float, digits: int) -> str:
        return (
            self.words.integer(0) if tick == 0 else write_difference(tick, self.plot.options.unit, self.words, digits)
        )

    def _entries(self) -> list[Entry]:
        def hatched(canvas: Canvas, x: float, y: float) -> None:
            canvas.hatch(Box(x, y - 6, 20, 12), Stroke("context", 0.75), 6)

        label = self.plot.options.not_comparable_label or self.words.say("not comparable")
        return [Entry(label, hatched)] if self.plot.uncompared else []

    def _ground(self, texts: Sequence[str]) -> None:
        """Paper darker before the step, hatched where months say nothing, zero and the other ticks."""
        area, joined = self.area, self.x(_JOINED)
        if self.rows.index.min() < 0:
            self.canvas.rect(Box(area.left, area.top, joined - area.left, area.height), "page")
        for tick, text in zip(self.plot.ticks, texts, strict=True):
            self.canvas.line([area.left, area.right], [self.y(tick)] * 2, Stroke("axis" if tick == 0 else "grid"))
            self.canvas.text(area.left - 8, self.y(tick), text, Ink("muted", align="right"))
        month = self.x(1) - self.x(0)
        for first, last in self.plot.uncompared:
            box = Box(self.x(first) - month / 2, area.top, month * (last - first + 1), area.height)
            self.canvas.hatch(box, Stroke("context", 0.75), 6)
        self.canvas.line([joined, joined], [area.top - _STRIP + 6, area.bottom], Stroke("ink", 1.25))

    def _side(self, rows: pd.DataFrame, color: str, band: str) -> None:
        xs = [self.x(month) for month in rows.index]

        def pixels(name: str) -> list[float]:
            return [self.y(value) for value in rows[name]]

        self.canvas.band(xs, (pixels("together_high"), pixels("together_low")), band, 0.4)
        self.canvas.band(xs, (pixels("high"), pixels("low")), band, 0.7 if color == "muted" else 1.0)
        self.canvas.line(xs, pixels("y"), Stroke(color, 1.75 if color == "muted" else 2.25))
        for x, y, comparable in zip(xs, pixels("y"), rows["is_comparable"], strict=True):
            if np.isfinite(y):
                draw = self.canvas.dot if comparable else self.canvas.ring
                draw(x, y, color, 3.5)

    def _sides(self) -> None:
        """What the two sides are, above the plot; the caption tells it where there is no room."""
        options, joined, y = self.plot.options, self.x(_JOINED), self.area.top - 9
        after = fit(options.joined_label or self.words.say("joined"), self.canvas.width - joined - 6, 12, True)
        self.canvas.text(joined + 6, y, after, Ink("ink", 12, bold=True))
        before = options.before_label or self.words.say("before")
        if self.rows.index.min() < 0 and text_width(before, 12, True) <= joined - self.area.left - 8:
            self.canvas.text(self.area.left + 2, y, before, Ink("muted", 12, bold=True))

    def _mean(self) -> None:
        """The dashed mean from the first month after to the last, its words clear of line and band."""
        after = self.rows.loc[self.rows.index >= 0]
        if not self.plot.mean_text or after.empty:
            return
        y = self.y(self.plot.options.mean)
        xs = [self.x(month) for month in after.index]
        self.canvas.line([xs[0] - 4, xs[-1] + 4], [y, y], Stroke("accent", 1.25, dashed=True))
        upper, lower = ([self.y(v) for v in self._outer(after, edges)] for edges in ("high", "low"))
        # The mean itself belongs to what the label must stay clear of.
        ribbon = Ribbon(xs, np.fmin(upper, y), np.fmax(lower, y))
        left, right = self.x(_JOINED) + 6, self.area.right - 4
        lines = wrap_most(self.plot.mean_text, right - left, 2, 13, True)
        size = (widest(lines, 13, True), 15 + 17 * (len(lines) - 1))
        lefts = [right - size[0], *np.arange(right - size[0], left, -24)]
        box = Labels(self.area, [ribbon]).beside(ribbon, size, [float(place) for place in lefts])
        if box is not None:
            self.canvas.texts(box.left, box.top + 7.5, lines, Ink("accent", 13, bold=True))

    @staticmethod
    def _outer(rows: pd.DataFrame, edge: str) -> pd.Series:
        """The outermost of what is drawn on one side."""
        columns = rows[["y", edge, f"together_{edge}"]]
        return columns.max(axis=1) if edge == "high" else columns.min(axis=1)

    def _months(self) -> None:
        months = [int(month) for month in self.rows.index]
        texts = {month: ("+" if month > 0 else "") + self.words.integer(month) for month in months}
        gap, room = self.x(1) - self.x(0), widest(list(texts.values())) + 8
        every = next((step for step in _EVERY if step * gap >= room), _EVERY[-1])
        for month in months:
            if month % every == 0:
                self.canvas.line([self.x(month)] * 2, [self.area.bottom, self.area.bottom + 4], Stroke("axis"))
                self.canvas.text(self.x(month), self.area.bottom + 15, texts[month], Ink("muted", align="center"))
        title = fit(self.plot.options.x_title or self.words.say("months since joining"), self.canvas.width - 8)
        self.canvas.text(self.area.right, self.area.bottom + 34, title, Ink("muted", align="right"))
