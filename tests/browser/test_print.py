"""The sample's month on paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from retention_helpers.publishing.browser import print_page
from retention_helpers.words import LOCALES
from tests.browser.conftest import FOLDERS, NOTEBOOKS
from tests.browser.visit import HEIGHT, Visit, visited

pytestmark = pytest.mark.slow

PAGES = [f"{FOLDERS[locale]}{name}" for locale in LOCALES for name in ("index", *NOTEBOOKS)]
MAX_PDF = 400_000
# A4 within the margins of the style sheet, in CSS pixels.
WIDTH, LENGTH = (210 - 2 * 13) / 25.4 * 96, (297 - 11 - 13) / 25.4 * 96

_LEFT_OUT = """.toc, .skip, .codetoggle, .languages, pre.code, .tech, summary, .datatable"""
_SHOWN = f"[...document.querySelectorAll('{_LEFT_OUT}')].filter(one => one.checkVisibility()).map(one => one.className)"
_LIGHT = """['body', '.fig', '.panel', '.card', '.top'].flatMap(one => [...document.querySelectorAll(one)])
    .map(one => getComputedStyle(one)).flatMap(({backgroundColor, color}) => [backgroundColor, color])"""
# What a reader could only get at by scrolling, and what no page is long enough for.
_HIDDEN = """[...document.querySelectorAll('main *')]
    .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1
        && !one.closest('svg') && getComputedStyle(one).display !== 'inline')
    .map(one => `${one.tagName} ${one.className}: ${one.textContent.slice(0, 60)}`)"""
_TALLEST = "Math.max(0, ...[...document.querySelectorAll('.fig:has(svg.chart)')].map(one => one.offsetHeight))"


@pytest.fixture(scope="module", params=PAGES)
def paper(request: pytest.FixtureRequest, month: Path, context: BrowserContext) -> Iterator[Visit]:
    """A page as it is laid out on paper, for a reader whose screen is dark."""
    with visited(context, month / f"{request.param}.html") as visit:
        visit.page.set_viewport_size({"width": int(WIDTH), "height": HEIGHT})
        visit.page.emulate_media(media="print", color_scheme="dark")
        yield visit


def test_paper_shows_no_menu_no_code_and_no_closed_table(paper: Visit) -> None:
    assert paper.ask(_SHOWN) == []


def test_paper_is_never_dark(paper: Visit) -> None:
    assert set(paper.ask(_LIGHT)) <= {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)", "rgb(23, 32, 43)"}


def test_nothing_is_cut_on_paper(paper: Visit) -> None:
    assert paper.overflow == 0
    assert paper.ask(_HIDDEN) == []
    assert paper.ask(_TALLEST) <= LENGTH


def test_a_page_makes_a_light_pdf_without_a_picture_of_dots(paper: Visit) -> None:
    pdf = paper.page.pdf(prefer_css_page_size=True, tagged=True, outline=True)
    assert len(pdf) <= MAX_PDF
    assert re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0] == (b"594.95996", b"841.91998")
    assert b"/Subtype /Image" not in pdf


@pytest.mark.parametrize("name", ["index", "summary"])
def test_the_same_page_gives_the_same_pdf_which_names_no_place_of_this_machine(
    month: Path, chromium: Path, name: str
) -> None:
    first, second = (print_page(chromium, month / f"{name}.html") for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-")
    assert len(first) <= MAX_PDF
    assert b"/URI (file:" not in first
    assert b"/Date" not in first.replace(b"CreationDate", b"/Date").replace(b"ModDate", b"/Date")
    assert b"/Outlines" in first
    assert b"/StructTreeRoot" in first
