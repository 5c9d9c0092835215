"""Trials by hand: who is compared, from which moment on, and what is counted before and after it."""

from datetime import date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
import sqlglot

from retention_helpers import engine
from retention_helpers.metrics.frames import statement
from retention_helpers.metrics.trial_covariates import after, before, growth, level
from retention_helpers.metrics.trials import MONTH_SECONDS, Trials, draw_trials

STATEMENTS = (
    *("programme_joins", "trial_joiners", "trial_candidates", "trial_rows", "trial_customers", "trial_orders"),
    *("trial_blocks", "tier_aside", "tier_crowd", "tier_customers", "tier_members", "tier_orders", "tier_ranks"),
    "tier_reached",
    *("programme_customers", "programme_months"),
)
AS_OF = date(2025, 12, 31)
MONTH = timedelta(seconds=MONTH_SECONDS)
JOINED = datetime(2025, 9, 10, 12)


def base(orders: dict[str, list[datetime]], joins: dict[str, datetime]) -> duckdb.DuckDBPyConnection:
    """A database of customers with their orders of 10.00 each, and when they joined."""
    rows = [(name, number, at) for name, times in orders.items() for number, at in enumerate(times)]
    bought = pd.DataFrame(rows, columns=["customer_id", "order_id", "ordered_at"])
    bought = bought.assign(
        order_id=bought["order_id"].astype(str), month=[at.year * 12 + at.month - 1 for at in bought["ordered_at"]]
    )
    people = bought.groupby("customer_id")["ordered_at"].min().rename("first_order_at").reset_index()
    members = pd.DataFrame({"customer_id": list(joins), "at": list(joins.values()), "event": "join"})
    con = engine.connect()
    con.register("orders", bought.assign(amount_cents=1000, margin_cents=300))
    con.register("customers", people.assign(first_channel="shop"))
    con.register("memberships", members.astype({"customer_id": "str", "at": "datetime64[us]"}))
    return con


def drawn(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> Trials:
    return draw_trials(con, as_of=as_of, horizon_months=2, seed=0)


def monthly(last: datetime, months: int) -> list[datetime]:
    """An order a month, the last at ``last``."""
    return [last - back * MONTH for back in range(months)][::-1]


def test_a_member_starts_at_joining_and_the_order_of_joining_is_not_counted() -> None:
    mine = [*monthly(JOINED, 8), JOINED + timedelta(days=1), JOINED + timedelta(days=20), JOINED + timedelta(days=40)]
    trials = drawn(base({"a": mine}, {"a": JOINED}))
    assert trials.is_joiner.tolist() == [True]
    assert trials.gap.tolist() == [0.0]
    assert [after(trials, "orders", month).tolist() for month in (1, 2)] == [[2.0], [1.0]]
    assert after(trials, "revenue", 1).tolist() == [20.0]
    assert after(trials, "active", 1).tolist() == [1.0]
    # An order exactly a month before is the end of month -1, the next of month -2; the first of all is seven back.
    assert before(trials, "orders")[0, :8].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert level(trials, "orders").tolist() == [1.0]


def test_a_member_who_joins_later_starts_then_and_orders_in_between_were_before() -> None:
    joined = JOINED + timedelta(days=5)
    trials = drawn(base({"a": [*monthly(JOINED, 8), joined + timedelta(hours=1)]}, {"a": joined}))
    assert trials.gap.tolist() == [5 * 86_400 / MONTH_SECONDS]
    assert after(trials, "orders", 1).tolist() == [1.0]


def test_the_month_of_a_start_is_that_of_joining_not_of_the_order_before_it() -> None:
    ordered = datetime(2025, 9, 28, 12)
    trials = drawn(base({"a": monthly(ordered, 8)}, {"a": ordered + timedelta(days=5)}))
    assert (trials.month.tolist(), trials.start_month.tolist()) == ([2025 * 12 + 8], [2025 * 12 + 9])


def test_members_are_left_out_by_reason() -> None:
    con = base(
        {
            "silent": monthly(JOINED - timedelta(days=31), 8),
            "new": monthly(JOINED, 3),
            "compared": monthly(JOINED, 8),
        },
        {"silent": JOINED, "new": JOINED, "compared": JOINED, "nobody": JOINED},
    )
    drawn(con)
    found = dict(con.execute("SELECT customer_id, reason FROM trial_joiners").fetchall())
    assert found == {
        "silent": "no_recent_order", "new": "too_new", "compared": "compared", "nobody": "no_order",
    }  # fmt: skip


def test_a_control_starts_as_long_after_its_own_order_as_the_member_and_may_not_have_ordered_since() -> None:
    joined = JOINED + timedelta(days=5)
    shop = {
        "member": monthly(JOINED, 8),
        "control": monthly(JOINED + timedelta(days=2), 8),
        "again": [*monthly(JOINED + timedelta(days=2), 8), JOINED + timedelta(days=4)],
        "later": monthly(JOINED + timedelta(days=3), 8),
    }
    con = base(shop, {"member": joined, "later": JOINED + timedelta(days=40)})
    trials = drawn(con)
    starts = con.execute(
        "SELECT customer_id, index_at FROM trial_rows WHERE is_joiner = 0 AND month = 2025 * 12 + 8"
    ).fetchall()
    assert {name for name, _ in starts} <= {"control", "again", "later"}
    control = ~trials.is_joiner & (trials.month == 2025 * 12 + 8)
    assert np.allclose(trials.gap[control], 5 * 86_400 / MONTH_SECONDS)
    # Who ordered again within the five days was no control for that order, but is one for the next.
    assert control.sum() == 3
    joins = trials.joins_after[control]
    assert np.isfinite(joins).sum() == 1
    assert joins.min() == pytest.approx(32 * 86_400 / MONTH_SECONDS)


def test_two_orders_in_one_moment_hide_no_order_before_the_start() -> None:
    """A control that ordered twice in one moment and once more within the five days is none for the first two."""
    joined = JOINED + timedelta(days=5)
    twice = [*monthly(JOINED + timedelta(days=2), 8), JOINED + timedelta(days=2), JOINED + timedelta(days=4)]
    trials = drawn(base({"member": monthly(JOINED, 8), "twice": twice}, {"member": joined}))
    control = ~trials.is_joiner & (trials.month == 2025 * 12 + 8)
    assert control.sum() == 1
    assert trials.after["orders"][control, 0].tolist() == [0.0]


def test_nobody_is_a_control_after_joining() -> None:
    con = base({"a": monthly(JOINED + 2 * MONTH, 12), "b": monthly(JOINED + 2 * MONTH, 12)}, {"a": JOINED, "b": JOINED})
    trials = drawn(con)
    assert trials.is_joiner.all()


def test_later_data_and_row_order_change_no_trial() -> None:
    rng = np.random.default_rng(2)
    shop = {
        f"c{one}": sorted(JOINED + timedelta(days=float(day)) for day in rng.uniform(-300, 100, 20))
        for one in range(60)
    }
    joins = {f"c{one}": shop[f"c{one}"][14] for one in range(0, 60, 3)}
    then = date(2025, 11, 30)
    known = {name: [at for at in times if at.date() <= then] for name, times in shop.items()}
    joined = {name: at for name, at in joins.items() if at.date() <= then}
    one = drawn(base(shop, joins), then)
    other = drawn(base(dict(reversed(known.items())), joined), then)
    assert one.is_joiner.sum() > 5
    assert (~one.is_joiner).sum() > 20
    for name in ("is_joiner", "month", "gap", "known", "seen", "joins_after"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.after["orders"], other.after["orders"])
    np.testing.assert_array_equal(one.before["revenue"], other.before["revenue"])


def test_without_a_member_there_is_no_trial() -> None:
    trials = drawn(base({"a": monthly(JOINED, 8)}, {}))
    assert len(trials.is_joiner) == 0
    assert trials.after["orders"].shape == (0, 2)


def test_growth_is_that_of_a_straight_line() -> None:
    # Twelve months before joining one order, a month later two, then three ...: one more each month.
    times = [
        JOINED - back * MONTH + timedelta(hours=1 + hour) for back in range(12, 0, -1) for hour in range(13 - back)
    ]
    found, months = growth(drawn(base({"a": [*times, JOINED]}, {"a": JOINED})), "orders")
    assert found.tolist() == pytest.approx([1.0])
    assert months.tolist() == [6.0]


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_statements_can_be_said_in_spark(name: str) -> None:
    text = statement(name)
    assert text.startswith("-- One row per ")
    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark")
