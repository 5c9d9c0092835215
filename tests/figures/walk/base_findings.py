"""The walk through the findings of the base: its size, its reach, who was referred, and how groups differ."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.figures import base_findings as findings
from retention_helpers.figures.lifecycle_wordings import CHANNELS, TRAITS
from retention_helpers.words import Words
from tests.figures.walk.lifecycle_findings import rates
from tests.figures.walk.recorder import NAN, Trio

MEASURE = "ordered_again_90_days"


def base(**values: float) -> pd.DataFrame:
    row = {"month": "2026-10", "closing": 1200, "joined": 60, "buyers": 900, "lapsed": 300}
    growth = {"growth_rate": 0.05, "growth_rate_low": 0.04, "growth_rate_high": 0.06}
    return pd.DataFrame([{**row, **growth, **values}])


def reach(*stages: str, rate: float = 0.5) -> pd.DataFrame:
    row = {"customers": 50, "n": 100, "rate": rate, "rate_low": rate - 0.1, "rate_high": rate + 0.1}
    rows = [{"life_stage": stage, "channel": channel, **row} for stage in stages for channel in CHANNELS]
    return pd.DataFrame(rows, columns=["life_stage", "channel", *row])


def referrals(low: float, high: float, **values: float) -> pd.DataFrame:
    row = {"measure": MEASURE, "referred": 0.4, "others": 0.3, "difference": 0.1, "is_small": False}
    return pd.DataFrame([{**row, "difference_low": low, "difference_high": high, "is_reliable": True, **values}])


def cuts(is_different: Sequence[bool], gaps: Sequence[float] = (0.1, -0.1), **values: float) -> pd.DataFrame:
    """Two groups, and who belongs to none: the one that must not be named, however clear it is."""
    groups = zip(("app", "web", "unassigned"), (*is_different, True), (*gaps, 0.3), (0.01, 0.02, 0.001), strict=True)
    rows = [
        {
            "trait": "source",
            "value": value,
            "life_stage": "loyal",
            "n": 100,
            "rate": 0.4,
            "others_rate": 0.4 - gap,
            "difference": gap,
            "difference_low": gap - 0.05,
            "difference_high": gap + 0.05,
            "q_value": q_value,
            "is_different": yes,
            **values,
        }
        for value, yes, gap, q_value in groups
    ]
    return pd.DataFrame(rows)


def _group(words: Words, trait: str, value: str) -> str:
    return findings.group_name(pd.Series({"trait": trait, "value": value}), words)


TRIOS = [
    Trio("referrals", lambda words, low, high: findings.referrals_finding(referrals(low, high), words)),
    Trio("referred", lambda words, low, high: findings.referred_finding(rates("referred", low, high), words)),
]
CASES = [
    lambda words: findings.base_finding(base(), words),
    lambda words: findings.base_finding(base(growth_rate=NAN, growth_rate_low=NAN, growth_rate_high=NAN), words),
    lambda words: findings.base_finding(base()[:0], words),
    *[
        lambda words, stages=stages: [
            findings.reach_finding(reach(*stages), words),
            findings.reach_stage_finding(reach(*stages), words),
        ]
        for stages in ((), ("all",), ("all", "new"), ("all", "new", "lapsed"))
    ],
    lambda words: findings.referred_finding(rates("referred"), words),
    lambda words: findings.referred_finding(rates("referred")[:0], words),
    *[
        lambda words, yes=yes: findings.referrals_finding(referrals(0.01, 0.19, is_reliable=yes), words)
        for yes in (True, False)
    ],
    lambda words: findings.referrals_finding(referrals(NAN, NAN, is_small=True), words),
    lambda words: findings.referrals_finding(referrals(0.01, 0.19)[:0], words),
    *[
        lambda words, differ=differ, gaps=gaps: [
            findings.second_cuts_finding(cuts(differ, gaps), words),
            findings.stage_cuts_finding(cuts(differ, gaps), words),
        ]
        for differ in ((False, False), (True, False), (False, True), (True, True))
        for gaps in ((0.1, -0.1), (-0.1, 0.1))
    ],
    lambda words: findings.second_cuts_finding(cuts((True, True), rate=NAN), words),
    lambda words: findings.stage_cuts_finding(cuts((True, True), q_value=NAN), words),
    lambda words: findings.second_cuts_finding(cuts((True, True))[2:], words),
    lambda words: findings.stage_cuts_finding(cuts((True, True))[:0], words),
    *[lambda words, trait=trait: [_group(words, trait, value) for value in ("app", "unassigned")] for trait in TRAITS],
]
