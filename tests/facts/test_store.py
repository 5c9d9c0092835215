"""What tells a later run that nothing has changed: fingerprints of the rows that a period can know."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from retention_helpers.facts.sql import PASSED_ON
from retention_helpers.facts.store import ATTRIBUTES, Facts

JUNE, JULY = 2024 * 12 + 5, 2024 * 12 + 6
LAST_OF_JUNE = date(2024, 6, 30)


@pytest.fixture
def facts() -> Facts:
    """One customer known in June, one in July, and a cost in each month."""
    con = duckdb.connect()
    about = ", ".join(f"NULL::VARCHAR AS {name}" for name in ATTRIBUTES)
    con.execute(
        f"CREATE TABLE customers AS SELECT 'a' AS customer_id, {about}, {JUNE} AS known_month, 0 AS first_month"
    )
    con.execute(f"INSERT INTO customers (customer_id, known_month) VALUES ('b', {JULY})")
    for table in PASSED_ON:
        con.execute(f"CREATE TABLE {table} (month SMALLINT, value INTEGER)")
        con.execute(f"INSERT INTO {table} VALUES ({JUNE}, 1), ({JULY}, 1)")
    con.execute("ALTER TABLE outcomes DROP month")  # the units of an experiment have no date
    return Facts(con, Path("facts.duckdb"))


def changed(facts: Facts, statement: str) -> list[str]:
    """The tables whose fingerprint at the end of June differs after a statement."""
    before = facts.fingerprints(as_of=LAST_OF_JUNE)
    facts.con.execute(statement)
    after = facts.fingerprints(as_of=LAST_OF_JUNE)
    return [table for table in before if before[table] != after[table]]


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO costs VALUES ({JULY}, 2)",
        f"INSERT INTO customers (customer_id, known_month) VALUES ('c', {JULY})",
        "UPDATE customers SET city = 'Kyiv' WHERE customer_id = 'b'",
        f"UPDATE feedback SET value = 9 WHERE month = {JULY}",
    ],
)
def test_what_comes_later_changes_no_fingerprint(facts: Facts, statement: str) -> None:
    assert changed(facts, statement) == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        (f"INSERT INTO costs VALUES ({JUNE}, 1)", "costs"),
        ("INSERT INTO costs VALUES (NULL, 1)", "costs"),
        (f"DELETE FROM contacts WHERE month = {JUNE}", "contacts"),
        ("INSERT INTO outcomes VALUES (3)", "outcomes"),
        (f"UPDATE feedback SET value = 9 WHERE month = {JUNE}", "feedback"),
        ("UPDATE customers SET city = 'Kyiv' WHERE customer_id = 'a'", "customers"),
        ("INSERT INTO customers (customer_id) VALUES ('c')", "customers"),
    ],
)
def test_a_change_of_what_a_period_can_know_is_seen(facts: Facts, statement: str, table: str) -> None:
    assert changed(facts, statement) == [table]
