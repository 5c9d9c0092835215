"""The cards of the front page."""

from retention_helpers.publishing.cards import card, sparkline
from retention_helpers.words import Words


def test_a_sparkline_breaks_where_a_month_is_missing():
    assert sparkline([1, 2, None, 3])["lines"] == ["0.0,34.0 44.0,18.0", "132.0,2.0"]
    assert sparkline([5, 5])["lines"] == ["0.0,34.0 132.0,34.0"]
    assert sparkline([1, 2])["level"] == ""
    assert sparkline([1]) is sparkline([]) is sparkline([None, 1, None]) is None


def test_a_target_is_a_level_of_the_small_line_where_the_line_comes_near_it():
    inside, above = sparkline([1, 2, 3], 2), sparkline([1, 2, 3], 5)
    assert (inside["level"], inside["lines"]) == ("18.0", sparkline([1, 2, 3])["lines"])
    assert (above["level"], above["lines"]) == ("2.0", ["0.0,34.0 66.0,26.0 132.0,18.0"])
    assert sparkline([1, 2, 3], 5.1)["level"] == ""
    assert sparkline([5, 5], 5)["level"] == "34.0"


def test_a_card_takes_the_words_of_its_record_and_an_unknown_tone_is_flat():
    made = card({"name": "CRR", "text": "70%", "deltas": [{"tone": "sideways", "text": "+1 pp"}]}, Words("en", "EUR"))
    assert made["deltas"] == [
        {"tone": "flat", "arrow": "≈", "text": "+1 pp", "uncertainty": "", "label": "", "word": ""}
    ]
    assert made["spark"] is None
