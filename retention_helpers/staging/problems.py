"""Every problem of the source as one table: check, rows, examples, what was done. Nothing is mended in silence."""

import duckdb
import pandas as pd

from retention_helpers.engine import quote
from retention_helpers.errors import ProfileError, SourceError, did_you_mean
from retention_helpers.params import Profile
from retention_helpers.schema import CONTRACT

from .between_rows import between_rows, ends, first_examples
from .order_checks import Check, order_checks, recoded
from .tables import Staged

COLUMNS = ["table", "check", "rows", "examples", "done"]
# Share of rows above which the build is refused; a profile may set its own.
FATAL = {"unreadable_date": 0.05, "unreadable_amount": 0.05, "other_currency": 0.0}


def order_problems(con: duckdb.DuckDBPyConnection, profile: Profile, staged: Staged) -> pd.DataFrame:
    """Problems of the order rows: columns ``table, check, rows, examples (first five), done``; none found is no row.

    Raises `SourceError` for what a report cannot be built on: a second currency, more unreadable rows than the
    profile's ``fatal`` thresholds allow, no usable row; `ProfileError` for a threshold of a check that there is not.
    """
    checks = order_checks(profile)
    _refuse_unknown(profile, checks)
    counts = ", ".join(f"count(*) FILTER ({check.condition})" for check in checks)
    row = con.execute(f"SELECT count(*), count(*) FILTER (month IS NOT NULL), {counts} FROM staged_orders").fetchone()
    assert row is not None
    total, usable, found = row[0], row[1], row[2:]
    problems = [
        ("orders", check.name, rows, _examples(con, check), check.done)
        for check, rows in zip(checks, found, strict=True)
        if rows
    ]
    _refuse_fatal(problems, profile, total, usable)
    problems += between_rows(con, profile) + ends(con, profile, staged) + _tidied_headers("orders", staged)
    return pd.DataFrame(problems, columns=COLUMNS)


def table_problems(con: duckdb.DuckDBPyConnection, profile: Profile, staged: Staged) -> pd.DataFrame:
    """Problems of the other tables: required values missing, values replaced, customers described twice."""
    problems = []
    for name in staged.tables:
        if name == "orders":
            continue
        table = CONTRACT[name]
        for column in table.required:
            cast = quote(f"{column}_cents" if table.column(column).kind == "money" else column)
            shown = f"coalesce({column}_text, '(blank)')"
            problems += _one(con, name, Check(f"no_{column}", f"{cast} IS NULL AND NOT is_filtered", shown, "left out"))
        first = f"{table.required[0]}_text"
        problems += _one(con, name, Check("filtered", "is_filtered", first, "left out by the profile's keep rule"))
        problems += _one(con, name, recoded(name))
        problems += _tidied_headers(name, staged)
    if "memberships" in staged.tables:
        problems += _copies(con)
    if "customers" in staged.tables:
        distinct = "SELECT DISTINCT * EXCLUDE (customer_id_text, recoded) FROM staged_customers WHERE NOT is_filtered"
        done = "the one registered first is used, then the first in alphabetical order"
        problems += _several(con, "customers", ("described_differently", "customer_id", distinct, done))
    if "identities" in staged.tables:
        distinct = "SELECT DISTINCT alias_id, customer_id FROM staged_identities WHERE NOT is_filtered"
        done = "the first customer in alphabetical order is used"
        problems += _several(con, "identities", ("alias_of_two_customers", "alias_id", distinct, done))
    return pd.DataFrame(problems, columns=COLUMNS)


def _one(con: duckdb.DuckDBPyConnection, table: str, check: Check) -> list[tuple]:
    rows = con.execute(f"SELECT count(*) FROM staged_{table} WHERE {check.condition}").fetchone()
    if not rows or not rows[0]:
        return []
    return [(table, check.name, rows[0], _examples(con, check, table), check.done)]


def _copies(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Events that stand in the table several times, equal in every mapped column."""
    query = """SELECT customer_id AS example, count(*) - 1 AS copies FROM staged_memberships
        WHERE NOT is_filtered AND customer_id IS NOT NULL
        GROUP BY customer_id, "at", event, order_id, tier, points, value_cents, paid_cents HAVING count(*) > 1"""
    found = con.execute(f"SELECT sum(copies) FROM ({query})").fetchone()
    done = "all counted: events may be alike; look whether they are copies"
    return (
        [("memberships", "event_twice", int(found[0]), first_examples(con, query), done)] if found and found[0] else []
    )


def _several(con: duckdb.DuckDBPyConnection, table: str, check: tuple[str, str, str, str]) -> list[tuple]:
    """An id that stands in several different rows."""
    name, column, rows, done = check
    query = f"SELECT {column} AS example FROM ({rows}) WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1"
    found = con.execute(f"SELECT count(*) FROM ({query})").fetchone()
    return [(table, name, found[0], first_examples(con, query), done)] if found and found[0] else []


def _tidied_headers(table: str, staged: Staged) -> list[tuple]:
    names = staged.tidied.get(table)
    return [(table, "header_blanks_or_bom", 0, ", ".join(map(repr, names)), "read without the blanks")] if names else []


def _examples(con: duckdb.DuckDBPyConnection, check: Check, table: str = "orders") -> str:
    return first_examples(
        con, f"SELECT DISTINCT {check.example} AS example FROM staged_{table} WHERE {check.condition}"
    )


def _refuse_unknown(profile: Profile, checks: list[Check]) -> None:
    known = {check.name for check in checks} | set(FATAL)
    for name in profile.fatal:
        if name not in known:
            raise ProfileError(
                f"profile {profile.name}: fatal.{name}: there is no such check of the orders."
                f"{did_you_mean(name, known)} Known: {', '.join(sorted(known))}."
            )


def _refuse_fatal(problems: list[tuple], profile: Profile, total: int, usable: int) -> None:
    for _, check, rows, examples, _ in problems:
        limit = profile.fatal.get(check, FATAL.get(check))
        if limit is not None and rows > limit * total:
            raise SourceError(
                f"orders: {rows:,} of {total:,} rows: {check} ({examples}); the profile allows {limit:.0%}. "
                f"Correct the export, or the mapping, or set fatal.{check} in the profile."
            )
    if usable == 0:
        raise SourceError("orders: not one row has a usable date. Check the column and format of ordered_at.")
