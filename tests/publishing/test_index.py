"""The front page of a month and the history of a profile."""

from datetime import date

import pytest

from retention_helpers.publishing.index import Front, LeftOut, Restatement, history_index, month_index
from retention_helpers.publishing.inspection import problems_of
from retention_helpers.publishing.manifest import headline
from retention_helpers.publishing.page import Frame
from retention_helpers.words import Words
from tests.publishing.test_sanitizer import CORPUS

WORDS = Words("en", "EUR")
FRAME = Frame(WORDS, "Sample", "2026-10", date(2026, 10, 31))


def kpi(**more):
    return {"kpi": "crr", "name": "Customer retention", "text": "70.0%", "value": 0.7, "series": [0.6, 0.7]} | more


def record(name="summary", **more):
    return {
        "notebook": name,
        "title": f"The {name}",
        "data_through": "2026-10-31",
        "is_complete": True,
        "figures": ["line"],
        "tables": ["kpis"],
        "findings": [{"name": "a", "headline": "Retention rose", "sentence": "By 2 pp.", "figure": "line"}],
        "kpis": [],
        "alerts": [],
    } | more


def page_of(*records, front=None, frame=FRAME):
    said = headline({"period": "2026-10", "data_through": "2026-10-31"}, records)
    return month_index(said, frame, front or Front())


def test_the_front_page_shows_figures_findings_reports_and_tables():
    delta = {"tone": "up", "text": "+2.0 pp", "uncertainty": "±1.0 pp", "label": "vs Sep 2026", "word": "better"}
    page = page_of(
        record(kpis=[kpi(deltas=[delta], description="of active customers")]), record("cohorts", findings=[])
    )
    assert problems_of(page) == []
    for said in (
        '<p class="val">70.0%</p>',
        '<li class="up"><span aria-hidden="true">▲</span> <b>+2.0 pp</b>',
        '<a href="summary.html#fig-line">Retention rose</a>',
        '<a class="title" href="cohorts.html">The cohorts</a>',
        '<a href="tables/summary/kpis.csv">kpis.csv</a>',
        '<a href="../index.html">',
    ):
        assert said in page


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.1, 0.2, "<b>up</b>"), (-0.2, -0.1, "<b>down</b>"), (-0.1, 0.0, "<b>no reliable change</b>")],
)
def test_without_words_for_its_change_a_card_gives_the_direction_by_the_interval(low, high, said):
    assert said in page_of(record(kpis=[kpi(change_low=low, change_high=high)]))


def test_a_card_without_a_known_change_or_history_says_nothing_of_it():
    page = page_of(record(kpis=[kpi(series=[None, 0.7], change_low=None, change_high=None)]))
    assert "<svg" not in page
    assert 'class="deltas"' not in page


def test_what_is_left_out_restated_partial_or_incomplete_is_said():
    front = Front(
        [LeftOut("loyalty", "There is no table of memberships.")],
        [Restatement("2026-03", "2026-11-01", 3, 1000.0, 900.0)],
        ["cohorts", "rfm"],
    )
    frame = Frame(WORDS, "Sample", "2026-10", date(2026, 10, 9), is_complete=False)
    page = page_of(record(), record("cohorts"), front=front, frame=frame)
    for said in (
        "Incomplete month: the numbers will change.",
        "Partial: cohorts, rfm failed.",
        "Failed in this run; the last good version is shown.",
        "Failed in this run; there is no earlier version.",
        "There is no table of memberships.",
        "March 2026: 3 customers, revenue €1,000 before, €900 now.",
    ):
        assert said in page


def test_a_notebook_made_from_earlier_data_says_so():
    assert "Made from earlier data, through October 9, 2026." in page_of(record(data_through="2026-10-09"))


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_is_live_on_the_indexes(hostile):
    said = {"name": hostile, "headline": hostile, "sentence": hostile, "figure": hostile}
    delta = {"tone": hostile, "text": hostile, "label": hostile}
    full = record(title=hostile, findings=[said], kpis=[kpi(name=hostile, text=hostile, deltas=[delta])])
    frame = Frame(WORDS, hostile, "2026-10", date(2026, 10, 31))
    assert problems_of(page_of(full, front=Front([LeftOut(hostile, hostile)], failed=[hostile]), frame=frame)) == []
    failure = {"period": "2026-10", "notebook": "rfm", "reason": hostile, "cell": 1, "failed_at": "2026-11-02T05:00"}
    assert problems_of(history_index(hostile, [], [failure], WORDS)) == []


def manifest(period, *names, **more):
    return {
        "period": period,
        "data_through": "2026-11-03",
        "published_at": "2026-11-04T05:06:00+00:00",
        "is_complete": True,
        "failed": [],
        "notebooks": {name: {} for name in names},
    } | more


def test_the_history_shows_months_by_notebooks_and_a_failure_beside_the_last_good_report():
    failure = {
        "period": "2026-10",
        "notebook": "cohorts",
        "reason": "ValueError: x",
        "cell": 7,
        "failed_at": "2026-11-05T05:00:00",
    }
    lost = failure | {"period": "2026-11", "notebook": "rfm"}
    months = [manifest("2026-10", "summary", "cohorts"), manifest("2026-09", "summary", is_complete=False)]
    page = history_index("Sample", months, [failure, lost], WORDS)
    assert problems_of(page) == []
    assert page.index("November 2026") < page.index("October 2026") < page.index("September 2026")
    assert '<a href="2026-10/cohorts.html">report</a>' in page
    assert "failed November 5, 2026" in page
    assert "cell 7" in page
    assert "ValueError: x" in page
    assert "incomplete" in page
    assert '<a href="2026-11/' not in page


def test_a_history_of_nothing_says_so():
    assert "Nothing was published yet." in history_index("Sample", [], [], WORDS)
