"""The small line of a key figure as a PNG: mail programs show no SVG. On nothing, so that it suits light and dark."""

import math
from collections.abc import Callable, Sequence
from functools import partial

from PIL import Image, ImageDraw

from retention_helpers.params import look

from ..cards import level_of
from .picture import to_png

WIDTH, HEIGHT = 150, 34  # in CSS pixels, as on the page
_SCALE, _FINER, _EDGE, _YEAR = 2.6, 4, 5, 12


def spark_png(series: Sequence[float | None], target: float | None = None) -> bytes | None:
    """Grey line, dot at the last month, ring a year before; a missing month leaves a gap.

    A ``target`` is a dashed level where the line comes near it. Nothing where fewer than two months are known: the card
    says the value.
    """
    known = [value for value in series if value is not None and math.isfinite(value)]
    if len(known) < 2:
        return None
    level = level_of(min(known), max(known), target)
    edges = known if level is None else [*known, level]
    height = partial(_height, low=min(edges), high=max(edges))
    places = _places(series, height)
    zoom = _SCALE * _FINER
    sheet = Image.new("RGBA", (round(WIDTH * zoom), round(HEIGHT * zoom)))
    pen = ImageDraw.Draw(sheet)
    context, accent = look().light("context"), look().light("accent")
    if level is not None:
        _dashes(pen, height(level), zoom, look().light("axis"))
    for piece in _pieces(places):
        pen.line([(x * zoom, y * zoom) for x, y in piece], fill=context, width=round(1.6 * zoom), joint="curve")
    before = places[-1 - _YEAR] if len(places) > _YEAR else None
    if before is not None:
        _dot(pen, before, zoom, (3.0, context))
        _dot(pen, before, zoom, (1.6, (0, 0, 0, 0)))
    if places[-1] is not None:
        _dot(pen, places[-1], zoom, (3.4, accent))
    small = sheet.resize((round(WIDTH * _SCALE), round(HEIGHT * _SCALE)), Image.Resampling.LANCZOS)
    return to_png(small.quantize(32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))


def _height(value: float, low: float, high: float) -> float:
    span = high - low
    return HEIGHT - _EDGE - ((value - low) / span if span else 0.5) * (HEIGHT - 2 * _EDGE)


def _places(series: Sequence[float | None], height: Callable[[float], float]) -> list[tuple[float, float] | None]:
    step = (WIDTH - 2 * _EDGE) / (len(series) - 1)
    return [
        None if value is None or not math.isfinite(value) else (_EDGE + i * step, height(value))
        for i, value in enumerate(series)
    ]


def _pieces(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    pieces: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            pieces.append([])
        else:
            pieces[-1].append(place)
    # A month between two gaps is a short stroke.
    return [piece if len(piece) > 1 else [piece[0], (piece[0][0] + 1, piece[0][1])] for piece in pieces if piece]


def _dashes(pen: ImageDraw.ImageDraw, y: float, zoom: float, colour: str) -> None:
    for x in range(_EDGE, WIDTH - _EDGE, 7):
        pen.line([x * zoom, y * zoom, (x + 4) * zoom, y * zoom], fill=colour, width=round(1.2 * zoom))


def _dot(pen: ImageDraw.ImageDraw, centre: tuple[float, float], zoom: float, brush: tuple[float, str | tuple]) -> None:
    radius, colour = brush
    (x, y) = centre
    pen.ellipse([(x - radius) * zoom, (y - radius) * zoom, (x + radius) * zoom, (y + radius) * zoom], fill=colour)
