"""In which stages are the customers of a city, a source, an age, and do they differ from the others?"""

from collections.abc import Sequence
from datetime import date
from string import Template

import duckdb
import numpy as np
import pandas as pd

from .comparisons import against_others
from .life_stages import STAGES, LifeRules, life_statement
from .second_order import second_order_rate
from .traits import trait_expression

CUTS = ("gender", "age_band", "city", "source")


def stage_cuts(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: LifeRules, traits: Sequence[str] = CUTS
) -> pd.DataFrame:
    """Which share of the customers of each gender, age, city and source is in each stage?

    Of all customers known by ``as_of``; traits are those of the customer list as it is now. Each value against all
    others of its trait, Benjamini-Hochberg over all rows with a comparison (all traits, values and stages). The usual
    wrong edge: a source that brought its customers lately has more new ones for that reason alone.

    Parameters: ``connection`` to the facts; ``as_of``, the last day of a month; ``rules``; ``traits``, see `TRAITS`.

    Returns one row per trait, value and stage, also the empty stages:
      trait, value, life_stage   text; a value that is not known is "unassigned"
      customers                  customers of the value in the stage
      n                          customers of the value
    and the columns of `against_others`. Raises `CallError` for a trait that there is not.
    """
    tables = []
    for trait in traits:
        text = life_statement("stage_cuts", as_of=as_of, rules=rules)
        found = connection.execute(Template(text).safe_substitute(trait=trait_expression(trait, as_of))).df()
        counts = found.pivot(index="value", columns="life_stage", values="customers")
        counts = counts.reindex(columns=STAGES).fillna(0).astype("int64")
        long = counts.stack().rename("customers").rename_axis(["value", "life_stage"]).reset_index()
        tables.append(long.assign(trait=trait, n=np.repeat(counts.sum(axis=1).to_numpy(), len(STAGES))))
    return _compared(tables, ["trait", "life_stage"], ["trait", "value", "life_stage"])


def second_order_cuts(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, since: date | None = None, traits: Sequence[str] = CUTS
) -> pd.DataFrame:
    """Which share of the customers of each gender, age, city and source ordered again within 90 days?

    `second_order_rate` of each trait, but corrected over all traits and values together. Parameters as there.
    Returns one row per trait and value: ``trait``, then the columns of `second_order_rate`.
    """
    tables = [
        second_order_rate(connection, as_of=as_of, trait=trait, since=since).assign(trait=trait) for trait in traits
    ]
    return _compared([table[["trait", "value", "customers", "n"]] for table in tables], ["trait"], ["trait", "value"])


def _compared(tables: list[pd.DataFrame], within: list[str], keys: list[str]) -> pd.DataFrame:
    names = [*keys, "customers", "n"]
    types = dict.fromkeys(keys, "str") | {"customers": "int64", "n": "int64"}
    counts = pd.concat([pd.DataFrame(columns=names).astype(types), *tables])[names].astype(types)
    return against_others(counts.reset_index(drop=True), within=within)
