"""Checks that need several order rows held against each other, and the two ends of the data."""

import duckdb

from retention_helpers.params import Profile
from retention_helpers.periods import Period

from .order_checks import cancellation_prefix
from .tables import Staged

EXAMPLES = 5
# Of how often each amount occurs: the engine's own keeps all of them in memory.
_MEDIAN = """
    WITH sizes AS (
        SELECT abs(amount_cents) AS size, count(*) AS rows FROM staged_orders WHERE amount_cents <> 0 GROUP BY size
    ),
    placed AS (SELECT size, 2 * sum(rows) OVER (ORDER BY size) >= sum(rows) OVER () AS is_upper FROM sizes)
    SELECT min(size) FROM placed WHERE is_upper
"""
# Both in one look at all orders.
_ODD_ORDERS = """
    SELECT
        order_id AS example,
        min(ordered_at) < max(ordered_at) AS is_at_two_times,
        min(customer_id) < max(customer_id) AS is_of_two_customers
    FROM staged_orders WHERE order_id IS NOT NULL GROUP BY order_id
    HAVING min(ordered_at) < max(ordered_at) OR min(customer_id) < max(customer_id)
"""


def between_rows(con: duckdb.DuckDBPyConnection, profile: Profile) -> list[tuple]:
    """Problems that show only when rows are held against each other."""
    problems = []
    prefix = cancellation_prefix(profile)
    refund = "coalesce(amount_cents < 0, false)"
    queries = {
        "refund_without_purchase": (
            f"""WITH refunds AS (
                SELECT customer_id, product_id, concat_ws(' ', order_id, product_id) AS example FROM staged_orders
                WHERE {refund} AND customer_id IS NOT NULL AND refund_of IS NULL
            ),
            -- Of these customers alone: all others' purchases would not fit into memory.
            bought AS (
                SELECT DISTINCT customer_id, product_id FROM staged_orders
                WHERE customer_id IN (SELECT customer_id FROM refunds) AND amount_cents >= 0
                AND NOT coalesce(starts_with(order_id, {prefix}), false)
            )
            SELECT example FROM refunds WHERE NOT EXISTS (
                SELECT 1 FROM bought WHERE bought.customer_id = refunds.customer_id
                AND bought.product_id IS NOT DISTINCT FROM refunds.product_id)""",
            "booked when it happened, shown as unmatched",
        ),
        "customer_with_refunds_alone": (
            _several("customer_id", f"bool_and({refund} OR coalesce(starts_with(order_id, {prefix}), false))"),
            "in no cohort; the refunds are booked",
        ),
        "order_at_two_times": (
            "SELECT example FROM odd_orders WHERE is_at_two_times",
            "one order, at its first time; in two months: an order in each",
        ),
        "order_of_two_customers": (
            "SELECT example FROM odd_orders WHERE is_of_two_customers",
            "an order for each customer",
        ),
        "code_in_both_cases": (
            _several("upper(product_id)", "min(product_id) < max(product_id)"),
            "kept as different products",
        ),
        "product_with_several_names": (
            _several("product_id", "min(product_name_raw) < max(product_name_raw)"),
            "kept: products are told apart by their code",
        ),
        "extreme_amount": (
            f"""SELECT concat_ws(' ', order_id, round(amount_cents / 100, 2)) AS example FROM staged_orders
            WHERE abs(amount_cents) > 1000 * ({_MEDIAN})""",
            "counted; look whether it is true",
        ),
    }
    con.execute(f"CREATE OR REPLACE TEMP TABLE odd_orders AS {_ODD_ORDERS}")
    for name, (query, done) in queries.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE found_rows AS {query}")
        rows = con.execute("SELECT count(*) FROM found_rows").fetchone()
        if rows and rows[0]:
            examples = first_examples(con, "SELECT DISTINCT example FROM found_rows")
            problems.append(("orders", name, rows[0], examples, done))
    con.execute("DROP TABLE found_rows")
    con.execute("DROP TABLE odd_orders")
    return problems


def _several(key: str, condition: str) -> str:
    """The values of ``key`` whose rows together are as the condition says."""
    return f"SELECT {key} AS example FROM staged_orders WHERE {key} IS NOT NULL GROUP BY {key} HAVING {condition}"


def ends(con: duckdb.DuckDBPyConnection, profile: Profile, staged: Staged) -> list[tuple]:
    """Where the data are cut: a last month that stops early, and a first one whose customers may be older than it."""
    problems = []
    through = profile.data_through or (staged.latest.date() if staged.latest else None)
    if through is not None and through < Period.of(through).as_of:
        month = Period.of(through)
        done = "not reported unless asked for, and then marked as incomplete"
        problems.append(
            (
                "orders",
                "last_month_incomplete",
                _rows(con, f"month = {month.index}"),
                f"{month} ends on {through}",
                done,
            )
        )
    first = con.execute("SELECT min(month) FROM staged_orders").fetchone()
    if first and first[0] is not None:
        known = Period.of(profile.history_starts) if profile.history_starts else Period(first[0]) + profile.lapse_months
        if Period(first[0]) < known:
            shown = f"the data start in {Period(first[0])}, firsts are known from {known}"
            done = "marked: who seems new before that may have bought earlier"
            problems.append(("orders", "history_starts", _rows(con, f"month < {known.index}"), shown, done))
    return problems


def first_examples(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """The first few of the column ``example``, in order of the alphabet."""
    rows = con.execute(f"SELECT example FROM ({query}) ORDER BY example NULLS LAST LIMIT {EXAMPLES}").fetchall()
    return ", ".join("(blank)" if value is None else str(value) for (value,) in rows)


def _rows(con: duckdb.DuckDBPyConnection, condition: str) -> int:
    found = con.execute(f"SELECT count(*) FROM staged_orders WHERE {condition}").fetchone()
    return found[0] if found else 0
