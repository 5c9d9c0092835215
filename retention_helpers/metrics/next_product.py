"""Which product will a customer want next, and is any rule better at it than naming the most popular one?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from retention_helpers.params import NextProductRules
from retention_helpers.periods import Period

from .digests import digest_bound
from .frames import last_month, statement
from .intervals import CONFIDENCE, is_small, paired_difference, wilson

POPULAR = "most_popular"
LINK_RULES = ("best_lift", "best_share", "all_shares")
RULES = (POPULAR, *LINK_RULES)
CUSTOMERS_AT_ONCE = 500_000


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

    Raises `PeriodError` for an ``as_of`` inside a month. Reference: Agrawal, Imielinski, Swami (1993), SIGMOD 22, 207-216.
    """
    until = last_month(as_of)
    links = Links(connection, until, rules, f"next_catalogue_{until}", f"next_pairs_{until}")
    excluded = [(text.removesuffix("*"), text.endswith("*")) for text in non_products]
    connection.execute("CREATE OR REPLACE TEMP TABLE next_excluded (value VARCHAR, is_prefix BOOLEAN)")
    if excluded:
        connection.executemany("INSERT INTO next_excluded VALUES (?, ?)", excluded)
    _write(connection, "next_sample", statement("next_sample"), {"until_month": until, "bound": _part(links)})
    _write(connection, "next_customers", "SELECT customer_id FROM next_sample")
    _write(connection, "next_bought", statement("next_bought"), {"until_month": until})
    _write(connection, links.catalogue, statement("next_catalogue"), {"products": rules.products})
    connection.execute(f"CREATE OR REPLACE TEMP VIEW next_catalogue AS SELECT * FROM {links.catalogue}")
    sizes = {name: getattr(rules, name) for name in ("basket", "min_customers", "partners")}
    _write(connection, links.pairs, statement("next_pairs"), sizes)
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
            one.product_id, one.product_name, other.product_id AS next_product_id, other.product_name AS next_product_name,
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


def next_product_test(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: NextProductRules, non_products: Sequence[str] = ()
) -> pd.DataFrame:
    """How often was the product that a rule had chosen in the customer's next order?

    Each rule chooses, from orders up to ``rules.months_back`` months before ``as_of`` alone, one product that the
    customer had not bought: most_popular, bought by most customers; best_lift and best_share, of the highest lift or
    share with any product of the basket; all_shares, of the highest sum of shares over the basket. A hit: the first
    order after that, up to ``as_of``, holds it. The usual wrong edge: a rule held against orders that it was made of.

    Parameters: as `product_links`. Returns one row per rule:
      rule                               text, one of `RULES`
      customers                          those with an order before and after
      hits                               customers whose next order held the product
      hit_rate, hit_rate_low, ..._high   0..1, 95 % Wilson interval
      gain, gain_low, gain_high          hit rate minus that of most_popular on the same customers, -1..1, Bonett and
                                         Price's interval for pairs, wide enough for three such rules at once
      is_better                          the interval of the gain lies above 0
      is_small                           customers below 30
    """
    cut = Period(last_month(as_of)) - rules.months_back
    links = product_links(connection, as_of=cut.as_of, rules=rules, non_products=non_products)
    later = f"""
        SELECT DISTINCT customer_id FROM customer_months
        WHERE orders > 0 AND month > {cut.index} AND month <= {last_month(as_of)}
    """
    _choose(links, f"SELECT customer_id FROM next_sample INNER JOIN ({later}) USING (customer_id)")
    months = {"until_month": cut.index, "as_of_month": last_month(as_of)}
    patterns = connection.execute(statement("next_hits"), months).df()
    return _compared(patterns)


def better_rule(tested: pd.DataFrame) -> str:
    """Which rule should choose the product to offer? The one of most hits, if it is reliably better than popularity.

    Parameters: ``tested``, a `next_product_test`. Returns one of `RULES`; most_popular where none is better, or
    nothing could be tested.
    """
    better = tested[tested["is_better"]]
    return str(better.loc[better["hits"].idxmax(), "rule"]) if len(better) else POPULAR


def next_products(links: Links, customers: duckdb.DuckDBPyRelation, *, rule: str) -> duckdb.DuckDBPyRelation:
    """Which product, not bought before, is each customer to be offered?

    Parameters: ``links``, a `product_links`; ``customers``, a relation with ``customer_id``; ``rule``, one of `RULES`,
    see `next_product_test`. Where the rule finds nothing for a customer, the most popular product stands in.

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
        _choose(links, f"SELECT customer_id FROM next_wanted WHERE {digest} >= '{low}' AND {digest} < '{high}'")
        con.execute(f"""
            INSERT INTO next_products
            SELECT choices.customer_id, catalogue.product_id, catalogue.product_name
            FROM next_choices AS choices
            INNER JOIN next_catalogue AS catalogue ON catalogue.product = choices.{chosen}
        """)
    return con.table("next_products")


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, text: str, values: Mapping[str, object] | None = None
) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {text}", dict(values or {}))


def _part(links: Links) -> str:
    """Below which digest a customer is read: all of them, or so many as the rules allow."""
    known = f"SELECT count(*) FROM customers WHERE first_month <= {links.until_month}"
    (customers,) = links.connection.execute(known).fetchall()[0]
    return digest_bound(links.rules.customers / max(customers, 1))


def _parts(customers: duckdb.DuckDBPyRelation) -> list[tuple[str, str]]:
    """Between which digests lie groups of customers, each small enough for its baskets to fit into memory."""
    (many,) = customers.aggregate("count(*)").fetchall()[0]
    groups = math.ceil(many / CUSTOMERS_AT_ONCE)
    return [(digest_bound(group / groups), digest_bound((group + 1) / groups)) for group in range(groups)]


def _choose(links: Links, customers: str) -> None:
    """Make ``next_choices``: for each customer of the statement, what each rule would offer."""
    con = links.connection
    _write(con, "next_customers", customers)
    _write(con, "next_bought", statement("next_bought"), {"until_month": links.until_month})
    for name, table in (("next_catalogue", links.catalogue), ("next_pairs", links.pairs)):
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {table}")
    _write(con, "next_choices", statement("next_choices"), {"basket": links.rules.basket})


def _compared(patterns: pd.DataFrame) -> pd.DataFrame:
    """Each rule's hits, and how many more they are than those of the most popular product, on the same customers."""
    customers = patterns["customers"]
    n = int(customers.sum())
    popular = patterns[POPULAR] == 1
    # As sure about all rules together as about one alone (Bonferroni).
    confidence = 1 - (1 - CONFIDENCE) / len(LINK_RULES)
    rows = []
    for rule in RULES:
        hit = patterns[rule] == 1
        hits = int(customers[hit].sum())
        low, high = (float(edge) for edge in wilson(hits, n))
        only = [int(customers[hit & ~popular].sum()), int(customers[popular & ~hit].sum())]
        gain = (
            [float(value) for value in paired_difference(*only, n, confidence)] if rule != POPULAR else [math.nan] * 3
        )
        rows.append((rule, n, hits, hits / n if n else math.nan, low, high, *gain, gain[1] > 0, bool(is_small(n))))
    kinds = {"rule": "str", "customers": "int64", "hits": "int64"}
    kinds |= dict.fromkeys(("hit_rate", "hit_rate_low", "hit_rate_high", "gain", "gain_low", "gain_high"), "float64")
    kinds |= {"is_better": "bool", "is_small": "bool"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
