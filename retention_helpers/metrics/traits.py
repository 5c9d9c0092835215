"""What customers are told apart by: expressions over the fact table ``customers``, each value a text."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import duckdb

from retention_helpers.errors import CallError, did_you_mean

UNASSIGNED, REFERRED = "unassigned", "referred"
# Where an age band ends, in years; the year of birth alone is known, so a band is right to half a year or so.
_AGES = (18, 25, 35, 45, 55, 65)
_COLUMNS = {
    "channel": "first_channel",
    "category": "first_category",
    "gender": "gender",
    "city": "city",
    "country": "country",
    "source": "source",
    "age_band": "birth_year",
    "referred": "referred_by",
}
TRAITS = tuple(_COLUMNS)


def trait_expression(trait: str, as_of: date) -> str:
    """The SQL of a trait's value for a row of ``customers``; what is not known is "unassigned".

    Ages are those reached in the year of ``as_of``. Raises `CallError` for a trait that there is not.

    >>> trait_expression("city", date(2026, 10, 31))
    "COALESCE(customers.city, 'unassigned')"
    """
    if trait not in _COLUMNS:
        raise CallError(f'there is no trait "{trait}".{did_you_mean(trait, TRAITS)} There are: {", ".join(TRAITS)}.')
    if trait == "referred":  # by whom does not matter
        return f"CASE WHEN customers.referred_by IS NULL THEN '{UNASSIGNED}' ELSE '{REFERRED}' END"
    if trait != "age_band":
        return f"COALESCE(customers.{_COLUMNS[trait]}, '{UNASSIGNED}')"
    age = f"{as_of.year} - customers.birth_year"
    bands = [f"WHEN {age} < {_AGES[0]} THEN 'under {_AGES[0]}'"]
    bands += [f"WHEN {age} < {end} THEN '{start}-{end - 1}'" for start, end in pairwise(_AGES)]
    return f"CASE {' '.join(bands)} WHEN {age} >= {_AGES[-1]} THEN '{_AGES[-1]}+' ELSE '{UNASSIGNED}' END"


def known_traits(connection: duckdb.DuckDBPyConnection, traits: Iterable[str] = TRAITS) -> list[str]:
    """Which of the traits do the data have at all? Those with a value for some customer.

    Parameters: ``connection`` to the facts (table ``customers``). Returns the names, in the order given.
    """
    names = list(traits)
    counts = ", ".join(f"COUNT(NULLIF(CAST({_COLUMNS[name]} AS VARCHAR), '{UNASSIGNED}'))" for name in names)
    found = connection.execute(f"SELECT {counts} FROM customers").fetchall()[0]
    return [name for name, known in zip(names, found, strict=True) if known]
