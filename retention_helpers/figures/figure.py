"""A finished figure: its words, its two drawings for the page, its PNG for the mail, and the data behind it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from retention_helpers.words import Words

from .canvas import Canvas, Ink
from .finding import Finding
from .markup import clean, data_table, element, escape
from .measure import wrap
from .png import to_png
from .svg import to_svg
from .theme import NARROW, PHONE, WIDE, applied

MIME = "application/vnd.retention-report+json"

Draw = Callable[[float], Canvas]
"""Draws the figure for a width in CSS pixels; below 460 it chooses the phone layout."""


@dataclass(frozen=True, eq=False)
class Figure:
    """One result of a notebook. Displaying it gives the page its HTML and the mail its parts."""

    name: str
    headline: str
    sentence: str
    subtitle: str
    caption: str
    alt: str
    table: pd.DataFrame
    wide_svg: str
    narrow_svg: str
    png: bytes | None
    table_label: str = "Show data table"

    def html(self) -> str:
        """The figure as it stands on the page; every text in it is escaped."""
        return (
            f'<figure class="fig" id="fig-{self.name}">'
            f"{element('h3', self.headline)}{element('p', self.sentence, 'lead')}{element('p', self.subtitle, 'sub')}"
            f"{self.wide_svg}{self.narrow_svg}{element('figcaption', self.caption)}"
            f'<details class="datatable"><summary>{escape(self.table_label)}</summary>'
            f"{data_table(self.table, self.headline)}</details></figure>"
        )

    def data(self) -> dict[str, object]:
        """What index and mail read from the executed notebook."""
        return {
            "kind": "figure",
            "name": self.name,
            "headline": clean(self.headline),
            "sentence": clean(self.sentence),
            "subtitle": clean(self.subtitle),
            "alt": clean(self.alt),
            "caption": clean(self.caption),
            "png": base64.b64encode(self.png).decode("ascii") if self.png is not None else None,
            "table": table_data(self.table),
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return {
            "text/html": self.html(),
            "text/plain": "\n".join(clean(part) for part in (self.headline, self.sentence) if part),
            MIME: self.data(),
        }


def table_data(table: pd.DataFrame) -> dict[str, list]:
    """A table of texts in the form of the MIME part."""
    return {
        "columns": [clean(column) for column in table.columns],
        "rows": [[clean(value) for value in row] for row in table.itertuples(index=False, name=None)],
    }


def compose(finding: Finding, table: pd.DataFrame, draw: Draw, words: Words) -> Figure:
    """Draw a finding three times (page, phone, mail) and put it together."""
    with applied():
        wide = to_svg(draw(WIDE), f"{finding.name}-wide", finding.headline, finding.alt)
        narrow = to_svg(draw(NARROW), f"{finding.name}-narrow", finding.headline, finding.alt)
        png = to_png(draw(PHONE))
    source = words.say("Source: {source}.", source=finding.source.rstrip(".")) if finding.source else ""
    return Figure(
        name=finding.name,
        headline=finding.headline,
        sentence=finding.sentence,
        subtitle=finding.subtitle,
        caption=finding.noting(source).caption,
        alt=finding.alt,
        table=table,
        wide_svg=wide,
        narrow_svg=narrow,
        png=png,
        table_label=words.say("Show data table"),
    )


def compose_without_data(finding: Finding, table: pd.DataFrame, words: Words) -> Figure:
    """A figure whose table is empty or wholly missing: it says so, where the chart would stand."""
    if table.empty:
        sentence = words.say("No data: the table has no rows.")
    else:
        sentence = words.say("No data: every value is missing.")

    def draw(width: float) -> Canvas:
        lines = wrap(sentence, width - 2)
        canvas = Canvas(width, 24 + 16 * len(lines))
        canvas.texts(0, 20, lines, Ink("muted"))
        return canvas

    return compose(finding, table, draw, words)
