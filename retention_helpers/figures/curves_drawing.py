"""The drawing of several curves in steps, for any width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .measure import fit, text_width, widest, wrap_most
from .place import spread
from .scale import Scale
from .step_axes import draw_days, draw_shares, plot_area, share_ticks, stepped, tick_texts
from .theme import is_narrow
from .unit import write

if TYPE_CHECKING:
    from .curves import CurvesOptions

_NAN = float("nan")
_LEADER = 14.0  # px from the plot to the names
_LINE = 15.0  # px from one line of a name to the next
_ACCENT = Stroke("accent", 2.5)
_OTHERS = (Stroke("muted", 1.75), Stroke("muted", 1.75, dashed=True), Stroke("ink", 1.25))


@dataclass(frozen=True, eq=False)
class Curve:
    """One group: x, y, low and high in rising order of x, without missing y."""

    name: str
    rows: pd.DataFrame
    is_accent: bool

    def at(self, x: float) -> tuple[float, tuple[float, float]]:
        """The value that holds at x with its interval; missing before the first row and beyond the last."""
        before = self.rows.loc[self.rows["x"] <= x]
        if before.empty or x > self.rows["x"].iloc[-1]:
            return _NAN, (_NAN, _NAN)
        value, low, high = (float(before[column].iloc[-1]) for column in ("y", "low", "high"))
        return value, (low, high)


@dataclass(frozen=True, eq=False)
class Curves:
    """All the curves of one picture."""

    curves: Sequence[Curve]
    options: "CurvesOptions"
    words: Words

    @property
    def is_marked(self) -> bool:
        """Whether the marked x lies where the curves are."""
        return any(np.isfinite(curve.at(self.options.marked)[0]) for curve in self.curves)


def draw_curves(plot: Curves, width: float) -> Canvas:
    """Names and values stand right of the plot, each tied to the end of its curve."""
    return _Drawing(plot, width).canvas


class _Drawing:
    """One sheet in the making."""

    def __init__(self, plot: Curves, width: float) -> None:
        self.plot, self.narrow = plot, is_narrow(width)
        self.size = 11.5 if self.narrow else 12.5
        self.curves = [curve for curve in plot.curves if len(curve.rows)]
        rows = pd.concat([curve.rows for curve in self.curves])
        ticks = share_ticks(rows[["y", "high"]].to_numpy(), plot.options.unit)
        texts = tick_texts(ticks, plot.options.unit, plot.words)
        self.names = self._names(width * (0.3 if self.narrow else 0.24))
        height = 310 if self.narrow else 330
        right = widest([line for lines in self.names for line in lines], self.size, True) + _LEADER + 2
        area = plot_area(width, height, right, texts, plot.options.x_title)
        note = 16 if plot.is_marked else 0  # px above the plot for what the marked x is
        self.area = Box(area.left, area.top + note, area.width, area.height - note)
        self.canvas = Canvas(width, height)
        self.x = Scale(min(0.0, float(rows["x"].min())), float(rows["x"].max()) or 1.0, self.area.left, self.area.right)
        self.y = Scale(ticks[0], ticks[-1], self.area.bottom, self.area.top)
        draw_shares(self.canvas, self.y, self.area, ticks, texts)
        draw_days(self.canvas, self.x, self.area, plot.options.x_title, plot.words)
        self._marked_line()
        from_behind = sorted(self.curves, key=lambda curve: curve.is_accent)
        for curve in from_behind:
            self._band(curve)
        for curve in from_behind:
            self._line(curve)
        self._ends()

    def _names(self, room: float) -> list[list[str]]:
        """Name on two lines at most, the value below."""
        options, words = self.plot.options, self.plot.words
        values = [self._value(curve) for curve in self.curves]
        return [
            [*wrap_most(curve.name, room, 2, self.size, True), write(value, options.unit, words)]
            for curve, value in zip(self.curves, values, strict=True)
        ]

    def _value(self, curve: Curve) -> float:
        return curve.at(self.plot.options.marked)[0] if self.plot.is_marked else float(curve.rows["y"].iloc[-1])

    def _stroke(self, curve: Curve) -> Stroke:
        if curve.is_accent:
            return _ACCENT
        others = [one for one in self.curves if not one.is_accent]
        return _OTHERS[others.index(curve) % len(_OTHERS)]

    def _pixels(self, curve: Curve) -> tuple[list[float], list[list[float]]]:
        steps = stepped(curve.rows)
        return [self.x(x) for x in steps["x"]], [[self.y(v) for v in steps[name]] for name in ("y", "low", "high")]

    def _band(self, curve: Curve) -> None:
        xs, (_, low, high) = self._pixels(curve)
        self.canvas.band(xs, (high, low), *(("band", 1.0) if curve.is_accent else ("context-pale", 0.4)))

    def _line(self, curve: Curve) -> None:
        xs, (ys, _, _) = self._pixels(curve)
        stroke = self._stroke(curve)
        self.canvas.line(xs, ys, stroke)
        value = self._value(curve)
        if self.plot.is_marked and np.isfinite(value):
            self.canvas.dot(self.x(self.plot.options.marked), self.y(value), stroke.color, 4)
        elif len(curve.rows) == 1:
            self.canvas.dot(xs[0], ys[0], stroke.color, 3)

    def _marked_line(self) -> None:
        """Where the groups are compared, its words above the plot."""
        if not self.plot.is_marked:
            return
        area, x = self.area, self.x(self.plot.options.marked)
        self.canvas.line([x, x], [area.top - 3, area.bottom], Stroke("muted", 1, dashed=True))
        text = fit(self.plot.options.marked_label, self.canvas.width)
        half = text_width(text) / 2
        place = min(max(x, half), self.canvas.width - half)
        self.canvas.text(place, area.top - 13, text, Ink("muted", align="center"))

    def _ends(self) -> None:
        height = max(map(len, self.names)) * _LINE + 3
        ends = [(self.x(curve.rows["x"].iloc[-1]), self.y(curve.rows["y"].iloc[-1])) for curve in self.curves]
        bounds = (self.area.top + height / 2 - 8, self.area.bottom - height / 2 + 8)
        middles = spread([y for _, y in ends], height, bounds)
        left = self.area.right + _LEADER
        for curve, (x, y), middle, lines in zip(self.curves, ends, middles, self.names, strict=True):
            self.canvas.line([x + 2, self.area.right + 2, left - 3], [y, y, middle], Stroke("axis"))
            top, color = middle - (len(lines) - 1) * _LINE / 2, self._stroke(curve).color
            for index, line in enumerate(lines):
                bold = curve.is_accent or index < len(lines) - 1
                self.canvas.text(left, top + index * _LINE, line, Ink(color, self.size, bold))
