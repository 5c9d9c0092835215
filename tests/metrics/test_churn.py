"""CRR and both churns: the published example, the ledger that must balance, and a brute-force twin."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, Fault
from retention_helpers.metrics import churn
from retention_helpers.metrics.churn import activity_ledger, crr_complement, customer_retention_rate, trailing_ledger
from tests.metrics.database import fact_base
from tests.metrics.shop_twins import all_months, twin_ledger
from tests.metrics.shops import (
    AS_OF,
    LAST,
    Shop,
    assert_rows_equal,
    month_end,
    order_frame,
    shops,
    shuffled,
    slow_facts,
)

LEDGER = ["customers_start", "lost", "returned", "new_customers", "customers_end", "kept"]


def balances(frame: pd.DataFrame) -> bool:
    left = frame["customers_start"] - frame["lost"] + frame["returned"] + frame["new_customers"]
    return bool((left == frame["customers_end"]).all())


def test_a_thousand_at_the_start_nine_hundred_at_the_end_two_hundred_new_are_seventy_percent() -> None:
    assert customer_retention_rate(1000, 900, 200) == 0.7
    assert crr_complement(1000, 900, 200) == pytest.approx(0.3)


def test_nobody_at_the_start_is_missing() -> None:
    assert np.isnan(customer_retention_rate(0, 10, 10))
    assert np.isnan(crr_complement(np.array([0, 10]), 10, 10)).tolist() == [True, False]


def test_returned_customers_carry_crr_past_one_while_strict_retention_stays_a_share() -> None:
    january = 2026 * 12
    cube = pd.DataFrame(
        {
            "month": [january, january, january + 1, january + 2, january + 2],
            "first_month": [january, january, january, january, january + 1],
            "previous_month": pd.array([None, None, january, january, None], dtype="Int64"),
            "several_before": False,
            "several_now": False,
            "customers": [1, 4, 2, 3, 0],
        }
    )
    march = activity_ledger(cube, as_of=date(2026, 3, 31), active_months=1).iloc[-1]
    assert march[LEDGER].tolist() == [2, 2, 3, 0, 3, 0]
    assert march["crr"] == 1.5
    assert march["crr_complement"] == -0.5
    assert march["churn_rate"] == 1
    assert march["strict_retention"] == 0


def test_a_cube_that_cannot_be_is_a_fault_and_no_number() -> None:
    january = 2026 * 12
    cube = pd.DataFrame({"month": [january], "first_month": [january - 5], "previous_month": [january - 1]})
    cube = cube.assign(several_before=False, several_now=False, customers=1)
    with pytest.raises(Fault, match="not the whole cube"):
        activity_ledger(cube, as_of=date(2026, 1, 31), active_months=2)


def test_less_than_one_active_month_is_refused() -> None:
    with pytest.raises(CallError, match="active_months is 0"):
        activity_ledger(slow_facts(order_frame([]))["activity_cube"], as_of=AS_OF, active_months=0)


def test_an_empty_answer_has_the_columns_and_types_of_a_full_one() -> None:
    orders = [("c1", "o1", pd.Timestamp(2025, 1, 5), 100, False, "web")]
    full = activity_ledger(slow_facts(order_frame(orders))["activity_cube"], as_of=AS_OF, active_months=2)
    empty = activity_ledger(slow_facts(order_frame([]))["activity_cube"], as_of=AS_OF, active_months=2)
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()


@given(shops(), st.integers(1, 5))
def test_the_ledger_equals_its_brute_force_twin(orders: pd.DataFrame, active_months: int) -> None:
    shop = Shop.of(orders)
    frame = activity_ledger(slow_facts(orders)["activity_cube"], as_of=AS_OF, active_months=active_months)
    assert_rows_equal(frame, [twin_ledger(shop, month, active_months) for month in all_months(shop)])


@given(shops(min_orders=1), st.integers(1, 4))
def test_it_balances_every_month_and_neither_row_order_nor_later_rows_change_it(
    orders: pd.DataFrame, active_months: int
) -> None:
    cube = slow_facts(orders)["activity_cube"]
    frame = activity_ledger(cube, as_of=AS_OF, active_months=active_months, seed=3)
    assert balances(frame)
    known = frame[frame["customers_start"] > 0]
    assert known["crr"].between(known["crr_low"], known["crr_high"]).all()
    assert (known["strict_retention"] + known["churn_rate"]).round(12).eq(1).all()
    nobody_returned = known[known["returned"] == 0]
    assert np.allclose(nobody_returned["crr_complement"], nobody_returned["churn_rate"])
    pd.testing.assert_frame_equal(
        activity_ledger(shuffled(cube), as_of=AS_OF, active_months=active_months, seed=3), frame
    )
    as_of = month_end(LAST - 3)
    then = activity_ledger(slow_facts(orders, as_of)["activity_cube"], as_of=as_of, active_months=active_months, seed=3)
    pd.testing.assert_frame_equal(activity_ledger(cube, as_of=as_of, active_months=active_months, seed=3), then)
    assert then.equals(frame.iloc[: len(then)]), "a month's numbers stay when the next one is added"


@given(shops(), st.sampled_from([1, 2, 3, 12]), st.integers(1, 4))
def test_the_trailing_ledger_equals_its_twin_and_over_one_month_the_monthly_one(
    orders: pd.DataFrame, months: int, active_months: int
) -> None:
    shop, facts = Shop.of(orders), slow_facts(orders)
    connection = fact_base(facts)
    for month in (LAST, LAST - 2):
        row = trailing_ledger(connection, as_of=month_end(month), months=months, active_months=active_months)
        assert balances(row)
        assert_rows_equal(row, [twin_ledger(shop, month, active_months, months)])
        gone = shop.new(*range(month - months + 1, month + 1)) - shop.buyers(
            *range(month - active_months + 1, month + 1)
        )
        assert row["new_gone"].tolist() == [len(gone)]
    if shop.orders and months == 1:
        monthly = activity_ledger(facts["activity_cube"], as_of=AS_OF, active_months=active_months).iloc[-1]
        last = trailing_ledger(connection, as_of=AS_OF, months=1, active_months=active_months).iloc[0]
        assert monthly[LEDGER].tolist() == last[LEDGER].tolist()


def test_the_columns_of_the_trailing_ledger_are_those_of_the_monthly_one() -> None:
    facts = slow_facts(order_frame([("c1", "o1", pd.Timestamp(2025, 1, 5), 100, False, "web")]))
    monthly = activity_ledger(facts["activity_cube"], as_of=AS_OF, active_months=2)
    row = trailing_ledger(fact_base(facts), as_of=AS_OF, months=3, active_months=2)
    assert list(row) == [*monthly, "months", "new_gone"]


SQL = Path(churn.__file__).parent
PART = "life_stage"  # an expression, which statements take in


def filled(text: str) -> str:
    """A statement with something in each of its places: another statement, a column, a number."""
    known = {"state": "", "trait": "customers.city"}
    while found := re.search(r"\$\{(\w+)\}", text):
        file = SQL / f"{found[1]}.sql"
        value = file.read_text(encoding="utf-8") if file.exists() else known.get(found[1], "1")
        text = text.replace(found[0], value)
    return text


@pytest.mark.parametrize("path", sorted(SQL.glob("*.sql")), ids=lambda path: path.stem)
def test_every_sql_file_names_its_grain_and_is_understood_by_spark(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(("-- One row per ", "-- One row: ")) or path.stem == PART
    whole = filled(f"SELECT {text}" if path.stem == PART else text)
    (spark,) = sqlglot.transpile(whole, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    sqlglot.parse_one(spark, read="spark")
