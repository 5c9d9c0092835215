"""The walk through the findings of the customers' journey."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.figures import journey_findings as findings
from retention_helpers.words import Words
from tests.figures.walk.recorder import BOUNDARIES, NAN, Trio
from tests.figures.walk.said_changes import edges, middle

PERIOD = "2026-10"
TRIOS: list[Trio] = []
STAGES = list(findings.STAGES)


def ranked(name: str, may_be_lowest: Sequence[bool]) -> pd.DataFrame:
    """Stages by a rate, the lowest first, as `weakest_step` and `least_content` give them."""
    rows = [
        {
            "stage": STAGES[place],
            **edges(name, 0.2 + place / 10, 0.1, 0.5),
            "answers": 50,
            **edges("above", place / 10, 0.01, 0.2),
            "may_be_lowest": may_be,
            "is_lowest": place == 0 and sum(may_be_lowest) == 1,
        }
        for place, may_be in enumerate(may_be_lowest)
    ]
    return pd.DataFrame(rows)


def step(stage: str, low: float, high: float, change: float | None = None, **values: float) -> dict[str, object]:
    said = middle(low, high) if change is None else change
    counts = {"conversion": 0.4, "stopped": 60, "stopped_share": 0.7}
    return {"stage": stage, **edges("change", said, low, high), **counts, **values}


def wait(stage: str, days: float, *, low: float = 3.0, high: float = 90.0, customers: int = 50) -> dict[str, object]:
    return {"stage": stage, "customers": customers, **edges("median_days", days, low, high)}


def touchpoints(*is_known: bool) -> pd.DataFrame:
    rows = [{"stage": "use", "events": 30, "is_known": known, "first_month": PERIOD} for known in is_known]
    return pd.DataFrame(rows)


def _map(words: Words, table: pd.DataFrame):
    return findings.map_finding(table, words, period=PERIOD, step_days=30)


def _moods(words: Words, table: pd.DataFrame, months: int = 12):
    return findings.moods_finding(table, words, months=months)


def _steps(words: Words, *rows: dict[str, object]):
    return findings.steps_finding(pd.DataFrame(rows), words)


def _stops(words: Words, *rows: dict[str, object]):
    return findings.stops_finding(pd.DataFrame(rows), words, step_days=30)


def _waits(words: Words, *rows: dict[str, object], months: int = 12):
    return findings.waits_finding(pd.DataFrame(rows), words, months=months)


def _sides_of_zero(words: Words):
    begins = {"up": "More", "down": "Fewer", "flat": "No step"}
    said = {ends: _steps(words, step("purchase", *ends)) for ends in BOUNDARIES}
    for ends, finding in said.items():
        assert finding.headline.startswith(begins[BOUNDARIES[ends]]), f"{ends}: {finding.headline}"
    return list(said.values())


CASES = [
    lambda words: list(findings.stage_names(words).values()),
    lambda words: _map(words, ranked("conversion", [True])[:0]),
    *[
        lambda words, may_be=may_be: _map(words, ranked("conversion", may_be))
        for may_be in ([True], [True, False], [True, True], [True, True, False])
    ],
    _sides_of_zero,
    lambda words: _steps(words, step("purchase", 0.1, 0.2, conversion=NAN)),
    lambda words: _steps(words, step("purchase", NAN, NAN, NAN)),
    lambda words: _steps(words, step("purchase", NAN, NAN, NAN), step("use", -0.1, 0.2)),
    # The larger change speaks, of those that are reliable.
    lambda words: _steps(words, step("purchase", 0.1, 0.2), step("use", -0.4, -0.3), step("loyalty", -0.9, 0.1)),
    *[
        lambda words, stopped=stopped: _stops(words, step("purchase", 0.1, 0.2, stopped=stopped))
        for stopped in (0, 1, 60)
    ],
    *[
        lambda words, months=months: _waits(words, wait("purchase", 12.0), wait("use", 40.0), months=months)
        for months in (1, 2)
    ],
    lambda words: _waits(words, wait("purchase", 12.0), wait("use", NAN, high=NAN)),
    lambda words: _waits(words, wait("purchase", 12.0, high=NAN)),
    lambda words: _waits(words, wait("purchase", 12.0, customers=0)),
    lambda words: _waits(words, wait("purchase", 12.0, customers=0), wait("use", 40.0, customers=1)),
    lambda words: _moods(words, ranked("satisfaction", [True])[:0]),
    *[
        lambda words, may_be=may_be, months=months: _moods(words, ranked("satisfaction", may_be), months)
        for may_be in ([True, False], [True, True], [True, True, False])
        for months in (1, 2)
    ],
    lambda words: _moods(words, ranked("satisfaction", [True])),
    lambda words: _moods(words, ranked("satisfaction", [True]).assign(is_lowest=False)),
    lambda words: _moods(words, ranked("satisfaction", [True, True]).assign(stage="checkout")),
    *[
        lambda words, known=known: findings.touchpoints_finding(touchpoints(*known), words)
        for known in ((), (True,), (False,), (True, False))
    ],
]
