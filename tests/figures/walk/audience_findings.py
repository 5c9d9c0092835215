"""The walk through the findings of the month's lists."""

import pandas as pd

from retention_helpers.figures import audience_findings as findings
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN

TRIOS: list = []
EARNED = "a hold-out drawn by chance"


def ledger(treatment: int, control: int = 0, **reasons: int) -> pd.DataFrame:
    """Two lists, of which the first asks nobody."""
    names = ("list", "asked", "listed", "treatment", "control", *findings.REASONS)
    listed = {"listed": treatment + control, "treatment": treatment, "control": control}
    row = {"list": "win_back", "asked": treatment + control + sum(reasons.values()), **listed, **reasons}
    return pd.DataFrame([{"list": "our_own_list"}, row], columns=names).fillna(0)


def steps(first: int, treatment: int, control: int = 0) -> pd.DataFrame:
    rows = [("win_back", 1, first, 0), ("win_back", 2, treatment, 0), ("win_back", 3, 0, control)]
    return pd.DataFrame(rows, columns=["list", "step", "treatment", "control"])


def files(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"file": [f"list_{place}.csv" for place in range(rows)]})


def power(*effects: float, low: float = 0.02, high: float = 0.06) -> pd.DataFrame:
    rate = {"order_rate": 0.04, "order_rate_low": low, "order_rate_high": high}
    names = [*findings.LISTS][: len(effects)]
    rows = [{"list": name, **rate, "smallest_effect": effect} for name, effect in zip(names, effects, strict=True)]
    return pd.DataFrame(rows, columns=["list", *rate, "smallest_effect"])


def _lists(words: Words, *counts: int, **reasons: int):
    table = ledger(*counts, **reasons)
    return [findings.lists_finding(table, words), findings.ledger_finding(table, words)]


CASES = [
    *[lambda words, n=n: _lists(words, n) for n in (0, 1, 2)],
    lambda words: _lists(words, 0, 1),
    lambda words: _lists(words, 0, 0, no_consent=1),
    lambda words: [say(ledger(1)[:0], words) for say in (findings.lists_finding, findings.ledger_finding)],
    *[
        lambda words, reason=reason, n=n: _lists(words, 5, 1, **{reason: n})
        for reason in findings.REASONS
        for n in (1, 2)
    ],
    lambda words: _lists(words, 5, 1, came_back=2, no_consent=3),
    *[lambda words, later=later: findings.steps_finding(steps(3, later), words) for later in (0, 1, 2)],
    lambda words: findings.steps_finding(steps(3, 0, 1), words),
    lambda words: findings.steps_finding(steps(3, 1)[:0], words),
    *[lambda words, n=n: findings.files_finding(files(n), words) for n in (0, 1, 2)],
    lambda words: findings.power_finding(power(0.03, NAN, 0.02), words),
    lambda words: findings.power_finding(power(0.03, low=NAN, high=NAN), words),
    lambda words: findings.power_finding(power(NAN), words),
    lambda words: findings.power_finding(power(), words),
    lambda words: [findings.list_name(name, words) for name in (*findings.LISTS, "our_own_list")],
    lambda words: [findings.step_name(name, words) for name in (*findings.STEPS, "last_call")],
]
