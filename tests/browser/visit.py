"""A page in the system's browser: what it asks for and says when it is opened, and what can be found on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

HEIGHT = 900
# What axe sees of a drawing is its name: it reads `color`, not `fill`, so its verdict on drawn text says nothing.
# Rows of a table are alike: two of each stand for all where colours alone are checked.
_DRAWN, _LIKE_OTHERS = ".chart > *", "tbody tr:nth-child(n+3)"
_AXE = """([out, rules]) => axe.run({exclude: out.map(one => [one])}, {resultTypes: ['violations'], ...rules})
    .then(found => found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 90)}`)))"""
_COLOURS = ["color-contrast", "link-in-text-block"]


@dataclass
class Visit:
    """An open page. ``requests``, ``messages`` and ``refused`` requests, with why, are all since it was opened."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def look(self, width: int, scheme: str = "light") -> "Visit":
        """The same page in another window."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=scheme, media="screen")
        return self

    def ask(self, script: str, value: Any = None) -> Any:
        return self.page.evaluate(script, value)

    @property
    def overflow(self) -> int:
        """By how many pixels the document is wider than the window."""
        return self.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def violations(self, *, only_colours: bool = False) -> list[str]:
        """What axe finds: every rule, or those that a colour can break."""
        if not self.ask("'axe' in window"):
            self.ask(AXE_SCRIPT)
        if only_colours:
            return self.ask(_AXE, [[_DRAWN, _LIKE_OTHERS], {"runOnly": _COLOURS}])
        return self.ask(_AXE, [[_DRAWN], {}])


@contextmanager
def visited(context: BrowserContext, path: Path) -> Iterator[Visit]:
    """Open a file, and close it again."""
    page = context.new_page()
    visit = Visit(page, path)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("requestfailed", lambda request: visit.refused.append(f"{request.url}: {request.failure}"))
    page.on("console", lambda message: visit.messages.append(message.text))
    page.on("pageerror", lambda error: visit.messages.append(error.message))
    page.goto(path.as_uri())
    try:
        yield visit
    finally:
        page.close()
