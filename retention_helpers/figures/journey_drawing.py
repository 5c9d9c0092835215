"""The drawing of a journey: stages from left to right, on a phone from top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retention_helpers.words import Words

from .canvas import Box, Canvas, Ink, Stroke
from .measure import ELLIPSIS, fit, text_width, wrap, wrap_most
from .theme import is_narrow
from .unit import write

_FLOW = 92.0  # px that the stage with most customers takes
_NODE = 20.0  # px, the width of a stage's own bar
_BAR = 14.0
_PAD = 8.0
_LINE = 16.0
_TAG = 17.0
_SIZES = (12.5, 12, 11.5, 11)


@dataclass(frozen=True)
class Lane:
    """One thing known of each stage: the value, "" where there is none, and the same with its interval.

    ``decides``: it is what makes a stage the weakest, and shows it.
    """

    title: str
    values: Sequence[str]
    whole: Sequence[str]
    decides: bool = False

    def interval(self, stage: int) -> str:
        """The interval alone, as it stands behind the value."""
        return self.whole[stage].removeprefix(self.values[stage]).strip() if self.values[stage] else ""


@dataclass(frozen=True)
class Journey:
    """The stages in order."""

    names: Sequence[str]
    customers: Sequence[float]
    lanes: Sequence[Lane]
    is_weakest: Sequence[bool]
    words: Words

    @property
    def shares(self) -> list[float]:
        """Customers of each stage, as a share of the most; NaN where they are not known."""
        most = np.nanmax(self.customers)
        return [count / most if most > 0 else 0.0 for count in self.customers]

    def count(self, stage: int) -> str:
        known = np.isfinite(self.customers[stage])
        return write(self.customers[stage], "integer", self.words) if known else ""

    @property
    def tag(self) -> str:
        return self.words.say("weakest stage") if any(self.is_weakest) else ""


def draw_journey(journey: Journey, width: float) -> Canvas:
    return _down(journey, width) if is_narrow(width) else _across(journey, width)


def _across(journey: Journey, width: float) -> Canvas:
    """Each stage a column: its name, its customers, the stream to the next; then a lane for each thing known."""
    pitch = width / len(journey.names)
    room = pitch - 2 * _PAD
    size = next((size for size in _SIZES if not _is_cut(journey.names, room, size)), _SIZES[-1])
    names = [wrap_most(name, room, 2, size, True) for name in journey.names]
    top = 20.0 if journey.tag else 2.0
    flow = top + 12 + max(map(len, names)) * _LINE + 24
    lanes = flow + _FLOW + 18
    deep = [28 + 18 * (1 + any(lane.interval(stage) for stage in range(len(names)))) for lane in journey.lanes]
    canvas = Canvas(width, lanes + sum(deep) + 4)
    _stream(canvas, journey, pitch, flow + _FLOW / 2)
    for stage, lines in enumerate(names):
        left = stage * pitch + _PAD
        canvas.texts(left, top + 16, lines, Ink("ink", size, bold=True))
        canvas.text(left, flow - 14, journey.count(stage), Ink("accent", 15, bold=True))
        if journey.is_weakest[stage]:
            canvas.frame(Box(stage * pitch, top, pitch - 4, lanes - top - 6).inset(1), Stroke("warn", 2))
            tag = fit(journey.tag, width, 12, True)
            x = min(stage * pitch, width - text_width(tag, 12, True))
            canvas.text(x, top - 11, tag, Ink("warn", 12, bold=True))
    y = lanes
    for lane, height in zip(journey.lanes, deep, strict=True):
        canvas.line([0, width], [y, y], Stroke("grid"))
        canvas.text(_PAD, y + 13, fit(lane.title, width - _PAD), Ink("muted"))
        for stage, value in enumerate(lane.values):
            left = stage * pitch + _PAD
            canvas.text(left, y + 31, value, Ink(_color(journey, stage, lane), 13, bold=True))
            canvas.text(left, y + 48, fit(lane.interval(stage), pitch - _PAD, 11), Ink("muted", 11))
        y += height
    return canvas


def _stream(canvas: Canvas, journey: Journey, pitch: float, middle: float) -> None:
    """Bars as high as their stage has customers, and what leads from one to the next."""
    halves = [share * _FLOW / 2 for share in journey.shares]
    for stage, half in enumerate(halves):
        left = stage * pitch + _PAD
        if stage + 1 < len(halves):
            xs, edges = [left + _NODE, left + pitch], (half, halves[stage + 1])
            upper, lower = [middle - edge for edge in edges], [middle + edge for edge in edges]
            canvas.band(xs, (upper, lower), "warn-pale" if journey.is_weakest[stage] else "band", 1.0)
    for stage, half in enumerate(halves):
        if np.isfinite(half):
            box = Box(stage * pitch + _PAD, middle - max(half, 0.75), _NODE, max(2 * half, 1.5))
            canvas.rect(box, _bar_color(journey, stage))


def _down(journey: Journey, width: float) -> Canvas:
    """Each stage a block: name and customers, a bar as wide as it has customers, then a line for each thing known."""
    inner = width - 2 * _PAD
    titles = {lane.title: wrap_most(lane.title, inner * 0.46, 2, 11.5) for lane in journey.lanes}
    known = [[lane for lane in journey.lanes if lane.values[stage]] for stage in range(len(journey.names))]
    deep = [
        52 + _TAG * weakest + sum(4 + 15 * len(titles[lane.title]) for lane in lanes)
        for lanes, weakest in zip(known, journey.is_weakest, strict=True)
    ]
    canvas = Canvas(width, sum(deep) + 12 * len(deep))
    y = 0.0
    for stage, height in enumerate(deep):
        box = Box(0, y, width, height)
        if journey.is_weakest[stage]:
            canvas.frame(box.inset(1), Stroke("warn", 2))
            canvas.text(_PAD, y + 13, fit(journey.tag, inner, 12, True), Ink("warn", 12, bold=True))
        elif stage:
            canvas.line([0, width], [y - 5, y - 5], Stroke("grid"))
        _block(canvas, journey, stage, y + _TAG * journey.is_weakest[stage])
        at = y + 52 + _TAG * journey.is_weakest[stage]
        for lane in known[stage]:
            at = _fact(canvas, titles[lane.title], (lane, stage), at, _color(journey, stage, lane))
        y += height + 12
    return canvas


def _block(canvas: Canvas, journey: Journey, stage: int, top: float) -> None:
    count, right = journey.count(stage), canvas.width - _PAD
    name = fit(journey.names[stage], right - _PAD - text_width(count, 14, True) - 10, 13, True)
    canvas.text(_PAD, top + 13, name, Ink("ink", 13, bold=True))
    canvas.text(right, top + 13, count, Ink("accent", 14, bold=True, align="right"))
    share = journey.shares[stage]
    if np.isfinite(share):
        length = max(share * (right - _PAD), 1.5)
        canvas.rect(Box(_PAD, top + 25, length, _BAR), _bar_color(journey, stage))


def _fact(canvas: Canvas, title: list[str], fact: tuple[Lane, int], top: float, color: str) -> float:
    """One thing known of a stage; gives back where the next stands."""
    lane, stage = fact
    left, value = _PAD + (canvas.width - 2 * _PAD) * 0.5, lane.values[stage]
    canvas.texts(_PAD, top, title, Ink("muted", 11.5))
    canvas.text(left, top, value, Ink(color, 12.5, bold=True))
    after = left + text_width(value, 12.5, True) + 6
    canvas.text(after, top, fit(lane.interval(stage), canvas.width - after, 11), Ink("muted", 11))
    return top + 4 + 15 * len(title)


def _color(journey: Journey, stage: int, lane: Lane) -> str:
    return "warn" if journey.is_weakest[stage] and lane.decides else "ink"


def _bar_color(journey: Journey, stage: int) -> str:
    return "warn" if journey.is_weakest[stage] else "accent"


def _is_cut(names: Sequence[str], room: float, size: float) -> bool:
    lines = [wrap(name, room, size, True) for name in names]
    return any(len(one) > 2 or any(line.endswith(ELLIPSIS) for line in one) for one in lines)
