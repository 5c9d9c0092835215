"""The month's lists: by what customers are chosen, and the files, with those held out apart from those to contact."""

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from retention_helpers.engine import literal, quote
from retention_helpers.metrics.life_stages import LifeRules, staged_customers
from retention_helpers.metrics.rfm import scored_customers
from retention_helpers.params import Audiences

if TYPE_CHECKING:
    from .notebook import Report

# Who imports a file contacts all that is in it: those held out have one of their own.
ENDINGS = {"treatment": "", "control": ".control"}


def customer_labels(report: "Report", as_of: date) -> dict[str, duckdb.DuckDBPyRelation]:
    """By what lists choose their customers: for each label a relation with ``customer_id`` and the label on a day."""
    rules = report.profile
    scored = scored_customers(report.con, as_of=as_of, rules=rules.segment_rules)
    staged = staged_customers(report.con, as_of=as_of, rules=LifeRules(rules.lapse_months))
    return {"rfm_segment": report.con.table(scored), "life_stage": staged}


def write_lists(report: "Report", listed: duckdb.DuckDBPyRelation, *, settings: Audiences) -> pd.DataFrame:
    """Write each list in the columns of its destination: ``<list>.csv``, and ``<list>.control.csv`` with the hold-out.

    ``listed`` is a `listed_customers`. Every list has both files, with nobody in them if need be.

    Returns one row per file: ``list``, ``arm`` (treatment, control), ``file`` (all text), ``rows`` (customers in it).
    """
    found = []
    for name in settings.lists:
        columns = settings.columns_of(name)
        shown = ", ".join(f"{quote(field)} AS {quote(header)}" for field, header in columns.items())
        for arm, ending in ENDINGS.items():
            mine = listed.filter(f"list = {literal(name)} AND arm = {literal(arm)}").project(shown)
            rows = report.audience(f"{name}{ending}", mine, by=columns["customer_id"])
            found.append((name, arm, f"audiences/{name}{ending}.csv", rows))
    kinds = {"list": "str", "arm": "str", "file": "str", "rows": "int64"}
    return pd.DataFrame(found, columns=list(kinds)).astype(kinds)
