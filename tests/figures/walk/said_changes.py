"""The walk through what is said of a value with two changes: which one speaks, and what is said without intervals."""

from collections.abc import Callable

from retention_helpers.figures import Finding
from retention_helpers.figures.feedback_findings import CSAT_VALUE, CSAT_WORDINGS, NPS_VALUE, NPS_WORDINGS
from retention_helpers.figures.said_changes import Value, Wordings, headline, sentence, write_change
from retention_helpers.words import Words
from tests.figures.walk.recorder import BOUNDARIES, NAN, Trio

PERIOD = "2026-10"
NO_CHANGE = (NAN, NAN, NAN)


def edges(name: str, value: float, low: float, high: float) -> dict[str, float]:
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def middle(low: float, high: float) -> float:
    """A change inside its interval; known even where an end is not."""
    return (low + high) / 2 if low == low and high == high else 0.1


def changes(low: float, high: float) -> dict[str, float]:
    """Columns of a change on the month before that lies between low and high; none on last year."""
    return {**edges("change", middle(low, high), low, high), **edges("last_year_change", *NO_CHANGE)}


def last_year(low: float, high: float) -> dict[str, float]:
    """The same change on last year, the month before not being known."""
    return {**edges("last_year_change", middle(low, high), low, high), **edges("change", *NO_CHANGE)}


def _said(value: Value, wordings: Wordings, row: dict[str, float]) -> Callable[[Words], Finding]:
    return lambda words: Finding(
        "value", headline(row, value, wordings, words), sentence(row, value, words, period=PERIOD)
    )


NPS, CSAT = edges("nps", 20.0, 10.0, 30.0), edges("csat", 0.8, 0.7, 0.9)
TRIOS = [
    Trio(
        "month before",
        lambda words, low, high: _said(NPS_VALUE, NPS_WORDINGS, {**NPS, **changes(low, high)})(words),
    ),
    Trio(
        "month before, last year the other way",
        lambda words, low, high: _said(
            CSAT_VALUE,
            CSAT_WORDINGS,
            {**CSAT, **last_year(-high, -low), **edges("change", middle(low, high), low, high)},
        )(words),
    ),
    Trio(
        "last year",
        lambda words, low, high: _said(CSAT_VALUE, CSAT_WORDINGS, {**CSAT, **last_year(low, high)})(words),
    ),
]
CASES = [
    _said(NPS_VALUE, NPS_WORDINGS, {**NPS, **changes(1, 2), **edges("last_year_change", -3.0, -5.0, -1.0)}),
    _said(NPS_VALUE, NPS_WORDINGS, {**NPS, **edges("change", *NO_CHANGE), **edges("last_year_change", *NO_CHANGE)}),
    _said(NPS_VALUE, NPS_WORDINGS, {**edges("nps", 20.0, NAN, NAN), **changes(1, 2)}),
    *[
        lambda words, ends=ends, unit=unit: [write_change(changes(*ends), "change", unit, words)]
        for ends in BOUNDARIES
        for unit in ("percent", "number")
    ],
    lambda words: [write_change(last_year(1, 2), "change", "number", words)],
]
