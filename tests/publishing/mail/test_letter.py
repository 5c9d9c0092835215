"""The letter: HTML and text say the same, and nothing hostile is live in it."""

import re
from pathlib import Path

import pytest

from retention_helpers.publishing.mail.contents import Links, contents
from retention_helpers.publishing.mail.letter import Reach, month_letter
from retention_helpers.publishing.mail.published import open_published
from tests.publishing.mail.letters import REACH, WORDS, letter_of
from tests.publishing.mail.months import Reader, figure, finding, kpi, notebook, numbers, one_line, publish
from tests.publishing.test_sanitizer import CORPUS

TAGS = frozenset(
    ("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "p", "h1", "h2")
)
TAGS |= {"a", "img", "span", "br"}


def test_the_text_carries_every_number_of_the_html(tmp_path: Path) -> None:
    alert = {"headline": "Churn passed 12.5%", "size": "+1.6 pp", "sentence": "Most of it came from 3 channels."}
    action = {"headline": "Call the 40", "sentence": "€18,200 at stake.", "audience": "a.csv", "customers": 41}
    letter = letter_of(tmp_path, alerts=[alert], actions=[action | {"notebook": "summary"}])
    shown = numbers(Reader(letter.html).text)
    assert {"41.7%", "2,007", "−0.7%", "±5.2%", "+37.2%", "12.5%", "1,465", "36.1%", "95%", "2026"} <= shown
    assert {"+1.6", "3", "40", "41", "€18,200"} <= shown
    assert shown - numbers(one_line(letter.text)) == set()


def test_the_text_carries_every_sentence_of_the_html(tmp_path: Path) -> None:
    letter = letter_of(tmp_path)
    text = one_line(letter.text)
    for said in ("The summary_line rose to 41.7%", "Share of 1,465 customers", "You are on the list head.", "a.zip"):
        assert said in one_line(Reader(letter.html).text)
        assert said in text
    assert max(map(len, letter.text.splitlines())) <= 90


def test_alerts_stand_first_also_in_the_mailbox_and_a_calm_month_is_said_there(tmp_path: Path) -> None:
    worse = {"headline": "Churn passed 12.5%", "size": "+1.6 pp", "audience": "win_back.csv"}
    letter = letter_of(tmp_path / "up", alerts=[worse, {"headline": "Revenue rose", "is_worse": False}])
    for said in (one_line(Reader(letter.html).text), one_line(letter.text)):
        assert said.rindex("Churn passed") < said.rindex("Revenue rose") < said.index("Finding summary_line")
    assert Reader(letter.html).text.index("Churn passed") < Reader(letter.html).text.index("Monthly report")
    calm = letter_of(tmp_path / "calm", watch={"headline": "No alert among 8", "notebook": "summary"})
    for said in (one_line(Reader(calm.html).text), one_line(calm.text)):
        assert said.index("No alert among 8.") < said.rindex("Finding summary_line")


def test_what_to_do_stands_after_what_changed_and_before_the_numbers(tmp_path: Path) -> None:
    action = {"headline": "Call them", "sentence": "", "audience": "", "customers": 41, "notebook": "summary"}
    letter = letter_of(tmp_path, actions=[action])
    for said in (one_line(Reader(letter.html).text), one_line(letter.text)):
        places = [said.rindex(text) for text in ("Finding cohorts_line", "What to do", "Call them", "The summary_0")]
        assert places == sorted(places)
    assert "What to do" not in letter_of(tmp_path / "none").html


def test_every_picture_is_named_once_and_every_name_is_short(tmp_path: Path) -> None:
    letter = letter_of(tmp_path)
    named = re.findall(r'src="cid:([^"]+)"', letter.html)
    assert sorted(named) == sorted(letter.pictures)
    assert len(named) == 4 + 3
    assert max(map(len, named)) < 40


def test_the_styles_stand_in_the_tags_and_the_media_queries_in_the_head(tmp_path: Path) -> None:
    html = letter_of(tmp_path).html
    sheet = re.search(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    assert sheet is not None
    assert "prefers-color-scheme" in sheet[1]
    assert "max-width" in sheet[1]
    assert html.count("<style") == 1
    assert 'style="' in html
    assert "{" not in html.replace(sheet[0], "")
    assert not re.search(r"var\(|display:\s*(flex|grid)|<svg|data:image", html)


def test_a_key_figure_without_a_history_has_no_line(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, notebook("summary", kpis=[kpi("a", series=[]), kpi("a")]))
    assert [name for name in letter.pictures if name.startswith("kpi")] == ["kpi2@mail"]


def test_a_month_with_nothing_to_show_is_still_a_letter(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, notebook("summary", kpis=[], findings=[], figures=[]))
    assert "Customer retention: October 2026" in letter.text
    assert letter.pictures == {}


def test_without_an_address_there_is_no_button_and_no_link_but_the_way_off_the_list(tmp_path: Path) -> None:
    month = open_published(publish(tmp_path))
    reach = Reach("", ("report.zip",), "Why.", "mailto:a@b.example")
    letter = month_letter(contents(month, month.notebooks, WORDS, Links()), "x", reach, WORDS)
    assert [address for address in Reader(letter.html).addresses if not address.startswith("cid:")] == [reach.leave]
    assert "The full report is attached: report.zip." in one_line(letter.text)
    assert "Open the full report" not in letter.html + letter.text


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_is_live_in_a_letter(tmp_path: Path, hostile: str) -> None:
    delta = dict.fromkeys(("tone", "arrow", "text", "uncertainty", "label", "word"), hostile)
    words = dict.fromkeys(("headline", "sentence", "subtitle", "caption", "alt"), hostile)
    item = notebook(
        "summary",
        figures=[figure("line", **words)],
        findings=[finding("a", headline=hostile, figure=hostile)],
        kpis=[kpi("a", name=hostile, text=hostile, description=hostile, deltas=[delta])],
    )
    call = {"headline": hostile, "sentence": hostile, "size": hostile, "audience": hostile, "notebook": "summary"}
    letter = letter_of(tmp_path, item, company=hostile, alerts=[call], actions=[call])
    seen = Reader(letter.html)
    assert seen.handlers == []
    assert seen.tags <= TAGS
    ours = ("cid:kpi1@mail", "cid:figure1@mail", REACH.index, REACH.leave, "https://reports.example/sample/2026-10/")
    assert all(address.startswith(ours) for address in seen.addresses)
    assert 'class="flat"' in letter.html
