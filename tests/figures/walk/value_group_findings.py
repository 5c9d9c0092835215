"""The walk through the findings of whose value it is: segments, sources, the best, who is there, paid members."""

import pandas as pd

from retention_helpers.figures import value_group_findings as findings
from retention_helpers.metrics.fit import Refusal
from tests.figures.walk.recorder import NAN
from tests.figures.walk.value_findings import REFUSED, fit, value

TRIOS = []


def groups(name: str = "VIP", customers: int = 100, **means: float) -> pd.DataFrame:
    edges = {"spend_to_date_mean": 50.0, "expected_spend_mean": 20.0}
    row = {"value": name, "customers": customers, "expected_spend_share": 0.6, "spend_to_date_share": 0.4}
    for mean, amount in edges.items():
        row |= {mean: amount, f"{mean}_low": amount - 5, f"{mean}_high": amount + 5}
    return pd.DataFrame([{**row, "is_small": customers < 30, **means}])


def best(customers: int = 10) -> pd.DataFrame:
    rows = {"top_share": [0.01, 0.1], "customers": [1, customers], "expected_spend_from": [900.0, 90.0]}
    return pd.DataFrame({**rows, "expected_spend_share": [0.1, 0.5], "spend_to_date_share": [0.05, 0.4]})


def alive(once: int = 60) -> pd.DataFrame:
    return pd.DataFrame({"customers": [40 + once], "with_repeat": [40], "expected_alive": [25.3]})


def independence(verdict: str) -> pd.DataFrame:
    known = verdict != "cannot tell"
    edges = {"correlation_low": 0.01 if known else NAN, "correlation_high": 0.1 if known else NAN}
    return pd.DataFrame([{"correlation": 0.05 if known else NAN, **edges, "verdict": verdict}])


def kept() -> pd.DataFrame:
    row = {"source": "model", "share": 0.6, "share_low": 0.5, "share_high": 0.7}
    return pd.DataFrame([{**row, "months": months} for months in (1, 12)])


WHY = REFUSED[0]
LESS = groups("email", expected_spend_mean=5.0, expected_spend_mean_low=4.0, expected_spend_mean_high=14.9)
LITTLE = groups("email", spend_to_date_mean=20.0, spend_to_date_mean_low=15.0, spend_to_date_mean_high=25.0)
CASES = [
    lambda words: findings.segments_finding(groups(), value(), words),
    lambda words: findings.segments_finding(groups(customers=1), value(), words),
    lambda words: findings.segments_finding(groups(expected_spend_mean_low=NAN), value(), words),
    lambda words: findings.segments_finding(groups(), value(WHY), words),
    lambda words: findings.segments_finding(groups()[:0], value(), words),
    lambda words: findings.trait_finding(groups("search"), value(), words),
    lambda words: findings.trait_finding(pd.concat([groups("search"), groups("email")]), value(), words),
    lambda words: findings.trait_finding(pd.concat([groups("search"), LESS]), value(), words),
    lambda words: findings.trait_finding(groups("unassigned"), value(), words),
    lambda words: findings.trait_finding(groups("search", 29), value(), words),
    lambda words: findings.trait_finding(groups("search"), value(spend=WHY), words),
    lambda words: findings.trait_finding(pd.concat([groups("search"), LITTLE]), value(WHY), words),
    lambda words: findings.top_finding(best(), value(), words),
    lambda words: findings.top_finding(best(1), value(), words),
    lambda words: findings.top_finding(best(), value(WHY), words),
    lambda words: findings.top_finding(best()[:0], value(), words),
    lambda words: findings.alive_finding(alive(), value(), words),
    lambda words: findings.alive_finding(alive(1), value(), words),
    lambda words: findings.alive_finding(alive(), value(WHY), words),
    *[
        lambda words, verdict=verdict: findings.models_finding(value(), independence(verdict), words)
        for verdict in findings.VERDICTS
    ],
    lambda words: findings.models_finding(value(WHY), independence("cannot tell"), words),
    lambda words: findings.programme_finding(kept(), fit(n=300), words, months=12),
    lambda words: findings.programme_finding(kept(), fit(n=300), words, months=1),
    *[
        lambda words, why=why: findings.programme_finding(kept(), fit(Refusal(why, float("inf"), 1)), words, months=12)
        for why in findings.MEMBER_REASONS
    ],
    lambda words: findings.programme_finding(kept()[:0], fit(), words, months=12),
]
