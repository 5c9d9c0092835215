"""How many of those who will leave are reached by contacting the riskiest first?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention_helpers.words import Words, capital

from .canvas import Box, Ink, Stroke
from .columns import numbers, require, untaken
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .measure import fit, text_width
from .panels import Axis, Panel, Plot, draw_panels, percent_axis
from .place import Labels, Ribbon
from .step_axes import thinned
from .unit import write, write_interval


@dataclass(frozen=True)
class GainsOptions:
    """What to draw of the table, and how.

    contacted, reached: columns of shares 0..1. marked: the share contacted whose reach is written, NaN for none.
    title: over the panel beside others. x_title, y_title: what the shares are of. model_label, random_label: at the
    curve and at the diagonal.
    """

    contacted: str = "contacted"
    reached: str = "reached"
    marked: float = float("nan")
    title: str = ""
    x_title: str = ""
    y_title: str = ""
    model_label: str = ""
    random_label: str = ""


def gains_curve(frame: pd.DataFrame, finding: Finding, words: Words, *, options: GainsOptions | None = None) -> Figure:
    """If the riskiest x % are contacted, which share of those who leave is among them?

    The curve begins at nobody and ends at everybody, whether or not the table says so; the dashed diagonal is what
    contacting anybody would reach.

    Columns needed: ``options.contacted``, ``options.reached`` (0..1). Optional: ``<reached>_low``,
    ``<reached>_high`` (a band).

    Raises `ParameterError` for a missing column.
    """
    options = options or GainsOptions()
    panel, table = gains_panel(frame, finding.name, words, options)
    if panel is None:
        return compose_without_data(finding, table, words)
    return compose(finding.noting(gains_note(words)), table, lambda width: draw_panels([panel], width), words)


def gains_note(words: Words) -> str:
    return words.say("The dashed diagonal is what contacting customers at random would reach.")


def gains_panel(
    frame: pd.DataFrame, name: str, words: Words, options: GainsOptions
) -> tuple[Panel | None, pd.DataFrame]:
    """The panel, None where nothing is known; and the rows behind it."""
    require(frame, [options.contacted, options.reached], name)
    names = {"x": options.contacted, "y": options.reached}
    edges = {"low": f"{options.reached}_low", "high": f"{options.reached}_high"}
    curve = pd.DataFrame({key: numbers(frame, column) for key, column in {**names, **edges}.items()})
    curve = curve.dropna(subset=["x", "y"]).sort_values("x", kind="stable")
    table = _table(curve, words, options)
    if curve.empty:
        return None, table
    ends = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0], "low": [0.0, 1.0], "high": [0.0, 1.0]})
    whole = pd.concat([curve, ends.loc[~ends["x"].isin(curve["x"])]]).sort_values("x", kind="stable")
    x = percent_axis(lambda share: words.percent(share, 0))
    if np.isfinite(options.marked) and 0.15 <= options.marked <= 0.35:
        x = Axis([0.0, options.marked, 0.5, 1.0], [words.percent(v, 0) for v in (0.0, options.marked, 0.5, 1.0)])
    panel = Panel(
        title=options.title or words.say("Leavers reached by share contacted"),
        x_title=options.x_title or words.say("share of customers contacted"),
        note=f"↑ {options.y_title or words.say('share of leavers reached')}",
        x=x,
        y=percent_axis(lambda share: words.percent(share, 0)),
        draw=lambda plot: _draw(plot, whole, words, options),
    )
    return panel, table


def _draw(plot: Plot, curve: pd.DataFrame, words: Words, options: GainsOptions) -> None:
    xs, (ys, low, high) = (
        [plot.x(x) for x in curve["x"]],
        ([plot.y(value) for value in curve[column]] for column in ("y", "low", "high")),
    )
    diagonal = ([plot.x(0), plot.x(1)], [plot.y(0), plot.y(1)])
    plot.canvas.band(xs, (high, low), "band", 1.0)
    plot.canvas.line(*diagonal, Stroke("muted", 1.25, dashed=True))
    plot.canvas.line(xs, ys, Stroke("accent", 2.25))
    model, random = Ribbon(xs, np.fmin(high, ys), np.fmax(low, ys)), Ribbon(diagonal[0], diagonal[1], diagonal[1])
    labels = Labels(plot.area, [model, random])
    if np.isfinite(options.marked):
        _mark(plot, labels, model, (float(np.interp(options.marked, curve["x"], curve["y"])), words, options))
    for text, ribbon, ink in (
        (options.random_label or words.say("at random"), random, Ink("muted")),
        (options.model_label or words.say("model"), model, Ink("accent", bold=True)),
    ):
        text = fit(text, plot.area.width * 0.85, ink.size, ink.bold)
        _label(plot, labels, ribbon, (text, ink))


def _mark(plot: Plot, labels: Labels, model: Ribbon, said: tuple[float, Words, GainsOptions]) -> None:
    """One point of the curve, how far above the diagonal it lies, and its value."""
    reached, words, options = said
    x, y = plot.x(options.marked), plot.y(reached)
    plot.canvas.line([x, x], [y, plot.area.bottom], Stroke("accent", 1.25))
    plot.canvas.dot(x, y, "accent", 4.5)
    labels.taken.append(Box(x - 6, y - 6, 12, 12))
    text = write(reached, "percent", words, 0)
    width = text_width(text, 14, True)
    box = labels.beside(model, (width, 16), [x - width - 6, x + 8, x - width / 2])
    if box is not None:
        plot.canvas.text(box.left, box.middle[1], text, Ink("accent", 14, bold=True))


def _label(plot: Plot, labels: Labels, ribbon: Ribbon, said: tuple[str, Ink]) -> None:
    text, ink = said
    width = text_width(text, ink.size, ink.bold)
    middle = plot.area.left + plot.area.width * 0.5
    lefts = sorted(np.arange(plot.area.left, plot.area.right - width, 10), key=lambda left: abs(left - middle))
    box = labels.beside(ribbon, (width, 14), [float(left) for left in lefts])
    if box is not None:
        plot.canvas.text(box.left, box.middle[1], text, ink)


def _table(curve: pd.DataFrame, words: Words, options: GainsOptions) -> pd.DataFrame:
    picked = curve.iloc[thinned(np.arange(len(curve)))]
    columns = {
        options.x_title or words.say("share of customers contacted"): [words.percent(value) for value in picked["x"]]
    }
    columns[untaken(capital(options.y_title or words.say("share of leavers reached")), columns)] = [
        write_interval(row.y, (row.low, row.high), "percent", words) for row in picked.itertuples()
    ]
    return pd.DataFrame(columns, dtype="object")
