"""Is any rule better at naming the next product than the most popular one? Tried on orders that came later."""

import math
from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from retention_helpers.params import NextProductRules
from retention_helpers.periods import Period

from .frames import last_month, statement
from .intervals import CONFIDENCE, is_small, paired_difference, wilson
from .next_product import LINK_RULES, POPULAR, RULES, choose
from .product_links import product_links
from .relations import keep

# More would make the interval no narrower than anybody needs.
MOST_TESTERS = 100_000


def next_product_trial(
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
    months = {"until_month": cut.index, "as_of_month": last_month(as_of)}
    keep(connection, "next_customers", statement("next_testers"), months | {"most": MOST_TESTERS})
    keep(connection, "next_bought", "SELECT * FROM next_bought SEMI JOIN next_customers USING (customer_id)")
    choose(links)
    patterns = connection.execute(statement("next_hits"), months).df()
    return _compared(patterns)


def better_rule(trial: pd.DataFrame) -> str:
    """Which rule should choose the product to offer? The one of most hits, if it is reliably better than popularity.

    Parameters: ``trial``, a `next_product_trial`. Returns one of `RULES`; most_popular where none is better, or
    nothing could be tested.
    """
    better = trial[trial["is_better"]]
    return str(better.loc[better["hits"].idxmax(), "rule"]) if len(better) else POPULAR


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
