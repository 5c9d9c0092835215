"""Checks on single order rows: a condition, what to show of the row, and what is done about it."""

from dataclasses import dataclass

from retention_helpers.params import Profile

from .tables import FIRST_YEAR


@dataclass(frozen=True)
class Check:
    """A condition on a staged row, what to show of it, and what is done about it."""

    name: str
    condition: str
    example: str
    done: str


def order_checks(profile: Profile) -> list[Check]:
    """What to look for in the order rows of this profile."""
    rules = profile.orders
    line = "coalesce(NULLIF(concat_ws(' ', order_id, product_id, ordered_at_text), ''), '(blank)')"
    product = "coalesce(product_id, '?')"
    name = "product_name"
    zero = "kept: the profile counts zero-amount orders"
    if rules.zero_amount_orders == "drop":
        zero = "adds nothing; an order needs an amount above 0"
    lines = "left out" if rules.non_product_lines == "drop" else "counted: part of what the order cost"
    checks = [
        recoded("orders"),
        Check("filtered", "is_filtered", line, "left out by the profile's keep rule"),
        Check(
            "no_customer", "customer_id IS NULL AND NOT is_filtered", line, "left out: an order needs a known customer"
        ),
        Check("decimal_id", "has_decimal_id", "customer_id || '.0'", "read without the .0"),
        Check(
            "unreadable_date",
            "date_problem = 'unreadable_date' AND NOT is_filtered",
            "coalesce(ordered_at_text, '(blank)')",
            "left out: belongs to no month",
        ),
        Check(
            "placeholder_date", "date_problem = 'placeholder_date'", "ordered_at_text", f"left out: before {FIRST_YEAR}"
        ),
        Check(
            "future_date",
            "date_problem = 'future_date'",
            "ordered_at_text",
            "left out: later than the file was written",
        ),
        Check(
            "unreadable_amount",
            "amount_cents IS NULL AND NOT is_filtered",
            f"concat_ws(' ', {line}, amount_text)",
            "left out",
        ),
        Check(
            "other_currency",
            _other_currency(profile),
            "concat_ws(' ', order_id, currency)",
            "left out, where the profile allows any",
        ),
        Check("negative_quantity", "quantity < 0", line, "booked as a refund"),
        Check("zero_price", "coalesce(unit_price, amount_cents) = 0", line, zero),
        Check("negative_price", "unit_price < 0", line, "booked as a refund"),
        Check("odd_order_id", _odd_order_id(profile), "order_id", "counted as it stands"),
        Check(
            "outer_blanks",
            "product_name_raw <> trim(product_name_raw)",
            "'\"' || product_name_raw || '\"'",
            "read without them",
        ),
        Check("double_blanks", "contains(trim(product_name_raw), '  ')", "'\"' || product_name || '\"'", "kept"),
        Check("lower_case_code", "product_id <> upper(product_id)", product, "kept: another code than its upper case"),
        Check(
            "note_as_name",
            "coalesce(unit_price, amount_cents) = 0 AND product_name = lower(product_name)",
            name,
            "kept: a text on a zero-price line names no product",
        ),
        Check(
            "wrong_encoding",
            r"contains(product_name, chr(65533)) OR regexp_matches(product_name, '[ÃÐÑ][\x{80}-\x{bf}]')",
            name,
            "kept; set encoding in the profile",
        ),
    ]
    if any("order_id" in source.columns for source in profile.tables["orders"]):
        checks.append(
            Check("no_order_id", "order_id IS NULL AND NOT is_filtered", line, "counted: each such row is an order")
        )
    if rules.cancellation_prefix:
        prefix = rules.cancellation_prefix.replace("'", "''")
        is_cancel = f"starts_with(order_id, '{prefix}')"
        checks += [
            Check("cancellation", is_cancel, line, "booked as a refund when it happened"),
            Check(
                "negative_without_cancellation",
                f"quantity < 0 AND NOT coalesce({is_cancel}, false)",
                line,
                "booked as a refund",
            ),
        ]
    for rule, values, column, done in (
        ("test_order", rules.test_customers, "customer_id", "left out"),
        ("non_product", rules.non_products, "product_id", lines),
        ("refund_status", rules.refund_statuses, "status", "booked as a refund when it happened"),
        ("void_status", rules.void_statuses, "status", "left out: never became an order"),
    ):
        if values:
            checks.append(Check(rule, _listed(column, values), f"{column} || ' ' || coalesce(order_id, '')", done))
    return checks


def recoded(table: str) -> Check:
    """Values that the profile replaces, in any table."""
    return Check(
        "recoded", f"staged_{table}.recoded IS NOT NULL", f"staged_{table}.recoded", "replaced as the profile says"
    )


def _other_currency(profile: Profile) -> str:
    return f"coalesce(upper(currency) <> '{profile.currency}' AND NOT is_filtered, false)"


def _odd_order_id(profile: Profile) -> str:
    """Order ids with a letter in front where nearly all others are plain numbers, beside the known cancellations."""
    plain = "(SELECT avg(CASE WHEN regexp_matches(order_id, '^\\d+$') THEN 1.0 ELSE 0 END) FROM staged_orders)"
    odd = f"regexp_matches(order_id, '^[^0-9]') AND {plain} > 0.9"
    return f"{odd} AND NOT starts_with(order_id, {cancellation_prefix(profile)})"


def cancellation_prefix(profile: Profile) -> str:
    # No order id starts with a line break, so a profile without the rule cancels nothing.
    return "'" + (profile.orders.cancellation_prefix or "\n").replace("'", "''") + "'"


def _listed(column: str, values: list[str]) -> str:
    exact = [value for value in values if not value.endswith("*")]
    starts = [value[:-1] for value in values if value.endswith("*")]
    parts = [f"starts_with({column}, '{value.replace(chr(39), chr(39) * 2)}')" for value in starts]
    if exact:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in exact)
        parts.append(f"{column} IN ({listed})")
    return f"coalesce({' OR '.join(parts)}, false)"
