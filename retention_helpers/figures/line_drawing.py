"""The drawing of a line chart, for any width."""

from collections.abc import Sequence

import numpy as np

from .canvas import Box, Canvas, Ink, Stroke, unbroken
from .key import Entry, Key
from .line_plot import LinePlot, Series
from .measure import text_width, widest
from .month_axis import HEIGHT as AXIS_HEIGHT
from .month_axis import draw_months
from .place import Labels, Ribbon, spread
from .scale import Scale
from .theme import is_narrow
from .unit import tick_digits, write

_TOP = 10
_NOTES = 16  # px above the plot for "incomplete month" and the like
_STRIP = 12  # half the width of the strip behind an incomplete month, at most
_ACCENT = Stroke("accent", 2.25)
_OTHERS = (Stroke("muted", 1.75), Stroke("muted", 1.75, dashed=True))  # a paler grey drowns in its band


def draw_lines(plot: LinePlot, width: float) -> Canvas:
    """Names stand on their lines; where one finds no free place there, all move to a key above the plot."""
    drawing = _Drawing(plot, width, with_key=False)
    if not drawing.finish():
        drawing = _Drawing(plot, width, with_key=True)
        drawing.finish()
    return drawing.canvas


class _Drawing:
    """One sheet in the making."""

    def __init__(self, plot: LinePlot, width: float, with_key: bool) -> None:
        self.plot, self.with_key, self.narrow = plot, with_key, is_narrow(width)
        self.value_size = 13 if self.narrow else 14
        digits = tick_digits(plot.ticks, plot.unit)
        self.tick_texts = [write(tick, plot.unit, plot.words, digits) for tick in plot.ticks]
        self.key = Key([self._entry(series) for series in plot.series], 0, width)
        left, top = widest(self.tick_texts) + 10, _TOP + (self.key.height + 6 if with_key else 0)
        top += _NOTES if plot.incomplete or plot.censored else 0
        self.end_gap = _STRIP + 4 if len(plot.months) - 1 in plot.incomplete else 9
        right = widest([self._end_text(series) for series in plot.series], self.value_size, True) + self.end_gap + 3
        height = top + (224 if self.narrow else 258) + AXIS_HEIGHT
        self.area = Box(left, top, width - left - right, height - top - AXIS_HEIGHT)
        self.canvas = Canvas(width, height)
        self.x = Scale(0, max(len(plot.months) - 1, 1), self.area.left + 8, self.area.right - 4)
        self.y = Scale(plot.ticks[0], plot.ticks[-1], self.area.bottom, self.area.top)
        self.xs = [self.x(index) for index in range(len(plot.months))]
        if len(plot.months) == 1:
            self.xs = [self.area.middle[0]]
        self.ribbons = [Ribbon(self.xs, self._ys(one.upper), self._ys(one.lower)) for one in plot.series]
        self.labels = Labels(Box(left + 4, 4, width - left - right, self.area.bottom - 6), self.ribbons)

    def finish(self) -> bool:
        """Draw everything; False when a name found no free place on its line."""
        self._marks_of_months()
        for tick, text in zip(self.plot.ticks, self.tick_texts, strict=True):
            color = "axis" if tick == 0 else "grid"
            self.canvas.line([self.area.left, self.area.right], [self.y(tick)] * 2, Stroke(color))
            self.canvas.text(self.area.left - 8, self.y(tick), text, Ink("muted", align="right"))
        draw_months(self.canvas, self.xs, self.plot.months, self.area.bottom, self.plot.words)
        from_behind = sorted(self.plot.series, key=lambda one: one.is_accent)
        for series in from_behind:
            self._band(series)
        for series in from_behind:
            self._line(series)
        self._end_values()
        self._last_year()
        if self.with_key:
            self.key.draw(self.canvas, 0)
            return True
        return all(self._name(series) for series in self.plot.series)

    def _ys(self, values: Sequence[float]) -> list[float]:
        return [self.y(value) if np.isfinite(value) else float("nan") for value in values]

    def _stroke(self, series: Series) -> Stroke:
        if series.is_accent:
            return _ACCENT
        others = [one for one in self.plot.series if not one.is_accent]
        return _OTHERS[others.index(series) % len(_OTHERS)]

    def _color(self, series: Series) -> str:
        """Of line, dots and words."""
        return self._stroke(series).color

    def _marks_of_months(self) -> None:
        half = (self.xs[1] - self.xs[0]) / 2 if len(self.xs) > 1 else _STRIP
        area, plot = self.area, self.plot
        if plot.censored:
            edge = min(self.xs[max(plot.censored)] + half, area.right)
            self.canvas.rect(Box(area.left, area.top, edge - area.left, area.height), "page")
            self.canvas.line([edge, edge], [area.top, area.bottom], Stroke("muted", dashed=True))
        for index in plot.incomplete:
            strip = min(half, _STRIP)
            box = Box(self.xs[index] - strip, area.top, 2 * strip, area.height)
            self.canvas.hatch(box, Stroke("context-pale"), 6)
        self._notes_of_months()

    def _notes_of_months(self) -> None:
        """Words above the marks where they fit whole; the caption says it in any case."""
        y, size, words = self.area.top - 11, 11.5, self.plot.words
        free = self.canvas.width - self.area.left
        if self.plot.incomplete:
            text = words.say("incomplete month")
            width = text_width(text, size)
            if width <= free:
                right = min(self.xs[self.plot.incomplete[-1]] + width / 2, self.canvas.width)
                self._reserve(Box(right - width, y - 9, width, 16))
                self.canvas.text(right, y, text, Ink("muted", size, align="right"))
                free = right - width - self.area.left - 12
        if self.plot.censored:
            text = words.say("history starts")
            width = text_width(text, size)
            if width <= free:
                self._reserve(Box(self.area.left, y - 9, width, 16))
                self.canvas.text(self.area.left, y, text, Ink("muted", size))

    def _band(self, series: Series) -> None:
        if series.has_band:
            edges = (self._ys(series.high), self._ys(series.low))
            self.canvas.band(self.xs, edges, *(("band", 1.0) if series.is_accent else ("context-pale", 0.6)))

    def _line(self, series: Series) -> None:
        ys = self._ys(series.values)
        self.canvas.line(self.xs, ys, self._stroke(series))
        for piece in unbroken(ys):
            if piece.stop - piece.start == 1:
                self.canvas.dot(self.xs[piece.start], ys[piece.start], self._color(series), 3)

    def _end_text(self, series: Series) -> str:
        if series.last is None:
            return ""
        return write(series.values[series.last], self.plot.unit, self.plot.words)

    def _end_values(self) -> None:
        known = [series for series in self.plot.series if series.last is not None]
        middles = [self.y(series.values[series.last]) for series in known]
        places = spread(middles, self.value_size + 4, (self.area.top, self.area.bottom - 8))
        for series, middle, place in zip(known, middles, places, strict=True):
            x, color = self.xs[series.last], self._color(series)
            if series.last in self.plot.incomplete:
                self.canvas.ring(x, middle, color, 4)
            else:
                self.canvas.dot(x, middle, color, 4)
            self._reserve(Box(x - 6, middle - 6, 12, 12))
            # A line that ends early keeps its value beside its end; the others share the margin.
            self.canvas.text(
                x + (self.end_gap if series.last == len(self.xs) - 1 else 9),
                place,
                self._end_text(series),
                Ink(color, self.value_size, bold=True),
            )

    def _last_year(self) -> None:
        index, size = self.plot.ringed, 11.5 if self.narrow else 12
        if index is None:
            return
        for series, ribbon in zip(self.plot.series, self.ribbons, strict=True):
            if not np.isfinite(series.values[index]):
                continue
            color = self._color(series)
            x, y = self.xs[index], self.y(series.values[index])
            self.canvas.ring(x, y, color)
            self._reserve(Box(x - 5, y - 5, 10, 10))
            text = write(series.values[index], self.plot.unit, self.plot.words)
            width = text_width(text, size)
            box = self.labels.beside(ribbon, (width, size + 2), [x - width / 2, x - width + 8, x - 8])
            if box is not None:
                self.canvas.text(box.left + width / 2, box.middle[1], text, Ink(color, size, align="center"))

    def _name(self, series: Series) -> bool:
        ribbon = self.ribbons[self.plot.series.index(series)]
        width = text_width(series.name, 12, True)
        first = next((x for x, y in zip(self.xs, ribbon.upper, strict=True) if np.isfinite(y)), self.area.left)
        lefts = np.arange(max(first - 4, self.area.left + 4), self.area.right - width, 24)
        box = self.labels.beside(ribbon, (width, 14), [float(left) for left in lefts])
        if box is not None:
            self.canvas.text(box.left, box.middle[1], series.name, Ink(self._color(series), 12, bold=True))
        return box is not None

    def _entry(self, series: Series) -> Entry:
        def sample(canvas: Canvas, x: float, y: float) -> None:
            canvas.line([x, x + 20], [y, y], self._stroke(series))

        return Entry(series.name, sample, Ink(self._color(series), 12, bold=True))

    def _reserve(self, box: Box) -> None:
        self.labels.taken.append(box)
