"""A whole month in three languages: no English is left on a Russian or Ukrainian page."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.calls import Call, Place, once
from tests.company import company
from tests.end_to_end.conftest import HEADER, LAST, Published, shop_rows

pytestmark = pytest.mark.slow

PERIOD = f"{LAST // 12}-{LAST % 12 + 1:02d}"
# What has no other name in any language, and what the shop calls its own things.
NAMES = {"Company", "web", "store", "tea", "cups", "cakes"}
SIGNS = {"n", "p", "q", "k", "X", "CRR", "CSV", "csv", "make", "data-check", "docs", "codebook", "md"}
# Names that are the same in all languages, and files that a reader may open.
SIGNS |= {
    "VIP",
    "NPS",
    "CSAT",
    "SMS",
    "MOVER",
    "Push",
    "e-mail",
    "E-mail",
    "params",
    "segments",
    "yaml",
    "audiences",
    "control",
}

# Models, their parameters and authors, and names that a profile or a notebook has for a setting or a table.
SIGNS |= {
    "BG",
    "NBD",
    "Gamma-Gamma",
    "AUC",
    "alpha",
    "a",
    "b",
    "r",
    "v",
    "log-log",
    "Fader",
    "Hardie",
    "Lee",
    "Heyse",
    "id",
}
SIGNS |= {"margin", "share", "discount", "rate", "models-validation", "feedback", "touchpoints", "contacts"}
SIGNS |= {"memberships", "outcomes"}


# Where a reader finds a table, named in a sentence.
FILE = re.compile(r"\btables/[a-z_]+/[a-z_]+\b")


class _Words(HTMLParser):
    """The texts a reader sees or hears, without code and without what is marked as another language."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in ("meta", "input", "br", "img", "hr"):
            other = tag != "html" and "lang" in values
            self.open.append((tag, tag in ("style", "code", "pre") or other))
        self.texts += [values[name] or "" for name in ("alt", "aria-label", "title") if name in values]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(is_skipped for _, is_skipped in self.open):
            self.texts.append(data)


def latin_words(page: Path) -> Iterator[str]:
    reader = _Words()
    reader.feed(page.read_text(encoding="utf-8"))
    assert len(reader.texts) > 20
    month = next((folder for folder in page.parents if (folder / "tables").is_dir()), page.parent)
    files = {path.stem for path in [*month.glob("tables/*/*.csv"), *month.glob("audiences/*.csv")]}
    for text in reader.texts:
        if text.rpartition("/")[2].removesuffix(".csv") not in files:
            yield from re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", FILE.sub("", text))


@pytest.fixture(scope="session")
def russian(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The small shop, English by its profile, asked for in Russian and so published in Russian and Ukrainian."""

    def make(place: Place) -> list[Call]:
        folder = place.folder / "shop"
        company(folder, "\n".join([HEADER, *shop_rows()]), lapse_days=90, currency="UAH", locales=["uk"])
        words = [folder / "company.yaml", "--period", PERIOD]
        return [place.run(*words, "--locale", "ru"), place.run(*words, "--notebooks", "summary")]

    return Published(*once(tmp_path_factory, "russian", make))


@pytest.mark.parametrize("folder", ["", "uk"], ids=["ru", "uk"])
def test_no_english_is_left_on_a_page_in_another_language(russian: Published, folder: str) -> None:
    assert russian.calls[0].code == 0
    pages = sorted((russian.place.published("company", PERIOD) / folder).glob("*.html"))
    assert {page.stem for page in pages} >= {"index", "summary", "cohorts"}
    for page in pages:
        assert f'<html lang="{folder or "ru"}">' in page.read_text(encoding="utf-8")
        assert set(latin_words(page)) - NAMES - SIGNS == set(), page.name


def test_the_history_is_in_the_language_of_the_call(russian: Published) -> None:
    history = russian.place.reports / "company" / "index.html"
    assert set(latin_words(history)) - NAMES == set()


def test_the_languages_say_the_same_numbers_over_one_set_of_tables(russian: Published) -> None:
    folder = russian.place.published("company", PERIOD)
    assert (folder / "tables").is_dir()
    assert not list(folder.glob("*/tables"))
    said = {where: json.loads((folder / where / "headline.json").read_text(encoding="utf-8")) for where in ("", "uk")}
    assert {where: one["locale"] for where, one in said.items()} == {"": "ru", "uk": "uk"}
    assert [(kpi["kpi"], kpi["value"]) for kpi in said[""]["kpis"]] == [
        (kpi["kpi"], kpi["value"]) for kpi in said["uk"]["kpis"]
    ]
    revenues = {kpi["text"] for one in said.values() for kpi in one["kpis"] if kpi["kpi"] == "revenue"}
    assert len(revenues) == 1
    assert revenues.pop().endswith("\u00a0₴")


def test_a_run_of_some_notebooks_in_other_languages_is_refused(russian: Published) -> None:
    _, refused = russian.calls
    assert refused.code == 2
    assert "is published in ru, uk, this run would be in en, uk, and " in refused.err
    assert "could not be carried over" in refused.err
