"""What groups buy, where and when: shares worked by hand, and what is told of only beyond chance."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from retention_helpers.metrics.preferences import segment_preferences
from retention_helpers.metrics.rfm import scored_customers
from retention_helpers.params import load_profile
from tests.metrics.segment_shops import base
from tests.metrics.shops import order_frame

RULES = load_profile("sample").segment_rules
OCTOBER = date(2026, 10, 31)
COLUMNS = [
    "dimension", "rfm_segment", "value", "share", "share_low", "share_high", "all_share", "lift", "lift_low",
    "lift_high", "q_value", "is_favourite", "is_typical",
]  # fmt: skip

Row = tuple[str, datetime, int, str, tuple | None]


def preferences(rows: list[Row], **options: object) -> pd.DataFrame:
    """Of orders (customer, time, cents, channel, (category, product, name))."""
    orders = order_frame([(who, f"o{n:05d}", at, cents, False, way) for n, (who, at, cents, way, _) in enumerate(rows)])
    connection = base(orders, goods=[good for *_, good in rows], as_of=OCTOBER)
    scored = scored_customers(connection, as_of=OCTOBER, rules=RULES)
    return segment_preferences(connection, scored, as_of=OCTOBER, **options)


def part(frame: pd.DataFrame, segment: str, value: str) -> pd.Series:
    (row,) = [row for _, row in frame.iterrows() if (row["rfm_segment"], row["value"]) == (segment, value)]
    return row


SATURDAY, MONDAY = datetime(2026, 10, 31, 9), datetime(2025, 1, 6, 20)
TEA, CUPS = ("tea", "T1", "Black tea"), ("cups", "C1", "Cup")


def two_kinds(many: int = 60) -> list[Row]:
    """One half has one order, this month, on a Saturday morning, for tea; the other long ago, on a Monday, for cups."""
    new = [(f"n{n:03d}", SATURDAY, 1000, "web", TEA if n % 10 else CUPS) for n in range(many)]
    old = [(f"o{n:03d}", MONDAY, 3000, "shop" if n % 10 else "web", CUPS if n % 10 else TEA) for n in range(many)]
    return new + old


def test_shares_are_of_the_spending_of_the_segment_and_lift_is_against_all() -> None:
    frame = preferences(two_kinds())
    assert list(frame) == COLUMNS
    assert set(frame["dimension"]) == {"category", "channel", "day_kind", "day_part"}
    new, old = ("New", "Sleeping") if "Sleeping" in set(frame["rfm_segment"]) else ("New", "Lost")
    tea = part(frame, new, "tea")
    # New: 54 of 60 thousand for tea; all: (54 + 18) of (60 + 180).
    assert tea["share"] == pytest.approx(0.9)
    assert tea["all_share"] == pytest.approx(72 / 240)
    assert tea["lift"] == pytest.approx(3)
    assert tea["lift_low"] < 3 < tea["lift_high"]
    assert tea["is_favourite"]
    assert tea["is_typical"]
    assert part(frame, old, "cups")["is_favourite"]
    assert part(frame, old, "shop")["share"] == pytest.approx(0.9)
    assert part(frame, new, "weekend")["share"] == 1
    assert part(frame, new, "morning")["is_typical"]
    assert part(frame, old, "evening")["share"] == 1
    sums = frame.groupby(["dimension", "rfm_segment"])["share"].sum()
    assert np.allclose(sums, 1)


def test_chance_makes_nothing_typical() -> None:
    rng = np.random.default_rng(3)
    goods = [("a", "1", "A"), ("b", "2", "B"), ("c", "3", "C")]
    rows = [
        (f"c{n:03d}", SATURDAY if n % 2 else MONDAY, int(rng.lognormal(7, 0.5)), "web", goods[rng.integers(3)])
        for n in range(400)
    ]
    category = preferences(rows).query("dimension == 'category'")
    assert not category["is_typical"].any()
    assert (category.groupby("rfm_segment")["is_favourite"].sum() == 1).all()


def test_one_huge_order_makes_no_favourite() -> None:
    rows = [*two_kinds(), ("whale", SATURDAY, 10_000_000, "web", ("boats", "B1", "Boat"))]
    segments = preferences(rows).query("dimension == 'category'")
    boats = segments[segments["value"] == "boats"]
    assert (boats["share"] > 0.9).any()
    assert not boats["is_favourite"].any()


def test_without_categories_products_are_told_by_name_and_what_is_none_is_left_out() -> None:
    post = (None, "POST", "Postage")
    rows = [(who, at, cents, way, (None, good[1], good[2])) for who, at, cents, way, good in two_kinds()]
    rows += [(who, at, 9000, way, post) for who, at, _, way, _ in two_kinds()]
    kept = preferences(rows)
    assert "category" not in set(kept["dimension"])
    assert {"Postage", "Black tea", "Cup"} <= set(kept.query("dimension == 'product'")["value"])
    for left_out in (["POST"], ["PO*"]):
        found = preferences(rows, left_out=left_out).query("dimension == 'product'")
        assert set(found["value"]) == {"Black tea", "Cup", "other"}
        assert not found[found["value"] == "other"][["is_favourite", "is_typical"]].any(axis=None)


def test_beyond_the_twenty_largest_goods_are_other() -> None:
    rows = [(f"c{n:02d}", SATURDAY, 1000 + n, "web", (f"g{n:02d}", None, None)) for n in range(25)]
    values = set(preferences(rows).query("dimension == 'category'")["value"])
    assert values == {f"g{n:02d}" for n in range(5, 25)} | {"other"}


def test_a_dimension_that_no_row_names_or_that_has_one_value_is_not_there() -> None:
    frame = preferences([(f"c{n}", SATURDAY, 1000, "web", None) for n in range(5)])
    assert frame.empty
    assert list(frame) == COLUMNS
    full = preferences(two_kinds())
    assert (frame.dtypes == full.dtypes).all()


def test_orders_after_as_of_change_nothing() -> None:
    later = [(f"n{n:03d}", datetime(2026, 11, 2, 9), 99_999, "shop", CUPS) for n in range(60)]
    pd.testing.assert_frame_equal(preferences(two_kinds()), preferences(two_kinds() + later))
