"""A month in several languages: one folder each, the tables shared, links from page to page."""

from pathlib import Path

import pytest
from nbformat import v4

from retention_helpers.errors import CallError, NotebookError
from retention_helpers.publishing import month
from retention_helpers.publishing.inspection import problems_of
from retention_helpers.publishing.manifest import as_json
from retention_helpers.publishing.month import publish_month
from retention_helpers.publishing.notebook import record_of, translated
from retention_helpers.publishing.page import Frame, render
from retention_helpers.publishing.request import Edition
from retention_helpers.words import Words
from tests.publishing.test_page import FRAME, RECORD
from tests.publishing.tiny import cell, everything_below, loaded, request, text, tiny

RU, UK = Edition(Words("ru", "EUR")), Edition(Words("uk", "EUR"))
TITLE = (
    "# Do our customers stay?\n\nFor whoever answers for retention. It decides where to look first: "
    "at new customers, at existing ones, or at what they spend."
)


def frame_in(locale: str, *languages: str) -> Frame:
    return Frame(Words(locale, "EUR"), "Sample", FRAME.period, FRAME.data_through, languages=languages)


def test_the_text_of_a_notebook_is_in_the_readers_language() -> None:
    node = v4.new_notebook(cells=[text(f"{TITLE}\n"), text("## Who is counted"), text("My own words."), text(" ")])
    page = render(node, frame_in("ru"), RECORD)
    assert '<html lang="ru">' in page
    assert "<h1>Остаются ли наши клиенты?</h1>" in page
    assert "Октябрь 2026. Данные по 31 октября 2026" in page
    assert "Кто учтён" in page
    assert "My own words." in page
    assert node.cells[0].source.startswith("# Do our customers stay?")


def test_the_title_that_index_and_mail_read_is_translated_too() -> None:
    shown = cell("report.record()")
    shown.outputs = [
        v4.new_output("display_data", {"application/vnd.retention-report+json": {"kind": "record", "n": 1}})
    ]
    node = translated(v4.new_notebook(cells=[text(TITLE), shown]), Words("uk"))
    record = record_of(node) or {}
    assert record["title"] == "Чи залишаються наші клієнти?"
    assert record["purpose"].startswith("Для тих, хто відповідає за утримання. Допомагає вирішити")


@pytest.mark.parametrize(
    ("locale", "links"),
    [
        ("en", {"ru": "ru/summary.html", "uk": "uk/summary.html"}),
        ("ru", {"en": "../summary.html", "uk": "../uk/summary.html"}),
        ("uk", {"en": "../summary.html", "ru": "../ru/summary.html"}),
    ],
)
def test_a_page_leads_to_itself_in_the_other_languages(locale: str, links: dict[str, str]) -> None:
    frame = frame_in(locale, "en", "ru", "uk")
    assert {link["code"]: link["link"] for link in frame.other_languages("summary")} == links
    page = render(v4.new_notebook(cells=[text("# T")]), frame, {**RECORD, "notebook": "summary"})
    assert problems_of(page) == []
    for code, link in links.items():
        assert f'<a href="{link}" lang="{code}" hreflang="{code}">' in page


def test_a_month_in_one_language_has_no_links_to_others() -> None:
    assert 'class="languages"' not in render(v4.new_notebook(cells=[text("# T")]), frame_in("ru"), RECORD)
    page = render(v4.new_notebook(cells=[text("# T")]), frame_in("ru", "ru"), {**RECORD, "notebook": "summary"})
    assert 'class="languages"' not in page


@pytest.mark.parametrize(
    "address",
    [
        "../../../index.html",
        "../tables/summary/../../x.csv",
        "../.versions/x.html",
        "../x/y/z.html",
        "..//evil.example/x.html",
        "../../tables/a/b.csv",
    ],
)
def test_no_page_leads_elsewhere_above_its_month(address: str) -> None:
    page = render(v4.new_notebook(cells=[text("# T")]), frame_in("en"), RECORD)
    assert problems_of(page.replace("</main>", f'<a href="{address}">x</a></main>')) == [
        f"<a> leads outside ({address})"
    ]


def test_languages_do_not_mix_when_only_some_notebooks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month, "run_in_turn", lambda *_: pytest.fail("a kernel was started"))
    place = tmp_path / "reports" / "sample" / "2026-10"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text(as_json({"locales": ["en"], "notebooks": {"good": {}, "others": {}}}))
    good = tiny(tmp_path / "notebooks", "good")
    before = everything_below(tmp_path)
    with pytest.raises(CallError, match="is published in en, this run would be in en, ru, and others could not"):
        publish_month(request(tmp_path / "reports", good, further=[RU]))
    assert everything_below(tmp_path) == before


@pytest.mark.slow
def test_a_month_in_two_languages_shares_its_tables(tmp_path: Path) -> None:
    own = cell('report.table("own", f"in,{locale}\\n")')
    paths = [tiny(tmp_path / "notebooks", "good"), tiny(tmp_path / "notebooks", "own", own)]
    seen: list[str] = []
    wanted = request(tmp_path / "reports", *paths, further=[RU])
    result = publish_month(wanted, lambda name, *_: seen.append(name))
    found = {str(path.relative_to(result.folder)) for path in result.folder.rglob("*") if path.is_file()}
    pages = {"index.html", "good.html", "own.html", "executed/good.ipynb", "executed/own.ipynb"}
    pages |= {"headline.json", "alerts.json"}
    tables = {"tables/good/monthly.csv", "tables/own/monthly.csv", "tables/own/own.csv"}
    # What is the same in both languages lies once, above; what is not, in each.
    own_tables = {"ru/tables/own/monthly.csv", "ru/tables/own/own.csv"}
    assert found == {*pages, *tables, *own_tables, *(f"ru/{page}" for page in pages), "manifest.json"}
    assert list(dict.fromkeys(seen)) == ["good", "good (ru)", "own", "own (ru)"]
    index = (result.folder / "ru" / "index.html").read_text(encoding="utf-8")
    assert problems_of(index) == []
    for link in (
        "../../index.html",
        "../index.html",
        "good.html",
        "../tables/good/monthly.csv",
        "tables/own/monthly.csv",
    ):
        assert f'href="{link}"' in index
    assert "Удержание клиентов: октябрь 2026" in index
    said, made = loaded(result.folder / "ru" / "headline.json"), loaded(result.folder / "manifest.json")
    assert (said["locale"], made["locales"]) == ("ru", ["en", "ru"])

    once_more = {"run_id": "run-2", "further": [RU], "order": ["good", "own"], "force": True}
    again = publish_month(request(tmp_path / "reports", paths[0], **once_more))
    assert (again.published, again.carried) == (("good",), ("own",))
    assert found == {str(path.relative_to(again.folder)) for path in again.folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_notebook_that_fails_in_one_language_has_failed(tmp_path: Path) -> None:
    bad = tiny(tmp_path / "notebooks", "bad", cell("assert locale != 'uk', 'no words'"))
    with pytest.raises(NotebookError, match="no words"):
        publish_month(request(tmp_path / "reports", bad, further=[UK]))
    assert not (tmp_path / "reports" / "sample" / "2026-10").exists()
    kept = tmp_path / "reports" / "_failed" / "sample" / "2026-10" / "bad"
    assert loaded(kept / "failure.json")["parameters"]["locale"] == "uk"
