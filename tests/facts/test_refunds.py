"""Refunds and cancellations are booked when they happen: METRICS' paragraph, each case a customer of one company.

A case is the customer's rows (order_id, ordered_at, amount, product_id; then, where it matters, refund_of, status,
quantity, channel), and what they make: valid orders, booked rows, and the customer's months. Months count from January
2024.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from retention_helpers.facts import Facts, open_facts
from retention_helpers.report import build, survey
from tests.company import company

HEADER = "customer_id,order_id,ordered_at,amount,product_id,refund_of,status,quantity,channel"


@dataclass(frozen=True)
class Case:
    """Rows in; orders (month, id, cents), rows booked (month, reason, rows, cents), months (month, orders, cents)."""

    rows: str
    orders: list[tuple] = field(default_factory=list)
    booked: list[tuple] = field(default_factory=list)
    months: list[tuple] = field(default_factory=list)


CASES = {
    "a cancellation within the month leaves no order": Case(
        "1,2024-01-05,10,p / 1,2024-01-20,-10,p", [], [(0, "cancelled_in_month", 2, 0)], [(0, 0, 0)]
    ),
    "a partial refund within the month reduces the order": Case(
        "1,2024-01-05,10,p / 1,2024-01-20,-4,p", [(0, "1", 600)], [(0, "counted", 2, 600)], [(0, 1, 600)]
    ),
    "a later refund reduces its own month and undoes no order": Case(
        "1,2024-01-05,10,p / 1,2024-02-01,-10,p",
        [(0, "1", 1000)],
        [(0, "counted", 1, 1000), (1, "refund_later", 1, -1000)],
        [(0, 1, 1000), (1, 0, -1000)],
    ),
    "a later refund never falls on a newer order of the same product": Case(
        "1,2024-01-05,10,p / 2,2024-02-01,10,p / 1,2024-02-20,-10,p",
        [(0, "1", 1000), (1, "2", 1000)],
        [(0, "counted", 1, 1000), (1, "counted", 1, 1000), (1, "refund_later", 1, -1000)],
        [(0, 1, 1000), (1, 1, 0)],
    ),
    "a refund may name its order in a column of its own": Case(
        "1,2024-01-05,10,p / 2,2024-01-06,10,p / r1,2024-01-20,-10,p,1 / r2,2024-02-20,-3,p,2",
        [(0, "2", 1000)],
        [(0, "cancelled_in_month", 2, 0), (0, "counted", 1, 1000), (1, "refund_later", 1, -300)],
        [(0, 1, 1000), (1, 0, -300)],
    ),
    "a refund with a number of its own falls on the latest earlier order of the product": Case(
        "1,2024-01-05,10,p / 2,2024-01-10,7,p / 3,2024-01-11,5,q / C9,2024-01-15,-7,p / 5,2024-01-20,9,p",
        [(0, "1", 1000), (0, "3", 500), (0, "5", 900)],
        [(0, "cancelled_in_month", 2, 0), (0, "counted", 3, 2400)],
        [(0, 3, 2400)],
    ),
    "a refund without any earlier purchase is booked and counted as unmatched": Case(
        "C1,2024-01-05,-10,p / 2,2024-01-06,10,q / 3,2024-01-07,10,p",
        [(0, "2", 1000), (0, "3", 1000)],
        [(0, "counted", 2, 2000), (0, "refund_unmatched", 1, -1000)],
        [(0, 2, 1000)],
    ),
    "a refund of an unknown order is unmatched": Case(
        "1,2024-01-05,10,p / r,2024-02-01,-1,p,77",
        [(0, "1", 1000)],
        [(0, "counted", 1, 1000), (1, "refund_unmatched", 1, -100)],
        [(0, 1, 1000), (1, 0, -100)],
    ),
    "another customer's purchase of the product is not refunded": Case(
        "C1,2024-03-20,-10,p", [], [(2, "refund_unmatched", 1, -1000)], [(2, 0, -1000)]
    ),
    "a refund told by its number is negative whatever its sign": Case(
        "1,2024-01-05,10,p / C2,2024-02-05,4,p",
        [(0, "1", 1000)],
        [(0, "counted", 1, 1000), (1, "refund_later", 1, -400)],
        [(0, 1, 1000), (1, 0, -400)],
    ),
    "a refund told by its status is negative whatever its sign": Case(
        "1,2024-01-05,10,p / 2,2024-02-05,4,p,,returned",
        [(0, "1", 1000)],
        [(0, "counted", 1, 1000), (1, "refund_later", 1, -400)],
        [(0, 1, 1000), (1, 0, -400)],
    ),
    "a negative quantity is a refund": Case(
        "1,2024-01-05,10,p,,,1 / 1,2024-01-06,10,p,,,-1", [], [(0, "cancelled_in_month", 2, 0)], [(0, 0, 0)]
    ),
    "a void order was never one": Case(
        "1,2024-01-05,10,p,,cancelled / 2,2024-01-05,5,p,,paid",
        [(0, "2", 500)],
        [(0, "counted", 1, 500), (0, "void_status", 1, 1000)],
        [(0, 1, 500)],
    ),
    "one cancelled line of two leaves the order": Case(
        "1,2024-01-05,10,p / 1,2024-01-05,5,q / 1,2024-01-06,-10,p",
        [(0, "1", 500)],
        [(0, "counted", 3, 500)],
        [(0, 1, 500)],
    ),
    "several refunds of one order add up": Case(
        "1,2024-01-05,10,p / 1,2024-01-06,-4,p / 1,2024-01-07,-6,p / 2,2024-01-08,1,p",
        [(0, "2", 100)],
        [(0, "cancelled_in_month", 3, 0), (0, "counted", 1, 100)],
        [(0, 1, 100)],
    ),
    "a refund greater than its order is booked in full": Case(
        "1,2024-01-05,10,p / 1,2024-01-06,-15,p", [], [(0, "cancelled_in_month", 2, -500)], [(0, 0, -500)]
    ),
    "a refund of an order without a name falls on the latest earlier one": Case(
        ",2024-01-05,10, / ,2024-01-06,5, / ,2024-01-07,-5,",
        [(0, None, 1000)],
        [(0, "cancelled_in_month", 2, 0), (0, "counted", 1, 1000)],
        [(0, 1, 1000)],
    ),
}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """One company whose customers are the cases; order ids are made the case's own."""
    folder = tmp_path_factory.mktemp("refunds")
    lines = [HEADER]
    for number, case in enumerate(CASES.values()):
        for row in case.rows.split(" / "):
            cells = [cell.strip() for cell in row.split(",")]
            cells += [""] * (8 - len(cells))
            for place in (0, 4):
                cells[place] = cells[place] and f"{cells[place]}.{number}x"
            lines.append(",".join([f"case-{number}", *cells]))
    rules = {"cancellation_prefix": "C", "refund_statuses": ["returned"], "void_statuses": ["cancelled"]}
    profile = company(folder, "\n".join(lines), rules=rules, lapse_days=31)
    with survey(profile) as seen:
        build(profile, seen, folder / "facts")
    built = open_facts(folder / "facts")
    yield built
    built.close()


def of(facts: Facts, query: str, name: str) -> list[tuple]:
    customer = f"case-{list(CASES).index(name)}"
    return facts.con.execute(query, [customer]).fetchall()


@pytest.mark.parametrize("name", CASES)
def test_valid_orders(facts: Facts, name: str) -> None:
    query = """
        SELECT month - 24288, split_part(order_id, '.', 1), amount_cents FROM orders_valid
        WHERE customer_id = ? ORDER BY ALL
    """
    found = [(month, None if "2024" in order else order, cents) for month, order, cents in of(facts, query, name)]
    assert found == CASES[name].orders


@pytest.mark.parametrize("name", CASES)
def test_booked_rows(facts: Facts, name: str) -> None:
    unmatched = """
        SELECT
            lines.month - 24288, CASE WHEN is_matched = 0 THEN 'refund_unmatched' ELSE reason END, count(*),
            sum(amount_cents)
        FROM order_lines AS lines
        LEFT JOIN refund_matches AS matches ON reason = 'refund_later' AND matches.month = lines.month
            AND matches.customer_id = lines.customer_id AND matches.ordered_at = lines.ordered_at
        WHERE lines.customer_id = ? GROUP BY ALL ORDER BY ALL
    """
    assert of(facts, unmatched, name) == CASES[name].booked


@pytest.mark.parametrize("name", CASES)
def test_months_of_the_customer(facts: Facts, name: str) -> None:
    query = "SELECT month - 24288, orders, revenue_cents FROM customer_months WHERE customer_id = ? ORDER BY ALL"
    assert of(facts, query, name) == CASES[name].months


def test_the_ledger_adds_up_to_all_cases(facts: Facts) -> None:
    expected: dict[str, list[int]] = {}
    for case in CASES.values():
        for _, reason, rows, cents in case.booked:
            sums = expected.setdefault(reason, [0, 0])
            sums[0] += rows
            sums[1] += cents
    query = (
        "SELECT reason, CAST(sum(rows) AS INTEGER), CAST(sum(amount_cents) AS INTEGER) FROM row_ledger GROUP BY reason"
    )
    assert {reason: sums for reason, *sums in facts.con.execute(query).fetchall()} == expected
