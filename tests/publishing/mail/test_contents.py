"""What is chosen of a month for one mail."""

import base64
from pathlib import Path

import pytest

from retention_helpers.publishing.mail.contents import PICTURE_BYTES, Contents, Links, contents, plain
from retention_helpers.publishing.mail.published import open_published
from tests.publishing.mail.letters import SERVED, WORDS
from tests.publishing.mail.months import figure, finding, kpi, noise, notebook, publish


def said(folder: Path, *notebooks: dict, links: Links = SERVED, **more: object) -> Contents:
    month = open_published(publish(folder, *notebooks, **more))
    return contents(month, month.notebooks, WORDS, links)


def test_four_findings_are_taken_in_turn_with_their_pictures_and_the_first_four_key_figures(tmp_path: Path) -> None:
    found = said(tmp_path)
    assert [item.headline.split()[1] for item in found.findings] == [
        "summary_line:",
        "cohorts_line:",
        "summary_grid:",
        "cohorts_grid:",
    ]
    assert [picture.name for picture in found.pictures] == ["summary_line", "cohorts_line", "summary_grid"]
    assert [item.name for item in found.kpis] == [f"The summary_{number}" for number in range(4)]


def test_a_finding_leads_to_its_figure_and_without_one_to_its_page(tmp_path: Path) -> None:
    same = finding("rate", figure="existing_rate", headline="The line rose to 41.7%")
    found = said(tmp_path, notebook("summary", figures=[figure("line")], findings=[same, finding("b", figure="gone")]))
    assert [item.link for item in found.findings] == [
        "https://reports.example/sample/2026-10/summary.html#fig-line",
        "https://reports.example/sample/2026-10/summary.html",
    ]


def test_a_report_that_is_served_nowhere_has_no_links(tmp_path: Path) -> None:
    found = said(tmp_path, links=Links())
    assert {item.link for item in (*found.findings, *found.pictures)} == {""}


def test_figures_without_a_drawing_and_those_too_heavy_for_a_mail_are_passed_over(tmp_path: Path) -> None:
    heavy = base64.b64encode(noise(900)).decode("ascii")
    assert len(noise(900)) > PICTURE_BYTES
    figures = [figure("text", png=None), figure("heavy", png=heavy), figure("light")]
    found = said(tmp_path, notebook("summary", figures=figures, findings=[finding("text"), finding("heavy")]))
    assert [picture.name for picture in found.pictures] == ["light"]


def test_all_pictures_together_keep_to_their_weight(tmp_path: Path) -> None:
    heavy = base64.b64encode(noise(600)).decode("ascii")
    found = said(tmp_path, notebook("summary", figures=[figure(name, png=heavy) for name in "abc"]))
    assert 1 <= len(found.pictures) < 3
    assert sum(len(picture.png) for picture in found.pictures) <= PICTURE_BYTES


def test_a_calm_month_is_said_to_whoever_hears_of_what_is_watched(tmp_path: Path) -> None:
    watch = {"headline": "No alert: ask jane@shop.example", "notebook": "summary"}
    assert said(tmp_path / "calm", watch=watch).calm == "No alert: ask (…)."
    assert said(tmp_path / "others", watch=watch | {"notebook": "risk"}).calm == ""
    alert = {"headline": "It rose", "notebook": "cohorts", "is_worse": False}
    found = said(tmp_path / "alert", watch=watch, alerts=[alert])
    assert (found.calm, found.alerts[0].is_worse) == ("", False)


def test_alerts_of_other_notebooks_are_left_out(tmp_path: Path) -> None:
    alerts = [{"headline": "A", "notebook": "summary"}, {"headline": "B"}, {"headline": "C", "notebook": "risk"}]
    found = said(tmp_path, alerts=alerts).alerts
    assert [(item.headline, item.link) for item in found] == [
        ("A", "https://reports.example/sample/2026-10/summary.html"),
        ("B", ""),
    ]


def test_three_actions_are_taken_in_turn_with_their_customers_and_their_list(tmp_path: Path) -> None:
    action = {"sentence": "They are silent.", "audience": "silent.csv", "customers": 1}
    actions = [
        action | {"headline": f"{name} {number}", "notebook": name}
        for name in ("summary", "cohorts", "risk")
        for number in range(3)
    ]
    found = said(tmp_path, actions=actions).actions
    assert [item.headline for item in found] == ["summary 0", "cohorts 0", "summary 1"]
    assert (found[0].sentence, found[0].number, found[0].audience) == ("They are silent.", "1 customer", "silent.csv")
    assert found[1].link == "https://reports.example/sample/2026-10/cohorts.html"


def test_key_figures_with_a_target_come_first(tmp_path: Path) -> None:
    kpis = [kpi("a"), kpi("b"), kpi("c"), kpi("d", target=0.3), kpi("e", target=5)]
    found = said(tmp_path, notebook("summary", kpis=kpis)).kpis
    assert [(item.name, item.target) for item in found] == [
        ("The d", 0.3),
        ("The e", 5),
        ("The a", None),
        ("The b", None),
    ]


def test_a_card_without_words_for_its_change_gives_the_direction(tmp_path: Path) -> None:
    bare = kpi("crr", deltas=None, change_low=0.1, change_high=0.2)
    (shown,) = said(tmp_path, notebook("summary", kpis=[bare])).kpis
    assert [delta["text"] for delta in shown.deltas] == ["up"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("two\r\nlines", "two lines"),
        ("jane.doe+x@shop.example wrote", "(…) wrote"),
        ("<jane@shop.example>", "<(…)>"),
        ("price @ 5.00, 3@4", "price @ 5.00, 3@4"),
        ("right\u202eto left\x00", "right to left"),
        ("1\u00a0281\u00a0₴", "1\u00a0281\u00a0₴"),
        (None, ""),
    ],
)
def test_a_text_is_one_printed_line_without_anybodys_address(text: str | None, said: str) -> None:
    assert plain(text) == said
