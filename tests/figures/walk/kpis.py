"""The walk through the wordings of the KPIs."""

import pandas as pd

from retention_helpers.figures.kpis import CARDS, kpi_finding, kpi_findings, month_cards, with_last_year
from retention_helpers.figures.wordings import WORDINGS
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio

WALKS = ("kpis", "wordings")
PERIOD = "2026-10"
VALUE = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 100, "previous": 0.45, "previous_low": 0.4, "previous_high": 0.5}


def month(kpi: str, low: float, high: float, /, **values: float) -> pd.DataFrame:
    """The row of one KPI whose change lies between low and high, against the month before and against last year."""
    change = {"change": 0.05, "change_low": low, "change_high": high}
    return with_last_year(
        pd.DataFrame([{"kpi": kpi, **VALUE, **change, "last_year": 0.3, **values}]),
        pd.DataFrame([{"kpi": kpi, **change, "change": 0.2}]),
    )


def _trio(kpi: str) -> Trio:
    return Trio(kpi, lambda words, low, high: kpi_finding(month(kpi, low, high), kpi, words, period=PERIOD))


TRIOS = [_trio(kpi) for kpi in WORDINGS]


def _without(**values: float):
    return lambda words: kpi_finding(month("nrr", -0.1, 0.1, **values), "nrr", words, period=PERIOD)


def _cards(words: Words):
    return month_cards(month("nrr", 0.1, 0.2), pd.DataFrame({"kpi": [], "value": []}), CARDS, words, period=PERIOD)


CASES = [
    _without(value=NAN),
    _without(value=None, n=0),
    _without(low=NAN, high=NAN),
    _without(previous=NAN, change=NAN),
    _without(last_year=NAN),
    lambda words: kpi_findings(month("nrr", 0.1, 0.2), words, period=PERIOD),
    _cards,
]
