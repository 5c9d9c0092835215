"""Which products do the same customers buy? Learnt from their baskets up to a month, kept in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from retention_helpers.params import NextProductRules

from .digests import digest_bound
from .frames import last_month, statement
from .intervals import wilson
from .relations import keep


@dataclass(frozen=True)
class Links:
    """Which products go together, learnt from what customers bought up to a month; it lies in the database.

    ``catalogue`` (product number, id, name, buyers) and ``pairs`` are temporary tables of ``connection``.
    """

    connection: duckdb.DuckDBPyConnection
    until_month: int
    rules: NextProductRules
    catalogue: str
    pairs: str

    @property
    def is_empty(self) -> bool:
        """Whether no product is known at all."""
        return self.connection.table(self.catalogue).aggregate("count(*)").fetchall() == [(0,)]


def product_links(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: NextProductRules, non_products: Sequence[str] = ()
) -> Links:
    """Which products do the same customers buy?

    A basket is what a customer has bought up to ``as_of``, in any order: the ``rules.basket`` latest of the
    ``rules.products`` most bought products. For two products bought by ``rules.min_customers`` or more: ``share``, of
    those who bought the one, bought the other too; ``lift``, how many times more than if the two had nothing to do
    with each other. The usual wrong edge: customers with hundreds of products, who alone would make most of the pairs.

    Parameters: ``connection`` to the facts (``customers``, ``order_lines``); ``as_of``, last day of a month; ``rules``
    (of more than ``rules.customers`` customers a fixed random part is read); ``non_products``, ids, or beginnings
    that end in ``*``, of lines that are no product. Returns `Links`; see `link_table`.

    Raises `PeriodError` for an ``as_of`` inside a month. Source: Agrawal et al. (1993), SIGMOD 22, 207-216.
    """
    until = last_month(as_of)
    links = Links(connection, until, rules, f"next_catalogue_{until}", f"next_pairs_{until}")
    excluded = [(text.removesuffix("*"), text.endswith("*")) for text in non_products]
    connection.execute("CREATE OR REPLACE TEMP TABLE next_excluded (value VARCHAR, is_prefix BOOLEAN)")
    if excluded:
        connection.executemany("INSERT INTO next_excluded VALUES (?, ?)", excluded)
    keep(connection, "next_sample", statement("next_sample"), {"until_month": until, "bound": _part(links)})
    keep(connection, "next_customers", "SELECT customer_id FROM next_sample")
    keep(connection, "next_bought", statement("next_bought"), {"until_month": until})
    keep(connection, links.catalogue, statement("next_catalogue"), {"products": rules.products})
    connection.execute(f"CREATE OR REPLACE TEMP VIEW next_catalogue AS SELECT * FROM {links.catalogue}")
    sizes = {name: getattr(rules, name) for name in ("basket", "min_customers", "partners")}
    keep(connection, links.pairs, statement("next_pairs"), sizes)
    return links


def link_table(links: Links, *, top: int = 200) -> pd.DataFrame:
    """Which pairs of products go together most?

    Parameters: ``links``, a `product_links`; ``top``, at most so many pairs, those of the highest lift.

    Returns one row per ordered pair:
      product_id, product_name            text; the name that most customers saw, missing where there is none
      next_product_id, next_product_name  text
      customers                           customers who bought both
      buyers                              customers who bought the first
      support                             0..1, customers who bought both, of all with a basket
      share, share_low, share_high        0..1, customers / buyers, 95 % Wilson interval
      lift                                times
    """
    found = links.connection.execute(f"""
        SELECT
            one.product_id, one.product_name,
            other.product_id AS next_product_id, other.product_name AS next_product_name,
            pairs.customers, pairs.buyers, 1.0 * pairs.customers / pairs.everybody AS support,
            1.0 * pairs.customers / pairs.buyers AS share, pairs.lift
        FROM {links.pairs} AS pairs
        INNER JOIN {links.catalogue} AS one ON one.product = pairs.product
        INNER JOIN {links.catalogue} AS other ON other.product = pairs.next_product
        ORDER BY pairs.lift DESC, pairs.product, pairs.next_product
        LIMIT {int(top)}
    """).df()
    low, high = wilson(found["customers"], found["buyers"])
    found = found.assign(share_low=low, share_high=high)
    texts = dict.fromkeys(("product_id", "product_name", "next_product_id", "next_product_name"), "str")
    whole = dict.fromkeys(("customers", "buyers"), "int64")
    shares = dict.fromkeys(("support", "share", "share_low", "share_high", "lift"), "float64")
    return found.astype(texts | whole | shares)[[*texts, *whole, "support", *list(shares)[1:]]]


def _part(links: Links) -> str:
    """Below which digest a customer is read: all of them, or so many as the rules allow."""
    known = f"SELECT count(*) FROM customers WHERE first_month <= {links.until_month}"
    (customers,) = links.connection.execute(known).fetchall()[0]
    return digest_bound(links.rules.customers / max(customers, 1))
