"""The walk through the findings of the month's summary."""

import pandas as pd

from retention_helpers.figures import month_findings as findings
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio


def ledger(end: int, **values: float) -> pd.DataFrame:
    row = {"month": "2026-10", "customers_start": 100, "lost": 30, "returned": 5, "new_customers": end - 75}
    rates = {"churn_rate": 0.3, "churn_rate_low": 0.2, "churn_rate_high": 0.4, "crr_complement": 0.25}
    return pd.DataFrame([{**row, "customers_end": end, **rates, **values}])


def revenue(low: float, high: float, **parts: float) -> pd.DataFrame:
    shares = {"from_buyers": 60.0, "from_frequency": 30.0, "from_average_order_value": 10.0, **parts}
    change = {
        "change": (low + high) / 2 if low == low and high == high else 1.0,
        "change_low": low,
        "change_high": high,
    }
    return pd.DataFrame([{"month": "2026-10", "compared_with": "2026-09", **change, **shares}])


def returning(low: float, high: float, difference: float = 3.0) -> pd.DataFrame:
    values = {"new": 40.0, "returning": 43.0, "difference": difference, "difference_low": low, "difference_high": high}
    return pd.DataFrame([{"measure": measure, **values} for measure in ("average_order_value", "revenue_share")])


def trailing(*windows: str) -> pd.DataFrame:
    return pd.DataFrame({"kpi": "crr", "window": list(windows), "value": 0.7})


def point(**values: float) -> pd.DataFrame:
    row = {"existing_base": 900, "revenue_per_returning_customer": 40.0, "value_of_a_point": 360.0}
    return pd.DataFrame([{**row, "value_of_a_point_low": 300.0, "value_of_a_point_high": 420.0, **values}])


def cost(verdict: str, ratio: float = 7.0) -> pd.DataFrame:
    row = {"month": "2026-10", "ratio": ratio, "ratio_low": 6.0, "ratio_high": 8.0, "verdict": verdict}
    return pd.DataFrame([{**row, "cost_per_new": 20.0, "cost_per_kept": 2.9}])


def lifetime(median: float) -> pd.DataFrame:
    row = {"median_days": median, "median_days_low": median - 20, "median_days_high": median + 30}
    return pd.DataFrame([{**row, "lapsed": 40, "customers": 100}])


def counted(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"reason": ["counted", "no_customer"], "rows": [rows, 0]})


def _ledger(words: Words, end: int, months: int = 6, **values: float):
    return findings.ledger_finding(ledger(end, **values), words, active_months=months)


TRIOS = [
    Trio("revenue", lambda words, low, high: findings.revenue_finding(revenue(low, high), words)),
    Trio("returning", lambda words, low, high: findings.returning_finding(returning(low, high), words)),
]
CASES = [
    *[lambda words, end=end: _ledger(words, end) for end in (101, 100, 99)],
    lambda words: _ledger(words, 0, months=1, customers_start=0, churn_rate=NAN, crr_complement=NAN),
    lambda words: findings.ledger_finding(ledger(100)[:0], words, active_months=1),
    lambda words: findings.revenue_finding(revenue(1, 2, from_buyers=NAN), words),
    lambda words: findings.revenue_finding(revenue(1, 2, from_frequency=-80.0), words),
    lambda words: findings.revenue_finding(revenue(-2, -1, from_average_order_value=-80.0), words),
    lambda words: findings.returning_finding(returning(NAN, NAN, NAN), words),
    lambda words: findings.trailing_finding(trailing("quarter", "year"), words),
    lambda words: findings.trailing_finding(trailing("quarter"), words),
    lambda words: findings.trailing_finding(trailing(), words),
    lambda words: findings.point_finding(point(), words),
    lambda words: findings.point_finding(point(value_of_a_point_low=NAN, value_of_a_point_high=NAN), words),
    lambda words: findings.point_finding(point(value_of_a_point=NAN), words),
    *[
        lambda words, verdict=verdict: findings.cost_finding(cost(verdict), words)
        for verdict in ("inside", "below", "above", "cannot tell")
    ],
    lambda words: findings.cost_finding(cost("cannot tell", NAN), words),
    *[
        lambda words, days=days: findings.lapse_finding(days, words, lapse_days=180)
        for days in (None, 148, 149, 180, 211, 212)
    ],
    lambda words: findings.lifetime_finding(lifetime(200.0), words),
    lambda words: findings.lifetime_finding(lifetime(NAN), words),
    lambda words: findings.lifetime_finding(lifetime(200.0).assign(median_days_high=NAN), words),
    lambda words: findings.counted_finding(counted(10), words, period="2026-10"),
    lambda words: findings.counted_finding(counted(0), words, period="2026-10"),
]
