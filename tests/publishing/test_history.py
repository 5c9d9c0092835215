"""The history of a profile: months by notebooks, and what failed since."""

import pytest

from retention_helpers.publishing.history import history_index
from retention_helpers.publishing.inspection import MAX_BYTES, problems_of
from retention_helpers.words import Words
from tests.publishing.test_sanitizer import CORPUS

WORDS = Words("en", "EUR")
FAILURE = {
    "period": "2026-10",
    "notebook": "cohorts",
    "reason": "ValueError: x",
    "cell": 7,
    "failed_at": "2026-11-05T05:00:00",
}
TITLES = {"summary": "Do our customers stay?", "cohorts": "Do newer ones stay better?"}


def manifest(period, *names, **more):
    return {
        "period": period,
        "data_through": "2026-11-03",
        "published_at": "2026-11-04T05:06:00+00:00",
        "is_complete": True,
        "failed": [],
        "notebooks": {name: {} for name in names},
    } | more


def history(months=(), failures=(), titles=TITLES, company="Sample"):
    return history_index(company, months, failures, titles, WORDS)


def test_months_stand_by_notebooks_under_the_questions_that_these_ask():
    page = history([manifest("2026-10", "summary", "cohorts"), manifest("2026-09", "summary", is_complete=False)])
    assert problems_of(page) == []
    assert page.index("October 2026") < page.index("September 2026")
    assert '<th scope="col">Do newer ones stay better?</th>' in page
    assert '<a href="2026-10/index.html">October 2026</a>' in page
    link = '<a href="2026-10/cohorts.html">✓<span class="vh"> Do newer ones stay better?, October 2026</span></a>'
    assert link in page
    assert "2026-09/cohorts.html" not in page
    assert "incomplete" in page
    assert "November 4, 2026" in page
    assert 'id="failures"' not in page


def test_a_failure_stands_beside_the_last_good_report_and_is_told_above():
    lost = FAILURE | {"period": "2026-11", "notebook": "rfm", "cell": None}
    page = history([manifest("2026-10", "summary", "cohorts")], [FAILURE, lost])
    assert problems_of(page) == []
    assert page.index("November 2026") < page.index("October 2026")
    told = page[page.index('id="failures"') : page.index('id="months"')]
    for said in ("<b>October 2026</b> · Do newer ones", "failed November 5, 2026</span>, cell 7: ValueError: x", "rfm"):
        assert said in told
    cell = page[page.index('<a href="2026-10/cohorts.html">') :].partition("</td>")[0]
    assert '<a class="warned" href="#failures">✗' in cell
    assert '<a href="2026-11/' not in page


def test_three_years_of_twelve_notebooks_are_a_light_page():
    names = [f"notebook_{number}" for number in range(12)]
    titles = {name: f"What does a reader want to know of {name}, asked at some length?" for name in names}
    months = [manifest(f"{2026 - number // 12}-{12 - number % 12:02d}", *names) for number in range(36)]
    page = history(months, titles=titles)
    assert problems_of(page) == []
    assert len(page.encode()) < MAX_BYTES / 3
    assert page.count("✓<") == 36 * 12


def test_a_history_of_nothing_says_so():
    assert "Nothing was published yet." in history()


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_is_live_in_the_history(hostile):
    failure = FAILURE | {"notebook": "rfm", "reason": hostile}
    months = [manifest("2026-10", "summary")]
    assert problems_of(history(months, [failure], {"summary": hostile, "rfm": hostile}, hostile)) == []
