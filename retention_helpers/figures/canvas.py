"""A sheet measured in CSS pixels, origin at the top left, on which figures are drawn with matplotlib."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from .markup import clean
from .theme import DPI, SEMIBOLD, light

_BASELINE = 0.36  # half the height of capitals and digits, as a share of the type size


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2

    def inset(self, by: float) -> "Box":
        return Box(self.left + by, self.top + by, self.width - 2 * by, self.height - 2 * by)

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Ink:
    """How a text is set: colour token, size in px, weight, slant, and which end of it stands at x."""

    color: str = "ink"
    size: float = 12
    bold: bool = False
    italic: bool = False
    align: Literal["left", "center", "right"] = "left"


PLAIN = Ink()
MUTED = Ink("muted")


@dataclass(frozen=True)
class Stroke:
    """How a line is drawn: colour token, width in px, dashed or not."""

    color: str
    width: float = 1.0
    dashed: bool = False


class Canvas:
    """One drawing. Coordinates are CSS pixels, colours are names of tokens."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = float(width), float(math.ceil(height))
        self.sheet = Sheet(figsize=(self.width / DPI, self.height / DPI), dpi=DPI, facecolor=light("bg"))
        # Artists of the sheet itself, in pixels from the top left: no axes, no clipping, which doubles the speed.
        self._pixels = Affine2D().scale(1 / self.width, -1 / self.height).translate(0, 1) + self.sheet.transFigure

    def axes(self, box: Box) -> Axes:
        """Ordinary matplotlib axes in a part of the sheet, under all else; for seaborn's marks."""
        place = (
            box.left / self.width,
            1 - box.bottom / self.height,
            box.width / self.width,
            box.height / self.height,
        )
        return self.sheet.add_axes(place, zorder=0)

    def text(self, x: float, y: float, text: str, ink: Ink = PLAIN) -> None:
        """One line of text, its digits centred on ``y``."""
        self._add(
            Text(
                x,
                y + _BASELINE * ink.size,
                clean(text),
                color=light(ink.color),
                fontsize=ink.size,
                fontweight=SEMIBOLD if ink.bold else "normal",
                fontstyle="italic" if ink.italic else "normal",
                horizontalalignment=ink.align,
                verticalalignment="baseline",
            )
        )

    def texts(self, x: float, y: float, lines: Sequence[str], ink: Ink) -> None:
        """Several lines, the first at ``y``: each is a text of its own, so alignment holds in any font."""
        for index, line in enumerate(lines):
            self.text(x, y + index * ink.size * 1.3, line, ink)

    def rect(self, box: Box, fill: str, opacity: float = 1.0) -> None:
        self._add(PathPatch(_outline(box), fc=light(fill), ec="none", alpha=opacity))

    def frame(self, box: Box, stroke: Stroke) -> None:
        """The outline of a rectangle."""
        style = (0, (3, 2)) if stroke.dashed else "-"
        self._add(PathPatch(_outline(box), fc="none", ec=light(stroke.color), lw=stroke.width, ls=style))

    def line(self, xs: Sequence[float], ys: Sequence[float], stroke: Stroke) -> None:
        """A line through the points; it breaks where a value is missing."""
        style = (0, (4, 3)) if stroke.dashed else "-"
        for piece in unbroken(ys):
            if piece.stop - piece.start > 1:
                self._add(
                    Line2D(
                        np.asarray(xs)[piece],
                        np.asarray(ys)[piece],
                        color=light(stroke.color),
                        lw=stroke.width,
                        ls=style,
                    )
                )

    def band(
        self, xs: Sequence[float], edges: tuple[Sequence[float], Sequence[float]], fill: str, opacity: float
    ) -> None:
        """The area between two edges; it breaks where either is missing."""
        upper, lower = (np.asarray(edge, dtype=float) for edge in edges)
        for piece in unbroken(upper + lower):
            if piece.stop - piece.start > 1:
                x = np.asarray(xs, dtype=float)[piece]
                outline = np.column_stack([np.r_[x, x[::-1]], np.r_[upper[piece], lower[piece][::-1]]])
                self._add(Polygon(outline, closed=True, fc=light(fill), ec="none", alpha=opacity))

    def dot(self, x: float, y: float, fill: str, radius: float = 3.5) -> None:
        """A filled point with a rim of paper, so that it stands out on its line."""
        self._add(Circle((x, y), radius, fc=light(fill), ec=light("bg"), lw=1.5))

    def ring(self, x: float, y: float, color: str, radius: float = 3.5) -> None:
        self._add(Circle((x, y), radius, fc=light("bg"), ec=light(color), lw=1.75))

    def hatch(self, box: Box, stroke: Stroke, step: float = 7) -> None:
        """Hatching at 45 degrees as drawn lines: sharp in SVG, and not turned into an image by a browser's PDF."""
        points: list[tuple[float, float]] = []
        offset = box.left + box.top + step / 2
        while offset < box.right + box.bottom:
            start, end = max(box.left, offset - box.bottom), min(box.right, offset - box.top)
            points += [(start, offset - start), (end, offset - end)]
            offset += step
        if points:
            path = Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2))
            self._add(PathPatch(path, fc="none", ec=light(stroke.color), lw=stroke.width, capstyle="butt"))

    def _add(self, artist: Artist) -> None:
        # One level for all: what is put on the sheet later lies above, and all of it above seaborn's axes.
        artist.set_zorder(3)
        artist.set_transform(self._pixels)
        self.sheet.add_artist(artist)


def _outline(box: Box) -> Path:
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    return Path([*corners, corners[0]], closed=True)


def unbroken(values: Sequence[float]) -> list[slice]:
    """The stretches of values without a missing one.

    >>> unbroken([1.0, float("nan"), 2.0, 3.0])
    [slice(0, 1, None), slice(2, 4, None)]
    """
    known = np.isfinite(np.asarray(values, dtype=float)).astype(int)
    edges = np.flatnonzero(np.diff(np.r_[0, known, 0]))
    return [slice(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]
