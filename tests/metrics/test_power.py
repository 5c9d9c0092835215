"""What a hold-out can show: published totals, a simulation, and lists of nobody."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.metrics.power import holdout_power, needed_customers, smallest_effect
from tests.metrics.audience_base import a_list, settings

# Totals for 80 % power, two-sided at 5 %: base, effect, hold-out share, customers.
PUBLISHED = [
    (0.05, 0.01, 0.1, 42_201), (0.05, 0.01, 0.2, 24_175), (0.05, 0.01, 0.5, 16_310),
    (0.02, 0.01, 0.1, 17_922), (0.02, 0.01, 0.2, 10_547), (0.02, 0.01, 0.5, 7_645),
    (0.10, 0.02, 0.05, 37_502), (0.10, 0.02, 0.2, 11_421), (0.10, 0.02, 0.5, 7_677),
]  # fmt: skip


@pytest.mark.parametrize(("base", "effect", "held", "customers"), PUBLISHED)
def test_the_customers_needed_are_those_of_the_published_table(
    base: float, effect: float, held: float, customers: int
) -> None:
    assert needed_customers(base, effect, held) == customers
    seen = smallest_effect(base, customers * (1 - held), customers * held)
    assert seen == pytest.approx(effect, rel=1e-3)


def test_four_campaigns_in_five_show_such_an_effect() -> None:
    rng = np.random.default_rng(5)
    base, treated, control = 0.08, 4000, 1000
    effect = float(smallest_effect(base, treated, control))
    p1, p0 = rng.binomial(treated, base + effect, 4000) / treated, rng.binomial(control, base, 4000) / control
    error = np.sqrt(p1 * (1 - p1) / treated + p0 * (1 - p0) / control)
    found = np.mean((p1 - p0) / error > stats.norm.ppf(0.975))
    assert found == pytest.approx(0.8, abs=0.03)


@given(base=st.floats(0, 0.6), treated=st.integers(1, 10**7), control=st.integers(1, 10**6))
def test_more_customers_show_smaller_effects(base: float, treated: int, control: int) -> None:
    small = float(smallest_effect(base, treated, control))
    more = float(smallest_effect(base, 2 * treated, 2 * control))
    assert np.isnan(small) or 0 <= more < small <= 1 - base


def test_an_arm_of_nobody_shows_nothing() -> None:
    assert np.isnan(smallest_effect([0.1, 0.1, np.nan], [0, 10, 10], [10, 0, 10])).all()


def test_the_base_is_what_last_months_customers_of_the_segment_did() -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE customer_months (customer_id VARCHAR, month SMALLINT, orders INTEGER)")
    month = 2026 * 12 + 9
    con.execute(f"INSERT INTO customer_months VALUES ('a', {month}, 1), ('b', {month - 1}, 1), ('c', {month}, 0)")
    con.execute("CREATE TABLE before AS SELECT unnest(['a', 'b', 'c', 'z']) AS customer_id, 'A' AS rfm_segment")
    wanted = settings({"back": a_list(), "none": a_list(rfm_segment=["Z"])})
    ledger = pd.DataFrame({"list": ["back", "none"], "treatment": [80, 0], "control": [20, 0]})
    before = {"rfm_segment": con.table("before")}
    found = holdout_power(before, ledger, as_of=date(2026, 10, 31), settings=wanted)
    assert found["base_customers"].tolist() == [4, 0]
    assert found["base_ordered"].tolist() == [1, 0]
    assert found["order_rate"].iloc[0] == 0.25
    assert found["smallest_effect"].iloc[0] == pytest.approx(float(smallest_effect(0.25, 80, 20)))
    assert found[["order_rate", "smallest_effect"]].iloc[1].isna().all()
