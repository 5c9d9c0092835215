"""KPI cards."""

import pandas as pd
import pytest

from retention_helpers.figures import CardText, kpi_cards
from retention_helpers.figures.spark import sparkline
from tests.figures.samples import EVIL, speak

NAN = float("nan")


def _card(text: CardText, **row):
    frame = pd.DataFrame([{"kpi": text.kpi, **row}])
    return kpi_cards(frame, speak(), period="2026-10", texts=[text]).cards[0]


@pytest.mark.parametrize(
    ("low", "high", "better", "kind", "arrow", "word"),
    [
        (0.01, 0.03, "up", "up", "▲", "better"),
        (0.01, 0.03, "down", "down", "▲", "worse"),
        (-0.03, -0.01, "up", "down", "▼", "worse"),
        (-0.03, -0.01, "down", "up", "▼", "better"),
        (0.01, 0.03, "neither", "flat", "▲", "more"),
        (-0.01, 0.03, "up", "flat", "≈", "within noise"),
        (0.0, 0.03, "up", "flat", "≈", "within noise"),
        (NAN, NAN, "up", "flat", "", "no interval known"),
    ],
)
def test_a_change_is_better_or_worse_only_when_its_interval_says_so(low, high, better, kind, arrow, word):
    card = _card(CardText("rate", "Rate", better=better), value=0.3, change=0.01, change_low=low, change_high=high)
    delta = card.deltas[0]
    assert (delta.kind, delta.arrow, delta.word) == (kind, arrow, word)


def test_rates_change_in_points_and_amounts_in_per_cent():
    rate = _card(CardText("rate", "Rate"), value=0.3, change=0.012, change_low=0.002, change_high=0.022)
    money = _card(
        CardText("aov", "AOV", "money"), value=110.0, previous=100.0, change=10.0, change_low=5.0, change_high=15.0
    )
    assert (rate.deltas[0].text, rate.deltas[0].noise) == ("+1.2\u00a0pp", "±1.0\u00a0pp")
    assert (money.value, money.deltas[0].text, money.deltas[0].noise) == ("€110", "+10.0%", "±5.0%")


def test_both_comparisons_name_their_month():
    card = _card(CardText("rate", "Rate"), value=0.3, previous=0.28, last_year=0.31)
    assert [delta.label for delta in card.deltas] == ["vs Sep 2026", "vs Oct 2025"]
    assert [delta.text for delta in card.deltas] == ["+2.0\u00a0pp", "−1.0\u00a0pp"]


def test_no_earlier_value_means_no_comparison():
    assert _card(CardText("rate", "Rate"), value=0.3, previous=NAN, change=None).deltas == ()


def test_a_change_from_zero_is_given_in_its_own_unit():
    card = _card(CardText("n", "N", "integer"), value=5, previous=0, change=5, change_low=1, change_high=9)
    assert card.deltas[0].text == "+5"


def test_a_target_is_said_below_the_changes_with_the_interval_that_decides():
    text = CardText("rate", "Rate")
    judged = {"target": 0.3, "target_side": "at_least", "target_verdict": "reached"}
    card = _card(text, value=0.33, low=0.31, high=0.35, previous=0.32, **judged)
    assert [delta.text for delta in card.deltas] == ["+1.0\u00a0pp", "Target reached: at least 30.0%"]
    aim = card.deltas[-1]
    assert (aim.kind, aim.arrow, aim.word) == ("up", "▲", "above the target")
    assert aim.label == "95% interval 31.0% to 35.0%"
    assert _card(text, value=NAN, low=NAN, high=NAN, **judged | {"target_verdict": "open"}).deltas[-1].label == ""
    assert _card(text, value=0.33, target=NAN, target_side=NAN, target_verdict=NAN).deltas == ()


def test_a_kpi_that_the_table_lacks_shows_a_missing_value():
    assert (
        kpi_cards(pd.DataFrame({"kpi": [], "value": []}), speak(), period="2026-10", texts=[CardText("x", "X")])
        .cards[0]
        .value
        == "–"
    )


def test_cards_stand_on_the_page_as_the_contract_says_and_escape_their_texts():
    frame = pd.DataFrame([{"kpi": "x", "value": 0.3, "change": 0.1, "change_low": 0.05, "change_high": 0.15}])
    cards = kpi_cards(
        frame, speak(), period="2026-10", texts=[CardText("x", EVIL, description=EVIL)], series={"x": [1, 2, 3]}
    )
    html = cards._repr_mimebundle_()["text/html"]
    assert html.startswith('<ul class="cards"><li class="card"><h3>&lt;script&gt;')
    for piece in (
        '<p class="val n5">30.0%</p>',
        '<svg xmlns="http://www.w3.org/2000/svg" class="spark"',
        '<ul class="deltas">',
    ):
        assert piece in html
    assert '<li class="up"><span class="arrow" aria-hidden="true">▲</span>' in html
    assert '<span class="vh">, better</span>' in html
    assert "<script" not in html


def test_a_sparkline_marks_the_last_month_and_leaves_gaps():
    svg = sparkline([1.0, 2.0, 3.0, None, 5.0, *range(10)])
    assert svg.count("<polyline") == 2
    assert svg.count("<circle") == 2
    assert sparkline([1.0, 2.0, NAN]).count("<circle") == 0
    assert "var(--accent)" in svg
    assert "nan" not in svg


def test_a_target_is_a_dashed_level_where_the_line_comes_near_it():
    assert "stroke-dasharray" not in sparkline([1.0, 2.0, 3.0])
    assert '<path d="M5 17.0H145"' in sparkline([1.0, 2.0, 3.0], 2.0)
    assert '<path d="M5 5.0H145"' in sparkline([1.0, 2.0, 3.0], 5.0)
    assert sparkline([1.0, 2.0, 3.0], 5.1) == sparkline([1.0, 2.0, 3.0])


@pytest.mark.parametrize("series", [[], [1.0], [NAN, NAN], [None, 3.0]])
def test_too_little_for_a_line_gives_none(series):
    assert sparkline(series) == ""


def test_a_constant_series_is_a_level_line():
    assert "nan" not in sparkline([2.0] * 14)
