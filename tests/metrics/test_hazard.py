"""The hazard ratio of two groups: published remission times, a regression by hand, and the ends of the range."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retention_helpers.metrics.hazard import hazard_ratio
from retention_helpers.metrics.leaving import leaving_curves, leaving_hazard

# Weeks in remission of children with leukaemia, 21 a group (Freireich et al. 1963); + is still in remission.
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def waits(*groups: str) -> pd.DataFrame:
    rows = [
        (int(text.rstrip("+")), group, int("+" not in text), int("+" in text))
        for group, texts in enumerate(groups)
        for text in texts.split()
    ]
    return pd.DataFrame(rows, columns=["days", "group", "events", "censored"])


REMISSION = waits(TREATED, PLACEBO)


def test_remission_times_give_the_published_likelihoods_and_ratio() -> None:
    found = hazard_ratio(REMISSION, ties="breslow").iloc[0]
    assert found["null_log_likelihood"] == pytest.approx(-93.98505, abs=1e-5)
    assert found["log_likelihood"] == pytest.approx(-86.379622, abs=1e-6)
    assert found["log_hazard_ratio"] == pytest.approx(1.5092, abs=1e-4)
    assert found["standard_error"] == pytest.approx(0.4096, abs=1e-4)
    assert found["hazard_ratio"] == pytest.approx(4.523, abs=1e-3)
    assert found["events"] == 30


def test_ties_as_efron_give_the_published_ratio() -> None:
    found = hazard_ratio(REMISSION).iloc[0]
    assert found["log_hazard_ratio"] == pytest.approx(1.5721, abs=1e-4)
    assert found["standard_error"] == pytest.approx(0.4124, abs=1e-4)
    assert 2 < found["hazard_ratio_low"] < found["hazard_ratio"] < found["hazard_ratio_high"] < 12


def test_without_ties_both_ways_are_one() -> None:
    frame = waits("1 3 5+ 9 12", "2 4 6 7+ 8")
    pd.testing.assert_frame_equal(hazard_ratio(frame), hazard_ratio(frame, ties="breslow"))


def test_two_events_by_hand() -> None:
    """Group 1 first of one against one, then group 0 alone: the likelihood r / (1 + r) only rises."""
    found = hazard_ratio(waits("2", "1")).iloc[0]
    assert found["hazard_ratio"] == found["hazard_ratio_high"] == np.inf
    assert found[["log_hazard_ratio", "standard_error"]].isna().all()
    assert found["null_log_likelihood"] == pytest.approx(np.log(1 / 2))
    # The lower end: r / (1 + r) = exp(-3.841459 / 2).
    chance = np.exp(-3.841459 / 2)
    assert found["hazard_ratio_low"] == pytest.approx(chance / (1 - chance), rel=1e-5)


def test_a_group_without_an_event_has_an_end_on_one_side() -> None:
    found = hazard_ratio(waits("1 2 3 4 5", "6+ 6+ 6+ 6+ 6+")).iloc[0]
    assert (found["hazard_ratio"], found["hazard_ratio_low"]) == (0, 0)
    assert 0 < found["hazard_ratio_high"] < 1


@pytest.mark.parametrize("groups", [("", ""), ("1+ 2+", "3+"), ("1 2", ""), ("", "1 2"), ("3+", "1+ 2+")])
def test_where_nothing_can_be_said_all_is_missing(groups: tuple[str, str]) -> None:
    found = hazard_ratio(waits(*groups)).iloc[0]
    names = ["hazard_ratio", "hazard_ratio_low", "hazard_ratio_high", "log_hazard_ratio", "standard_error"]
    assert found[names].isna().all()


TIMES = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=12)


def slow_likelihood(groups: list[list[tuple[int, bool]]], ratio: float) -> float:
    """Breslow's log partial likelihood, event by event."""
    people = [(day, is_event, ratio**group) for group, times in enumerate(groups) for day, is_event in times]
    return sum(
        np.log(risk / sum(other for until, _, other in people if until >= day))
        for day, is_event, risk in people
        if is_event
    )


# Two groups of which one way round was 2.7e-8 off: a rounded likelihood seemed to fall, and the search stopped there.
STOPPED = (
    [(1, False), (1, True), (1, True), (2, False), *[(3, False)] * 3, (3, True), (4, False), (4, True)],
    [*[(1, False)] * 3, (1, True), (2, False), (2, True), *[(3, False)] * 2, *[(4, False)] * 2, *[(4, True)] * 2],
)


@example(*STOPPED)
@given(TIMES, TIMES)
def test_it_equals_its_brute_force_twin_and_swapped_groups_turn_it_over(
    first: list[tuple[int, bool]], second: list[tuple[int, bool]]
) -> None:
    texts = [" ".join(f"{day}{'' if is_event else '+'}" for day, is_event in times) for times in (first, second)]
    found = hazard_ratio(waits(*texts), ties="breslow").iloc[0]
    assert found["null_log_likelihood"] == pytest.approx(slow_likelihood([first, second], 1.0), abs=1e-9)
    if np.isfinite(found["log_hazard_ratio"]):
        ratio = found["hazard_ratio"]
        best = slow_likelihood([first, second], ratio)
        assert found["log_likelihood"] == pytest.approx(best, abs=1e-9)
        for near in (ratio * 0.99, ratio * 1.01):
            assert slow_likelihood([first, second], near) <= best + 1e-12
        for end in (found["hazard_ratio_low"], found["hazard_ratio_high"]):
            if 0 < end < np.inf:
                fallen = best - slow_likelihood([first, second], end)
                assert fallen == pytest.approx(3.841459 / 2, abs=1e-5)
        swapped = hazard_ratio(waits(*texts[::-1]), ties="breslow").iloc[0]
        assert swapped["log_hazard_ratio"] == pytest.approx(-found["log_hazard_ratio"], abs=1e-8)
        assert swapped["standard_error"] == pytest.approx(found["standard_error"], rel=1e-6)


def test_those_who_were_not_content_are_held_against_those_who_were() -> None:
    frame = REMISSION.assign(
        mood=np.where(REMISSION["group"] == 1, "not_content", "content"),
        was_active=True,
        is_lapsed=REMISSION["events"] == 1,
        customers=1,
    )[["mood", "was_active", "is_lapsed", "days", "customers"]]
    others = pd.DataFrame([("neither", True, True, 3, 4), ("content", False, False, 0, 5)], columns=list(frame))
    histogram = pd.concat([frame, others], ignore_index=True)
    found = leaving_hazard(histogram).iloc[0]
    assert found["log_hazard_ratio"] == pytest.approx(1.5721, abs=1e-4)
    assert found["is_reliable"]
    counts = ["not_content_customers", "content_customers", "not_content_lapsed", "content_lapsed"]
    assert found[counts].tolist() == [21, 21, 21, 9]
    assert (found["neither_customers"], found["inactive_customers"]) == (4, 5)
    curve = leaving_curves(histogram)
    content = curve[curve["mood"] == "content"].set_index("days")["survival"]
    # The published product-limit estimates of the treated group.
    assert content.loc[[6, 7, 10, 13, 16, 22, 23]].round(3).tolist() == [
        0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448,
    ]  # fmt: skip
