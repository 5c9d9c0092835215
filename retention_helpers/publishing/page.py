"""An executed notebook as a page: self-contained, without a script and without a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import nbformat

from retention_helpers.words import LANGUAGES, Words, capital

from .notebook import MIME, TECHNICAL, plain_markdown, tags, translated
from .sanitizer import sanitize, scrolling
from .style import TEMPLATES, stylesheet

if TYPE_CHECKING:
    from nbconvert import HTMLExporter


@dataclass(frozen=True)
class Frame:
    """What stands around a notebook on its page, the same for a whole month in one language.

    ``languages`` are all in which the month is published, its own folder's first; further ones lie in folders of it.
    """

    words: Words
    company: str
    period: str
    data_through: date
    is_complete: bool = True
    languages: Sequence[str] = ()

    @property
    def is_further(self) -> bool:
        """Whether the pages of this language lie in a folder below the month's own."""
        return self.words.locale in self.languages[1:]

    @property
    def above(self) -> str:
        """From a page to the month's own folder."""
        return "../" if self.is_further else ""

    def other_languages(self, page: str) -> list[dict[str, str]]:
        """The same page in the month's other languages."""
        return [
            {
                "code": locale,
                "name": LANGUAGES[locale],
                "link": f"{self.above}{f'{locale}/' if place else ''}{page}.html",
            }
            for place, locale in enumerate(self.languages)
            if locale != self.words.locale
        ]

    @property
    def month(self) -> str:
        return self.words.month(self.period)

    @property
    def through(self) -> str:
        return self.words.say("Data through {date}.", date=self.words.date(self.data_through))

    @property
    def meta(self) -> str:
        return f"{capital(self.month)}. {self.through}"

    @property
    def badges(self) -> list[str]:
        """What a reader must know before any number."""
        return [] if self.is_complete else [self.words.say("Incomplete month: the numbers will change.")]


def render(node: nbformat.NotebookNode, frame: Frame, record: dict) -> str:
    """The page of one executed notebook; everything that its cells displayed has passed the sanitizer."""
    words = frame.words
    node = translated(node, words)
    title, sections = _divide(node)
    resources = {
        "page": {
            "title": title or record["title"],
            "month": frame.month,
            "eyebrow": f"{words.say('Monthly report')} · {frame.company}",
            "up": "index.html",
            "languages": frame.other_languages(record["notebook"]) if frame.languages else [],
            "meta": frame.meta,
            "badges": frame.badges,
            "sections": sections,
            "css": stylesheet(),
            "mime": MIME,
            "skip": words.say("Skip to content"),
            "contents": words.say("Contents"),
            "show_code": words.say("Show code"),
        }
    }
    html, _ = _exporter(words).from_notebook_node(node, resources)
    return html.strip() + "\n"


def _divide(node: nbformat.NotebookNode) -> tuple[str, list[dict[str, str]]]:
    """Take the title and the section headings out of the Markdown cells, and mark the technical cells."""
    title, sections = "", []
    for cell in node.cells:
        cell.metadata.pop("section", None)
        cell.metadata.technical = bool(tags(cell) & TECHNICAL)
        if cell.cell_type != "markdown":
            continue
        first, _, rest = cell.source.lstrip().partition("\n")
        if first.startswith("# ") and not title:
            title, cell.source = plain_markdown(first[2:]), rest
        elif first.startswith("## "):
            sections.append({"id": f"s{len(sections) + 1}", "title": plain_markdown(first[3:])})
            cell.metadata.section, cell.source = sections[-1], rest
    return title, sections


def _exporter(words: Words) -> "HTMLExporter":
    exporter = _exporter_class()(
        language_code=words.locale,
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
    )
    label = words.say("Table")
    exporter.register_filter("clean", lambda html: scrolling(sanitize(html), label))
    return exporter


@cache
def _exporter_class() -> "type[HTMLExporter]":
    # Here, not above: nbconvert takes a second to import, and a plan or a status needs no page.
    from nbconvert import HTMLExporter

    class PageExporter(HTMLExporter):
        """nbconvert's exporter without its last step, which parses the page anew and spells `viewBox` in lower case."""

        def from_notebook_node(self, nb, resources=None, **kw):
            return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)

    return PageExporter
