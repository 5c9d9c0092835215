"""The months under a chart: short names, horizontal, the year once below its first name."""

from collections.abc import Sequence

from retention_helpers.words import Words

from .canvas import Canvas, Ink, Stroke
from .measure import widest

HEIGHT = 44


def short_names(label: str, words: Words) -> tuple[str, str]:
    """Name and year of a month apart, as the reader's language writes them.

    >>> short_names("2026-10", Words("en"))
    ('Oct', '2026')
    """
    name, year = words.month_short(label).rsplit(None, 1)
    return name.rstrip("."), year


def month_name(label: str, words: Words, short_year: bool = False) -> str:
    """A month as the first word of a line: "Oct 2026", or "Oct 26" where room is scarce."""
    name, year = short_names(label, words)
    return f"{name[:1].upper()}{name[1:]} {year[-2:] if short_year else year}"


def draw_months(canvas: Canvas, places: Sequence[float], labels: Sequence[str], top: float, words: Words) -> None:
    """Write the months below ``top``: as many as fit, counted back from the last."""
    names = [short_names(label, words) for label in labels]
    size = 12 if len(labels) < 16 else 11.5
    room = widest([text for pair in names for text in pair], size) + 8
    gap = places[1] - places[0] if len(places) > 1 else room
    every = next((step for step in (1, 2, 3, 4, 6, 12) if step * gap >= room), 12)
    shown = [index for index in range(len(labels)) if (len(labels) - 1 - index) % every == 0]
    ink = Ink("muted", size, align="center")
    year_before = ""
    for index in shown:
        name, year = names[index]
        canvas.line([places[index]] * 2, [top, top + 4], Stroke("axis"))
        canvas.text(places[index], top + 14, name, ink)
        if year != year_before:
            canvas.text(places[index], top + 31, year, ink)
        year_before = year
