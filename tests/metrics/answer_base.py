"""Answers, contacts and touch points in a database; apart from the examples, which Hypothesis keeps until the end."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from functools import cache

import duckdb
import pandas as pd

from retention_helpers.metrics.answers import Answers, judged_answers
from tests.metrics.opinions import Said, month_of

JANUARY, FEBRUARY, MARCH = date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)
IN_JANUARY, IN_FEBRUARY, IN_MARCH = (datetime(2025, month, 10, 12) for month in (1, 2, 3))

SCALES = {"nps": (0, 10), "csat": (1, 5)}

_TYPES = {
    "at": "TIMESTAMP", "score": "DOUBLE", "customer_id": "VARCHAR", "question": "VARCHAR", "score_code": "VARCHAR",
    "comment": "VARCHAR", "channel": "VARCHAR", "topic": "VARCHAR", "stage": "VARCHAR", "weight": "DOUBLE",
}  # fmt: skip


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def kept(name: str, rows: Iterable[dict], types: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """A table of events with the month of each; the next call replaces it."""
    con = _database()
    columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    con.execute(f"CREATE OR REPLACE TABLE {name} ({columns}, month SMALLINT)")
    values = [[*(row[column] for column in types), month_of(row["at"])] for row in rows]
    if values:
        con.register("given", pd.DataFrame(values, columns=[*types, "month"]))
        con.execute(f"INSERT INTO {name} SELECT * FROM given")
        con.unregister("given")
    return con


def asked(answers: Iterable[Said], as_of: date, scales: dict[str, tuple[int, int]] = SCALES) -> Answers:
    """The answers, judged; each call replaces those before."""
    return judged_answers(kept("feedback", map(asdict, answers), _TYPES), scales=scales, as_of=as_of)


def contacted(contacts: Iterable[tuple[str, datetime, str]]) -> duckdb.DuckDBPyConnection:
    """Contacts of customers: customer, when, purpose."""
    rows = [dict(zip(("customer_id", "at", "purpose"), contact, strict=True)) for contact in contacts]
    return kept("contacts", rows, {"customer_id": "VARCHAR", "at": "TIMESTAMP", "purpose": "VARCHAR"})


def touched(events: Iterable[tuple[str, datetime, str]]) -> duckdb.DuckDBPyConnection:
    """Touch points of customers: customer, when, stage."""
    rows = [dict(zip(("customer_id", "at", "stage"), event, strict=True)) for event in events]
    return kept("touchpoints", rows, {"customer_id": "VARCHAR", "at": "TIMESTAMP", "stage": "VARCHAR"})


def row(frame: pd.DataFrame, month: str) -> pd.Series:
    return frame.set_index("month").loc[month]
