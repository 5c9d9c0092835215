"""The drawing of a grid of cells in seven steps of one colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .cut_points import step_of
from .heat_cells import draw_cells
from .key import Entry, Key
from .measure import fit, text_width, widest
from .step_legend import HEIGHT as _LEGEND
from .step_legend import StepWords, draw_steps
from .theme import is_narrow
from .unit import write

if TYPE_CHECKING:
    from .cohort_grid import GridOptions

_HEAD = 46
_PALE = 3  # up to this step dark hatching shows on the colour, above it white does


@dataclass(frozen=True)
class GridPlot:
    """Cells (NaN where nothing is known) with their marks; `draw` puts them on a sheet of the asked width."""

    cohorts: Sequence[str]
    sizes: Sequence[str]
    values: np.ndarray
    open: np.ndarray
    projected: np.ndarray
    cuts: tuple[float, ...]
    options: "GridOptions"
    words: Words

    @property
    def has_open(self) -> bool:
        return bool((self.open & ~self.projected & np.isfinite(self.values)).any())

    @property
    def has_projected(self) -> bool:
        return bool((self.projected & np.isfinite(self.values)).any())

    def draw(self, width: float) -> Canvas:
        return _Drawing(self, width).canvas


class _Drawing:
    """One sheet in the making."""

    def __init__(self, plot: GridPlot, width: float) -> None:
        self.plot, self.narrow = plot, is_narrow(width)
        self.size = 11 if self.narrow else 12.5
        self.row = 26 if self.narrow else 30
        self.names = self._names(width)
        self.name_width = widest(self.names, self.size) + (8 if self.narrow else 14)
        self.size_width = widest(list(plot.sizes), self.size - 0.5) + (6 if self.narrow else 14)
        if not self.narrow:
            self.size_width = max(self.size_width, text_width(plot.words.say("Customers")) + 10)
        self.left = self.name_width + self.size_width
        self.texts = [[self._cell_text(value) for value in row] for row in plot.values]
        self.columns, self.cell = self._columns(width - self.left)
        self.bottom = _HEAD + self.row * len(plot.cohorts)
        legend_left = 0.0 if self.narrow else self.left
        legend_width = 7 * (30 if self.narrow else 36)
        beside = legend_left + legend_width + 28
        self.legend = Box(legend_left, self.bottom + 18, legend_width, _LEGEND)
        self.key = Key(self._entries(), *((0.0, width) if self.narrow else (beside, width)))
        key_height = self.key.height if self._entries() else 0
        under = _LEGEND + key_height if self.narrow else max(_LEGEND, 14 + key_height)
        self.canvas = Canvas(width, self.bottom + 18 + under)
        self._head()
        self._cells()
        self._rows()
        self._legend(key_top=self.legend.bottom if self.narrow else self.legend.top + 12)

    def _names(self, width: float) -> list[str]:
        from .cohort_grid import cohort_name

        texts = [cohort_name(cohort, self.plot.words, self.narrow) for cohort in self.plot.cohorts]
        return [fit(text, width * 0.24, self.size) for text in texts]

    def _cell_text(self, value: float) -> str:
        if not np.isfinite(value):
            return ""
        if self.plot.options.unit in ("percent", "points"):
            return self.plot.words.integer(value * 100)
        return write(value, self.plot.options.unit, self.plot.words)

    def _columns(self, room: float) -> tuple[int, float]:
        """As many months as have room for their numbers; on a phone wide numbers show fewer."""
        needed = max(widest([text for row in self.texts for text in row], self.size) + 5, 16)
        count = min(self.plot.values.shape[1], max(int(room / needed), 1))
        return count, min(room / count, 90.0)

    def _box(self, row: int, column: int) -> Box:
        return Box(self.left + column * self.cell, _HEAD + row * self.row, self.cell, self.row).inset(1)

    def _head(self) -> None:
        words, width = self.plot.words, self.canvas.width
        first = self.plot.options.header or words.say("First purchase")
        since = words.say("months since first purchase →")
        room = width - text_width(since) - 12
        self.canvas.text(0, 11, fit(first, room), Ink("muted"))
        right = self.left + self.columns * self.cell
        if right - text_width(since) > text_width(fit(first, room)) + 12:
            self.canvas.text(right, 11, since, Ink("muted", align="right"))
        else:
            self.canvas.text(width, 11, since, Ink("muted", align="right"))
        if not self.narrow:
            self.canvas.text(self.left - 12, 33, words.say("Customers"), Ink("muted", align="right"))
        elif text_width(words.say("Customers"), 11) <= self.left - 6:
            self.canvas.text(self.left - 5, 33, words.say("Customers"), Ink("muted", 11, align="right"))
        for column in range(self.columns):
            x = self.left + (column + 0.5) * self.cell
            self.canvas.text(x, 33, words.integer(column + 1), Ink("muted", self.size - 0.5, align="center"))

    def _rows(self) -> None:
        for row, (name, size) in enumerate(zip(self.names, self.plot.sizes, strict=True)):
            y = _HEAD + (row + 0.5) * self.row
            self.canvas.text(0, y, name, Ink("ink", self.size))
            gap = 5 if self.narrow else 12
            self.canvas.text(self.left - gap, y, size, Ink("muted", self.size - 0.5, align="right"))
            for column in range(self.columns):
                if self.texts[row][column]:
                    self._number(row, column)

    def _cells(self) -> None:
        """The coloured cells are seaborn's heat map; what is open or projected is drawn over it."""
        shown = slice(0, self.columns)
        values, projected = self.plot.values[:, shown], self.plot.projected[:, shown]
        area = Box(self.left, _HEAD, self.columns * self.cell, self.row * len(self.plot.cohorts))
        draw_cells(self.canvas, area, values, ~np.isfinite(values) | projected, self.plot.cuts)

    def _number(self, row: int, column: int) -> None:
        box, text = self._box(row, column), self.texts[row][column]
        x, y = box.middle
        if self.plot.projected[row, column]:
            self.canvas.frame(box.inset(1), Stroke("context", dashed=True))
            self.canvas.text(x, y, text, Ink("muted", self.size, italic=True, align="center"))
            return
        step = step_of(self.plot.values[row, column], self.plot.cuts)
        if self.plot.open[row, column]:
            self._hatched(box, step)
            pad = min(text_width(text, self.size) + 4, box.width)
            self.canvas.rect(Box(x - pad / 2, y - 0.6 * self.size, pad, 1.2 * self.size), f"step-{step}")
        self.canvas.text(x, y, text, Ink(f"on-{step}", self.size, align="center"))

    def _hatched(self, box: Box, step: int) -> None:
        self.canvas.hatch(box, Stroke("step-6", 1.0) if step <= _PALE else Stroke("hatch", 1.2), 6)

    def _legend(self, key_top: float) -> None:
        plot, box = self.plot, self.legend
        title = plot.options.legend or plot.words.say("Share buying again")
        draw_steps(self.canvas, box, plot.cuts, StepWords(title, plot.options.unit, plot.words))
        if self._entries():
            self.key.draw(self.canvas, key_top - 4)

    def _entries(self) -> list[Entry]:
        """What the marks mean, only for marks that are there."""

        def hatched(canvas: Canvas, x: float, y: float) -> None:
            canvas.rect(Box(x, y - 5, 20, 10), "step-1")
            canvas.hatch(Box(x, y - 5, 20, 10), Stroke("step-6", 1.0), 6)

        def outlined(canvas: Canvas, x: float, y: float) -> None:
            canvas.frame(Box(x, y - 5, 20, 10), Stroke("context", dashed=True))

        entries = []
        if self.plot.has_open:
            entries.append(Entry(self.plot.words.say("month not complete yet"), hatched))
        if self.plot.has_projected:
            entries.append(Entry(self.plot.words.say("projected"), outlined, Ink("muted", italic=True)))
        return entries
