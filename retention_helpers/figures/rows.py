"""Horizontal rows with a name each: beside the bar on a page, above it on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .canvas import Canvas, Ink, Stroke
from .measure import text_width, widest, wrap, wrap_most
from .theme import is_narrow

BAR = 16
_MOST = 0.3  # of the width at most for the names
_SIZE = 12.5


@dataclass(frozen=True)
class Rows:
    """Where names and bars of a row chart stand."""

    names: Sequence[str]
    width: float

    @property
    def narrow(self) -> bool:
        return is_narrow(self.width)

    @property
    def height(self) -> float:
        if self.narrow:
            return 46
        room = self.width * _MOST
        return 40 if any(len(wrap(name, room, _SIZE)) > 1 for name in self.names) else 32

    @cached_property
    def left(self) -> float:
        """Where the bars begin."""
        if self.narrow:
            return 0.0
        return min(widest(list(self.names), _SIZE), self.width * _MOST) + 16

    @property
    def bottom(self) -> float:
        return self.height * len(self.names) + 4

    def middle(self, row: int) -> float:
        """The y of a row's bar."""
        return row * self.height + (32 if self.narrow else self.height / 2) + 2

    def draw_names(self, canvas: Canvas, notes: Sequence[str] = ()) -> None:
        """The names with a hairline over each row, and muted notes at the right end."""
        for row, name in enumerate(self.names):
            top = row * self.height + 2
            if row:
                canvas.line([0, self.width], [top, top], Stroke("grid"))
            note = notes[row] if notes else ""
            y = top + 12 if self.narrow else self.middle(row)
            room = self.width - text_width(note) - 12 if self.narrow else self.width * _MOST
            lines = wrap_most(name, room, 1 if self.narrow else 2, _SIZE)
            canvas.texts(0, y - (len(lines) - 1) * _SIZE * 0.65, lines, Ink("ink", _SIZE))
            canvas.text(self.width, y, note, Ink("muted", align="right"))

    def note_width(self, notes: Sequence[str]) -> float:
        """What the notes take from the bars: nothing on a phone, where they stand beside the name."""
        return 0.0 if self.narrow or not notes else widest(list(notes)) + 14
