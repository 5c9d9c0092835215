"""A survival or lapse curve with its interval, and one point that matters."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .columns import numbers, require
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .measure import fit, text_width
from .place import Labels, Ribbon
from .scale import Scale
from .step_axes import draw_days, draw_shares, plot_area, share_ticks, stepped, thinned, tick_texts
from .theme import is_narrow
from .unit import Unit, write, write_interval


@dataclass(frozen=True)
class CurveOptions:
    """What to draw of the table, and how.

    x, y: columns. unit: of y (the axis runs from 0; to 100 % where y reaches half of it). x_title: under the axis,
    with its unit. marked: the x of the one marked point, NaN for none; marked_label: what it is. level: a dashed
    horizontal line (the 10 % of the lapse rule), NaN for none.
    """

    x: str = "days"
    y: str = "survival"
    unit: Unit = "percent"
    x_title: str = ""
    y_title: str = ""
    marked: float = float("nan")
    marked_label: str = ""
    level: float = float("nan")


def survival_curve(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: CurveOptions | None = None
) -> Figure:
    """How does a share fall as time goes by, and where is the one point that decides?

    The curve is drawn in steps, as it was estimated: the value at x holds until the next x.

    Columns needed: ``options.x`` and ``options.y`` (floats). Optional: ``<y>_low``, ``<y>_high``.

    Raises `ParameterError` for a missing column.
    """
    options = options or CurveOptions()
    require(frame, [options.x, options.y], finding.name)
    known = pd.DataFrame(
        {
            "x": numbers(frame, options.x),
            "y": numbers(frame, options.y),
            "low": numbers(frame, f"{options.y}_low"),
            "high": numbers(frame, f"{options.y}_high"),
        }
    ).sort_values("x", kind="stable")
    known = known.loc[known["x"].notna()]
    table = _table(known, words, options)
    if frame.empty or known["y"].isna().all():
        return compose_without_data(finding, table, words)
    if known[["low", "high"]].notna().all(axis=1).any():
        finding = finding.noting(words.say("The band is a 95% interval."))
    return compose(finding, table, lambda width: _draw(known, width, words, options), words)


def _draw(known: pd.DataFrame, width: float, words: Words, options: CurveOptions) -> Canvas:
    ticks = share_ticks(known[["y", "high"]].to_numpy(), options.unit)
    texts = tick_texts(ticks, options.unit, words)
    height = 290 if is_narrow(width) else 310
    area = plot_area(width, height, 16, texts, options.x_title)
    canvas = Canvas(width, height)
    x = Scale(min(0.0, float(known["x"].min())), float(known["x"].max()) or 1.0, area.left, area.right)
    y = Scale(ticks[0], ticks[-1], area.bottom, area.top)
    draw_shares(canvas, y, area, ticks, texts)
    draw_days(canvas, x, area, options.x_title, words)
    steps = stepped(known)
    xs = [x(value) for value in steps["x"]]
    low, high = ([y(value) for value in steps[edge]] for edge in ("low", "high"))
    canvas.band(xs, (high, low), "band", 1.0)
    if np.isfinite(options.level):
        canvas.line([area.left, area.right], [y(options.level)] * 2, Stroke("context", 1.2, dashed=True))
    canvas.line(xs, [y(value) for value in steps["y"]], Stroke("accent", 2.25))
    if np.isfinite(options.marked):
        _mark(canvas, (x, y, area), known, words, options)
    return canvas


def _mark(
    canvas: Canvas, plot: tuple[Scale, Scale, Box], known: pd.DataFrame, words: Words, options: CurveOptions
) -> None:
    x, y, area = plot
    before = known.loc[(known["x"] <= options.marked) & known["y"].notna()]
    if before.empty:
        return
    value, at = float(before["y"].iloc[-1]), (x(options.marked), y(float(before["y"].iloc[-1])))
    canvas.line([at[0], at[0]], [at[1], area.bottom], Stroke("accent", 1.2))
    canvas.dot(*at, "accent", 4.5)
    text = options.marked_label or write(value, options.unit, words)
    text = fit(text, area.width - 12, 13, True)
    width = text_width(text, 13, True)
    steps = stepped(known)
    edges = [steps[edge].fillna(steps["y"]) for edge in ("high", "low")]
    ribbon = Ribbon([x(v) for v in steps["x"]], *([y(v) for v in edge] for edge in edges))
    labels = Labels(area, [ribbon], taken=[Box(at[0] - 7, at[1] - 7, 14, 14), Box(at[0] - 3, at[1], 6, area.bottom)])
    if np.isfinite(options.level):
        labels.taken.append(Box(area.left, y(options.level) - 1, area.width, 2))
    lefts = [
        at[0] + 8,
        area.right - width,
        at[0] - width - 8,
        at[0] - width / 2,
        *np.arange(area.left + 6, area.right - width, 20),
    ]
    box = labels.beside(ribbon, (width, 15), lefts)
    if box is not None:
        canvas.text(box.left, box.middle[1], text, Ink("accent", 13, bold=True))


def _table(known: pd.DataFrame, words: Words, options: CurveOptions) -> pd.DataFrame:
    picked = known.iloc[thinned(np.arange(len(known)))]
    places = 0 if (picked["x"] % 1 == 0).all() else 1
    columns = {
        options.x_title or words.say("Days"): [words.number(value, places) for value in picked["x"]],
        options.y_title or words.say("Share"): [
            write_interval(value, (low, high), options.unit, words)
            for value, low, high in zip(picked["y"], picked["low"], picked["high"], strict=True)
        ],
    }
    return pd.DataFrame(columns, dtype="object")
