"""What the data check found, as lines: for a terminal, a log, or a search with grep."""

import textwrap
from collections.abc import Iterator

import pandas as pd

_GAP = "  "
# What is counted where it is not rows: one, several.
_COUNTED = {
    "customer_with_refunds_alone": ("customer", "customers"),
    "described_differently": ("customer", "customers"),
    "order_at_two_times": ("order", "orders"),
    "order_of_two_customers": ("order", "orders"),
    "code_in_both_cases": ("product code", "product codes"),
    "product_with_several_names": ("product code", "product codes"),
}


def counted_lines(counted: pd.DataFrame) -> list[str]:
    """The table of who is counted, in columns; amounts in major units."""
    shown = [[str(name) for name in counted.columns]]
    shown += [[_cell(value) for value in row] for row in counted.itertuples(index=False)]
    first, *numbers = (max(map(len, column)) for column in zip(*shown, strict=True))
    return [
        _GAP.join([text.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, numbers, strict=True))])
        for text, *cells in shown
    ]


def problem_lines(problems: pd.DataFrame, width: int | None = None) -> list[str]:
    """A line per problem (which table and check, how many rows, what was done), and one below it with examples.

    With a ``width`` longer lines are wrapped, deeper indented; without, each stays whole.
    """
    if problems.empty:
        return ["none found"]
    return [line for row in problems.itertuples() for line in _problem(row, width)]


def _problem(row, width: int | None) -> Iterator[str]:
    one, several = _COUNTED.get(row.check, ("row", "rows"))
    rows = [f"{row.rows:,} {one if row.rows == 1 else several}"] if row.rows else []
    yield from _wrapped(_GAP.join((f"{row.table}.{row.check}", *rows, row.done)), "", width)
    if row.examples:
        yield from _wrapped(f"for example: {row.examples}", "    ", width)


def _wrapped(text: str, indent: str, width: int | None) -> list[str]:
    text = visible(text)
    if width is None:
        return [f"{indent}{text}"]
    return textwrap.wrap(
        text, max(width, 30), initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False
    )


def visible(text: str) -> str:
    """The text with control characters written out: examples come from data, and must not steer a terminal.

    >>> visible("Chair" + chr(27) + "[2J")
    'Chair\\\\x1b[2J'
    """
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else visible(str(value))
