"""Scores and segments: a shop worked by hand, a brute-force twin, ties, equals, windows, thresholds."""

from datetime import date

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import PeriodError
from retention_helpers.metrics.rfm import MEASURES, cut_values, orders_scored_alike, rfm_scores, scored_customers
from retention_helpers.params import SegmentRules, load_profile
from tests.metrics.segment_shops import base, bought, twin_scores
from tests.metrics.shops import AS_OF, LAST, month_end, order_frame, shops, shuffled

RULES = load_profile("sample").segment_rules
OCTOBER = date(2026, 10, 31)
THRESHOLDS = {"days_since_last_order": [300, 200, 100, 30], "orders": [2, 3, 4, 5], "spend_total": [10, 20, 30, 40.5]}
FIXED = SegmentRules.model_validate(RULES.model_dump() | {"scoring": "fixed", "thresholds": THRESHOLDS})

# Five customers, each better than the one before in everything: scores 1 to 5.
FIVE = bought(
    ("a", date(2026, 1, 31), 1000),
    ("b", date(2026, 4, 30), 1500),
    ("b", date(2026, 5, 31), 1500),
    *(("c", date(2026, 7, day), 2000) for day in (1, 2, 31)),
    *(("d", date(2026, 9, day), 2500) for day in (1, 2, 3, 30)),
    *(("e", date(2026, 10, day), 3000) for day in (1, 2, 3, 4, 31)),
)


def scores(connection: duckdb.DuckDBPyConnection, as_of: date, rules: SegmentRules = RULES) -> pd.DataFrame:
    name = scored_customers(connection, as_of=as_of, rules=rules)
    return rfm_scores(connection, name).order("customer_id").df().set_index("customer_id")


def as_told(frame: pd.DataFrame) -> dict[str, tuple]:
    return {
        row.Index: (
            (row.r_score, row.f_score, row.m_score),
            row.rfm_segment,
            row.days_since_last_order,
            row.orders,
            round(row.spend_total * 100),
        )
        for row in frame.itertuples()
    }


def as_worked_out(orders: pd.DataFrame, as_of: date, window: int | None = None) -> dict[str, tuple]:
    return {
        customer: (one.scores, one.segment, one.days, one.orders, one.cents)
        for customer, one in twin_scores(orders, as_of, window).items()
    }


def test_five_customers_worked_by_hand() -> None:
    frame = scores(base(FIVE, as_of=OCTOBER), OCTOBER)
    assert list(frame) == [
        "r_score", "f_score", "m_score", "rfm_segment", "days_since_last_order", "orders", "spend_total",
    ]  # fmt: skip
    assert frame[["r_score", "f_score", "m_score"]].to_numpy().tolist() == [[n, n, n] for n in range(1, 6)]
    assert frame["days_since_last_order"].tolist() == [273, 153, 92, 31, 0]
    assert frame["orders"].tolist() == [1, 2, 3, 4, 5]
    assert frame["spend_total"].tolist() == [10, 30, 60, 100, 150]
    assert frame["rfm_segment"].tolist() == ["Lost", "Sleeping", "Needs attention", "Loyal", "VIP"]


@given(shops())
def test_scores_and_segments_equal_their_brute_force_twin(orders: pd.DataFrame) -> None:
    assert as_told(scores(base(orders), AS_OF)) == as_worked_out(orders, AS_OF)


@given(shops(), st.integers(1, 270))
def test_a_window_counts_its_days_and_nothing_before(orders: pd.DataFrame, window: int) -> None:
    found = scores(base(orders), AS_OF, RULES.using(window_days=window))
    assert as_told(found) == as_worked_out(orders, AS_OF, window)


@given(shops(min_orders=1))
def test_neither_row_order_nor_later_data_change_a_score(orders: pd.DataFrame) -> None:
    as_of = month_end(LAST - 3)
    then = scores(base(orders, as_of=as_of), as_of)
    pd.testing.assert_frame_equal(scores(base(shuffled(orders)), as_of), then)


@given(shops(min_orders=1))
def test_equal_values_share_a_score_and_a_better_value_never_has_a_lower_one(orders: pd.DataFrame) -> None:
    frame = scores(base(orders), AS_OF).reset_index()
    frame["recency"] = -frame["days_since_last_order"]
    for value, score in (("recency", "r_score"), ("orders", "f_score"), ("spend_total", "m_score")):
        assert (frame.groupby(value)[score].nunique() <= 1).all()
        assert frame.sort_values(value)[score].is_monotonic_increasing


@pytest.mark.parametrize("many", [1, 2, 5, 40])
def test_a_shop_of_equals_is_all_in_the_middle(many: int) -> None:
    rows = bought(*((f"c{n:02d}", date(2026, 10, 5), 1000) for n in range(many)))
    frame = scores(base(rows, as_of=OCTOBER), OCTOBER)
    assert frame[["r_score", "f_score", "m_score"]].to_numpy().tolist() == [[3, 3, 3]] * many
    assert set(frame["rfm_segment"]) == {"Needs attention"}


def test_a_shop_of_ties_gives_each_value_one_score() -> None:
    days = {date(2026, 10, 30): 7, date(2026, 9, 30): 2, date(2026, 3, 31): 1}
    rows = bought(*((f"{day}-{n}", day, 1000) for day, many in days.items() for n in range(many)))
    frame = scores(base(rows, as_of=OCTOBER), OCTOBER)
    # Of 10 customers: 7 with (1 + 2) + 3.5 below of 10, 2 with 1 + 1, 1 with 0.5.
    assert frame.groupby("days_since_last_order")["r_score"].unique().map(list).to_dict() == {1: [4], 31: [2], 214: [1]}
    assert set(frame["f_score"]) == {3}


def test_nobody_is_scored_before_the_first_order_or_for_refunds_alone() -> None:
    paid_back = [
        ("a", "o1", pd.Timestamp(2026, 9, 5), 100, False, "web"),
        ("a", "o1", pd.Timestamp(2026, 9, 6), -100, True, "web"),
    ]
    connection = base(order_frame(paid_back), as_of=OCTOBER)
    assert scores(connection, OCTOBER).empty
    connection = base(FIVE, as_of=OCTOBER)
    full, empty = (
        rfm_scores(connection, scored_customers(connection, as_of=day, rules=RULES))
        for day in (OCTOBER, date(2025, 12, 31))
    )
    assert (len(full), len(empty)) == (5, 0)
    assert full.types == empty.types


def test_fixed_thresholds_score_by_what_is_written() -> None:
    frame = scores(base(FIVE, as_of=OCTOBER), OCTOBER, FIXED)
    assert frame["r_score"].tolist() == [2, 3, 4, 4, 5]
    assert frame["f_score"].tolist() == [1, 2, 3, 4, 5]
    assert frame["m_score"].tolist() == [2, 4, 5, 5, 5]


def test_a_threshold_itself_earns_its_score() -> None:
    rows = bought(
        ("a", date(2026, 10, 1), 4050),
        ("b", date(2026, 9, 30), 4049),
        ("c", date(2026, 1, 3), 1000),
        ("d", date(2026, 1, 4), 999),
    )
    frame = scores(base(rows, as_of=OCTOBER), OCTOBER, FIXED)
    assert frame["days_since_last_order"].tolist() == [30, 31, 301, 300]
    assert frame["r_score"].tolist() == [5, 4, 1, 2]
    assert frame["m_score"].tolist() == [5, 4, 2, 1]


def test_cut_values_tell_what_earned_each_score() -> None:
    connection = base(FIVE, as_of=OCTOBER)
    cuts = cut_values(connection, scored_customers(connection, as_of=OCTOBER, rules=RULES), rules=RULES)
    assert list(cuts) == ["measure", "score", "value_from", "value_to", "customers", "threshold"]
    assert cuts["measure"].tolist() == [measure for measure in MEASURES for _ in range(5)]
    assert cuts["score"].tolist() == [5, 4, 3, 2, 1] * 3
    assert cuts["value_from"].tolist() == [0, 31, 92, 153, 273, 5, 4, 3, 2, 1, 150, 100, 60, 30, 10]
    assert cuts["threshold"].isna().all()
    fixed = cut_values(connection, scored_customers(connection, as_of=OCTOBER, rules=FIXED), rules=FIXED)
    assert fixed["threshold"].fillna(-1).tolist() == [30, 100, 200, 300, -1, 5, 4, 3, 2, -1, 40.5, 30, 20, 10, -1]
    assert (cuts.dtypes == fixed.dtypes).all()


@given(shops())
def test_cut_values_never_overlap_and_count_everybody(orders: pd.DataFrame) -> None:
    connection = base(orders)
    cuts = cut_values(connection, scored_customers(connection, as_of=AS_OF, rules=RULES), rules=RULES)
    everybody = len(twin_scores(orders, AS_OF))
    for measure, rows in cuts.groupby("measure"):
        assert rows["customers"].sum() == everybody
        known = rows.dropna(subset="value_from").sort_values("value_from")
        assert (known["value_from"] <= known["value_to"]).all()
        assert (known["value_to"].to_numpy()[:-1] < known["value_from"].to_numpy()[1:]).all()
        assert (
            known["score"].is_monotonic_decreasing
            if measure == "days_since_last_order"
            else known["score"].is_monotonic_increasing
        )


def test_it_is_noticed_when_another_number_of_orders_earns_a_score() -> None:
    one = pd.DataFrame({"measure": "orders", "score": [5, 4, 2], "value_from": [4, 2, 1]})
    other = one.assign(value_from=[5, 2, 1])
    nobody = one.iloc[:0]
    assert orders_scored_alike([one, one.copy(), nobody])
    assert not orders_scored_alike([one, other])


def test_an_as_of_inside_a_month_is_refused() -> None:
    with pytest.raises(PeriodError, match="2026-10-15"):
        scored_customers(base(FIVE, as_of=OCTOBER), as_of=date(2026, 10, 15), rules=RULES)
