"""Effects with their intervals around no effect: which of them can be told from nothing?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from retention_helpers.words import MISSING, Words

from .canvas import Canvas, Ink, Stroke
from .columns import labels, numbers, require
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .measure import fit, text_width, widest, wrap_most
from .scale import Scale, round_ticks
from .theme import is_narrow
from .unit import Unit, tick_digits, write_difference, write_difference_interval, write_n

_SIZE = 12.5
_INKS = {"raised": "accent", "lowered": "warn"}
_AXIS = 26.0  # px under the rows for the ticks
_MOST_NAME = 0.3  # of the width


@dataclass(frozen=True)
class EffectOptions:
    """What to draw of the table, and how.

    label, value, n: columns (n may be absent); ``<value>_low`` and ``<value>_high`` are the interval. verdict: a column
    saying "raised", "lowered", or anything else for what cannot be told from nothing, which is grey. why: a column of
    texts that stand where there is no effect to show. unit: of the value, written as a difference. header, title: the
    reader's words for label and value in the data table. zero: what stands at the line of no effect. top: at most so
    many rows; the table keeps all.
    """

    label: str = "label"
    value: str = "effect"
    n: str = "n"
    verdict: str = "claim"
    why: str = "why"
    unit: Unit = "percent"
    header: str = ""
    title: str = ""
    zero: str = ""
    top: int = 12


def effect_plot(frame: pd.DataFrame, finding: Finding, words: Words, *, options: EffectOptions | None = None) -> Figure:
    """Which effects can be told from nothing, and how large are they?

    A dot with its 95 % interval for each row, in the order of the table, around the line of no effect: coloured where
    the table says that it is one, grey where not. A row without a value says why.

    Columns needed: the label (text), the value with ``_low`` and ``_high`` (floats), verdict and why (texts). Optional:
    n (int).

    Raises `ParameterError` for a missing column.
    """
    options = options or EffectOptions()
    ends = (f"{options.value}_low", f"{options.value}_high")
    require(frame, [options.label, options.value, *ends, options.verdict, options.why], finding.name)
    table = _table(frame, words, options)
    if frame.empty:
        return compose_without_data(finding, table, words)
    shown = frame.head(options.top)
    notes = [words.say("The dot is the effect, the line its 95% interval; grey: no reliable effect.")]
    if len(frame) > len(shown):
        notes.append(words.say("{n} more are in the data table.", n=words.integer(len(frame) - len(shown))))
    return compose(finding.noting(*notes), table, lambda width: _Drawing(shown, width, words, options).canvas, words)


def _table(frame: pd.DataFrame, words: Words, options: EffectOptions) -> pd.DataFrame:
    value, low, high = (numbers(frame, options.value + end) for end in ("", "_low", "_high"))
    columns = {
        options.header or words.say("Group"): list(labels(frame, options.label, words)),
        options.title or words.say("Effect (95% interval)"): [
            write_difference_interval(v, (lo, hi), options.unit, words) if np.isfinite(v) else str(why) or MISSING
            for v, lo, hi, why in zip(value, low, high, frame[options.why], strict=True)
        ],
    }
    if options.n in frame.columns:
        columns[words.say("n")] = [write_n(n, words) for n in numbers(frame, options.n)]
    return pd.DataFrame(columns, dtype="object")


class _Drawing:
    """One sheet in the making."""

    def __init__(self, shown: pd.DataFrame, width: float, words: Words, options: EffectOptions) -> None:
        self.words, self.options, self.width, self.narrow = words, options, width, is_narrow(width)
        self.names = list(labels(shown, options.label, words))
        self.whys = [str(why) for why in shown[options.why]]
        self.inks = [_INKS.get(str(verdict), "muted") for verdict in shown[options.verdict]]
        columns = [numbers(shown, options.value + end) for end in ("", "_low", "_high")]
        self.edges = np.column_stack(columns).astype(float)
        self.texts = [
            write_difference(value, options.unit, words) if np.isfinite(value) else "" for value in self.edges[:, 0]
        ]
        self.row_height = 52.0 if self.narrow else 36.0
        has_values = bool(np.isfinite(self.edges[:, 0]).any())
        self.top = 20.0 if has_values and options.zero else 2.0
        self.canvas = Canvas(width, self.top + self.row_height * len(self.names) + (_AXIS if has_values else 4))
        if has_values:
            self._axis()
        for row in range(len(self.names)):
            self._row(row)

    @cached_property
    def left(self) -> float:
        return 2.0 if self.narrow else min(widest(self.names, _SIZE), self.width * _MOST_NAME) + 18

    @cached_property
    def x(self) -> Scale:
        right = self.width - 8 if self.narrow else self.width - widest(self.texts, 12, True) - 20
        known = self.edges[np.isfinite(self.edges)]
        low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
        return Scale(low, high if high > low else low + 0.01, self.left + 8, right)

    @cached_property
    def ticks(self) -> list[float]:
        found = round_ticks(self.x.low, self.x.high, 3 if self.narrow else 5)
        return [tick for tick in found if self.x.low - 1e-12 <= tick <= self.x.high + 1e-12]

    def _axis(self) -> None:
        bottom = self.canvas.height - _AXIS
        digits, end = tick_digits(self.ticks, self.options.unit), -1e9
        for tick in self.ticks:
            place, text = self.x(tick), write_difference(tick, self.options.unit, self.words, digits)
            for row in range(len(self.names)):
                self._upright(row, place, "axis" if abs(tick) < 1e-12 else "grid")
            half = text_width(text) / 2
            place = min(max(place, half), self.width - half)
            if place - half > end:
                self.canvas.text(place, bottom + 14, text, Ink("muted", align="center"))
                end = place + half + 10
        text = fit(self.options.zero, self.width - 4)
        half = text_width(text) / 2
        place = min(max(self.x(0.0), half + 1), self.width - half - 1)
        self.canvas.text(place, 9, text, Ink("muted", align="center"))

    def _upright(self, row: int, x: float, color: str) -> None:
        """A line of the grid in a row: not through words that stand there."""
        top = self.top + row * self.row_height
        if not np.isfinite(self.edges[row, 0]):
            return
        ends = [top + 25, top + 47] if self.narrow else [top, top + self.row_height]
        self.canvas.line([x, x], ends, Stroke(color))

    def _row(self, row: int) -> None:
        canvas, top, ink = self.canvas, self.top + row * self.row_height, self.inks[row]
        middle = top + (36 if self.narrow else self.row_height / 2)
        value, low, high = self.edges[row]
        known, text = bool(np.isfinite(value)), self.texts[row]
        if row:
            canvas.line([0, self.width], [top, top], Stroke("grid"))
        room = self.width - text_width(text, 12, True) - 12 if self.narrow else self.width * _MOST_NAME
        lines = wrap_most(self.names[row], room, 1 if self.narrow else 2, _SIZE)
        name_y = top + 14 if self.narrow else middle - (len(lines) - 1) * _SIZE * 0.65
        canvas.texts(0, name_y, lines, Ink("ink", _SIZE))
        if not known:
            start = 0.0 if self.narrow else self.left + 6
            why = fit(self.whys[row], self.width - start - 2)
            canvas.text(start, middle, why, Ink("muted"))
            return
        if np.isfinite(low) and np.isfinite(high):
            canvas.line(
                [self.x(low), self.x(high)], [middle, middle], Stroke("context" if ink == "muted" else ink, 2.5)
            )
        canvas.dot(self.x(value), middle, ink, 5)
        place = (name_y, self.width) if self.narrow else (middle, self.width)
        canvas.text(place[1], place[0], text, Ink(ink, 12, bold=ink != "muted", align="right"))
