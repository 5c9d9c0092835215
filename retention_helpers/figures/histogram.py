"""How many customers stand at each predicted risk."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.words import Words

from .canvas import Ink
from .columns import numbers, require
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .panels import Axis, Panel, Plot, draw_panels, percent_axis
from .scale import round_ticks
from .theme import light
from .unit import tick_digits

_DIGITS = 9  # edges that sums of tenths put a hair apart are one edge


@dataclass(frozen=True)
class HistogramOptions:
    """What to draw of the table, and how.

    low, high, count: columns, the edges of a class of risk (0..1) and its customers. high_from: risk from which a
    customer counts as high, an edge of the classes, drawn in the warning colour; NaN for none. title: over the panel
    beside others. x_title: what the risk is ("predicted risk of no order in 90 days"). high_label: before the number
    of customers at high risk.
    """

    low: str = "risk_low"
    high: str = "risk_high"
    count: str = "customers"
    high_from: float = float("nan")
    title: str = ""
    x_title: str = ""
    high_label: str = ""


def histogram(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: HistogramOptions | None = None
) -> Figure:
    """How many customers are at low, middle and high risk?

    The classes are counted before (a histogram of ten million customers needs ten rows), and drawn as they are given.

    Columns needed: ``options.low``, ``options.high`` (0..1, classes that do not overlap), ``options.count`` (int).

    Raises `ParameterError` for a missing column, or a ``high_from`` inside a class: the colours would lie.
    """
    options = options or HistogramOptions()
    panel, table = risk_histogram(frame, finding.name, words, options)
    if panel is None:
        return compose_without_data(finding, table, words)
    return compose(finding, table, lambda width: draw_panels([panel], width), words)


def risk_histogram(
    frame: pd.DataFrame, name: str, words: Words, options: HistogramOptions
) -> tuple[Panel | None, pd.DataFrame]:
    """The panel, None where there is nobody; and the rows behind it."""
    require(frame, [options.low, options.high, options.count], name)
    classes = pd.DataFrame({key: numbers(frame, getattr(options, key)) for key in ("low", "high", "count")})
    classes = classes.dropna().sort_values("low", kind="stable").round({"low": _DIGITS, "high": _DIGITS})
    inside = classes.loc[(classes["low"] < options.high_from) & (classes["high"] > options.high_from)]
    if len(inside):
        raise ParameterError(
            f'Figure "{name}": high_from {options.high_from} lies inside the class {inside["low"].iloc[0]} to '
            f"{inside['high'].iloc[0]}. Use an edge of the classes."
        )
    table = _table(classes, words, options)
    if not classes["count"].sum() > 0:
        return None, table
    return _panel(classes, words, options), table


def _panel(classes: pd.DataFrame, words: Words, options: HistogramOptions) -> Panel:
    is_high = (classes["low"] >= options.high_from).to_numpy()
    ticks = round_ticks(0, float(classes["count"].max()), 3)
    note = words.say(
        "{label}: {n}",
        label=options.high_label or words.say("high risk"),
        n=words.integer(classes.loc[is_high, "count"].sum()),
    )
    return Panel(
        title=options.title or words.say("How many customers at each risk"),
        x_title=options.x_title or words.say("predicted risk"),
        note=note if np.isfinite(options.high_from) else "",
        x=percent_axis(lambda share: words.percent(share, 0)),
        y=Axis(ticks, [words.number(tick, tick_digits(ticks, "integer")) for tick in ticks]),
        draw=lambda plot: _draw(plot, classes, is_high),
        note_ink=Ink("warn", bold=True, align="right"),
    )


def _draw(plot: Plot, classes: pd.DataFrame, is_high: np.ndarray) -> None:
    """seaborn's histogram, once for each colour."""
    import seaborn  # here, because it takes seconds to load

    axes = plot.canvas.axes(plot.area)
    axes.set(xticks=[], yticks=[])  # else seaborn works out the labels of an axis that is not shown
    for chosen, color in ((~is_high, "context"), (is_high, "warn")):
        some = classes.loc[chosen]
        if some["count"].sum() > 0:
            seaborn.histplot(
                x=(some["low"] + some["high"]).to_numpy() / 2,
                weights=some["count"].to_numpy(),
                bins=np.unique(some[["low", "high"]].to_numpy()).tolist(),
                ax=axes,
                color=light(color),
                edgecolor=light("bg"),
                linewidth=1.5,
                alpha=1.0,
            )
    axes.set_xlim(plot.x.low, plot.x.high)
    axes.set_ylim(plot.y.low, plot.y.high)
    axes.axis("off")


def _table(classes: pd.DataFrame, words: Words, options: HistogramOptions) -> pd.DataFrame:
    columns = {
        options.x_title or words.say("predicted risk"): [
            f"{words.percent(low, 0)} – {words.percent(high, 0)}"
            for low, high in zip(classes["low"], classes["high"], strict=True)
        ],
        words.say("Customers"): [words.integer(count) for count in classes["count"]],
    }
    return pd.DataFrame(columns, dtype="object")
