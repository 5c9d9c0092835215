"""Ranked horizontal bars: which group is highest, and is the difference more than chance?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .columns import numbers, require
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .measure import text_width, widest
from .rows import BAR, Rows
from .scale import Scale
from .unit import Unit, write, write_interval, write_n


@dataclass(frozen=True)
class BarOptions:
    """What to draw of the table, and how.

    label, value, n: columns (n may be absent). unit, digits: of the value. top: at most so many bars; the table keeps
    all. highlight: labels drawn in the accent colour, the others grey; all in accent when empty. struck: labels whose
    value is crossed out: it looks like an answer and is none. header, title: the reader's words for label and value in
    the data table.
    """

    label: str = "label"
    value: str = "value"
    n: str = "n"
    unit: Unit = "number"
    digits: int | None = None
    top: int = 12
    highlight: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    header: str = ""
    title: str = ""


def ranked_bars(frame: pd.DataFrame, finding: Finding, words: Words, *, options: BarOptions | None = None) -> Figure:
    """Which groups are highest?

    Bars start at zero and are ranked, the highest first; equal values keep the order of the table. Where the table has
    an interval it is drawn across the end of the bar. Rows without a value are left out of the picture, not of the
    table.

    Columns needed: the label (text) and the value (float). Optional: ``<value>_low``, ``<value>_high``, n (int).

    Raises `ParameterError` for a missing column.
    """
    options = options or BarOptions()
    require(frame, [options.label, options.value], finding.name)
    ranked = frame.assign(
        **{
            options.value: numbers(frame, options.value),
            "_low": numbers(frame, f"{options.value}_low"),
            "_high": numbers(frame, f"{options.value}_high"),
        }
    ).sort_values(options.value, ascending=False, kind="stable", na_position="last")
    table = _table(ranked, words, options)
    known = ranked.loc[ranked[options.value].notna()]
    if known.empty:
        return compose_without_data(finding, table, words)
    shown = known.head(options.top)
    notes = []
    if shown[["_low", "_high"]].notna().all(axis=1).any():
        notes.append(words.say("The thin line is a 95% interval."))
    if set(options.struck) & set(shown[options.label].astype(str)):
        notes.append(words.say("Crossed out: looks like an answer, and is none."))
    if len(known) > len(shown):
        notes.append(words.say("{n} more are in the data table.", n=words.integer(len(known) - len(shown))))
    return compose(finding.noting(*notes), table, lambda width: _draw(shown, width, words, options), words)


def _draw(shown: pd.DataFrame, width: float, words: Words, options: BarOptions) -> Canvas:
    rows = Rows([str(label) for label in shown[options.label]], width)
    counts = [words.say("n = {n}", n=write_n(n, words)) for n in shown[options.n]] if options.n in shown.columns else []
    texts = [write(value, options.unit, words, options.digits) for value in shown[options.value]]
    right = width - widest(texts, 12, True) - 10 - rows.note_width(counts)
    edges = shown[[options.value, "_low", "_high"]].to_numpy(dtype=float)
    low, high = min(0.0, float(np.nanmin(edges))), max(0.0, float(np.nanmax(edges)))
    x = Scale(low, high if high > low else low + 1, rows.left + 1, right)
    canvas = Canvas(width, rows.bottom)
    rows.draw_names(canvas, counts)
    for row, (label, text, (value, least, most)) in enumerate(zip(shown[options.label], texts, edges, strict=True)):
        y, start, end = rows.middle(row), x(min(value, 0)), x(max(value, 0))
        accent = not options.highlight or str(label) in options.highlight
        canvas.rect(Box(start, y - BAR / 2, max(end - start, 1.5), BAR), "accent" if accent else "context")
        if np.isfinite(least) and np.isfinite(most):
            _interval(canvas, (x(least), x(most)), y)
            end = max(end, x(most))
        canvas.text(end + 7, y, text, Ink("accent" if accent else "muted", 12, bold=accent))
        if str(label) in options.struck:
            canvas.line([end + 5, end + 9 + text_width(text, 12, accent)], [y, y], Stroke("ink"))
        if low < 0:
            canvas.line([x(0), x(0)], [y - BAR / 2 - 4, y + BAR / 2 + 4], Stroke("axis"))
    return canvas


def _interval(canvas: Canvas, ends: tuple[float, float], y: float) -> None:
    """A dark line with a rim of paper, to be seen on the bar and beyond it."""
    canvas.line(ends, [y, y], Stroke("bg", 4.5))
    canvas.line(ends, [y, y], Stroke("ink", 1.75))


def _table(ranked: pd.DataFrame, words: Words, options: BarOptions) -> pd.DataFrame:
    first = options.header or words.say("Group")
    columns = {
        first: [str(label) for label in ranked[options.label]],
        options.title or words.say("Value"): [
            write_interval(value, (low, high), options.unit, words, options.digits)
            for value, low, high in zip(ranked[options.value], ranked["_low"], ranked["_high"], strict=True)
        ],
    }
    if options.struck:
        is_answer = [words.say("no") if name in options.struck else words.say("yes") for name in columns[first]]
        columns[words.say("An answer")] = is_answer
    if options.n in ranked.columns:
        columns[words.say("n")] = [write_n(n, words) for n in ranked[options.n]]
    return pd.DataFrame(columns, dtype="object")
