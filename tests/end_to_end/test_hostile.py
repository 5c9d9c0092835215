"""A company whose every name wants to run is published, mailed and exported; nothing of it is live anywhere."""

import csv
import email
import json
import re
from email import policy
from html.parser import HTMLParser
from pathlib import Path

import pytest

from retention_helpers.params import NOTEBOOKS
from retention_helpers.sample import write_company
from tests.calls import Call, call, once
from tests.end_to_end.conftest import Published
from tests.end_to_end.hostile import write_hostile

pytestmark = pytest.mark.slow

LIVE = (
    "script iframe object embed base form frame frameset foreignobject applet audio video animate set math noscript "
    "template button textarea select"
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The hostile company published, and its mails."""

    def make(place) -> list[Call]:
        write_company(place.folder / "sample")
        profile = write_hostile(place.folder / "sample", place.folder / "company")
        with profile.open("a", encoding="utf-8") as file:
            file.write("locale: uk\n")
        words = ("--profile", profile, "--reports", place.reports.name)
        return [
            call("run", *words, cache=place.cache, folder=place.folder),
            call("mail", *words, cache=place.cache, folder=place.folder),
        ]

    return Published(*once(tmp_path_factory, "hostile", make))


class Elements(HTMLParser):
    """Every element of a page or letter that is not ours, every handler, every address that leads away."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LIVE.split():
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            text = "".join((value or "").split()).lower()
            if name.startswith("on") or name == "srcdoc":
                self.found.append(f"{name} of <{tag}>")
            if name in ("href", "src", "xlink:href", "action", "ping") and re.match(
                r"(https?:|//|javascript:|data:text)", text
            ):
                self.found.append(f"{name}={value} of <{tag}>")
            if name == "style" and ("evil.example" in text or "expression(" in text):
                self.found.append(f"style of <{tag}>: {value}")

    def handle_data(self, data: str) -> None:
        self.text += data


def pages(published: Published) -> list[Path]:
    return sorted(path for path in (published.place.reports / "hostile").rglob("*.html") if path.is_file())


def test_the_month_is_published_with_every_notebook(hostile: Published) -> None:
    assert [made.code for made in hostile.calls] == [0, 0], [made.err for made in hostile.calls]
    notebooks = {path.stem for path in NOTEBOOKS.glob("[!_]*.ipynb")}
    assert {path.stem for path in pages(hostile)} == {"index", *notebooks}


def test_no_page_has_a_live_tag_a_handler_or_an_address_that_leads_away(hostile: Published) -> None:
    said = ""
    for path in pages(hostile):
        page = Elements(path.read_text(encoding="utf-8"))
        assert page.found == [], path.name
        said += page.text
    # The names are there, as text: what is not shown cannot be shown to be harmless.
    assert "<img src=x onerror=alert(1)>" in said
    assert "<script>alert(1)</script> & <b>Co</b>" in said


def test_no_cell_of_any_csv_is_a_formula(hostile: Published) -> None:
    files = sorted(path for path in (hostile.place.reports / "hostile").rglob("*.csv") if path.is_file())
    assert len(files) > 20
    seen = 0
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    seen += cell.startswith("'")
                    assert NUMBER.fullmatch(cell) or not cell.startswith(FORMULA_STARTS), f"{path.name}: {cell}"
    assert seen > 0


def test_no_mail_has_a_live_tag_and_no_header_takes_a_line_of_a_name(hostile: Published) -> None:
    letters = sorted((hostile.place.reports / "_outbox" / "hostile").rglob("*.eml"))
    assert letters
    for path in letters:
        letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        html = Elements(letter.get_body(("html",)).get_content())
        assert [item for item in html.found if not item.startswith("href=https")] == [], path.name
        assert "evil.example" not in str(letter["List-Unsubscribe"])
        assert all("\n" not in str(value) for value in letter.values())
        assert "&lt;" not in letter.get_body(("plain",)).get_content()


def test_what_index_and_mail_read_is_data(hostile: Published) -> None:
    for path in sorted((hostile.place.reports / "hostile").rglob("headline.json")):
        json.loads(path.read_text(encoding="utf-8"))
    assert not list(hostile.place.folder.rglob("passwd*"))
