"""The walk through the findings of campaigns: what they added, and why some of it nobody can tell."""

import pandas as pd

from retention_helpers.figures import Finding
from retention_helpers.figures import campaign_findings as findings
from retention_helpers.figures.campaign_words import VERDICTS
from retention_helpers.metrics.campaign_effects import claims
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio

EARNED = "a hold-out drawn by chance"


def effects(*verdicts: str, low: float = 0.01, high: float = 0.05, measure: str = "back") -> pd.DataFrame:
    """A campaign for each verdict, the latest first."""
    shared = {
        "arm": "treated", "measure": measure, "is_share": measure != "spend", "contacted": 1200, "held_out": 300,
        "waiting": 0, "response": 0.08, "control_response": 0.05, "effect": 0.03, "effect_low": low,
        "effect_high": high, "p_value": 0.002, "p_holm": 0.01, "smallest_effect": 0.04, "window_days": 28.0,
        "purpose": "win_back", "channel": "email", "begins_on": "2026-09-01",
    }  # fmt: skip
    rows = [{"campaign_id": f"WB-{place}", "claim": verdict, **shared} for place, verdict in enumerate(verdicts)]
    return pd.DataFrame(rows, columns=["campaign_id", "claim", *shared])


def groups(low: float, high: float, campaigns: int = 3) -> pd.DataFrame:
    """All campaigns together, with an interval of both their effect and the customers brought back."""
    row = {
        "dimension": "all", "value": "all", "campaigns": campaigns, "contacted": 1000, "held_out": 200,
        "effect": 0.03, "effect_low": low, "effect_high": high, "extra": 30.0, "extra_low": 1000 * low,
        "extra_high": 1000 * high, "p_holm": 0.001, "claim": claims([low], [high], [0.001])[0],
    }  # fmt: skip
    return pd.DataFrame([row])


def later(low: float, high: float, chains: int = 2, *, claim: str = "") -> pd.DataFrame:
    first = {"first_effect": 0.02, "first_effect_low": 0.01, "first_effect_high": 0.03}
    said = {"effect": 0.01, "effect_low": low, "effect_high": high, "claim": claim or claims([low], [high], [0.001])[0]}
    return pd.DataFrame([{"chains": chains, **said, **first}])


def _latest(words: Words, low: float, high: float, measure: str) -> Finding:
    verdict = str(claims([low], [high], [0.001])[0])
    return findings.latest_finding(effects(verdict, low=low, high=high, measure=measure), words)


TRIOS = [
    Trio("overall", lambda words, low, high: findings.overall_finding(groups(low, high), words)),
    Trio("latest", lambda words, low, high: _latest(words, low, high, "back")),
    Trio("latest result", lambda words, low, high: _latest(words, low, high, "visit")),
    Trio("later steps", lambda words, low, high: findings.chains_finding(later(low, high), words)),
]

CASES = [
    lambda words: findings.overall_finding(groups(0.01, 0.02)[:0], words),
    lambda words: findings.overall_finding(groups(NAN, NAN, campaigns=0), words),
    *[lambda words, n=n: findings.overall_finding(groups(0.01, 0.02, campaigns=n), words) for n in (1, 2)],
    # An interval beside zero that does not stand among many comparisons.
    lambda words: findings.latest_finding(effects("unclear", "raised"), words),
    lambda words: findings.latest_finding(effects("raised", measure="spend"), words),
    lambda words: findings.latest_finding(effects("ratio"), words),
    *[lambda words, n=n: findings.verdicts_finding(effects(*["raised"] * n, "lowered"), words) for n in (0, 1, 2)],
    lambda words: findings.verdicts_finding(effects("unclear", "too_few"), words),
    lambda words: findings.verdicts_finding(effects(), words),
    lambda words: findings.checks_finding(effects("raised"), words),
    *[lambda words, v=verdict: findings.checks_finding(effects("raised", v), words) for verdict in VERDICTS],
    lambda words: findings.checks_finding(effects("no_holdout", "ratio"), words),
    *[lambda words, n=n: findings.chains_finding(later(0.01, 0.02, chains=n), words) for n in (0, 1, 2)],
    *[lambda words, v=v: findings.chains_finding(later(0.01, 0.02, claim=v), words) for v in ("unclear", "too_few")],
    lambda words: findings.opening(groups(0.01, 0.02), [findings.latest_finding(effects("raised"), words)], words),
    lambda words: findings.opening(groups(0, 0)[:0], [findings.latest_finding(effects("raised"), words)], words),
    lambda words: findings.opening(groups(0, 0)[:0], [findings.none_finding("money", words)], words),
]
