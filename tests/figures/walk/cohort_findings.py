"""The walk through the findings of the cohort report."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from retention_helpers.figures import cohort_findings as findings
from retention_helpers.figures.columns import value_name
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN

SINCE = date(2026, 2, 1)
TRIOS: list = []


def details(cohorts: list[str]) -> pd.DataFrame:
    rows = [
        {
            "cohort": cohort,
            "months_since_first": age,
            "on_or_after_rate": rate,
            "on_or_after_rate_low": rate / 2,
            "on_or_after_rate_high": 1.0,
        }
        for cohort, rate in zip(cohorts, (0.9, 0.6, 0.5), strict=False)
        for age in (0, 1)
    ]
    return pd.DataFrame(rows)


def differences(is_different: Sequence[bool], gaps: Sequence[float] = (0.05, -0.08)) -> pd.DataFrame:
    rows = [
        {
            "cohort": f"2026-0{place + 1}",
            "value": name,
            "months_since_first": 1,
            "difference": gap,
            "is_different": yes,
            "retention_rate": 0.2,
            "others_rate": 0.2 - gap,
            "difference_low": gap - 0.01,
            "difference_high": gap + 0.01,
        }
        for place, (name, gap, yes) in enumerate(zip(("web", "app"), gaps, is_different, strict=True))
    ]
    return pd.DataFrame(rows)


def curve(**values: float) -> pd.DataFrame:
    rates = {"retention_rate": 0.2, "retention_rate_low": 0.15, "retention_rate_high": 0.25}
    return pd.DataFrame([{"months_since_first": 1, **rates, **values}])


def spending(ages: Sequence[int], cohorts: int = 3) -> pd.DataFrame:
    row = {"month_cohorts": cohorts, "cohort_customers": 900}
    return pd.DataFrame(
        [{"months_since_first": age, "cumulative_revenue_per_customer": 40.0 + age, **row} for age in ages]
    )


def backtest(beats_naive: bool, coverage: float = 0.96) -> pd.DataFrame:
    row = {"candidate": "curve", "months_ahead": 0, "cells": 50, "mean_absolute_error": 0.021, "coverage": coverage}
    return pd.DataFrame([{**row, "naive_mean_absolute_error": 0.03, "beats_naive": beats_naive, "is_used": True}])


def projected() -> pd.DataFrame:
    return pd.DataFrame({"months_ahead": [1, 1, 2], "active_customers": [10.4, 20.2, 99.0]})


def _by(words: Words, dimension: str, is_different: Sequence[bool], **gaps: Sequence[float]):
    table = differences(is_different, **gaps)
    return findings.dimension_finding(f"by_{dimension}", table, words, dimension=dimension)


CASES = [
    lambda words: findings.grid_finding(curve(), differences([False, False]), words),
    lambda words: findings.grid_finding(curve(), differences([True, True]), words),
    lambda words: findings.grid_finding(curve(retention_rate_low=NAN), differences([True, False])[:0], words),
    lambda words: findings.grid_finding(curve()[:0], differences([True, True])[:0], words),
    lambda words: findings.later_finding(details(["2026-01", "2026-02", "2026-03"]), words, since=SINCE),
    lambda words: findings.later_finding(details(["2026-01"]), words, since=SINCE),
    lambda words: findings.revenue_finding(spending([0, 1]), words),
    lambda words: findings.revenue_finding(spending([0, 6, 12, 18]), words),
    lambda words: findings.revenue_finding(spending([0], cohorts=2), words),
    *[lambda words, name=name: _by(words, name, [False, False]) for name in findings.DIMENSIONS],
    lambda words: [value_name(value, words) for value in ("web", "unassigned")],
    lambda words: [words.say(dimension.title) for dimension in findings.DIMENSIONS.values()],
    lambda words: _by(words, "channel", [False, True]),
    lambda words: _by(words, "channel", [True, False]),
    lambda words: findings.dimension_finding("by_city", differences([True, True])[:1], words, dimension="city"),
    lambda words: findings.differences_finding(differences([True, False]), words),
    lambda words: findings.differences_finding(differences([True, False])[:0], words),
    *[
        lambda words, beats=beats: [
            findings.projection_finding(projected(), backtest(beats), words),
            findings.backtest_finding(backtest(beats), words),
        ]
        for beats in (True, False)
    ],
    lambda words: findings.projection_finding(projected(), backtest(True, NAN), words),
    lambda words: findings.projection_finding(projected()[:0], backtest(True), words),
    lambda words: findings.backtest_finding(backtest(True)[:0], words),
]
