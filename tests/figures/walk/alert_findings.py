"""The walk through the words of alerts: each side of each target, each rule, each kind of group that stands out."""

from collections.abc import Callable

import pandas as pd

from retention_helpers.figures import alert_findings as findings
from retention_helpers.figures.alert_figures import watch_table
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN

LISTS = {"churn_rate": "win_back.csv", "revenue": "raise_to_vip.csv"}
TRIOS: list = []
GROUPS = {
    "cohort": ("0", "1-3", "4-12", "13+"),
    "channel": ("web", "unassigned"),
    "segment": ("Loyal", "unassigned"),
}
FALL = {"change": -20_000.0, "change_low": -30_000.0, "change_high": -10_000.0}


def watched(kpi: str = "revenue", **values: object) -> pd.DataFrame:
    """One key figure that is watched: revenue of 100,000 against 120,000 in the same month last year, usual 130,000."""
    row = {
        "kpi": kpi, "value": 100_000.0, "low": 95_000.0, "high": 105_000.0, "n": 2000, "rule": "usual_course",
        "compared_with": "2025-10", **{f"previous_{name}": number for name, number in FALL.items()}, **FALL,
        "usual": 130_000.0, "usual_low": 120_000.0, "usual_high": 140_000.0, "z": -5.0, "p_value": 0.0001,
        "q_value": 0.001, "target": NAN, "target_verdict": "", "target_p_value": NAN, "target_q_value": NAN,
        "moved": "down", "is_worse": True, "is_target_missed": False, "is_alert": True, **values,
    }  # fmt: skip
    return pd.DataFrame([row])


def rate(**values: object) -> pd.DataFrame:
    """The churn rate rose from 10% to 13%."""
    change = {"change": 0.03, "change_low": 0.01, "change_high": 0.05}
    own = {"value": 0.13, "low": 0.12, "high": 0.14, "usual": 0.1, "usual_low": 0.09, "usual_high": 0.11}
    before = {f"previous_{name}": number for name, number in change.items()}
    return watched("churn_rate", **(before | change | own | {"moved": "up"} | values))


def drivers(*groups: tuple[str, str], share: float = 0.8, kpi: str = "revenue") -> pd.DataFrame:
    """Parts of the change; those of the groups named stand out."""
    part = {"part": share * -20_000, "part_low": -25_000.0, "part_high": -9_000.0, "mix_part": -1_000.0}
    more = {"rate_part": share * -20_000 + 1000, "share_of_change": share, "share_of_customers": 0.3, "p_value": 0.01}
    rows = [
        {"kpi": kpi, "compared_with": "2025-10", "dimension": dimension, "value": value, **part, **more,
         "is_driver": (dimension, value) in groups}
        for dimension, values in GROUPS.items() for value in values
    ]  # fmt: skip
    return pd.DataFrame(rows)


CALM = watched(moved="", is_worse=False, is_alert=False, q_value=0.5)
NOT_JUDGED = watched(rule="none", p_value=NAN, is_alert=False)
MISSED = {"moved": "", "is_worse": False, "is_target_missed": True, "target_verdict": "missed"}
AIMS = {"target": 110_000.0, "target_q_value": 0.001}


def _alerts(frame: pd.DataFrame, parts: pd.DataFrame | None = None) -> Callable[[Words], list]:
    parts = drivers() if parts is None else parts
    return lambda words: findings.alerts(frame, parts, words, audiences=LISTS)


CASES = [
    *(
        lambda words, frame=frame: findings.watch_finding(frame, words, level=0.05)
        for frame in (watched(), pd.concat([watched()] * 2), CALM, NOT_JUDGED)
    ),
    *(_alerts(watched(), drivers((name, value))) for name, values in GROUPS.items() for value in values),
    _alerts(watched(), drivers(("channel", "web"), share=0.4)),
    _alerts(watched(is_target_missed=True, target_verdict="missed", **AIMS)),
    _alerts(rate(is_target_missed=True, target=0.11)),
    _alerts(watched(**MISSED, **AIMS)),
    _alerts(watched(**MISSED, **AIMS, change=NAN, compared_with="", rule="none")),
    _alerts(rate(**MISSED, target=0.11)),
    _alerts(watched(rule="previous")),
    _alerts(watched(value=-100.0, low=-200.0, high=0.0)),
    _alerts(watched(rule="previous_and_last_year")),
    *(
        lambda words, frame=frame: watch_table(frame, drivers(("channel", "web")), words, level=0.05).finding
        for frame in (
            watched(),
            rate(),
            watched(**MISSED, **AIMS),
            CALM,
            NOT_JUDGED,
        )
    ),
]
