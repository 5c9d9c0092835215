"""What is told of the programme's effect, and what is crossed out where nothing is claimed."""

import pytest

from retention_helpers.figures.loyalty_figures import compared_figure
from retention_helpers.figures.loyalty_findings import hidden_finding
from retention_helpers.words import Words
from tests.figures.walk.loyalty_findings import declined, effect, opinions

EN = Words("en")


def test_ways_of_comparing_stand_as_answers_and_the_naive_gap_does_not() -> None:
    table = compared_figure(effect(0.1, 0.3), EN).table.set_index("Way of comparing")
    assert table["An answer"].to_dict() == {
        "Members minus others": "no",
        "Members: after minus before": "no",
        "Two-way fixed effects": "yes",
        "Group-time effects": "yes",
        "Sequential trials: this report": "yes",
    }


@pytest.mark.parametrize("why", [{"declined": declined("slope_fails")}, {"others": opinions(1.0, -0.1)}])
def test_where_nothing_is_claimed_every_way_is_crossed_out_and_still_shown(why: dict) -> None:
    """Else the one that contradicts, or the one that is left, would look like the answer."""
    table = compared_figure(effect(0.1, 0.3, **why), EN).table.set_index("Way of comparing")
    assert set(table["An answer"]) == {"no"}
    assert table.loc["Sequential trials: this report"].iloc[0].startswith("0.2")


@pytest.mark.parametrize("why", [{"declined": declined("slope_fails")}, {"others": opinions(1.0, -0.1)}])
def test_a_hidden_reason_is_measured_only_against_an_effect_that_is_claimed(why: dict) -> None:
    assert "30%" in hidden_finding(effect(0.1, 0.3), EN).sentence
    assert "30%" not in hidden_finding(effect(0.1, 0.3, **why), EN).sentence
