"""Silence and lapse: the suggestion by hand, and brute-force twins of the SQL."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError
from retention_helpers.metrics.lapse import (
    customer_lifetime,
    gap_survival,
    lapse_curve,
    lapse_months,
    lifetime_histogram,
    lifetime_survival,
    open_gaps,
    suggest_lapse_days,
)
from retention_helpers.metrics.survival import kaplan_meier
from tests.metrics.database import fact_base
from tests.metrics.shop_twins import twin_lifetimes, twin_open_gaps
from tests.metrics.shops import LAST, Shop, month_end, shops, shuffled, slow_facts


def waits(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["days", "events", "censored"])


def test_the_suggested_silence_is_the_smallest_after_which_one_in_ten_returns() -> None:
    survival = kaplan_meier(waits((5, 60, 0), (30, 30, 0), (60, 1, 0), (400, 0, 9)))
    curve = lapse_curve(survival).set_index("silent_days")
    assert curve.loc[0, "returns_later_share"] == pytest.approx(0.91)
    assert curve.loc[29, "returns_later_share"] == pytest.approx(31 / 40)
    assert curve.loc[30, "returns_later_share"] == pytest.approx(0.1)
    assert curve.loc[30, ["n", "watched_days"]].tolist() == [10, 370]
    assert suggest_lapse_days(survival) == 30
    assert suggest_lapse_days(survival, again_at_most=0.05) == 60


def test_no_silence_is_suggested_where_it_is_never_reached_or_the_data_are_too_short_to_tell() -> None:
    assert suggest_lapse_days(kaplan_meier(waits((5, 50, 0), (30, 50, 0)))) is None
    assert suggest_lapse_days(kaplan_meier(waits((5, 60, 0), (300, 39, 0), (400, 0, 100)))) is None
    assert suggest_lapse_days(kaplan_meier(waits())) is None


def test_the_interval_of_a_return_holds_the_share() -> None:
    curve = lapse_curve(kaplan_meier(waits((5, 60, 3), (30, 30, 10), (60, 5, 20), (400, 0, 90))))
    assert ((curve["low"] <= curve["returns_later_share"]) & (curve["returns_later_share"] <= curve["high"])).all()
    assert curve["returns_later_share"].is_monotonic_decreasing
    sixty_of_a_hundred = lapse_curve(kaplan_meier(waits((5, 60, 0), (30, 0, 40)))).iloc[0]
    assert (sixty_of_a_hundred["low"], sixty_of_a_hundred["high"]) == pytest.approx((0.505, 0.697), abs=0.002)


def test_a_share_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(CallError, match="again_at_most is 10"):
        suggest_lapse_days(kaplan_meier(waits((5, 1, 1))), again_at_most=10)


def test_days_become_months_rounded_up() -> None:
    assert [lapse_months(days) for days in (1, 30, 31, 60, 61, 91, 92, 365, 366)] == [1, 1, 2, 2, 3, 3, 4, 12, 13]
    with pytest.raises(CallError, match="lapse_days is 0"):
        lapse_months(0)


def test_half_of_the_customers_lasts_as_long_as_the_curve_says() -> None:
    histogram = pd.DataFrame(
        {"duration_days": [90, 200, 300], "is_lapsed": [True, True, False], "customers": [2, 4, 4]}
    )
    row = customer_lifetime(histogram).iloc[0]
    assert (row["median_days"], row["customers"], row["lapsed"]) == (200, 10, 6)
    assert row["median_days_low"] == 90
    assert np.isnan(row["median_days_high"])


def test_the_median_is_missing_while_more_than_half_is_there_and_nobody_has_no_lifetime() -> None:
    histogram = pd.DataFrame({"duration_days": [90, 300], "is_lapsed": [True, False], "customers": [4, 6]})
    assert np.isnan(customer_lifetime(histogram)["median_days"].iloc[0])
    empty = customer_lifetime(histogram.iloc[:0])
    assert empty[["customers", "lapsed"]].iloc[0].tolist() == [0, 0]
    assert (empty.dtypes == customer_lifetime(histogram).dtypes).all()


@given(shops())
def test_open_gaps_equal_their_twin_as_of_any_month(orders: pd.DataFrame) -> None:
    connection = fact_base(slow_facts(orders))
    for month in (LAST, LAST - 3):
        as_of = month_end(month)
        frame = open_gaps(connection, as_of=as_of)
        assert dict(zip(frame["gap_days"], frame["customers"], strict=True)) == twin_open_gaps(
            Shop.of(orders, as_of), as_of
        )


@given(shops(), st.integers(1, 120))
def test_lifetimes_equal_their_twin_as_of_any_month(orders: pd.DataFrame, lapse_days: int) -> None:
    connection = fact_base(slow_facts(orders))
    for month in (LAST, LAST - 3):
        as_of = month_end(month)
        frame = lifetime_histogram(connection, as_of=as_of, lapse_days=lapse_days)
        found = {(row.duration_days, row.is_lapsed): row.customers for row in frame.itertuples()}
        assert found == twin_lifetimes(Shop.of(orders, as_of), as_of, lapse_days)
        assert lifetime_survival(frame)["survival"].between(0, 1).all()


@given(shops(min_orders=1))
def test_every_gap_is_counted_once_and_neither_row_order_nor_later_rows_change_the_curve(orders: pd.DataFrame) -> None:
    facts, as_of = slow_facts(orders), month_end(LAST - 3)
    connection, then = fact_base(facts), slow_facts(orders, as_of)
    curve = gap_survival(facts["order_gaps"], open_gaps(connection, as_of=as_of), as_of=as_of)
    shop = Shop.of(orders, as_of)
    assert curve["events"].sum() == len(shop.orders) - len(shop.first())
    assert curve["censored"].sum() == len(shop.first())
    again = gap_survival(shuffled(then["order_gaps"]), open_gaps(fact_base(then), as_of=as_of), as_of=as_of)
    pd.testing.assert_frame_equal(curve, again)


def test_cdnow_suggests_324_days_after_which_one_in_ten_returns(retention_data: Path) -> None:
    rows = pd.read_parquet(retention_data / "cdnow" / "cdnow_master.parquet", columns=["customer_id", "date"])
    rows = rows.assign(day=pd.to_datetime(rows["date"])).sort_values(["customer_id", "day"], kind="stable")
    days = rows.groupby("customer_id")["day"]
    closed = Counter(days.diff().dt.days.dropna().astype(int))
    still = Counter((pd.Timestamp(1998, 6, 30) - days.max()).dt.days)
    gaps = pd.DataFrame({"gap_days": list(closed), "gaps": closed.values()}).assign(month=1998 * 12, is_first_gap=False)
    silence = pd.DataFrame({"gap_days": list(still), "customers": still.values()})
    survival = gap_survival(gaps, silence, as_of=date(1998, 6, 30))
    shares = lapse_curve(survival).set_index("silent_days")["returns_later_share"]
    assert suggest_lapse_days(survival) == 324
    assert shares[324] <= 0.10 < shares[323]
