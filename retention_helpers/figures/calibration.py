"""Do as many leave as was predicted?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention_helpers.words import Words, capital

from .canvas import Box, Ink, Stroke
from .columns import numbers, require, untaken
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .measure import text_width
from .panels import Panel, Plot, draw_panels, percent_axis
from .place import Labels, Ribbon
from .unit import write_interval, write_n


@dataclass(frozen=True)
class CalibrationOptions:
    """What to draw of the table, and how.

    predicted, observed: columns of rates 0..1; n: a column of counts for the data table. title: over the panel beside
    others. x_title, y_title: what was predicted, and what was seen ("did not order").
    """

    predicted: str = "predicted"
    observed: str = "observed"
    n: str = "customers"
    title: str = ""
    x_title: str = ""
    y_title: str = ""


def calibration_plot(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: CalibrationOptions | None = None
) -> Figure:
    """Of the customers given a risk of 30 %, did 30 % leave?

    A point for each group of customers with about the same risk, with its interval; on the dashed diagonal the
    prediction is right, above it too low.

    Columns needed: ``options.predicted``, ``options.observed`` (0..1). Optional: ``<observed>_low``,
    ``<observed>_high``, n (int).

    Raises `ParameterError` for a missing column.
    """
    options = options or CalibrationOptions()
    panel, table = calibration_panel(frame, finding.name, words, options)
    if panel is None:
        return compose_without_data(finding, table, words)
    return compose(finding.noting(calibration_note(words)), table, lambda width: draw_panels([panel], width), words)


def calibration_note(words: Words) -> str:
    return words.say("On the dashed diagonal as many leave as predicted; the lines are 95% intervals.")


def calibration_panel(
    frame: pd.DataFrame, name: str, words: Words, options: CalibrationOptions
) -> tuple[Panel | None, pd.DataFrame]:
    """The panel, None where nothing was predicted; and the rows behind it."""
    require(frame, [options.predicted, options.observed], name)
    points = pd.DataFrame(
        {
            "predicted": numbers(frame, options.predicted),
            "observed": numbers(frame, options.observed),
            "low": numbers(frame, f"{options.observed}_low"),
            "high": numbers(frame, f"{options.observed}_high"),
            "n": numbers(frame, options.n),
        }
    )
    points = points.dropna(subset=["predicted", "observed"]).sort_values("predicted", kind="stable")
    table = _table(points, words, options)
    if points.empty:
        return None, table
    panel = Panel(
        title=options.title or words.say("Predicted against seen"),
        x_title=options.x_title or words.say("predicted risk"),
        note=f"↑ {options.y_title or words.say('left')}",
        x=percent_axis(lambda share: words.percent(share, 0)),
        y=percent_axis(lambda share: words.percent(share, 0)),
        draw=lambda plot: _draw(plot, points, words),
    )
    return panel, table


def _draw(plot: Plot, points: pd.DataFrame, words: Words) -> None:
    diagonal = ([plot.x(0), plot.x(1)], [plot.y(0), plot.y(1)])
    plot.canvas.line(*diagonal, Stroke("muted", 1.25, dashed=True))
    taken = []
    for row in points.itertuples():
        x, y = plot.x(row.predicted), plot.y(row.observed)
        ends = (y, y)
        if np.isfinite(row.low) and np.isfinite(row.high):
            ends = (plot.y(row.high), plot.y(row.low))
            plot.canvas.line([x, x], ends, Stroke("accent", 1.5))
        plot.canvas.dot(x, y, "accent", 3.5)
        taken.append(Box(x - 5, min(ends[0], y - 5), 10, max(ends[1], y + 5) - min(ends[0], y - 5)))
    text = words.say("as predicted")
    width, ribbon = text_width(text), Ribbon(diagonal[0], diagonal[1], diagonal[1])
    lefts = np.arange(plot.area.right - width - 4, plot.area.left, -14)
    box = Labels(plot.area, [ribbon], taken).beside(ribbon, (width, 14), [float(left) for left in lefts])
    if box is not None:
        plot.canvas.text(box.left, box.middle[1], text, Ink("muted"))


def _table(points: pd.DataFrame, words: Words, options: CalibrationOptions) -> pd.DataFrame:
    columns = {options.x_title or words.say("predicted risk"): [words.percent(value) for value in points["predicted"]]}
    columns[untaken(capital(options.y_title or words.say("left")), columns)] = [
        write_interval(row.observed, (row.low, row.high), "percent", words) for row in points.itertuples()
    ]
    if points["n"].notna().any():
        columns[untaken(words.say("n"), columns)] = [write_n(n, words) for n in points["n"]]
    return pd.DataFrame(columns, dtype="object")
