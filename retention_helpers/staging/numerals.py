"""Numbers as people write them, made exact: SQL expressions over a text or a decimal."""

from decimal import Decimal

from retention_helpers.engine import literal

# Blanks (thin and no-break ones too) and apostrophes separate thousands somewhere.
_BLANKS = r"[\s\x{a0}\x{202f}\x{2009}'\x{2019}]"


def plain_number(text: str, decimal: str) -> str:
    """A number's text with a point and without thousands marks.

    A mark that parts no groups of three makes it no number: where the mark is a point, "12,50" is missing, not 1250.
    """
    number = f"regexp_replace({text}, {literal(_BLANKS)}, '', 'g')"
    thousands = "." if decimal == "," else ","
    grouped = rf"^[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d*)?$"
    whole = f"CASE WHEN regexp_matches({number}, '{grouped}') THEN replace({number}, '{thousands}', '') "
    whole += f"WHEN NOT contains({number}, '{thousands}') THEN {number} END"
    return whole if decimal == "." else f"replace({whole}, ',', '.')"


def in_units(exact: str, divide_by: float) -> str:
    """A decimal over the source's units, exact where those are a power of ten."""
    share = Decimal(1) / Decimal(str(divide_by))
    places = -int(share.as_tuple().exponent)
    # Multiplied as decimals they stay exact, divided they become floats.
    if share.as_tuple().digits == (1,) and 0 <= places <= 9:
        return f"({exact} * CAST({share:f} AS DECIMAL({places + 1}, {places})))"
    return f"({exact} / {divide_by!r})"


def cents(amount: str) -> str:
    """An exact amount as integer hundredths, halves away from zero; what no shop can take is unreadable."""
    return f"CAST(TRY_CAST(round({amount}, 2) AS DECIMAL(17, 2)) * 100 AS BIGINT)"
