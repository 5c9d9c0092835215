"""A key: samples with their names, flowing over as many rows as the width asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .canvas import MUTED, Canvas, Ink
from .measure import text_width, wrap

ROW = 19
_SAMPLE = 20
_GAP = 6
_BETWEEN = 22


@dataclass(frozen=True)
class Entry:
    """One line of a key: ``draw(canvas, x, y)`` puts a sample 20 px wide, centred on y."""

    text: str
    draw: Callable[[Canvas, float, float], None]
    ink: Ink = MUTED


@dataclass(frozen=True)
class _Placed:
    entry: Entry
    x: float
    row: int
    lines: list[str]


@dataclass(frozen=True)
class Key:
    """The entries laid out for a width; ask its height before the sheet is made."""

    entries: Sequence[Entry]
    left: float
    right: float

    def _layout(self) -> tuple[list[_Placed], int]:
        placed, x, row = [], self.left, 0
        for entry in self.entries:
            room = self.right - self.left - _SAMPLE - _GAP
            lines = wrap(entry.text, room, entry.ink.size, entry.ink.bold)
            width = _SAMPLE + _GAP + max(text_width(line, entry.ink.size, entry.ink.bold) for line in lines)
            if x > self.left and x + width > self.right:
                x, row = self.left, row + 1
            placed.append(_Placed(entry, x, row, lines))
            x += width + _BETWEEN
            if len(lines) > 1:
                x, row = self.left, row + len(lines)
        rows = row if x == self.left else row + 1
        return placed, rows

    @property
    def height(self) -> float:
        return self._layout()[1] * ROW

    def draw(self, canvas: Canvas, top: float) -> None:
        for one in self._layout()[0]:
            y = top + one.row * ROW + ROW / 2
            one.entry.draw(canvas, one.x, y)
            for index, line in enumerate(one.lines):
                canvas.text(one.x + _SAMPLE + _GAP, y + index * ROW, line, one.entry.ink)
