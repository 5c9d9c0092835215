"""Two to four curves in steps, each named at its end: how long until the second order, by channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.words import Words

from .columns import labels, numbers, ordered, require, untaken
from .curves_drawing import Curve, Curves, draw_curves
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .step_axes import thinned
from .unit import Unit, write_interval

MOST_CURVES = 4


@dataclass(frozen=True)
class CurvesOptions:
    """What to draw of the table, and how.

    group: the column of groups; names: group -> its name for the reader. accent: the group in the accent colour, the
    first when empty. x, y: columns. unit: of y (the axis runs from 0; to 100 % where y reaches half of it). x_title:
    under the axis, with its unit. marked: the x at which the groups are compared, with a line, and the values beside
    their names; NaN for the end of each curve. marked_label: what that x is ("90 days").
    """

    group: str = "channel"
    x: str = "days"
    y: str = "survival"
    unit: Unit = "percent"
    names: Mapping[str, str] = field(default_factory=dict)
    accent: str = ""
    x_title: str = ""
    marked: float = float("nan")
    marked_label: str = ""


def survival_curves(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: CurvesOptions | None = None
) -> Figure:
    """How does a share fall (or grow) as time goes by, in one group against another?

    The curves are drawn in steps, as they were estimated; a group's curve ends where its last customer is seen, and is
    not drawn on. Each carries its name and its value at its right end: no legend.

    Columns needed: ``options.group`` (text), ``options.x`` and ``options.y`` (floats), one row per group and x.
    Optional: ``<y>_low``, ``<y>_high``.

    Raises `ParameterError` for a missing column or more than four groups.
    """
    options = options or CurvesOptions()
    require(frame, [options.group, options.x, options.y], finding.name)
    known = pd.DataFrame(
        {
            "group": labels(frame, options.group, words),
            "x": numbers(frame, options.x),
            "y": numbers(frame, options.y),
            "low": numbers(frame, f"{options.y}_low"),
            "high": numbers(frame, f"{options.y}_high"),
        }
    ).sort_values("x", kind="stable")
    known = known.loc[known["x"].notna()]
    names = ordered(known["group"], options.names)
    if len(names) > MOST_CURVES:
        raise ParameterError(
            f'Figure "{finding.name}": {len(names)} groups; at most {MOST_CURVES} curves can be told apart. '
            "Keep the largest, or draw small multiples."
        )
    curves = Curves([_curve(known, key, names, options) for key in names], options, words)
    table = _table(known, curves, words, options)
    if known["y"].isna().all():
        return compose_without_data(finding, table, words)
    if known[["low", "high"]].notna().all(axis=1).any():
        finding = finding.noting(words.say("The bands are 95% intervals."))
    if curves.is_marked:
        place = options.marked_label or f"{words.number(options.marked, 0)} {options.x_title}".strip()
        finding = finding.noting(words.say("Beside each name stands its value at: {place}.", place=place))
    return compose(finding, table, lambda width: draw_curves(curves, width), words)


def _curve(known: pd.DataFrame, key: str, names: Mapping[str, str], options: CurvesOptions) -> Curve:
    rows = known.loc[(known["group"] == key) & known["y"].notna(), ["x", "y", "low", "high"]]
    return Curve(names[key], rows, is_accent=key == (options.accent or next(iter(names))))


def _table(known: pd.DataFrame, curves: Curves, words: Words, options: CurvesOptions) -> pd.DataFrame:
    """Each curve at the same x: the value that holds there, nothing beyond its end."""
    xs = thinned(np.unique(known["x"].to_numpy(dtype=float)))
    places = 0 if (xs % 1 == 0).all() else 1
    columns = {options.x_title or words.say("Days"): [words.number(x, places) for x in xs]}
    for curve in curves.curves:
        columns[untaken(curve.name, columns)] = [
            write_interval(value, edges, options.unit, words) for value, edges in map(curve.at, xs)
        ]
    return pd.DataFrame(columns, dtype="object")
