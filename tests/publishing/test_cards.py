"""The cards of the front page."""

from retention_helpers.publishing.cards import card, sparkline
from retention_helpers.words import Words


def test_a_sparkline_breaks_where_a_month_is_missing():
    assert sparkline([1, 2, None, 3])["lines"] == ["0.0,34.0 44.0,18.0", "132.0,2.0"]
    assert sparkline([5, 5])["lines"] == ["0.0,34.0 132.0,34.0"]
    assert sparkline([1]) is sparkline([]) is sparkline([None, 1, None]) is None


def test_a_card_takes_the_words_of_its_record_and_an_unknown_tone_is_flat():
    made = card({"name": "CRR", "text": "70%", "deltas": [{"tone": "sideways", "text": "+1 pp"}]}, Words("en", "EUR"))
    assert made["deltas"] == [
        {"tone": "flat", "arrow": "≈", "text": "+1 pp", "uncertainty": "", "label": "", "word": ""}
    ]
    assert made["spark"] is None
