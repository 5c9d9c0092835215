"""What a finished page must keep to; a page with a problem is not published."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from .sanitizer import is_local, is_picture, leads_outside

MAX_BYTES = 450_000

_FORBIDDEN = "script iframe object embed link base form frame frameset foreignobject applet audio video"
# The one way up: from a month to the history of its profile.
HISTORY = "../index.html"

# From a page in a further language to the history, the same page in another language, the files they share.
_UP = re.compile(r"(?:\.\./){1,2}(?:[a-z]{2}/)?[A-Za-z0-9][\w.-]*\.html|\.\./(?:tables/[\w.-]+|audiences)/[\w.-]+\.csv")

_LINKS = frozenset({"href", "xlink:href"})
_ADDRESSES = "src srcset poster action formaction data background ping cite longdesc manifest"
_POLICY = re.compile(r"default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'")
_SHEET_OUTSIDE = re.compile(r"@import|url\s*\(\s*['\"]?(?!#|data:)", re.IGNORECASE)


def problems_of(html: str, figures: Iterable[str] = ()) -> list[str]:
    """Everything wrong with a page: scripts, requests, size, and what it should show but does not."""
    page = _Page()
    page.feed(html)
    page.close()
    problems = list(dict.fromkeys(page.problems))
    if not page.language:
        problems.append("it does not say its language")
    if not page.has_policy:
        problems.append("its content policy is missing")
    size = len(html.encode())
    if size > MAX_BYTES:
        problems.append(f"it has {size:,} bytes, more than {MAX_BYTES:,}: show fewer or smaller figures")
    problems += [f'the figure "{name}" is not on it' for name in figures if f"fig-{name}" not in page.ids]
    return problems


class _Page(HTMLParser):
    """Walks through a page as a browser would, and notes what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.ids: set[str] = set()
        self.language = ""
        self.has_policy = False
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.ids.add(values.get("id", ""))
        if tag == "html":
            self.language = values.get("lang", "")
        if tag == "meta":
            self._read_meta(values)
        if tag in _FORBIDDEN.split():
            self.problems.append(f"it has a <{tag}>")
        if "error" in values.get("class", "").split():
            self.problems.append("it shows an error")
        for name, value in values.items():
            self._check_attribute(tag, name, value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and _SHEET_OUTSIDE.search(data):
            self.problems.append("its style sheet asks for a file")

    def _read_meta(self, values: dict[str, str]) -> None:
        kind = values.get("http-equiv", "").lower()
        if kind == "content-security-policy" and _POLICY.fullmatch(values.get("content", "")):
            self.has_policy = True
        elif kind:
            self.problems.append(f'it has a <meta http-equiv="{kind}">')

    def _check_attribute(self, tag: str, name: str, value: str) -> None:
        shown = value if len(value) <= 60 else f"{value[:57]}..."
        if name.startswith("on"):
            self.problems.append(f"<{tag}> has a handler {name}")
        elif name in _LINKS and not _stays(tag, value):
            self.problems.append(f"<{tag}> leads outside ({shown})")
        elif name in _ADDRESSES.split() and not is_picture(value):
            self.problems.append(f"<{tag}> asks for a file ({shown})")
        elif (name == "style" or "url(" in value) and tag != "meta" and leads_outside(value):
            self.problems.append(f"<{tag}> has a style that leads outside ({shown})")


def _stays(tag: str, address: str) -> bool:
    return is_local(address) or bool(_UP.fullmatch(address)) or (tag == "image" and is_picture(address))
