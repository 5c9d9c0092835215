"""From one total to the next, step by step: what the change is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention_helpers.errors import ParameterError
from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .columns import flags, numbers, require
from .figure import Figure, compose, compose_without_data
from .finding import Finding
from .measure import widest
from .rows import BAR, Rows
from .scale import Scale, round_ticks
from .unit import Unit, write, write_difference

_CUT_BELOW = 0.3  # changes that reach over less than this share of the totals are drawn on a cut axis
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class WaterfallOptions:
    """unit: of the amounts. header, title: the reader's words for part and amount in the data table."""

    unit: Unit = "money"
    header: str = ""
    title: str = ""


def decomposition_steps(row: Mapping[str, float], words: Words) -> pd.DataFrame:
    """Steps of a revenue change, from one row of the metrics' decomposition.

    ``row`` holds ``revenue_before``, ``from_buyers``, ``from_frequency``, ``from_average_order_value``, ``revenue``;
    the three parts are money like the totals and sum to their difference.
    """
    return _steps(
        row,
        {
            "revenue_before": words.say("Revenue before"),
            "from_buyers": words.say("Number of buyers"),
            "from_frequency": words.say("Orders per buyer"),
            "from_average_order_value": words.say("Average order value"),
            "revenue": words.say("Revenue now"),
        },
    )


def ledger_steps(row: Mapping[str, float], words: Words) -> pd.DataFrame:
    """Steps of the customer ledger S - lost + returned + new = E, from one row of the metrics' ledger.

    ``row`` holds ``customers_start``, ``lost``, ``returned``, ``new_customers``, ``customers_end``, none negative.
    """
    signed = {**dict(row), "lost": -row.get("lost", float("nan"))}
    return _steps(
        signed,
        {
            "customers_start": words.say("Active before"),
            "lost": words.say("Lost"),
            "returned": words.say("Returned"),
            "new_customers": words.say("New"),
            "customers_end": words.say("Active now"),
        },
    )


def _steps(row: Mapping[str, float], names: Mapping[str, str]) -> pd.DataFrame:
    keys = list(names)
    return pd.DataFrame(
        {
            "part": list(names.values()),
            "amount": [float(row.get(key, float("nan"))) for key in keys],
            "is_total": [key in (keys[0], keys[-1]) for key in keys],
        }
    )


def waterfall(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: WaterfallOptions | None = None
) -> Figure:
    """What is the change from one total to the next made of?

    Totals are grey and start at zero, unless the changes would be too small to see: then the axis is cut, the totals
    carry a break and the caption says so. Rises are blue, falls orange, always with their sign.

    Columns needed: ``part`` (text), ``amount`` (float; of a total its height, of a change its signed size),
    ``is_total`` (bool). `decomposition_steps` and `ledger_steps` make such a table from one row of the metrics.

    Raises `ParameterError` where the changes do not sum to the next total: such a picture would lie.
    """
    options = options or WaterfallOptions()
    require(frame, ["part", "amount", "is_total"], finding.name)
    table = _table(frame, words, options)
    if frame.empty or numbers(frame, "amount").isna().any():
        return compose_without_data(finding, table, words)
    spans = _spans(frame, finding)
    origin = _origin(spans, flags(frame, "is_total", False).to_numpy())
    if origin:
        finding = finding.noting(words.say("The grey bars are cut: the axis does not start at zero."))
    return compose(finding, table, lambda width: _draw((frame, spans, origin), width, words, options), words)


def _spans(frame: pd.DataFrame, finding: Finding) -> np.ndarray:
    """Where each bar begins and ends; totals are checked against the running sum."""
    running, spans = 0.0, []
    totals = flags(frame, "is_total", False)
    for index, (amount, is_total) in enumerate(zip(numbers(frame, "amount"), totals, strict=True)):
        if not is_total:
            spans.append((running, running + amount))
            running += amount
            continue
        if index and abs(running - amount) > max(_TOLERANCE * abs(amount), 0.005):
            raise ParameterError(
                f'Figure "{finding.name}": the parts add up to {running:,.2f}, but "{frame["part"].iloc[index]}" '
                f"is {amount:,.2f}."
            )
        running = float(amount)
        spans.append((0.0, running))
    return np.asarray(spans, dtype=float)


def _origin(spans: np.ndarray, is_total: np.ndarray) -> float:
    """Where the axis starts: 0, or just below the changes where they would be too small to see."""
    changes, totals = spans[~is_total], spans[is_total][:, 1]
    if not len(changes) or not len(totals) or spans.min() < 0:
        return 0.0
    low, high = min(changes.min(), totals.min()), max(changes.max(), totals.max())
    if high <= 0 or high - low >= _CUT_BELOW * high:
        return 0.0
    return max(round_ticks(low - max(high - low, 0.02 * high), high)[0], 0.0)


def _draw(
    steps: tuple[pd.DataFrame, np.ndarray, float], width: float, words: Words, options: WaterfallOptions
) -> Canvas:
    frame, spans, origin = steps
    rows = Rows([str(part) for part in frame["part"]], width)
    totals = list(flags(frame, "is_total", False))
    texts = _texts(frame, words, options)
    right = width - widest(texts, 13, True) - 12
    x = Scale(origin or spans.min(), max(spans.max(), 0.0) or 1.0, rows.left + 1, right)
    canvas = Canvas(width, rows.bottom)
    rows.draw_names(canvas)
    for row, ((start, end), is_total) in enumerate(zip(spans, totals, strict=True)):
        y = rows.middle(row)
        begin, finish = sorted((x(max(start, origin)), x(end)))
        color = "context" if is_total else "accent" if end >= start else "warn"
        canvas.rect(Box(begin, y - BAR / 2, max(finish - begin, 1.5), BAR), color)
        if is_total and origin:
            _break(canvas, rows.left + 18, y)
        if row + 1 < len(spans):
            canvas.line([x(end)] * 2, [y + BAR / 2, rows.middle(row + 1) - BAR / 2], Stroke("axis"))
        ink = Ink("muted" if is_total else color, 13, bold=True)
        canvas.text(finish + 7, y, texts[row], ink)
    return canvas


def _break(canvas: Canvas, x: float, y: float) -> None:
    """Two slanted cuts: the bar is longer than drawn."""
    for shift in (0, 6):
        ends = ([x + shift - 4, x + shift + 4], [y + BAR / 2 + 2, y - BAR / 2 - 2])
        canvas.line(*ends, Stroke("bg", 2.5))


def _texts(frame: pd.DataFrame, words: Words, options: WaterfallOptions) -> list[str]:
    return [
        write(amount, options.unit, words) if is_total else write_difference(amount, options.unit, words)
        for amount, is_total in zip(numbers(frame, "amount"), flags(frame, "is_total", False), strict=True)
    ]


def _table(frame: pd.DataFrame, words: Words, options: WaterfallOptions) -> pd.DataFrame:
    columns = {
        options.header or words.say("Part"): [str(part) for part in frame["part"]],
        options.title or words.say("Amount"): _texts(frame, words, options),
    }
    return pd.DataFrame(columns, dtype="object")
