"""Points: lots worked by hand, and what must hold for any of them."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.programme_points import Points, points_of

AS_OF = pd.Timestamp("2026-06-30").date()


def points(*events: tuple[str, str, str, float, float | None]) -> Points:
    """Of (customer, day, event, points, value)."""
    rows = pd.DataFrame(events, columns=["customer_id", "at", "event", "points", "value"])
    rows = rows.assign(
        at=pd.to_datetime(rows["at"]), order_id="", value_cents=rows.pop("value").astype("float64") * 100
    )
    with duckdb.connect() as con:
        con.register("memberships", rows)
        return points_of(con, as_of=AS_OF)


def test_points_earned_first_are_used_first_and_each_has_one_fate() -> None:
    """100 of January and 50 of March; 120 redeemed in April: all of January's at an age of 3 months, 20 of March's."""
    found = points(
        ("a", "2026-01-01", "earn", 100, None),
        ("a", "2026-03-01", "earn", 50, None),
        ("a", "2026-04-10", "redeem", 120, 6.0),
    )
    assert (found.earned, found.redeemed, found.expired, found.held, found.unearned) == (150, 120, 0, 30, 0)
    assert found.value_per_point == pytest.approx(0.05)
    ages = found.ages.set_index("age_months")
    assert ages["redeemed"].to_dict() == {0: 0, 1: 20, 2: 0, 3: 100, 4: 0}
    assert ages["held"].sum() == 30


def test_young_points_are_not_taken_for_points_nobody_wants() -> None:
    """Two lots a year ago: 60 redeemed after two months, 40 expired after four; 500 were earned yesterday."""
    found = points(
        ("a", "2025-07-01", "earn", 60, 3.0),
        ("a", "2025-09-10", "redeem", 60, 3.0),
        ("b", "2025-07-01", "earn", 40, 2.0),
        ("b", "2025-11-10", "expire", 40, 2.0),
        ("c", "2026-06-29", "earn", 500, 25.0),
    )
    assert (found.breakage_low, found.breakage_high) == pytest.approx((0.4, 0.4))
    assert found.liability == pytest.approx((0.6 * 25, 25.0))


def test_what_is_still_held_makes_the_range() -> None:
    """Of 100 half a year old 30 were redeemed in the first month, 70 are held: none or all of them may be redeemed."""
    found = points(("a", "2026-01-01", "earn", 100, None), ("a", "2026-01-05", "redeem", 30, 0.3))
    assert (found.breakage_low, found.breakage_high) == pytest.approx((0.0, 0.7))
    assert found.liability == pytest.approx((0.0, 0.7))


def test_points_used_that_nobody_had_earned_are_counted_apart() -> None:
    found = points(("a", "2026-01-01", "earn", 10, None), ("a", "2026-02-01", "redeem", 25, None))
    assert (found.earned, found.redeemed, found.unearned) == (10, 10, 15)
    assert np.isnan(found.value_per_point)


def test_without_points_nothing_is_said() -> None:
    found = points(("a", "2026-01-01", "join", 0, None))
    assert (found.earned, found.held) == (0, 0)
    assert found.ages.empty
    assert np.isnan(found.breakage_low)
    assert np.isnan(found.liability[0])


def test_later_events_change_nothing() -> None:
    early = ("a", "2026-01-01", "earn", 100, None)
    assert points(early).held == points(early, ("a", "2026-07-01", "redeem", 100, 5.0)).held


def test_lots_equal_a_slow_twin() -> None:
    """Points moved one by one, for made-up customers with many events, none of whom uses more than there is."""
    rng = np.random.default_rng(3)
    days = pd.date_range("2025-01-01", "2026-06-30")
    events, fates = [], {}
    for customer in "abcde":
        purse: list[pd.Timestamp] = []
        for day in days[np.sort(rng.choice(len(days), 60, replace=False))]:
            event = str(rng.choice(["earn", "earn", "redeem", "expire"]))
            amount = int(rng.integers(1, 9)) if event == "earn" else min(int(rng.integers(1, 9)), len(purse))
            events.append((customer, str(day.date()), event, float(amount), 1.0))
            if event == "earn":
                purse += [day] * amount
                continue
            for _ in range(amount):
                key = months(purse.pop(0), day), event
                fates[key] = fates.get(key, 0) + 1
        for lot in purse:
            key = months(lot, pd.Timestamp("2026-07-01")), "held"
            fates[key] = fates.get(key, 0) + 1
    found = points(*events)
    assert found.unearned == 0
    for row in found.ages.itertuples():
        mine = tuple(fates.get((row.age_months, name), 0) for name in ("redeem", "expire", "held"))
        assert (row.redeemed, row.expired, row.held) == mine
    assert found.held == sum(n for (_, name), n in fates.items() if name == "held")


def months(since: pd.Timestamp, until: pd.Timestamp) -> int:
    return int((until - since).total_seconds() // 2_629_800)
