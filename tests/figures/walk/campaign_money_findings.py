"""The walk through the findings of what campaigns cost and returned, what those contacted did, and who gains most."""

import pandas as pd

from retention_helpers.figures import Finding
from retention_helpers.figures import campaign_money_findings as findings
from retention_helpers.metrics.campaign_effects import claims
from retention_helpers.words import Words
from tests.figures.walk.campaign_findings import effects
from tests.figures.walk.recorder import NAN, Trio

EARNED = "a hold-out drawn by chance"


def money(
    low: float, high: float, *, claim: str = "", margin: bool = True, bounded: bool = True, cost: float = 0.05
) -> pd.DataFrame:
    row = {
        "campaign_id": "WB-1", "arm": "treated", "contacted": 1200, "cost": 1200 * cost, "cost_per_contact": cost,
        "cost_per_reactivation": 1.2, "cost_per_reactivation_low": 0.9,
        "cost_per_reactivation_high": 2.1 if bounded else NAN, "is_bounded": bounded,
        "return_per_contact": 0.8 if margin else NAN, "return_per_contact_low": low, "return_per_contact_high": high,
        "claim": claim or str(claims([low], [high], [0.001])[0]),
    }  # fmt: skip
    return pd.DataFrame([row])


def reactions(contacted: int = 100) -> pd.DataFrame:
    return pd.DataFrame([{"campaign_id": "WB-1", "contacted": contacted, "opened": 40, "clicked": 10}])


def deciles() -> pd.DataFrame:
    rows = [{"decile": place, "effect": 0.05 - 0.01 * place, "effect_low": 0.0, "effect_high": 0.1} for place in (1, 2)]
    return pd.DataFrame(rows)


def qini(low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame([{"campaign_id": "WB-1", "qini": 0.004, "qini_low": low, "qini_high": high}])


def _money(words: Words, low: float, high: float) -> Finding:
    return findings.money_finding(money(low, high), words)


TRIOS = [
    Trio("return", _money),
    Trio("uplift", lambda words, low, high: findings.uplift_finding(deciles(), qini(low, high), words)),
]

CASES = [
    lambda words: findings.money_finding(money(0.1, 0.2, claim="too_few"), words),
    lambda words: findings.money_finding(money(0.1, 0.2, claim="unclear"), words),
    lambda words: findings.money_finding(money(0.1, 0.2, bounded=False), words),
    *[
        lambda words, b=b: findings.money_finding(money(NAN, NAN, margin=False, bounded=b), words)
        for b in (True, False)
    ],
    *[
        lambda words, b=b: findings.money_finding(money(NAN, NAN, margin=False, bounded=b, cost=NAN), words)
        for b in (True, False)
    ],
    lambda words: findings.reactions_finding(reactions(0), effects("raised"), words),
    lambda words: findings.reactions_finding(reactions(), effects("raised"), words),
    lambda words: findings.reactions_finding(reactions(), effects("raised", "no_holdout"), words),
    lambda words: findings.reactions_finding(reactions(), effects("no_holdout", "no_holdout"), words),
    lambda words: findings.uplift_finding(deciles()[:0], qini(0, 0)[:0], words),
    lambda words: findings.cuped_finding(pd.DataFrame({"saved_share": [0.04]}), words),
    lambda words: findings.cuped_finding(pd.DataFrame({"saved_share": []}), words),
]
