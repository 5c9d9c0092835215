"""One to three small plots on a sheet: side by side on a page, below each other on a phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .canvas import MUTED, Box, Canvas, Ink, Stroke
from .measure import fit, text_width, widest, wrap_most
from .scale import Scale
from .theme import is_narrow

_LINE = 15.6  # px from one line of a title to the next
_NOTE = 24.0  # px above a plot for its note
_TICKS = 26.0  # px below a plot for the numbers of x
_GAP = 30.0


@dataclass(frozen=True)
class Axis:
    """Ticks and their texts; the plot reaches from the first tick to the last."""

    ticks: Sequence[float]
    texts: Sequence[str]


@dataclass(frozen=True, eq=False)
class Plot:
    """Where a panel draws: its part of the sheet, and values to pixels."""

    canvas: Canvas
    area: Box
    x: Scale
    y: Scale


@dataclass(frozen=True, eq=False)
class Panel:
    """One small plot. ``note`` stands above it, at the end that its ink says; ``draw`` puts the marks on it."""

    title: str
    x_title: str
    note: str
    x: Axis
    y: Axis
    draw: Callable[[Plot], None]
    note_ink: Ink = MUTED


def draw_panels(panels: Sequence[Panel], width: float) -> Canvas:
    """The panels at one height, their plots on one line, their titles above and what x is below."""
    abreast = 1 if is_narrow(width) else len(panels)
    each = (width - _GAP * (abreast - 1)) / abreast
    tall = 250.0 if abreast == 1 and not is_narrow(width) else 168.0
    titles = [wrap_most(panel.title, each, 2, 12.5, True) if len(panels) > 1 else [] for panel in panels]
    below = [wrap_most(panel.x_title, each - _left(panel), 2, 11.5) if panel.x_title else [] for panel in panels]
    head = max(map(len, titles)) * _LINE + 6 * any(titles) + _NOTE
    height = head + tall + _TICKS + max(map(len, below)) * _LINE
    rows = len(panels) if abreast == 1 else 1
    canvas = Canvas(width, rows * height + (rows - 1) * _GAP)
    for place, panel in enumerate(panels):
        left, top = ((each + _GAP) * place, 0.0) if abreast > 1 else (0.0, (height + _GAP) * place)
        canvas.texts(left, top + 9, titles[place], Ink("ink", 12.5, bold=True))
        area = Box(left + _left(panel), top + head, each - _left(panel) - 4, tall)
        _draw(canvas, panel, area, below[place])
    return canvas


def _left(panel: Panel) -> float:
    return widest(list(panel.y.texts)) + 8


def _draw(canvas: Canvas, panel: Panel, area: Box, below: list[str]) -> None:
    plot = Plot(
        canvas,
        area,
        Scale(panel.x.ticks[0], panel.x.ticks[-1], area.left, area.right),
        Scale(panel.y.ticks[0], panel.y.ticks[-1], area.bottom, area.top),
    )
    right = min(area.right + 4, canvas.width)
    for tick, text in zip(panel.y.ticks, panel.y.texts, strict=True):
        canvas.line([area.left, area.right], [plot.y(tick)] * 2, Stroke("axis" if tick == 0 else "grid"))
        canvas.text(area.left - 8, plot.y(tick), text, Ink("muted", align="right"))
    for tick, text in zip(panel.x.ticks, panel.x.texts, strict=True):
        place = min(plot.x(tick), right - text_width(text) / 2)
        canvas.line([plot.x(tick)] * 2, [area.bottom, area.bottom + 4], Stroke("axis"))
        canvas.text(place, area.bottom + 15, text, Ink("muted", align="center"))
    left = area.left - _left(panel)
    note = fit(panel.note, area.right - left, panel.note_ink.size, panel.note_ink.bold)
    canvas.text(area.right if panel.note_ink.align == "right" else left, area.top - 15, note, panel.note_ink)
    canvas.texts(right, area.bottom + _TICKS + 8, below, Ink("muted", 11.5, align="right"))
    panel.draw(plot)


def percent_axis(write: Callable[[float], str], parts: int = 2) -> Axis:
    """From 0 to 100 % in so many parts.

    >>> percent_axis(str).ticks
    [0.0, 0.5, 1.0]
    """
    ticks = [index / parts for index in range(parts + 1)]
    return Axis(ticks, [write(tick) for tick in ticks])
