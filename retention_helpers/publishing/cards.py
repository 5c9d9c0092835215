"""The cards of the front page: a KPI with its value, a small line and how it compares."""

from collections.abc import Mapping, Sequence
from typing import Any

from retention_helpers.words import Words

SPARK_WIDTH, SPARK_HEIGHT = 132, 36
_ARROWS = {"up": "▲", "down": "▼", "flat": "≈", "plain": ""}


def card(kpi: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """What the template shows of one KPI of a record."""
    deltas = kpi.get("deltas") or [_direction(kpi, words)]
    return {
        "name": kpi["name"],
        "text": kpi["text"],
        "spark": sparkline(kpi.get("series") or (), kpi.get("target")),
        "deltas": [_delta(delta) for delta in deltas if delta],
        "description": kpi.get("description", ""),
    }


def _delta(delta: Mapping[str, str]) -> dict[str, str]:
    """One comparison of a card; its tone is up (better), down (worse), flat (within noise) or plain."""
    tone = delta.get("tone", "flat") if delta.get("tone") in _ARROWS else "flat"
    texts = {key: delta.get(key, "") for key in ("text", "uncertainty", "label", "word")}
    return {"tone": tone, "arrow": delta.get("arrow") or _ARROWS[tone], **texts}


def _direction(kpi: Mapping[str, Any], words: Words) -> dict[str, str] | None:
    """The direction alone, for a record that gives no words for its change; whether up is better it does not say."""
    low, high = kpi.get("change_low"), kpi.get("change_high")
    if low is None or high is None:
        return None
    label = words.say("on the previous month")
    if low <= 0 <= high:
        return {"tone": "flat", "text": words.say("no reliable change"), "label": label}
    if low > 0:
        return {"tone": "plain", "arrow": "▲", "text": words.say("up"), "label": label}
    return {"tone": "plain", "arrow": "▼", "text": words.say("down"), "label": label}


def level_of(low: float, high: float, target: float | None) -> float | None:
    """The target, when a line from ``low`` to ``high`` comes near it.

    One farther off than the line is high would press it flat.

    >>> level_of(10, 20, 25), level_of(10, 20, 31)
    (25, None)
    """
    near = target is not None and 2 * low - high <= target <= 2 * high - low
    return target if near else None


def sparkline(series: Sequence[float | None], target: float | None = None) -> dict[str, Any] | None:
    """Points of a small line; a missing month breaks it. Nothing when there are fewer than two values.

    >>> sparkline([1.0, None, 3.0, 2.0])["lines"]
    ['0.0,34.0', '88.0,2.0 132.0,18.0']
    """
    values = [value for value in series if value is not None]
    if len(values) < 2:
        return None
    level = level_of(min(values), max(values), target)
    edges = values if level is None else [*values, level]
    low, span = min(edges), (max(edges) - min(edges)) or 1.0
    step = SPARK_WIDTH / (len(series) - 1)

    def height(value: float) -> float:
        return SPARK_HEIGHT - 2 - (value - low) / span * (SPARK_HEIGHT - 4)

    lines, points = [], []
    for place, value in enumerate((*series, None)):
        if value is not None:
            points.append((place * step, height(value)))
        elif points:
            lines.append(points)
            points = []
    texts = [" ".join(f"{x:.1f},{y:.1f}" for x, y in line) for line in lines]
    last_x, last_y = lines[-1][-1]
    at = "" if level is None else f"{height(level):.1f}"
    return {"lines": texts, "x": f"{last_x:.1f}", "y": f"{last_y:.1f}", "level": at}
