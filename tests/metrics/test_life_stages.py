"""Stages of life: a brute-force twin of the definition, a life told by hand, and what must not change a stage."""

from datetime import date, datetime

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.life_stages import MOST_LOYAL_ORDERS, STAGES, LifeRules, life_statement, staged_customers
from tests.metrics.lives import Life, World, life_base, lives, worlds
from tests.metrics.shops import LAST, month_end, order_frame, shuffled

JANUARY = 2025 * 12


def staged(con: duckdb.DuckDBPyConnection, month: int, rules: LifeRules) -> dict[str, str]:
    relation = staged_customers(con, as_of=month_end(month), rules=rules)
    return {name: stage for name, stage, *_ in relation.fetchall()}


@given(worlds(), st.integers(1, 6), st.integers(2, 4))
def test_stages_equal_their_twin_as_of_any_month(world: World, lapse_months: int, loyal_orders: int) -> None:
    con, rules = life_base(world), LifeRules(lapse_months, loyal_orders)
    for month in (LAST - 4, LAST):
        twin = {name: life.stage(month, lapse_months, loyal_orders) for name, life in lives(world).items()}
        assert staged(con, month, rules) == {name: stage for name, stage in twin.items() if stage != "outside"}


@pytest.mark.slow
@given(worlds())
def test_neither_row_order_nor_later_data_change_a_stage(world: World) -> None:
    rules, month = LifeRules(2, 3), LAST - 3
    found = staged(life_base(world), month, rules)
    then = world.until(month_end(month))
    again = World(shuffled(then.orders), then.people[::-1], then.answers[::-1])
    assert staged(life_base(again), month, rules) == found


def one_customer(*months: int, **others: list) -> World:
    """Orders of customer a in the months after January 2025 (0), one for each time that a month is named."""
    rows = [
        ("a", f"o{number}", datetime(2025 + m // 12, m % 12 + 1, 10), 1000, False, "web")
        for number, m in enumerate(months)
    ]
    return World(order_frame(rows), **others)


def life(world: World, months: range, rules: LifeRules) -> list[str]:
    """The stage of customer a at the end of each month; nothing where it is not known yet."""
    con = life_base(world)
    return [staged(con, JANUARY + m, rules).get("a", "") for m in months]


def test_a_life_told_by_hand() -> None:
    """Registered in January, ordered in March, May, twice in June, and once more after half a year of silence."""
    world = one_customer(2, 4, 5, 5, 11, people=[{"customer_id": "a", "registered_at": datetime(2025, 1, 31)}])
    assert life(world, range(-1, 15), LifeRules(lapse_months=5, loyal_orders=4)) == [
        "", "potential", "potential", "new", "new", "repeat", "loyal", "loyal", "loyal", "at_risk", "at_risk", "lapsed",
        "returned", "loyal", "loyal", "at_risk",
    ]  # fmt: skip


def test_one_silent_month_less_than_a_lapse_is_no_return() -> None:
    rules = LifeRules(lapse_months=3)
    assert life(one_customer(0, 3), range(4), rules) == ["new", "new", "at_risk", "repeat"]
    assert life(one_customer(0, 4), range(5), rules) == ["new", "new", "at_risk", "lapsed", "returned"]


def test_with_a_lapse_of_one_or_two_months_nobody_is_at_risk() -> None:
    assert life(one_customer(0, 3), range(5), LifeRules(1)) == ["new", "lapsed", "lapsed", "returned", "lapsed"]
    assert life(one_customer(0), range(3), LifeRules(2)) == ["new", "new", "lapsed"]


def test_praise_makes_a_loyal_customer_an_advocate_for_twelve_months_and_a_referral_for_good() -> None:
    rules = LifeRules(lapse_months=40, loyal_orders=2)
    praised = one_customer(0, 0, answers=[("a", date(2025, 3, 31), 9.0), ("a", date(2025, 5, 1), 8.0)])
    assert life(praised, range(1, 16), rules) == ["loyal"] + ["advocate"] * 12 + ["loyal"] * 2
    friend = {"customer_id": "b", "registered_at": datetime(2025, 4, 1), "referred_by": "a"}
    assert life(one_customer(0, 0, people=[friend]), range(2, 18), rules) == ["loyal"] + ["advocate"] * 15
    silent = one_customer(0, 0, people=[friend])
    assert life(silent, range(2, 6), LifeRules(lapse_months=5, loyal_orders=2)) == [
        "loyal", "at_risk", "at_risk", "lapsed",
    ]  # fmt: skip


def test_nobody_refers_themselves_and_codes_beside_the_scale_are_no_praise() -> None:
    own = {"customer_id": "a", "registered_at": datetime(2025, 1, 1), "referred_by": "a"}
    world = one_customer(0, 0, people=[own], answers=[("a", date(2025, 1, 5), 11.0)])
    assert life(world, range(1), LifeRules(3, 2)) == ["loyal"]


def test_who_has_neither_an_order_nor_a_date_is_nowhere() -> None:
    world = one_customer(people=[{"customer_id": "a", "registered_at": None}])
    assert life(world, range(2), LifeRules(3)) == ["", ""]


def test_orders_beyond_twelve_are_not_forgotten() -> None:
    world = one_customer(*[0] * 11, 1)
    assert life(world, range(2), LifeRules(6, MOST_LOYAL_ORDERS)) == ["repeat", "loyal"]


@pytest.mark.parametrize(("lapse_months", "loyal_orders"), [(0, 4), (6, 1), (6, MOST_LOYAL_ORDERS + 1)])
def test_rules_that_make_no_sense_are_refused(lapse_months: int, loyal_orders: int) -> None:
    with pytest.raises(CallError, match=r"months is 0|loyal_orders is"):
        LifeRules(lapse_months, loyal_orders)


def test_a_day_inside_a_month_is_refused() -> None:
    with pytest.raises(PeriodError, match="not the last day"):
        staged_customers(life_base(one_customer(0)), as_of=date(2025, 1, 30), rules=LifeRules(3))


def test_the_relation_has_one_row_a_customer_and_the_columns_promised() -> None:
    relation = staged_customers(life_base(one_customer(0, 2)), as_of=date(2025, 3, 31), rules=LifeRules(3))
    assert relation.columns == ["customer_id", "life_stage", "orders", "last_month"]
    assert relation.fetchall() == [("a", "repeat", 2, JANUARY + 2)]


@given(worlds())
def test_every_stage_is_one_of_those_named(world: World) -> None:
    con = life_base(world)
    assert set(staged(con, LAST, LifeRules(2, 3)).values()) <= set(STAGES)


@pytest.mark.parametrize("name", ["staged_customers", "stage_moves", "stage_cuts", "contact_reach"])
def test_the_statements_can_be_said_in_spark(name: str) -> None:
    text = life_statement(name, as_of=date(2025, 3, 31), rules=LifeRules(6)).replace("${trait}", "customers.city")
    assert "${" not in text
    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark")


def test_a_life_without_anything_is_outside() -> None:
    assert Life([]).stage(JANUARY, 3, 4) == "outside"
