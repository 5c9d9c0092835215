"""The walk through the findings of the life cycle, and through the names and steps that it speaks of."""

from collections.abc import Callable, Sequence

import pandas as pd

from retention_helpers.figures import Finding
from retention_helpers.figures import lifecycle_findings as findings
from retention_helpers.figures.lifecycle_wordings import CHANNELS, LOSSES, MEASURES, STAGES, STEPS, TRAITS, said, yes_no
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio

WALKS = ("lifecycle_findings", "lifecycle_wordings")
RULES = {"loyal_orders": 4, "lapse_months": 6}
CHANGE = {"change": 0.05, "change_low": 0.01, "change_high": 0.09, "last_year_change": 0.1}


def flows(active: int = 50, **closing: int) -> pd.DataFrame:
    """A month in which 50 were active at its beginning; nobody is a potential customer or an advocate if not told."""
    ends = {"new": active, "at_risk": 20, "lapsed": 30, **closing}
    rows = [
        {
            "month": "2026-10",
            "life_stage": stage,
            "opening": 50 if stage == "new" else 0,
            "entered": ends.get(stage, 0),
            "left": 0,
            "closing": ends.get(stage, 0),
        }
        for stage in STAGES
        if stage != "outside"
    ]
    return pd.DataFrame(rows)


def moves(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_stage", "to_stage", "customers"]).assign(month="2026-10")


def rates(step: str, low: float = 0.01, high: float = 0.09, **values: float) -> pd.DataFrame:
    row = {"transition": step, "month": "2026-10", "n": 100, "rate": 0.5, "rate_low": 0.4, "rate_high": 0.6}
    change = {**CHANGE, "change_low": low, "change_high": high}
    year = {"last_year_change_low": 0.05, "last_year_change_high": 0.15}
    return pd.DataFrame([{**row, **change, **year, **values}])


def steps(step: str) -> pd.DataFrame:
    """All steps between stages; nobody could make any but the one."""
    nobody = {"n": 0, "rate": NAN, "rate_low": NAN, "rate_high": NAN}
    tables = [rates(name, **({} if name == step else nobody)) for name in STEPS if "->" in name]
    return pd.concat(tables, ignore_index=True)


def losses(worst: str, customers: int = 30, **values: float) -> pd.DataFrame:
    tables = [rates(name, customers=customers if name == worst else 0, **values) for name in LOSSES]
    return pd.concat(tables, ignore_index=True)


def times(quarter: float, half: float, low: float = 40.0, high: float = 70.0) -> pd.DataFrame:
    row = {"customers": 400, "ordered_again": 120, "quarter_days": quarter, "half_days": half}
    return pd.DataFrame([{**row, "quarter_days_low": low, "quarter_days_high": high}])


def log_rank(p_value: float, groups: int = 2) -> pd.DataFrame:
    return pd.DataFrame({"groups": [groups], "customers": [200], "p_value": [p_value]})


def channels(ratios: Sequence[float], is_different: Sequence[bool] = (True, True)) -> pd.DataFrame:
    row = {"value": ["app", "unassigned"], "ratio": ratios, "q_value": [0.02, 0.01]}
    return pd.DataFrame({**row, "is_different": is_different})


def _balance(**ends: int) -> Callable[[Words], Finding]:
    return lambda words: findings.balance_finding(flows(**ends), words, **RULES)


def _channel(p_value: float, ratio: float = 1.4, groups: int = 2, **differ: Sequence[bool]):
    table = channels([ratio, 1.9], **differ)
    return lambda words: findings.channel_finding(log_rank(p_value, groups), table, words)


def _step(step: str) -> Trio:
    return Trio(step, lambda words, low, high: findings.step_finding(rates(step, low, high), step, words))


TRIOS = [_step(step) for step in STEPS]
CASES = [
    *[_balance(active=active) for active in (51, 50, 49, 0)],
    _balance(potential=5, advocate=0),
    _balance(potential=0, advocate=5),
    _balance(potential=5, advocate=5),
    lambda words: findings.balance_finding(flows()[:0], words, **RULES),
    lambda words: findings.flow_finding(flows(), words),
    lambda words: findings.flow_finding(flows()[:0], words),
    lambda words: findings.moves_finding(moves(("new", "new", 3), ("new", "repeat", 1), ("outside", "new", 9)), words),
    lambda words: findings.moves_finding(moves(("outside", "new", 9)), words),
    lambda words: findings.moves_finding(moves(), words),
    *[lambda words, step=step: findings.step_finding(rates(step, rate=NAN, n=0), step, words) for step in STEPS],
    *[lambda words, step=step: findings.steps_finding(steps(step), words) for step in STEPS],
    lambda words: findings.step_finding(rates("referred").drop(columns="transition"), "referred", words),
    lambda words: findings.steps_finding(rates("new->repeat", NAN, NAN, change=NAN, last_year_change=NAN), words),
    lambda words: findings.steps_finding(rates("new->repeat")[:0], words),
    *[
        lambda words, worst=worst: findings.losses_finding(losses(worst), words)
        for worst in LOSSES
        if worst != "at_risk->lapsed"
    ],
    lambda words: findings.losses_finding(losses("new->silent", change=NAN, change_low=NAN, change_high=NAN), words),
    lambda words: findings.losses_finding(losses("new->silent", 0), words),
    lambda words: findings.losses_finding(losses("new->silent")[:0], words),
    *[
        lambda words, known=known: findings.second_order_finding(times(*known), words)
        for known in (
            (50.0, 180.0),
            (50.0, NAN),
            (50.0, NAN, 40.0, NAN),
            (NAN, NAN, 40.0, NAN),
            (NAN, NAN, NAN, NAN),
        )
    ],
    lambda words: findings.second_order_finding(times(50.0, 180.0)[:0], words),
    _channel(0.0499),
    _channel(0.05, 0.7),
    _channel(0.0501),
    _channel(0.01, is_different=(False, True)),
    _channel(0.01, groups=1),
    _channel(NAN),
    *[
        lambda words, names=names: list(said(names, words).values())
        for names in (STAGES, LOSSES, CHANNELS, TRAITS, MEASURES, {step: each.name for step, each in STEPS.items()})
    ],
    lambda words: yes_no(pd.Series([True, False]), words),
]
