"""How wide a text will be, and how to make it fit."""

from functools import lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from .theme import DPI, FAMILIES, SEMIBOLD, load_faces

ELLIPSIS = "…"


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, DPI)


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = 12, bold: bool = False) -> float:
    """Width of one line in CSS pixels."""
    if not text:
        return 0.0
    load_faces()
    font = FontProperties(family=FAMILIES, size=size, weight=SEMIBOLD if bold else "normal")
    return float(_renderer().get_text_width_height_descent(text, font, False)[0])


def fit(text: str, width: float, size: float = 12, bold: bool = False) -> str:
    """The text, or its beginning and an ellipsis where it is wider than ``width``.

    >>> fit("Direct mail to lapsed customers", 75)
    'Direct mail…'
    """
    if text_width(text, size, bold) <= width:
        return text
    short, long = 0, len(text)
    while long - short > 1:
        middle = (short + long) // 2
        if text_width(text[:middle].rstrip() + ELLIPSIS, size, bold) <= width:
            short = middle
        else:
            long = middle
    return text[:short].rstrip() + ELLIPSIS


def wrap(text: str, width: float, size: float = 12, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width``; a single longer word is shortened.

    >>> wrap("months since first purchase", 90)
    ['months since', 'first purchase']
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [fit(line, width, size, bold) for line in lines]


def wrap_most(text: str, width: float, most: int, size: float = 12, bold: bool = False) -> list[str]:
    """The text on at most so many lines, the last one shortened where it does not fit.

    >>> wrap_most("months since the very first purchase", 90, 2)
    ['months since', 'the very first…']
    """
    lines = wrap(text, width, size, bold)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), width, size, bold)]


def widest(texts: list[str], size: float = 12, bold: bool = False) -> float:
    """Width of the widest of several lines; 0 when there is none."""
    return max((text_width(text, size, bold) for text in texts), default=0.0)
