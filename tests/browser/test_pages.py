"""Every page of the sample's month, in every language, as a browser shows it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from retention_helpers.publishing.inspection import MAX_BYTES
from retention_helpers.words import LOCALES
from tests.browser.conftest import FOLDERS, NOTEBOOKS
from tests.browser.visit import Visit, visited
from tests.end_to_end.conftest import Published

pytestmark = pytest.mark.slow

HISTORY = "history"
PAGES = [f"{locale}/{name}" for locale in LOCALES for name in (HISTORY, "index", *NOTEBOOKS)]
# (width, scheme): what a colour cannot break is the same in both schemes.
LOOKS = [(1200, "light"), (1200, "dark"), (390, "light")]
NARROW = (390, 320)

_LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"
_IDS = "[...document.querySelectorAll('[id]')].map(one => one.id)"
# A picture from outside and a script, both put where a flaw of ours would put them.
_INTRUDE = """async () => {
    const refused = new Set();
    document.addEventListener('securitypolicyviolation', event => refused.add(event.effectiveDirective));
    const script = Object.assign(document.createElement('script'), {textContent: 'window.intruded = true'});
    const picture = Object.assign(new Image(), {src: 'https://outside.example/x.png'});
    document.body.append(script, picture);
    for (let waits = 0; refused.size < 2 && waits < 100; waits++) await new Promise(done => setTimeout(done, 50));
    script.remove(); picture.remove();
    return [[...refused].sort(), 'intruded' in window];
}"""
# Text that is seen of each drawing that is seen, and of it what is outside the drawing.
_DRAWINGS = """() => [...document.querySelectorAll('svg.chart')].filter(one => one.checkVisibility()).map(one => {
    const {left, right, top, bottom} = one.getBoundingClientRect();
    const texts = [...one.querySelectorAll('text')].filter(text => text.textContent.trim());
    const cut = texts.filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < left - 1 || box.right > right + 1 || box.top < top - 1 || box.bottom > bottom + 1;
    });
    return [texts.length, one.querySelectorAll('image').length, cut.map(text => text.textContent)];
})"""


def place_of(page: str, published: Published, month: Path) -> Path:
    locale, name = page.split("/")
    if name == HISTORY:
        return published.place.folder / "failed" / locale / "sample" / "index.html"
    return month / FOLDERS[locale] / f"{name}.html"


@pytest.fixture(scope="module", params=PAGES)
def visit(
    request: pytest.FixtureRequest, in_all_languages: Published, month: Path, context: BrowserContext
) -> Iterator[Visit]:
    """One page after the other, each opened once for all its tests."""
    with visited(context, place_of(request.param, in_all_languages, month)) as visit:
        yield visit


def test_the_month_was_published_in_every_language(in_all_languages: Published, month: Path) -> None:
    assert [call.code for call in in_all_languages.calls] == [0, 0, 1]  # the last mail is about the month that failed
    for folder in FOLDERS.values():
        assert {path.stem for path in (month / folder).glob("*.html")} == {"index", *NOTEBOOKS}


def test_a_page_asks_for_nothing_runs_nothing_and_complains_of_nothing(visit: Visit) -> None:
    visit.look(1200)
    assert visit.requests == [visit.path.as_uri()]
    assert visit.messages == []
    assert visit.ask("document.scripts.length") == 0
    assert visit.path.stat().st_size <= MAX_BYTES


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def test_axe_finds_nothing(visit: Visit, look: tuple[int, str]) -> None:
    assert visit.look(*look).violations(only_colours=look[1] == "dark") == []


@pytest.mark.parametrize("width", NARROW)
def test_a_page_is_no_wider_than_a_phone_with_its_tables_open_too(visit: Visit, width: int) -> None:
    visit.look(width)
    assert visit.overflow == 0
    visit.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    try:
        assert visit.overflow == 0
    finally:
        visit.ask("document.querySelectorAll('details').forEach(one => { one.open = false; })")


@pytest.mark.parametrize("width", [1200, *NARROW])
def test_drawings_are_real_text_and_none_of_it_is_cut(visit: Visit, width: int) -> None:
    for texts, rasters, cut in visit.look(width).ask(_DRAWINGS):
        assert texts > 0
        assert (rasters, cut) == (0, [])


def test_every_link_leads_to_a_place_that_exists(visit: Visit) -> None:
    ids: dict[Path, set[str]] = {visit.path: set(visit.ask(_IDS))}
    for link in dict.fromkeys(visit.ask(_LINKS)):
        parts = urlsplit(link)
        assert (parts.scheme, parts.netloc) == ("", ""), link
        # As a browser goes up from a folder: by its name, whatever it is a link to.
        target = Path(os.path.normpath(visit.path.parent / unquote(parts.path))) if parts.path else visit.path
        assert target.is_file(), link
        if parts.fragment:
            known = ids.get(target) or set(re.findall(r'\bid="([^"]+)"', target.read_text(encoding="utf-8")))
            assert unquote(parts.fragment) in known, link
            ids[target] = known


def test_the_tables_behind_the_figures_open_and_close(visit: Visit) -> None:
    visit.look(1200)
    for details in visit.page.locator("details").all():
        content = details.locator("> :not(summary)").first
        for is_open in (True, False):
            details.locator("summary").click()
            assert content.is_visible() == is_open


def test_the_policy_is_in_force(visit: Visit) -> None:
    visit.refused.clear()
    assert visit.ask(_INTRUDE) == [["img-src", "script-src-elem"], False]
    visit.messages.clear()  # the browser tells of both
    assert visit.refused == ["https://outside.example/x.png: csp"]


@pytest.mark.parametrize("page", [f"{locale}/{name}" for locale in LOCALES for name in NOTEBOOKS])
def test_the_code_shows_and_hides_without_any_script(
    page: str, browser: Browser, in_all_languages: Published, month: Path
) -> None:
    path = place_of(page, in_all_languages, month)
    with browser.new_context(java_script_enabled=False) as context, visited(context, path) as visit:
        code, technical = visit.page.locator("pre.code").first, visit.page.locator(".tech").first
        for is_shown in (False, True, False):
            assert (code.is_visible(), technical.is_visible()) == (is_shown, is_shown)
            visit.page.locator("#showcode").click()
