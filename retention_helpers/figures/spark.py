"""The small line on a KPI card: where the value comes from, the last month marked."""

from collections.abc import Sequence

import numpy as np

from .canvas import unbroken

_WIDTH, _HEIGHT, _EDGE = 150, 34, 5
_YEAR = 12


def sparkline(series: Sequence[float], target: float | None = None) -> str:
    """An inline SVG without words (the card says the value): grey line, dot at the last month, ring a year before.

    A ``target`` is a dashed level where the line comes near it; one farther off than the line is high would press it
    flat. A missing month leaves a gap; with fewer than two known months there is no line to draw, and nothing is
    returned.
    """
    values = np.asarray([np.nan if value is None else value for value in series], dtype=float)
    values[~np.isfinite(values)] = np.nan
    if np.isfinite(values).sum() < 2:
        return ""
    low, high = np.nanmin(values), np.nanmax(values)
    level = target if target is not None and 2 * low - high <= target <= 2 * high - low else None
    edges = (low, high) if level is None else (min(low, level), max(high, level))
    xs, ys = np.linspace(_EDGE, _WIDTH - _EDGE, len(values)), _heights(values, edges)
    lines = "" if level is None else _level(_heights(np.asarray([level]), edges)[0])
    lines += "".join(
        f'<polyline points="{_points(xs[piece], ys[piece])}" fill="none" stroke="var(--context)" stroke-width="1.6" '
        f'stroke-linejoin="round" stroke-linecap="round"/>'
        for piece in unbroken(ys)
    )
    marks = ""
    before = len(values) - 1 - _YEAR
    if before >= 0 and np.isfinite(ys[before]):
        marks += (
            f'<circle cx="{xs[before]:.1f}" cy="{ys[before]:.1f}" r="2.8" fill="var(--bg)" stroke="var(--context)" '
            f'stroke-width="1.5"/>'
        )
    if np.isfinite(ys[-1]):
        marks += f'<circle cx="{xs[-1]:.1f}" cy="{ys[-1]:.1f}" r="3.4" fill="var(--accent)"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">'
        f"{lines}{marks}</svg>"
    )


def _heights(values: np.ndarray, edges: tuple[float, float]) -> np.ndarray:
    low, high = edges
    share = (values - low) / (high - low) if high > low else np.where(np.isfinite(values), 0.5, np.nan)
    return _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)


def _level(y: float) -> str:
    return (
        f'<path d="M{_EDGE} {y:.1f}H{_WIDTH - _EDGE}" fill="none" stroke="var(--axis)" stroke-width="1.2" '
        f'stroke-dasharray="4 3"/>'
    )


def _points(xs: np.ndarray, ys: np.ndarray) -> str:
    if len(xs) == 1:  # a month between two gaps: a round cap draws it as a point
        return f"{xs[0]:.1f},{ys[0]:.1f} {xs[0] + 0.1:.1f},{ys[0]:.1f}"
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
