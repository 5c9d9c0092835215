"""Acquisition and retention cost, the 5 to 25 times, and the month in which a cohort has paid back."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError
from retention_helpers.metrics.churn import activity_ledger
from retention_helpers.metrics.costs import acquisition_and_retention_cost, payback
from retention_helpers.metrics.retention import monthly_retention
from tests.metrics.shop_twins import ratio, twin_ledger
from tests.metrics.shops import (
    AS_OF,
    LAST,
    Shop,
    assert_rows_equal,
    label,
    month_end,
    order_frame,
    shops,
    shuffled,
    slow_facts,
)

PURPOSES = ("acquisition", "retention", "programme")
JANUARY = 2026 * 12


def cost_frame(rows: list[tuple[int, str, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["month", "purpose", "amount_cents"]).assign(channel="web")
    return frame.astype({"month": "int64", "purpose": "str", "amount_cents": "int64", "channel": "str"})


costs = st.lists(
    st.tuples(st.integers(LAST - 8, LAST), st.sampled_from(PURPOSES), st.integers(1, 10**6)), max_size=20
).map(cost_frame)


def month(new: int, kept: int, *, returned: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One January in the columns of `monthly_retention` and of `activity_ledger`."""
    counts = {"customers_start": [2 * kept], "kept": [kept], "returned": [returned]}
    return pd.DataFrame({"month": ["2026-01"], "new_customers": [new]}), pd.DataFrame({"month": ["2026-01"], **counts})


def of_january(acquisition: int, retention: int, new: int, kept: int) -> pd.Series:
    rows = cost_frame([(JANUARY, "acquisition", acquisition), (JANUARY, "retention", retention)])
    return acquisition_and_retention_cost(rows, *month(new, kept), as_of=date(2026, 1, 31)).iloc[0]


def test_cost_is_divided_by_those_it_won_and_those_it_kept() -> None:
    row = of_january(100_000, 40_000, new=100, kept=400)
    assert (row["cost_per_new"], row["cost_per_kept"], row["ratio"]) == (10.0, 1.0, 10.0)
    assert row["cost_per_new_low"] < 10 < row["cost_per_new_high"]
    assert row["ratio_low"] < 10 < row["ratio_high"]


@pytest.mark.parametrize(
    ("acquisition", "new", "kept", "verdict"),
    [
        (100_000, 1000, 4000, "inside"),
        (10_000, 1000, 4000, "below"),
        (900_000, 1000, 4000, "above"),
        (52_000, 1000, 4000, "cannot tell"),
        (100_000, 0, 4000, "cannot tell"),
        (0, 1000, 4000, "cannot tell"),
    ],
)
def test_the_five_to_twenty_five_times_are_judged_by_the_interval(
    acquisition: int, new: int, kept: int, verdict: str
) -> None:
    assert of_january(acquisition, 40_000, new, kept)["verdict"] == verdict


def test_nobody_returned_is_a_missing_cost_and_no_cost_is_not_free() -> None:
    row = of_january(0, 40_000, new=10, kept=10)
    assert np.isnan([row["cost_per_returned"], row["cost_per_new"], row["ratio"], row["ratio_low"]]).all()


def test_without_costs_the_answer_is_empty_with_the_columns_and_types_of_a_full_one() -> None:
    rows = cost_frame([(JANUARY, "acquisition", 100), (JANUARY, "retention", 100)])
    full = acquisition_and_retention_cost(rows, *month(5, 5), as_of=date(2026, 1, 31))
    empty = acquisition_and_retention_cost(rows.iloc[:0], *month(5, 5), as_of=date(2026, 1, 31))
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()
    order = order_frame([("c1", "o1", pd.Timestamp(2026, 1, 5), 100, False, "web")])
    cube = slow_facts(order, date(2026, 1, 31))["cohort_cube"]
    full, empty = (payback(some, cube, as_of=date(2026, 1, 31)) for some in (rows, rows.iloc[:0]))
    assert len(full) == 1
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()


def test_a_cohort_pays_back_in_the_month_its_margin_reaches_its_cost() -> None:
    orders = [("c1", f"o{n}", pd.Timestamp(2026, n, 5), 1_000, False, "web") for n in (1, 2, 4)]
    cube = slow_facts(order_frame(orders), date(2026, 4, 30))["cohort_cube"]
    cost = cost_frame([(JANUARY, "acquisition", 1_500)])
    by_revenue = payback(cost, cube, as_of=date(2026, 4, 30)).iloc[0]
    assert (by_revenue["payback_month"], by_revenue["is_margin"], by_revenue["months_observed"]) == (1, False, 3)
    by_margin = payback(cost, cube, as_of=date(2026, 4, 30), margin_share=0.5).iloc[0]
    assert (by_margin["payback_month"], by_margin["is_margin"], by_margin["margin_per_customer"]) == (3, True, 15.0)
    still_open = payback(cost, cube, as_of=date(2026, 3, 31), margin_share=0.5).iloc[0]
    assert np.isnan(still_open["payback_month"])


@pytest.mark.parametrize("share", [0, 1.5, -0.2])
def test_a_margin_outside_zero_and_one_is_refused(share: float) -> None:
    with pytest.raises(CallError, match="margin_share"):
        payback(cost_frame([]), pd.DataFrame(), as_of=AS_OF, margin_share=share)


@given(shops(), costs)
def test_costs_equal_their_brute_force_twin(orders: pd.DataFrame, spent: pd.DataFrame) -> None:
    shop, cube = Shop.of(orders), slow_facts(orders)["activity_cube"]
    frames = monthly_retention(cube, as_of=AS_OF), activity_ledger(cube, as_of=AS_OF, active_months=2)
    frame = acquisition_and_retention_cost(spent, *frames, as_of=AS_OF)
    expected = []
    for number in range(int(spent["month"].min()), LAST + 1) if len(spent) else ():
        now = spent[spent["month"] == number]
        acquisition = now.loc[now["purpose"] == "acquisition", "amount_cents"].sum() / 100
        keeping = now.loc[now["purpose"] != "acquisition", "amount_cents"].sum() / 100
        ledger = twin_ledger(shop, number, 2)
        each = {
            "cost_per_new": ratio(acquisition, len(shop.new(number))) or np.nan,
            "cost_per_kept": ratio(keeping, ledger["kept"]) or np.nan,
            "cost_per_returned": ratio(keeping, ledger["returned"]) or np.nan,
        }
        both = each["cost_per_new"] / each["cost_per_kept"]
        expected.append(each | {"acquisition_cost": acquisition, "retention_cost": keeping, "ratio": both})
    assert_rows_equal(frame, expected)
    pd.testing.assert_frame_equal(acquisition_and_retention_cost(shuffled(spent), *frames, as_of=AS_OF), frame)
    for name in ("cost_per_new", "cost_per_kept", "cost_per_returned", "ratio"):
        known = frame.dropna(subset=[name, f"{name}_low", f"{name}_high"])
        assert known[name].between(known[f"{name}_low"] * (1 - 1e-9), known[f"{name}_high"] * (1 + 1e-9)).all()


@given(shops(), costs)
def test_payback_equals_its_brute_force_twin_and_later_rows_change_nothing(
    orders: pd.DataFrame, spent: pd.DataFrame
) -> None:
    end = LAST - 2
    as_of, cube = month_end(end), slow_facts(orders)["cohort_cube"]
    shop = Shop.of(orders, as_of)
    frame = payback(spent, cube, as_of=as_of, margin_share=0.4).set_index("cohort")
    budget = spent[spent["purpose"] == "acquisition"].groupby("month")["amount_cents"].sum() / 100
    expected = {}
    for cohort in sorted({order.month for order in shop.first().values()} & set(budget.index)):
        customers = shop.new(cohort)
        sums = [
            sum(shop.spent(who, *range(cohort, last + 1)) for who in customers) / 100 * 0.4 / len(customers)
            for last in range(cohort, end + 1)
        ]
        cost = budget[cohort] / len(customers)
        paid = [k for k, value in enumerate(sums) if value >= cost - 1e-9]
        expected[label(cohort)] = (paid[0] if paid else None, round(sums[-1], 6))
    found = {
        row.Index: (None if np.isnan(row.payback_month) else row.payback_month, round(row.margin_per_customer, 6))
        for row in frame.itertuples()
    }
    assert found == expected
