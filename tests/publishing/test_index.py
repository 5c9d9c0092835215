"""The front page of a month."""

from dataclasses import replace
from datetime import date

import pytest

from retention_helpers.publishing.front import Front, LeftOut, Restatement
from retention_helpers.publishing.index import FINDINGS, month_index
from retention_helpers.publishing.inspection import MAX_BYTES, problems_of
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


def finding(headline, figure=""):
    return {"name": "a", "headline": headline, "sentence": "By 2 pp.", "figure": figure}


def drawing(size=0):
    return f'<svg class="chart" viewBox="0 0 9 9"><path d="M0 0{"L9 9" * (size // 4)}"/></svg>'


def page_of(*records, front=None, frame=FRAME):
    said = headline({"period": "2026-10", "data_through": "2026-10-31"}, records)
    return month_index(said, frame, front or Front())


def test_the_front_page_shows_figures_findings_reports_and_tables():
    delta = {"tone": "up", "text": "+2.0 pp", "uncertainty": "±1.0 pp", "label": "vs Sep 2026", "word": "better"}
    page = page_of(
        record(kpis=[kpi(deltas=[delta], description="of active customers")], purpose="For whoever answers for it."),
        record("cohorts", findings=[]),
    )
    assert problems_of(page) == []
    for said in (
        '<p class="val n5">70.0%</p>',
        '<li class="up"><span class="arrow" aria-hidden="true">▲</span> <b>+2.0 pp</b>',
        '<a href="summary.html#fig-line">Retention rose</a>',
        '<h3><a href="cohorts.html">The cohorts</a></h3>',
        '<p class="note">For whoever answers for it.</p>',
        '<a href="tables/summary/kpis.csv">kpis.csv</a>',
        '<a href="../index.html">',
    ):
        assert said in page


def test_findings_are_shown_in_turn_and_those_beyond_the_first_can_be_unfolded():
    several = [finding(f"Of the {name} {number}") for name in ("summary", "cohorts") for number in range(3)]
    page = page_of(record(findings=several[:3]), record("cohorts", findings=several[3:]))
    shown = page[page.index("What changed") : page.index("2 more findings")]
    assert shown.count('class="lead"') == FINDINGS
    assert shown.index("Of the summary 0") < shown.index("Of the cohorts 0") < shown.index("Of the summary 1")
    assert "Of the summary 2" not in shown
    assert '<a href="cohorts.html">Of the cohorts 2</a>' in page


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


def test_targets_are_summed_up_first_and_marked_in_the_small_line():
    judged = [
        kpi(name="CRR", target=0.65, target_verdict="reached"),
        kpi(name="NRR", target=0.9, target_verdict="missed"),
        kpi(name="GRR", target=0.7, target_verdict="missed"),
        kpi(name="AOV"),
    ]
    page = page_of(record(kpis=judged))
    assert '<a href="#kpis">Targets: 1 reached, 2 missed, 0 too early to say</a>' in page
    assert "Reached: CRR. Missed: NRR, GRR." in page
    assert "AOV." not in page
    # That of NRR is too far above its line.
    assert page.count('<path d="M0 ') == 2


def test_without_a_target_nothing_is_said_of_any():
    assert "Targets" not in page_of(record(kpis=[kpi()]))


def test_alerts_and_actions_say_what_to_do_for_whom_with_which_list():
    alert = {"kpi": "crr", "headline": "CRR fell", "sentence": "Most of it: web.", "size": "−3.1 pp (−4.2 to −2.0)"}
    actions = [
        {"headline": "Win them back", "sentence": "They are silent.", "audience": "lost_loyal.csv", "customers": 1},
        {"headline": "Thank them", "sentence": "", "audience": "vip.csv", "customers": 0},
    ]
    said = record(kpis=[kpi()], alerts=[alert | {"audience": ""}], actions=actions)
    page = page_of(said, front=Front(audiences=["lost_loyal.csv"]))
    assert problems_of(page) == []
    assert page.index("Alerts") < page.index("What changed") < page.index("What to do") < page.index("Key figures")
    for shown in (
        '<h3><a href="summary.html">CRR fell</a></h3>',
        "<b>Customer retention · −3.1 pp (−4.2 to −2.0)</b>",
        '<b>1 customer</b><a href="audiences/lost_loyal.csv">lost_loyal.csv</a>',
        "<span>vip.csv</span>",
    ):
        assert shown in page


def test_a_calm_month_is_one_sentence_and_what_got_better_looks_otherwise():
    watch = {"headline": "No alert: the 8 key figures watched stay within chance and season", "sentence": ""}
    page = page_of(record(watch=watch))
    assert f'<p class="panel calm">{watch["headline"]}.</p>' in page
    assert problems_of(page) == []
    alerts = [{"headline": "It fell", "kpi": "crr"}, {"headline": "It rose", "kpi": "nrr", "is_worse": False}]
    page = page_of(record(watch=watch, alerts=alerts))
    assert watch["headline"] not in page
    assert '<li class="panel"><h3><a href="summary.html">It fell' in page
    assert '<li class="panel good"><h3><a href="summary.html">It rose' in page


def test_where_nothing_asks_for_anything_there_is_no_place_for_it():
    page = page_of(record())
    assert 'id="alerts"' not in page
    assert 'id="actions"' not in page


def test_a_list_lies_in_the_months_own_folder_for_every_language():
    frame = replace(FRAME, words=Words("ru", "EUR"), languages=("en", "ru"))
    action = {"headline": "A", "sentence": "", "audience": "vip.csv", "customers": 2}
    page = page_of(record(actions=[action]), front=Front(audiences=["vip.csv"]), frame=frame)
    assert '<a href="../audiences/vip.csv">' in page
    assert problems_of(page) == []


def test_each_notebook_has_one_drawing_that_leads_to_its_figure():
    drawings = {"summary": {"line": drawing(), "bars": drawing(40)}, "cohorts": {"grid": drawing(80)}}
    first = record(findings=[finding("It fell"), finding("It rose", "bars")], figures=["line", "bars"])
    page = page_of(first, record("cohorts", findings=[], figures=["table", "grid"]), front=Front(drawings=drawings))
    assert problems_of(page) == []
    assert f'<a class="drawing" href="summary.html#fig-bars">{drawing(40)}</a>' in page
    assert f'<a class="drawing" href="cohorts.html#fig-grid">{drawing(80)}</a>' in page
    assert page.count('class="drawing"') == 2


def test_many_heavy_drawings_leave_the_page_within_its_weight():
    names = [f"n{number}" for number in range(10)]
    drawings = {name: {"heavy": drawing(60_000), "light": drawing(9_000)} for name in names}
    records = [record(name, figures=["heavy", "light"], findings=[finding("It rose", "heavy")]) for name in names]
    page = page_of(*records, front=Front(drawings=drawings))
    assert problems_of(page) == []
    assert MAX_BYTES - 60_000 < len(page.encode()) <= MAX_BYTES
    assert page.count('class="drawing"') == 10


def test_what_is_left_out_restated_partial_or_incomplete_is_said():
    front = Front(
        left_out=[LeftOut("loyalty", "There is no table of memberships.", "Does the programme pay?")],
        restatements=[
            Restatement("2026-03", "2026-11-01", 3, 1000.0, 900.0),
            Restatement("2026-04", "2026-11-01", None, None, None),
        ],
        failed={"cohorts": "The cohorts", "rfm": "Which customers matter?"},
    )
    frame = Frame(WORDS, "Sample", "2026-10", date(2026, 10, 9), is_complete=False)
    page = page_of(record(), record("cohorts"), front=front, frame=frame)
    for said in (
        "Incomplete month: the numbers will change.",
        "Partial: 2 reports failed.",
        "Failed in this run; the last good version is shown.",
        '<b>Which customers matter?</b><p class="note warned">Failed in this run; there is no earlier version.</p>',
        '<b>Does the programme pay?</b><p class="note">There is no table of memberships.</p>',
        "March 2026: 3 customers, revenue €1,000 before, €900 now.",
        "April 2026: its rows have changed; what they came to before is not known any more.",
    ):
        assert said in page


def test_a_notebook_made_from_earlier_data_says_so():
    assert "Made from earlier data, through October 9, 2026." in page_of(record(data_through="2026-10-09"))


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_is_live_on_the_front_page(hostile):
    said = {"name": hostile, "headline": hostile, "sentence": hostile, "figure": hostile}
    delta = {"tone": hostile, "text": hostile, "label": hostile}
    call = {"headline": hostile, "sentence": hostile, "audience": hostile}
    full = record(
        title=hostile,
        purpose=hostile,
        findings=[said] * 6,
        kpis=[kpi(name=hostile, text=hostile, deltas=[delta], target=0.6, target_verdict="missed")],
        alerts=[call | {"kpi": hostile, "size": hostile}],
        actions=[call | {"customers": 3}],
    )
    frame = Frame(WORDS, hostile, "2026-10", date(2026, 10, 31))
    front = Front(left_out=[LeftOut(hostile, hostile, hostile)], failed={hostile: hostile})
    assert problems_of(page_of(full, front=front, frame=frame)) == []
