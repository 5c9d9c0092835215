"""The drawing of moves between groups: rows are where customers were, columns where they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from retention_helpers.words import Words

from .canvas import MUTED, Box, Canvas, Ink, Stroke
from .cut_points import step_of
from .heat_cells import draw_cells
from .key import Entry, Key
from .measure import ELLIPSIS, fit, text_width, widest, wrap, wrap_most
from .step_legend import HEIGHT as LEGEND_HEIGHT
from .step_legend import StepWords, draw_steps
from .theme import is_narrow
from .unit import write_n

if TYPE_CHECKING:
    from .migration import MigrationOptions

_LINE = 16.0  # px from one line of a head to the next
_SMALL = 11
_LEAST = 0.005  # what would round to nothing is written as less than one


@dataclass(frozen=True, eq=False)
class Moves:
    """Counts, rows by columns, with the names of both."""

    rows: Mapping[str, str]
    columns: Mapping[str, str]
    counts: np.ndarray
    options: "MigrationOptions"

    @cached_property
    def totals(self) -> np.ndarray:
        return self.counts.sum(axis=1)

    @cached_property
    def shares(self) -> np.ndarray:
        return self.counts / self.totals[:, None]


def draw_moves(moves: Moves, width: float, words: Words) -> Canvas:
    """Names stand over the columns where all fit, else their numbers, which then stand before the rows' names too."""
    return _Drawing(moves, width, words).canvas


class _Drawing:
    """One sheet in the making."""

    def __init__(self, moves: Moves, width: float, words: Words) -> None:
        self.moves, self.words, self.narrow = moves, words, is_narrow(width)
        self.size = 11.5 if self.narrow else 12.5
        self._lay_out(width, list(moves.rows.values()))
        self.heads = [wrap(name, self.cell - 6) for name in moves.columns.values()]
        if self.narrow or any(len(lines) > 2 or lines[-1].endswith(ELLIPSIS) for lines in self.heads):
            numbers = {key: words.integer(place + 1) for place, key in enumerate(moves.columns)}
            self.heads = [[number] for number in numbers.values()]
            self._lay_out(width, [f"{numbers.get(key, '')} {name}".strip() for key, name in moves.rows.items()])
        self.titles = [
            wrap_most(moves.options.origin_title or words.say("From"), self.left - 8, 2),
            wrap_most(moves.options.destination_title or words.say("moved to"), width - self.left, 2),
        ]
        self.head_height = 8 + _LINE * (max(map(len, self.titles)) + max(map(len, self.heads)))
        lines = max(map(len, self.names)) + self.narrow  # on a phone the count stands below the name
        self.row = max(30.0, lines * 13.5 + 9)
        self.bottom = self.head_height + self.row * len(self.names)
        stayed = Entry(words.say("stayed in the group"), self._stayed)
        legend_width = 7 * (30 if self.narrow else 36)
        self.legend = Box(0 if self.narrow else self.left, self.bottom + 18, legend_width, LEGEND_HEIGHT)
        self.key = Key([stayed], 0.0 if self.narrow else self.legend.right + 28, width)
        under = LEGEND_HEIGHT + self.key.height if self.narrow else max(LEGEND_HEIGHT, 14 + self.key.height)
        self.canvas = Canvas(width, self.bottom + 18 + under)
        self._head()
        self._cells()
        self._legend()

    def _lay_out(self, width: float, names: list[str]) -> None:
        """Names at the left with their counts, the columns share the rest."""
        room = min(widest(names, self.size), width * (0.36 if self.narrow else 0.26))
        counts = [write_n(total, self.words) for total in self.moves.totals]
        if self.narrow:
            counts = [self.words.say("n = {n}", n=count) for count in counts]
            room = max(room, min(widest(counts, _SMALL), width * 0.36))
            self.counts, beside = [fit(count, room, _SMALL) for count in counts], 0.0
        else:
            self.counts, beside = counts, max(widest(counts), text_width(self.words.say("Customers"))) + 16
        self.names = [wrap_most(name, room, 2, self.size) for name in names]
        self.left = room + beside + 12
        self.cell = min((width - self.left) / len(self.moves.columns), 96.0)

    def _box(self, row: int, column: int) -> Box:
        return Box(self.left + column * self.cell, self.head_height + row * self.row, self.cell, self.row).inset(1)

    def _head(self) -> None:
        origin, destination = self.titles
        self.canvas.texts(0, 10, origin, MUTED)
        self.canvas.texts(self.left, 10, destination, MUTED)
        low = self.head_height - 10
        if not self.narrow:
            self.canvas.text(self.left - 12, low, self.words.say("Customers"), Ink("muted", align="right"))
        for column, lines in enumerate(self.heads):
            x, ink = self.left + (column + 0.5) * self.cell, Ink("ink", 12, bold=True, align="center")
            self.canvas.texts(x, low - (len(lines) - 1) * 12 * 1.3, lines, ink)
        for row, (lines, count) in enumerate(zip(self.names, self.counts, strict=True)):
            self._name(self.head_height + (row + 0.5) * self.row, lines, count)

    def _name(self, y: float, lines: list[str], count: str) -> None:
        step = self.size * 1.3 / 2
        top = y - (len(lines) - 1 + self.narrow) * step
        self.canvas.texts(0, top, lines, Ink("ink", self.size))
        if self.narrow:
            self.canvas.text(0, top + len(lines) * 2 * step, count, Ink("muted", _SMALL))
        else:
            self.canvas.text(self.left - 12, y, count, Ink("muted", align="right"))

    def _cells(self) -> None:
        shares = self.moves.shares
        area = Box(self.left, self.head_height, shares.shape[1] * self.cell, shares.shape[0] * self.row)
        draw_cells(self.canvas, area, shares, shares == 0, self.moves.options.cuts)
        columns = list(self.moves.columns)
        for row, key in enumerate(self.moves.rows):
            if key in columns:
                _outline(self.canvas, self._box(row, columns.index(key)))
            for column in range(len(columns)):
                self._number(row, column)

    def _number(self, row: int, column: int) -> None:
        share = self.moves.shares[row, column]
        x, y = self._box(row, column).middle
        if not share:
            self.canvas.text(x, y, "·", Ink("muted", self.size, bold=True, align="center"))
            return
        text = self.words.integer(share * 100) if share >= _LEAST else f"<{self.words.integer(1)}"
        step = step_of(share, self.moves.options.cuts)
        self.canvas.text(x, y, text, Ink(f"on-{step}", self.size, align="center"))

    def _legend(self) -> None:
        said = StepWords(self.words.say("Share of the row"), "percent", self.words)
        draw_steps(self.canvas, self.legend, self.moves.options.cuts, said)
        self.key.draw(self.canvas, self.legend.bottom - 4 if self.narrow else self.legend.top + 8)

    @staticmethod
    def _stayed(canvas: Canvas, x: float, y: float) -> None:
        box = Box(x, y - 6, 20, 12)
        canvas.rect(box.inset(1), "step-2")
        _outline(canvas, box)


def _outline(canvas: Canvas, box: Box) -> None:
    """A dark frame with paper inside it, seen on pale cells and on strong ones."""
    canvas.frame(box.inset(2.5), Stroke("bg", 1.5))
    canvas.frame(box.inset(0.9), Stroke("ink", 1.8))
