"""The walk through the findings of who may leave."""

from types import SimpleNamespace

import pandas as pd

from retention_helpers.figures import churn_findings as findings
from tests.figures.walk.recorder import NAN

TRIOS: list = []


def listed(n: int, *, warned: int = 0, value: float = 100.0) -> pd.DataFrame:
    rows = {"value_at_risk": [value] * n, "early_warning": [place < warned for place in range(n)]}
    return pd.DataFrame(rows).astype({"value_at_risk": "float64", "early_warning": "bool"})


def scores(active: int, risk: float) -> SimpleNamespace:
    return SimpleNamespace(active=active, mean_risk=risk)


def refusal(reason: str, found: float = 3, needed: float = 500) -> SimpleNamespace:
    return SimpleNamespace(reason=reason, found=found, needed=needed)


def backtest(score: str, low: float, *, rule: str = "rfm", why: SimpleNamespace | None = None) -> SimpleNamespace:
    names = [*findings.SCORES]
    table = pd.DataFrame({"population": "active", "score": names, "auc": [0.7 + place / 100 for place in range(5)]})
    gain = pd.DataFrame([{"score": score, "auc_gain": 0.01, "auc_gain_low": low, "auc_gain_high": 0.02}])
    return SimpleNamespace(refusal=why, table=table, gain=gain, scores={"rule": rule})


def history(n: int, hits: int) -> pd.DataFrame:
    rows = {"predicted": 0.4, "observed": 0.5, "observed_low": 0.45, "observed_high": 0.55}
    months = [{"month": f"2026-{place + 1:02d}", "is_as_predicted": place < hits, **rows} for place in range(n)]
    return pd.DataFrame(months, columns=["month", "is_as_predicted", *rows])


def reach(*reached: float) -> pd.DataFrame:
    rows = [{"contacted": 0.2, "reached": value, "lift": value / 0.2} for value in reached]
    return pd.DataFrame(rows, columns=["contacted", "reached", "lift"])


SHOWN = ("days_since_last_order", "orders_recent", "orders_before", "orders", "spend_total", "days_observed")
GIVEN = dict.fromkeys([*SHOWN, *(f"usual_{name}" for name in SHOWN)], "1")
# What figures say of tables.
NAMES = [*findings.POPULATIONS.values(), *findings.STEPS.values(), *findings.REASONS.values()]
CASES = [
    *[lambda words, n=n: findings.risk_finding(listed(n), scores(2, 0.5), words, days=90) for n in (0, 1, 2)],
    lambda words: findings.risk_finding(listed(2, value=NAN), scores(900, 0.5), words, days=90),
    lambda words: findings.risk_finding(listed(0), scores(0, NAN), words, days=90),
    *[
        lambda words, reason=reason: [
            findings.risk_finding(listed(0), scores(0, NAN), words, days=90, refusal=refusal(reason)),
            findings.gain_finding(backtest("logistic", 0.0, why=refusal(reason)), words),
        ]
        for reason in findings.REFUSALS
    ],
    *[lambda words, low=low: findings.gain_finding(backtest("logistic", low), words) for low in (1e-9, 0.0, -0.1, NAN)],
    *[
        lambda words, score=score: findings.gain_finding(backtest(score, 0.01, rule="recency"), words)
        for score in findings.SCORES
    ],
    lambda words: findings.gain_finding(backtest("rfm", 0.0), words),
    *[
        lambda words, n=n, hits=hits: findings.history_finding(history(n, hits), words)
        for n, hits in ((0, 0), (1, 0), (1, 1), (6, 5))
    ],
    lambda words: [findings.reach_finding(table, words) for table in (reach(0.5), reach())],
    *[
        lambda words, n=n: [
            findings.listed_finding(listed(n, warned=1), words),
            *findings.at_risk_actions(listed(n), words),
        ]
        for n in (0, 1, 2)
    ],
    lambda words: findings.listed_finding(listed(3, warned=2), words),
    lambda words: findings.listed_finding(listed(3, warned=2).assign(value_at_risk=NAN), words),
    lambda words: [words.say(text, **GIVEN) for text in NAMES],
]
