"""What curves in steps share: their axes, the steps themselves, and which rows stand in the data table."""

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .measure import fit, text_width, widest
from .scale import Scale, round_ticks
from .unit import Unit, tick_digits, write

_ROWS = 60  # of the data table at most; the CSV has all


def share_ticks(edges: np.ndarray, unit: Unit) -> list[float]:
    """Round values from 0; up to 100 % where a share reaches half of it."""
    top = float(np.nanmax(edges))
    if unit == "percent" and 0.5 < top <= 1:
        return [0.0, 0.25, 0.5, 0.75, 1.0]
    return round_ticks(0, top * 1.04 if top > 0 else 1)


def tick_texts(ticks: list[float], unit: Unit, words: Words) -> list[str]:
    digits = tick_digits(ticks, unit)
    return [write(tick, unit, words, digits) for tick in ticks]


def plot_area(width: float, height: float, right: float, texts: list[str], title: str) -> Box:
    """Where the curves stand on a sheet: the ticks' texts at the left, ``right`` px free, the title of x below."""
    left = widest(texts) + 10
    return Box(left, 12, width - left - right, height - 12 - (44 if title else 26))


def draw_shares(canvas: Canvas, y: Scale, area: Box, ticks: list[float], texts: list[str]) -> None:
    """A line at each tick of y, its text at the left."""
    for tick, text in zip(ticks, texts, strict=True):
        canvas.line([area.left, area.right], [y(tick)] * 2, Stroke("axis" if tick == 0 else "grid"))
        canvas.text(area.left - 8, y(tick), text, Ink("muted", align="right"))


def draw_days(canvas: Canvas, x: Scale, area: Box, title: str, words: Words) -> None:
    """Round values of x below the plot, and what they are."""
    ticks = [tick for tick in round_ticks(x.low, x.high, 6) if x.low <= tick <= x.high]
    digits = tick_digits(ticks, "number")
    for tick in ticks:
        text = words.number(tick, digits)
        place = min(x(tick), canvas.width - text_width(text) / 2)
        canvas.line([x(tick)] * 2, [area.bottom, area.bottom + 4], Stroke("axis"))
        canvas.text(place, area.bottom + 15, text, Ink("muted", align="center"))
    if title:
        canvas.text(area.right, area.bottom + 34, fit(title, area.right), Ink("muted", align="right"))


def stepped(known: pd.DataFrame) -> pd.DataFrame:
    """Each value repeated just before the next x, so that lines and bands run in steps."""
    held = known.iloc[:-1].assign(x=known["x"].to_numpy()[1:])
    both = pd.concat([known, held])
    order = np.r_[np.arange(len(known)) * 2, np.arange(len(held)) * 2 + 1]
    return both.iloc[np.argsort(order, kind="stable")]


def thinned(values: np.ndarray) -> np.ndarray:
    """At most sixty of the values, both ends among them.

    >>> len(thinned(np.arange(500))), thinned(np.arange(3)).tolist()
    (60, [0, 1, 2])
    """
    if len(values) <= _ROWS:
        return values
    return values[np.unique(np.linspace(0, len(values) - 1, _ROWS).round().astype(int))]
