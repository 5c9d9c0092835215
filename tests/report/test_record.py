"""What a notebook records for index and mail."""

from datetime import date
from types import SimpleNamespace

import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from retention_helpers.errors import ParameterError
from retention_helpers.periods import Period
from retention_helpers.report import notebook as module
from retention_helpers.report.notebook import ACTION, ALERT, PART, Report
from retention_helpers.words import Words


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list:
    displayed: list = []
    monkeypatch.setattr(module, "display", lambda item, **_: displayed.append(item))
    return displayed


def opened(data_through: date = date(2026, 11, 5)) -> Report:
    facts = SimpleNamespace(data_through=data_through, is_complete=lambda period: data_through >= period.as_of)
    profile = SimpleNamespace(currency="EUR")
    return Report("summary", profile, facts, Period.parse("2026-10"), Words("en", "EUR"))  # type: ignore[arg-type]


def said(name: str, headline: str) -> SimpleNamespace:
    return SimpleNamespace(name=name, headline=headline, sentence="So it is.")


def test_a_sentence_leads_to_the_figure_it_stands_over_by_name_or_by_its_words(shown: list) -> None:
    report = opened()
    report.in_short([said("revenue", "It rose"), said("kpi", "They came back"), said("nowhere", "It rained")])
    report.show(said("revenue", "Another headline"))
    report.show(said("retention", "They came back"))
    report.record()
    record = shown[-1][PART]
    assert [finding["figure"] for finding in record["findings"]] == ["revenue", "retention", ""]
    assert record["figures"] == ["revenue", "retention"]


def test_a_past_month_reads_the_same_however_far_the_source_has_grown(shown: list) -> None:
    for through in (date(2026, 10, 31), date(2026, 12, 24)):
        opened(through).record()
    assert shown[0] == shown[1]
    assert shown[0][PART]["data_through"] == "2026-10-31"


def test_a_month_that_is_not_over_is_recorded_as_such(shown: list) -> None:
    opened(date(2026, 10, 9)).record()
    assert (shown[0][PART]["is_complete"], shown[0][PART]["data_through"]) == (False, "2026-10-09")


def test_actions_are_recorded_as_they_are_given(shown: list) -> None:
    report = opened()
    call = {"headline": "Call them", "sentence": "They are silent.", "audience": "silent.csv", "customers": 40}
    report.actions([call])
    report.actions([call | {"audience": "", "customers": 0}])
    assert shown == []
    report.record()
    assert shown[-1][PART]["actions"] == [call, call | {"audience": "", "customers": 0}]


@pytest.mark.parametrize("action", [{"headline": "Call them"}, dict.fromkeys((*ACTION, "who"), "")])
def test_an_action_of_another_shape_is_refused(action: dict) -> None:
    with pytest.raises(ParameterError, match="an action has the keys audience, customers, headline, sentence, not"):
        opened().actions([action])


def test_alerts_are_recorded_whole_with_what_is_said_of_a_calm_month(shown: list) -> None:
    alert = dict.fromkeys(ALERT, "x") | {"drivers": [1]}
    for given in ([alert], []):
        report = opened()
        report.alerts(given, said("watch", "No alert"))
        report.record()
        assert shown[-1][PART]["alerts"] == given
        assert shown[-1][PART]["watch"] == {"headline": "No alert", "sentence": "So it is."}
    with pytest.raises(ParameterError, match="an alert has the keys audience, headline, kpi, sentence, size, not"):
        opened().alerts([{"headline": "x"}], said("watch", "No alert"))


def test_a_sentence_from_data_stays_text_in_markdown(shown: list) -> None:
    opened().in_short([said("a", "<b>*bold*</b> [link](x)")])
    assert shown[0]["text/markdown"].startswith("- **\\<b\\>\\*bold\\*\\</b\\> \\[link\\]\\(x\\).**")


def test_two_sums_in_dollars_are_no_formula_and_an_abbreviation_has_one_stop(shown: list) -> None:
    opened().in_short([said("a", "US$5 (of $9) in 90 d."), said("b", "*")])
    page = markdown2html_mistune(shown[0]["text/markdown"])
    assert "<strong>US$5 (of $9) in 90 d.</strong>" in page
    assert "<strong>*.</strong>" in page
