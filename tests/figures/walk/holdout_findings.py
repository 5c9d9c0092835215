"""The walk through the advice for the next campaign."""

import pandas as pd

from retention_helpers.figures import Finding
from retention_helpers.figures import holdout_findings as findings
from retention_helpers.words import Words
from tests.figures.walk.campaign_findings import effects
from tests.figures.walk.recorder import NAN

TRIOS: list = []
EARNED = "a hold-out drawn by chance"


def power(*needed: float, customers: int = 2500) -> pd.DataFrame:
    """Shares held out, the first that is enough advised."""
    rows = [
        {
            "purpose": "win_back", "measure": "back", "customers": customers, "base_rate": 0.02, "effect": 0.02,
            "holdout_share": 0.1 * place, "needed_customers": number, "smallest_effect": 0.05 - 0.01 * place,
            "is_enough": number <= customers,
        }
        for place, number in enumerate(needed, start=1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*rows[0]] if rows else ["purpose"])
    return frame.assign(is_advised=frame["is_enough"] & (frame["is_enough"].cumsum() == 1)) if rows else frame


def _actions(words: Words, verdict: str, *, high: float = 0.2) -> list[Finding]:
    found = findings.campaign_actions(effects(verdict), _money(high), power(3000, 2000), words)
    told = [Finding("action", str(action["headline"]), str(action["sentence"])) for action in found]
    return [*told, findings.actions_finding(found, power(3000, 2000), words)]


def _money(high: float) -> pd.DataFrame:
    claim = "lowered" if high < 0 else "unclear"
    row = {"campaign_id": "WB-0", "arm": "treated", "return_per_contact_high": high, "claim": claim}
    return pd.DataFrame([row])


CASES = [
    lambda words: findings.next_finding(power(), words),
    lambda words: findings.actions_finding([], power(), words),
    lambda words: findings.next_finding(power(3000, 2400), words),
    lambda words: findings.next_finding(power(9000, 8000), words),
    lambda words: findings.next_finding(power(NAN, NAN), words),
    *[lambda words, v=verdict: _actions(words, v) for verdict in ("raised", "lowered", "unclear", "too_few")],
    lambda words: _actions(words, "raised", high=-0.1),
    lambda words: _actions(words, "raised", high=NAN),
]
