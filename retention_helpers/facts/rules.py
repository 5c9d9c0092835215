"""The profile's order rules as two small tables, so that the SQL files hold no value of any company."""

import duckdb

from retention_helpers.params import Profile


def write_rules(con: duckdb.DuckDBPyConnection, profile: Profile) -> None:
    """Make ``rules`` (one row) and ``rule_values`` (one row per listed code) for the SQL files to join."""
    orders = profile.orders
    con.execute("""
        CREATE OR REPLACE TEMP TABLE rules (
            zero_amount_orders VARCHAR, same_day_orders VARCHAR, cancellation_prefix VARCHAR, non_product_lines VARCHAR,
            currency VARCHAR
        )
    """)
    con.execute(
        "INSERT INTO rules VALUES (?, ?, ?, ?, ?)",
        [
            orders.zero_amount_orders,
            orders.same_day_orders,
            orders.cancellation_prefix,
            orders.non_product_lines,
            profile.currency,
        ],
    )
    con.execute("CREATE OR REPLACE TEMP TABLE rule_values (rule VARCHAR, value VARCHAR, is_prefix BOOLEAN)")
    listed = {
        "refund_status": orders.refund_statuses,
        "void_status": orders.void_statuses,
        "test_customer": orders.test_customers,
        "non_product": orders.non_products,
    }
    rows = [(rule, value.removesuffix("*"), value.endswith("*")) for rule, values in listed.items() for value in values]
    if rows:
        con.executemany("INSERT INTO rule_values VALUES (?, ?, ?)", rows)
