"""Which product is each customer to be offered next, by a rule that was tried before?"""

import math

import duckdb

from .digests import digest_bound
from .frames import statement
from .product_links import Links
from .relations import keep

# By what a product is chosen: how many bought it, or how it goes with what the customer bought.
POPULAR = "most_popular"
LINK_RULES = ("best_lift", "best_share", "all_shares")
RULES = (POPULAR, *LINK_RULES)
CUSTOMERS_AT_ONCE = 500_000


def next_products(links: Links, customers: duckdb.DuckDBPyRelation, *, rule: str) -> duckdb.DuckDBPyRelation:
    """Which product, not bought before, is each customer to be offered?

    Parameters: ``links``, a `product_links`; ``customers``, a relation with ``customer_id``; ``rule``, one of `RULES`,
    see `next_product_trial`. Where the rule finds nothing for a customer, the most popular product stands in.

    Returns the table ``next_products``, made anew by each call: one row per customer for whom there is a product
      customer_id                           id
      next_product_id, next_product_name    text
    """
    chosen = RULES[RULES.index(rule)]
    con = links.connection
    columns = "customer_id VARCHAR, next_product_id VARCHAR, next_product_name VARCHAR"
    con.execute(f"CREATE OR REPLACE TEMP TABLE next_products ({columns})")
    customers.query("wanted", "CREATE OR REPLACE TEMP TABLE next_wanted AS SELECT DISTINCT customer_id FROM wanted")
    for low, high in _parts(con.table("next_wanted")):
        digest = "SUBSTR(MD5(customer_id), 1, 8)"
        choose(links, f"SELECT customer_id FROM next_wanted WHERE {digest} >= '{low}' AND {digest} < '{high}'")
        con.execute(f"""
            INSERT INTO next_products
            SELECT choices.customer_id, catalogue.product_id, catalogue.product_name
            FROM next_choices AS choices
            INNER JOIN next_catalogue AS catalogue ON catalogue.product = choices.{chosen}
        """)
    return con.table("next_products")


def choose(links: Links, customers: str) -> None:
    """Make ``next_choices``: for each customer of the statement, what each rule would offer."""
    con = links.connection
    keep(con, "next_customers", customers)
    keep(con, "next_bought", statement("next_bought"), {"until_month": links.until_month})
    for name, table in (("next_catalogue", links.catalogue), ("next_pairs", links.pairs)):
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {table}")
    keep(con, "next_choices", statement("next_choices"), {"basket": links.rules.basket})


def _parts(customers: duckdb.DuckDBPyRelation) -> list[tuple[str, str]]:
    """Between which digests lie groups of customers, each small enough for its baskets to fit into memory."""
    (many,) = customers.aggregate("count(*)").fetchall()[0]
    groups = math.ceil(many / CUSTOMERS_AT_ONCE)
    return [(digest_bound(group / groups), digest_bound((group + 1) / groups)) for group in range(groups)]
