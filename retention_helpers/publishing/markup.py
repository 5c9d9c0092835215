"""The HTML of the two index pages: a Jinja template with every value escaped."""

from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from retention_helpers.words import MISSING, Words

from .style import TEMPLATES, stylesheet


def html_of(template: str, words: Words, **values: Any) -> str:
    """One page of ``templates/``, with the words and the style that every page has."""
    html = (
        _environment()
        .get_template(template)
        .render(words=words, say=words.say, plural=words.plural, css=stylesheet(), language=words.locale, **values)
    )
    return html.strip() + "\n"


def day(text: str, words: Words) -> str:
    """The day of an ISO date or time, as the reader writes it."""
    return words.date(date.fromisoformat(text[:10])) if text else MISSING


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([TEMPLATES, TEMPLATES / "report"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
