"""The rules of segments: every combination of scores has exactly one; a fault in the file is told with its place."""

from itertools import product
from pathlib import Path

import pytest
import yaml

from retention_helpers.errors import ProfileError
from retention_helpers.figures import segment_wordings
from retention_helpers.params import SegmentRules, load_profile, load_segments
from retention_helpers.params.files import PARAMS
from tests.company import company
from tests.metrics.segment_shops import twin_segment

HOUSE = load_segments(PARAMS / "segments.yaml")
REST = {"name": "Rest", "level": 1, "action": "Wait"}


def loaded(folder: Path, *rules: dict, **settings: object) -> SegmentRules:
    path = folder / "segments.yaml"
    path.write_text(yaml.safe_dump({"segments": list(rules) or [REST]} | settings), encoding="utf-8")
    return load_segments(path)


def test_the_rules_of_the_house_are_those_of_the_definition_in_all_250_cells() -> None:
    cells = HOUSE.cells()
    assert len(cells) == 250
    for r, f, m, is_several in product(range(1, 6), range(1, 6), range(1, 6), (False, True)):
        assert cells[r, f, m, is_several] == twin_segment(r, f, m, 2 if is_several else 1)
    assert HOUSE.names == ("VIP", "Loyal", "New", "Promising", "Needs attention", "Lost loyal", "Sleeping", "Lost")
    assert HOUSE.best == "VIP"
    assert (HOUSE.scoring, HOUSE.window_days) == ("quantile", None)


def test_names_and_actions_of_the_house_are_marked_for_translation() -> None:
    assert HOUSE.names == segment_wordings.SEGMENTS
    assert tuple(segment.action for segment in HOUSE.segments) == segment_wordings.ACTIONS


def test_the_first_rule_that_fits_wins(tmp_path: Path) -> None:
    rules = loaded(tmp_path, {"name": "Best", "level": 2, "action": "x", "r": 5, "orders": "several"}, REST)
    assert [rules.cells()[5, 1, 1, is_several] for is_several in (True, False)] == ["Best", "Rest"]


@pytest.mark.parametrize(("written", "scores"), [(3, (3,)), ("3-5", (3, 4, 5)), ("1 - 2", (1, 2)), ("4", (4,))])
def test_a_score_is_written_as_a_number_or_a_range(tmp_path: Path, written: object, scores: tuple) -> None:
    assert loaded(tmp_path, {**REST, "f": written}, {**REST, "name": "Others"}).segments[0].f == scores


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            [{**REST, "r": "2-5"}],
            r"50 of 250 cells have none: r=1 f=1 m=1 one order; .*; r=1 f=1 m=3 one order; \.\.\.",
        ),
        ([{**REST, "orders": "several"}], "125 of 250 cells have none"),
        ([REST, {**REST, "name": "Late", "r": 5}], '"Late" never wins'),
        ([REST, {**REST, "name": "rest"}], 'two are called "Rest"'),
        ([{**REST, "r": 0}], r'segments.0.r: "0" is no score'),
        ([{**REST, "r": "5-3"}], '"5-3" is no score'),
        ([{**REST, "r": True}], '"True" is no score'),
        ([{**REST, "orders": "many"}], "segments.0.orders"),
        ([{**REST, "name": "none"}], "cannot name a segment"),
        ([{**REST, "name": "a\nb"}], "cannot name a segment"),
        ([{**REST, "level": 0}], "segments.0.level"),
        ([{**REST, "action": ""}], "segments.0.action"),
        ([{**REST, "akcion": "x"}], 'segments.0.akcion: there is no such setting. Did you mean "action"'),
    ],
)
def test_a_fault_in_the_rules_is_told_with_its_place(tmp_path: Path, rules: list[dict], said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        loaded(tmp_path, *rules)


THRESHOLDS = {"days_since_last_order": [365, 180, 90, 30], "orders": [2, 3, 5, 10], "spend_total": [50, 150, 400, 1000]}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"scoring": "fixed"}, "thresholds are needed"),
        ({"scoring": "ranks"}, "scoring"),
        ({"window_days": 0}, "window_days"),
        ({"windows": 3}, 'Did you mean "window_days"'),
        ({"thresholds": {**THRESHOLDS, "orders": [2, 3, 3, 10]}}, "thresholds.orders: .*each more than the one before"),
        ({"thresholds": {**THRESHOLDS, "days_since_last_order": [30, 90, 180, 365]}}, "each less than the one before"),
        ({"thresholds": {**THRESHOLDS, "spend_total": [1, 2, 3.005, 4]}}, "two decimals"),
        ({"thresholds": {**THRESHOLDS, "orders": [2, 3, 5]}}, "thresholds.orders"),
        ({"thresholds": {**THRESHOLDS, "order": [2]}}, 'thresholds.order: .*Did you mean "orders"'),
    ],
)
def test_a_fault_in_the_scoring_is_told_with_its_place(tmp_path: Path, settings: dict, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        loaded(tmp_path, **settings)


def test_rules_can_be_used_otherwise_for_once(tmp_path: Path) -> None:
    rules = loaded(tmp_path, thresholds=THRESHOLDS)
    assert (rules.using(window_days=365).window_days, rules.using(scoring="fixed").scoring) == (365, "fixed")
    assert rules.using(window_days=0, scoring="") == rules
    with pytest.raises(ProfileError, match="thresholds are needed"):
        HOUSE.using(scoring="fixed")


def test_a_company_may_have_rules_of_its_own(tmp_path: Path) -> None:
    loaded(tmp_path)
    orders = "customer_id,ordered_at,amount\nc1,2026-01-05,10\n"
    assert company(tmp_path, orders).segment_rules.names == HOUSE.names
    assert company(tmp_path, orders, segments="segments.yaml").segment_rules.names == ("Rest",)
    with pytest.raises(ProfileError, match="no such file"):
        _ = company(tmp_path, orders, segments="none.yaml").segment_rules
    assert load_profile("sample").segment_rules == HOUSE
