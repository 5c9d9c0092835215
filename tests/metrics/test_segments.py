"""Segments, what they bring, and who moved: hand-made shops, a brute-force twin, margins that must agree."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from retention_helpers.errors import Fault
from retention_helpers.metrics.migration import entered_and_left, migration, movement
from retention_helpers.metrics.rfm import scored_customers
from retention_helpers.metrics.segment_month import SegmentMonth, segment_month
from retention_helpers.metrics.segments import segment_details, segment_totals, segments, vip_share
from retention_helpers.params import NOBODY, SegmentRules, load_profile
from tests.metrics.segment_shops import Scored, base, bought, twin_scores
from tests.metrics.shop_twins import ratio
from tests.metrics.shops import AS_OF, LAST, assert_rows_equal, month_end, order_frame, shops, shuffled

RULES = load_profile("sample").segment_rules
COLUMNS = [
    "rfm_segment", "customers", "customers_share", "revenue", "revenue_share", "orders", "average_order_value",
    "previous_customers",
]  # fmt: skip


def month_of_shop(orders: pd.DataFrame, rules: SegmentRules = RULES, as_of: date = AS_OF) -> SegmentMonth:
    return segment_month(base(orders, as_of=as_of), as_of=as_of, rules=rules)


def table_of(month: SegmentMonth, rules: SegmentRules = RULES) -> pd.DataFrame:
    return segments(month.totals, month.totals_before, rules=rules)


def details_of(month: SegmentMonth, rules: SegmentRules = RULES) -> pd.DataFrame:
    return segment_details(month.totals, month.totals_before, month.totals_last_year, rules=rules)


def of_segment(people: dict[str, Scored], name: str) -> list[Scored]:
    return [one for one in people.values() if one.segment == name]


@given(shops())
def test_the_table_equals_its_brute_force_twin(orders: pd.DataFrame) -> None:
    frame = table_of(month_of_shop(orders))
    assert list(frame) == COLUMNS
    assert tuple(frame["rfm_segment"]) == RULES.names
    now, before = twin_scores(orders, AS_OF), twin_scores(orders, month_end(LAST - 1))
    spent = sum(one.cents for one in now.values()) / 100
    expected = []
    for name in RULES.names:
        mine = of_segment(now, name)
        revenue, made = sum(one.cents for one in mine) / 100, sum(one.orders for one in mine)
        expected.append(
            {
                "customers": len(mine),
                "customers_share": ratio(len(mine), len(now)),
                "revenue": revenue,
                "revenue_share": ratio(revenue, spent),
                "orders": made,
                "average_order_value": ratio(revenue, made),
                "previous_customers": len(of_segment(before, name)),
            }
        )
    assert_rows_equal(frame, expected)


@given(shops())
def test_moves_equal_their_brute_force_twin_and_both_margins_are_the_segments(orders: pd.DataFrame) -> None:
    month = month_of_shop(orders)
    before, now = twin_scores(orders, month_end(LAST - 1)), twin_scores(orders, AS_OF)
    expected = Counter(
        (before[who].segment if who in before else NOBODY, now[who].segment if who in now else NOBODY)
        for who in before.keys() | now.keys()
    )
    found = {(row.from_segment, row.to_segment): row.customers for row in month.moves.itertuples()}
    assert {pair: customers for pair, customers in found.items() if customers} == dict(expected)
    assert len(found) == (len(RULES.names) + 1) ** 2 - 1
    table = table_of(month).set_index("rfm_segment")
    for side, column in (("to_segment", "customers"), ("from_segment", "previous_customers")):
        sums = month.moves.groupby(side)["customers"].sum()
        assert sums.reindex(table.index).tolist() == table[column].tolist()


@pytest.mark.slow
@given(shops())
def test_a_window_lets_customers_leave_and_the_flows_balance(orders: pd.DataFrame) -> None:
    rules = RULES.using(window_days=60)
    month = month_of_shop(orders, rules)
    flows = entered_and_left(month.moves, rules=rules)
    into = flows[["entered", "up_in", "down_in", "sideways_in"]].sum(axis=1)
    out = flows[["left", "up_out", "down_out", "sideways_out"]].sum(axis=1)
    assert (flows["opening"] - out + into == flows["closing"]).all()
    table = table_of(month, rules)
    assert flows["closing"].tolist() == table["customers"].tolist()
    assert flows["opening"].tolist() == table["previous_customers"].tolist()
    gone = twin_scores(orders, month_end(LAST - 1), 60).keys() - twin_scores(orders, AS_OF, 60).keys()
    assert flows["left"].sum() == len(gone)
    moved = movement(month.moves, month.moves_before, rules=rules).set_index("direction")
    assert moved.loc["left", "customers"] == len(gone)
    assert moved.drop(index="entered")["customers"].sum() == flows["opening"].sum()
    assert moved["customers_share"].sum() == pytest.approx(1 if flows["opening"].sum() else 0)


@pytest.mark.slow
@given(shops(min_orders=1))
def test_neither_row_order_nor_later_data_change_a_number(orders: pd.DataFrame) -> None:
    as_of = month_end(LAST - 3)
    then, later = month_of_shop(orders, as_of=as_of), segment_month(base(shuffled(orders)), as_of=as_of, rules=RULES)
    for made in (table_of, details_of):
        pd.testing.assert_frame_equal(made(then), made(later))
    pd.testing.assert_frame_equal(then.moves, later.moves)
    pd.testing.assert_frame_equal(then.cuts, later.cuts)


@pytest.mark.slow
@given(shops())
def test_a_share_lies_in_its_interval_and_a_change_is_the_difference(orders: pd.DataFrame) -> None:
    frame = details_of(month_of_shop(orders))
    known = frame.dropna(subset=["customers_share"])
    assert known["customers_share"].between(known["customers_share_low"], known["customers_share_high"]).all()
    changed = frame.dropna(subset=["customers_share_change"])
    difference = changed["customers_share"] - changed["customers_share_previous"]
    assert np.allclose(changed["customers_share_change"], difference)
    table = table_of(month_of_shop(orders))
    assert frame["revenue_share"].equals(table["revenue_share"])
    assert frame["average_order_value"].equals(table["average_order_value"])


def a_year(customers: int = 120) -> pd.DataFrame:
    """Regular customers of several kinds over fourteen months."""
    rng = np.random.default_rng(5)
    orders = []
    for customer in range(customers):
        first = int(rng.integers(0, 400))
        for _ in range(int(rng.geometric(0.35))):
            day = date(2025, 9, 1) + pd.Timedelta(days=int(rng.integers(first, 426))).to_pytimedelta()
            orders.append((f"c{customer:03d}", day, int(rng.lognormal(8, 0.7))))
    return bought(*orders)


OCTOBER = date(2026, 10, 31)
YEAR = a_year()


def test_last_year_and_last_month_are_the_same_table_made_then() -> None:
    month = month_of_shop(YEAR, as_of=OCTOBER)
    details, table = details_of(month), table_of(month)
    year = table_of(segment_month(base(YEAR, as_of=OCTOBER), as_of=date(2025, 10, 31), rules=RULES))
    before = table_of(segment_month(base(YEAR, as_of=OCTOBER), as_of=date(2026, 9, 30), rules=RULES))
    for name in ("customers_share", "revenue_share"):
        assert details[f"{name}_last_year"].tolist() == year[name].tolist()
        assert details[f"{name}_previous"].tolist() == before[name].tolist()
    assert table["previous_customers"].tolist() == before["customers"].tolist()
    moved = movement(month.moves, month.moves_before, rules=RULES)
    earlier = segment_month(base(YEAR, as_of=OCTOBER), as_of=date(2026, 9, 30), rules=RULES)
    again = movement(earlier.moves, earlier.moves_before, rules=RULES)
    assert moved["previous_customers"].tolist() == again["customers"].tolist()
    assert np.allclose(moved["previous_share"], again["customers_share"], equal_nan=True)
    sure = moved.dropna(subset=["change"])
    assert (sure["change"] >= sure["change_low"]).all()
    assert (sure["change"] <= sure["change_high"]).all()


def test_before_the_data_there_is_nobody_and_nothing_is_made_up() -> None:
    month = month_of_shop(YEAR, as_of=date(2025, 7, 31))
    full = month_of_shop(YEAR, as_of=OCTOBER)
    for made in (table_of, details_of):
        assert (made(month).dtypes == made(full).dtypes).all()
    table = table_of(month)
    assert table["customers"].sum() == 0
    assert table[["customers_share", "revenue_share", "average_order_value"]].isna().all(axis=None)
    best = vip_share(month.totals, rules=RULES).iloc[0]
    assert np.isnan(best["revenue_share"])
    assert best["verdict"] == "cannot tell"
    moved = movement(month.moves, month.moves_before, rules=RULES)
    assert moved["customers"].sum() == 0
    assert moved[["customers_share", "change", "of_moves_share"]].isna().all(axis=None)


def test_in_the_first_month_everybody_enters() -> None:
    month = month_of_shop(bought(("a", date(2026, 10, 3), 500)), as_of=OCTOBER)
    flows = entered_and_left(month.moves, rules=RULES).set_index("rfm_segment")
    assert flows.loc["Needs attention", ["opening", "entered", "closing"]].tolist() == [0, 1, 1]
    assert details_of(month)["customers_share_change"].isna().all()
    assert details_of(month)["revenue_share_low"].isna().all()  # one customer says nothing of others


# ---- the claim


def totals(vip_cents: int, others_cents: int, buckets: int = 256) -> pd.DataFrame:
    """VIPs and others in every bucket, the same in each but for a little: where VIPs spend more, others spend less."""
    rows = [
        (name, bucket, 1, 2, cents + sign * (bucket % 5 - 2) * cents // 50)
        for name, cents, sign in (("VIP", vip_cents, 1), ("Loyal", others_cents, -1))
        for bucket in range(buckets)
    ]
    return pd.DataFrame(rows, columns=["rfm_segment", "bucket", "customers", "orders", "spend_cents"])


@pytest.mark.parametrize(
    ("vip", "others", "verdict"),
    [(75, 25, "confirmed"), (40, 60, "not confirmed"), (95, 5, "not confirmed"), (70, 30, "cannot tell")],
)
def test_the_claim_is_judged_by_the_whole_interval(vip: int, others: int, verdict: str) -> None:
    row = vip_share(totals(vip * 100, others * 100), rules=RULES).iloc[0]
    assert row["verdict"] == verdict
    assert row["revenue_share"] == pytest.approx(vip / 100, abs=1e-3)
    assert row["customers_share"] == 0.5
    assert (row["claim_low"], row["claim_high"]) == (0.7, 0.8)


def test_the_best_segment_is_that_of_the_highest_level_wherever_it_stands() -> None:
    content = RULES.model_dump()
    content["segments"][-1].update(level=50)
    row = vip_share(totals(100, 100), rules=SegmentRules.model_validate(content)).iloc[0]
    assert (row["rfm_segment"], row["customers"]) == ("Lost", 0)


# ---- moves worked by hand

BY_HAND = [("VIP", "VIP", 6), ("VIP", "Loyal", 3), ("New", "VIP", 1), ("Lost loyal", "Sleeping", 2), ("none", "New", 4)]


def moves(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_segment", "to_segment", "customers"])


def test_moves_are_up_down_or_sideways_by_the_levels_of_the_rules() -> None:
    moved = movement(moves(BY_HAND), moves([("VIP", "VIP", 10), ("VIP", "Lost", 10)]), rules=RULES).set_index(
        "direction"
    )
    assert moved["customers"].to_dict() == {"up": 1, "down": 3, "sideways": 2, "stayed": 6, "entered": 4, "left": 0}
    assert moved.loc["down", "customers_share"] == 3 / 12
    assert moved.loc["down", "previous_share"] == 10 / 20
    assert moved.loc["down", "change"] == pytest.approx(-0.25)
    assert moved.loc["down", "of_moves_share"] == 3 / 4
    assert np.isnan(moved.loc["entered", "customers_share"])
    flows = entered_and_left(moves(BY_HAND), rules=RULES).set_index("rfm_segment")
    assert flows.loc["VIP", ["opening", "closing", "up_in", "down_out"]].tolist() == [9, 7, 1, 3]
    assert flows.loc["Sleeping", ["opening", "sideways_in", "closing"]].tolist() == [0, 2, 2]
    assert flows.loc["New", ["opening", "entered", "up_out", "closing"]].tolist() == [1, 4, 1, 4]


def test_two_months_scored_by_different_rules_are_a_fault() -> None:
    connection = base(YEAR, as_of=OCTOBER)
    names = [scored_customers(connection, as_of=day, rules=RULES) for day in (date(2026, 9, 30), OCTOBER)]
    other = SegmentRules.model_validate({"segments": [{"name": "All", "level": 1, "action": "x"}]})
    with pytest.raises(Fault, match="one set"):
        migration(connection, before=names[0], now=names[1], rules=other)


def test_totals_add_up_to_everybody_scored() -> None:
    connection = base(YEAR, as_of=OCTOBER)
    found = segment_totals(connection, scored_customers(connection, as_of=OCTOBER, rules=RULES))
    people = twin_scores(YEAR, OCTOBER)
    assert found["customers"].sum() == len(people)
    assert found["spend_cents"].sum() == sum(one.cents for one in people.values())
    assert found["bucket"].between(0, 255).all()
    assert segment_totals(connection, scored_customers(connection, as_of=date(2020, 1, 31), rules=RULES)).empty


def test_a_month_of_nothing_at_all() -> None:
    month = month_of_shop(order_frame([]))
    assert table_of(month)["customers"].sum() == 0
    assert month.cuts["customers"].sum() == 0
    assert month.is_alike
