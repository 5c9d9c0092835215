"""The drawing of small multiples: a grid of tiny lines over the same months."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke, unbroken
from .change import Change
from .measure import text_width, widest, wrap_most
from .month_axis import month_name
from .scale import Scale, round_ticks
from .theme import is_narrow
from .unit import Unit, tick_digits, write

_YEAR = 12
_TITLE, _VALUE = 12.5, 14.0
_TICK = 15.0  # px above the plot for its one tick
_MONTHS = 22.0


@dataclass(frozen=True, eq=False)
class Panel:
    """One group: its values per month with their interval, NaN where nothing is known."""

    name: str
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    change: Change | None
    is_accent: bool
    is_open: bool

    @property
    def edges(self) -> np.ndarray:
        return np.concatenate([self.values, self.low, self.high])


@dataclass(frozen=True, eq=False)
class Panels:
    """All groups over the same months."""

    panels: Sequence[Panel]
    months: Sequence[str]
    unit: Unit
    is_shared: bool
    words: Words

    @cached_property
    def ringed(self) -> int | None:
        """The same month last year, where the picture reaches back to it."""
        index = len(self.months) - 1 - _YEAR
        return index if index >= 0 and any(np.isfinite(panel.values[index]) for panel in self.panels) else None

    def ends(self, panel: Panel) -> tuple[float, float]:
        """Lowest and highest value of a panel's scale: round, and zero always on it."""
        edges = np.concatenate([one.edges for one in self.panels]) if self.is_shared else panel.edges
        known = edges[np.isfinite(edges)]
        low, high = (min(0.0, known.min()), max(0.0, known.max())) if len(known) else (0.0, 0.0)
        ticks = round_ticks(low, high if high > low else low + 1, 4)
        return ticks[0], ticks[-1]


def draw_panels(panels: Panels, width: float) -> Canvas:
    """Two panels abreast on a phone, three or four on a page; the months stand once below each column."""
    return _Drawing(panels, width).canvas


class _Drawing:
    """One sheet in the making."""

    def __init__(self, plot: Panels, width: float) -> None:
        self.plot, self.narrow = plot, is_narrow(width)
        count = len(plot.panels)
        self.columns = min(2 if self.narrow else 3 if count in (5, 6, 9) else 4, count)
        self.gap = 20.0 if self.narrow else 28.0
        self.panel_width = (width - self.gap * (max(self.columns, 2) - 1)) / max(self.columns, 2)
        self._measure()
        rows = -(-count // self.columns)
        self.canvas = Canvas(width, rows * self.height + (rows - 1) * 20 + _MONTHS)
        for place in range(count):
            row, column = divmod(place, self.columns)
            left, top = column * (self.panel_width + self.gap), row * (self.height + 20)
            self._panel(place, left, top)
            if place + self.columns >= count:
                self._months(left, top + self.height)

    def _measure(self) -> None:
        """Titles, values and changes take the same height in all panels, so that the plots stand in rows."""
        room, plot = self.panel_width, self.plot
        self.titles = [wrap_most(panel.name, room, 2, _TITLE, True) for panel in plot.panels]
        self.values = [write(panel.values[-1], plot.unit, plot.words) for panel in plot.panels]
        self.changes = [panel.change.text if panel.change else "" for panel in plot.panels]
        pairs = zip(self.values, self.changes, strict=True)
        needed = max(text_width(value, _VALUE, True) + 8 + text_width(change, 12, True) for value, change in pairs)
        self.is_stacked = needed > room and any(self.changes)  # the change below its value
        self.title_height = max(map(len, self.titles)) * 16.5
        self.head = self.title_height + 22 + 17 * self.is_stacked
        self.height = self.head + _TICK + (52.0 if self.narrow else 62.0)

    def _panel(self, place: int, left: float, top: float) -> None:
        panel, canvas = self.plot.panels[place], self.canvas
        canvas.texts(left, top + 9, self.titles[place], Ink("ink", _TITLE, bold=True))
        y, value = top + self.title_height + 11, self.values[place]
        canvas.text(left, y, value, Ink("accent" if panel.is_accent else "muted", _VALUE, bold=True))
        if panel.change:
            x = left if self.is_stacked else left + text_width(value, _VALUE, True) + 8
            ink = Ink(panel.change.ink, 12, bold=panel.change.ink in ("accent", "warn"))
            canvas.text(x, y + 17 * self.is_stacked, panel.change.text, ink)
        area = Box(left, top + self.head + _TICK, self.panel_width, self.height - self.head - _TICK)
        self._scale(panel, area)
        self._line(panel, area)

    def _scale(self, panel: Panel, area: Box) -> None:
        """Zero, the round value above all others with its number, and where a year begins."""
        low, high = self.plot.ends(panel)
        y, canvas, words = Scale(low, high, area.bottom, area.top), self.canvas, self.plot.words
        for index, month in enumerate(self.plot.months):
            if index and month.endswith("-01"):
                x = (self._x(area, index - 1) + self._x(area, index)) / 2
                canvas.line([x, x], [area.top, area.bottom], Stroke("grid"))
        canvas.line([area.left, area.right], [area.top, area.top], Stroke("grid"))
        canvas.line([area.left, area.right], [y(0), y(0)], Stroke("axis"))
        text = write(high, self.plot.unit, words, tick_digits([0.0, high], self.plot.unit))
        canvas.text(area.left, area.top - 7, text, Ink("muted", 11))

    def _x(self, area: Box, index: int) -> float:
        """Room at both ends for a dot."""
        return Scale(0, max(len(self.plot.months) - 1, 1), area.left + 4, area.right - 5)(index)

    def _line(self, panel: Panel, area: Box) -> None:
        y, canvas = Scale(*self.plot.ends(panel), area.bottom, area.top), self.canvas
        xs = [self._x(area, index) for index in range(len(panel.values))]
        ys, low, high = ([y(value) for value in edge] for edge in (panel.values, panel.low, panel.high))
        color = "accent" if panel.is_accent else "muted"
        canvas.band(xs, (high, low), "band" if panel.is_accent else "context-pale", 1.0 if panel.is_accent else 0.6)
        canvas.line(xs, ys, Stroke(color, 2 if panel.is_accent else 1.5))
        for piece in unbroken(ys):
            if piece.stop - piece.start == 1:
                canvas.dot(xs[piece.start], ys[piece.start], color, 2.5)
        before = self.plot.ringed
        if before is not None and np.isfinite(ys[before]):
            canvas.ring(xs[before], ys[before], color, 3)
        if np.isfinite(ys[-1]):
            draw = canvas.ring if panel.is_open else canvas.dot
            draw(xs[-1], ys[-1], color, 3.5)

    def _months(self, left: float, top: float) -> None:
        """First and last month; the last alone where both have no room."""
        words, months, right = self.plot.words, self.plot.months, left + self.panel_width
        first, last = (month_name(month, words, short_year=self.narrow) for month in (months[0], months[-1]))
        canvas = self.canvas
        canvas.text(right, top + 13, last, Ink("muted", 11.5, align="right"))
        if len(months) > 1 and widest([first, last], 11.5) * 2 + 12 <= self.panel_width:
            canvas.text(left, top + 13, first, Ink("muted", 11.5))
