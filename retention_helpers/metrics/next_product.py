"""Which product is each customer to be offered next, by a rule that was tried before?"""

import math

import duckdb

from .frames import statement
from .product_links import Links
from .relations import keep

# By what a product is chosen: how many bought it, or how it goes with what the customer bought.
POPULAR = "most_popular"
LINK_RULES = ("best_lift", "best_share", "all_shares")
RULES = (POPULAR, *LINK_RULES)
CUSTOMERS_AT_ONCE = 100_000


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
    customers.query("wanted", "CREATE OR REPLACE TEMP TABLE next_customers AS SELECT DISTINCT customer_id FROM wanted")
    columns = "customer_id VARCHAR, next_product_id VARCHAR, next_product_name VARCHAR"
    con.execute(f"CREATE OR REPLACE TEMP TABLE next_products ({columns})")
    groups = max(math.ceil(con.table("next_customers").count("*").fetchall()[0][0] / CUSTOMERS_AT_ONCE), 1)
    # Read once, then group by group, so that what goes with the baskets of one group fits into memory.
    keep(con, "next_groups", f"SELECT customer_id, row_number() OVER () % {groups} AS part FROM next_customers")
    keep(con, "next_bought", statement("next_bought"), {"until_month": links.until_month})
    keep(con, "next_baskets", "SELECT * FROM next_bought INNER JOIN next_groups USING (customer_id)")
    for part in range(groups):
        keep(con, "next_customers", f"SELECT customer_id FROM next_groups WHERE part = {part}")
        keep(con, "next_bought", f"SELECT * EXCLUDE (part) FROM next_baskets WHERE part = {part}")
        choose(links)
        con.execute(f"""
            INSERT INTO next_products
            SELECT choices.customer_id, catalogue.product_id, catalogue.product_name
            FROM next_choices AS choices
            INNER JOIN next_catalogue AS catalogue ON catalogue.product = choices.{chosen}
        """)
    return con.table("next_products")


def choose(links: Links) -> None:
    """Make ``next_choices``: what each rule would offer the ``next_customers``, who bought ``next_bought``."""
    con = links.connection
    for name, table in (("next_catalogue", links.catalogue), ("next_pairs", links.pairs)):
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {table}")
    keep(con, "next_choices", statement("next_choices"), {"basket": links.rules.basket})
