"""A target in words: one full sentence for each side and verdict, its colour, its arrow and a word for both."""

import pytest

from retention_helpers.figures.target_words import against_target
from retention_helpers.words import Words

WORDS = Words("en", "EUR")


@pytest.mark.parametrize(
    ("side", "verdict", "told"),
    [
        ("at_least", "reached", ("up", "▲", "Target reached: at least 30%", "above the target")),
        ("at_least", "missed", ("down", "▼", "Target missed: at least 30%", "below the target")),
        ("at_least", "open", ("flat", "≈", "Too early to say, target: at least 30%", "the interval does not decide")),
        ("at_most", "reached", ("up", "▼", "Target reached: at most 30%", "below the target")),
        ("at_most", "missed", ("down", "▲", "Target missed: at most 30%", "above the target")),
        ("at_most", "open", ("flat", "≈", "Too early to say, target: at most 30%", "the interval does not decide")),
    ],
)
def test_every_side_and_verdict_has_its_sentence(side: str, verdict: str, told: tuple[str, ...]) -> None:
    assert against_target(side, verdict, "30%", WORDS) == told
