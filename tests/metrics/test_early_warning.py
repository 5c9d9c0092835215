"""Early warnings: chances worked by hand, false ones kept rare, true ones found, and nothing said of too little."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, poisson

from retention_helpers.metrics.churn_data import ChurnRules
from retention_helpers.metrics.early_warning import early_warnings, warned_customers, warning_record
from retention_helpers.metrics.gamma_rate import GammaRate, fit_rates, q_values
from tests.metrics.churn_base import AS_OF, churn_base

RULES = ChurnRules(90, 180)
RATES = GammaRate(3.0, 40.0)


def regulars(customers: int, *, falls_from: int, until: int = 90, seed: int = 0) -> pd.DataFrame:
    """Orders of customers with rates of their own over 700 days; those from a number on order nothing at the end."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        rate = rng.gamma(RATES.r, 1 / RATES.alpha)
        days = np.unique(np.append(0, rng.integers(1, 700, rng.poisson(rate * 700))))
        if number >= falls_from:
            days = days[days < 700 - until]
        rows += [(f"c{number:04d}", AS_OF - timedelta(days=699 - int(day)), 1000) for day in days]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]))


def test_the_chance_of_so_few_is_the_integral_over_the_rates_that_the_history_leaves():
    before, days, recent = 12.0, 300.0, 1.0
    own = gamma(RATES.r + before, scale=1 / (RATES.alpha + days))
    integral, _ = quad(lambda rate: own.pdf(rate) * poisson.cdf(recent, rate * 90), 0, 1)
    chance = RATES.chance_of_so_few(*np.array([[before], [days], [recent]]), 90)
    assert chance[0] == pytest.approx(integral, rel=1e-6)
    assert RATES.expected(np.array([before]), np.array([days]), 90)[0] == pytest.approx(own.mean() * 90)


def test_the_rates_of_made_up_customers_are_found_again():
    rng = np.random.default_rng(2)
    days = rng.integers(100, 700, 6000).astype(float)
    counts = pd.DataFrame(
        {"events_before": rng.poisson(rng.gamma(RATES.r, 1 / RATES.alpha, 6000) * days), "days_before": days}
    )
    found = fit_rates(counts)
    spread = np.sqrt(np.diag(found.covariance))
    assert np.abs(np.log(found.params) - np.log(RATES)) == pytest.approx(0, abs=float(3.5 * spread.max()))
    as_one = counts.groupby(["events_before", "days_before"]).size().rename("customers").reset_index()
    assert np.array(fit_rates(as_one).params) == pytest.approx(np.array(found.params), rel=1e-5)


@given(st.lists(st.tuples(st.integers(2, 60), st.integers(0, 9)), min_size=1, max_size=25))
def test_corrected_chances_are_those_added_up_customer_by_customer(rows):
    before, recent = np.array(rows, dtype=float).T
    days, many = np.full(before.size, 300.0), np.arange(before.size) % 3 + 1.0
    luck, found = q_values(RATES, (before, days, recent), many, 90)
    own = [RATES.chance_of_so_few(one, np.array([300.0]), np.arange(60.0), 90) for one in before]

    def false(chance: float) -> float:
        """Customers expected to reach so small a chance by luck: each the largest that their counts allow."""
        reached = [max(mine[mine <= chance * (1 + 1e-12)], default=0) for mine in own]
        return float(many @ reached)

    for chance, q in zip(luck, found, strict=True):
        rates = [false(t) / 0.95 / many[luck <= t].sum() for t in luck if chance <= t <= 0.05]
        assert q == pytest.approx(min([1.0, *rates]))


def companies(share: float, number: int, customers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of so many companies, of whose frequent customers a share stops: warned, warned falsely, all who stopped.

    Frequent is who orders four times or more in 90 days, in the mean.
    """
    rng, found = np.random.default_rng(11), []
    for _ in range(number):
        days = rng.integers(90, 1000, customers).astype(float)
        rate = rng.gamma(RATES.r, 1 / RATES.alpha, days.size)
        stops = (rate * 90 >= 4) & (rng.random(days.size) < share)
        before, recent = (
            rng.poisson(rate * days).astype(float),
            np.where(stops, 0, rng.poisson(rate * 90)).astype(float),
        )
        q = q_values(RATES, (before, days, recent), np.ones(days.size), 90)[1]
        found.append(((q <= 0.05).sum(), ((q <= 0.05) & ~stops).sum(), stops.sum()))
    return tuple(np.array(found).T)


def test_where_three_in_a_hundred_frequent_buyers_stop_most_are_found_and_few_others():
    warned, falsely, stopped = companies(0.03, 30, 3000)
    share_false = falsely / np.maximum(warned, 1)
    assert share_false.mean() <= 0.05 + 2 * share_false.std() / np.sqrt(warned.size)
    power = (warned - falsely).sum() / stopped.sum()
    assert 0.55 < power < 0.75  # the plain procedure finds 37 %


def test_where_nobody_stops_no_more_than_one_company_in_twenty_warns():
    warned, _, _ = companies(0.0, 100, 1000)
    assert (warned > 0).mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / warned.size)


def test_customers_who_order_as_ever_are_hardly_ever_warned_of_and_those_who_fell_are():
    as_ever = early_warnings(churn_base(regulars(600, falls_from=600)), "orders", as_of=AS_OF, rules=RULES)
    assert as_ever.tested > 550
    # At most 5 % of experiments without any fall may warn of somebody; three is beyond any luck.
    assert len(as_ever.customers.df()) <= 2
    fell = early_warnings(churn_base(regulars(600, falls_from=450)), "orders", as_of=AS_OF, rules=RULES)
    warned = fell.customers.df()
    false = (warned["customer_id"] < "c0450").mean()
    assert false <= 0.10
    busy = warned[warned["customer_id"] >= "c0450"]
    assert len(busy) >= 20
    assert busy["q_value"].le(0.05).all()
    assert busy["events_recent"].eq(0).all()


def test_warnings_of_one_horizon_ago_are_held_against_what_happened():
    base = churn_base(regulars(600, falls_from=450, until=180))
    record = warning_record(base, as_of=AS_OF, rules=RULES).iloc[0]
    assert record["warned"] >= 20
    assert record["warned_rate"] > 0.85
    assert record["others_rate"] < 0.5
    assert record["difference_low"] > 0


def test_interaction_is_judged_alike_and_buying_is_none():
    base = churn_base(regulars(600, falls_from=600))
    base.execute("""
        INSERT INTO touchpoints
        SELECT customer_id, ordered_at, CASE WHEN customer_id < 'c0300' THEN 'purchase' ELSE 'use' END, month
        FROM orders_valid
    """)
    base.execute("""
        INSERT INTO contacts SELECT customer_id, ordered_at, NULL, month FROM orders_valid WHERE customer_id < 'c0250'
    """)
    found = early_warnings(base, "interactions", as_of=AS_OF, rules=RULES)
    assert found.fit.converged
    assert found.fit.n <= 551
    assert len(found.customers.df()) <= 2


def test_later_days_change_no_warning():
    orders = regulars(550, falls_from=450)
    later = orders.tail(50).assign(ordered_at=pd.Timestamp(AS_OF) + pd.Timedelta(days=1))
    now, then = (
        early_warnings(churn_base(rows), "orders", as_of=AS_OF, rules=RULES).customers.order("customer_id").df()
        for rows in (orders, pd.concat([orders, later]))
    )
    pd.testing.assert_frame_equal(now, then, check_exact=True)


@pytest.mark.parametrize("customers", [0, 1, 400])
def test_of_too_few_customers_nobody_is_warned_of(customers):
    base = churn_base(regulars(customers, falls_from=0), {"c0000": "M01"})
    for source in ("orders", "interactions"):
        found = early_warnings(base, source, as_of=AS_OF, rules=RULES)
        assert found.fit.refusal.reason == "too_few_customers"
        assert found.customers.df().empty
        assert warned_customers(base, found).empty
    assert np.isnan(warning_record(base, as_of=AS_OF, rules=RULES)["warned_rate"].iloc[0])


def test_those_warned_of_are_named_with_their_managers():
    base = churn_base(regulars(600, falls_from=450), {f"c{number:04d}": "M01" for number in range(500)})
    found = early_warnings(base, "orders", as_of=AS_OF, rules=RULES)
    rows = warned_customers(base, found, found)
    assert len(rows) == len(found.customers.df())
    assert (rows["manager"] == np.where(rows["customer_id"] < "c0500", "M01", "unassigned")).all()


def test_a_month_before_all_data_warns_of_nobody():
    base = churn_base(regulars(600, falls_from=600))
    assert early_warnings(base, "orders", as_of=date(2020, 1, 31), rules=RULES).tested == 0
