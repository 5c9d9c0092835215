"""The trailing quarter and year: the monthly definitions over a longer window, customer by customer."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from retention_helpers.errors import CallError
from retention_helpers.metrics.kpis import KPIS
from retention_helpers.metrics.trailing import KpiRules, trailing_kpis
from tests.metrics.database import fact_base
from tests.metrics.shop_twins import twin_kpis
from tests.metrics.shops import AS_OF, LAST, Shop, assert_rows_equal, order_frame, shops, slow_facts

RULES = KpiRules(active_months=2)
NEEDS_TWO_WINDOWS = ("new_retention_rate", "existing_retention_rate", "nrr", "grr")


@given(shops())
def test_the_quarter_equals_its_brute_force_twin(orders: pd.DataFrame) -> None:
    shop = Shop.of(orders)
    frame = trailing_kpis(fact_base(slow_facts(orders)), as_of=AS_OF, window="quarter", rules=RULES)
    if not shop.orders:
        assert frame.empty
        return
    begins = shop.months[0]
    expected = []
    for name in frame["kpi"]:
        row = {}
        for column, end in (("value", LAST), ("previous", LAST - 3), ("last_year", LAST - 12)):
            needed = 6 if name in NEEDS_TWO_WINDOWS else 3
            known = end - begins + 1 >= needed
            row[column] = twin_kpis(shop, end, RULES.active_months, 3)[name] if known else np.nan
        expected.append(row | {"change": row["value"] - row["previous"]})
    assert_rows_equal(frame, expected)


def two_years() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = []
    for customer in range(60):
        for day in np.sort(rng.choice(730, int(rng.integers(1, 12)), replace=False)):
            at = pd.Timestamp(2024, 1, 1) + pd.Timedelta(days=int(day))
            rows.append((f"c{customer}", f"o{len(rows)}", at, int(rng.lognormal(8, 0.6)), False, "web"))
    return order_frame(rows)


def test_the_year_counts_each_customer_once_and_its_year_before_is_last_year() -> None:
    as_of = date(2025, 12, 31)
    orders = two_years()
    base = fact_base(slow_facts(orders, as_of))
    found = trailing_kpis(base, as_of=as_of, window="year", rules=RULES).set_index("kpi")
    for name, value in twin_kpis(Shop.of(orders, as_of), 2025 * 12 + 11, RULES.active_months, 12).items():
        assert found.loc[name, "value"] == pytest.approx(value, nan_ok=True), name
    assert found.loc["active_customers", "value"] <= 60
    assert found.loc["average_order_value", "previous"] == found.loc["average_order_value", "last_year"]
    sure = found.dropna(subset=["change", "change_low"])
    assert sure["change"].between(sure["change_low"], sure["change_high"]).all()


def test_the_rule_before_month_asks_for_an_order_before_the_base_window_began() -> None:
    as_of, end = date(2025, 12, 31), 2025 * 12 + 11
    orders = two_years()
    shop = Shop.of(orders, as_of)
    rules = KpiRules(active_months=2, existing_base_rule="before_month")
    frame = trailing_kpis(fact_base(slow_facts(orders, as_of)), as_of=as_of, window="quarter", rules=rules)
    row = frame.set_index("kpi").loc["existing_retention_rate"]
    before = range(end - 5, end - 2)
    base = shop.buyers(*before) - shop.new(*before)
    assert row["n"] == len(base)
    assert row["value"] == pytest.approx(len(base & shop.buyers(*range(end - 2, end + 1))) / len(base))


def test_a_window_that_begins_before_the_data_is_missing_not_small() -> None:
    orders = order_frame([("c1", "o1", pd.Timestamp(2025, 1, 5), 100, False, "web")])
    base = fact_base(slow_facts(orders))
    february = trailing_kpis(base, as_of=date(2025, 2, 28), window="quarter", rules=RULES)
    assert february["value"].isna().all()
    march = trailing_kpis(base, as_of=date(2025, 3, 31), window="quarter", rules=RULES).set_index("kpi")
    assert march.loc["active_customers", "value"] == 1
    assert np.isnan(march.loc["new_retention_rate", "value"])


def test_before_the_data_there_are_no_rows_but_all_columns() -> None:
    base = fact_base(slow_facts(order_frame([("c1", "o1", pd.Timestamp(2025, 1, 5), 100, False, "web")])))
    full = trailing_kpis(base, as_of=date(2025, 3, 31), window="year", rules=RULES)
    empty = trailing_kpis(base, as_of=date(2024, 3, 31), window="year", rules=RULES)
    assert empty.empty
    assert (empty.dtypes == full.dtypes).all()
    assert full["kpi"].tolist() == [kpi.name for kpi in KPIS]
    assert list(full)[:2] == ["window", "kpi"]


def test_an_unknown_window_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CallError, match='mean "quarter"'):
        trailing_kpis(fact_base(slow_facts(order_frame([]))), as_of=AS_OF, window="quarters", rules=RULES)
