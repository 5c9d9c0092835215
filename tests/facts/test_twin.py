"""The facts that SQL makes are those that a slow twin makes of the same rows, customer by customer."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention_helpers.facts import Facts
from retention_helpers.params import Profile
from retention_helpers.report import ensure_facts
from tests.company import written
from tests.metrics.shops import AS_OF, FACT_COLUMNS, month_end, shops, slow_facts

FORMS = ("csv", pytest.param("parquet", marks=pytest.mark.slow))


def company(folder: Path, rows: pd.DataFrame, form: str) -> Profile:
    """The rows as a company would export them, in major units."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.register("rows", rows)
        con.execute(f"""
            COPY (
                SELECT * EXCLUDE (amount_cents, is_refund), CAST(amount_cents / 100.0 AS DECIMAL(12, 2)) AS amount
                FROM rows
            ) TO '{folder / f"orders.{form}"}'
        """)
    columns = {name: name for name in ("customer_id", "order_id", "ordered_at", "amount", "channel")}
    orders = {"source": f"orders.{form}", "columns": columns}
    # Two refunds of a customer may be equal in every column: here each is one.
    rules = {"duplicates": "keep"}
    basis = {"title": "Twin", "currency": "EUR", "timezone": "UTC", "orders": rules, "data_through": AS_OF}
    return written(folder, basis | {"tables": {"orders": orders}}, f"twin-{form}")


def compare(facts: Facts, rows: pd.DataFrame, as_of: date) -> None:
    for name, slow in slow_facts(rows, as_of).items():
        fast = facts.frame(name, as_of=as_of)
        if name == "cohort_cube":
            fast = fast[fast["dimension"].isin(["all", "channel"])]
        pd.testing.assert_frame_equal(
            tidy(fast, name, slow), tidy(slow, name, slow), check_dtype=False, obj=f"{name} {as_of}"
        )


def tidy(frame: pd.DataFrame, name: str, like: pd.DataFrame) -> pd.DataFrame:
    columns = FACT_COLUMNS[name]
    typed = frame[columns].astype(like[columns].dtypes)
    return typed.sort_values(columns, ignore_index=True)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.lists(shops(min_orders=1), min_size=1, max_size=8))
def test_the_facts_are_those_of_the_slow_twin(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, form: str, drawn: list[pd.DataFrame]
) -> None:
    """Many shops go through one build: customers and orders of each have names of their own."""
    named = [
        shop.assign(customer_id=f"{number}-" + shop["customer_id"], order_id=f"{number}-" + shop["order_id"])
        for number, shop in enumerate(drawn)
    ]
    rows = pd.concat(named, ignore_index=True)
    folder = tmp_path_factory.mktemp("twin")
    monkeypatch.setenv("RETENTION_CACHE", str(folder / "cache"))
    facts = ensure_facts(company(folder, rows, form))
    for as_of in (AS_OF, month_end(AS_OF.year * 12 + AS_OF.month - 1 - 4)):
        compare(facts, rows, as_of)
    facts.close()
