"""The journey: ways told by hand, a brute-force twin of the steps, waits, and the weakest step."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.journey import (
    SUPPORT,
    WAY,
    journey_entries,
    journey_steps,
    journey_waits,
    touchpoint_ledger,
)
from retention_helpers.metrics.journey_map import least_content, stage_moods, stage_table, weakest_step
from tests.metrics.answer_base import asked, contacted, touched
from tests.metrics.opinions import Said, month_of, several

Event = tuple[str, datetime, str]
FIRST = datetime(2025, 1, 1)
JANUARY, FEBRUARY, MARCH, APRIL = (date(2025, month, day) for month, day in ((1, 31), (2, 28), (3, 31), (4, 30)))


def base(events: Sequence[Event], contacts: Sequence[Event] = ()) -> duckdb.DuckDBPyConnection:
    contacted(contacts)
    return touched(events)


def steps(events: Sequence[Event], as_of: date, step_days: int = 30, contacts: Sequence[Event] = ()) -> pd.DataFrame:
    entries = journey_entries(base(events, contacts), as_of=as_of, step_days=step_days)
    return journey_steps(entries, as_of=as_of, step_days=step_days)


def day(number: int, hour: int = 12) -> datetime:
    """So many days after the first of January 2025."""
    return FIRST + timedelta(days=number, hours=hour)


def counted(frame: pd.DataFrame, month: str, *columns: str) -> dict[str, tuple]:
    mine = frame[(frame["month"] == month) & (frame["customers"] > 0)]
    return {row["stage"]: tuple(row[name] for name in columns) for _, row in mine.iterrows()}


def test_a_way_told_by_hand() -> None:
    """a goes on to the end, b skips a stage, c comes a day too late, d never, e is still within the days."""
    events = [
        ("a", day(0), "awareness"),
        ("a", day(1), "consideration"),
        ("a", day(1), "purchase"),
        ("a", day(5), "use"),
        ("a", day(9), "loyalty"),
        ("b", day(0), "awareness"),
        ("b", day(10), "purchase"),
        ("c", day(0), "awareness"),
        ("c", day(11), "consideration"),
        ("d", day(20), "awareness"),
        ("e", day(25), "awareness"),
        ("e", day(26), "purchase"),
    ]
    frame = steps(events, JANUARY, step_days=10)
    assert frame["stage"].tolist() == [*WAY, SUPPORT]
    assert counted(frame, "2025-01", "customers", "moved_on", "stopped") == {
        "awareness": (4, 2, 2),
        "consideration": (2, 1, 1),  # at the same moment as the purchase
        "purchase": (2, 1, 1),
        "use": (1, 1, 0),
        "loyalty": (1, 0, 0),
    }
    january = frame.set_index("stage")
    assert january.loc[list(WAY[:4]), "conversion"].tolist() == [0.5, 0.5, 0.5, 1.0]
    assert january.loc[["loyalty", SUPPORT], "conversion"].isna().all()
    assert january.loc[list(WAY[:4]), "stopped_share"].tolist() == [0.5, 0.25, 0.25, 0.0]
    # Wilson, 2 of 4.
    edges = january.loc["awareness", ["conversion_low", "conversion_high"]].tolist()
    assert edges == pytest.approx([0.1500, 0.8500], abs=1e-4)
    assert january["is_small"].all()


def test_whoever_comes_twice_in_a_month_is_counted_once_and_again_in_another() -> None:
    events = [("a", day(0), "use"), ("a", day(3), "use"), ("a", day(40), "use"), ("a", day(41), "loyalty")]
    frame = steps(events, FEBRUARY, step_days=10)
    assert counted(frame, "2025-01", "customers", "moved_on") == {"use": (1, 0)}
    assert counted(frame, "2025-02", "customers", "moved_on") == {"use": (1, 1), "loyalty": (1, 0)}
    second = frame[(frame["month"] == "2025-02") & (frame["stage"] == "use")].iloc[0]
    assert second["change"] == 1
    assert second["change_low"] < 1


def test_nobody_goes_back_and_an_earlier_event_is_no_step() -> None:
    events = [("a", day(0), "loyalty"), ("a", day(1), "use"), ("a", day(2), "awareness")]
    frame = steps(events, JANUARY, step_days=10)
    assert frame["moved_on"].sum() == 0
    assert frame["customers"].sum() == 3


def test_a_month_of_a_step_is_the_one_in_which_its_days_are_over() -> None:
    """Ten days from 21 January end on the 31st, from 22 January in February."""
    events = [("a", day(20, 23), "use"), ("b", day(21, 0), "use")]
    assert counted(steps(events, JANUARY, step_days=10), "2025-01", "customers") == {"use": (1,)}
    assert counted(steps(events, FEBRUARY, step_days=10), "2025-02", "customers") == {"use": (1,)}


def test_help_is_counted_before_the_step_and_within_its_days() -> None:
    events = [(name, day(0), "use") for name in "abcd"] + [
        ("a", day(3), SUPPORT),
        ("a", day(5), "loyalty"),
        ("b", day(3), "loyalty"),
        ("b", day(5), SUPPORT),
        ("c", day(11), SUPPORT),
    ]
    contacts = [("d", day(10), "support"), ("c", day(2), "survey")]
    frame = steps(events, JANUARY, step_days=10, contacts=contacts).set_index("stage")
    assert frame.loc["use", "helped_customers"] == 2
    assert frame.loc["use", "help_rate"] == 0.5
    assert frame.loc[SUPPORT, "customers"] == 4
    assert np.isnan(frame.loc[SUPPORT, "help_rate"])


def test_no_event_and_one() -> None:
    empty, one = steps([], JANUARY), steps([("a", day(0), "use")], JANUARY)
    assert empty.empty
    assert (empty.dtypes == one.dtypes).all()
    assert one["customers"].sum() == 1
    waits = journey_waits(journey_entries(base([]), as_of=JANUARY), as_of=JANUARY)
    assert waits["stage"].tolist() == list(WAY[:-1])
    assert waits["customers"].tolist() == [0] * 4
    assert waits[["median_days", "quarter_days"]].isna().all(axis=None)


def test_a_step_takes_a_day_and_as_of_ends_a_month() -> None:
    with pytest.raises(CallError, match="step_days is 0"):
        journey_entries(base([]), as_of=JANUARY, step_days=0)
    with pytest.raises(PeriodError, match="2025-01-15"):
        journey_entries(base([]), as_of=date(2025, 1, 15))


def test_stages_of_other_names_are_shown_and_not_counted() -> None:
    con = base([("a", day(0), "use"), ("a", day(1), "use"), ("b", day(40), "unboxing"), ("b", day(2), SUPPORT)])
    ledger = touchpoint_ledger(con, as_of=FEBRUARY)
    assert ledger.values.tolist() == [
        ["use", True, 2, 1, "2025-01"],
        ["support", True, 1, 1, "2025-01"],
        ["unboxing", False, 1, 1, "2025-02"],
    ]
    assert touchpoint_ledger(con, as_of=JANUARY)["stage"].tolist() == ["use", "support"]
    assert set(journey_entries(con, as_of=FEBRUARY)["stage"]) == {"use", "support"}


def slow_steps(events: list[Event], as_of: date, step_days: int) -> dict[tuple[int, str], tuple[int, int, int]]:
    """(month, stage) -> customers, moved on, helped: event by event."""
    known = sorted((e for e in events if e[1].date() <= as_of), key=lambda e: e[1])
    first: dict[tuple[int, str, str], datetime] = {}
    for customer, at, stage in known:
        over = at.date() + timedelta(days=step_days)
        if over <= as_of:
            first.setdefault((month_of(over), stage, customer), at)
    found: dict[tuple[int, str], list[int]] = {}
    for (month, stage, customer), at in first.items():
        after = [(when, what) for who, when, what in known if who == customer and when >= at]
        later = WAY[WAY.index(stage) + 1 :] if stage != SUPPORT else ()
        moved = min((when for when, what in after if what in later), default=None)
        helped = min((when for when, what in after if what == SUPPORT), default=None)
        sums = found.setdefault((month, stage), [0, 0, 0])
        sums[0] += 1
        sums[1] += moved is not None and (moved.date() - at.date()).days <= step_days
        sums[2] += (
            stage != SUPPORT
            and helped is not None
            and (helped.date() - at.date()).days <= step_days
            and (moved is None or helped <= moved)
        )
    return {key: tuple(sums) for key, sums in found.items()}


WALKS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 119), st.integers(0, 2), st.sampled_from([*WAY, SUPPORT])),
    max_size=30,
)


def told(walks: list[tuple[str, int, int, str]]) -> list[Event]:
    return [(customer, day(number, hour), stage) for customer, number, hour, stage in walks]


@given(WALKS, st.sampled_from([1, 10, 30, 45]))
def test_steps_equal_their_twin_in_any_order_of_rows(walks: list[tuple[str, int, int, str]], step_days: int) -> None:
    events = told(walks)
    frame = steps(events, APRIL, step_days)
    found = {}
    for row in frame[frame["customers"] > 0].to_dict("records"):
        month = int(row["month"][:4]) * 12 + int(row["month"][5:]) - 1
        found[month, row["stage"]] = (row["customers"], row["moved_on"], row["helped_customers"])
    assert found == slow_steps(events, APRIL, step_days)
    rated = frame.dropna(subset="conversion")
    assert (rated["conversion_low"] <= rated["conversion"]).all()
    assert (rated["conversion"] <= rated["conversion_high"]).all()
    # Support may also be a contact with that purpose.
    calls = [event for event in events if event[2] == SUPPORT]
    others = [event for event in events if event[2] != SUPPORT]
    pd.testing.assert_frame_equal(steps(others[::-1], APRIL, step_days, contacts=calls), frame)


@given(WALKS)
def test_later_events_change_no_step(walks: list[tuple[str, int, int, str]]) -> None:
    events = told(walks)
    then = [event for event in events if event[1].date() <= MARCH]
    pd.testing.assert_frame_equal(steps(events, MARCH), steps(then, MARCH))


# ---- waits


def test_waits_leave_nobody_out_who_is_still_on_the_way() -> None:
    """Of four, one buys after 2 days, one after 6; two have not by the end of the month, 26 and 30 days on."""
    events = [
        ("a", day(0), "awareness"),
        ("a", day(2), "purchase"),
        ("b", day(0), "awareness"),
        ("b", day(6), "purchase"),
        ("c", day(0), "awareness"),
        ("d", day(4), "awareness"),
    ]
    waits = journey_waits(journey_entries(base(events), as_of=JANUARY), as_of=JANUARY).set_index("stage")
    assert waits.loc["awareness", ["customers", "moved_on"]].tolist() == [4, 2]
    assert waits.loc["awareness", ["quarter_days", "median_days"]].tolist() == [2, 6]
    assert waits.loc["purchase", ["customers", "moved_on"]].tolist() == [2, 0]
    assert np.isnan(waits.loc["purchase", "median_days"])


# ---- the map


def funnel(moved: dict[str, int], customers: int) -> list[Event]:
    """So many customers enter each stage, of whom so many go on the next day; each stage has its own customers."""
    events = []
    for place, stage in enumerate(WAY[:-1]):
        for number in range(customers):
            events.append((f"{stage}{number}", day(0), stage))
            if number < moved[stage]:
                events.append((f"{stage}{number}", day(1), WAY[place + 1]))
    return events


def test_the_weakest_step_is_named_where_it_can_be_told_from_all_others() -> None:
    clear = steps(funnel({"awareness": 20, "consideration": 150, "purchase": 150, "use": 150}, 200), JANUARY)
    ranked = weakest_step(clear, as_of=JANUARY)
    assert ranked["stage"].iloc[0] == "awareness"
    assert ranked["is_lowest"].tolist() == [True, False, False, False]
    assert ranked["may_be_lowest"].tolist() == [True, False, False, False]
    assert ranked["above"].iloc[0] == 0
    near = steps(funnel({"awareness": 20, "consideration": 22, "purchase": 150, "use": 150}, 200), JANUARY)
    ranked = weakest_step(near, as_of=JANUARY)
    assert not ranked["is_lowest"].any()
    assert ranked["may_be_lowest"].sum() >= 2
    assert weakest_step(steps([], JANUARY), as_of=JANUARY).empty


def test_moods_and_complaints_are_those_of_the_stage() -> None:
    at = day(10)
    answers = [
        *several({10: 6, 8: 2, 0: 2}, at, stage="use"),
        *several({5: 1, 3: 1, 1: 2}, at, "csat", stage="use"),
        *several({9: 3}, at, stage="purchase"),
        Said(at, 0.0),
        Said(at, 11.0, stage="use"),
        Said(datetime(2024, 5, 1), 0.0, stage="use"),
    ]
    moods = stage_moods(asked(answers, JANUARY), months=3)
    assert moods[["stage", "answers", "satisfaction", "complaints"]].values.tolist() == [
        ["purchase", 3, 1.0, 0.0],
        ["use", 14, 0.5, pytest.approx(4 / 14)],
    ]
    least = least_content(moods)
    assert least["stage"].tolist() == ["use", "purchase"]
    assert not least["is_lowest"].any()


def test_the_map_has_a_row_for_every_stage_and_leaves_empty_what_is_not_known() -> None:
    events = funnel({"awareness": 20, "consideration": 150, "purchase": 150, "use": 150}, 200)
    entries = journey_entries(base(events), as_of=JANUARY)
    found = steps(events, JANUARY)
    moods = stage_moods(asked(several({9: 3}, day(10), stage="purchase"), JANUARY))
    table = stage_table(found, journey_waits(entries, as_of=JANUARY), moods, as_of=JANUARY).set_index("stage")
    assert table.index.tolist() == [*WAY, SUPPORT]
    assert table["is_weakest"].tolist() == [True, False, False, False, False, False]
    assert table["answers"].tolist() == [0, 0, 3, 0, 0, 0]
    assert table["satisfaction"].isna().tolist() == [True, True, False, True, True, True]
    assert table["quarter_days"].isna().tolist() == [True, False, False, False, True, True]
    # 150 of the 220 at consideration go on the next day, 150 of the 350 that have bought.
    assert table.loc["consideration", ["quarter_days", "median_days"]].tolist() == [1, 1]
    assert np.isnan(table.loc["purchase", "median_days"])
