"""The walk through the findings of who orders less than before."""

from types import SimpleNamespace

import pandas as pd

from retention_helpers.figures import warning_findings as findings
from tests.figures.walk.churn_findings import refusal
from tests.figures.walk.recorder import NAN

TRIOS: list = []


def warnings(tested: int, why: SimpleNamespace | None = None) -> SimpleNamespace:
    return SimpleNamespace(tested=tested, fit=SimpleNamespace(converged=why is None, refusal=why))


def record(warned: int, rate: float) -> pd.DataFrame:
    return pd.DataFrame([{"warned": warned, "warned_rate": rate, "others_rate": 0.3}])


CASES = [
    *[
        lambda words, n=n: findings.warning_finding(warnings(n), n, record(n, 0.8 if n else NAN), words)
        for n in (0, 1, 2)
    ],
    lambda words: findings.warning_finding(warnings(0, refusal("too_few_customers")), 0, record(0, NAN), words),
    *[lambda words, n=n: findings.interaction_finding(warnings(n), n, words) for n in (0, 1, 2)],
    lambda words: findings.interaction_finding(warnings(0, refusal("too_few_customers")), 0, words),
]
