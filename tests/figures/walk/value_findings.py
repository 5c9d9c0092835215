"""The walk through the findings of value: so far, still to come, such a forecast put to the test, cost."""

from datetime import date
from types import SimpleNamespace

import pandas as pd

from retention_helpers.figures import Finding
from retention_helpers.figures import value_findings as findings
from retention_helpers.metrics.fit import Fit, Refusal
from retention_helpers.metrics.gamma_gamma import GammaGamma
from retention_helpers.metrics.net_spend import Margin
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio

REFUSED = [
    Refusal("too_few_customers", 3, 500),
    Refusal("too_short", 90, 180),
    Refusal("no_repeat_orders", 0, 1),
    Refusal("no_mean", 0.8, 1),
    Refusal("not_converged", 0.2, 0.0001),
    Refusal("not_converged", float("inf"), 0.0001),
]


def fit(refusal: Refusal | None = None, n: int = 1000) -> Fit:
    made = Fit(GammaGamma(6.0, 4.0, 15.0), -1.0, n, None)
    return made if refusal is None else Fit.refused(GammaGamma, n, refusal)


def value(orders: Refusal | None = None, spend: Refusal | None = None) -> SimpleNamespace:
    """What the findings read of a `CustomerValue`."""
    return SimpleNamespace(orders=fit(orders), spend=fit(spend), refusal=orders or spend)


def total(low: float = 90.0, high: float = 130.0) -> pd.DataFrame:
    names = ["orders", "revenue", "profit", "discounted_revenue", "discounted_profit"]
    frame = pd.DataFrame({"measure": names, "expected": 110.0, "low": low, "high": high})
    return frame.assign(interval=["what will happen"] * 3 + ["the expectation"] * 2)


def spent(before: float = 100.0) -> pd.DataFrame:
    return pd.DataFrame({"spent": [500.0], "spent_before": [before]})


def backtest(low: float = 90.0, high: float = 130.0, money: float = 95.0, **refusals: Refusal) -> SimpleNamespace:
    """100 orders came; ``money`` came too, where 90 to 130 was forecast."""
    rows = {"measure": ["orders", "revenue"], "expected": 110.0, "actual": [100.0, money]}
    totals = pd.DataFrame({**rows, "low": [low, 90.0], "high": [high, 130.0]})
    fits = {name: fit(refusals.get(name)) for name in ("fit", "spend")}
    return SimpleNamespace(cut=date(2025, 10, 31), totals=totals, **fits)


def worth(low: float = 1.5, high: float = 2.5, ratio: float = 2.0) -> pd.DataFrame:
    row = {"cohort": "all", "customers": 100, "cost_per_new": 20.0, "profit_to_date": 25.0, "expected_profit": 15.0}
    return pd.DataFrame([{**row, "ratio": ratio, "ratio_low": low, "ratio_high": high, "payback_month": NAN}])


def _total(words: Words, low: float, high: float) -> Finding:
    return findings.total_finding(total(low, high), value(), spent(0.0), words, months=12)


def _backtest(words: Words, low: float, high: float) -> Finding:
    return findings.backtest_finding(backtest(100.0 - high, 100.0 - low), words)


def _cost(words: Words, low: float, high: float) -> Finding:
    return findings.cost_finding(worth(1 + low, 1 + high), words, months=12)


def _unforeseen(**money: float) -> SimpleNamespace:
    test = backtest()
    test.totals.loc[1, list(money)] = list(money.values())
    return test


TRIOS = [Trio("total", _total), Trio("backtest", _backtest), Trio("cost", _cost)]
CASES = [
    lambda words: findings.total_finding(total(), value(), spent(), words, months=1),
    lambda words: findings.total_finding(total(), value(), spent(), words, months=12),
    *[
        lambda words, why=why: findings.total_finding(total(NAN, NAN), value(why), spent(), words, months=12)
        for why in REFUSED
    ],
    lambda words: findings.total_finding(total(NAN, NAN), value(spend=REFUSED[0]), spent(), words, months=12),
    lambda words: findings.backtest_finding(backtest(), words),
    lambda words: findings.backtest_finding(backtest(money=131.0), words),
    lambda words: findings.backtest_finding(_unforeseen(low=NAN, high=NAN), words),
    lambda words: findings.backtest_finding(backtest(fit=REFUSED[0]), words),
    lambda words: findings.backtest_finding(backtest(spend=REFUSED[0]), words),
    lambda words: findings.cost_finding(worth(), words, months=1),
    lambda words: findings.cost_finding(worth()[:0], words, months=12),
    lambda words: findings.cost_finding(worth(NAN, NAN, NAN), words, months=12),
    *[
        lambda words, margin=margin: findings.margin_text(margin, words)
        for margin in (Margin(0.4, "parameter"), Margin(0.4, "profile"), Margin(0.4, "orders"), Margin(None, "unknown"))
    ],
    lambda words: findings.total_rows(total(), spent(), Margin(0.4, "profile"), words)["measure"].tolist(),
    lambda words: findings.total_rows(total(), spent(), Margin(None, "unknown"), words)["measure"].tolist(),
]
